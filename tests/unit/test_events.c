/* The lines of the file events and those who read them (tree/events.h). */
#include "tree/events.h"

#include "support/sentences.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1795600000000000)

/* The line with this number, as it reads. Each happens a second after the one before. */
static char *
line (guint number)
{
  g_autofree char *text = g_strdup_printf ("word number=%u", number);

  return g_strdup_printf ("2026-11-25T09:%02u:%02u.000Z %u %s\n", 46 + (40 + number) / 60, (40 + number) % 60, number,
                          text);
}

static char *
lines (guint from, guint to)
{
  GString *text = g_string_new (NULL);

  for (guint number = from; number <= to; number++)
    {
      g_autofree char *one = line (number);

      g_string_append (text, one);
    }
  return g_string_free (text, FALSE);
}

static void
add (Events *events, guint from, guint to)
{
  for (guint number = from; number <= to; number++)
    {
      g_autofree char *text = g_strdup_printf ("word number=%u", number);

      events_add (events, text, NOW + number * (gint64)G_USEC_PER_SEC);
    }
}

static Events *
events_with (guint count)
{
  Events *events = events_new (EVENTS_MOST_BYTES);

  add (events, 1, count);
  return events;
}

/* What one gets who reads on, in pieces of @size bytes, up to the end. */
static char *
read_on (EventsReader *reader, gint64 *offset, gsize size)
{
  GString *text = g_string_new (NULL);
  char bytes[4096];
  gsize length;

  while ((length = events_read (reader, *offset, bytes, size)) > 0)
    {
      g_string_append_len (text, bytes, (gssize)length);
      *offset += (gint64)length;
    }
  return g_string_free (text, FALSE);
}

static void
assert_reads_on (EventsReader *reader, gint64 *offset, guint from, guint to)
{
  g_autofree char *expected = lines (from, to);
  g_autofree char *text = read_on (reader, offset, 4096);

  g_assert_cmpstr (text, ==, expected);
}

static void
a_line_has_time_number_and_text (void)
{
  g_autoptr (Events) events = events_new (1000);
  g_auto (SecretBuffer) content = {0};

  events_add (events, "started version=1", NOW + 7000);
  events_list (events, &content);
  g_assert_cmpstr (content.data, ==, "2026-11-25T09:46:40.007Z 1 started version=1\n");
  g_assert_cmpint (events_size (events), ==, (gint64)content.length);
}

static void
a_reader_gets_what_there_was_and_then_what_comes (void)
{
  g_autoptr (Events) events = events_with (3);
  g_autoptr (EventsReader) reader = events_reader_new (events);
  gint64 offset = 0;

  g_assert_true (events_have_more (reader));
  assert_reads_on (reader, &offset, 1, 3);
  g_assert_false (events_have_more (reader));
  add (events, 4, 5);
  g_assert_true (events_have_more (reader));
  assert_reads_on (reader, &offset, 4, 5);
}

static void
pieces_of_any_size_are_the_same_text (void)
{
  for (gsize size = 1; size < 200; size++)
    {
      g_autoptr (Events) events = events_with (9);
      g_autoptr (EventsReader) reader = events_reader_new (events);
      g_autofree char *expected = lines (1, 9);
      gint64 offset = 0;
      g_autofree char *text = read_on (reader, &offset, size);

      g_assert_cmpstr (text, ==, expected);
    }
}

static void
readers_do_not_disturb_each_other (void)
{
  g_autoptr (Events) events = events_with (1);
  EventsReader *readers[100];
  gint64 offsets[100] = {0};

  for (guint i = 0; i < 100; i++)
    readers[i] = events_reader_new (events);
  for (guint round = 1; round <= 100; round++)
    {
      assert_reads_on (readers[round - 1], &offsets[round - 1], 1, round);
      add (events, round + 1, round + 1);
    }
  for (guint i = 0; i < 100; i++)
    {
      assert_reads_on (readers[i], &offsets[i], i + 2, 101);
      events_reader_free (readers[i]);
    }
}

/* Room for some ten lines. */
#define SMALL 500

static void
the_oldest_lines_make_room (void)
{
  g_autoptr (Events) events = events_new (SMALL);

  for (guint number = 1; number <= 10000; number++)
    {
      g_auto (SecretBuffer) content = {0};

      add (events, number, number);
      if (number % 100 != 0)
        continue;
      events_list (events, &content);
      g_assert_cmpuint (content.length, <=, SMALL);
      g_assert_cmpuint (content.length, >, SMALL / 2);
    }
}

static void
one_line_is_kept_however_long (void)
{
  g_autoptr (Events) events = events_new (10);
  g_auto (SecretBuffer) content = {0};

  add (events, 1, 3);
  events_list (events, &content);
  g_assert_true (g_str_has_prefix (content.data, "2026-11-25T09:46:43.000Z 3 "));
}

static guint
first_kept (const Events *events)
{
  g_auto (SecretBuffer) content = {0};

  events_list (events, &content);
  return (guint)g_ascii_strtoull (strchr (content.data, ' ') + 1, NULL, 10);
}

static char *
missed_line (guint count, guint last)
{
  g_autofree char *as_if = line (last);

  return g_strdup_printf ("%.24s %u missed count=%u\n", as_if, last, count);
}

static void
who_missed_lines_is_told_how_many (void)
{
  g_autoptr (Events) events = events_new (SMALL);
  g_autoptr (EventsReader) reader = NULL;
  g_autofree char *text = NULL, *missed = NULL, *rest = NULL, *expected = NULL;
  gint64 offset = 0;
  guint first;

  add (events, 1, 3);
  reader = events_reader_new (events);
  assert_reads_on (reader, &offset, 1, 3);
  add (events, 4, 100);
  first = first_kept (events);
  missed = missed_line (first - 4, first - 1);
  rest = lines (first, 100);
  expected = g_strconcat (missed, rest, NULL);
  text = read_on (reader, &offset, 4096);
  g_assert_cmpstr (text, ==, expected);
  add (events, 101, 101);
  assert_reads_on (reader, &offset, 101, 101);
}

static void
who_stopped_within_a_line_gets_its_rest_before_he_is_told (void)
{
  g_autoptr (Events) events = events_new (SMALL);
  g_autoptr (EventsReader) reader = NULL;
  g_autofree char *first_line = line (1), *missed = NULL, *rest = NULL, *expected = NULL, *text = NULL;
  gint64 offset = 10;
  char bytes[10];

  add (events, 1, 1);
  reader = events_reader_new (events);
  g_assert_cmpuint (events_read (reader, 0, bytes, 10), ==, 10);
  add (events, 2, 100);
  missed = missed_line (first_kept (events) - 2, first_kept (events) - 1);
  rest = lines (first_kept (events), 100);
  expected = g_strconcat (first_line + 10, missed, rest, NULL);
  text = read_on (reader, &offset, 7);
  g_assert_cmpstr (text, ==, expected);
}

/* It must not seem to tail -f that the file has become shorter. */
static void
the_size_is_never_less_than_what_somebody_has_read (void)
{
  for (guint behind = 0; behind < 40; behind++)
    {
      g_autoptr (Events) events = events_new (SMALL);
      g_autoptr (EventsReader) reader = NULL;
      g_autofree char *text = NULL, *more = NULL;
      gint64 offset = 0, size;

      add (events, 1, 5);
      reader = events_reader_new (events);
      text = read_on (reader, &offset, 4096);
      add (events, 6, 6 + behind);
      more = read_on (reader, &offset, 4096);
      size = events_size (events);
      g_assert_cmpint (size, >=, offset);
      add (events, 7 + behind, 7 + behind);
      g_assert_cmpint (events_size (events), >, size);
    }
}

static void
one_who_begins_again_begins_with_the_oldest_line (void)
{
  g_autoptr (Events) events = events_new (SMALL);
  g_autoptr (EventsReader) reader = NULL;
  gint64 offset = 0;

  add (events, 1, 5);
  reader = events_reader_new (events);
  assert_reads_on (reader, &offset, 1, 5);
  add (events, 6, 100);
  offset = 0;
  assert_reads_on (reader, &offset, first_kept (events), 100);
}

static void
an_offset_is_a_place_in_the_opener_s_own_file (void)
{
  g_autoptr (Events) events = events_new (SMALL);
  g_autofree char *text = NULL;
  guint first;

  add (events, 1, 100);
  first = first_kept (events);
  text = lines (first, 100);
  for (gsize at = 1; at < strlen (text); at++)
    {
      g_autoptr (EventsReader) reader = events_reader_new (events);
      gint64 offset = (gint64)at;
      g_autofree char *rest = read_on (reader, &offset, 4096);

      g_assert_cmpstr (rest, ==, text + at);
    }
}

static void
who_asks_for_the_end_stands_there_and_waits (void)
{
  g_autoptr (Events) events = events_new (SMALL);
  g_autoptr (EventsReader) reader = NULL;
  gint64 offset;

  add (events, 1, 100);
  reader = events_reader_new (events);
  offset = events_seek_end (reader);
  g_assert_cmpint (offset, <=, SMALL);
  g_assert_false (events_have_more (reader));
  g_assert_false (events_reader_stops (reader));
  add (events, 101, 102);
  assert_reads_on (reader, &offset, 101, 102);
  g_assert_false (events_reader_stops (reader));
}

static void
who_reads_back_from_the_end_does_not_wait_there (void)
{
  g_autoptr (Events) events = events_with (5);
  g_autoptr (EventsReader) reader = events_reader_new (events);
  g_autofree char *last = line (5);
  gint64 offset = events_seek_end (reader) - (gint64)strlen (last);

  assert_reads_on (reader, &offset, 5, 5);
  g_assert_true (events_reader_stops (reader));
  add (events, 6, 6);
  assert_reads_on (reader, &offset, 6, 6);
}

static void
who_goes_back_without_asking_for_the_end_waits_there (void)
{
  g_autoptr (Events) events = events_with (5);
  g_autoptr (EventsReader) reader = events_reader_new (events);
  g_autofree char *one = line (1);
  gint64 offset = 0;

  assert_reads_on (reader, &offset, 1, 5);
  offset = (gint64)strlen (one);
  assert_reads_on (reader, &offset, 2, 5);
  g_assert_false (events_reader_stops (reader));
}

static void
behind_the_end_there_is_nothing_and_no_waiting (void)
{
  g_autoptr (Events) events = events_with (5);
  g_autoptr (EventsReader) reader = events_reader_new (events);
  gint64 offset = 0;

  g_assert_false (events_go_to (reader, 100000));
  g_assert_true (events_reader_stops (reader));
  assert_reads_on (reader, &offset, 1, 5);
  g_assert_false (events_reader_stops (reader));
}

static const Sentence sentences[] = {
  SENTENCE (a_line_has_time_number_and_text),
  SENTENCE (a_reader_gets_what_there_was_and_then_what_comes),
  SENTENCE (pieces_of_any_size_are_the_same_text),
  SENTENCE (readers_do_not_disturb_each_other),
  SENTENCE (the_oldest_lines_make_room),
  SENTENCE (one_line_is_kept_however_long),
  SENTENCE (who_missed_lines_is_told_how_many),
  SENTENCE (who_stopped_within_a_line_gets_its_rest_before_he_is_told),
  SENTENCE (the_size_is_never_less_than_what_somebody_has_read),
  SENTENCE (one_who_begins_again_begins_with_the_oldest_line),
  SENTENCE (an_offset_is_a_place_in_the_opener_s_own_file),
  SENTENCE (who_asks_for_the_end_stands_there_and_waits),
  SENTENCE (who_reads_back_from_the_end_does_not_wait_there),
  SENTENCE (who_goes_back_without_asking_for_the_end_waits_there),
  SENTENCE (behind_the_end_there_is_nothing_and_no_waiting),
};

MAIN ("events")
