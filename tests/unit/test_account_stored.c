/*
 * What is stored: design.md, section 5, rule 5. It outlives each start, is certain before anybody relies on it, and
 * nothing is stored in vain.
 */
#include "support/runs.h"

#include <string.h>

static void
a_session_survives (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

      rig_start_again (rig, way);
      assert_cookie (rig, "sid-1");
      assert_calls (rig, "HasSession GetIdentity");
      assert_read (rig, WANT_SESSION);
      g_assert_true (account_has_session (rig->account));
    }
}

static void
a_session_that_was_stored_is_not_handed_out_before_it_is_confirmed (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);
  guint64 reader;

  rig_restart (rig);
  assert_withheld (rig, SO24_ERROR_REVOKED);
  rig->service->away = TRUE;
  reader = rig_want (rig, WANT_COOKIE);
  rig_serve (rig);
  assert_failed_with (rig, reader, SO24_ERROR_TIMED_OUT);
}

static void
the_identity_that_was_chosen_survives (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_on (FJELL);

      rig_start_again (rig, way);
      rig_present_ops (rig);
      assert_identity (rig, FJELL);
      rig_end_session (rig);
      rig->service->ignores_identity_id = TRUE;
      assert_cookie (rig, "sid-2");
      assert_identity (rig, FJELL);
    }
}

static void
a_switch_by_somebody_else_while_nobody_looked_is_found (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_on (FJELL);

      service_switch_all (rig->service, SKOG);
      rig_start_again (rig, way);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
    }
}

static void
what_was_withheld_stays_withheld (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_on (FJELL);

      service_switch_all (rig->service, SKOG);
      rig_pass (rig, 61);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
      service_switch_all (rig->service, FJELL);
      rig_start_again (rig, way);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
      rig_switch (rig, FJELL);
      assert_cookie (rig, "sid-1");
    }
}

static void
a_session_that_has_ended_is_known_to_have_ended (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

      rig_end_session (rig);
      assert_read (rig, WANT_SESSION);
      rig_start_again (rig, way);
      assert_calls (rig, "HasSession");
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_EXPIRED);
      assert_calls (rig, "");
    }
}

static void
a_credential_does_not_survive (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  rig_restart (rig);
  rig_end_session (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_EXPIRED);
  assert_calls (rig, "HasSession");
}

static void
a_passport_survives (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_new_stored ();

      rig_write_login (rig, credential_by_token ());
      rig_serve (rig);
      rig_start_again (rig, way);
      g_assert_nonnull (account_passport (rig->account));
      g_assert_cmpstr (account_passport (rig->account)->email, ==, "ola@example.com");
      g_assert_cmpstr (account_passport (rig->account)->id.text, ==, TOKEN);
    }
}

/* The session ends, and so many Logins fail. */
static void
fail_to_renew (Rig *rig, guint times)
{
  rig_end_session (rig);
  rig_fail_to_log_in (rig, times);
}

static void
a_back_off_survives (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);
      guint seconds;

      fail_to_renew (rig, 7);
      rig_start_again (rig, way);
      rig_present_ops (rig);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
      assert_calls (rig, "");
      seconds = seconds_until_a_cookie (rig);
      g_assert_cmpuint (seconds, >=, 32 - 5);
      g_assert_cmpuint (seconds, <=, 64);
    }
}

static void
a_back_off_that_survived_still_names_its_cause (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);
  guint64 reader;

  fail_to_renew (rig, 7);
  rig_restart (rig);
  rig_present_ops (rig);
  reader = rig_want (rig, WANT_COOKIE);
  g_assert_nonnull (strstr (rig_error (rig, reader)->message, "told to fail"));
}

static void
failures_go_on_being_counted (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

      fail_to_renew (rig, 7);
      rig_start_again (rig, way);
      rig_present_ops (rig);
      rig_pass (rig, 65);
      service_next (rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_REMOTE));
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REMOTE);
      g_assert_cmpuint (seconds_until_a_cookie (rig), >=, 64);
    }
}

static void
a_service_that_throttled_is_left_alone_after_a_start_too (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);
      Answer *answer = answer_failed (OPERATION_HAS_SESSION, SO24_ERROR_THROTTLED);

      answer->retry_after_s = 100;
      service_next (rig->service, OPERATION_HAS_SESSION, answer);
      rig_pass (rig, 61);
      assert_read_fails (rig, WANT_SESSION, SO24_ERROR_THROTTLED);
      rig_start_again (rig, way);
      rig_look_away (rig);
      rig_pass (rig, 90);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
      assert_calls (rig, "");
      rig_pass (rig, 11);
      assert_cookie (rig, "sid-1");
    }
}

static void
read_into_quarantine (Rig *rig, gint64 seconds)
{
  Answer *answer = answer_fault (OPERATION_HAS_SESSION, "Limit exceeded by 1. Quarantine ends at some time");

  rig_pass (rig, 61);
  answer->until_us = rig->now.wall_us + seconds * G_USEC_PER_SEC;
  service_next (rig->service, OPERATION_HAS_SESSION, answer);
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_QUARANTINED);
  rig_look_away (rig);
}

static void
a_quarantine_survives (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

      read_into_quarantine (rig, 3000);
      rig_start_again (rig, way);
      rig_present_ops (rig);
      rig_pass (rig, 2990);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
      assert_failed_with (rig, rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL)),
                          SO24_ERROR_QUARANTINED);
      assert_calls (rig, "");
      rig_pass (rig, 11);
      assert_cookie (rig, "sid-1");
    }
}

static void
a_quarantine_is_over_when_it_ended_while_the_machine_was_off (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  read_into_quarantine (rig, 3000);
  rig_reboot (rig, 3001);
  assert_cookie (rig, "sid-1");
}

static void
checks_that_confirm_the_same_store_nothing (void)
{
  g_autoptr (Rig) rig = rig_new_stored_at_rate (0);

  rig_log_in (rig, NULL);
  rig_look_away (rig);
  for (guint i = 0; i < 50; i++)
    {
      rig_pass (rig, 61);
      assert_cookie (rig, "sid-1");
      assert_read (rig, WANT_SESSION);
      assert_read (rig, WANT_IDENTITIES);
    }
  g_assert_cmpuint (rig->stores, ==, 0);
}

static void
readers_for_whom_no_call_is_made_store_nothing (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  for (guint i = 0; i < 1000; i++)
    assert_cookie (rig, "sid-1");
  rig_interrupt (rig, 1);
  g_assert_cmpuint (rig->stores, ==, 0);
  assert_calls (rig, "");
}

static void
writes_that_are_refused_store_nothing (void)
{
  g_autoptr (Rig) rig = rig_new_stored_at_rate (0);
  guint64 writer;

  rig_log_in (rig, NULL);
  rig_look_away (rig);
  service_next (rig->service, OPERATION_SET_IDENTITY_BY_ID,
                answer_failed (OPERATION_SET_IDENTITY_BY_ID, SO24_ERROR_REFUSED));
  writer = rig_write_identity (rig, FJELL);
  rig_serve (rig);
  assert_failed_with (rig, writer, SO24_ERROR_REFUSED);
  g_assert_false (rig->record->put_back);
  g_assert_cmpstr (rig->record->chosen.text, ==, FJORD);
  g_assert_cmpuint (rig->stores, <=, 2);
}

/* The budget's calls are reserved some at a time. */
static void
many_calls_in_a_minute_are_stored_a_few_times (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  for (guint i = 0; i < 320; i++)
    {
      rig_pass (rig, 0.1);
      rig_want_now (rig, WANT_SESSION);
      rig_serve (rig);
    }
  g_assert_cmpuint (rig->stores, <=, 12);
}

static void
what_was_chosen_is_certain_before_the_writer_is_answered (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  guint64 writer = rig_write_identity (rig, SKOG);
  const char *synced;

  rig_serve_one (rig);
  assert_waiting (rig, writer);
  rig_look_away (rig);
  rig_serve (rig);
  assert_done (rig, writer);
  synced = strstr (rig->trace->str, "SYNC");
  g_assert_true (synced != NULL && strstr (rig->trace->str, "ANSWER") > synced);
  rig_restart_at_the_worst (rig);
  assert_cookie (rig, "sid-1");
  assert_identity (rig, SKOG);
}

static void
a_login_is_certain_before_its_writer_is_answered (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_log_in (rig, FJELL);
  rig_restart_at_the_worst (rig);
  assert_cookie (rig, "sid-1");
  assert_identity (rig, FJELL);
}

static void
what_is_withheld_is_certain_before_a_reader_hears_of_it (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);

  service_switch_all (rig->service, SKOG);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  service_switch_all (rig->service, FJELL);
  rig_restart_at_the_worst (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
}

static void
a_logout_is_stored (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_on (FJELL);

      rig_write_logout (rig);
      rig_start_again (rig, way);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_NO_KEY);
      assert_read_fails (rig, WANT_IDENTITY, SO24_ERROR_NO_KEY);
      assert_calls (rig, "");
    }
}

static void
a_logout_is_certain_before_its_writer_is_answered (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

  rig_write_logout (rig);
  assert_trace (rig, "STORE SYNC ANSWER");
  rig_restart_at_the_worst (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_NO_KEY);
  assert_calls (rig, "");
}

static void
a_logout_forgets_what_was_chosen (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);

  rig_write_logout (rig);
  rig_restart (rig);
  rig_log_in (rig, NULL);
  assert_identity (rig, FJORD);
}

static void
a_wait_that_was_stored_is_no_longer_than_one_that_there_can_be (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_on (FJELL);

      rig_end_session (rig);
      rig->record->login_us = rig->record->throttle_us = rig->now.boot_us + 1000000 * (gint64)G_USEC_PER_SEC;
      rig_start_again (rig, way);
      rig_present_ops (rig);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
      rig_pass (rig, 3600);
      assert_cookie (rig, "sid-2");
    }
}

static const Sentence sentences[] = {
  SENTENCE (a_session_survives),
  SENTENCE (a_session_that_was_stored_is_not_handed_out_before_it_is_confirmed),
  SENTENCE (the_identity_that_was_chosen_survives),
  SENTENCE (a_switch_by_somebody_else_while_nobody_looked_is_found),
  SENTENCE (what_was_withheld_stays_withheld),
  SENTENCE (a_session_that_has_ended_is_known_to_have_ended),
  SENTENCE (a_credential_does_not_survive),
  SENTENCE (a_passport_survives),
  SENTENCE (a_back_off_survives),
  SENTENCE (a_back_off_that_survived_still_names_its_cause),
  SENTENCE (failures_go_on_being_counted),
  SENTENCE (a_service_that_throttled_is_left_alone_after_a_start_too),
  SENTENCE (a_quarantine_survives),
  SENTENCE (a_quarantine_is_over_when_it_ended_while_the_machine_was_off),
  SENTENCE (checks_that_confirm_the_same_store_nothing),
  SENTENCE (readers_for_whom_no_call_is_made_store_nothing),
  SENTENCE (writes_that_are_refused_store_nothing),
  SENTENCE (many_calls_in_a_minute_are_stored_a_few_times),
  SENTENCE (what_was_chosen_is_certain_before_the_writer_is_answered),
  SENTENCE (a_login_is_certain_before_its_writer_is_answered),
  SENTENCE (what_is_withheld_is_certain_before_a_reader_hears_of_it),
  SENTENCE (a_logout_is_stored),
  SENTENCE (a_logout_is_certain_before_its_writer_is_answered),
  SENTENCE (a_logout_forgets_what_was_chosen),
  SENTENCE (a_wait_that_was_stored_is_no_longer_than_one_that_there_can_be),
};

MAIN ("account, stored")
