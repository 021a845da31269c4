/* Lazy and single-flight: design.md, section 5, rule 1. */
#include "support/rig.h"

#define READERS 1000

static void
nothing_is_called_before_somebody_needs_it (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_pass (rig, 86400);
  assert_calls (rig, "");
}

static void
readers_without_a_session_or_a_credential_cause_no_call (void)
{
  g_autoptr (Rig) rig = rig_new ();

  for (guint i = 0; i < READERS; i++)
    {
      assert_failed_with (rig, rig_want (rig, WANT_COOKIE), SO24_ERROR_NO_KEY);
      assert_failed_with (rig, rig_want (rig, WANT_IDENTITY), SO24_ERROR_NO_KEY);
      assert_failed_with (rig, rig_want (rig, WANT_IDENTITIES), SO24_ERROR_NO_KEY);
      assert_done (rig, rig_want (rig, WANT_SESSION));
      assert_done (rig, rig_want (rig, WANT_NOTHING));
    }
  assert_calls (rig, "");
}

static void
a_thousand_readers_of_the_cookie_share_each_call (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 readers[READERS];

  rig_pass (rig, 61);
  for (guint i = 0; i < READERS; i++)
    readers[i] = rig_want (rig, WANT_COOKIE);
  assert_calls (rig, "HasSession");
  rig_serve (rig);
  assert_calls (rig, "GetIdentity");
  for (guint i = 0; i < READERS; i++)
    assert_done (rig, readers[i]);
}

static void
readers_of_different_files_share_what_they_have_in_common (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  static const Want wants[] = {WANT_IDENTITY, WANT_SESSION, WANT_COOKIE, WANT_IDENTITIES};
  guint64 readers[READERS];

  rig_pass (rig, 61);
  for (guint i = 0; i < READERS; i++)
    readers[i] = rig_want (rig, wants[i % G_N_ELEMENTS (wants)]);
  rig_serve (rig);
  assert_calls (rig, "HasSession GetIdentity");
  for (guint i = 0; i < READERS; i++)
    assert_done (rig, readers[i]);
}

static void
a_thousand_readers_of_an_ended_session_cause_one_login (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 readers[READERS];

  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  for (guint i = 0; i < READERS; i++)
    readers[i] = rig_want (rig, WANT_COOKIE);
  rig_serve (rig);
  assert_calls (rig, "HasSession Login GetIdentity");
  for (guint i = 0; i < READERS; i++)
    assert_done (rig, readers[i]);
}

static void
readers_that_come_at_each_stage_share_what_is_left (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 readers[4];

  service_end_sessions (rig->service);
  rig_pass (rig, 61);
  for (guint i = 0; i < 3; i++)
    {
      readers[i] = rig_want (rig, WANT_COOKIE);
      rig_serve_one (rig);
    }
  readers[3] = rig_want (rig, WANT_COOKIE);
  assert_calls (rig, "HasSession Login GetIdentity");
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    assert_done (rig, readers[i]);
}

static void
a_failure_is_told_to_all_who_wait_for_the_call (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 readers[READERS];

  rig->service->away = TRUE;
  rig_pass (rig, 400);
  for (guint i = 0; i < READERS; i++)
    readers[i] = rig_want (rig, WANT_COOKIE);
  rig_serve (rig);
  assert_calls (rig, "HasSession");
  for (guint i = 0; i < READERS; i++)
    assert_failed_with (rig, readers[i], SO24_ERROR_TIMED_OUT);
}

static void
who_asks_for_this_moment_does_not_share_an_earlier_question (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 early, late;

  rig_pass (rig, 61);
  early = rig_want (rig, WANT_SESSION);
  rig_pass (rig, 1);
  late = rig_want_now (rig, WANT_SESSION);
  rig_serve_one (rig);
  assert_done (rig, early);
  assert_waiting (rig, late);
  rig_serve (rig);
  assert_done (rig, late);
  assert_calls (rig, "HasSession HasSession");
}

static void
who_asks_for_this_moment_does_not_share_an_earlier_failure (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 early, late;

  rig_pass (rig, 61);
  early = rig_want (rig, WANT_SESSION);
  rig_pass (rig, 1);
  late = rig_want_now (rig, WANT_SESSION);
  rig_answer (rig, answer_failed (OPERATION_HAS_SESSION, SO24_ERROR_TIMED_OUT));
  assert_failed_with (rig, early, SO24_ERROR_TIMED_OUT);
  assert_waiting (rig, late);
  rig_serve (rig);
  assert_done (rig, late);
}

static void
an_interrupted_reader_is_answered_at_once_and_the_others_go_on (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 first, second;

  rig_pass (rig, 61);
  first = rig_want (rig, WANT_COOKIE);
  second = rig_want (rig, WANT_COOKIE);
  rig_interrupt (rig, first);
  assert_failed_with (rig, first, SO24_ERROR_INTERRUPTED);
  assert_waiting (rig, second);
  rig_serve (rig);
  assert_done (rig, second);
  assert_calls (rig, "HasSession GetIdentity");
}

static void
an_interrupt_that_comes_too_late_does_nothing (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 reader = rig_want (rig, WANT_COOKIE);

  assert_done (rig, reader);
  rig_interrupt (rig, reader);
  rig_interrupt (rig, 4711);
  assert_done (rig, reader);
}

static void
when_all_readers_have_left_nothing_more_is_called (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);
  guint64 reader;

  rig_pass (rig, 61);
  reader = rig_want (rig, WANT_COOKIE);
  rig_interrupt (rig, reader);
  rig_serve (rig);
  assert_calls (rig, "HasSession");
}

static void
who_is_answered_has_been_told_of_the_change_before (void)
{
  g_autoptr (Rig) rig = rig_new ();
  guint64 writer = rig_write_login (rig, credential_by_password ("ops@example.com", PASSWORD, NULL));

  rig_serve (rig);
  g_assert_cmpuint (rig_changed_before (rig, writer), ==,
                    CHANGED_SESSION | CHANGED_IDENTITY | CHANGED_IDENTITIES | CHANGED_OUTLOOK);
}

static void
a_check_that_finds_everything_as_it_was_changes_nothing (void)
{
  g_autoptr (Rig) rig = rig_logged_in (NULL);

  rig_pass (rig, 61);
  assert_cookie (rig, "sid-1");
  assert_read (rig, WANT_SESSION);
  g_assert_cmpuint (rig->changed, ==, 0);
}

static const Sentence sentences[] = {
  SENTENCE (nothing_is_called_before_somebody_needs_it),
  SENTENCE (readers_without_a_session_or_a_credential_cause_no_call),
  SENTENCE (a_thousand_readers_of_the_cookie_share_each_call),
  SENTENCE (readers_of_different_files_share_what_they_have_in_common),
  SENTENCE (a_thousand_readers_of_an_ended_session_cause_one_login),
  SENTENCE (readers_that_come_at_each_stage_share_what_is_left),
  SENTENCE (a_failure_is_told_to_all_who_wait_for_the_call),
  SENTENCE (who_asks_for_this_moment_does_not_share_an_earlier_question),
  SENTENCE (who_asks_for_this_moment_does_not_share_an_earlier_failure),
  SENTENCE (an_interrupted_reader_is_answered_at_once_and_the_others_go_on),
  SENTENCE (an_interrupt_that_comes_too_late_does_nothing),
  SENTENCE (when_all_readers_have_left_nothing_more_is_called),
  SENTENCE (who_is_answered_has_been_told_of_the_change_before),
  SENTENCE (a_check_that_finds_everything_as_it_was_changes_nothing),
};

MAIN ("account, sharing")
