/* What the service says of its own limit is kept to: design.md, section 5, rule 8. */
#include "support/runs.h"

#include <string.h>

#define HOUR 3600
#define YEAR (365 * 86400 * (gint64)G_USEC_PER_SEC)

/* With each of its answers the service says: so many, until so many seconds from now. */
static void
allow (Rig *rig, gint64 allowed, gint64 seconds)
{
  rig->service->says_allowed = TRUE;
  rig->service->allowed = allowed;
  rig->service->allowed_until_us = rig->now.wall_us + seconds * G_USEC_PER_SEC;
}

/* Somebody wants to know whether the session is alive at this moment. */
static void
ask (Rig *rig)
{
  rig_pass (rig, 1);
  rig_want_now (rig, WANT_SESSION);
  rig_serve (rig);
}

/* The service allows no more calls, says so once, and then nothing at all. */
static void
run_out (Rig *rig, gint64 seconds)
{
  allow (rig, 0, seconds);
  assert_read (rig, WANT_SESSION);
  assert_calls (rig, "HasSession");
  rig->service->says_allowed = FALSE;
}

static Rig *
rig_run_out_for (gint64 seconds)
{
  Rig *rig = rig_stored_and_logged_in (NULL);

  rig_pass (rig, 61);
  run_out (rig, seconds);
  rig_pass (rig, 61);
  return rig;
}

static void
assert_refused (Rig *rig)
{
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_QUARANTINED);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
  assert_failed_with (rig, rig_write_identity (rig, FJELL), SO24_ERROR_QUARANTINED);
  assert_calls (rig, "");
}

static void
assert_served (Rig *rig)
{
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "HasSession GetIdentity");
}

static void
with_none_left_nothing_is_called_until_the_reset (void)
{
  g_autoptr (Rig) rig = rig_run_out_for (600);

  for (guint second = 61; second < 600; second++)
    {
      assert_refused (rig);
      rig_pass (rig, 1);
    }
  assert_served (rig);
}

static void
with_none_left_a_written_login_is_refused_too (void)
{
  g_autoptr (Rig) rig = rig_run_out_for (600);

  assert_failed_with (rig, rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL)), SO24_ERROR_QUARANTINED);
  assert_calls (rig, "");
}

static void
with_none_left_the_keep_alive_waits (void)
{
  g_autoptr (Rig) rig = rig_run_out_for (3000);

  rig_live (rig, 2900);
  assert_calls (rig, "");
  rig_live (rig, 300);
  assert_calls (rig, "HasSession GetIdentity");
}

static void
the_error_names_the_time (void)
{
  g_autoptr (Rig) rig = rig_run_out_for (600);
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (rig->now.wall_us / G_USEC_PER_SEC + 600 - 61);
  g_autofree char *text = g_date_time_format_iso8601 (end);
  guint64 reader = rig_want (rig, WANT_COOKIE);

  g_assert_nonnull (strstr (rig_error (rig, reader)->message, text));
}

static void
a_fresh_cookie_is_served_all_the_same (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  rig_pass (rig, 1);
  allow (rig, 0, 600);
  ask (rig);
  assert_calls (rig, "HasSession");
  rig_pass (rig, 50);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "");
}

static void
a_reset_in_the_past_is_a_minute_at_least (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  allow (rig, 0, -7200);
  ask (rig);
  rig->service->says_allowed = FALSE;
  assert_calls (rig, "HasSession");
  rig_pass (rig, 0.5);
  for (guint second = 0; second < 60; second++)
    {
      assert_failed_with (rig, rig_want_now (rig, WANT_SESSION), SO24_ERROR_QUARANTINED);
      rig_pass (rig, 0.99);
    }
  rig_pass (rig, HOUR - 60);
  assert_served (rig);
}

/* 2026-11-25T09:46:40Z, and the service counts by the clock hour. */
static void
without_a_reset_it_is_the_next_clock_hour (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  allow (rig, 0, 0);
  rig->service->allowed_until_us = 0;
  ask (rig);
  rig->service->says_allowed = FALSE;
  assert_calls (rig, "HasSession");
  rig_pass (rig, 13 * 60 + 18);
  assert_refused (rig);
  rig_pass (rig, 1);
  assert_served (rig);
}

static void
a_reset_that_is_far_away_is_no_longer_than_an_hour (void)
{
  g_autoptr (Rig) rig = rig_run_out_for (1000000);

  rig_pass (rig, HOUR - 62);
  assert_refused (rig);
  rig_pass (rig, 2);
  assert_served (rig);
}

static void
with_one_left_one_more_call_is_made (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  allow (rig, 1, 600);
  rig_pass (rig, 61);
  assert_read (rig, WANT_SESSION);
  assert_calls (rig, "HasSession");
  rig->service->says_allowed = FALSE;
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
  assert_calls (rig, "HasSession");
  rig_pass (rig, 61);
  assert_refused (rig);
}

static void
a_login_with_one_left_makes_no_second_call (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);
  guint64 writer;

  allow (rig, 1, 600);
  ask (rig);
  g_string_truncate (rig->calls, 0);
  rig->service->says_allowed = FALSE;
  writer = rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL));
  rig_serve (rig);
  g_assert_false (rig_is_waiting (rig, writer));
  assert_calls (rig, "Login");
}

static void
an_answer_that_allows_more_lifts_it (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  allow (rig, 1, 600);
  rig_pass (rig, 61);
  assert_read (rig, WANT_SESSION);
  rig->service->allowed = 50;
  rig_pass (rig, 61);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "HasSession HasSession GetIdentity");
}

static void
a_fault_that_says_there_is_none_left_counts_too (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  allow (rig, 0, 600);
  service_next (rig->service, OPERATION_HAS_SESSION, answer_fault (OPERATION_HAS_SESSION, "It broke"));
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_REMOTE);
  assert_calls (rig, "HasSession");
  assert_refused (rig);
}

static void
an_answer_that_says_nothing_takes_nothing_back (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  allow (rig, 2, 600);
  ask (rig);
  rig->service->says_allowed = FALSE;
  ask (rig);
  ask (rig);
  assert_calls (rig, "HasSession HasSession HasSession");
  rig_pass (rig, 1);
  assert_failed_with (rig, rig_want_now (rig, WANT_SESSION), SO24_ERROR_QUARANTINED);
}

static void
a_number_from_the_hour_before_does_not_count_in_the_next (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  allow (rig, 1, 600);
  ask (rig);
  rig->service->says_allowed = FALSE;
  g_string_truncate (rig->calls, 0);
  rig_pass (rig, HOUR);
  for (guint i = 0; i < 5; i++)
    {
      assert_served (rig);
      rig_pass (rig, 61);
    }
}

static void
it_survives_a_restart (void)
{
  g_autoptr (Rig) rig = rig_run_out_for (600);

  rig_restart (rig);
  assert_refused (rig);
  rig_pass (rig, 600 - 62);
  assert_refused (rig);
  rig_pass (rig, 1);
  assert_served (rig);
}

static void
it_survives_a_reboot (void)
{
  g_autoptr (Rig) rig = rig_run_out_for (600);

  rig_reboot (rig, 100);
  assert_refused (rig);
  rig_pass (rig, 600 - 61 - 101);
  assert_refused (rig);
  rig_pass (rig, 1);
  assert_served (rig);
}

static void
a_calendar_that_jumps_does_not_move_it (void)
{
  g_autoptr (Rig) rig = rig_run_out_for (600);

  rig->now.wall_us += 10 * YEAR;
  assert_refused (rig);
  rig->now.wall_us -= 20 * YEAR;
  assert_refused (rig);
  rig_restart (rig);
  assert_refused (rig);
  rig_pass (rig, 600 - 61);
  assert_served (rig);
}

static void
a_calendar_that_is_set_back_during_a_reboot_makes_nobody_wait_for_years (void)
{
  g_autoptr (Rig) rig = rig_run_out_for (600);

  rig_reboot (rig, -365. * 86400);
  assert_refused (rig);
  rig_pass (rig, 600);
  assert_served (rig);
}

/* The call of one who comes at the reset is told again that there is none. */
static void
a_second_word_that_nothing_is_allowed_is_stored_too (void)
{
  g_autoptr (Rig) rig = rig_new_stored_at_rate (0);

  rig_log_in (rig, NULL);
  allow (rig, 0, 161);
  ask (rig);
  rig_pass (rig, 161);
  allow (rig, 0, 2000);
  ask (rig);
  rig->service->says_allowed = FALSE;
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_QUARANTINED);
  rig_restart (rig);
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_QUARANTINED);
}

static const Sentence sentences[] = {
  SENTENCE (with_none_left_nothing_is_called_until_the_reset),
  SENTENCE (with_none_left_a_written_login_is_refused_too),
  SENTENCE (with_none_left_the_keep_alive_waits),
  SENTENCE (the_error_names_the_time),
  SENTENCE (a_fresh_cookie_is_served_all_the_same),
  SENTENCE (a_reset_in_the_past_is_a_minute_at_least),
  SENTENCE (without_a_reset_it_is_the_next_clock_hour),
  SENTENCE (a_reset_that_is_far_away_is_no_longer_than_an_hour),
  SENTENCE (with_one_left_one_more_call_is_made),
  SENTENCE (a_login_with_one_left_makes_no_second_call),
  SENTENCE (an_answer_that_allows_more_lifts_it),
  SENTENCE (a_fault_that_says_there_is_none_left_counts_too),
  SENTENCE (an_answer_that_says_nothing_takes_nothing_back),
  SENTENCE (a_number_from_the_hour_before_does_not_count_in_the_next),
  SENTENCE (it_survives_a_restart),
  SENTENCE (it_survives_a_reboot),
  SENTENCE (a_calendar_that_jumps_does_not_move_it),
  SENTENCE (a_calendar_that_is_set_back_during_a_reboot_makes_nobody_wait_for_years),
  SENTENCE (a_second_word_that_nothing_is_allowed_is_stored_too),
};

MAIN ("account, allowed")
