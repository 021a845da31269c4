/* Logout, stopping, and who gives up on a login: what is dropped, and that nobody is left waiting. */
#include "support/rig.h"

static void
a_logout_forgets_session_credential_and_list (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);

  assert_done (rig, rig_write_logout (rig));
  assert_calls (rig, "");
  g_assert_false (account_has_session (rig->account));
  g_assert_null (account_identities (rig->account));
  g_assert_null (account_last_identity (rig->account));
  g_assert_cmpuint (rig->changed, ==, CHANGED_SESSION | CHANGED_IDENTITY | CHANGED_IDENTITIES | CHANGED_OUTLOOK);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_NO_KEY);
  assert_read_fails (rig, WANT_IDENTITY, SO24_ERROR_NO_KEY);
  assert_read_fails (rig, WANT_IDENTITIES, SO24_ERROR_NO_KEY);
  assert_failed_with (rig, rig_write_identity (rig, FJELL), SO24_ERROR_NO_KEY);
  assert_calls (rig, "");
}

static void
a_logout_without_a_session_succeeds (void)
{
  g_autoptr (Rig) rig = rig_new ();

  assert_done (rig, rig_write_logout (rig));
}

static void
a_logout_forgets_what_was_chosen_and_what_was_rejected (void)
{
  g_autoptr (Rig) rig = rig_logged_in (FJELL);

  rig->service->password = "changed";
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REJECTED);
  rig_write_logout (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_NO_KEY);
  rig->service->password = PASSWORD;
  rig_log_in (rig, NULL);
  g_assert_cmpstr (account_identity (rig->account, NULL)->text, ==, FJORD);
}

static void
a_logout_during_a_readers_call_drops_it_and_answers_the_reader (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 cookie, session, call;

  rig_pass (rig, 61);
  cookie = rig_want (rig, WANT_COOKIE);
  session = rig_want (rig, WANT_SESSION);
  call = rig->call;
  assert_done (rig, rig_write_logout (rig));
  g_assert_cmpuint (rig->call, ==, 0);
  assert_failed_with (rig, cookie, SO24_ERROR_NO_KEY);
  assert_done (rig, session);
  rig_answer_late (rig, call, answer_identity (FJORD));
  g_assert_false (account_has_session (rig->account));
}

static void
a_logout_during_a_login_ends_the_login (void)
{
  for (guint served = 0; served < 3; served++)
    {
      g_autoptr (Rig) rig = rig_new ();
      guint64 writer = rig_write_login (rig, credential_by_password ("ops@example.com", PASSWORD, NULL));

      for (guint i = 0; i < served; i++)
        rig_serve_one (rig);
      assert_done (rig, rig_write_logout (rig));
      assert_failed_with (rig, writer, SO24_ERROR_NO_KEY);
      g_assert_cmpuint (rig->call, ==, 0);
      g_assert_false (account_has_session (rig->account));
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_NO_KEY);
    }
}

static void
an_interrupted_login_is_dropped_at_once_and_changes_nothing (void)
{
  for (guint served = 0; served < 3; served++)
    {
      g_autoptr (Rig) rig = rig_logged_in (FJORD);
      guint64 writer = rig_write_login (rig, credential_by_password ("kari@example.com", PASSWORD, FJELL));

      for (guint i = 0; i < served; i++)
        rig_serve_one (rig);
      rig_interrupt (rig, writer);
      assert_failed_with (rig, writer, SO24_ERROR_INTERRUPTED);
      g_assert_cmpuint (rig->call, ==, 0);
      g_assert_cmpuint (rig->changed, ==, 0);
      assert_cookie (rig, "sid-1");
      g_assert_cmpstr (account_identity (rig->account, NULL)->text, ==, FJORD);
    }
}

static void
after_an_interrupted_login_the_next_command_runs (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 first = rig_write_login (rig, credential_by_password ("kari@example.com", PASSWORD, NULL));
  guint64 second = rig_write_identity (rig, FJELL);

  rig_interrupt (rig, first);
  rig_serve (rig);
  assert_done (rig, second);
  assert_calls (rig, "Login SetIdentityById GetIdentity");
}

static void
stopping_answers_everybody (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 waiters[6];
  guint64 call;

  rig_pass (rig, 61);
  waiters[0] = rig_want (rig, WANT_COOKIE);
  waiters[1] = rig_want (rig, WANT_SESSION);
  waiters[2] = rig_want_now (rig, WANT_IDENTITY);
  waiters[3] = rig_write_identity (rig, FJELL);
  waiters[4] = rig_write_login (rig, credential_by_password ("kari@example.com", PASSWORD, NULL));
  waiters[5] = rig_want (rig, WANT_COOKIE);
  call = rig->call;
  rig_stop (rig);
  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    assert_failed_with (rig, waiters[i], SO24_ERROR_INTERRUPTED);
  g_assert_cmpuint (rig->call, ==, 0);
  rig_answer_late (rig, call, answer_identity (FJORD));
  assert_calls (rig, "HasSession");
}

static void
stopping_an_idle_account_does_nothing (void)
{
  g_autoptr (Rig) rig = rig_new ();

  rig_stop (rig);
  assert_calls (rig, "");
}

static void
an_account_may_be_freed_with_everybody_waiting (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_pass (rig, 61);
  rig_want (rig, WANT_COOKIE);
  rig_write_login (rig, credential_by_password ("kari@example.com", PASSWORD, FJELL));
  rig_write_whole_identity (rig, FJELL);
  rig_serve_one (rig);
  rig_serve_one (rig);
}

static const Sentence sentences[] = {
  SENTENCE (a_logout_forgets_session_credential_and_list),
  SENTENCE (a_logout_without_a_session_succeeds),
  SENTENCE (a_logout_forgets_what_was_chosen_and_what_was_rejected),
  SENTENCE (a_logout_during_a_readers_call_drops_it_and_answers_the_reader),
  SENTENCE (a_logout_during_a_login_ends_the_login),
  SENTENCE (an_interrupted_login_is_dropped_at_once_and_changes_nothing),
  SENTENCE (after_an_interrupted_login_the_next_command_runs),
  SENTENCE (stopping_answers_everybody),
  SENTENCE (stopping_an_idle_account_does_nothing),
  SENTENCE (an_account_may_be_freed_with_everybody_waiting),
};

MAIN ("account, end")
