/* Writes to login: what is called, what is kept when it fails (design.md, sections 2, 3 and 5). */
#include "support/rig.h"

#include <string.h>

static void
assert_active (const Rig *rig, const char *identity)
{
  const Identity *active = account_described_identity (rig->account);

  g_assert_nonnull (active);
  g_assert_cmpstr (active->id.text, ==, identity);
}

static guint64
write_login (Rig *rig, const char *identity)
{
  return rig_write_login (rig, credential_by_password ("ops@example.com", PASSWORD, identity));
}

static void
a_login_asks_which_identity_is_active_and_for_the_list (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 writer = write_login (rig, NULL);

  rig_serve (rig);
  assert_done (rig, writer);
  assert_calls (rig, "Login GetIdentity GetIdentities");
  assert_active (rig, FJORD);
  g_assert_cmpuint (account_identities (rig->account)->len, ==, 3);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "");
}

static void
a_login_carries_the_identity_that_was_written_with_it (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 writer = write_login (rig, FJELL);

  g_assert_cmpstr (assert_calling (rig, OPERATION_LOGIN)->identity_id.text, ==, FJELL);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_calls (rig, "Login GetIdentity GetIdentities");
  assert_active (rig, FJELL);
}

static void
a_login_that_starts_elsewhere_is_switched_before_it_counts (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 writer;

  rig->service->ignores_identity_id = TRUE;
  writer = write_login (rig, FJELL);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_calls (rig, "Login GetIdentity SetIdentityById GetIdentity GetIdentities");
  assert_active (rig, FJELL);
  assert_cookie (rig, "sid-1");
}

static void
a_rejected_login_leaves_the_old_session (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);
  guint64 writer = rig_write_login (rig, credential_by_password ("ops@example.com", "wrong", NULL));

  rig_serve (rig);
  assert_failed_with (rig, writer, SO24_ERROR_REJECTED);
  assert_calls (rig, "Login");
  assert_cookie (rig, "sid-1");
  assert_active (rig, FJELL);
  assert_read (rig, WANT_IDENTITIES);
  g_assert_cmpuint (rig->changed, ==, 0);
}

static void
a_rejection_names_the_user_and_gives_the_services_reason (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 writer = rig_write_login (rig, credential_by_password ("ops@example.com", "wrong!", NULL));

  rig_serve (rig);
  g_assert_nonnull (strstr (rig_error (rig, writer)->message, "ops@example.com"));
  g_assert_nonnull (strstr (rig_error (rig, writer)->message, "Invalid username or password"));
  g_assert_null (strstr (rig_error (rig, writer)->message, "wrong!"));
  g_assert_null (strstr (rig->log->str, "wrong!"));
}

static void
a_login_that_fails_at_any_call_leaves_the_old_session (void)
{
  static const struct
  {
    Operation operation;
    const char *fault;
    So24ErrorCode code;
  } rows[] = {
    {OPERATION_LOGIN, "It broke", SO24_ERROR_REMOTE},
    {OPERATION_LOGIN, "The identity is blocked", SO24_ERROR_BLOCKED},
    {OPERATION_GET_IDENTITY, "Not authenticated", SO24_ERROR_EXPIRED},
    {OPERATION_SET_IDENTITY_BY_ID, "It broke", SO24_ERROR_REMOTE},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Rig) rig = rig_logged_in (FJORD);
      guint64 writer;

      rig->service->ignores_identity_id = TRUE;
      service_next (rig->service, rows[i].operation, answer_fault (rows[i].operation, rows[i].fault));
      writer = write_login (rig, FJELL);
      rig_serve (rig);
      g_assert_false (rig_is_waiting (rig, writer));
      g_assert_nonnull (rig_error (rig, writer));
      if (rows[i].operation != OPERATION_SET_IDENTITY_BY_ID)
        assert_failed_with (rig, writer, rows[i].code);
      assert_cookie (rig, "sid-1");
      assert_active (rig, FJORD);
      g_assert_cmpuint (rig->changed, ==, 0);
    }
}

static void
a_login_to_an_identity_that_is_gone_is_not_found (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 writer = write_login (rig, NOWHERE);

  rig_serve (rig);
  assert_failed_with (rig, writer, SO24_ERROR_NOT_FOUND);
  assert_cookie (rig, "sid-1");
}

static void
a_login_that_cannot_be_brought_to_its_identity_fails (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 writer;

  service_next (rig->service, OPERATION_GET_IDENTITY, answer_identity (SKOG));
  service_next (rig->service, OPERATION_GET_IDENTITY, answer_identity (SKOG));
  writer = write_login (rig, FJELL);
  rig_serve (rig);
  assert_calls (rig, "Login GetIdentity SetIdentityById GetIdentity");
  assert_failed_with (rig, writer, SO24_ERROR_REVOKED);
  assert_cookie (rig, "sid-1");
}

static void
a_login_whose_list_fails_succeeds_and_the_list_comes_later (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 writer;

  service_next (rig->service, OPERATION_GET_IDENTITIES, answer_fault (OPERATION_GET_IDENTITIES, "It broke"));
  writer = write_login (rig, NULL);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "Login GetIdentity GetIdentities");
  assert_read (rig, WANT_IDENTITIES);
  assert_calls (rig, "GetIdentities");
}

static void
a_login_that_nobody_could_confirm_serves_no_cookie_before_it_is (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 writer;

  service_next (rig->service, OPERATION_GET_IDENTITY, answer_failed (OPERATION_GET_IDENTITY, SO24_ERROR_TIMED_OUT));
  writer = write_login (rig, FJELL);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_withheld (rig, SO24_ERROR_REVOKED);
  assert_calls (rig, "Login GetIdentity GetIdentities");
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "GetIdentity");
  assert_active (rig, FJELL);
}

static void
logins_that_are_written_together_run_one_after_the_other (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 first = write_login (rig, FJORD);
  guint64 second = write_login (rig, FJELL);

  rig_serve_one (rig);
  rig_serve_one (rig);
  rig_serve_one (rig);
  assert_done (rig, first);
  assert_waiting (rig, second);
  rig_serve (rig);
  assert_done (rig, second);
  assert_calls (rig, "Login GetIdentity GetIdentities Login GetIdentity GetIdentities");
  assert_cookie (rig, "sid-2");
  assert_active (rig, FJELL);
}

static void
a_login_waits_for_the_call_of_a_reader (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 reader, writer;

  rig_pass (rig, 61);
  reader = rig_want (rig, WANT_SESSION);
  writer = write_login (rig, NULL);
  assert_calls (rig, "HasSession");
  rig_serve (rig);
  assert_done (rig, reader);
  assert_done (rig, writer);
  assert_cookie (rig, "sid-2");
}

static void
readers_are_served_from_the_old_session_while_a_login_runs (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  write_login (rig, FJELL);
  rig_serve_one (rig);
  assert_done (rig, rig_want (rig, WANT_COOKIE));
  g_assert_cmpstr (secret_text (account_cookie (rig->account, NULL)), ==, "sid-1");
  assert_active (rig, FJORD);
  rig_serve (rig);
  assert_active (rig, FJELL);
}

static void
the_same_user_stays_on_the_identity_that_was_chosen (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);
  guint64 writer = write_login (rig, NULL);

  rig_serve (rig);
  assert_done (rig, writer);
  assert_active (rig, FJELL);
}

static void
another_user_starts_on_the_default_identity (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);
  guint64 writer = rig_write_login (rig, credential_by_password ("kari@example.com", PASSWORD, NULL));

  g_assert_true (guid_is_zero (&assert_calling (rig, OPERATION_LOGIN)->identity_id));
  rig_serve (rig);
  assert_done (rig, writer);
  assert_active (rig, FJORD);
}

static void
a_service_id_narrows_the_list (void)
{
  g_autoptr (Rig) rig = rig_new_for_service (5);
  guint64 writer = write_login (rig, NULL);

  rig_serve_one (rig);
  rig_serve_one (rig);
  g_assert_cmpint (assert_calling (rig, OPERATION_GET_IDENTITIES_WITH_CREDENTIAL_BY_SERVICE)->service_id, ==, 5);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_calls (rig, "Login GetIdentity GetIdentitiesWithCredentialByService");
}

static void
an_answer_to_a_call_that_was_never_made_does_nothing (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_answer_late (rig, 4711, answer_fault (OPERATION_GET_IDENTITY, "Not authenticated"));
  rig_answer_late (rig, 0, answer_fault (OPERATION_GET_IDENTITY, "Not authenticated"));
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "");
}

static const Sentence sentences[] = {
  SENTENCE (a_login_asks_which_identity_is_active_and_for_the_list),
  SENTENCE (a_login_carries_the_identity_that_was_written_with_it),
  SENTENCE (a_login_that_starts_elsewhere_is_switched_before_it_counts),
  SENTENCE (a_rejected_login_leaves_the_old_session),
  SENTENCE (a_rejection_names_the_user_and_gives_the_services_reason),
  SENTENCE (a_login_that_fails_at_any_call_leaves_the_old_session),
  SENTENCE (a_login_to_an_identity_that_is_gone_is_not_found),
  SENTENCE (a_login_that_cannot_be_brought_to_its_identity_fails),
  SENTENCE (a_login_whose_list_fails_succeeds_and_the_list_comes_later),
  SENTENCE (a_login_that_nobody_could_confirm_serves_no_cookie_before_it_is),
  SENTENCE (logins_that_are_written_together_run_one_after_the_other),
  SENTENCE (a_login_waits_for_the_call_of_a_reader),
  SENTENCE (readers_are_served_from_the_old_session_while_a_login_runs),
  SENTENCE (the_same_user_stays_on_the_identity_that_was_chosen),
  SENTENCE (another_user_starts_on_the_default_identity),
  SENTENCE (a_service_id_narrows_the_list),
  SENTENCE (an_answer_to_a_call_that_was_never_made_does_nothing),
};

MAIN ("account, login")
