/* The lock is given up as soon as nobody needs it, and not before what others are to find is certain. */
#include "support/mounts.h"

#include <string.h>

#define OTHER "eva@example.com"

static void
interrupted_meanwhile_it_is_given_back (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  guint64 reader = rig_want (rig, WANT_COOKIE);

  rig_interrupt (rig, reader);
  if (rig->lock_asked)
    rig_grant_lock (rig, NULL, NULL);
  assert_failed_with (rig, reader, SO24_ERROR_INTERRUPTED);
  assert_lock_given_back (rig);
  assert_calls (rig, "");
}

static void
a_writer_who_is_interrupted_gives_it_back_too (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  guint64 writer = rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL));

  rig_interrupt (rig, writer);
  if (rig->lock_asked)
    rig_grant_lock (rig, NULL, NULL);
  assert_failed_with (rig, writer, SO24_ERROR_INTERRUPTED);
  assert_lock_given_back (rig);
  assert_calls (rig, "");
}

static void
one_of_two_who_is_interrupted_does_not_give_it_back (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  guint64 first = rig_want (rig, WANT_COOKIE), second = rig_want (rig, WANT_COOKIE);

  rig_interrupt (rig, first);
  rig_let_log_in (rig);
  assert_done (rig, second);
  assert_lock_given_back (rig);
}

static void
a_lock_that_comes_for_nobody_makes_no_call (void)
{
  static const Event granted = {.kind = EVENT_LOCKED};
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);

  rig_interrupt (rig, rig_want (rig, WANT_COOKIE));
  rig_look_away (rig);
  rig_post (rig, &granted);
  assert_calls (rig, "");
}

static void
a_logout_meanwhile_gives_it_back (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  guint64 reader = rig_want (rig, WANT_COOKIE);

  rig_write_logout (rig);
  if (rig->lock_asked)
    rig_grant_lock (rig, NULL, NULL);
  assert_failed_with (rig, reader, SO24_ERROR_NO_KEY);
  assert_lock_given_back (rig);
  assert_calls (rig, "");
}

static void
who_stops_gives_it_back (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);

  rig_want (rig, WANT_COOKIE);
  rig_stop (rig);
  rig_let_log_in (rig);
  assert_calls (rig, "");
  assert_lock_given_back (rig);
}

static void
who_stops_in_the_middle_of_a_login_gives_it_back (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);

  rig_want (rig, WANT_COOKIE);
  rig_grant_lock (rig, NULL, NULL);
  assert_calling (rig, OPERATION_LOGIN);
  rig_stop (rig);
  assert_lock_given_back (rig);
}

/* After the last STORE there is a SYNC, and only then UNLOCK. */
static void
assert_unlocked_when_all_is_certain (Rig *rig)
{
  const char *store, *sync, *unlock = strstr (rig->trace->str, "UNLOCK");

  g_assert_nonnull (unlock);
  store = g_strrstr_len (rig->trace->str, unlock - rig->trace->str, "STORE");
  sync = g_strrstr_len (rig->trace->str, unlock - rig->trace->str, "SYNC");
  g_assert_true (store != NULL && sync != NULL && sync > store);
  assert_lock_given_back (rig);
}

static void
it_is_given_up_after_the_session_is_stored (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);

  rig_want (rig, WANT_COOKIE);
  rig_let_log_in (rig);
  assert_unlocked_when_all_is_certain (rig);
  g_assert_cmpstr (secret_text (rig->synced->session), ==, "sid-2");
}

static void
it_is_given_up_after_a_written_session_is_stored (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_log_in (rig, FJELL);
  assert_unlocked_when_all_is_certain (rig);
  g_assert_cmpuint (rig_times (rig, "LOCK"), ==, 1);
  g_assert_cmpstr (secret_text (rig->synced->session), ==, "sid-1");
}

static void
whoever_gets_it_next_finds_the_session (void)
{
  for (guint effects = 1; effects < 30; effects++)
    {
      g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);

      rig->lock_held_back = FALSE;
      rig->crash_in = effects;
      rig_want (rig, WANT_COOKIE);
      while (!rig->crashed && rig->call != 0)
        rig_serve_one (rig);
      if (rig_times (rig, "UNLOCK") == 1)
        g_assert_cmpstr (secret_text (rig->synced->session), ==, "sid-2");
    }
}

static void
it_is_given_up_when_a_login_fails (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);
  guint64 reader = rig_want (rig, WANT_COOKIE);

  service_next (rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_REMOTE));
  rig_let_log_in (rig);
  assert_failed_with (rig, reader, SO24_ERROR_REMOTE);
  assert_unlocked_when_all_is_certain (rig);
  g_assert_cmpint (rig->synced->login_us, >, rig->now.boot_us);
}

static void
it_is_given_up_when_a_credential_is_rejected (void)
{
  g_autoptr (Rig) rig = rig_before_a_renewal (FJELL);

  rig->service->password = "changed";
  rig_want (rig, WANT_COOKIE);
  rig_let_log_in (rig);
  assert_unlocked_when_all_is_certain (rig);
}

static void
it_is_given_up_when_a_written_login_fails (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  guint64 writer = rig_write_login (rig, credential_by_password (OPS, "wrong", NULL));

  rig_serve (rig);
  assert_failed_with (rig, writer, SO24_ERROR_REJECTED);
  assert_lock_given_back (rig);
}

static void
it_is_given_up_when_the_writer_is_interrupted_in_the_middle_of_his_login (void)
{
  for (guint calls = 0; calls < 3; calls++)
    {
      g_autoptr (Rig) rig = rig_new_stored ();
      guint64 writer = rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL));

      for (guint i = 0; i < calls; i++)
        rig_serve_one (rig);
      rig_interrupt (rig, writer);
      rig_serve (rig);
      assert_lock_given_back (rig);
    }
}

static void
two_logins_one_after_the_other_are_both_made_under_it (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();
  guint64 first = rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL));
  guint64 second = rig_write_login (rig, credential_by_password (OTHER, PASSWORD, NULL));

  rig_serve (rig);
  assert_done (rig, first);
  assert_done (rig, second);
  assert_cookie (rig, "sid-2");
  g_assert_false (rig->lock_held);
}

static void
whoever_gets_it_after_a_written_login_finds_its_session (void)
{
  for (guint effects = 1; effects < 30; effects++)
    {
      g_autoptr (Rig) rig = rig_stored_on (FJELL);

      rig->crash_in = effects;
      rig_write_login (rig, credential_by_password (OPS, PASSWORD, SKOG));
      while (!rig->crashed && rig->call != 0)
        rig_serve_one (rig);
      if (rig_times (rig, "UNLOCK") == 1)
        g_assert_cmpstr (secret_text (rig->synced->session), ==, "sid-2");
    }
}

static const Sentence sentences[] = {
  SENTENCE (interrupted_meanwhile_it_is_given_back),
  SENTENCE (a_writer_who_is_interrupted_gives_it_back_too),
  SENTENCE (one_of_two_who_is_interrupted_does_not_give_it_back),
  SENTENCE (a_lock_that_comes_for_nobody_makes_no_call),
  SENTENCE (a_logout_meanwhile_gives_it_back),
  SENTENCE (who_stops_gives_it_back),
  SENTENCE (who_stops_in_the_middle_of_a_login_gives_it_back),
  SENTENCE (it_is_given_up_after_the_session_is_stored),
  SENTENCE (it_is_given_up_after_a_written_session_is_stored),
  SENTENCE (whoever_gets_it_next_finds_the_session),
  SENTENCE (it_is_given_up_when_a_login_fails),
  SENTENCE (it_is_given_up_when_a_credential_is_rejected),
  SENTENCE (it_is_given_up_when_a_written_login_fails),
  SENTENCE (it_is_given_up_when_the_writer_is_interrupted_in_the_middle_of_his_login),
  SENTENCE (two_logins_one_after_the_other_are_both_made_under_it),
  SENTENCE (whoever_gets_it_after_a_written_login_finds_its_session),
};

MAIN ("account, unlock")
