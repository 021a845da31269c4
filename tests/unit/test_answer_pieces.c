/* However the network cuts an answer, and however it is encoded, the same is read; cut off, it is an error. */
#include "support/documents.h"
#include "support/sentences.h"

#include <string.h>

static void
each_operation_reads_the_same_in_all_pieces (void)
{
  for (Operation operation = 0; operation < N_OPERATIONS; operation++)
    {
      g_autofree char *document = good_answer (operation);
      g_autofree char *description = assert_same_in_all_pieces (operation, &ok_head, bytes_of (document));

      assert_reads (operation, document, description);
    }
}

static void
references_sections_and_comments_read_the_same_in_all_pieces (void)
{
  g_autofree char *document = response (
    OPERATION_GET_IDENTITY,
    "<GetIdentityResult><!-- - - --><Later><![CDATA[]] ></Id>]]></Later><Id>" ID_1 "</Id><?pi ?><Client><Name>a&#xd;"
    "&amp;&lt;<![CDATA[b]]]]><![CDATA[>&#x1;]]>\xc3\xa6&#x1F332;&#x1;</Name></Client></GetIdentityResult>");
  g_autofree char *description = assert_same_in_all_pieces (OPERATION_GET_IDENTITY, &ok_head, bytes_of (document));

  g_assert_nonnull (strstr (description, "client 0 'a\r&<b]]>&#x1;\xc3\xa6\xf0\x9f\x8c\xb2'"));
}

static void
a_fault_reads_the_same_in_all_pieces (void)
{
  g_autofree char *document = envelope (
    "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>Server was unable to process request. ---&gt; "
    "Limit exceeded by 1. Request is blocked. Quarantine ends at 2026-11-25T14:00:00Z</faultstring><detail />"
    "</soap:Fault>");
  HttpHead head = {500, "text/xml; charset=utf-8", 0};
  g_autofree char *description = assert_same_in_all_pieces (OPERATION_GET_IDENTITY, &head, bytes_of (document));

  g_assert_true (g_str_has_prefix (description, "fault EDQUOT GetIdentity: Limit exceeded by 1."));
}

static void
a_malformed_answer_fails_the_same_in_all_pieces (void)
{
  g_autofree char *document
    = response (OPERATION_GET_IDENTITY, "<GetIdentityResult><Id>" ID_1 "</Id><Id>" ID_1 "</Id></GetIdentityResult>");
  g_autofree char *description = assert_same_in_all_pieces (OPERATION_GET_IDENTITY, &ok_head, bytes_of (document));

  g_assert_true (g_str_has_prefix (description, "EBADMSG "));
}

static void
assert_cut_off (Operation operation, Bytes document)
{
  for (gsize length = 0; length < document.length; length++)
    {
      g_autoptr (Answer) answer = read_in_steps (operation, &ok_head, (Bytes){document.bytes, length}, G_MAXINT);

      if (!g_error_matches (answer->error, SO24_ERROR, SO24_ERROR_NOT_UNDERSTOOD))
        g_error ("cut off after %" G_GSIZE_FORMAT " bytes, it still is an answer", length);
      g_assert_null (strstr (answer->error->message, SID));
      g_assert_null (answer->session);
      g_assert_null (answer->identities);
    }
}

static void
an_answer_that_is_cut_off_anywhere_is_not_understood (void)
{
  for (Operation operation = 0; operation < N_OPERATIONS; operation++)
    {
      g_autofree char *document = good_answer (operation);

      assert_cut_off (operation, bytes_of (document));
    }
}

/* The good answer to GetIdentities in another encoding, after @mark, with @named in its declaration (NULL: none). */
static GByteArray *
encoded (const char *encoding, const char *named, Bytes mark)
{
  g_autofree char *utf8 = good_answer (OPERATION_GET_IDENTITIES);
  g_autofree char *declaration = named == NULL ? g_strdup ("") : g_strdup_printf ("encoding=\"%s\"", named);
  g_autoptr (GString) text = g_string_new (utf8);
  g_autofree char *converted = NULL;
  GByteArray *bytes = g_byte_array_new ();
  gsize length;

  g_string_replace (text, "encoding=\"utf-8\"", declaration, 0);
  if (strstr (encoding, "8859") != NULL)
    g_string_replace (text, " 🌲", "", 0);
  converted = g_convert (text->str, (gssize)text->len, encoding, "UTF-8", NULL, &length, NULL);
  g_assert_nonnull (converted);
  g_byte_array_append (bytes, (const guint8 *)mark.bytes, (guint)mark.length);
  g_byte_array_append (bytes, (const guint8 *)converted, (guint)length);
  return bytes;
}

static void
assert_encoding_reads (const char *encoding, const char *named, const char *mark, const char *content_type)
{
  g_autoptr (GByteArray) document = encoded (encoding, named, bytes_of (mark));
  Bytes bytes = {(const char *)document->data, document->len};
  HttpHead head = {200, content_type, 0};
  g_autofree char *description = assert_same_in_all_pieces (OPERATION_GET_IDENTITIES, &head, bytes);

  if (strstr (description, "'Ærlig Økonomi ÅS") == NULL || strstr (description, "'Fjord & Fjell AS'") == NULL)
    g_error ("%s as %s: %s", encoding, content_type, description);
}

#define UTF8_MARK    "\xef\xbb\xbf"
#define UTF16LE_MARK "\xff\xfe"
#define UTF16BE_MARK "\xfe\xff"

static void
utf_8_is_read_with_and_without_its_mark_and_name (void)
{
  assert_encoding_reads ("UTF-8", "utf-8", UTF8_MARK, "text/xml; charset=utf-8");
  assert_encoding_reads ("UTF-8", NULL, UTF8_MARK, "text/xml");
  assert_encoding_reads ("UTF-8", NULL, "", "text/xml");
  assert_encoding_reads ("UTF-8", NULL, "", NULL);
  assert_encoding_reads ("UTF-8", NULL, "", "text/xml; charset=utf-8");
}

static void
utf_16_is_read_in_both_byte_orders_with_and_without_its_mark (void)
{
  assert_encoding_reads ("UTF-16LE", "utf-16", UTF16LE_MARK, "text/xml; charset=utf-16");
  assert_encoding_reads ("UTF-16BE", "utf-16", UTF16BE_MARK, "text/xml; charset=utf-16");
  assert_encoding_reads ("UTF-16LE", "utf-16", "", "text/xml");
  assert_encoding_reads ("UTF-16BE", "utf-16", "", "text/xml");
  assert_encoding_reads ("UTF-16LE", NULL, UTF16LE_MARK, "text/xml");
  assert_encoding_reads ("UTF-16BE", NULL, UTF16BE_MARK, NULL);
}

static void
latin_1_is_read_by_its_declaration (void)
{
  assert_encoding_reads ("ISO-8859-1", "iso-8859-1", "", "text/xml");
  assert_encoding_reads ("ISO-8859-1", "ISO-8859-1", "", NULL);
}

static void
latin_1_is_read_by_the_charset_of_http_alone (void)
{
  assert_encoding_reads ("ISO-8859-1", NULL, "", "text/xml; charset=iso-8859-1");
  assert_encoding_reads ("ISO-8859-1", NULL, "", "text/xml;CHARSET=\"ISO-8859-1\"");
  assert_encoding_reads ("ISO-8859-1", NULL, "", "application/soap+xml; action=\"x\"; charset = iso-8859-1");
}

static void
what_the_document_says_of_its_encoding_counts_before_http (void)
{
  assert_encoding_reads ("UTF-8", "utf-8", "", "text/xml; charset=iso-8859-1");
  assert_encoding_reads ("UTF-8", NULL, UTF8_MARK, "text/xml; charset=iso-8859-1");
  assert_encoding_reads ("ISO-8859-1", "iso-8859-1", "", "text/xml; charset=utf-8");
  assert_encoding_reads ("UTF-16LE", "utf-16", UTF16LE_MARK, "text/xml; charset=utf-8");
}

static void
a_charset_that_nobody_knows_is_no_hindrance (void)
{
  assert_encoding_reads ("UTF-8", NULL, "", "text/xml; charset=x-unheard-of");
  assert_encoding_reads ("UTF-8", "utf-8", "", "text/xml; charset=");
}

static void
bytes_that_are_not_of_the_encoding_are_refused (void)
{
  g_autofree char *latin = response (OPERATION_LOGIN, "<Later>\xe6</Later><LoginResult>" SID "</LoginResult>");
  g_autofree char *overlong = response (OPERATION_LOGIN, "<Later>\xc0\xaf</Later><LoginResult>" SID "</LoginResult>");
  g_autofree char *surrogate
    = response (OPERATION_LOGIN, "<Later>\xed\xa0\x80</Later><LoginResult>" SID "</LoginResult>");

  assert_refused (OPERATION_LOGIN, latin, SO24_ERROR_NOT_UNDERSTOOD, "well-formed");
  assert_refused (OPERATION_LOGIN, overlong, SO24_ERROR_NOT_UNDERSTOOD, "well-formed");
  assert_refused (OPERATION_LOGIN, surrogate, SO24_ERROR_NOT_UNDERSTOOD, "well-formed");
}

static const Sentence sentences[] = {
  SENTENCE (each_operation_reads_the_same_in_all_pieces),
  SENTENCE (references_sections_and_comments_read_the_same_in_all_pieces),
  SENTENCE (a_fault_reads_the_same_in_all_pieces),
  SENTENCE (a_malformed_answer_fails_the_same_in_all_pieces),
  SENTENCE (an_answer_that_is_cut_off_anywhere_is_not_understood),
  SENTENCE (utf_8_is_read_with_and_without_its_mark_and_name),
  SENTENCE (utf_16_is_read_in_both_byte_orders_with_and_without_its_mark),
  SENTENCE (latin_1_is_read_by_its_declaration),
  SENTENCE (latin_1_is_read_by_the_charset_of_http_alone),
  SENTENCE (what_the_document_says_of_its_encoding_counts_before_http),
  SENTENCE (a_charset_that_nobody_knows_is_no_hindrance),
  SENTENCE (bytes_that_are_not_of_the_encoding_are_refused),
};

MAIN ("answer, in pieces")
