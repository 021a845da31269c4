/*
 * What is told in the file events (account/telling.h; docs/events.md): each thing once, and nothing where nothing
 * happened.
 */
#include "support/crowd.h"
#include "support/mounts.h"
#include "support/told.h"

#include <string.h>

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
  forget_told (rig);
  rig_end_session (rig);
  assert_cookie (rig, "sid-2");
  assert_told (rig, "expired identity=" FJELL "\nrenewed identity=" FJELL "\n");
}

static void
a_renewal_is_told_when_the_cookie_can_be_had (void)
{
  g_autoptr (Rig) rig = rig_told ();

  end_session_told (rig);
  rig_serve_one (rig);
  assert_told (rig, "");
  rig_serve (rig);
  assert_told (rig, "renewed identity=" FJORD "\n");
}

static void
a_session_that_was_over_when_it_was_made_is_not_told (void)
{
  g_autoptr (Rig) rig = rig_told ();

  end_session_told (rig);
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

  forget_told (rig);
  service_switch_all (rig->service, FJELL);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  g_assert_true (g_str_has_prefix (rig->events->str, "revoked chosen=" FJORD " active=" FJELL " reason=\"the service"));
  g_assert_cmpuint (rig->events->len - (gsize)(strchr (rig->events->str, '\n') - rig->events->str), ==, 1);
  forget_told (rig);
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
  forget_told (rig);
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

  forget_told (rig);
  rig_present_password (rig, "eva@example.com", PASSWORD, NULL);
  assert_told (rig, "credential user=eva@example.com from=file\ndropped identity=" FJORD "\n");
}

static void
a_stored_session_is_resumed (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);

  rig_restart (rig);
  forget_told (rig);
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
  forget_told (rig);
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
  SENTENCE (a_credential_from_a_file_is_told_and_then_the_first_login),
  SENTENCE (another_users_credential_drops_the_session),
  SENTENCE (a_stored_session_is_resumed),
  SENTENCE (a_run_without_a_stored_session_resumes_nothing),
  SENTENCE (what_another_mount_does_is_told_as_its_doing),
  SENTENCE (own_sessions_are_told_with_their_identity),
  SENTENCE (no_secret_is_told),
};

MAIN ("account events")
