/* What is told in the file events when the service refuses, cannot be reached, or must not be asked. */
#include "support/told.h"

#include <string.h>

static void
a_rejected_credential_is_told_with_its_user (void)
{
  g_autoptr (Rig) rig = rig_told ();

  rig_write_login (rig, credential_by_password ("eva@example.com", "wrong", NULL));
  rig_serve (rig);
  assert_told (rig, "rejected user=eva@example.com reason=\"the service rejected the credential for eva@example.com: "
                    "Login: Invalid username or password\"\n");
}

static void
a_blocked_identity_is_told (void)
{
  g_autoptr (Rig) rig = rig_new ();

  rig->service->blocked = FJORD;
  rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL));
  rig_serve (rig);
  g_assert_true (g_str_has_prefix (rig->events->str, "blocked user=ops@example.com "));
}

static void
being_asked_to_wait_is_told_with_its_end (void)
{
  g_autoptr (Rig) rig = rig_told ();
  Answer *answer = answer_failed (OPERATION_HAS_SESSION, SO24_ERROR_THROTTLED);

  answer->retry_after_s = 100;
  service_next (rig->service, OPERATION_HAS_SESSION, answer);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
  g_assert_true (g_str_has_prefix (rig->events->str, "throttled until=2026-11-25T09:49:21Z reason="));
  forget_told (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
  assert_told (rig, "");
}

static void
a_login_that_is_put_off_is_told (void)
{
  g_autoptr (Rig) rig = rig_told ();

  end_session_told (rig);
  rig_answer (rig, answer_failed (OPERATION_LOGIN, SO24_ERROR_REMOTE));
  g_assert_true (g_str_has_prefix (rig->events->str, "backoff user=ops@example.com until=2026-11-25T09:4"));
}

static void
a_service_out_of_reach_is_told_once_and_its_return_too (void)
{
  g_autoptr (Rig) rig = rig_told ();

  rig->service->away = TRUE;
  for (guint i = 0; i < 5; i++)
    {
      rig_pass (rig, 20);
      rig_want_now (rig, WANT_SESSION);
      rig_serve (rig);
    }
  g_assert_true (g_str_has_prefix (rig->events->str, "offline reason="));
  g_assert_nonnull (strchr (rig->events->str, '\n'));
  g_assert_true (g_str_has_suffix (strchr (rig->events->str, '\n'), "\n"));
  g_assert_cmpuint (strlen (strchr (rig->events->str, '\n')), ==, 1);
  forget_told (rig);
  rig->service->away = FALSE;
  rig_pass (rig, 20);
  assert_cookie (rig, "sid-1");
  assert_told (rig, "online\n");
}

static void
read_into_quarantine (Rig *rig)
{
  service_next (rig->service, OPERATION_HAS_SESSION,
                answer_fault (OPERATION_HAS_SESSION, "Limit exceeded by 1. Request is blocked. Quarantine ends at "
                                                     "2026-11-25 10:00:00"));
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
}

static void
a_quarantine_is_told_and_its_end_on_time_though_nobody_reads (void)
{
  g_autoptr (Rig) rig = rig_told ();

  read_into_quarantine (rig);
  assert_told (rig, "quarantined until=2026-11-25T10:00:00Z\n");
  rig_live (rig, 800 - 61 - 1);
  assert_told (rig, "");
  rig_live (rig, 1);
  assert_told (rig, "unquarantined\n");
}

static void
the_end_of_the_budget_is_told (void)
{
  g_autoptr (Rig) rig = rig_new_stored_at_rate (6);

  rig_log_in (rig, NULL);
  forget_told (rig);
  for (guint i = 0; i < 3; i++)
    {
      rig_pass (rig, 61);
      rig_want (rig, WANT_COOKIE);
      rig_serve (rig);
    }
  g_assert_true (g_str_has_prefix (rig->events->str, "exhausted limit=rate until=2026-11-25T10:4"));
  g_assert_cmpuint (strlen (strchr (rig->events->str, '\n')), ==, 1);
}

static void
no_calls_left_at_the_service_is_told (void)
{
  g_autoptr (Rig) rig = rig_told ();

  rig->service->says_allowed = TRUE;
  rig->service->allowed = 0;
  rig_pass (rig, 61);
  rig_want (rig, WANT_COOKIE);
  rig_serve (rig);
  assert_told (rig, "exhausted limit=service until=2026-11-25T10:00:00Z\n");
}

static const Sentence sentences[] = {
  SENTENCE (a_rejected_credential_is_told_with_its_user),
  SENTENCE (a_blocked_identity_is_told),
  SENTENCE (being_asked_to_wait_is_told_with_its_end),
  SENTENCE (a_login_that_is_put_off_is_told),
  SENTENCE (a_service_out_of_reach_is_told_once_and_its_return_too),
  SENTENCE (a_quarantine_is_told_and_its_end_on_time_though_nobody_reads),
  SENTENCE (the_end_of_the_budget_is_told),
  SENTENCE (no_calls_left_at_the_service_is_told),
};

MAIN ("account events limits")
