/*
 * Whose session and which identity it is when the credential comes from a file. Another user in it never gets the session
 * that there is; the identity that it names is chosen unless somebody wrote one.
 */
#include "support/runs.h"

#define OTHER "eva@example.com"

static void
a_new_password_of_the_same_user_keeps_session_and_identity (void)
{
  g_autoptr (Rig) rig = rig_with_file (NULL);

  rig_switch (rig, FJELL);
  rig->service->password = "changed";
  rig_present_password (rig, OPS, "changed", NULL);
  assert_cookie (rig, "sid-1");
  assert_identity (rig, FJELL);
  rig_end_session (rig);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, FJELL);
}

static void
a_new_password_that_is_wrong_does_not_spoil_the_session (void)
{
  g_autoptr (Rig) rig = rig_with_file (NULL);

  rig_present_password (rig, OPS, "wrong", NULL);
  assert_cookie (rig, "sid-1");
  rig_end_session (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
}

static void
another_user_drops_the_session_that_was_written (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);

  rig_present_password (rig, OTHER, PASSWORD, NULL);
  assert_withheld (rig, SO24_ERROR_NO_KEY);
  assert_cookie (rig, "sid-2");
  assert_calls (rig, "Login GetIdentity");
  assert_identity (rig, FJORD);
}

static void
another_user_stops_a_call_that_is_on_its_way (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  guint64 reader;

  rig_pass (rig, 61);
  reader = rig_want (rig, WANT_COOKIE);
  assert_calling (rig, OPERATION_HAS_SESSION);
  rig_present_password (rig, OTHER, PASSWORD, NULL);
  assert_calling (rig, OPERATION_LOGIN);
  rig_serve (rig);
  assert_done (rig, reader);
  assert_cookie (rig, "sid-2");
}

static void
the_identity_that_it_names_is_chosen (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present_password (rig, OPS, PASSWORD, FJELL);
  rig_want (rig, WANT_COOKIE);
  g_assert_cmpstr (assert_calling (rig, OPERATION_LOGIN)->identity_id.text, ==, FJELL);
  rig_serve (rig);
  assert_identity (rig, FJELL);
}

static void
the_identity_that_it_names_is_put_in_place_if_the_login_was_not_enough (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig->service->ignores_identity_id = TRUE;
  rig_present_password (rig, OPS, PASSWORD, FJELL);
  assert_cookie (rig, "sid-1");
  assert_identity (rig, FJELL);
  rig_end_session (rig);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, FJELL);
}

static void
the_identity_that_somebody_wrote_outweighs_it (void)
{
  for (guint way = 0; way < 3; way++)
    {
      g_autoptr (Rig) rig = rig_with_file (FJELL);

      rig_switch (rig, SKOG);
      if (way < 2)
        rig_start_again (rig, way);
      rig_present_password (rig, OPS, PASSWORD, FJELL);
      rig_present_password (rig, OPS, "changed", FJORD);
      rig_present_password (rig, OPS, PASSWORD, FJELL);
      assert_cookie (rig, "sid-1");
      assert_identity (rig, SKOG);
      rig_end_session (rig);
      assert_cookie (rig, "sid-2");
      assert_identity (rig, SKOG);
    }
}

static void
another_identity_in_it_moves_a_session_that_is_alive (void)
{
  g_autoptr (Rig) rig = rig_with_file (FJELL);

  rig_pass (rig, 1);
  rig_present_password (rig, OPS, PASSWORD, SKOG);
  assert_withheld (rig, SO24_ERROR_REVOKED);
  assert_cookie (rig, "sid-1");
  assert_identity (rig, SKOG);
}

static void
another_identity_and_another_password_move_a_session_that_is_alive (void)
{
  g_autoptr (Rig) rig = rig_with_file (FJELL);

  rig_pass (rig, 1);
  rig->service->password = "changed";
  rig_present_password (rig, OPS, "changed", SKOG);
  assert_withheld (rig, SO24_ERROR_REVOKED);
  assert_cookie (rig, "sid-1");
  assert_identity (rig, SKOG);
}

static void
another_identity_at_the_start_moves_the_session_that_was_stored (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_with_file (FJELL);

      rig_start_again (rig, way);
      rig_present_password (rig, OPS, PASSWORD, SKOG);
      assert_cookie (rig, "sid-1");
      assert_identity (rig, SKOG);
    }
}

static void
an_identity_in_it_that_does_not_exist_withholds_the_cookie (void)
{
  g_autoptr (Rig) rig = rig_with_file (NULL);

  rig->service->password = "changed";
  rig_present_password (rig, OPS, "changed", NOWHERE);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
}

static void
what_somebody_else_switched_is_not_put_right_by_the_same_content (void)
{
  g_autoptr (Rig) rig = rig_with_file (FJELL);

  service_switch_all (rig->service, SKOG);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  rig_present_password (rig, OPS, PASSWORD, FJELL);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
}

static void
another_user_drops_the_session_that_the_file_made (void)
{
  g_autoptr (Rig) rig = rig_with_file (NULL);

  rig_switch (rig, FJELL);
  rig_present_password (rig, OTHER, PASSWORD, NULL);
  assert_withheld (rig, SO24_ERROR_NO_KEY);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, FJORD);
}

static void
another_user_drops_the_session_that_the_file_made_before_the_start (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_with_file (NULL);

      rig_start_again (rig, way);
      rig_present_password (rig, OTHER, PASSWORD, NULL);
      assert_cookie (rig, "sid-2");
    }
}

static void
the_user_of_the_file_who_writes_a_login_stays_on_his_identity (void)
{
  g_autoptr (Rig) rig = rig_with_file (NULL);

  rig_switch (rig, FJELL);
  rig_log_in (rig, NULL);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, FJELL);
}

static const Sentence sentences[] = {
  SENTENCE (a_new_password_of_the_same_user_keeps_session_and_identity),
  SENTENCE (a_new_password_that_is_wrong_does_not_spoil_the_session),
  SENTENCE (another_user_drops_the_session_that_was_written),
  SENTENCE (another_user_stops_a_call_that_is_on_its_way),
  SENTENCE (the_identity_that_it_names_is_chosen),
  SENTENCE (the_identity_that_it_names_is_put_in_place_if_the_login_was_not_enough),
  SENTENCE (the_identity_that_somebody_wrote_outweighs_it),
  SENTENCE (another_identity_in_it_moves_a_session_that_is_alive),
  SENTENCE (another_identity_and_another_password_move_a_session_that_is_alive),
  SENTENCE (another_identity_at_the_start_moves_the_session_that_was_stored),
  SENTENCE (an_identity_in_it_that_does_not_exist_withholds_the_cookie),
  SENTENCE (what_somebody_else_switched_is_not_put_right_by_the_same_content),
  SENTENCE (another_user_drops_the_session_that_the_file_made),
  SENTENCE (another_user_drops_the_session_that_the_file_made_before_the_start),
  SENTENCE (the_user_of_the_file_who_writes_a_login_stays_on_his_identity),
};

MAIN ("account, user of a credentials file")
