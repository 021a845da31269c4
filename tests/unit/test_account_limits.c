/* Quarantine, throttling and back-off: design.md, sections 3 and 5 (rules 4 and 8). Nothing here may become a storm. */
#include "support/rig.h"

#include <string.h>

#define QUARANTINE "Limit exceeded by 1. Request is blocked. Quarantine ends at "

/* Lets the next HasSession, made by a reader, be answered with a fault. */
static void
read_into_fault (Rig *rig, const char *fault, So24ErrorCode code)
{
  rig_pass (rig, 61);
  service_next (rig->service, OPERATION_HAS_SESSION, answer_fault (OPERATION_HAS_SESSION, fault));
  assert_read_fails (rig, WANT_COOKIE, code);
  assert_calls (rig, "HasSession");
}

/* A quarantine that ends @seconds from now. */
static void
read_into_quarantine (Rig *rig, gint64 seconds)
{
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (rig->now.wall_us / G_USEC_PER_SEC + 61 + seconds);
  g_autofree char *text = g_date_time_format (end, QUARANTINE "%Y-%m-%d %H:%M:%S");

  read_into_fault (rig, text, SO24_ERROR_QUARANTINED);
}

static void
assert_everything_is_refused (Rig *rig, So24ErrorCode code)
{
  assert_read_fails (rig, WANT_COOKIE, code);
  assert_read_fails (rig, WANT_SESSION, code);
  assert_failed_with (rig, rig_write_identity (rig, FJELL), code);
  assert_calls (rig, "");
}

static void
in_a_quarantine_nothing_is_called_until_the_very_end (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  read_into_quarantine (rig, 3600);
  for (guint i = 0; i < 3599; i++)
    {
      assert_everything_is_refused (rig, SO24_ERROR_QUARANTINED);
      rig_pass (rig, 1);
    }
  rig_pass (rig, 0.999);
  assert_everything_is_refused (rig, SO24_ERROR_QUARANTINED);
  rig_pass (rig, 0.001);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "HasSession GetIdentity");
}

static void
in_a_quarantine_a_cookie_that_was_just_confirmed_is_not_served_either (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 reader;

  service_next (rig->service, OPERATION_HAS_SESSION, answer_fault (OPERATION_HAS_SESSION, QUARANTINE "some time"));
  reader = rig_want (rig, WANT_SESSION);
  rig_serve (rig);
  assert_failed_with (rig, reader, SO24_ERROR_QUARANTINED);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
}

static void
in_a_quarantine_a_login_is_not_even_tried (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 writer;

  read_into_quarantine (rig, 100);
  writer = rig_write_login (rig, credential_by_password ("ops@example.com", PASSWORD, NULL));
  assert_failed_with (rig, writer, SO24_ERROR_QUARANTINED);
  assert_calls (rig, "");
}

static void
a_quarantine_outlives_a_logout (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 writer;

  read_into_quarantine (rig, 100);
  rig_write_logout (rig);
  writer = rig_write_login (rig, credential_by_password ("ops@example.com", PASSWORD, NULL));
  assert_failed_with (rig, writer, SO24_ERROR_QUARANTINED);
  rig_pass (rig, 100);
  rig_log_in (rig, NULL);
}

static void
the_error_says_when_a_quarantine_ends (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 reader;

  read_into_fault (rig, QUARANTINE "2026-11-25T14:00:00+01:00", SO24_ERROR_QUARANTINED);
  reader = rig_want (rig, WANT_COOKIE);
  g_assert_nonnull (strstr (rig_error (rig, reader)->message, "2026-11-25T13:00:00Z"));
}

static void
a_calendar_that_jumps_does_not_end_a_quarantine (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  read_into_quarantine (rig, 3600);
  rig->now.wall_us += 7200 * (gint64)G_USEC_PER_SEC;
  assert_everything_is_refused (rig, SO24_ERROR_QUARANTINED);
  rig_pass (rig, 3600);
  assert_cookie (rig, "sid-1");
}

static void
a_quarantine_whose_end_is_unknown_or_over_is_waited_for_all_the_same (void)
{
  static const char *const ends[] = {"some time", "2020-01-01 00:00:00"};

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (Rig) rig = rig_logged_in (NULL);
      g_autofree char *fault = g_strconcat (QUARANTINE, ends[i], NULL);

      read_into_fault (rig, fault, SO24_ERROR_QUARANTINED);
      rig_pass (rig, 30);
      assert_everything_is_refused (rig, SO24_ERROR_QUARANTINED);
      rig_pass (rig, 3600);
      assert_cookie (rig, "sid-1");
    }
}

static void
a_login_that_meets_a_quarantine_after_its_first_call_makes_no_other (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 writer;

  service_next (rig->service, OPERATION_GET_IDENTITY, answer_fault (OPERATION_GET_IDENTITY, QUARANTINE "some time"));
  writer = rig_write_login (rig, credential_by_password ("ops@example.com", PASSWORD, NULL));
  rig_serve (rig);
  g_assert_false (rig_is_waiting (rig, writer));
  assert_calls (rig, "Login GetIdentity");
  assert_withheld (rig, SO24_ERROR_REVOKED);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
}

static void
throttled_nothing_is_called_by_itself (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  read_into_fault (rig, "Too many requests", SO24_ERROR_THROTTLED);
  assert_everything_is_refused (rig, SO24_ERROR_THROTTLED);
  rig_pass (rig, 1);
  assert_cookie (rig, "sid-1");
}

static void
retry_after_is_kept_to (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  Answer *answer = answer_failed (OPERATION_HAS_SESSION, SO24_ERROR_THROTTLED);

  answer->retry_after_s = 120;
  service_next (rig->service, OPERATION_HAS_SESSION, answer);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
  assert_calls (rig, "HasSession");
  rig_pass (rig, 119.999);
  assert_everything_is_refused (rig, SO24_ERROR_THROTTLED);
  rig_pass (rig, 0.001);
  assert_cookie (rig, "sid-1");
}

static void
retry_after_counts_with_any_error (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  Answer *answer = answer_failed (OPERATION_HAS_SESSION, SO24_ERROR_REMOTE);

  answer->retry_after_s = 60;
  service_next (rig->service, OPERATION_HAS_SESSION, answer);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REMOTE);
  assert_calls (rig, "HasSession");
  rig_pass (rig, 59);
  assert_everything_is_refused (rig, SO24_ERROR_THROTTLED);
}

static void
retry_after_counts_for_a_login_that_is_throttled (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  Answer *answer = answer_fault (OPERATION_LOGIN, "Login throttled");

  answer->retry_after_s = 120;
  service_next (rig->service, OPERATION_LOGIN, answer);
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
  rig_pass (rig, 119);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
  assert_calls (rig, "HasSession Login");
  rig_pass (rig, 1);
  assert_cookie (rig, "sid-2");
}

static void
a_written_login_is_tried_once_even_when_throttled (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 writer;

  read_into_fault (rig, "Login throttled", SO24_ERROR_THROTTLED);
  service_next (rig->service, OPERATION_LOGIN, answer_fault (OPERATION_LOGIN, "Login throttled"));
  writer = rig_write_login (rig, credential_by_password ("ops@example.com", PASSWORD, NULL));
  rig_serve (rig);
  assert_failed_with (rig, writer, SO24_ERROR_THROTTLED);
  assert_calls (rig, "Login");
  writer = rig_write_login (rig, credential_by_password ("ops@example.com", PASSWORD, NULL));
  rig_serve (rig);
  assert_done (rig, writer);
}

static void
a_written_login_is_tried_even_when_backing_off (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  service_next (rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_TIMED_OUT));
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_TIMED_OUT);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
  rig_log_in (rig, NULL);
  assert_cookie (rig, "sid-2");
}

static void
the_error_of_backing_off_names_the_cause (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 reader;

  read_into_fault (rig, "The gate is narrow, try again later", SO24_ERROR_THROTTLED);
  reader = rig_want (rig, WANT_COOKIE);
  g_assert_nonnull (strstr (rig_error (rig, reader)->message, "The gate is narrow"));
}

/* Reads the cookie again and again until a Login goes out; returns the seconds until then. */
static double
seconds_until_the_next_login (Rig *rig)
{
  guint logins = rig->calls_made[OPERATION_LOGIN];
  gint64 start_us = rig->now.boot_us;

  while (rig->calls_made[OPERATION_LOGIN] == logins)
    {
      rig_pass (rig, 0.05);
      rig_want (rig, WANT_COOKIE);
      rig_serve (rig);
      g_assert_cmpint (rig->now.boot_us - start_us, <, 1000 * (gint64)G_USEC_PER_SEC);
    }
  return (double)(rig->now.boot_us - start_us) / G_USEC_PER_SEC;
}

static void
failed_renewals_back_off_from_a_second_to_a_quarter_of_an_hour (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  double expected = 1;

  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  for (guint i = 0; i < 16; i++)
    service_next (rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_REMOTE));
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REMOTE);
  for (guint i = 0; i < 15; i++)
    {
      double waited = seconds_until_the_next_login (rig);

      g_assert_cmpfloat (waited, >=, expected / 2);
      g_assert_cmpfloat (waited, <=, expected + 0.1);
      expected = MIN (expected * 2, 900);
    }
}

static void
back_off_begins_anew_after_a_success (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  for (guint i = 0; i < 8; i++)
    service_next (rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_REMOTE));
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REMOTE);
  for (guint i = 0; i < 8; i++)
    seconds_until_the_next_login (rig);
  assert_cookie (rig, "sid-2");
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  service_next (rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_REMOTE));
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REMOTE);
  g_assert_cmpfloat (seconds_until_the_next_login (rig), <=, 1.1);
}

static void
a_login_that_somebody_wrote_ends_the_back_off (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  for (guint i = 0; i < 12; i++)
    service_next (rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_REMOTE));
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REMOTE);
  for (guint i = 0; i < 11; i++)
    seconds_until_the_next_login (rig);
  rig_log_in (rig, NULL);
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  assert_cookie (rig, "sid-3");
}

static void
two_mounts_do_not_come_back_at_the_same_moment (void)
{
  AccountConfig config = {.backoff_min_us = 1000000, .backoff_max_us = 900000000, .remember = TRUE, .seed = 2};
  g_autoptr (Rig) first = rig_logged_in (NULL);
  g_autoptr (Rig) second = rig_new ();
  double differences = 0;

  account_free (second->account);
  second->account = account_new (&config);
  rig_log_in (second, NULL);
  for (guint i = 0; i < 2; i++)
    {
      Rig *rig = i == 0 ? first : second;

      service_end_sessions (rig->service);
      rig_pass (rig, 61);
      rig->service->away = TRUE;
      service_next (rig->service, OPERATION_HAS_SESSION, answer_false (OPERATION_HAS_SESSION));
      rig_want (rig, WANT_COOKIE);
      rig_serve (rig);
      for (guint step = 0; step < 9; step++)
        differences += (i == 0 ? 1 : -1) * seconds_until_the_next_login (rig);
    }
  g_assert_cmpfloat (ABS (differences), >, 1);
}

static const Sentence sentences[] = {
  SENTENCE (in_a_quarantine_nothing_is_called_until_the_very_end),
  SENTENCE (in_a_quarantine_a_cookie_that_was_just_confirmed_is_not_served_either),
  SENTENCE (in_a_quarantine_a_login_is_not_even_tried),
  SENTENCE (a_quarantine_outlives_a_logout),
  SENTENCE (the_error_says_when_a_quarantine_ends),
  SENTENCE (a_calendar_that_jumps_does_not_end_a_quarantine),
  SENTENCE (a_quarantine_whose_end_is_unknown_or_over_is_waited_for_all_the_same),
  SENTENCE (a_login_that_meets_a_quarantine_after_its_first_call_makes_no_other),
  SENTENCE (throttled_nothing_is_called_by_itself),
  SENTENCE (retry_after_is_kept_to),
  SENTENCE (retry_after_counts_with_any_error),
  SENTENCE (retry_after_counts_for_a_login_that_is_throttled),
  SENTENCE (a_written_login_is_tried_once_even_when_throttled),
  SENTENCE (a_written_login_is_tried_even_when_backing_off),
  SENTENCE (the_error_of_backing_off_names_the_cause),
  SENTENCE (failed_renewals_back_off_from_a_second_to_a_quarter_of_an_hour),
  SENTENCE (back_off_begins_anew_after_a_success),
  SENTENCE (a_login_that_somebody_wrote_ends_the_back_off),
  SENTENCE (two_mounts_do_not_come_back_at_the_same_moment),
};

MAIN ("account, limits")
