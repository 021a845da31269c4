/* The streaming reader by itself: its rules, its limits, and what it keeps in memory (reader.h). */
#include "soap/reader.h"

#include "soap/document.h"
#include "soap/identity.h"
#include "support/documents.h"
#include "support/sentences.h"

#include <malloc.h>
#include <string.h>

typedef struct
{
  char *text;
  gint32 number;
  Secret *secret;
  GString *fields;
} Record;

static gboolean
take_field (gpointer record, const char *name, const SecretBuffer *text, GError **error)
{
  Record *taken = record;

  g_string_append_printf (taken->fields, "%s=%s;", name, text->data == NULL ? "" : text->data);
  if (strcmp (name, "refused") != 0)
    return TRUE;
  g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "no such field");
  return FALSE;
}

static const ReadRule field_rules[] = {
  {NULL, READ_FIELD, IN_ANY, .repeats = TRUE, .take = take_field},
  {NULL, READ_END},
};

static const ReadRule record_rules[] = {
  {"text", READ_TEXT, .offset = G_STRUCT_OFFSET (Record, text)},
  {"number", READ_INT, .required = TRUE, .offset = G_STRUCT_OFFSET (Record, number)},
  {"secret", READ_SECRET, .offset = G_STRUCT_OFFSET (Record, secret)},
  {"fields", READ_GROUP, .children = field_rules},
  {NULL, READ_END},
};

static const ReadRule root_rules[] = {
  {"record", READ_GROUP, .children = record_rules},
  {NULL, READ_END},
};

static void
record_clear (Record *record)
{
  g_free (record->text);
  g_clear_pointer (&record->secret, secret_unref);
  g_string_free (record->fields, TRUE);
}

static gboolean
read_record (const char *document, Record *record, GError **error)
{
  g_autoptr (Reader) reader = reader_new (root_rules, record, TRUE);

  *record = (Record){.fields = g_string_new (NULL)};
  return reader_feed (reader, document, strlen (document), error) && reader_finish (reader, error);
}

static void
values_are_stored_where_the_rules_say (void)
{
  g_autoptr (GError) error = NULL;
  Record record;

  g_assert_true (
    read_record ("<record><secret> s&lt;t </secret><number>-7</number><text> t </text></record>", &record, &error));
  g_assert_cmpstr (record.text, ==, " t ");
  g_assert_cmpint (record.number, ==, -7);
  g_assert_cmpstr (secret_text (record.secret), ==, "s<t");
  record_clear (&record);
}

static void
fields_of_any_name_are_handed_on_with_their_text (void)
{
  g_autoptr (GError) error = NULL;
  Record record;

  g_assert_true (read_record (
    "<record><number>1</number><fields><a> 1 </a><x:b xmlns:x='urn:x'/><a>2</a></fields></record>", &record, &error));
  g_assert_cmpstr (record.fields->str, ==, "a= 1 ;b=;a=2;");
  record_clear (&record);
}

static void
a_field_that_is_not_taken_ends_the_reading_with_its_own_error (void)
{
  g_autoptr (GError) error = NULL;
  Record record;

  g_assert_false (read_record ("<record><fields><refused/><later/></fields></record>", &record, &error));
  assert_failed_saying (&error, SO24_ERROR_INVALID, "no such field");
  g_assert_cmpstr (record.fields->str, ==, "refused=;");
  record_clear (&record);
}

static void
a_missing_required_element_is_named (void)
{
  g_autoptr (GError) error = NULL;
  Record record;

  g_assert_false (read_record ("<record><text/></record>", &record, &error));
  assert_failed_saying (&error, SO24_ERROR_NOT_UNDERSTOOD, "<number> is missing");
  record_clear (&record);
}

static void
the_first_error_stays (void)
{
  g_autoptr (GError) first = NULL, again = NULL, end = NULL;
  Record record = {.fields = g_string_new (NULL)};
  Reader *reader = reader_new (root_rules, &record, TRUE);

  g_assert_false (reader_feed (reader, "<record><number>x</number>", 26, &first));
  g_assert_false (reader_feed (reader, "<number>1</number></record>", 27, &again));
  g_assert_false (reader_finish (reader, &end));
  g_assert_cmpstr (again->message, ==, first->message);
  g_assert_cmpstr (end->message, ==, first->message);
  g_assert_false (reader_complete (reader));
  reader_free (reader);
  record_clear (&record);
}

static void
a_document_is_complete_with_the_end_of_its_root (void)
{
  const char *document = "<record><number>1</number></record >";
  Record record = {.fields = g_string_new (NULL)};
  Reader *reader = reader_new (root_rules, &record, TRUE);

  for (const char *at = document; *at != '\0'; at++)
    {
      g_assert_false (reader_complete (reader));
      g_assert_true (reader_feed (reader, at, 1, NULL));
    }
  g_assert_true (reader_complete (reader));
  g_assert_true (reader_finish (reader, NULL));
  reader_free (reader);
  record_clear (&record);
}

static void
a_reader_that_got_nothing_has_understood_nothing (void)
{
  g_autoptr (GError) error = NULL;
  Record record = {.fields = g_string_new (NULL)};
  g_autoptr (Reader) reader = reader_new (root_rules, &record, TRUE);

  g_assert_true (reader_feed (reader, "", 0, &error));
  g_assert_false (reader_finish (reader, &error));
  assert_failed (&error, SO24_ERROR_NOT_UNDERSTOOD);
  record_clear (&record);
}

static void
namespaces_count_unless_any_will_do (void)
{
  g_autoptr (GError) error = NULL;
  Record record = {.fields = g_string_new (NULL)};
  g_autoptr (Reader) reader = reader_new (root_rules, &record, FALSE);

  g_assert_false (reader_feed (reader, "<record><number>1</number></record>", 35, &error));
  assert_failed (&error, SO24_ERROR_NOT_UNDERSTOOD);
  record_clear (&record);
}

/* <number>, and a text of @length bytes in <@name>. */
static gboolean
read_long (const char *name, gsize length, GError **error)
{
  g_autofree char *text = g_strnfill (length, 'x');
  g_autofree char *document = g_strdup_printf ("<record><number>1</number><%s>%s</%s></record>", name, text, name);
  Record record;
  gboolean good = read_record (document, &record, error);

  g_assert_true (!good || strcmp (name, "text") != 0 || strlen (record.text) == length);
  record_clear (&record);
  return good;
}

static void
values_may_be_as_long_as_a_mebibyte_and_no_longer (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (read_long ("text", 1 << 20, &error));
  g_assert_false (read_long ("text", (1 << 20) + 1, &error));
  assert_failed_saying (&error, SO24_ERROR_NOT_UNDERSTOOD, "longer");
  g_assert_false (read_long ("secret", 2 << 20, &error));
  assert_failed_saying (&error, SO24_ERROR_NOT_UNDERSTOOD, "longer");
}

static void
what_is_skipped_may_be_longer (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (read_long ("later", 4 << 20, &error));
  g_assert_no_error (error);
}

static gboolean
read_nested (guint depth, GError **error)
{
  g_autoptr (GString) document = g_string_new ("<record><number>1</number>");
  Record record;
  gboolean good;

  for (guint i = 0; i < depth; i++)
    g_string_append (document, "<a>");
  for (guint i = 0; i < depth; i++)
    g_string_append (document, "</a>");
  g_string_append (document, "</record>");
  good = read_record (document->str, &record, error);
  record_clear (&record);
  return good;
}

static void
deep_nesting_is_skipped_or_refused_but_harms_nobody (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (read_nested (200, &error));
  if (!read_nested (1000000, &error))
    assert_failed (&error, SO24_ERROR_NOT_UNDERSTOOD);
}

/* Bytes that malloc() has handed out; 0 where a sanitizer does the counting. */
static gsize
allocated (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

/* Reads @count identities; *@beyond is the most that was used while reading and did not belong to the result. */
static GPtrArray *
read_many (guint count, const char *item, gsize *beyond)
{
  g_autofree char *start = response (OPERATION_GET_IDENTITIES, "<GetIdentitiesResult>@</GetIdentitiesResult>");
  g_auto (GStrv) halves = g_strsplit (start, "@", 2);
  g_autoptr (Request) request = request_new (OPERATION_GET_IDENTITIES);
  gsize before = allocated (), most = before;
  AnswerReader *reader = answer_reader_new (request);
  g_autoptr (Answer) answer = NULL;

  answer_reader_feed (reader, &ok_head, halves[0], strlen (halves[0]));
  for (guint i = 0; i < count; i++)
    {
      answer_reader_feed (reader, &ok_head, item, strlen (item));
      most = MAX (most, allocated ());
    }
  answer_reader_feed (reader, &ok_head, halves[1], strlen (halves[1]));
  answer = answer_reader_finish (reader, &ok_head);
  answer_reader_free (reader);
  g_assert_no_error (answer->error);
  *beyond = most - MIN (most, MAX (allocated (), before));
  return g_ptr_array_ref (answer->identities);
}

static void
ten_thousand_identities_cost_what_they_are_and_no_more (void)
{
  gsize beyond;
  g_autoptr (GPtrArray) identities = read_many (10000, IDENTITY_2, &beyond);

  g_assert_cmpuint (identities->len, ==, 10000);
  g_assert_cmpint (((Identity *)g_ptr_array_index (identities, 9999))->client_id, ==, 400000000001);
  g_assert_cmpuint (beyond, <, 256 << 10);
}

static void
ten_thousand_skipped_elements_cost_nothing (void)
{
  gsize beyond;
  g_autoptr (GPtrArray) identities
    = read_many (10000, "<Later a='1'><Identity>" IDENTITY_2 "</Identity>some text</Later>", &beyond);

  g_assert_cmpuint (identities->len, ==, 0);
  g_assert_cmpuint (beyond, <, 256 << 10);
}

static const Sentence sentences[] = {
  SENTENCE (values_are_stored_where_the_rules_say),
  SENTENCE (fields_of_any_name_are_handed_on_with_their_text),
  SENTENCE (a_field_that_is_not_taken_ends_the_reading_with_its_own_error),
  SENTENCE (a_missing_required_element_is_named),
  SENTENCE (the_first_error_stays),
  SENTENCE (a_document_is_complete_with_the_end_of_its_root),
  SENTENCE (a_reader_that_got_nothing_has_understood_nothing),
  SENTENCE (namespaces_count_unless_any_will_do),
  SENTENCE (values_may_be_as_long_as_a_mebibyte_and_no_longer),
  SENTENCE (what_is_skipped_may_be_longer),
  SENTENCE (deep_nesting_is_skipped_or_refused_but_harms_nobody),
  SENTENCE (ten_thousand_identities_cost_what_they_are_and_no_more),
  SENTENCE (ten_thousand_skipped_elements_cost_nothing),
};

MAIN ("reader")
