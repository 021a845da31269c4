/*
 * The local budget: design.md, section 5, rule 8. A test that lets things happen at random counts the calls itself, by a
 * clock that no machine sees: in no 3600 seconds may there be more than the rate.
 */
#include "support/runs.h"

#include <string.h>

#define RATE 20
#define HOUR 3600
#define YEAR (365 * 86400 * (gint64)G_USEC_PER_SEC)

typedef struct
{
  Rig *rig;
  GRand *random;
  gint64 rate;
  double second; /* of true time */
  GArray *calls; /* when each was made */
} Watched;

static Watched
watched_new (gint64 rate, guint32 seed)
{
  Watched watched = {.rig = rig_new_stored_at_rate (rate), .rate = rate, .random = g_rand_new_with_seed (seed)};

  watched.calls = g_array_new (FALSE, FALSE, sizeof (double));
  rig_present_ops (watched.rig);
  return watched;
}

static void
watched_clear (Watched *watched)
{
  rig_free (watched->rig);
  g_rand_free (watched->random);
  g_array_unref (watched->calls);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Watched, watched_clear)

static guint
calls_made (const Rig *rig)
{
  guint calls = 0;

  for (Operation operation = 0; operation < N_OPERATIONS; operation++)
    calls += rig->calls_made[operation];
  return calls;
}

/* Notes the calls that were made since this was last asked. */
static void
count (Watched *watched)
{
  GArray *calls = watched->calls;
  guint rate = (guint)watched->rate;

  while (calls->len < calls_made (watched->rig))
    {
      g_array_append_val (calls, watched->second);
      if (calls->len > rate)
        g_assert_cmpfloat (watched->second - g_array_index (calls, double, calls->len - 1 - rate), >, HOUR);
    }
}

static void
pass (Watched *watched, double seconds)
{
  rig_pass (watched->rig, seconds);
  watched->second += seconds;
}

static gboolean
one_in (Watched *watched, gint32 times)
{
  return g_rand_int_range (watched->random, 0, times) == 0;
}

static void
read_everything (Watched *watched)
{
  Rig *rig = watched->rig;

  for (Want want = WANT_SESSION; want < N_WANTS; want++)
    rig_want (rig, want);
  rig_want_now (rig, WANT_SESSION);
  rig_ring (rig);
  rig_serve (rig);
  count (watched);
}

/* A reader, a writer, a session that ends, the time that comes; the service may be slow to answer. */
static void
do_something (Watched *watched)
{
  Rig *rig = watched->rig;
  Want want = (Want)g_rand_int_range (watched->random, WANT_NOTHING, N_WANTS);

  if (one_in (watched, 3))
    rig_want_now (rig, want);
  else
    rig_want (rig, want);
  if (!rig->crashed && one_in (watched, 50))
    rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL));
  if (!rig->crashed && one_in (watched, 30))
    rig_write_identity (rig, one_in (watched, 2) ? FJELL : SKOG);
  if (one_in (watched, 100))
    service_end_sessions (rig->service);
  while (!rig->crashed && rig->call != 0 && !one_in (watched, 4))
    rig_serve_one (rig);
  count (watched);
}

static void
start_again (Watched *watched, gboolean at_the_worst)
{
  if (at_the_worst)
    rig_restart_at_the_worst (watched->rig);
  else
    rig_restart (watched->rig);
  rig_present_ops (watched->rig);
  count (watched);
}

/* The budget is used up by calls of which the last two confirmed the session, a second ago. */
static Rig *
rig_used_up (void)
{
  Rig *rig = rig_new_stored_at_rate (RATE);

  rig_log_in (rig, NULL);
  assert_read (rig, WANT_SESSION);
  while (calls_made (rig) < RATE)
    {
      rig_pass (rig, 61);
      rig_want (rig, WANT_COOKIE);
      rig_serve (rig);
    }
  rig_pass (rig, 1);
  rig_look_away (rig);
  return rig;
}

/* The time that the error names, as seconds from now. */
static double
seconds_until_the_named_time (Rig *rig, guint64 waiter)
{
  const char *name = strstr (rig_error (rig, waiter)->message, "before ");
  g_autoptr (GDateTime) time = NULL;

  g_assert_nonnull (name);
  time = g_date_time_new_from_iso8601 (name + strlen ("before "), NULL);
  g_assert_nonnull (time);
  return (double)g_date_time_to_unix (time) - (double)rig->now.wall_us / G_USEC_PER_SEC;
}

static void
readers_of_all_kinds_each_second_make_no_more_calls_than_the_rate (void)
{
  g_auto (Watched) watched = watched_new (RATE, 1);

  for (guint second = 0; second < 5 * HOUR; second++)
    {
      read_everything (&watched);
      pass (&watched, 1);
    }
  g_assert_cmpuint (watched.calls->len, >=, 4 * RATE);
}

static void
at_the_usual_rate_too (void)
{
  g_auto (Watched) watched = watched_new (7200, 1);

  for (guint step = 0; step < 30 * HOUR; step++)
    {
      read_everything (&watched);
      pass (&watched, 0.1);
    }
  g_assert_cmpuint (watched.calls->len, >, 2 * 7200);
}

static void
without_a_rate_as_many_calls_are_made_as_are_wanted (void)
{
  g_auto (Watched) watched = watched_new (0, 1);
  Rig *rig = watched.rig;

  for (guint step = 0; step < 20000; step++)
    {
      assert_read (rig, WANT_COOKIE);
      rig_want_now (rig, WANT_SESSION);
      rig_serve (rig);
      rig_pass (rig, 0.1);
    }
  g_assert_cmpuint (rig->calls_made[OPERATION_HAS_SESSION], >=, 20000);
}

static void
bursts_at_any_moment_make_no_more_calls_than_the_rate (void)
{
  for (guint32 seed = 1; seed <= 20; seed++)
    {
      g_auto (Watched) watched = watched_new (RATE, seed);

      for (guint step = 0; step < 3000; step++)
        {
          do_something (&watched);
          pass (&watched, one_in (&watched, 20) ? g_rand_double_range (watched.random, 0, 900) : 0.3);
        }
      g_assert_cmpuint (watched.calls->len, >, 4 * RATE);
    }
}

static void
used_up_nothing_is_called (void)
{
  g_autoptr (Rig) rig = rig_used_up ();

  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_QUARANTINED);
  assert_read_fails (rig, WANT_IDENTITY, SO24_ERROR_QUARANTINED);
  assert_calls (rig, "");
}

static void
the_error_names_the_option_and_the_time (void)
{
  g_autoptr (Rig) rig = rig_used_up ();
  guint64 reader = rig_want_now (rig, WANT_SESSION);
  double seconds;

  assert_failed_with (rig, reader, SO24_ERROR_QUARANTINED);
  g_assert_nonnull (strstr (rig_error (rig, reader)->message, "-o rate"));
  g_assert_nonnull (strstr (rig_error (rig, reader)->message, "20"));
  seconds = seconds_until_the_named_time (rig, reader);
  rig_pass (rig, seconds - 1);
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_QUARANTINED);
  rig_pass (rig, 2);
  assert_read (rig, WANT_SESSION);
}

static void
the_time_that_is_named_is_a_bit_more_than_an_hour_after_the_first_call (void)
{
  g_autoptr (Rig) rig = rig_used_up ();
  gint64 passed_us = rig->now.boot_us - 1000 * G_USEC_PER_SEC;
  double after
    = (double)passed_us / G_USEC_PER_SEC + seconds_until_the_named_time (rig, rig_want_now (rig, WANT_SESSION));

  g_assert_cmpfloat (after, >=, HOUR);
  g_assert_cmpfloat (after, <=, HOUR + 61);
}

static void
used_up_a_fresh_cookie_is_served (void)
{
  g_autoptr (Rig) rig = rig_used_up ();

  rig_pass (rig, 40);
  assert_cookie (rig, "sid-1");
  assert_read (rig, WANT_IDENTITY);
  assert_read (rig, WANT_IDENTITIES);
  assert_calls (rig, "");
}

static void
used_up_what_somebody_writes_is_refused_too (void)
{
  g_autoptr (Rig) rig = rig_used_up ();

  assert_failed_with (rig, rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL)), SO24_ERROR_QUARANTINED);
  assert_failed_with (rig, rig_write_identity (rig, FJELL), SO24_ERROR_QUARANTINED);
  assert_failed_with (rig, rig_write_whole_identity (rig, FJELL), SO24_ERROR_QUARANTINED);
  assert_calls (rig, "");
  assert_cookie (rig, "sid-1");
}

static void
a_write_that_is_refused_leaves_the_identity_as_it_was (void)
{
  g_autoptr (Rig) rig = rig_used_up ();

  rig_write_identity (rig, FJELL);
  rig_pass (rig, 2 * HOUR);
  assert_cookie (rig, "sid-1");
  g_assert_cmpstr (account_identity (rig->account, NULL)->id.text, ==, FJORD);
}

static void
used_up_a_logout_is_still_possible (void)
{
  g_autoptr (Rig) rig = rig_used_up ();

  assert_done (rig, rig_write_logout (rig));
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_NO_KEY);
}

/* Else whoever logs out and in again would have a budget without end. */
static void
a_logout_gives_nothing_back (void)
{
  g_autoptr (Rig) rig = rig_used_up ();

  rig_write_logout (rig);
  assert_failed_with (rig, rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL)), SO24_ERROR_QUARANTINED);
}

static void
used_up_the_keep_alive_waits (void)
{
  g_autoptr (Rig) rig = rig_used_up ();

  rig_live (rig, HOUR / 2);
  assert_calls (rig, "");
  rig_live (rig, HOUR);
  g_assert_cmpuint (rig->calls->len, >, 0);
}

static void
an_hour_later_calls_are_made_again (void)
{
  g_autoptr (Rig) rig = rig_used_up ();

  rig_pass (rig, HOUR + 61);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "HasSession GetIdentity");
}

/* It was made, and the session with it; what was left to be done is done later. */
static void
a_login_that_has_one_call_left_succeeds (void)
{
  g_autoptr (Rig) rig = rig_new_stored_at_rate (1);
  guint64 writer = rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL));

  rig_serve (rig);
  assert_done (rig, writer);
  assert_calls (rig, "Login");
  rig_pass (rig, HOUR + 61);
  rig_want (rig, WANT_COOKIE);
  rig_serve (rig);
  assert_calls (rig, "HasSession");
}

static void
whoever_keeps_to_the_rate_is_never_refused (void)
{
  g_autoptr (Rig) rig = rig_new_stored_at_rate (RATE);

  rig_log_in (rig, NULL);
  for (guint i = 0; i < 500; i++)
    {
      rig_pass (rig, 420);
      assert_cookie (rig, "sid-1");
    }
}

static void
used_up_a_restart_changes_nothing (void)
{
  g_autoptr (Rig) rig = rig_used_up ();
  double before = seconds_until_the_named_time (rig, rig_want_now (rig, WANT_SESSION));

  rig_restart (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
  assert_failed_with (rig, rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL)), SO24_ERROR_QUARANTINED);
  assert_calls (rig, "");
  g_assert_cmpfloat (seconds_until_the_named_time (rig, rig_want_now (rig, WANT_SESSION)), >=, before);
  rig_pass (rig, HOUR + 122);
  assert_read (rig, WANT_SESSION);
}

static void
restarts_at_any_moment_make_no_more_calls_than_the_rate (void)
{
  for (guint32 seed = 1; seed <= 20; seed++)
    {
      g_auto (Watched) watched = watched_new (RATE, seed);

      for (guint step = 0; step < 2000; step++)
        {
          do_something (&watched);
          if (one_in (&watched, 5))
            start_again (&watched, one_in (&watched, 2));
          pass (&watched, g_rand_double_range (watched.random, 0, one_in (&watched, 20) ? 700 : 20));
        }
      g_assert_cmpuint (watched.calls->len, >, 3 * RATE);
    }
}

/* Between any two effects, so between what is stored and the call that it is stored for. */
static void
crashes_between_any_two_effects_make_no_more_calls_than_the_rate (void)
{
  for (guint32 seed = 1; seed <= 20; seed++)
    {
      g_auto (Watched) watched = watched_new (RATE, seed);

      for (guint step = 0; step < 2000; step++)
        {
          watched.rig->crash_in = one_in (&watched, 3) ? (guint)g_rand_int_range (watched.random, 1, 12) : 0;
          do_something (&watched);
          if (watched.rig->crashed)
            start_again (&watched, one_in (&watched, 2));
          pass (&watched, g_rand_double_range (watched.random, 0, one_in (&watched, 20) ? 700 : 20));
        }
      g_assert_cmpuint (watched.calls->len, >, 3 * RATE);
    }
}

/* There some calls are reserved at a time, and stored as if they had been made. */
static void
restarts_at_a_high_rate_make_no_more_calls_than_that (void)
{
  g_auto (Watched) watched = watched_new (2000, 1);

  for (guint step = 0; step < 4 * HOUR; step++)
    {
      read_everything (&watched);
      if (one_in (&watched, 50))
        start_again (&watched, one_in (&watched, 2));
      pass (&watched, 1);
    }
  g_assert_cmpuint (watched.calls->len, >, 2 * 2000);
}

static void
a_calendar_that_jumps_by_years_changes_nothing (void)
{
  for (guint32 seed = 1; seed <= 20; seed++)
    {
      g_auto (Watched) watched = watched_new (RATE, seed);

      for (guint step = 0; step < 1500; step++)
        {
          do_something (&watched);
          if (one_in (&watched, 10))
            watched.rig->now.wall_us = WALL_START * G_USEC_PER_SEC + g_rand_int_range (watched.random, -20, 20) * YEAR;
          if (one_in (&watched, 20))
            start_again (&watched, one_in (&watched, 2));
          pass (&watched, g_rand_double_range (watched.random, 0, 30));
        }
      g_assert_cmpuint (watched.calls->len, >, 3 * RATE);
    }
}

static void
used_up_a_calendar_that_jumps_does_not_help (void)
{
  g_autoptr (Rig) rig = rig_used_up ();

  rig->now.wall_us += YEAR;
  assert_failed_with (rig, rig_want_now (rig, WANT_SESSION), SO24_ERROR_QUARANTINED);
  rig_restart (rig);
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_QUARANTINED);
  rig->now.wall_us -= 3 * YEAR;
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_QUARANTINED);
  rig_pass (rig, HOUR + 122);
  assert_read (rig, WANT_SESSION);
}

static void
reboot (Watched *watched)
{
  double seconds = g_rand_double_range (watched->random, 0.5, one_in (watched, 4) ? 2000 : 90);

  rig_reboot (watched->rig, seconds);
  watched->second += seconds;
  rig_present_ops (watched->rig);
  count (watched);
}

static void
reboots_at_any_moment_make_no_more_calls_than_the_rate (void)
{
  for (guint32 seed = 1; seed <= 20; seed++)
    {
      g_auto (Watched) watched = watched_new (RATE, seed);

      for (guint step = 0; step < 2000; step++)
        {
          do_something (&watched);
          if (one_in (&watched, 20))
            reboot (&watched);
          pass (&watched, g_rand_double_range (watched.random, 0, one_in (&watched, 20) ? 700 : 20));
        }
      g_assert_cmpuint (watched.calls->len, >, 3 * RATE);
    }
}

/* The calendar of a machine without a battery begins somewhere in the past. */
static void
used_up_a_reboot_into_the_past_does_not_help_and_does_not_hurt (void)
{
  g_autoptr (Rig) rig = rig_used_up ();

  rig_reboot (rig, -10. * 365 * 86400);
  rig_present_ops (rig);
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_QUARANTINED);
  rig_pass (rig, HOUR + 122);
  assert_read (rig, WANT_SESSION);
}

static const Sentence sentences[] = {
  SENTENCE (readers_of_all_kinds_each_second_make_no_more_calls_than_the_rate),
  SENTENCE (at_the_usual_rate_too),
  SENTENCE (without_a_rate_as_many_calls_are_made_as_are_wanted),
  SENTENCE (bursts_at_any_moment_make_no_more_calls_than_the_rate),
  SENTENCE (used_up_nothing_is_called),
  SENTENCE (the_error_names_the_option_and_the_time),
  SENTENCE (the_time_that_is_named_is_a_bit_more_than_an_hour_after_the_first_call),
  SENTENCE (used_up_a_fresh_cookie_is_served),
  SENTENCE (used_up_what_somebody_writes_is_refused_too),
  SENTENCE (a_write_that_is_refused_leaves_the_identity_as_it_was),
  SENTENCE (used_up_a_logout_is_still_possible),
  SENTENCE (a_logout_gives_nothing_back),
  SENTENCE (used_up_the_keep_alive_waits),
  SENTENCE (an_hour_later_calls_are_made_again),
  SENTENCE (a_login_that_has_one_call_left_succeeds),
  SENTENCE (whoever_keeps_to_the_rate_is_never_refused),
  SENTENCE (used_up_a_restart_changes_nothing),
  SENTENCE (restarts_at_any_moment_make_no_more_calls_than_the_rate),
  SENTENCE (crashes_between_any_two_effects_make_no_more_calls_than_the_rate),
  SENTENCE (restarts_at_a_high_rate_make_no_more_calls_than_that),
  SENTENCE (a_calendar_that_jumps_by_years_changes_nothing),
  SENTENCE (used_up_a_calendar_that_jumps_does_not_help),
  SENTENCE (reboots_at_any_moment_make_no_more_calls_than_the_rate),
  SENTENCE (used_up_a_reboot_into_the_past_does_not_help_and_does_not_hurt),
};

MAIN ("account, budget")
