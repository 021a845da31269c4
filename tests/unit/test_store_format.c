/* A record as the lines of a file: what is written is read again, and nothing else is. */
#include "store/format.h"

#include "support/sentences.h"
#include "support/shelf.h"

#include <string.h>

#define GENERATION "0123456789abcdef0123456789abcdef"

static void
write_record (Record *record, SecretBuffer *bytes)
{
  Stored stored = {(char *)GENERATION, (char *)"a-boot", (char *)ENDPOINT, (char *)SOURCE, record};

  format_write (&stored, bytes);
}

static void
assert_same_bytes (const SecretBuffer *buffer, const char *bytes, gsize length)
{
  g_assert_cmpuint (buffer->length, ==, length);
  g_assert_true (memcmp (buffer->data, bytes, length) == 0);
}

static void
assert_round_trip (Record *record)
{
  g_auto (SecretBuffer) bytes = {0}, again = {0};
  g_auto (Stored) stored = {0};
  const char *why;

  write_record (record, &bytes);
  g_assert_cmpint (format_read (&stored, bytes.data, bytes.length, &why), ==, FORMAT_GOOD);
  assert_same_record (record, stored.record);
  g_assert_cmpstr (stored.generation, ==, GENERATION);
  g_assert_cmpstr (stored.boot_id, ==, "a-boot");
  g_assert_cmpstr (stored.endpoint, ==, ENDPOINT);
  g_assert_cmpstr (stored.source, ==, SOURCE);
  write_record (stored.record, &again);
  assert_same_bytes (&again, bytes.data, bytes.length);
}

static void
a_record_in_which_all_is_set_is_read_as_it_was_written (void)
{
  g_autoptr (Record) record = full_record ();

  assert_round_trip (record);
}

static void
a_record_in_which_nothing_is_set_is_read_as_it_was_written (void)
{
  g_autoptr (Record) record = record_new ();

  assert_round_trip (record);
}

static void
extreme_numbers_are_read_as_they_were_written (void)
{
  static const gint64 times[] = {NEVER, NEVER + 1, -1, 0, 1, G_MAXINT64};

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr (Record) record = full_record ();

      record->saved = (Instant){times[i], times[i]};
      record->used_us = record->login_us = record->throttle_us = times[i];
      record->quarantine_us = record->quarantine_wall_us = record->allowed_until_us = record->allowed = times[i];
      record->failures = record->spent[0] = record->spent[RECORD_MINUTES - 1] = G_MAXUINT;
      assert_round_trip (record);
    }
}

static void
every_chooser_and_every_cause_is_read_as_it_was_written (void)
{
  g_autoptr (Record) record = full_record ();

  for (record->chosen_by = 0; record->chosen_by < N_CHOSEN_BY; record->chosen_by++)
    assert_round_trip (record);
  record->chosen_by = CHOSEN_BY_LOGIN;
  for (record->cause_code = 0; record->cause_code < SO24_N_ERRORS; record->cause_code++)
    assert_round_trip (record);
}

static const char *const texts[] = {
  "",      " ",        "%",       "%%41",  "a\nb\r\n\tc", "\x7f\x01", "\xff\xfe", "\xc3", "\xc3\xa6\xc3",
  "æøå 🌲", "\xc2\x85", "  two  ", "never",
};

static void
every_text_is_read_as_it_was_written (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (Record) record = full_record ();
      char **const fields[] = {&record->owner,           &record->withheld,       &record->cause,
                               &record->rejected_digest, &record->rejected_cause, &record->passport->email};

      for (guint field = 0; field < G_N_ELEMENTS (fields); field++)
        {
          g_free (*fields[field]);
          *fields[field] = g_strdup (texts[i]);
        }
      assert_round_trip (record);
    }
}

static void
every_byte_of_a_session_id_is_read_as_it_was_written (void)
{
  char bytes[256];

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (char)i;
  for (guint i = 0; i < sizeof bytes; i++)
    {
      g_autoptr (Record) record = record_new ();

      record->session = secret_new (bytes + i, sizeof bytes - i);
      assert_round_trip (record);
    }
}

static void
long_words_are_cut_at_a_character (void)
{
  g_autoptr (Record) record = record_new ();
  g_autofree char *many = g_strnfill (2047, 'x');
  g_auto (SecretBuffer) bytes = {0};
  g_auto (Stored) stored = {0};
  const char *why;

  record->cause = g_strconcat (many, "æøå", NULL);
  write_record (record, &bytes);
  g_assert_cmpint (format_read (&stored, bytes.data, bytes.length, &why), ==, FORMAT_GOOD);
  g_assert_cmpstr (stored.record->cause, ==, many);
}

/* Puts the right checksum under lines. */
static void
seal (GString *lines)
{
  g_autofree char *digest = NULL;
  char *last = g_strrstr (lines->str, "sha256 ");

  if (last != NULL)
    g_string_truncate (lines, (gsize)(last - lines->str));
  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)lines->str, lines->len);
  g_string_append_printf (lines, "sha256 %s\n", digest);
}

static FormatVerdict
verdict_of (const GString *lines)
{
  g_auto (Stored) stored = {0};
  const char *why;
  FormatVerdict verdict = format_read (&stored, lines->str, lines->len, &why);

  g_assert_true ((verdict == FORMAT_GOOD) == (stored.record != NULL));
  g_assert_true ((verdict == FORMAT_GOOD) == (why == NULL));
  return verdict;
}

static GString *
full_text (void)
{
  g_autoptr (Record) record = full_record ();
  g_auto (SecretBuffer) bytes = {0};

  write_record (record, &bytes);
  return g_string_new_len (bytes.data, (gssize)bytes.length);
}

/* @before becomes @after, with the right checksum. */
static FormatVerdict
verdict_with (const char *before, const char *after)
{
  g_autoptr (GString) lines = full_text ();

  if (strstr (lines->str, before) == NULL)
    g_error ("\"%s\" is not in: %s", before, lines->str);
  g_string_replace (lines, before, after, 1);
  seal (lines);
  return verdict_of (lines);
}

static void
the_lines_are_those_of_the_documentation (void)
{
  g_autoptr (GString) lines = full_text ();
  static const char *const expected[]
    = {"so24fs session 1\ngeneration " GENERATION "\nboot_id a-boot\nendpoint " ENDPOINT "\nsource " SOURCE "\n",
       "\nsaved_boot_us 123456789\n",
       "\nsession abcdefgh12345678%25%0A\n",
       "\nended yes\n",
       "\npassport 11111111-0000-4000-8000-000000000001 kari@example.com\n",
       "\nchosen_by write\n",
       "\ncause_code EDQUOT\n",
       "\ncause Limit exceeded by 1.%0D%0AQuarantine ends at 100%25\n",
       "\nspent 0 7 14 ",
       "\nsha256 "};

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    if (strstr (lines->str, expected[i]) == NULL)
      g_error ("\"%s\" is not in: %s", expected[i], lines->str);
}

/* So that GLib's checksum, which is not wiped, never keeps a part of it. */
static void
the_session_is_far_from_the_end (void)
{
  g_autoptr (GString) lines = full_text ();
  const char *session = strstr (lines->str, "\nsession ");
  const char *end = strchr (session + 1, '\n');

  g_assert_cmpint (strstr (lines->str, "\nsha256 ") - end, >, 64);
}

static void
other_lines_are_damage (void)
{
  static const char *const rows[][2] = {
    {"\nended yes", "\nended yes\nended yes"},
    {"\nended yes", ""},
    {"\nended yes", "\nended yes\nnew_field 1"},
    {"\nended yes\nproven yes", "\nproven yes\nended yes"},
    {"\nended yes", "\n\nended yes"},
    {"\nended yes", "\nended  yes"},
    {"\nended yes", "\nended"},
    {"\nended yes", "\nended "},
    {"\nended yes", "\nended yes "},
    {"\nended yes", "\nended yes\r"},
    {"\nended yes", "\nended YES"},
    {"\nended yes", "\nended 1"},
    {"\nended yes", "\nEnded yes"},
    {"\nboot_id a-boot", ""},
    {"\nendpoint " ENDPOINT, ""},
    {"\nsource " SOURCE, ""},
    {"generation " GENERATION "\n", ""},
    {GENERATION, "0123456789ABCDEF0123456789ABCDEF"},
    {GENERATION, "0123"},
    {"\nspent 0 7 ", "\nspent 0 "},
    {"\nspent 0 7 ", "\nspent 0 7 14 "},
    {"\nspent 0 7 ", "\nspent 0  7 "},
    {"\nspent 0 7 ", "\nspent 0 x "},
    {"\nspent 0 7 ", "\nspent 0 -7 "},
    {"\nsha256", "\nspent 0\nsha256"},
    {"\nsha256", "\nmore\nsha256"},
    {"\nsha256", "\n\nsha256"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (verdict_with (rows[i][0], rows[i][1]) != FORMAT_DAMAGED)
      g_error ("it is accepted that \"%s\" is \"%s\"", rows[i][0], rows[i][1]);
}

static void
malformed_values_are_damage (void)
{
  static const char *const rows[][2] = {
    {"failures 3", "failures -3"},
    {"failures 3", "failures 03"},
    {"failures 3", "failures +3"},
    {"failures 3", "failures  3"},
    {"failures 3", "failures 3x"},
    {"failures 3", "failures 0x3"},
    {"failures 3", "failures 4294967296"},
    {"failures 3", "failures never"},
    {"allowed 42", "allowed 9223372036854775808"},
    {"allowed 42", "allowed 99999999999999999999999999999"},
    {"allowed 42", "allowed -0"},
    {"allowed 42", "allowed "},
    {"login_us 200", "login_us 2e2"},
    {"login_us 200", "login_us Never"},
    {"login_us 200", "login_us -9223372036854775808"},
    {"chosen 22222222-", "chosen 2222222-"},
    {"chosen 22222222-", "chosen g2222222-"},
    {"chosen 22222222-0000-4000-8000-000000000002", "chosen {22222222-0000-4000-8000-000000000002}"},
    {"chosen 22222222-0000-4000-8000-000000000002", "chosen 22222222-0000-4000-8000-00000000000A"},
    {"chosen 22222222-0000-4000-8000-000000000002", "chosen 00000000-0000-0000-0000-000000000000"},
    {"chosen_by write", "chosen_by somebody"},
    {"chosen_by write", "chosen_by 3"},
    {"cause_code EDQUOT", "cause_code EIO"},
    {"cause_code EDQUOT", "cause_code 10"},
    {"passport 11111111-0000-4000-8000-000000000001 ", "passport 11111111-0000-4000-8000-000000000001"},
    {"passport 11111111-0000-4000-8000-000000000001 ", "passport "},
    {"abcdefgh12345678%25%0A", "abcdefgh12345678%25%0a"},
    {"abcdefgh12345678%25%0A", "abcdefgh12345678%25%0"},
    {"abcdefgh12345678%25%0A", "abcdefgh12345678%25%"},
    {"abcdefgh12345678%25%0A", "abcdefgh12345678%25%41"},
    {"abcdefgh12345678%25%0A", "abcdefgh12345678%25\t"},
    {"owner 88888888", "owner %00"},
    {"owner 88888888", "owner \xff"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (verdict_with (rows[i][0], rows[i][1]) != FORMAT_DAMAGED)
      g_error ("it is accepted that \"%s\" is \"%s\"", rows[i][0], rows[i][1]);
}

static void
a_nul_anywhere_is_damage (void)
{
  g_autoptr (GString) lines = full_text ();

  g_string_insert_len (lines, 100, "", 1);
  g_assert_cmpint (verdict_of (lines), ==, FORMAT_DAMAGED);
}

static void
a_file_that_is_too_long_is_damage (void)
{
  g_autoptr (Record) record = full_record ();
  g_auto (SecretBuffer) bytes = {0};
  g_autoptr (GString) lines = NULL;

  g_free (record->owner);
  record->owner = g_strnfill (FORMAT_LONGEST, 'x');
  write_record (record, &bytes);
  lines = g_string_new_len (bytes.data, (gssize)bytes.length);
  g_assert_cmpint (verdict_of (lines), ==, FORMAT_DAMAGED);
}

static void
a_later_version_is_of_the_future (void)
{
  static const struct
  {
    const char *line;
    FormatVerdict verdict;
  } rows[] = {
    {"so24fs session 2\n", FORMAT_FUTURE},
    {"so24fs session 10\nanything", FORMAT_FUTURE},
    {"so24fs session 0\n", FORMAT_DAMAGED},
    {"so24fs session 01\n", FORMAT_DAMAGED},
    {"so24fs session 2", FORMAT_DAMAGED},
    {"so24fs session -2\n", FORMAT_DAMAGED},
    {"so24fs session 2 \n", FORMAT_DAMAGED},
    {"so24fs session \n", FORMAT_DAMAGED},
    {"", FORMAT_DAMAGED},
    {"so24fs session 1\n", FORMAT_DAMAGED},
    {"\n", FORMAT_DAMAGED},
    {"so24fs session 99999999999999\n", FORMAT_DAMAGED},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) lines = g_string_new (rows[i].line);

      g_assert_cmpint (verdict_of (lines), ==, rows[i].verdict);
    }
}

static void
the_generation_is_found_in_the_head_alone (void)
{
  g_autoptr (GString) lines = full_text ();
  Generation generation = "";

  g_assert_true (format_read_generation (lines->str, FORMAT_HEAD_LENGTH, generation));
  g_assert_cmpstr (generation, ==, GENERATION);
  g_assert_false (format_read_generation (lines->str, FORMAT_HEAD_LENGTH - 1, generation));
  g_assert_false (format_read_generation (lines->str + 1, FORMAT_HEAD_LENGTH, generation));
}

/* With 9 changes of each byte: each bit, and all of them. */
static void
no_byte_can_be_flipped_unnoticed (void)
{
  g_autoptr (GString) lines = full_text ();

  for (gsize at = 0; at < lines->len; at++)
    for (guint bit = 0; bit <= 8; bit++)
      {
        char flip = (char)(bit == 8 ? 0xFF : 1 << bit);

        lines->str[at] ^= flip;
        g_assert_cmpint (verdict_of (lines), !=, FORMAT_GOOD);
        lines->str[at] ^= flip;
      }
  g_assert_cmpint (verdict_of (lines), ==, FORMAT_GOOD);
}

static void
no_cut_is_unnoticed (void)
{
  g_autoptr (GString) lines = full_text ();

  while (lines->len > 0)
    {
      g_string_truncate (lines, lines->len - 1);
      g_assert_cmpint (verdict_of (lines), ==, FORMAT_DAMAGED);
    }
}

/* The checksum is right, so what stands behind it must say no, or yes to what it would have written itself. */
static void
what_is_accepted_under_a_right_checksum_would_be_written_so (void)
{
  static const char letters[] = "\n %0aZ\xc3\xff-9";

  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GString) lines = full_text ();
      g_auto (SecretBuffer) again = {0};
      g_auto (Stored) stored = {0};
      const char *why;
      gsize at = (gsize)g_test_rand_int_range (0, (gint32)(lines->len - 72));

      switch (g_test_rand_int_range (0, 3))
        {
        case 0:
          lines->str[at] = letters[g_test_rand_int_range (0, sizeof letters - 1)];
          break;
        case 1:
          g_string_erase (lines, (gssize)at, 1);
          break;
        default:
          g_string_insert_c (lines, (gssize)at, letters[g_test_rand_int_range (0, sizeof letters - 1)]);
          break;
        }
      seal (lines);
      if (format_read (&stored, lines->str, lines->len, &why) != FORMAT_GOOD)
        continue;
      format_write (&stored, &again);
      assert_same_bytes (&again, lines->str, lines->len);
    }
}

static const Sentence sentences[] = {
  SENTENCE (a_record_in_which_all_is_set_is_read_as_it_was_written),
  SENTENCE (a_record_in_which_nothing_is_set_is_read_as_it_was_written),
  SENTENCE (extreme_numbers_are_read_as_they_were_written),
  SENTENCE (every_chooser_and_every_cause_is_read_as_it_was_written),
  SENTENCE (every_text_is_read_as_it_was_written),
  SENTENCE (every_byte_of_a_session_id_is_read_as_it_was_written),
  SENTENCE (long_words_are_cut_at_a_character),
  SENTENCE (the_lines_are_those_of_the_documentation),
  SENTENCE (the_session_is_far_from_the_end),
  SENTENCE (other_lines_are_damage),
  SENTENCE (malformed_values_are_damage),
  SENTENCE (a_nul_anywhere_is_damage),
  SENTENCE (a_file_that_is_too_long_is_damage),
  SENTENCE (a_later_version_is_of_the_future),
  SENTENCE (the_generation_is_found_in_the_head_alone),
  SENTENCE (no_byte_can_be_flipped_unnoticed),
  SENTENCE (no_cut_is_unnoticed),
  SENTENCE (what_is_accepted_under_a_right_checksum_would_be_written_so),
};

MAIN ("store_format")
