/* Several who share one record: each hears of the others, nobody overwrites what he has not seen, one logs in at a time. */
#include "store/lock.h"

#include "support/sentences.h"
#include "support/shelf.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static User one, two;

static void
start (void)
{
  shelf_make ();
  user_open (&one);
  user_open (&two);
}

static void
end (void)
{
  user_close (&one);
  user_close (&two);
  shelf_remove ();
}

static void
save (User *user, guint number)
{
  g_autoptr (Record) record = numbered_record (number);

  store_save (user->store, record);
}

static guint
number_of (const Record *record)
{
  return record == NULL ? 0 : record->failures;
}

static void
each_is_told_of_what_the_other_stores (void)
{
  start ();
  save (&one, 1);
  RUN_UNTIL (two.replaced == 1);
  g_assert_null (two.base);
  g_assert_cmpuint (number_of (two.record), ==, 1);
  g_assert_true (two.record->same_boot);

  save (&two, 2);
  RUN_UNTIL (one.replaced == 1);
  g_assert_cmpuint (number_of (one.base), ==, 1);
  g_assert_cmpuint (number_of (one.record), ==, 2);
  g_assert_true (one.base->same_boot);

  save (&one, 3);
  RUN_UNTIL (two.replaced == 2);
  g_assert_cmpuint (number_of (two.base), ==, 2);
  g_assert_cmpuint (number_of (two.record), ==, 3);
  end ();
}

static void
nobody_is_told_of_what_he_stores_himself (void)
{
  start ();
  for (guint i = 1; i <= 20; i++)
    {
      save (&one, i);
      user_sync (&one);
      shelf_run_ready ();
    }
  g_assert_cmpuint (one.replaced, ==, 0);
  g_assert_cmpuint (two.replaced, >, 0);
  RUN_UNTIL (number_of (two.record) == 20);
  end ();
}

static void
nobody_is_told_twice (void)
{
  start ();
  save (&one, 1);
  RUN_UNTIL (two.replaced == 1);
  g_assert_cmpint (g_rename (shelf_path (""), shelf_path (".elsewhere")), ==, 0);
  g_assert_cmpint (g_rename (shelf_path (".elsewhere"), shelf_path ("")), ==, 0);
  shelf_run_ready ();
  g_assert_cmpuint (two.replaced, ==, 1);
  g_assert_cmpuint (one.replaced, ==, 0);
  g_assert_true (user_lock (&two, 0));
  g_assert_null (two.record);
  end ();
}

static void
one_who_loads_knows_what_is_there (void)
{
  start ();
  save (&one, 1);
  user_sync (&one);
  user_close (&two);
  user_open (&two);
  g_assert_cmpuint (user_stored (&two), ==, 1);
  save (&two, 2);
  user_sync (&two);
  g_assert_cmpuint (two.replaced, ==, 0);
  RUN_UNTIL (one.replaced == 1);
  g_assert_cmpuint (number_of (one.base), ==, 1);
  end ();
}

/* Of two who save at the same time, one is told instead; and what he was told of stays. */
static void
of_two_who_save_at_once_one_comes_second (void)
{
  start ();
  for (guint i = 1; i <= 50; i++)
    {
      guint before = one.replaced + two.replaced;

      save (&one, 2 * i);
      save (&two, 2 * i + 1);
      user_sync (&one);
      user_sync (&two);
      RUN_UNTIL (one.replaced + two.replaced > before);
      shelf_run_ready ();
      g_assert_cmpuint (one.replaced + two.replaced, >=, before + 1);
    }
  end ();
}

/*
 * Each counts up a number on its own, and stores it together with what the others have counted. Only if base and record
 * are right each time, no count is lost, and none is counted twice.
 */
typedef struct
{
  User user; /* the first, for the hook */
  guint mine;
} Counter;

static void
count_on (Counter *counter)
{
  save (&counter->user, counter->mine);
}

static void
merge (gpointer data)
{
  Counter *counter = data;
  guint more = counter->mine - number_of (counter->user.base);

  counter->mine = number_of (counter->user.record) + more;
  if (more != 0)
    count_on (counter);
}

static void
count_up (Counter *counter, guint times)
{
  for (guint i = 0; i < times; i++)
    {
      counter->mine++;
      count_on (counter);
      for (gint turns = g_test_rand_int_range (0, 6); turns > 0; turns--)
        g_main_context_iteration (NULL, FALSE);
    }
}

static void
counter_open (Counter *counter)
{
  user_open (&counter->user);
  counter->user.then = merge;
  counter->mine = user_stored (&counter->user);
}

static void
no_count_is_lost_between_stores_of_one_process (void)
{
  Counter counters[3] = {0};

  shelf_make ();
  for (guint i = 0; i < 3; i++)
    counter_open (&counters[i]);
  for (guint round = 0; round < 40; round++)
    for (guint i = 0; i < 3; i++)
      count_up (&counters[i], (guint)g_test_rand_int_range (1, 3));
  for (guint i = 0; i < 3; i++)
    {
      user_sync (&counters[i].user);
      count_up (&counters[i], 1);
    }
  for (guint i = 0; i < 3; i++)
    user_sync (&counters[i].user);
  RUN_UNTIL (counters[0].mine == counters[1].mine && counters[1].mine == counters[2].mine);
  g_assert_cmpuint (user_stored (&counters[0].user), ==, counters[0].mine);
  for (guint i = 0; i < 3; i++)
    user_close (&counters[i].user);
  shelf_remove ();
}

#define PROCESSES 3
#define COUNTS    60

static void
count_in_a_process (void)
{
  Counter counter = {0};

  counter_open (&counter);
  count_up (&counter, COUNTS);
  user_sync (&counter.user);
  user_close (&counter.user);
  _exit (0);
}

static void
no_count_is_lost_between_processes (void)
{
  pid_t children[PROCESSES];
  Counter counter = {0};

  shelf_make ();
  for (guint i = 0; i < PROCESSES; i++)
    {
      children[i] = fork ();
      if (children[i] == 0)
        count_in_a_process ();
    }
  for (guint i = 0; i < PROCESSES; i++)
    {
      int status;

      g_assert_cmpint (waitpid (children[i], &status, 0), ==, children[i]);
      g_assert_cmpint (status, ==, 0);
    }
  counter_open (&counter);
  g_assert_cmpuint (counter.mine, ==, PROCESSES * COUNTS);
  user_close (&counter.user);
  shelf_remove ();
}

/* One who was told has nothing more to store; the other did not know. */
static void
sync_waits_for_what_is_saved_anew (void)
{
  Counter first = {0}, second = {0};

  shelf_make ();
  counter_open (&first);
  counter_open (&second);
  for (guint i = 0; i < 20; i++)
    {
      first.mine++;
      second.mine++;
      count_on (&first);
      count_on (&second);
      user_sync (&second.user);
      user_sync (&first.user);
      user_sync (&second.user);
      g_assert_cmpuint (user_stored (&first.user), ==, MAX (first.mine, second.mine));
      RUN_UNTIL (first.mine == second.mine);
    }
  g_assert_cmpuint (first.mine, ==, 40);
  user_close (&first.user);
  user_close (&second.user);
  shelf_remove ();
}

static void
a_record_that_was_removed_is_stored_again (void)
{
  start ();
  save (&one, 1);
  user_sync (&one);
  g_assert_cmpint (g_unlink (shelf_path ("")), ==, 0);
  save (&one, 2);
  user_sync (&one);
  g_assert_cmpuint (one.replaced, ==, 0);
  g_assert_cmpuint (user_stored (&one), ==, 2);
  end ();
}

static void
one_at_a_time_has_the_lock (void)
{
  start ();
  g_assert_true (user_lock (&one, 0));
  g_assert_false (user_lock (&two, 0));
  assert_failed_saying (&two.lock_error, SO24_ERROR_THROTTLED, "another so24fs is logging in");
  store_unlock (one.store);
  g_assert_true (user_lock (&two, 0));
  g_assert_false (user_lock (&one, 0));
  end ();
}

static void
one_who_waits_gets_the_lock_when_it_is_free (void)
{
  start ();
  g_assert_true (user_lock (&one, 0));
  user_ask_for_lock (&two, 60);
  user_sync (&two);
  shelf_run_ready ();
  g_assert_cmpuint (two.locked, ==, 0);
  store_unlock (one.store);
  RUN_UNTIL (two.locked == 1);
  g_assert_no_error (two.lock_error);
  end ();
}

static void
patience_ends (void)
{
  gint64 before;

  start ();
  g_assert_true (user_lock (&one, 0));
  before = g_get_monotonic_time ();
  g_assert_false (user_lock (&two, 1));
  g_assert_cmpint (g_get_monotonic_time () - before, >=, G_USEC_PER_SEC);
  assert_failed (&two.lock_error, SO24_ERROR_THROTTLED);
  end ();
}

static void
one_who_stops_waiting_is_not_called (void)
{
  start ();
  g_assert_true (user_lock (&one, 0));
  user_ask_for_lock (&two, 60);
  shelf_run_ready ();
  store_unlock (two.store);
  store_unlock (one.store);
  shelf_run_ready ();
  g_assert_cmpuint (two.locked, ==, 0);
  g_assert_true (user_lock (&two, 0));
  end ();
}

static void
freeing_gives_the_lock_up (void)
{
  start ();
  g_assert_true (user_lock (&one, 0));
  user_ask_for_lock (&two, 60);
  user_close (&one);
  RUN_UNTIL (two.locked == 1);
  g_assert_no_error (two.lock_error);
  end ();
}

static void
one_who_has_the_lock_saves_and_so_does_the_other (void)
{
  start ();
  g_assert_true (user_lock (&one, 0));
  save (&one, 1);
  user_sync (&one);
  RUN_UNTIL (two.replaced == 1);
  save (&two, 2);
  user_sync (&two);
  RUN_UNTIL (one.replaced == 1);
  end ();
}

/* As on a network file system, where nobody tells. */
static void
the_lock_tells_what_nobody_has_told (void)
{
  g_autoptr (GBytes) bytes = NULL;

  start ();
  save (&two, 1);
  user_sync (&two);
  bytes = shelf_read ();
  user_close (&two);
  RUN_UNTIL (one.replaced == 1);
  save (&one, 2);
  user_sync (&one);
  shelf_write (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  shelf_run_ready ();

  g_assert_true (user_lock (&one, 0));
  g_assert_cmpuint (number_of (one.base), ==, 2);
  g_assert_cmpuint (number_of (one.record), ==, 1);
  g_assert_cmpuint (one.replaced, ==, 1);
  save (&one, 3);
  user_sync (&one);
  g_assert_cmpuint (one.replaced, ==, 1);
  g_assert_cmpuint (user_stored (&one), ==, 3);
  end ();
}

/* A child that has the lock and never gives it up. */
static pid_t
hold_lock_in_a_process (void)
{
  int ends[2];
  char byte;
  pid_t child;

  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  if (child == 0)
    {
      User user = {0};

      user_open (&user);
      if (!user_lock (&user, 0) || write (ends[1], "", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }
  g_assert_cmpint (read (ends[0], &byte, 1), ==, 1);
  close (ends[0]);
  close (ends[1]);
  return child;
}

static void
the_death_of_a_process_gives_its_lock_up (void)
{
  User user = {0};
  pid_t child;

  shelf_make ();
  child = hold_lock_in_a_process ();
  user_open (&user);
  g_assert_false (user_lock (&user, 0));
  user_ask_for_lock (&user, 60);
  shelf_run_ready ();
  g_assert_cmpuint (user.locked, ==, 1);
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  RUN_UNTIL (user.locked == 2);
  g_assert_no_error (user.lock_error);
  user_close (&user);
  shelf_remove ();
}

/* What one does who is about to compare and replace the record; close() ends it. */
static int
take_save_lock (void)
{
  StoreConfig config = {.directory = shelf (), .endpoint = ENDPOINT, .source = SOURCE};
  Place place;
  int lock;

  g_assert_true (place_open (&place, &config, NULL));
  lock = lock_wait (&place, LOCK_SAVE, 60000);
  g_assert_cmpint (lock, >=, 0);
  g_assert_cmpint (lock_try (&place, LOCK_SAVE), ==, -1);
  g_assert_cmpint (errno, ==, EAGAIN);
  place_close (&place);
  return lock;
}

/* One keeps the others from it, however long that takes; and the main loop runs on. */
static void
a_save_waits_while_another_one_is_under_way (void)
{
  gint64 until;
  int lock;

  start ();
  lock = take_save_lock ();
  save (&one, 1);
  until = g_get_monotonic_time () + G_USEC_PER_SEC / 5;
  RUN_UNTIL (g_get_monotonic_time () > until);
  g_assert_cmpuint (user_stored (&two), ==, 0);
  g_assert_true (user_lock (&two, 0));
  close (lock);
  user_sync (&one);
  g_assert_cmpuint (user_stored (&one), ==, 1);
  end ();
}

/* The bytes of record 7, as somebody has stored it once; then record 1 is stored, by the first user, who is alone. */
static GBytes *
start_with_one (void)
{
  GBytes *seven;

  start ();
  save (&two, 7);
  user_sync (&two);
  seven = shelf_read ();
  user_close (&two);
  RUN_UNTIL (one.replaced == 1);
  save (&one, 1);
  user_sync (&one);
  one.replaced = 0;
  return seven;
}

static void
put_in_place (GBytes *bytes)
{
  g_assert_cmpint (g_rename (shelf_path (""), shelf_path (".old")), ==, 0);
  shelf_write (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_cmpint (g_rename (shelf_path (""), shelf_path (".next")), ==, 0);
  g_assert_cmpint (g_rename (shelf_path (".next"), shelf_path ("")), ==, 0);
}

static gboolean
is_on_the_disk (guint number)
{
  g_autoptr (GBytes) bytes = shelf_read ();
  g_autofree char *line = g_strdup_printf ("\nowner owner %u\n", number);

  return g_strstr_len (g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), line) != NULL;
}

/* It was on the disk, so whoever replaced it has seen it. */
static void
what_was_stored_a_moment_ago_is_the_base_of_what_replaces_it (void)
{
  g_autoptr (GBytes) seven = start_with_one ();
  int lock;

  save (&one, 2);
  while (!is_on_the_disk (2)) /* without the main loop, so that the store does not know it yet */
    g_thread_yield ();
  lock = take_save_lock ();
  put_in_place (seven);
  close (lock);
  RUN_UNTIL (one.replaced == 1);
  g_assert_cmpuint (number_of (one.base), ==, 2);
  g_assert_cmpuint (number_of (one.record), ==, 7);
  user_sync (&one);
  save (&one, 3);
  user_sync (&one);
  g_assert_cmpuint (one.replaced, ==, 1);
  g_assert_true (is_on_the_disk (3));
  end ();
}

/* Neither what is under way nor what waits is stored over a record that somebody was told of since. */
static void
what_was_to_be_stored_before_a_replacement_is_void (void)
{
  g_autoptr (GBytes) seven = start_with_one ();
  int lock = take_save_lock ();

  save (&one, 2);
  save (&one, 3);
  put_in_place (seven);
  RUN_UNTIL (one.replaced == 1);
  g_assert_cmpuint (number_of (one.base), ==, 1);
  g_assert_cmpuint (number_of (one.record), ==, 7);
  close (lock);
  user_sync (&one);
  shelf_run_ready ();
  g_assert_cmpuint (one.replaced, ==, 1);
  g_assert_true (is_on_the_disk (7));
  end ();
}

static void
and_so_is_it_when_the_lock_tells (void)
{
  g_autoptr (GBytes) seven = start_with_one ();
  int lock = take_save_lock ();

  save (&one, 2);
  save (&one, 3);
  shelf_write (g_bytes_get_data (seven, NULL), g_bytes_get_size (seven));
  g_assert_true (user_lock (&one, 0));
  g_assert_cmpuint (number_of (one.base), ==, 1);
  g_assert_cmpuint (number_of (one.record), ==, 7);
  close (lock);
  user_sync (&one);
  shelf_run_ready ();
  g_assert_cmpuint (one.replaced, ==, 0);
  g_assert_true (is_on_the_disk (7));
  end ();
}

static const Sentence sentences[] = {
  SENTENCE (each_is_told_of_what_the_other_stores),
  SENTENCE (nobody_is_told_of_what_he_stores_himself),
  SENTENCE (nobody_is_told_twice),
  SENTENCE (one_who_loads_knows_what_is_there),
  SENTENCE (of_two_who_save_at_once_one_comes_second),
  SENTENCE (no_count_is_lost_between_stores_of_one_process),
  SENTENCE (no_count_is_lost_between_processes),
  SENTENCE (sync_waits_for_what_is_saved_anew),
  SENTENCE (a_record_that_was_removed_is_stored_again),
  SENTENCE (one_at_a_time_has_the_lock),
  SENTENCE (one_who_waits_gets_the_lock_when_it_is_free),
  SENTENCE (patience_ends),
  SENTENCE (one_who_stops_waiting_is_not_called),
  SENTENCE (freeing_gives_the_lock_up),
  SENTENCE (one_who_has_the_lock_saves_and_so_does_the_other),
  SENTENCE (the_lock_tells_what_nobody_has_told),
  SENTENCE (the_death_of_a_process_gives_its_lock_up),
  SENTENCE (a_save_waits_while_another_one_is_under_way),
  SENTENCE (what_was_stored_a_moment_ago_is_the_base_of_what_replaces_it),
  SENTENCE (what_was_to_be_stored_before_a_replacement_is_void),
  SENTENCE (and_so_is_it_when_the_lock_tells),
};

MAIN ("store_sharing")
