/* A credential that comes from a file, at the start and each time that the file has changed: design.md, section 5, rule 4. */
#include "support/runs.h"

#include <string.h>

#define OTHER "eva@example.com"

/* The file's credential was tried, and rejected. */
static Rig *
rig_rejected (void)
{
  Rig *rig = rig_new_stored ();

  rig_present_password (rig, OPS, "wrong", NULL);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
  rig_look_away (rig);
  return rig;
}

/* The next run is told that it is known by what was stored. */
static void
start_again_rejected (Rig *rig, guint way)
{
  g_assert_true (rig->record->rejected != NULL || rig->record->rejected_digest != NULL);
  rig_start_again (rig, way);
  rig_present (rig, credential_by_password (OPS, "wrong", NULL), TRUE);
}

static Rig *
rig_forgetful (void)
{
  AccountConfig config = rig_config ();

  config.stored = TRUE;
  config.remember = FALSE;
  return rig_new_with (&config);
}

static void
it_is_used_for_the_first_login (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present_ops (rig);
  assert_calls (rig, "");
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "Login GetIdentity");
}

static void
it_is_used_for_the_list_and_for_a_switch_too (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present_ops (rig);
  assert_read (rig, WANT_IDENTITIES);
  rig_switch (rig, FJELL);
  assert_identity (rig, FJELL);
}

static void
a_token_is_used_too (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present (rig, credential_by_token (), FALSE);
  assert_cookie (rig, "sid-1");
  g_assert_nonnull (account_passport (rig->account));
}

static void
asking_whether_there_is_a_session_does_not_use_it (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present_ops (rig);
  assert_read (rig, WANT_SESSION);
  assert_calls (rig, "");
}

static void
a_session_that_has_ended_is_renewed_with_it (void)
{
  g_autoptr (Rig) rig = rig_with_file (NULL);

  rig_end_session (rig);
  assert_cookie (rig, "sid-2");
}

static void
rejected_once_it_is_never_tried_again (void)
{
  g_autoptr (Rig) rig = rig_rejected ();

  for (guint i = 0; i < 100; i++)
    {
      rig_pass (rig, 3600);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
      assert_read_fails (rig, WANT_IDENTITIES, SO24_ERROR_REJECTED);
      assert_failed_with (rig, rig_write_identity (rig, FJELL), SO24_ERROR_REJECTED);
    }
  assert_calls (rig, "");
}

static void
rejected_and_found_again_unchanged_it_is_not_tried_again (void)
{
  g_autoptr (Rig) rig = rig_rejected ();

  for (guint i = 0; i < 10; i++)
    {
      rig_pass (rig, 60);
      rig_present_password (rig, OPS, "wrong", NULL);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
    }
  assert_calls (rig, "");
  g_assert_cmpuint (rig->stores, ==, 0);
}

static void
rejected_it_is_tried_when_another_content_comes (void)
{
  g_autoptr (Rig) rig = rig_rejected ();

  rig_present_password (rig, OPS, "wrong too", NULL);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
  assert_calls (rig, "Login");
  rig_present_password (rig, OPS, PASSWORD, NULL);
  assert_cookie (rig, "sid-1");
}

static void
a_rejection_is_certain_before_its_reader_hears_of_it (void)
{
  g_autoptr (Rig) rig = rig_rejected ();

  g_assert_nonnull (rig->synced->rejected);
  g_assert_true (rig->synced->rejected_cause != NULL
                 && strstr (rig->synced->rejected_cause, "Invalid username") != NULL);
}

static void
known_to_be_rejected_it_is_not_tried_at_the_start (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_rejected ();

      start_again_rejected (rig, way);
      rig_pass (rig, 3600);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
      assert_read_fails (rig, WANT_IDENTITIES, SO24_ERROR_REJECTED);
      assert_calls (rig, "");
    }
}

static void
known_to_be_rejected_it_is_not_tried_after_many_starts (void)
{
  g_autoptr (Rig) rig = rig_rejected ();

  for (guint i = 0; i < 10; i++)
    {
      start_again_rejected (rig, i % 2);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
    }
  assert_calls (rig, "");
}

static void
known_to_be_rejected_the_error_still_says_why (void)
{
  g_autoptr (Rig) rig = rig_rejected ();
  guint64 reader;

  for
    EACH_WAY (way)
    {
      start_again_rejected (rig, way);
      reader = rig_want (rig, WANT_COOKIE);
      g_assert_nonnull (strstr (rig_error (rig, reader)->message, "Invalid username"));
    }
}

static void
known_to_be_rejected_it_is_tried_when_another_content_comes (void)
{
  g_autoptr (Rig) rig = rig_rejected ();

  start_again_rejected (rig, 0);
  rig_present_password (rig, OPS, PASSWORD, NULL);
  assert_cookie (rig, "sid-1");
  rig_restart (rig);
  rig_present_ops (rig);
  assert_cookie (rig, "sid-1");
}

static void
known_to_be_rejected_it_does_not_spoil_a_session_that_is_alive (void)
{
  g_autoptr (Rig) rig = rig_with_file (NULL);

  rig->service->password = "changed";
  rig_restart (rig);
  rig_present (rig, credential_by_password (OPS, PASSWORD, NULL), TRUE);
  assert_cookie (rig, "sid-1");
}

static void
after_a_rejection_a_right_login_can_be_written (void)
{
  g_autoptr (Rig) rig = rig_rejected ();

  rig_log_in (rig, NULL);
  rig_end_session (rig);
  assert_cookie (rig, "sid-2");
}

static void
the_same_content_again_changes_nothing (void)
{
  g_autoptr (Rig) rig = rig_with_file (FJELL);

  rig_pass (rig, 10);
  for (guint i = 0; i < 10; i++)
    rig_present_password (rig, OPS, PASSWORD, FJELL);
  g_assert_cmpuint (rig->stores, ==, 0);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "");
}

static void
at_the_start_it_forgives_nothing (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present_ops (rig);
  rig_fail_to_log_in (rig, 8);
  for
    EACH_WAY (way)
    {
      rig_start_again (rig, way);
      rig_present_password (rig, OPS, "changed", NULL);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
    }
  assert_calls (rig, "");
}

static void
unchanged_it_forgives_nothing (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present_ops (rig);
  rig_fail_to_log_in (rig, 8);
  rig_present_ops (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
  assert_calls (rig, "");
}

static void
changed_it_is_tried_at_once (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present_password (rig, OPS, "old", NULL);
  rig_fail_to_log_in (rig, 8);
  rig_present_password (rig, OPS, PASSWORD, NULL);
  assert_cookie (rig, "sid-1");
}

static void
changed_it_does_not_end_a_quarantine (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present_password (rig, OPS, "old", NULL);
  service_next (rig->service, OPERATION_LOGIN,
                answer_fault (OPERATION_LOGIN, "Limit exceeded by 1. Quarantine ends at some time"));
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
  rig_look_away (rig);
  rig_present_password (rig, OPS, PASSWORD, NULL);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
  assert_calls (rig, "");
}

static void
changed_while_a_login_that_was_written_runs_it_does_not_disturb_that (void)
{
  g_autoptr (Rig) rig = rig_with_file (NULL);
  guint64 writer = rig_write_login (rig, credential_by_password (OPS, PASSWORD, FJELL));

  rig_present_password (rig, OPS, "changed", NULL);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, FJELL);
}

static void
changed_while_readers_wait_for_the_lock_they_get_the_new_one (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();
  guint64 reader;

  rig->lock_held_back = TRUE;
  rig_present_password (rig, OPS, "old", NULL);
  reader = rig_want (rig, WANT_COOKIE);
  rig_present_password (rig, OPS, PASSWORD, NULL);
  rig_grant_lock (rig, NULL, NULL);
  rig_serve (rig);
  assert_done (rig, reader);
  assert_calls (rig, "Login GetIdentity");
}

static void
a_written_login_that_is_not_remembered_is_not_renewed (void)
{
  g_autoptr (Rig) rig = rig_forgetful ();

  rig_log_in (rig, NULL);
  rig_end_session (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_EXPIRED);
  assert_calls (rig, "HasSession");
}

static void
a_file_is_used_for_renewals_whatever_is_remembered (void)
{
  g_autoptr (Rig) rig = rig_forgetful ();

  rig_present_ops (rig);
  assert_cookie (rig, "sid-1");
  rig_end_session (rig);
  assert_cookie (rig, "sid-2");
}

static void
a_file_renews_no_session_that_another_user_has_written (void)
{
  g_autoptr (Rig) rig = rig_forgetful ();
  guint64 writer;

  rig_present_ops (rig);
  writer = rig_write_login (rig, credential_by_password (OTHER, PASSWORD, FJELL));
  rig_serve (rig);
  assert_done (rig, writer);
  rig_end_session (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_EXPIRED);
}

static void
a_login_that_was_written_is_renewed_as_it_was_written (void)
{
  g_autoptr (Rig) rig = rig_with_file (NULL);

  rig_write_login (rig, credential_by_password (OTHER, PASSWORD, FJELL));
  rig_serve (rig);
  rig_end_session (rig);
  rig_want (rig, WANT_COOKIE);
  rig_serve_one (rig);
  g_assert_cmpstr (assert_calling (rig, OPERATION_LOGIN)->credential->username, ==, OTHER);
}

static void
changed_while_a_login_with_the_old_one_runs_the_new_one_is_tried (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present_password (rig, OPS, "old", NULL);
  rig_want (rig, WANT_COOKIE);
  assert_calling (rig, OPERATION_LOGIN);
  rig_present_password (rig, OPS, PASSWORD, NULL);
  rig_serve (rig);
  assert_read (rig, WANT_COOKIE);
}

static void
a_file_is_still_there_after_its_user_wrote_a_login_that_is_not_remembered (void)
{
  g_autoptr (Rig) rig = rig_forgetful ();

  rig_present_ops (rig);
  rig_log_in (rig, NULL);
  rig_end_session (rig);
  assert_cookie (rig, "sid-2");
}

static const Sentence sentences[] = {
  SENTENCE (it_is_used_for_the_first_login),
  SENTENCE (it_is_used_for_the_list_and_for_a_switch_too),
  SENTENCE (a_token_is_used_too),
  SENTENCE (asking_whether_there_is_a_session_does_not_use_it),
  SENTENCE (a_session_that_has_ended_is_renewed_with_it),
  SENTENCE (rejected_once_it_is_never_tried_again),
  SENTENCE (rejected_and_found_again_unchanged_it_is_not_tried_again),
  SENTENCE (rejected_it_is_tried_when_another_content_comes),
  SENTENCE (a_rejection_is_certain_before_its_reader_hears_of_it),
  SENTENCE (known_to_be_rejected_it_is_not_tried_at_the_start),
  SENTENCE (known_to_be_rejected_it_is_not_tried_after_many_starts),
  SENTENCE (known_to_be_rejected_the_error_still_says_why),
  SENTENCE (known_to_be_rejected_it_is_tried_when_another_content_comes),
  SENTENCE (known_to_be_rejected_it_does_not_spoil_a_session_that_is_alive),
  SENTENCE (after_a_rejection_a_right_login_can_be_written),
  SENTENCE (the_same_content_again_changes_nothing),
  SENTENCE (at_the_start_it_forgives_nothing),
  SENTENCE (unchanged_it_forgives_nothing),
  SENTENCE (changed_it_is_tried_at_once),
  SENTENCE (changed_it_does_not_end_a_quarantine),
  SENTENCE (changed_while_a_login_that_was_written_runs_it_does_not_disturb_that),
  SENTENCE (changed_while_readers_wait_for_the_lock_they_get_the_new_one),
  SENTENCE (a_written_login_that_is_not_remembered_is_not_renewed),
  SENTENCE (a_file_is_used_for_renewals_whatever_is_remembered),
  SENTENCE (a_file_renews_no_session_that_another_user_has_written),
  SENTENCE (a_login_that_was_written_is_renewed_as_it_was_written),
  SENTENCE (changed_while_a_login_with_the_old_one_runs_the_new_one_is_tried),
  SENTENCE (a_file_is_still_there_after_its_user_wrote_a_login_that_is_not_remembered),
};

MAIN ("account, credentials file")
