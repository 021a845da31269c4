/* What an answer must not contain (reader.h; design.md, section 3: "answer not understood"). */
#include "support/documents.h"
#include "support/sentences.h"

#include <string.h>

static void
assert_login_refused (const char *results, const char *words)
{
  g_autofree char *document = response (OPERATION_LOGIN, results);

  assert_refused (OPERATION_LOGIN, document, SO24_ERROR_NOT_UNDERSTOOD, words);
}

static void
assert_identity_refused (const char *fields, const char *words)
{
  g_autofree char *result = g_strdup_printf ("<GetIdentityResult>%s</GetIdentityResult>", fields);
  g_autofree char *document = response (OPERATION_GET_IDENTITY, result);

  assert_refused (OPERATION_GET_IDENTITY, document, SO24_ERROR_NOT_UNDERSTOOD, words);
}

static void
two_of_the_same_element_are_refused (void)
{
  assert_login_refused ("<LoginResult>" SID "</LoginResult><LoginResult>other</LoginResult>", "two <LoginResult>");
  assert_identity_refused ("<Id>" ID_1 "</Id><Id>" ID_2 "</Id>", "two <Id>");
  assert_identity_refused ("<Id>" ID_1 "</Id><User><Name>a</Name><Name>a</Name></User>", "two <Name>");
  assert_identity_refused ("<Id>" ID_1 "</Id><User/><User/>", "two <User>");
  assert_identity_refused ("<Id>" ID_1 "</Id><IsCurrent>true</IsCurrent><IsCurrent>true</IsCurrent>",
                           "two <IsCurrent>");
}

static void
two_responses_or_bodies_are_refused (void)
{
  g_autofree char *responses = envelope ("<HasSessionResponse xmlns=\"" SERVICE_NAMESPACE
                                         "\"><HasSessionResult>true</HasSessionResult></HasSessionResponse>"
                                         "<HasSessionResponse xmlns=\"" SERVICE_NAMESPACE "\"/>");

  assert_refused (OPERATION_HAS_SESSION, responses, SO24_ERROR_NOT_UNDERSTOOD, "two <HasSessionResponse>");
  assert_refused (OPERATION_HAS_SESSION, "<Envelope xmlns=\"" SOAP_1_1 "\"><Body/><Body/></Envelope>",
                  SO24_ERROR_NOT_UNDERSTOOD, "two <Body>");
}

static void
values_outside_their_type_are_refused (void)
{
  static const char *const values[] = {"<IsCurrent>True</IsCurrent>",
                                       "<IsCurrent>yes</IsCurrent>",
                                       "<IsCurrent></IsCurrent>",
                                       "<IsCurrent>2</IsCurrent>",
                                       "<IsDisabled>t rue</IsDisabled>",
                                       "<Client><Id></Id></Client>",
                                       "<Client><Id>1.0</Id></Client>",
                                       "<Client><Id>1 2</Id></Client>",
                                       "<Client><Id>0x10</Id></Client>",
                                       "<Client><Id>+-1</Id></Client>",
                                       "<Client><Id>++1</Id></Client>",
                                       "<Client><Id>1e3</Id></Client>",
                                       "<User><Id>no guid</Id></User>",
                                       "<User><Id></Id></User>",
                                       "<User><ContactId>a</ContactId></User>",
                                       "<Servers><Server><Id>x</Id></Server></Servers>"};

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *fields = g_strconcat ("<Id>" ID_1 "</Id>", values[i], NULL);

      assert_identity_refused (fields, "value outside its type");
    }
}

static void
numbers_are_read_up_to_the_ends_of_their_type_and_no_further (void)
{
  static const char *const good[]
    = {"<User><ContactId>2147483647</ContactId></User>", "<User><ContactId>-2147483648</ContactId></User>",
       "<Client><Id>9223372036854775807</Id></Client>", "<Client><Id>-9223372036854775808</Id></Client>"};
  static const char *const bad[] = {"<User><ContactId>2147483648</ContactId></User>",
                                    "<User><EmployeeId>-2147483649</EmployeeId></User>",
                                    "<Servers><Server><Type>400000000000</Type></Server></Servers>",
                                    "<Client><Id>9223372036854775808</Id></Client>",
                                    "<Client><Id>-9223372036854775809</Id></Client>",
                                    "<Client><Id>99999999999999999999999999999999999</Id></Client>"};

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *result = g_strdup_printf ("<GetIdentityResult><Id>" ID_1 "</Id>%s</GetIdentityResult>", good[i]);
      g_autofree char *document = response (OPERATION_GET_IDENTITY, result);
      g_autoptr (Answer) answer = read_answer (OPERATION_GET_IDENTITY, document);

      g_assert_no_error (answer->error);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *fields = g_strconcat ("<Id>" ID_1 "</Id>", bad[i], NULL);

      assert_identity_refused (fields, "value outside its type");
    }
}

static void
elements_where_a_value_should_be_are_refused (void)
{
  assert_login_refused ("<LoginResult>" SID "<b/></LoginResult>", "an element where a value");
  assert_identity_refused ("<Id>" ID_1 "</Id><Client><Name><Id>1</Id></Name></Client>", "an element where a value");
}

static void
forbidden_references_are_dropped_from_texts_only (void)
{
  g_autofree char *document = response (
    OPERATION_GET_IDENTITY, "<GetIdentityResult><Id>" ID_1 "</Id><User><Name>a&#x1;b&#31;&#0;c</Name></User>"
                            "<Client><Id>7&#x1F;</Id><Name><![CDATA[a&#x1;b]]></Name></Client>"
                            "<Later a=\"&#x1;\">&#x8;</Later></GetIdentityResult>");

  assert_reads (OPERATION_GET_IDENTITY, document,
                "{" ID_1
                " user 00000000-0000-0000-0000-000000000000 'abc' -2147483648 -2147483648 client 7 'a&#x1;b'}");
}

/* libxml2 drops good references after a forbidden one, unless it is kept from it. */
static void
what_follows_a_forbidden_reference_is_read_in_full (void)
{
  static const char *const rows[][2]
    = {{"<Client><Name>&#x1;&amp;</Name></Client>", "client 0 '&'"},
       {"<Client><Name>a&#x1;b &amp; c</Name></Client>", "client 0 'ab & c'"},
       {"<Client><Name>x&#x1;&amp;&lt;&#65;&gt;</Name></Client>", "client 0 'x&<A>'"},
       {"<Client><Name>a &amp; b&#x1;c &quot;&apos; d&#2;&amp;</Name></Client>", "client 0 'a & bc \"' d&'"},
       {"<Client><Name>a&#x1;b</Name></Client><User><Name>c &amp; d</Name></User>", "'c & d'"},
       {"<Later>&#x1;</Later><Client><Name>c &amp; d</Name></Client>", "'c & d'"}};

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *result
        = g_strdup_printf ("<GetIdentityResult><Id>" ID_1 "</Id>%s</GetIdentityResult>", rows[i][0]);
      g_autofree char *document = response (OPERATION_GET_IDENTITY, result);
      g_autofree char *said = assert_same_in_all_pieces (OPERATION_GET_IDENTITY, &ok_head, bytes_of (document));

      if (strstr (said, rows[i][1]) == NULL)
        g_error ("%s is not in: %s", rows[i][1], said);
    }
}

static void
references_that_are_no_characters_at_all_are_refused (void)
{
  assert_login_refused ("<LoginResult>" SID "</LoginResult><Later>&#xZZ;</Later>", "well-formed");
  assert_login_refused ("<LoginResult>" SID "</LoginResult><Later>&#12</Later>", "well-formed");
  assert_login_refused ("<LoginResult>" SID "</LoginResult><Later>&nbsp;</Later>", "well-formed");
  assert_login_refused ("<LoginResult>" SID "</LoginResult><Later>a & b</Later>", "well-formed");
}

static void
raw_control_characters_are_refused_everywhere (void)
{
  static const char *const places[] = {"<Later>a\x01z</Later>",
                                       "<Later><![CDATA[a\x01z]]></Later>",
                                       "<Later b=\"a\x01z\"/>",
                                       "<!-- a\x01z -->",
                                       "<?pi a\x01z?>",
                                       "<Later>\x0c</Later>",
                                       "<Later>\xef\xbf\xbf</Later>",
                                       "<La\x01ter/>"};

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *results = g_strconcat ("<LoginResult>" SID "</LoginResult>", places[i], NULL);

      assert_login_refused (results, "well-formed");
    }
}

static void
xml_that_is_not_well_formed_is_refused (void)
{
  static const char *const places[] = {"<Later>",
                                       "</Later>",
                                       "<Later></later>",
                                       "<a b=c/>",
                                       "<a b='1' b='1'/>",
                                       "<a b=\"<\"/>",
                                       "<x:a/>",
                                       "<!-- -- -->",
                                       "<1a/>",
                                       "]]>",
                                       "<a",
                                       "<?xml version=\"1.0\"?>",
                                       "<![CDATA["};

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *results = g_strconcat ("<LoginResult>" SID "</LoginResult>", places[i], NULL);

      assert_login_refused (results, "");
    }
}

static void
a_document_type_is_refused (void)
{
  static const char *const types[]
    = {"<!DOCTYPE html>", "<!DOCTYPE soap:Envelope SYSTEM \"file:///etc/passwd\">", "<!DOCTYPE a [<!ENTITY b \"c\">]>",
       "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/\"> %p;]>"};
  g_autofree char *good = good_answer (OPERATION_LOGIN);

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *document = g_strconcat (XML_DECLARATION, types[i], good + strlen (XML_DECLARATION), NULL);
      g_autofree char *same = assert_same_in_all_pieces (OPERATION_LOGIN, &ok_head, bytes_of (document));

      g_assert_nonnull (strstr (same, "document type"));
      assert_refused (OPERATION_LOGIN, document, SO24_ERROR_NOT_UNDERSTOOD, "document type");
    }
}

static void
a_bomb_of_entities_is_refused_before_it_grows (void)
{
  g_autoptr (GString) bomb = g_string_new ("<!DOCTYPE b [<!ENTITY e0 \"boom\">");
  gint64 start = g_get_monotonic_time ();

  for (int i = 1; i < 30; i++)
    g_string_append_printf (bomb, "<!ENTITY e%d \"&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;&e%d;\">", i, i - 1, i - 1, i - 1,
                            i - 1, i - 1, i - 1, i - 1, i - 1);
  g_string_append (bomb, "]><Envelope xmlns=\"" SOAP_1_1 "\">&e29;</Envelope>");
  assert_refused (OPERATION_LOGIN, bomb->str, SO24_ERROR_NOT_UNDERSTOOD, "document type");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
}

static void
what_follows_the_document_is_refused_unless_it_is_blank_or_a_comment (void)
{
  static const char *const garbage[] = {"x", "<a/>", "<soap:Envelope/>", "\x01", "&amp;", "<!DOCTYPE a>"};
  g_autofree char *good = good_answer (OPERATION_HAS_SESSION);
  g_autofree char *blanks = g_strconcat (good, "\r\n \t<!-- end --><?pi?>\n", NULL);

  assert_reads (OPERATION_HAS_SESSION, blanks, "true");
  for (gsize i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      g_autofree char *document = g_strconcat (good, garbage[i], NULL);
      g_autofree char *same = assert_same_in_all_pieces (OPERATION_HAS_SESSION, &ok_head, bytes_of (document));

      g_assert_true (g_str_has_prefix (same, "EBADMSG "));
    }
}

static void
what_comes_before_the_declaration_is_refused (void)
{
  g_autofree char *good = good_answer (OPERATION_HAS_SESSION);
  g_autofree char *blank = g_strconcat ("\n", good, NULL);
  g_autofree char *text = g_strconcat ("x", good, NULL);

  assert_refused (OPERATION_HAS_SESSION, blank, SO24_ERROR_NOT_UNDERSTOOD, "");
  assert_refused (OPERATION_HAS_SESSION, text, SO24_ERROR_NOT_UNDERSTOOD, "");
}

static void
a_session_id_that_does_not_fit_a_cookie_is_not_understood (void)
{
  static const char *const ids[] = {"a b",  "a;b", "a,b",      "a&quot;b", "a\\b",     "a&#9;b",
                                    "a\nb", "æ",   "a&#x7f;b", "🌲",        "a&#x85;b", "a&#10;Set-Cookie: b"};

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *login = g_strdup_printf ("<LoginResult>%s</LoginResult>", ids[i]);
      g_autofree char *passport
        = g_strdup_printf ("<AuthenticateByTokenResult><SessionId>%s</SessionId></AuthenticateByTokenResult>", ids[i]);
      g_autofree char *document = response (OPERATION_AUTHENTICATE_BY_TOKEN, passport);

      assert_login_refused (login, "cookie");
      assert_refused (OPERATION_AUTHENTICATE_BY_TOKEN, document, SO24_ERROR_NOT_UNDERSTOOD, "cookie");
    }
}

static void
a_session_id_of_any_cookie_character_is_taken (void)
{
  static const char *const ids[]
    = {"a", "!#$%&amp;'()*+-./0:&lt;=&gt;?@AZ[]^_`az{|}~", "'", "DA8AD78F74CD3D7C78504B88"};

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *login = g_strdup_printf ("<LoginResult>%s</LoginResult>", ids[i]);
      g_autofree char *document = response (OPERATION_LOGIN, login);
      g_autoptr (Answer) answer = read_answer (OPERATION_LOGIN, document);

      g_assert_no_error (answer->error);
    }
}

static void
no_refusal_repeats_the_session_id (void)
{
  static const char *const results[] = {"<LoginResult>" SID ";</LoginResult>",
                                        "<LoginResult>" SID "<b/></LoginResult>",
                                        "<LoginResult>" SID "</LoginResult><LoginResult>" SID "</LoginResult>",
                                        "<LoginResult>" SID "</loginresult>",
                                        "<LoginResult a=\"" SID "\" a=\"" SID "\">" SID "</LoginResult>",
                                        "<LoginResult>" SID "&" SID ";</LoginResult>"};

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *document = response (OPERATION_LOGIN, results[i]);
      g_autoptr (Answer) answer = read_answer (OPERATION_LOGIN, document);

      g_assert_error (answer->error, SO24_ERROR, SO24_ERROR_NOT_UNDERSTOOD);
      g_assert_null (strstr (answer->error->message, SID));
    }
}

static const Sentence sentences[] = {
  SENTENCE (two_of_the_same_element_are_refused),
  SENTENCE (two_responses_or_bodies_are_refused),
  SENTENCE (values_outside_their_type_are_refused),
  SENTENCE (numbers_are_read_up_to_the_ends_of_their_type_and_no_further),
  SENTENCE (elements_where_a_value_should_be_are_refused),
  SENTENCE (forbidden_references_are_dropped_from_texts_only),
  SENTENCE (what_follows_a_forbidden_reference_is_read_in_full),
  SENTENCE (references_that_are_no_characters_at_all_are_refused),
  SENTENCE (raw_control_characters_are_refused_everywhere),
  SENTENCE (xml_that_is_not_well_formed_is_refused),
  SENTENCE (a_document_type_is_refused),
  SENTENCE (a_bomb_of_entities_is_refused_before_it_grows),
  SENTENCE (what_follows_the_document_is_refused_unless_it_is_blank_or_a_comment),
  SENTENCE (what_comes_before_the_declaration_is_refused),
  SENTENCE (a_session_id_that_does_not_fit_a_cookie_is_not_understood),
  SENTENCE (a_session_id_of_any_cookie_character_is_taken),
  SENTENCE (no_refusal_repeats_the_session_id),
};

MAIN ("answer, refused")
