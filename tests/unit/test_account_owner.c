/* Whose session it is: no user gets that of another, and the same one keeps it and what he has chosen. */
#include "support/runs.h"

#define OTHER "eva@example.com"

static void
a_file_of_another_user_does_not_get_the_session (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_on (FJELL);

      rig_start_again (rig, way);
      rig_present (rig, credential_by_password (OTHER, PASSWORD, NULL), FALSE);
      rig_want (rig, WANT_COOKIE);
      assert_calling (rig, OPERATION_LOGIN);
      g_assert_true (guid_is_zero (&rig->request->identity_id));
      rig_serve (rig);
      assert_cookie (rig, "sid-2");
      assert_identity (rig, FJORD);
    }
}

static void
a_file_of_another_user_who_cannot_log_in_does_not_get_it_either (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  rig_restart (rig);
  rig_present (rig, credential_by_password (OTHER, "wrong", NULL), FALSE);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
  g_assert_false (account_has_session (rig->account));
  rig_restart (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_NO_KEY);
}

static void
a_written_credential_of_another_user_makes_a_session_of_its_own (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  guint64 writer;

  rig_restart (rig);
  writer = rig_write_login (rig, credential_by_password (OTHER, PASSWORD, NULL));
  g_assert_true (guid_is_zero (&assert_calling (rig, OPERATION_LOGIN)->identity_id));
  rig_serve (rig);
  assert_done (rig, writer);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, FJORD);
  rig_restart (rig);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, FJORD);
}

static void
a_written_credential_of_another_user_that_is_wrong_changes_nothing (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  guint64 writer;

  rig_restart (rig);
  writer = rig_write_login (rig, credential_by_password (OTHER, "wrong", NULL));
  rig_serve (rig);
  assert_failed_with (rig, writer, SO24_ERROR_REJECTED);
  assert_cookie (rig, "sid-1");
  assert_identity (rig, FJELL);
}

static void
the_same_user_keeps_session_and_identity (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_on (FJELL);

      rig_start_again (rig, way);
      rig_present_ops (rig);
      assert_cookie (rig, "sid-1");
      assert_identity (rig, FJELL);
    }
}

static void
the_same_user_who_writes_a_login_stays_on_the_identity (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_on (FJELL);

      rig_start_again (rig, way);
      rig_log_in (rig, NULL);
      assert_cookie (rig, "sid-2");
      assert_identity (rig, FJELL);
    }
}

static void
the_user_of_a_token_is_not_the_user_of_a_password (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  rig_restart (rig);
  rig_present (rig, credential_by_token (), FALSE);
  assert_cookie (rig, "sid-2");
  assert_calls (rig, "AuthenticateByToken GetIdentity");
}

static void
the_same_token_keeps_the_session (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_write_login (rig, credential_by_token ());
  rig_serve (rig);
  rig_restart (rig);
  rig_present (rig, credential_by_token (), FALSE);
  assert_cookie (rig, "sid-1");
}

static const Sentence sentences[] = {
  SENTENCE (a_file_of_another_user_does_not_get_the_session),
  SENTENCE (a_file_of_another_user_who_cannot_log_in_does_not_get_it_either),
  SENTENCE (a_written_credential_of_another_user_makes_a_session_of_its_own),
  SENTENCE (a_written_credential_of_another_user_that_is_wrong_changes_nothing),
  SENTENCE (the_same_user_keeps_session_and_identity),
  SENTENCE (the_same_user_who_writes_a_login_stays_on_the_identity),
  SENTENCE (the_user_of_a_token_is_not_the_user_of_a_password),
  SENTENCE (the_same_token_keeps_the_session),
};

MAIN ("account, owner")
