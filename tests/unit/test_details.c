/* Lines of key=value (base/details.h): what is quoted, and that nothing gets out of its line or its quotes. */
#include "base/details.h"

#include "support/sentences.h"

#include <string.h>

static void
assert_written (const char *value, const char *written)
{
  g_autoptr (GString) line = g_string_new ("word");
  g_autofree char *expected = g_strdup_printf ("word key=%s", written);

  details_add (line, "key", value);
  g_assert_cmpstr (line->str, ==, expected);
}

static void
plain_values_stand_as_they_are (void)
{
  assert_written ("310d5fd3-0002-4047-a03b-000000000002", "310d5fd3-0002-4047-a03b-000000000002");
  assert_written ("ola@example.com", "ola@example.com");
  assert_written ("2026-11-25T09:46:40Z", "2026-11-25T09:46:40Z");
  assert_written ("13", "13");
}

static void
all_others_are_quoted (void)
{
  assert_written ("", "\"\"");
  assert_written ("Fjord & Fjell AS", "\"Fjord & Fjell AS\"");
  assert_written ("Ærlig", "\"Ærlig\"");
  assert_written ("a=b", "\"a=b\"");
  assert_written ("$(reboot)", "\"$(reboot)\"");
  assert_written ("say \"no\" \\", "\"say \\\"no\\\" \\\\\"");
}

static void
a_line_stays_one_line (void)
{
  assert_written ("a\nb\tc\r", "\"a\\nb\\tc\\u000d\"");
  assert_written ("\x1b[31m", "\"\\u001b[31m\"");
  assert_written ("\u2028\xc2\x85", "\"\\u2028\\u0085\"");
}

static void
bytes_that_are_no_utf_8_become_valid (void)
{
  g_autoptr (GString) line = g_string_new (NULL);

  details_add (line, "key", "caf\xe9 \xff");
  g_assert_true (g_utf8_validate (line->str, -1, NULL));
}

static void
long_values_are_cut_at_a_character (void)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GString) value = g_string_new (NULL);

  for (guint i = 0; i < 100000; i++)
    g_string_append (value, "æ");
  details_add (line, "key", value->str);
  g_assert_cmpuint (line->len, <, 500);
  g_assert_true (g_utf8_validate (line->str, -1, NULL));
  g_assert_true (g_str_has_suffix (line->str, "æ...\""));
}

static void
what_is_not_known_is_left_out (void)
{
  g_autoptr (GString) line = g_string_new ("word");

  details_add (line, "key", NULL);
  g_assert_cmpstr (line->str, ==, "word");
}

static void
moments_are_written_in_utc (void)
{
  g_autofree char *second = details_second (G_GINT64_CONSTANT (1795600000987654));
  g_autofree char *millisecond = details_millisecond (G_GINT64_CONSTANT (1795600000007654));
  g_autofree char *far = details_second (G_MAXINT64);

  g_assert_cmpstr (second, ==, "2026-11-25T09:46:40Z");
  g_assert_cmpstr (millisecond, ==, "2026-11-25T09:46:40.007Z");
  g_assert_cmpstr (far, ==, "9999-12-31T23:59:59Z");
}

static const Sentence sentences[] = {
  SENTENCE (plain_values_stand_as_they_are),
  SENTENCE (all_others_are_quoted),
  SENTENCE (a_line_stays_one_line),
  SENTENCE (bytes_that_are_no_utf_8_become_valid),
  SENTENCE (long_values_are_cut_at_a_character),
  SENTENCE (what_is_not_known_is_left_out),
  SENTENCE (moments_are_written_in_utc),
};

MAIN ("details")
