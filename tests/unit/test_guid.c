/* GUIDs: which texts are one, and how a half-written one is told from what can be none. */
#include "base/guid.h"
#include "support/sentences.h"

#include <string.h>

#define CANONICAL "310d5fd3-0002-4047-a03b-00000000000f"

static void
assert_is_no_guid (const char *text)
{
  Guid guid = guid_zero;

  if (guid_parse (text, strlen (text), &guid))
    g_error ("taken for a GUID: \"%s\"", text);
}

static void
assert_reads_as_canonical (const char *text)
{
  Guid guid;

  g_assert_true (guid_parse (text, strlen (text), &guid));
  g_assert_cmpstr (guid.text, ==, CANONICAL);
}

static void
the_canonical_form_stays_as_it_is (void)
{
  assert_reads_as_canonical (CANONICAL);
}

static void
upper_case_becomes_lower_case (void)
{
  assert_reads_as_canonical ("310D5FD3-0002-4047-A03B-00000000000F");
  assert_reads_as_canonical ("310D5fd3-0002-4047-a03B-00000000000f");
}

static void
surrounding_braces_are_dropped (void)
{
  assert_reads_as_canonical ("{" CANONICAL "}");
}

static void
a_half_brace_or_two_pairs_make_it_no_guid (void)
{
  assert_is_no_guid ("{" CANONICAL);
  assert_is_no_guid (CANONICAL "}");
  assert_is_no_guid ("{{" CANONICAL "}}");
  assert_is_no_guid ("(" CANONICAL ")");
  assert_is_no_guid ("{310d5fd3-0002-4047-a03b-0000000000}");
}

static void
blanks_make_it_no_guid (void)
{
  assert_is_no_guid (" " CANONICAL);
  assert_is_no_guid (CANONICAL " ");
  assert_is_no_guid (CANONICAL "\n");
  assert_is_no_guid ("310d5fd3 0002-4047-a03b-00000000000f");
}

static void
one_character_more_or_less_makes_it_no_guid (void)
{
  char text[] = CANONICAL "0";
  Guid guid;

  for (gsize length = 0; length <= GUID_LENGTH + 1; length++)
    g_assert_cmpint (guid_parse (text, length, &guid), ==, length == GUID_LENGTH);
}

static void
a_wrong_character_anywhere_makes_it_no_guid (void)
{
  static const char wrong[] = "gG-/:@`{ \t\xc3";

  for (gsize i = 0; i < GUID_LENGTH; i++)
    for (const char *at = wrong; *at != '\0'; at++)
      {
        char text[] = CANONICAL;

        if (text[i] == *at)
          continue;
        text[i] = *at;
        assert_is_no_guid (text);
      }
}

static void
a_nul_byte_makes_it_no_guid (void)
{
  char text[] = CANONICAL;
  Guid guid;

  text[10] = '\0';
  g_assert_false (guid_parse (text, GUID_LENGTH, &guid));
}

static void
a_failed_reading_leaves_the_guid_alone (void)
{
  Guid guid = guid_zero;

  g_assert_false (guid_parse ("310d5fd3-0002-4047-a03b-00000000000g", GUID_LENGTH, &guid));
  g_assert_true (guid_is_zero (&guid));
}

static void
bytes_past_the_length_do_not_count (void)
{
  Guid guid;

  g_assert_true (guid_parse (CANONICAL "garbage", GUID_LENGTH, &guid));
  g_assert_cmpstr (guid.text, ==, CANONICAL);
}

static void
only_zeros_are_the_zero_guid (void)
{
  Guid guid;

  g_assert_true (guid_is_zero (&guid_zero));
  g_assert_true (guid_parse ("{00000000-0000-0000-0000-000000000000}", GUID_LENGTH + 2, &guid));
  g_assert_true (guid_is_zero (&guid));
  g_assert_true (guid_parse ("00000000-0000-0000-0000-000000000001", GUID_LENGTH, &guid));
  g_assert_false (guid_is_zero (&guid));
}

static void
case_does_not_make_two_guids_of_one (void)
{
  Guid lower, upper, other;

  g_assert_true (guid_parse (CANONICAL, GUID_LENGTH, &lower));
  g_assert_true (guid_parse ("310D5FD3-0002-4047-A03B-00000000000F", GUID_LENGTH, &upper));
  g_assert_true (guid_parse ("310d5fd3-0002-4047-a03b-00000000000e", GUID_LENGTH, &other));
  g_assert_true (guid_equal (&lower, &upper));
  g_assert_false (guid_equal (&lower, &other));
}

static void
each_beginning_of_a_guid_could_become_one (void)
{
  for (gsize length = 0; length <= GUID_LENGTH; length++)
    g_assert_cmpuint (guid_prefix_length (CANONICAL, length), ==, length);
}

static void
a_beginning_ends_at_the_first_byte_that_does_not_fit (void)
{
  g_assert_cmpuint (guid_prefix_length ("310d5fd3x", 9), ==, 8);
  g_assert_cmpuint (guid_prefix_length ("310d5fd34", 9), ==, 8);
  g_assert_cmpuint (guid_prefix_length ("Fjord", 5), ==, 1);
  g_assert_cmpuint (guid_prefix_length ("-", 1), ==, 0);
  g_assert_cmpuint (guid_prefix_length ("{310d", 5), ==, 0);
  g_assert_cmpuint (guid_prefix_length (CANONICAL "ff", GUID_LENGTH + 2), ==, GUID_LENGTH);
}

static const Sentence sentences[] = {
  SENTENCE (the_canonical_form_stays_as_it_is),
  SENTENCE (upper_case_becomes_lower_case),
  SENTENCE (surrounding_braces_are_dropped),
  SENTENCE (a_half_brace_or_two_pairs_make_it_no_guid),
  SENTENCE (blanks_make_it_no_guid),
  SENTENCE (one_character_more_or_less_makes_it_no_guid),
  SENTENCE (a_wrong_character_anywhere_makes_it_no_guid),
  SENTENCE (a_nul_byte_makes_it_no_guid),
  SENTENCE (a_failed_reading_leaves_the_guid_alone),
  SENTENCE (bytes_past_the_length_do_not_count),
  SENTENCE (only_zeros_are_the_zero_guid),
  SENTENCE (case_does_not_make_two_guids_of_one),
  SENTENCE (each_beginning_of_a_guid_could_become_one),
  SENTENCE (a_beginning_ends_at_the_first_byte_that_does_not_fit),
};

MAIN ("guid")
