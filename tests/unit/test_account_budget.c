/* The local budget: design.md, section 5, rule 8. What is left of it, what happens when it is used up, and until when. */
#include "support/runs.h"

#include <string.h>

#define RATE 20
#define HOUR 3600
#define YEAR (365 * 86400 * (gint64)G_USEC_PER_SEC)

/* The budget is used up by calls of which the last two confirmed the session, a second ago. */
static Rig *
rig_used_up (void)
{
  Rig *rig = rig_new_stored_at_rate (RATE);

  rig_log_in (rig, NULL);
  assert_read (rig, WANT_SESSION);
  while (rig_calls_made (rig) < RATE)
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
without_a_rate_as_many_calls_are_made_as_are_wanted (void)
{
  g_autoptr (Rig) rig = rig_new_stored_at_rate (0);

  rig_present_ops (rig);
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
  g_assert_cmpstr (account_identity (rig->account, NULL)->text, ==, FJORD);
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

/* Calls at the end of a minute, and another boot clock, whose minutes begin at other moments. */
static void
minutes_that_begin_at_other_moments_after_a_reboot_end_nothing_early (void)
{
  g_autoptr (Rig) rig = rig_new_stored_at_rate (3);

  rig_pass (rig, 19.9);
  rig_log_in (rig, NULL);
  rig_pass (rig, 0.2);
  rig_write_logout (rig);
  rig_reboot_at (rig, 60, 59);
  rig_pass (rig, 3535);
  assert_failed_with (rig, rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL)), SO24_ERROR_QUARANTINED);
  rig_pass (rig, 200);
  rig_log_in (rig, NULL);
}

static void
who_stops_orderly_gives_back_what_was_reserved (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);
  guint spent = 0;

  rig_stop (rig);
  for (guint minute = 0; minute < RECORD_MINUTES; minute++)
    spent += rig->record->spent[minute];
  g_assert_cmpuint (spent, ==, rig_calls_made (rig));
}

static const Sentence sentences[] = {
  SENTENCE (without_a_rate_as_many_calls_are_made_as_are_wanted),
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
  SENTENCE (used_up_a_calendar_that_jumps_does_not_help),
  SENTENCE (used_up_a_reboot_into_the_past_does_not_help_and_does_not_hurt),
  SENTENCE (minutes_that_begin_at_other_moments_after_a_reboot_end_nothing_early),
  SENTENCE (who_stops_orderly_gives_back_what_was_reserved),
};

MAIN ("account, budget")
