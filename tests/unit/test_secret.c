/* Secrets and the buffers that they pass through, as values: design.md, section 6, and base/secret.h. */
#include "base/secret.h"
#include "support/sentences.h"

#include <string.h>

static gboolean
is_zero (const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (bytes[i] != '\0')
      return FALSE;
  return TRUE;
}

static void
a_secret_keeps_its_bytes_and_ends_them_with_a_nul (void)
{
  g_autoptr (Secret) secret = secret_new ("hunter2 and more", 7);

  g_assert_cmpuint (secret_length (secret), ==, 7);
  g_assert_cmpstr (secret_text (secret), ==, "hunter2");
}

static void
a_secret_may_hold_nuls_or_nothing (void)
{
  g_autoptr (Secret) nuls = secret_new ("a\0b", 3);
  g_autoptr (Secret) nothing = secret_new ("", 0);

  g_assert_cmpuint (secret_length (nuls), ==, 3);
  g_assert_true (memcmp (secret_text (nuls), "a\0b", 3) == 0);
  g_assert_cmpstr (secret_text (nothing), ==, "");
  g_assert_cmpuint (secret_length (nothing), ==, 0);
}

static void
secrets_are_equal_by_all_their_bytes (void)
{
  g_autoptr (Secret) secret = secret_new ("a\0b", 3);
  g_autoptr (Secret) same = secret_new ("a\0b", 3);
  g_autoptr (Secret) other_end = secret_new ("a\0c", 3);
  g_autoptr (Secret) other_start = secret_new ("b\0b", 3);
  g_autoptr (Secret) shorter = secret_new ("a\0", 2);

  g_assert_true (secret_equal (secret, secret));
  g_assert_true (secret_equal (secret, same));
  g_assert_false (secret_equal (secret, other_end));
  g_assert_false (secret_equal (secret, other_start));
  g_assert_false (secret_equal (secret, shorter));
}

static void
a_secret_lives_until_its_last_reference_goes (void)
{
  Secret *secret = secret_new ("hunter2", 7);
  const char *text = secret_text (secret);

  g_assert_true (secret_ref (secret) == secret);
  secret_unref (secret);
  g_assert_cmpstr (text, ==, "hunter2");
  secret_unref (secret);
  g_assert_true (is_zero (text, 7));
}

/* Locked memory is never given back, so what is left in it can be looked at. */
static void
nothing_of_a_secret_of_any_size_stays_behind (void)
{
  for (gsize length = 1; length < 60000; length = length * 3 / 2 + 1)
    {
      g_autofree char *bytes = g_strnfill (length, 'x');
      Secret *secret = secret_new (bytes, length);
      const char *text = secret_text (secret);

      g_assert_true (memcmp (text, bytes, length) == 0);
      secret_unref (secret);
      g_assert_true (is_zero (text, length));
    }
}

static void
secrets_do_not_overlap (void)
{
  g_autoptr (GPtrArray) secrets = g_ptr_array_new_with_free_func ((GDestroyNotify)secret_unref);
  g_auto (GStrv) letters = g_new0 (char *, 27);

  for (guint i = 0; i < 26; i++)
    letters[i] = g_strnfill (300, (char)('a' + i));
  for (guint i = 0; i < 2000; i++)
    {
      g_ptr_array_add (secrets, secret_new (letters[i % 26], i % 300));
      if (i % 3 == 0)
        g_ptr_array_remove_index_fast (secrets, 0);
    }
  for (guint i = 0; i < secrets->len; i++)
    {
      const Secret *secret = g_ptr_array_index (secrets, i);
      guint letter = secret_length (secret) > 0 ? (guint)(*secret_text (secret) - 'a') : 0;

      g_assert_cmpuint (letter, <, 26);
      g_assert_true (memcmp (secret_text (secret), letters[letter], secret_length (secret)) == 0);
    }
}

static void
scrubbing_takes_every_occurrence_out (void)
{
  g_autoptr (Secret) secret = secret_new ("hunter2", 7);
  g_autofree char *scrubbed = secret_scrub ("hunter2: no such password hunter2hunter2", secret);
  g_autofree char *untouched = secret_scrub ("hunter", secret);

  g_assert_cmpstr (scrubbed, ==, "***: no such password ******");
  g_assert_cmpstr (untouched, ==, "hunter");
}

static void
scrubbing_knows_the_ways_in_which_xml_and_html_escape (void)
{
  g_autoptr (Secret) secret = secret_new ("a<b>&\"'c", 8);
  g_autofree char *names = secret_scrub ("1 a&lt;b&gt;&amp;&quot;&apos;c 2", secret);
  g_autofree char *numbers = secret_scrub ("1 a&#60;b&#x3e;&#38;&#X22;&#39;c 2", secret);
  g_autofree char *mixed = secret_scrub ("1 a<b&gt;&&#34;'c 2", secret);

  g_assert_cmpstr (names, ==, "1 *** 2");
  g_assert_cmpstr (numbers, ==, "1 *** 2");
  g_assert_cmpstr (mixed, ==, "1 *** 2");
}

static void
scrubbing_finds_a_secret_that_begins_within_a_false_start (void)
{
  g_autoptr (Secret) secret = secret_new ("aab", 3);
  g_autofree char *scrubbed = secret_scrub ("aaab", secret);

  g_assert_cmpstr (scrubbed, ==, "a***");
}

static void
an_empty_secret_is_nowhere (void)
{
  g_autoptr (Secret) nothing = secret_new ("", 0);
  g_autofree char *scrubbed = secret_scrub ("a sentence", nothing);

  g_assert_cmpstr (scrubbed, ==, "a sentence");
}

static void
scrubbing_never_looks_past_the_end_of_the_text (void)
{
  g_autoptr (Secret) secret = secret_new ("a\0b", 3);
  g_autofree char *scrubbed = secret_scrub ("xa\0b and what does not belong to it", secret);

  g_assert_cmpstr (scrubbed, ==, "xa");
}

static void
scrubbing_ends_even_when_the_secret_is_made_of_stars (void)
{
  g_autoptr (Secret) secret = secret_new ("*", 1);
  g_autofree char *scrubbed = secret_scrub ("a*b", secret);

  g_assert_cmpstr (scrubbed, ==, "a***b");
}

static void
a_buffer_is_empty_until_something_is_appended (void)
{
  g_auto (SecretBuffer) buffer = {0};

  g_assert_null (buffer.data);
  secret_buffer_append (&buffer, "", 0);
  g_assert_cmpstr (buffer.data, ==, "");
  g_assert_cmpuint (buffer.length, ==, 0);
}

static void
a_buffer_grows_byte_by_byte_and_at_once (void)
{
  g_auto (SecretBuffer) buffer = {0};
  g_autofree char *many = g_strnfill (200000, 'y');

  for (guint i = 0; i < 5000; i++)
    {
      secret_buffer_append (&buffer, "x", 1);
      g_assert_cmpuint (strlen (buffer.data), ==, i + 1);
    }
  secret_buffer_append (&buffer, many, 200000);
  g_assert_cmpuint (buffer.length, ==, 205000);
  g_assert_cmpuint (strspn (buffer.data, "x"), ==, 5000);
  g_assert_cmpuint (strspn (buffer.data + 5000, "y"), ==, 200000);
  g_assert_cmpint (buffer.data[205000], ==, '\0');
}

static void
a_buffer_takes_text_and_formats (void)
{
  g_auto (SecretBuffer) buffer = {0};

  secret_buffer_append_text (&buffer, "a=");
  secret_buffer_append_printf (&buffer, "%d;%0100d%s", 42, 7, "!");
  g_assert_cmpuint (buffer.length, ==, 2 + 3 + 100 + 1);
  g_assert_true (g_str_has_prefix (buffer.data, "a=42;000"));
  g_assert_true (g_str_has_suffix (buffer.data, "07!"));
}

static void
a_buffer_can_be_filled_in_the_room_it_makes (void)
{
  g_auto (SecretBuffer) buffer = {0};

  secret_buffer_append_text (&buffer, "hunter");
  secret_buffer_reserve (&buffer, 10000);
  g_assert_cmpuint (buffer.length, ==, 6);
  memset (buffer.data + buffer.length, '2', 10000 - 6);
  buffer.length = 10000;
  secret_buffer_append_text (&buffer, "!");
  g_assert_true (g_str_has_prefix (buffer.data, "hunter22"));
  g_assert_true (g_str_has_suffix (buffer.data, "22!"));
}

static void
a_buffer_that_grows_leaves_nothing_where_it_was (void)
{
  g_auto (SecretBuffer) buffer = {0};
  const char *before;

  secret_buffer_append (&buffer, "hunter2", 7);
  before = buffer.data;
  while (buffer.data == before)
    secret_buffer_append (&buffer, "hunter2", 7);
  g_assert_null (memmem (before, 64, "hunter2", 7));
  g_assert_true (g_str_has_prefix (buffer.data, "hunter2hunter2"));
}

static void
consuming_wipes_what_is_not_needed_any_more (void)
{
  g_auto (SecretBuffer) buffer = {0};

  secret_buffer_append_text (&buffer, "password=hunter2\nidentity=1");
  secret_buffer_consume (&buffer, 0);
  secret_buffer_consume (&buffer, 17);
  g_assert_cmpstr (buffer.data, ==, "identity=1");
  g_assert_cmpuint (buffer.length, ==, 10);
  g_assert_null (memmem (buffer.data, buffer.capacity, "hunter2", 7));
  secret_buffer_consume (&buffer, 10);
  g_assert_cmpuint (buffer.length, ==, 0);
  g_assert_true (is_zero (buffer.data, buffer.capacity));
}

static void
a_cleared_buffer_leaves_nothing_and_can_be_used_again (void)
{
  g_auto (SecretBuffer) buffer = {0};
  const char *data;
  gsize capacity;

  secret_buffer_append_text (&buffer, "hunter2, hunter2 and hunter2");
  data = buffer.data;
  capacity = buffer.capacity;
  secret_buffer_clear (&buffer);
  g_assert_null (memmem (data, capacity, "hunter2", 7));
  g_assert_null (buffer.data);
  g_assert_cmpuint (buffer.length + buffer.capacity, ==, 0);
  secret_buffer_clear (&buffer);
  secret_buffer_append_text (&buffer, "again");
  g_assert_cmpstr (buffer.data, ==, "again");
}

static const Sentence sentences[] = {
  SENTENCE (a_secret_keeps_its_bytes_and_ends_them_with_a_nul),
  SENTENCE (a_secret_may_hold_nuls_or_nothing),
  SENTENCE (secrets_are_equal_by_all_their_bytes),
  SENTENCE (a_secret_lives_until_its_last_reference_goes),
  SENTENCE (nothing_of_a_secret_of_any_size_stays_behind),
  SENTENCE (secrets_do_not_overlap),
  SENTENCE (scrubbing_takes_every_occurrence_out),
  SENTENCE (scrubbing_knows_the_ways_in_which_xml_and_html_escape),
  SENTENCE (scrubbing_finds_a_secret_that_begins_within_a_false_start),
  SENTENCE (an_empty_secret_is_nowhere),
  SENTENCE (scrubbing_never_looks_past_the_end_of_the_text),
  SENTENCE (scrubbing_ends_even_when_the_secret_is_made_of_stars),
  SENTENCE (a_buffer_is_empty_until_something_is_appended),
  SENTENCE (a_buffer_grows_byte_by_byte_and_at_once),
  SENTENCE (a_buffer_takes_text_and_formats),
  SENTENCE (a_buffer_can_be_filled_in_the_room_it_makes),
  SENTENCE (a_buffer_that_grows_leaves_nothing_where_it_was),
  SENTENCE (consuming_wipes_what_is_not_needed_any_more),
  SENTENCE (a_cleared_buffer_leaves_nothing_and_can_be_used_again),
};

MAIN ("secret")
