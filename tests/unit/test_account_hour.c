/*
 * The local budget holds whatever happens: design.md, section 5, rule 8. The test counts the calls itself, by a clock that
 * no machine sees: in no 3600 seconds may there be more than the rate.
 */
#include "support/runs.h"

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

/* Notes the calls that were made since this was last asked. */
static void
count (Watched *watched)
{
  GArray *calls = watched->calls;
  guint rate = (guint)watched->rate;

  while (calls->len < rig_calls_made (watched->rig))
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
reboot (Watched *watched)
{
  double seconds = g_rand_double_range (watched->random, 0.5, one_in (watched, 4) ? 2000 : 90);

  rig_reboot_at (watched->rig, seconds, g_rand_double_range (watched->random, 0.5, 70));
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

static const Sentence sentences[] = {
  SENTENCE (readers_of_all_kinds_each_second_make_no_more_calls_than_the_rate),
  SENTENCE (at_the_usual_rate_too),
  SENTENCE (bursts_at_any_moment_make_no_more_calls_than_the_rate),
  SENTENCE (restarts_at_any_moment_make_no_more_calls_than_the_rate),
  SENTENCE (crashes_between_any_two_effects_make_no_more_calls_than_the_rate),
  SENTENCE (restarts_at_a_high_rate_make_no_more_calls_than_that),
  SENTENCE (a_calendar_that_jumps_by_years_changes_nothing),
  SENTENCE (reboots_at_any_moment_make_no_more_calls_than_the_rate),
};

MAIN ("account, any hour")
