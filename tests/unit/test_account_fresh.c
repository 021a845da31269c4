/* Fresh, and grace when the service is out of reach: design.md, section 5, rule 2; and what session says, section 1. */
#include "support/rig.h"

static void
a_cookie_confirmed_a_minute_ago_is_served_without_a_call (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_pass (rig, 60);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "");
}

static void
who_comes_within_a_second_of_a_reader_need_not_be_announced (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_pass (rig, 58);
  g_assert_false (account_is_ready (rig->account, WANT_COOKIE, NULL, rig->now));
  assert_cookie (rig, "sid-1");
  rig_pass (rig, 0.9);
  g_assert_true (account_is_ready (rig->account, WANT_COOKIE, NULL, rig->now));
  rig_pass (rig, 0.2);
  g_assert_false (account_is_ready (rig->account, WANT_COOKIE, NULL, rig->now));
  assert_cookie (rig, "sid-1");
  g_assert_true (account_is_ready (rig->account, WANT_COOKIE, NULL, rig->now));
  rig_pass (rig, 0.95);
  g_assert_false (account_is_ready (rig->account, WANT_COOKIE, NULL, rig->now));
}

static void
nobody_is_let_in_while_somebody_switches (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  assert_cookie (rig, "sid-1");
  g_assert_true (account_is_ready (rig->account, WANT_COOKIE, NULL, rig->now));
  rig_write_identity (rig, SKOG);
  g_assert_false (account_is_ready (rig->account, WANT_COOKIE, NULL, rig->now));
  rig_serve (rig);
  g_assert_true (account_is_ready (rig->account, WANT_COOKIE, NULL, rig->now));
}

static void
an_older_cookie_is_confirmed_before_it_is_served (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_pass (rig, 60.001);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "HasSession GetIdentity");
  rig_pass (rig, 59);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "");
}

static void
age_counts_from_the_question_and_not_from_its_answer (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 reader;

  rig_pass (rig, 61);
  reader = rig_want (rig, WANT_COOKIE);
  rig_serve_one (rig);
  assert_calling (rig, OPERATION_GET_IDENTITY);
  rig_pass (rig, 29);
  rig_serve (rig);
  assert_done (rig, reader);
  assert_calls (rig, "HasSession GetIdentity");
  rig_pass (rig, 32);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "HasSession GetIdentity");
}

static void
who_asks_for_this_moment_is_never_served_from_memory (void)
{
  static const Want wants[] = {WANT_COOKIE, WANT_IDENTITY};

  for (gsize i = 0; i < G_N_ELEMENTS (wants); i++)
    {
      g_autoptr (Rig) rig = rig_logged_in (NULL);
      guint64 reader;

      rig_pass (rig, 1);
      reader = rig_want_now (rig, wants[i]);
      rig_serve (rig);
      assert_done (rig, reader);
      assert_calls (rig, "HasSession GetIdentity");
    }
}

static void
the_calendar_may_jump_without_making_anything_older (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig->now.wall_us += 86400 * (gint64)G_USEC_PER_SEC;
  assert_cookie (rig, "sid-1");
  rig->now.wall_us -= 864000 * (gint64)G_USEC_PER_SEC;
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "");
}

static void
session_says_what_has_session_said_within_the_minute (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  assert_read (rig, WANT_SESSION);
  assert_calls (rig, "HasSession");
  service_end_sessions (rig->service);
  rig_pass (rig, 60);
  assert_read (rig, WANT_SESSION);
  g_assert_true (account_has_session (rig->account));
  assert_calls (rig, "");
  rig_pass (rig, 1);
  assert_read (rig, WANT_SESSION);
  g_assert_false (account_has_session (rig->account));
  assert_calls (rig, "HasSession");
}

static void
session_asked_for_this_moment_asks (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 reader;

  assert_read (rig, WANT_SESSION);
  rig_pass (rig, 1);
  reader = rig_want_now (rig, WANT_SESSION);
  rig_serve (rig);
  assert_done (rig, reader);
  assert_calls (rig, "HasSession HasSession");
}

static void
asking_for_session_never_logs_in (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  for (guint i = 0; i < 100; i++)
    {
      assert_read (rig, WANT_SESSION);
      rig_pass (rig, 61);
    }
  g_assert_false (account_has_session (rig->account));
  assert_calls (rig, "HasSession");
}

static void
session_has_no_grace (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  assert_read (rig, WANT_SESSION);
  rig->service->away = TRUE;
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_TIMED_OUT);
}

static void
out_of_reach_the_confirmed_cookie_is_served_for_the_grace (void)
{
  static const So24ErrorCode codes[] = {SO24_ERROR_TIMED_OUT, SO24_ERROR_UNREACHABLE, SO24_ERROR_REFUSED};

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (Rig) rig = rig_logged_in (NULL);

      rig_pass (rig, 300);
      service_next (rig->service, OPERATION_HAS_SESSION, answer_failed (OPERATION_HAS_SESSION, codes[i]));
      assert_cookie (rig, "sid-1");
      assert_calls (rig, "HasSession");
      rig_pass (rig, 0.001);
      service_next (rig->service, OPERATION_HAS_SESSION, answer_failed (OPERATION_HAS_SESSION, codes[i]));
      assert_read_fails (rig, WANT_COOKIE, codes[i]);
    }
}

static void
grace_counts_from_the_last_confirmation_not_from_the_first_failure (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig->service->away = TRUE;
  rig_pass (rig, 299);
  assert_cookie (rig, "sid-1");
  rig_pass (rig, 2);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_TIMED_OUT);
  rig->service->away = FALSE;
  assert_cookie (rig, "sid-1");
}

static void
grace_holds_when_only_get_identity_is_lost (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_pass (rig, 200);
  service_next (rig->service, OPERATION_GET_IDENTITY, answer_failed (OPERATION_GET_IDENTITY, SO24_ERROR_TIMED_OUT));
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "HasSession GetIdentity");
}

static void
an_answer_that_is_no_good_is_no_reason_for_grace (void)
{
  static const So24ErrorCode codes[]
    = {SO24_ERROR_NOT_UNDERSTOOD, SO24_ERROR_REMOTE, SO24_ERROR_TLS, SO24_ERROR_BLOCKED, SO24_ERROR_THROTTLED};

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (Rig) rig = rig_logged_in (NULL);

      rig_pass (rig, 61);
      service_next (rig->service, OPERATION_HAS_SESSION, answer_failed (OPERATION_HAS_SESSION, codes[i]));
      assert_read_fails (rig, WANT_COOKIE, codes[i]);
    }
}

static void
grace_is_for_the_cookie_only (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig->service->away = TRUE;
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_IDENTITY, SO24_ERROR_TIMED_OUT);
}

static void
who_asks_for_this_moment_gets_no_grace (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 reader;

  rig->service->away = TRUE;
  rig_pass (rig, 1);
  reader = rig_want_now (rig, WANT_COOKIE);
  rig_serve (rig);
  assert_failed_with (rig, reader, SO24_ERROR_TIMED_OUT);
}

static void
a_session_that_is_over_has_no_grace (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  service_end_sessions (rig->service);
  service_next (rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_TIMED_OUT));
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_TIMED_OUT);
  assert_withheld (rig, SO24_ERROR_EXPIRED);
}

static void
a_quarantine_ends_grace (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig->service->away = TRUE;
  rig_pass (rig, 61);
  assert_cookie (rig, "sid-1");
  rig_pass (rig, 6);
  service_next (
    rig->service, OPERATION_HAS_SESSION,
    answer_fault (OPERATION_HAS_SESSION, "Limit exceeded by 1. Request is blocked. Quarantine ends at soon"));
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
}

static const Sentence sentences[] = {
  SENTENCE (a_cookie_confirmed_a_minute_ago_is_served_without_a_call),
  SENTENCE (who_comes_within_a_second_of_a_reader_need_not_be_announced),
  SENTENCE (nobody_is_let_in_while_somebody_switches),
  SENTENCE (an_older_cookie_is_confirmed_before_it_is_served),
  SENTENCE (age_counts_from_the_question_and_not_from_its_answer),
  SENTENCE (who_asks_for_this_moment_is_never_served_from_memory),
  SENTENCE (the_calendar_may_jump_without_making_anything_older),
  SENTENCE (session_says_what_has_session_said_within_the_minute),
  SENTENCE (session_asked_for_this_moment_asks),
  SENTENCE (asking_for_session_never_logs_in),
  SENTENCE (session_has_no_grace),
  SENTENCE (out_of_reach_the_confirmed_cookie_is_served_for_the_grace),
  SENTENCE (grace_counts_from_the_last_confirmation_not_from_the_first_failure),
  SENTENCE (grace_holds_when_only_get_identity_is_lost),
  SENTENCE (an_answer_that_is_no_good_is_no_reason_for_grace),
  SENTENCE (grace_is_for_the_cookie_only),
  SENTENCE (who_asks_for_this_moment_gets_no_grace),
  SENTENCE (a_session_that_is_over_has_no_grace),
  SENTENCE (a_quarantine_ends_grace),
};

MAIN ("account, fresh")
