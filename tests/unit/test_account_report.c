/* Where things stand (report.h): each word in the situation that it is for, since when, and what else a report tells. */
#include "account/report.h"

#include "support/runs.h"

#include <string.h>

#define WALL_US (WALL_START * G_USEC_PER_SEC)

/* The report of now; the times are checked against the rig's clock, which began at WALL_START. */
static AccountReport
report_of (const Rig *rig)
{
  AccountReport report;

  account_report (rig->account, rig->now, &report);
  return report;
}

static void
assert_state (const Rig *rig, const char *word)
{
  g_assert_cmpstr (session_state_word (report_of (rig).state), ==, word);
}

/* The state is @word, and has been since @seconds after the start. */
static void
assert_state_since (const Rig *rig, const char *word, double seconds)
{
  assert_state (rig, word);
  g_assert_cmpint (report_of (rig).since_us, ==, WALL_US + (gint64)(seconds * G_USEC_PER_SEC));
}

/* A Login that fails by itself, in a session that had ended. */
static void
end_and_read (Rig *rig, Answer *answer, So24ErrorCode code)
{
  rig_end_session (rig);
  service_next (rig->service, OPERATION_LOGIN, answer);
  assert_read_fails (rig, WANT_COOKIE, code);
}

static void
before_anything_has_happened_there_is_no_session (void)
{
  g_autoptr (Rig) rig = rig_new ();
  AccountReport report = report_of (rig);

  assert_state (rig, "none");
  g_assert_cmpint (report.since_us, ==, NEVER);
  g_assert_null (report.owner);
  g_assert_null (report.identity);
  g_assert_null (report.chosen);
  g_assert_null (report.waiting_for);
  g_assert_cmpint (report.confirmed_us, ==, NEVER);
  g_assert_cmpint (report.next_check_us, ==, NEVER);
  g_assert_cmpint (report.allowed, ==, -1);
  g_assert_cmpint (report.left, ==, 7200);
}

static void
a_login_makes_the_session_live (void)
{
  g_autoptr (Rig) rig = rig_new ();
  AccountReport report;

  rig_pass (rig, 5);
  rig_log_in (rig, FJELL);
  rig_pass (rig, 10);
  report = report_of (rig);
  assert_state_since (rig, "live", 5);
  g_assert_cmpstr (report.owner, ==, OPS);
  g_assert_cmpstr (report.identity->id.text, ==, FJELL);
  g_assert_cmpstr (report.identity->client_name, ==, "Fjell AS");
  g_assert_cmpstr (report.chosen->text, ==, FJELL);
  g_assert_cmpint (report.confirmed_us, ==, WALL_US + 5 * G_USEC_PER_SEC);
  g_assert_cmpint (report.fresh_until_us, ==, WALL_US + 65 * G_USEC_PER_SEC);
  g_assert_cmpint (report.next_check_us, ==, WALL_US + 605 * G_USEC_PER_SEC);
  g_assert_cmpint (report.used, ==, 3);
  g_assert_cmpint (report.left, ==, 7197);
  g_assert_null (report.reason);
}

static void
a_token_is_not_told (void)
{
  g_autoptr (Rig) rig = rig_new ();

  rig_write_login (rig, credential_by_token ());
  rig_serve (rig);
  g_assert_cmpstr (report_of (rig).owner, ==, "a token");
}

static void
a_session_that_ended_without_a_credential_is_expired (void)
{
  AccountConfig config = rig_config ();
  g_autoptr (Rig) rig = NULL;

  config.remember = FALSE;
  rig = rig_new_with (&config);
  rig_log_in (rig, NULL);
  service_end_sessions (rig->service);
  rig_pass (rig, 100);
  assert_read (rig, WANT_SESSION);
  rig_pass (rig, 100);
  assert_state_since (rig, "expired", 100);
  g_assert_cmpstr (report_of (rig).owner, ==, OPS);
}

static void
a_session_that_ended_and_waits_for_its_renewal_is_expired (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  service_end_sessions (rig->service);
  rig_pass (rig, 100);
  assert_read (rig, WANT_SESSION);
  assert_state_since (rig, "expired", 100);
  assert_read (rig, WANT_COOKIE);
  assert_state (rig, "live");
}

static void
a_credential_that_was_rejected_is_told_with_the_services_words (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig->service->password = "another";
  rig_end_session (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
  assert_state (rig, "rejected");
  g_assert_true (g_str_has_suffix (report_of (rig).reason, "Invalid username or password"));
  rig_pass (rig, 86400);
  assert_state (rig, "rejected");
}

static void
a_cookie_that_is_withheld_is_revoked (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  service_switch_all (rig->service, SKOG);
  rig_pass (rig, 61);
  assert_read (rig, WANT_IDENTITY);
  assert_state_since (rig, "revoked", 61);
  g_assert_cmpstr (report_of (rig).identity->id.text, ==, SKOG);
  g_assert_cmpstr (report_of (rig).chosen->text, ==, FJORD);
  g_assert_nonnull (strstr (report_of (rig).reason, FJORD));
  rig_switch (rig, SKOG);
  assert_state (rig, "live");
}

static void
a_login_that_is_put_off_is_throttled_until_the_wait_is_over (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  gint64 until_us;

  end_and_read (rig, answer_fault (OPERATION_LOGIN, "Too many login attempts"), SO24_ERROR_THROTTLED);
  assert_state (rig, "throttled");
  g_assert_nonnull (strstr (report_of (rig).reason, "Too many login attempts"));
  g_assert_cmpstr (report_of (rig).backoff_reason, ==, report_of (rig).reason);
  until_us = report_of (rig).backoff_until_us;
  g_assert_cmpint (until_us, >, rig->now.wall_us);
  rig_pass (rig, 1000);
  assert_state (rig, "expired");
  g_assert_cmpint (report_of (rig).since_us, ==, until_us);
  g_assert_cmpint (report_of (rig).backoff_until_us, ==, NEVER);
  g_assert_null (report_of (rig).backoff_reason);
}

static void
a_live_session_that_may_not_be_checked_is_throttled (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  Answer *busy = answer_failed (OPERATION_HAS_SESSION, SO24_ERROR_THROTTLED);

  busy->retry_after_s = 30;
  service_next (rig->service, OPERATION_HAS_SESSION, busy);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_THROTTLED);
  assert_state_since (rig, "throttled", 61);
  rig_pass (rig, 31);
  assert_state_since (rig, "live", 91);
}

static void
a_quarantine_is_told_with_its_end (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  AccountReport report;

  end_and_read (rig,
                answer_fault (OPERATION_LOGIN, "Limit exceeded by 1. Request is blocked. Quarantine ends at "
                                               "2026-11-25T10:30:00Z"),
                SO24_ERROR_QUARANTINED);
  assert_state (rig, "quarantined");
  report = report_of (rig);
  g_assert_cmpint (report.limit, ==, LIMIT_QUARANTINE);
  g_assert_cmpint (report.limited_until_us, ==, WALL_US + (43 * 60 + 20) * (gint64)G_USEC_PER_SEC);
  rig_pass (rig, 7200);
  assert_state (rig, "expired");
  g_assert_cmpint (report_of (rig).since_us, ==, report.limited_until_us);
  g_assert_cmpint (report_of (rig).limit, ==, LIMIT_NONE);
  g_assert_cmpint (report_of (rig).limited_until_us, ==, NEVER);
}

static void
an_allowance_that_is_used_up_is_a_quarantine_of_another_kind (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig->service->says_allowed = TRUE;
  rig->service->allowed = 0;
  rig->service->allowed_until_us = WALL_US + 1800 * (gint64)G_USEC_PER_SEC;
  rig_pass (rig, 61);
  assert_read (rig, WANT_SESSION);
  assert_state_since (rig, "quarantined", 61);
  g_assert_cmpint (report_of (rig).limit, ==, LIMIT_ALLOWANCE);
  g_assert_cmpint (report_of (rig).allowed, ==, 0);
  g_assert_cmpint (report_of (rig).limited_until_us, ==, rig->service->allowed_until_us);
  rig_pass (rig, 1800);
  assert_state_since (rig, "live", 1800);
  g_assert_cmpint (report_of (rig).allowed, ==, -1);
}

static void
a_budget_that_is_used_up_is_one_too_and_ends_when_calls_are_free (void)
{
  g_autoptr (Rig) rig = rig_new_stored_at_rate (3);
  AccountReport report;

  rig_log_in (rig, NULL);
  report = report_of (rig);
  assert_state (rig, "quarantined");
  g_assert_cmpint (report.limit, ==, LIMIT_RATE);
  g_assert_cmpint (report.left, ==, 0);
  g_assert_cmpint (report.used, ==, 3);
  rig_pass (rig, 2 * 3600);
  assert_state (rig, "live");
  g_assert_cmpint (report_of (rig).since_us, ==, report.limited_until_us);
  g_assert_cmpint (report_of (rig).left, ==, 3);
}

static void
a_service_that_does_not_answer_is_offline_until_it_does (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig->service->away = TRUE;
  rig_pass (rig, 61);
  assert_read (rig, WANT_COOKIE);
  assert_state_since (rig, "offline", 61);
  rig->service->away = FALSE;
  rig_pass (rig, 10);
  assert_read (rig, WANT_COOKIE);
  assert_state_since (rig, "live", 71);
}

static void
a_renewal_that_does_not_get_through_is_offline_and_tells_when_it_is_tried_again (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  end_and_read (rig, answer_failed (OPERATION_LOGIN, SO24_ERROR_TIMED_OUT), SO24_ERROR_TIMED_OUT);
  assert_state (rig, "offline");
  g_assert_cmpint (report_of (rig).backoff_until_us, >, rig->now.wall_us);
}

static void
without_a_session_and_a_credential_it_does_not_matter_that_the_service_is_away (void)
{
  g_autoptr (Rig) rig = rig_new ();

  rig->service->away = TRUE;
  rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL));
  rig_serve (rig);
  assert_state (rig, "none");
}

static void
who_waits_is_counted_and_what_for_is_told (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_pass (rig, 61);
  rig_want (rig, WANT_COOKIE);
  rig_want (rig, WANT_IDENTITY);
  rig_write_identity (rig, FJELL);
  g_assert_cmpuint (report_of (rig).waiters, ==, 3);
  g_assert_cmpstr (report_of (rig).waiting_for, ==, "HasSession");
  rig_serve (rig);
  g_assert_cmpuint (report_of (rig).waiters, ==, 0);
  g_assert_null (report_of (rig).waiting_for);
}

static void
the_keep_alive_is_nobody_who_waits (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_pass (rig, 601);
  rig_ring (rig);
  g_assert_cmpuint (rig->call, !=, 0);
  g_assert_cmpuint (report_of (rig).waiters, ==, 0);
  g_assert_cmpstr (report_of (rig).waiting_for, ==, "HasSession");
}

static void
who_waits_for_the_lock_of_another_mount_is_told_so (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  rig_end_session (rig);
  rig->lock_held_back = TRUE;
  rig_want (rig, WANT_COOKIE);
  rig_serve (rig);
  g_assert_cmpstr (report_of (rig).waiting_for, ==, "lock");
}

static void
logins_are_counted_and_renewals_among_them (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  g_assert_cmpuint (report_of (rig).logins, ==, 1);
  g_assert_cmpuint (report_of (rig).renewals, ==, 0);
  rig_end_session (rig);
  assert_read (rig, WANT_COOKIE);
  rig_log_in (rig, NULL);
  g_assert_cmpuint (report_of (rig).logins, ==, 3);
  g_assert_cmpuint (report_of (rig).renewals, ==, 1);
}

static void
a_restored_session_is_whose_it_was_and_stands_where_it_stood (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (FJELL);

  rig_pass (rig, 50);
  rig_restart (rig);
  rig_pass (rig, 1);
  rig_want (rig, WANT_NOTHING);
  g_assert_cmpstr (report_of (rig).owner, ==, OPS);
  g_assert_cmpstr (report_of (rig).chosen->text, ==, FJELL);
  g_assert_null (report_of (rig).identity);
  assert_state (rig, "live");
}

static void
a_calendar_that_jumps_moves_the_times_with_it (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  gint64 confirmed_us = report_of (rig).confirmed_us;

  rig->now.wall_us += 3600 * (gint64)G_USEC_PER_SEC;
  g_assert_cmpint (report_of (rig).confirmed_us, ==, confirmed_us + 3600 * (gint64)G_USEC_PER_SEC);
  assert_state (rig, "live");
}

static const Sentence sentences[] = {
  SENTENCE (before_anything_has_happened_there_is_no_session),
  SENTENCE (a_login_makes_the_session_live),
  SENTENCE (a_token_is_not_told),
  SENTENCE (a_session_that_ended_without_a_credential_is_expired),
  SENTENCE (a_session_that_ended_and_waits_for_its_renewal_is_expired),
  SENTENCE (a_credential_that_was_rejected_is_told_with_the_services_words),
  SENTENCE (a_cookie_that_is_withheld_is_revoked),
  SENTENCE (a_login_that_is_put_off_is_throttled_until_the_wait_is_over),
  SENTENCE (a_live_session_that_may_not_be_checked_is_throttled),
  SENTENCE (a_quarantine_is_told_with_its_end),
  SENTENCE (an_allowance_that_is_used_up_is_a_quarantine_of_another_kind),
  SENTENCE (a_budget_that_is_used_up_is_one_too_and_ends_when_calls_are_free),
  SENTENCE (a_service_that_does_not_answer_is_offline_until_it_does),
  SENTENCE (a_renewal_that_does_not_get_through_is_offline_and_tells_when_it_is_tried_again),
  SENTENCE (without_a_session_and_a_credential_it_does_not_matter_that_the_service_is_away),
  SENTENCE (who_waits_is_counted_and_what_for_is_told),
  SENTENCE (the_keep_alive_is_nobody_who_waits),
  SENTENCE (who_waits_for_the_lock_of_another_mount_is_told_so),
  SENTENCE (logins_are_counted_and_renewals_among_them),
  SENTENCE (a_restored_session_is_whose_it_was_and_stands_where_it_stood),
  SENTENCE (a_calendar_that_jumps_moves_the_times_with_it),
};

MAIN ("account report")
