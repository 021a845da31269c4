/* The lock that the mounts of one account share: who renews the session has it, and the others then find that session. */
#include "support/mounts.h"

#include <string.h>

static void
a_reader_who_needs_a_login_waits_for_the_lock (void)
{
  g_autoptr (Rig) rig = rig_before_a_login ();
  guint64 reader = rig_want (rig, WANT_COOKIE);

  g_assert_true (rig->lock_asked);
  rig_pass (rig, 10);
  assert_waiting (rig, reader);
  assert_calls (rig, "");
  rig_let_log_in (rig);
  assert_done (rig, reader);
  assert_calls (rig, "Login GetIdentity");
}

static void
a_login_that_somebody_writes_waits_for_it_too (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();
  guint64 writer;

  rig->lock_held_back = TRUE;
  writer = rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL));
  assert_calls (rig, "");
  rig_let_log_in (rig);
  assert_done (rig, writer);
}

static void
a_login_by_token_waits_for_it_too (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();
  guint64 writer;

  rig->lock_held_back = TRUE;
  writer = rig_write_login (rig, credential_by_token ());
  assert_calls (rig, "");
  rig_let_log_in (rig);
  assert_done (rig, writer);
}

static void
a_switch_that_is_carried_by_a_login_waits_for_it_too (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  guint64 writer = rig_write_identity (rig, SKOG);

  assert_calls (rig, "");
  rig_let_log_in (rig);
  assert_done (rig, writer);
  assert_identity (rig, SKOG);
}

static void
calls_in_a_session_and_lists_need_no_lock (void)
{
  g_autoptr (Rig) rig = rig_before_a_login ();

  assert_read (rig, WANT_IDENTITIES);
  assert_calls (rig, "GetIdentitiesWithCredential");
  g_assert_cmpuint (rig_times (rig, "LOCK"), ==, 0);
}

static void
a_session_that_is_alive_is_checked_and_switched_without_a_lock (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  rig_pass (rig, 61);
  assert_cookie (rig, "sid-1");
  rig_switch (rig, FJELL);
  g_assert_cmpuint (rig_times (rig, "LOCK"), ==, 0);
}

static void
many_readers_ask_for_it_once (void)
{
  g_autoptr (Rig) rig = rig_before_a_login ();
  guint64 readers[100];

  for (guint i = 0; i < 100; i++)
    readers[i] = rig_want (rig, WANT_COOKIE);
  g_assert_cmpuint (rig_times (rig, "LOCK"), ==, 1);
  rig_let_log_in (rig);
  for (guint i = 0; i < 100; i++)
    assert_done (rig, readers[i]);
  assert_calls (rig, "Login GetIdentity");
}

static void
who_needs_no_login_is_served_meanwhile (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);
  guint64 writer;

  rig->lock_held_back = TRUE;
  writer = rig_write_login (rig, credential_by_password (OPS, PASSWORD, FJELL));
  rig_pass (rig, 61);
  assert_cookie (rig, "sid-1");
  assert_waiting (rig, writer);
  rig_let_log_in (rig);
  assert_done (rig, writer);
  assert_cookie (rig, "sid-2");
}

static void
granted_with_a_session_that_another_mount_made_no_login_is_made (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  g_autoptr (Record) record = record_of_another_session (rig, "sid-other", FJELL);
  guint64 reader = rig_want (rig, WANT_COOKIE);

  rig_let_log_in_and_tell (rig, record);
  assert_done (rig, reader);
  assert_cookie (rig, "sid-other");
  assert_calls (rig, "HasSession GetIdentity");
  assert_lock_given_back (rig);
}

static void
granted_with_a_session_that_has_ended_too_a_login_is_made (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  g_autoptr (Record) record = record_of_another_session (rig, "sid-other", FJELL);
  guint64 reader = rig_want (rig, WANT_COOKIE);

  service_end_sessions (rig->service);
  rig_grant_lock (rig, rig->record, record);
  rig_serve (rig);
  if (rig->lock_asked)
    rig_let_log_in (rig);
  assert_done (rig, reader);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, FJELL);
}

static void
granted_with_a_session_of_another_user_a_login_is_made (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  g_autoptr (Record) record = record_of_another_session (rig, "sid-other", FJELL);
  guint64 reader = rig_want (rig, WANT_COOKIE);

  g_free (record->owner);
  record->owner = g_strdup ("somebody else");
  rig_let_log_in_and_tell (rig, record);
  assert_done (rig, reader);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, FJELL);
}

static void
granted_with_the_record_that_there_was_a_login_is_made (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  guint64 reader = rig_want (rig, WANT_COOKIE);

  rig_let_log_in_and_tell (rig, rig->record);
  assert_done (rig, reader);
  assert_cookie (rig, "sid-2");
}

static void
a_login_that_somebody_wrote_is_made_whatever_another_mount_has_stored (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  g_autoptr (Record) record = record_of_another_session (rig, "sid-other", FJELL);
  guint64 writer = rig_write_login (rig, credential_by_password (OPS, PASSWORD, SKOG));

  rig_let_log_in_and_tell (rig, record);
  assert_done (rig, writer);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, SKOG);
}

static void
a_quarantine_that_another_mount_met_is_kept_to (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  g_autoptr (Record) record = record_as_read (rig->record);
  guint64 reader = rig_want (rig, WANT_COOKIE);

  record->quarantine_us = rig->now.boot_us + 1000 * G_USEC_PER_SEC;
  record->quarantine_wall_us = rig->now.wall_us + 1000 * G_USEC_PER_SEC;
  rig_let_log_in_and_tell (rig, record);
  assert_failed_with (rig, reader, SO24_ERROR_QUARANTINED);
  assert_calls (rig, "");
  assert_lock_given_back (rig);
}

static void
the_back_off_of_another_mount_is_kept_to (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  g_autoptr (Record) record = record_as_read (rig->record);
  guint64 reader = rig_want (rig, WANT_COOKIE);

  record->failures = 5;
  record->login_us = rig->now.boot_us + 15 * G_USEC_PER_SEC;
  record->cause_code = SO24_ERROR_REMOTE;
  record->cause = g_strdup ("it broke there");
  rig_let_log_in_and_tell (rig, record);
  assert_failed_with (rig, reader, SO24_ERROR_THROTTLED);
  g_assert_nonnull (strstr (rig_error (rig, reader)->message, "it broke there"));
  assert_calls (rig, "");
  assert_lock_given_back (rig);
}

static void
refused_those_who_need_a_login_fail_with_the_error (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  guint64 cookie = rig_want (rig, WANT_COOKIE), identity = rig_want (rig, WANT_IDENTITY);

  rig_refuse_lock (rig);
  assert_failed_with (rig, cookie, SO24_ERROR_TIMED_OUT);
  assert_failed_with (rig, identity, SO24_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (rig_error (rig, cookie)->message, "another mount"));
  assert_calls (rig, "");
}

static void
refused_the_writer_of_a_login_fails_and_the_session_stays (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);
  guint64 writer;

  rig->lock_held_back = TRUE;
  writer = rig_write_login (rig, credential_by_password (OPS, PASSWORD, FJELL));
  rig_refuse_lock (rig);
  assert_failed_with (rig, writer, SO24_ERROR_TIMED_OUT);
  assert_cookie (rig, "sid-1");
}

static void
refused_those_who_need_none_go_on (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);
  guint64 reader;

  rig->lock_held_back = TRUE;
  rig_pass (rig, 61);
  rig_write_login (rig, credential_by_password (OPS, PASSWORD, FJELL));
  reader = rig_want (rig, WANT_COOKIE);
  assert_calling (rig, OPERATION_HAS_SESSION);
  rig_refuse_lock (rig);
  assert_waiting (rig, reader);
  rig_serve (rig);
  assert_done (rig, reader);
}

static void
refused_it_is_asked_for_again_by_the_next_reader (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  guint64 reader;

  rig_want (rig, WANT_COOKIE);
  rig_refuse_lock (rig);
  g_assert_false (rig->lock_asked);
  reader = rig_want (rig, WANT_COOKIE);
  rig_let_log_in (rig);
  assert_done (rig, reader);
}

static void
refused_with_a_session_that_another_mount_made_that_is_adopted (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  g_autoptr (Record) record = record_of_another_session (rig, "sid-other", FJELL);
  g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, SO24_ERROR_TIMED_OUT, "not given up");
  g_autoptr (Record) base = record_copy (rig->record);
  Event event = {.kind = EVENT_LOCKED, .base = base, .record = record, .error = error};
  guint64 reader = rig_want (rig, WANT_COOKIE);

  rig->lock_asked = FALSE;
  rig_post (rig, &event);
  rig_serve (rig);
  assert_done (rig, reader);
  assert_cookie (rig, "sid-other");
}

/* While the lock was waited for, a reader's call began: whoever wrote the login has to hear of the refusal all the same. */
static void
refused_while_a_call_is_on_its_way_the_writer_fails_too (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);
  guint64 writer;

  rig->lock_held_back = TRUE;
  rig_pass (rig, 61);
  writer = rig_write_login (rig, credential_by_password (OPS, PASSWORD, FJELL));
  rig_want (rig, WANT_COOKIE);
  rig_refuse_lock (rig);
  assert_failed_with (rig, writer, SO24_ERROR_TIMED_OUT);
}

/* The same for a single mount: what it is told of is the attempt of a Login that is under way elsewhere. */
static void
a_login_under_way_elsewhere_is_waited_for (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  g_autoptr (Record) base = record_as_read (rig->record), record = record_as_read (rig->record);
  guint64 reader = rig_want (rig, WANT_COOKIE);

  record->attempt_us = rig->now.boot_us + G_USEC_PER_SEC;
  rig_tell_record (rig, base, record);
  assert_waiting (rig, reader);
}

static const Sentence sentences[] = {
  SENTENCE (a_reader_who_needs_a_login_waits_for_the_lock),
  SENTENCE (a_login_that_somebody_writes_waits_for_it_too),
  SENTENCE (a_login_by_token_waits_for_it_too),
  SENTENCE (a_switch_that_is_carried_by_a_login_waits_for_it_too),
  SENTENCE (calls_in_a_session_and_lists_need_no_lock),
  SENTENCE (a_session_that_is_alive_is_checked_and_switched_without_a_lock),
  SENTENCE (many_readers_ask_for_it_once),
  SENTENCE (who_needs_no_login_is_served_meanwhile),
  SENTENCE (granted_with_a_session_that_another_mount_made_no_login_is_made),
  SENTENCE (granted_with_a_session_that_has_ended_too_a_login_is_made),
  SENTENCE (granted_with_a_session_of_another_user_a_login_is_made),
  SENTENCE (granted_with_the_record_that_there_was_a_login_is_made),
  SENTENCE (a_login_that_somebody_wrote_is_made_whatever_another_mount_has_stored),
  SENTENCE (a_quarantine_that_another_mount_met_is_kept_to),
  SENTENCE (the_back_off_of_another_mount_is_kept_to),
  SENTENCE (refused_those_who_need_a_login_fail_with_the_error),
  SENTENCE (refused_the_writer_of_a_login_fails_and_the_session_stays),
  SENTENCE (refused_those_who_need_none_go_on),
  SENTENCE (refused_it_is_asked_for_again_by_the_next_reader),
  SENTENCE (refused_with_a_session_that_another_mount_made_that_is_adopted),
  SENTENCE (refused_while_a_call_is_on_its_way_the_writer_fails_too),
  SENTENCE (a_login_under_way_elsewhere_is_waited_for),
};

MAIN ("account, lock")
