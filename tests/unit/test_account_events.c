/* What is told in the file events (account/telling.h; docs/events.md): each thing once, and nothing where nothing happened. */
#include "support/crowd.h"
#include "support/mounts.h"

#include <string.h>

/* What was told since this was last asked. */
static void
assert_told (Rig *rig, const char *lines)
{
  g_assert_cmpstr (rig->events->str, ==, lines);
  g_string_truncate (rig->events, 0);
}

static void
forget (Rig *rig)
{
  g_string_truncate (rig->events, 0);
}

/* Logged in on FJORD, and that was told. */
static Rig *
rig_told (void)
{
  Rig *rig = rig_logged_in (NULL);

  forget (rig);
  return rig;
}

/* The session ended, and a reader had it renewed, or not; what is told of the end was looked at. */
static void
end_session (Rig *rig)
{
  rig_end_session (rig);
  rig_want (rig, WANT_COOKIE);
  rig_serve_one (rig);
  assert_told (rig, "expired identity=" FJORD "\n");
}

static void
a_login_is_told_with_its_user_and_identity (void)
{
  g_autoptr (Rig) rig = rig_new ();

  rig_log_in (rig, FJELL);
  assert_told (rig, "login user=ops@example.com identity=" FJELL "\nlist count=3\n");
}

static void
nothing_is_told_before_a_login_has_succeeded (void)
{
  g_autoptr (Rig) rig = rig_new ();

  rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL));
  rig_serve_one (rig);
  rig_serve_one (rig);
  assert_told (rig, "");
  rig_serve (rig);
  assert_told (rig, "login user=ops@example.com identity=" FJORD "\nlist count=3\n");
}

static void
a_login_by_token_names_no_token (void)
{
  g_autoptr (Rig) rig = rig_new ();

  rig_write_login (rig, credential_by_token ());
  rig_serve (rig);
  assert_told (rig, "login user=\"a token\" identity=" FJORD "\nlist count=3\n");
}

static void
a_second_login_of_the_same_user_tells_of_no_list_that_is_the_same (void)
{
  g_autoptr (Rig) rig = rig_told ();

  rig_log_in (rig, NULL);
  assert_told (rig, "login user=ops@example.com identity=" FJORD "\n");
  service_add (rig->service, NOWHERE, "Nowhere AS");
  rig_log_in (rig, NULL);
  assert_told (rig, "login user=ops@example.com identity=" FJORD "\nlist count=4\n");
}

static void
checks_that_find_all_as_it_was_tell_nothing (void)
{
  g_autoptr (Rig) rig = rig_told ();

  for (guint i = 0; i < 100; i++)
    {
      rig_pass (rig, 61);
      assert_cookie (rig, "sid-1");
    }
  assert_told (rig, "");
}

static void
a_renewal_is_told_once_and_no_switch_with_it (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);

  rig->service->ignores_identity_id = TRUE;
  forget (rig);
  rig_end_session (rig);
  assert_cookie (rig, "sid-2");
  assert_told (rig, "expired identity=" FJELL "\nrenewed identity=" FJELL "\n");
}

static void
a_renewal_is_told_when_the_cookie_can_be_had (void)
{
  g_autoptr (Rig) rig = rig_told ();

  end_session (rig);
  rig_serve_one (rig);
  assert_told (rig, "");
  rig_serve (rig);
  assert_told (rig, "renewed identity=" FJORD "\n");
}

static void
a_session_that_was_over_when_it_was_made_is_not_told (void)
{
  g_autoptr (Rig) rig = rig_told ();

  end_session (rig);
  rig_serve_one (rig);
  service_end_sessions (rig->service);
  rig_serve_one (rig);
  assert_told (rig, "");
  rig_serve (rig);
  assert_told (rig, "renewed identity=" FJORD "\n");
}

static void
a_switch_tells_from_where_and_to_where (void)
{
  g_autoptr (Rig) rig = rig_told ();

  rig_switch (rig, FJELL);
  assert_told (rig, "switched from=" FJORD " to=" FJELL " client=\"Fjell AS\"\n");
  rig_switch (rig, FJELL);
  assert_told (rig, "");
}

static void
a_switch_that_fails_is_not_told (void)
{
  g_autoptr (Rig) rig = rig_told ();

  rig_write_identity (rig, NOWHERE);
  rig_serve (rig);
  assert_told (rig, "");
}

static void
a_withheld_cookie_is_told_with_its_cause_and_when_it_is_given_back (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);

  forget (rig);
  service_switch_all (rig->service, FJELL);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  g_assert_true (g_str_has_prefix (rig->events->str, "revoked chosen=" FJORD " active=" FJELL " reason=\"the service"));
  g_assert_cmpuint (rig->events->len - (gsize)(strchr (rig->events->str, '\n') - rig->events->str), ==, 1);
  forget (rig);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  assert_told (rig, "");
  rig_switch (rig, FJORD);
  assert_told (rig, "restored identity=" FJORD "\n");
}

static void
a_withheld_session_that_is_accepted_is_a_switch_too (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJORD);

  service_switch_all (rig->service, FJELL);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  forget (rig);
  rig_switch (rig, FJELL);
  assert_told (rig, "switched from=" FJORD " to=" FJELL " client=\"Fjell AS\"\nrestored identity=" FJELL "\n");
}

static void
a_logout_is_told_and_the_next_login_is_no_renewal (void)
{
  g_autoptr (Rig) rig = rig_told ();

  rig_write_logout (rig);
  assert_told (rig, "logout\n");
  rig_log_in (rig, FJELL);
  assert_told (rig, "login user=ops@example.com identity=" FJELL "\n");
}

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
  forget (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
  assert_told (rig, "");
}

static void
a_login_that_is_put_off_is_told (void)
{
  g_autoptr (Rig) rig = rig_told ();

  end_session (rig);
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
  forget (rig);
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
  forget (rig);
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

static void
a_credential_from_a_file_is_told_and_then_the_first_login (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present_ops (rig);
  assert_told (rig, "credential user=ops@example.com from=file\n");
  assert_cookie (rig, "sid-1");
  assert_told (rig, "login user=ops@example.com identity=" FJORD "\n");
  rig_present_password (rig, OPS, "another", NULL);
  assert_told (rig, "credential user=ops@example.com from=file\n");
}

static void
another_users_credential_drops_the_session (void)
{
  g_autoptr (Rig) rig = rig_with_file (NULL);

  forget (rig);
  rig_present_password (rig, "eva@example.com", PASSWORD, NULL);
  assert_told (rig, "credential user=eva@example.com from=file\ndropped identity=" FJORD "\n");
}

static void
a_stored_session_is_resumed (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);

  rig_restart (rig);
  forget (rig);
  rig_post (rig, &(Event){.kind = EVENT_TIME});
  assert_told (rig, "resumed identity=" FJELL "\n");
  assert_cookie (rig, "sid-1");
  assert_told (rig, "");
}

static void
a_run_without_a_stored_session_resumes_nothing (void)
{
  g_autoptr (Rig) rig = rig_new ();

  rig_post (rig, &(Event){.kind = EVENT_TIME});
  assert_told (rig, "");
}

static void
what_another_mount_does_is_told_as_its_doing (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = record_of_another_session (rig, "sid-other", SKOG);

  record->chosen = guid_of (SKOG);
  record->chosen_by = CHOSEN_BY_WRITE;
  forget (rig);
  rig_tell (rig, record);
  assert_cookie (rig, "sid-other");
  assert_told (rig, "renewed identity=" SKOG " by=another-mount\n"
                    "switched from=" FJELL " to=" SKOG " client=\"Skog AS\" by=another-mount\n");
}

static void
own_sessions_are_told_with_their_identity (void)
{
  g_autoptr (Crowd) crowd = crowd_new (3, 7200);
  Guid id = crowd_identity (1);
  g_autofree char *login = g_strdup_printf ("login user=ops@example.com identity=%1$s own=%1$s\n", id.text);
  g_autofree char *renewed
    = g_strdup_printf ("expired identity=%1$s own=%1$s\nrenewed identity=%1$s own=%1$s\n", id.text);

  g_string_truncate (crowd->events, 0);
  crowd_want (crowd, 1);
  crowd_live (crowd, 0);
  g_assert_cmpstr (crowd->events->str, ==, login);
  g_string_truncate (crowd->events, 0);
  g_hash_table_remove (crowd->service->sessions, crowd_cookie (crowd, 1));
  crowd_want_now (crowd, 1);
  crowd_live (crowd, 60);
  g_assert_cmpstr (crowd->events->str, ==, renewed);
}

static void
no_secret_is_told (void)
{
  g_autoptr (Rig) rig = rig_new ();

  rig_write_login (rig, credential_by_token ());
  rig_serve (rig);
  rig_write_login (rig, credential_by_password (OPS, "wrong-" PASSWORD, NULL));
  rig_serve (rig);
  rig_log_in (rig, FJELL);
  rig_end_session (rig);
  assert_cookie (rig, "sid-3");
  g_assert_cmpuint (rig->events->len, >, 100);
  g_assert_null (strstr (rig->events->str, TOKEN));
  g_assert_null (strstr (rig->events->str, PASSWORD));
  g_assert_null (strstr (rig->events->str, "sid-"));
}

static const Sentence sentences[] = {
  SENTENCE (a_login_is_told_with_its_user_and_identity),
  SENTENCE (nothing_is_told_before_a_login_has_succeeded),
  SENTENCE (a_login_by_token_names_no_token),
  SENTENCE (a_second_login_of_the_same_user_tells_of_no_list_that_is_the_same),
  SENTENCE (checks_that_find_all_as_it_was_tell_nothing),
  SENTENCE (a_renewal_is_told_once_and_no_switch_with_it),
  SENTENCE (a_renewal_is_told_when_the_cookie_can_be_had),
  SENTENCE (a_session_that_was_over_when_it_was_made_is_not_told),
  SENTENCE (a_switch_tells_from_where_and_to_where),
  SENTENCE (a_switch_that_fails_is_not_told),
  SENTENCE (a_withheld_cookie_is_told_with_its_cause_and_when_it_is_given_back),
  SENTENCE (a_withheld_session_that_is_accepted_is_a_switch_too),
  SENTENCE (a_logout_is_told_and_the_next_login_is_no_renewal),
  SENTENCE (a_rejected_credential_is_told_with_its_user),
  SENTENCE (a_blocked_identity_is_told),
  SENTENCE (being_asked_to_wait_is_told_with_its_end),
  SENTENCE (a_login_that_is_put_off_is_told),
  SENTENCE (a_service_out_of_reach_is_told_once_and_its_return_too),
  SENTENCE (a_quarantine_is_told_and_its_end_on_time_though_nobody_reads),
  SENTENCE (the_end_of_the_budget_is_told),
  SENTENCE (no_calls_left_at_the_service_is_told),
  SENTENCE (a_credential_from_a_file_is_told_and_then_the_first_login),
  SENTENCE (another_users_credential_drops_the_session),
  SENTENCE (a_stored_session_is_resumed),
  SENTENCE (a_run_without_a_stored_session_resumes_nothing),
  SENTENCE (what_another_mount_does_is_told_as_its_doing),
  SENTENCE (own_sessions_are_told_with_their_identity),
  SENTENCE (no_secret_is_told),
};

MAIN ("account events")
