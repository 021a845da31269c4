/* Kept: design.md, section 5, rule 3. A session that somebody uses does not die of idleness. */
#include "support/runs.h"

#include <string.h>

#define DAY 86400

static Rig *
rig_kept_every (gint64 keepalive_us)
{
  AccountConfig config = rig_config ();
  Rig *rig;

  config.keepalive_us = keepalive_us;
  rig = rig_new_with (&config);
  rig_log_in (rig, NULL);
  return rig;
}

static void
a_session_that_is_used_is_confirmed_every_ten_minutes (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  for (guint i = 0; i < 20; i++)
    {
      rig_live (rig, 599);
      assert_calls (rig, "");
      rig_live (rig, 1);
      assert_calls (rig, "HasSession GetIdentity");
    }
}

static void
a_session_that_a_reader_just_confirmed_is_not_confirmed_again (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_live (rig, 500);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "HasSession GetIdentity");
  rig_live (rig, 599);
  assert_calls (rig, "");
  rig_live (rig, 2);
  assert_calls (rig, "HasSession GetIdentity");
}

static void
asking_whether_the_session_lives_keeps_it_alive_too (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_live (rig, 500);
  assert_read (rig, WANT_SESSION);
  assert_calls (rig, "HasSession");
  rig_live (rig, 599);
  assert_calls (rig, "");
}

static void
a_session_survives_a_day_of_a_service_that_ends_idle_ones (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint calls = 0;

  for (gint64 minute = 0; minute < 24 * 60; minute += 20)
    {
      rig_live (rig, 20 * 60 - 1);
      g_assert_cmpuint (rig->calls_made[OPERATION_HAS_SESSION], >, calls);
      calls = rig->calls_made[OPERATION_HAS_SESSION];
    }
  g_assert_cmpuint (calls, <=, DAY / 600 + 1);
}

static void
a_session_that_nobody_used_for_a_day_is_left_alone (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_live (rig, DAY);
  g_string_truncate (rig->calls, 0);
  rig_live (rig, 10 * DAY);
  assert_calls (rig, "");
  g_assert_cmpint (rig->timer_us, ==, NEVER);
}

static void
a_session_that_is_used_again_after_days_is_kept_again (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_live (rig, 3 * DAY);
  assert_cookie (rig, "sid-1");
  g_string_truncate (rig->calls, 0);
  rig_live (rig, 601);
  assert_calls (rig, "HasSession GetIdentity");
}

static void
every_way_to_use_the_session_counts_as_use (void)
{
  static const Want wants[] = {WANT_SESSION, WANT_COOKIE, WANT_IDENTITY};

  for (gsize i = 0; i < G_N_ELEMENTS (wants); i++)
    {
      g_autoptr (Rig) rig = rig_logged_in (NULL);

      rig_live (rig, DAY - 10);
      assert_read (rig, wants[i]);
      g_string_truncate (rig->calls, 0);
      rig_live (rig, DAY - 600);
      g_assert_cmpuint (rig->calls->len, >, 100 * strlen ("HasSession GetIdentity"));
    }
}

static void
the_keep_alive_itself_is_no_use (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_live (rig, 2 * DAY);
  g_assert_cmpuint (rig->calls_made[OPERATION_HAS_SESSION], <=, DAY / 600 + 1);
}

static void
without_a_keep_alive_nothing_is_called (void)
{
  g_autoptr (Rig) rig = rig_kept_every (0);

  rig_live (rig, DAY);
  assert_calls (rig, "");
  g_assert_cmpint (rig->timer_us, ==, NEVER);
}

static void
the_period_is_as_configured (void)
{
  g_autoptr (Rig) rig = rig_kept_every (100 * G_USEC_PER_SEC);

  rig_live (rig, 99);
  assert_calls (rig, "");
  rig_live (rig, 1);
  assert_calls (rig, "HasSession GetIdentity");
}

static void
without_a_session_there_is_nothing_to_keep (void)
{
  g_autoptr (Rig) rig = rig_new ();

  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_NO_KEY);
  rig_live (rig, DAY);
  assert_calls (rig, "");
  g_assert_cmpint (rig->timer_us, ==, NEVER);
}

static void
after_a_logout_there_is_nothing_to_keep (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_write_logout (rig);
  rig_live (rig, DAY);
  assert_calls (rig, "");
}

static void
a_session_that_has_ended_is_found_out_and_not_renewed (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  service_end_sessions (rig->service);
  rig_live (rig, DAY);
  assert_calls (rig, "HasSession");
  g_assert_false (account_has_session (rig->account));
  assert_cookie (rig, "sid-2");
}

static void
a_session_that_ends_between_its_two_calls_is_not_renewed (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  service_next (rig->service, OPERATION_GET_IDENTITY, answer_fault (OPERATION_GET_IDENTITY, "Not authenticated"));
  rig_live (rig, DAY);
  assert_calls (rig, "HasSession GetIdentity");
  g_assert_false (account_has_session (rig->account));
}

static void
a_switch_by_somebody_else_is_found_and_the_cookie_withheld (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  service_switch_all (rig->service, FJELL);
  rig_live (rig, 600);
  assert_calls (rig, "HasSession GetIdentity");
  assert_withheld (rig, SO24_ERROR_REVOKED);
  g_assert_cmpuint (rig->changed & CHANGED_SESSION, !=, 0);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
}

static void
a_failure_is_tried_again_sooner_than_a_period_later (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  service_next (rig->service, OPERATION_HAS_SESSION, answer_failed (OPERATION_HAS_SESSION, SO24_ERROR_TIMED_OUT));
  rig_live (rig, 600);
  assert_calls (rig, "HasSession");
  rig_live (rig, 300);
  assert_calls (rig, "HasSession GetIdentity");
}

static void
a_service_that_is_away_is_not_tried_all_the_time (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig->service->away = TRUE;
  rig_live (rig, 600 + 3600);
  g_assert_cmpuint (rig->calls_made[OPERATION_HAS_SESSION], >=, 6);
  g_assert_cmpuint (rig->calls_made[OPERATION_HAS_SESSION], <=, 70);
}

static void
in_a_quarantine_it_waits (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  Answer *answer = answer_fault (OPERATION_HAS_SESSION, "Limit exceeded by 1. Quarantine ends at some time");

  answer->until_us = rig->now.wall_us + 4000 * (gint64)G_USEC_PER_SEC;
  service_next (rig->service, OPERATION_HAS_SESSION, answer);
  rig_live (rig, 600);
  assert_calls (rig, "HasSession");
  rig_live (rig, 3399);
  assert_calls (rig, "");
  rig_live (rig, 601);
  assert_calls (rig, "HasSession GetIdentity");
}

static void
throttled_it_waits (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  Answer *answer = answer_failed (OPERATION_HAS_SESSION, SO24_ERROR_THROTTLED);

  answer->retry_after_s = 500;
  service_next (rig->service, OPERATION_HAS_SESSION, answer);
  rig_live (rig, 600);
  assert_calls (rig, "HasSession");
  rig_live (rig, 499);
  assert_calls (rig, "");
}

static void
there_is_no_second_one_while_one_runs (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  Event time = {.kind = EVENT_TIME};

  rig_pass (rig, 600);
  rig_ring (rig);
  assert_calling (rig, OPERATION_HAS_SESSION);
  for (guint i = 0; i < 100; i++)
    {
      rig_pass (rig, 0.2);
      rig_post (rig, &time);
    }
  rig_serve (rig);
  assert_calls (rig, "HasSession GetIdentity");
}

/* Not even when the service needs longer than it takes to try again. */
static void
there_is_no_second_one_while_a_long_one_runs (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  Event time = {.kind = EVENT_TIME};

  rig_pass (rig, 600);
  rig_ring (rig);
  for (guint i = 0; i < 20; i++)
    {
      rig_pass (rig, 10);
      rig_post (rig, &time);
    }
  rig_serve (rig);
  assert_calls (rig, "HasSession GetIdentity");
}

static void
a_reader_shares_the_call_that_is_on_its_way (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 reader;

  rig_pass (rig, 600);
  rig_ring (rig);
  reader = rig_want (rig, WANT_COOKIE);
  rig_serve (rig);
  assert_done (rig, reader);
  assert_calls (rig, "HasSession GetIdentity");
}

static void
a_time_that_comes_too_early_is_asked_for_anew (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  Event time = {.kind = EVENT_TIME};
  gint64 due_us = rig->timer_us;

  g_assert_cmpint (due_us, >, rig->now.boot_us);
  rig->timer_us = NEVER;
  rig_pass (rig, 10);
  rig_post (rig, &time);
  assert_calls (rig, "");
  g_assert_cmpint (rig->timer_us, ==, due_us);
  rig_live (rig, 590);
  assert_calls (rig, "HasSession GetIdentity");
}

static void
a_time_that_comes_too_late_makes_up_for_nothing (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_pass (rig, 5000);
  rig_ring (rig);
  rig_serve (rig);
  assert_calls (rig, "HasSession GetIdentity");
  rig_live (rig, 599);
  assert_calls (rig, "");
}

static void
a_calendar_that_jumps_changes_nothing (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig->now.wall_us += 3650 * DAY * (gint64)G_USEC_PER_SEC;
  rig_live (rig, 599);
  assert_calls (rig, "");
  rig->now.wall_us -= 7300 * DAY * (gint64)G_USEC_PER_SEC;
  rig_live (rig, 1);
  assert_calls (rig, "HasSession GetIdentity");
}

static void
it_goes_on_after_a_restart (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  rig_live (rig, 550);
  rig_restart (rig);
  rig_want (rig, WANT_NOTHING);
  rig_live (rig, 600);
  assert_calls (rig, "HasSession GetIdentity");
  rig_live (rig, 600);
  assert_calls (rig, "HasSession GetIdentity");
}

static void
it_goes_on_after_a_reboot (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  rig_reboot (rig, 300);
  rig_want (rig, WANT_NOTHING);
  rig_live (rig, 600);
  assert_calls (rig, "HasSession GetIdentity");
}

static void
a_restart_does_not_count_as_use (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  for (guint i = 0; i < 30; i++)
    {
      rig_live (rig, 3600);
      rig_restart (rig);
      rig_want (rig, WANT_NOTHING);
    }
  g_string_truncate (rig->calls, 0);
  rig_live (rig, DAY);
  assert_calls (rig, "");
}

static void
a_stopped_account_keeps_nothing (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_stop (rig);
  rig_live (rig, DAY);
  assert_calls (rig, "");
}

/* The service needs longer than a tenth of the period. */
static void
a_slow_keep_alive_asks_for_no_moment_in_the_past (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_pass (rig, 600);
  rig_ring (rig);
  assert_calling (rig, OPERATION_HAS_SESSION);
  rig_pass (rig, 61);
  rig_ring (rig);
  g_assert_true (rig->timer_us == NEVER || rig->timer_us > rig->now.boot_us);
}

static const Sentence sentences[] = {
  SENTENCE (a_session_that_is_used_is_confirmed_every_ten_minutes),
  SENTENCE (a_session_that_a_reader_just_confirmed_is_not_confirmed_again),
  SENTENCE (asking_whether_the_session_lives_keeps_it_alive_too),
  SENTENCE (a_session_survives_a_day_of_a_service_that_ends_idle_ones),
  SENTENCE (a_session_that_nobody_used_for_a_day_is_left_alone),
  SENTENCE (a_session_that_is_used_again_after_days_is_kept_again),
  SENTENCE (every_way_to_use_the_session_counts_as_use),
  SENTENCE (the_keep_alive_itself_is_no_use),
  SENTENCE (without_a_keep_alive_nothing_is_called),
  SENTENCE (the_period_is_as_configured),
  SENTENCE (without_a_session_there_is_nothing_to_keep),
  SENTENCE (after_a_logout_there_is_nothing_to_keep),
  SENTENCE (a_session_that_has_ended_is_found_out_and_not_renewed),
  SENTENCE (a_session_that_ends_between_its_two_calls_is_not_renewed),
  SENTENCE (a_switch_by_somebody_else_is_found_and_the_cookie_withheld),
  SENTENCE (a_failure_is_tried_again_sooner_than_a_period_later),
  SENTENCE (a_service_that_is_away_is_not_tried_all_the_time),
  SENTENCE (in_a_quarantine_it_waits),
  SENTENCE (throttled_it_waits),
  SENTENCE (there_is_no_second_one_while_one_runs),
  SENTENCE (there_is_no_second_one_while_a_long_one_runs),
  SENTENCE (a_reader_shares_the_call_that_is_on_its_way),
  SENTENCE (a_time_that_comes_too_early_is_asked_for_anew),
  SENTENCE (a_time_that_comes_too_late_makes_up_for_nothing),
  SENTENCE (a_calendar_that_jumps_changes_nothing),
  SENTENCE (it_goes_on_after_a_restart),
  SENTENCE (it_goes_on_after_a_reboot),
  SENTENCE (a_restart_does_not_count_as_use),
  SENTENCE (a_stopped_account_keeps_nothing),
  SENTENCE (a_slow_keep_alive_asks_for_no_moment_in_the_past),
};

MAIN ("account, keep-alive")
