/* An account whose default identity is blocked (design.md, section 1; service.md, rule 6). */
#include "support/rig.h"

static Rig *
rig_blocked (void)
{
  Rig *rig = rig_new ();
  guint64 writer;

  rig->service->blocked = FJORD;
  writer = rig_write_login (rig, credential_by_password ("ops@example.com", PASSWORD, NULL));
  rig_serve (rig);
  assert_failed_with (rig, writer, SO24_ERROR_BLOCKED);
  assert_calls (rig, "Login");
  return rig;
}

static void
the_list_is_had_without_a_session (void)
{
  g_autoptr (Rig) rig = rig_blocked ();

  assert_read (rig, WANT_IDENTITIES);
  assert_calls (rig, "GetIdentitiesWithCredential");
  g_assert_cmpuint (account_identities (rig->account)->len, ==, 3);
  g_assert_false (account_has_session (rig->account));
  assert_read (rig, WANT_IDENTITIES);
  assert_calls (rig, "");
}

static void
an_identity_that_is_written_is_carried_by_a_login (void)
{
  g_autoptr (Rig) rig = rig_blocked ();
  guint64 writer;

  assert_read (rig, WANT_IDENTITIES);
  writer = rig_write_identity (rig, FJELL);
  g_assert_cmpstr (assert_calling (rig, OPERATION_LOGIN)->identity_id.text, ==, FJELL);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_cookie (rig, "sid-1");
  g_assert_cmpstr (account_identity (rig->account, NULL)->text, ==, FJELL);
}

static void
an_identity_that_is_blocked_too_is_told_and_another_one_may_be_tried_at_once (void)
{
  g_autoptr (Rig) rig = rig_blocked ();
  guint64 writer = rig_write_identity (rig, FJORD);

  rig_serve (rig);
  assert_failed_with (rig, writer, SO24_ERROR_BLOCKED);
  writer = rig_write_identity (rig, SKOG);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_cookie (rig, "sid-1");
}

static void
readers_of_the_cookie_are_told_that_it_is_blocked_without_a_storm (void)
{
  g_autoptr (Rig) rig = rig_blocked ();

  for (guint i = 0; i < 3600; i++)
    {
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_BLOCKED);
      rig_pass (rig, 1);
    }
  g_assert_cmpuint (rig->calls_made[OPERATION_LOGIN], <, 25);
}

static void
the_session_that_comes_of_it_is_renewed_on_the_same_identity (void)
{
  g_autoptr (Rig) rig = rig_blocked ();

  rig_write_identity (rig, FJELL);
  rig_serve (rig);
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  assert_cookie (rig, "sid-2");
  g_assert_cmpstr (account_identity (rig->account, NULL)->text, ==, FJELL);
}

static void
a_blocked_login_leaves_the_session_of_another_credential_alone (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);
  guint64 writer;

  rig->service->blocked = FJORD;
  writer = rig_write_login (rig, credential_by_password ("kari@example.com", PASSWORD, NULL));
  rig_serve (rig);
  assert_failed_with (rig, writer, SO24_ERROR_BLOCKED);
  assert_cookie (rig, "sid-1");
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  assert_cookie (rig, "sid-2");
}

static void
an_identity_that_gets_blocked_later_withholds_the_cookie (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);
  guint64 writer;

  rig->service->blocked = FJELL;
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_BLOCKED);
  writer = rig_write_identity (rig, SKOG);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_cookie (rig, "sid-2");
}

static void
a_list_that_is_refused_as_blocked_is_not_asked_for_without_end (void)
{
  g_autoptr (Rig) rig = rig_blocked ();
  guint64 reader = 0;

  for (guint i = 0; i < 40; i++)
    service_next (rig->service, OPERATION_GET_IDENTITIES_WITH_CREDENTIAL,
                  answer_fault (OPERATION_GET_IDENTITIES_WITH_CREDENTIAL, "The user is disabled"));
  reader = rig_want (rig, WANT_IDENTITIES);
  rig_serve (rig);
  assert_failed_with (rig, reader, SO24_ERROR_BLOCKED);
  assert_calls (rig, "GetIdentitiesWithCredential");
}

static void
a_list_within_a_session_that_is_refused_as_blocked_is_not_asked_for_without_end (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 reader;

  for (guint i = 0; i < 40; i++)
    service_next (rig->service, OPERATION_GET_IDENTITIES,
                  answer_fault (OPERATION_GET_IDENTITIES, "The identity is disabled"));
  rig_log_in (rig, NULL);
  reader = rig_want (rig, WANT_IDENTITIES);
  rig_serve (rig);
  assert_failed_with (rig, reader, SO24_ERROR_BLOCKED);
}

static void
a_narrowed_list_is_had_without_a_session_too (void)
{
  g_autoptr (Rig) rig = rig_new_for_service (5);

  rig->service->blocked = FJORD;
  rig_write_login (rig, credential_by_password ("ops@example.com", PASSWORD, NULL));
  rig_serve (rig);
  assert_read (rig, WANT_IDENTITIES);
  assert_calls (rig, "Login GetIdentitiesWithCredentialByService");
}

/* At a renewal the service says that it knows no such identity. */
static void
an_identity_that_is_gone_is_said_to_be_and_another_one_may_be_chosen_at_once (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);
  guint64 writer;

  service_next (rig->service, OPERATION_LOGIN, answer_fault (OPERATION_LOGIN, "The provided IdentityId is not valid"));
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  assert_calls (rig, "HasSession Login");
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  assert_calls (rig, "");
  writer = rig_write_identity (rig, SKOG);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_read (rig, WANT_COOKIE);
  g_assert_cmpstr (account_identity (rig->account, NULL)->text, ==, SKOG);
}

static const Sentence sentences[] = {
  SENTENCE (an_identity_that_is_gone_is_said_to_be_and_another_one_may_be_chosen_at_once),
  SENTENCE (the_list_is_had_without_a_session),
  SENTENCE (an_identity_that_is_written_is_carried_by_a_login),
  SENTENCE (an_identity_that_is_blocked_too_is_told_and_another_one_may_be_tried_at_once),
  SENTENCE (readers_of_the_cookie_are_told_that_it_is_blocked_without_a_storm),
  SENTENCE (the_session_that_comes_of_it_is_renewed_on_the_same_identity),
  SENTENCE (a_blocked_login_leaves_the_session_of_another_credential_alone),
  SENTENCE (an_identity_that_gets_blocked_later_withholds_the_cookie),
  SENTENCE (a_list_that_is_refused_as_blocked_is_not_asked_for_without_end),
  SENTENCE (a_list_within_a_session_that_is_refused_as_blocked_is_not_asked_for_without_end),
  SENTENCE (a_narrowed_list_is_had_without_a_session_too),
};

MAIN ("account, blocked")
