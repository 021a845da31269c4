/*
 * A crash in the middle: design.md, section 5, rules 5 and 6. It causes no storm of Logins, and leaves no wrong
 * identity behind and none that is gone for good.
 */
#include "support/mounts.h"

static void
the_attempt_of_a_login_is_certain_before_its_call_goes_out (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present_ops (rig);
  rig_want (rig, WANT_COOKIE);
  g_assert_true (g_str_has_suffix (rig->trace->str, "LOCK STORE SYNC CALL"));
  g_assert_cmpint (rig->synced->attempt_us, >, rig->now.boot_us);
}

static void
the_attempt_is_certain_whatever_else_is_to_be_stored (void)
{
  g_autoptr (Rig) rig = rig_new_stored_at_rate (0);

  rig_present_ops (rig);
  rig_want (rig, WANT_COOKIE);
  g_assert_cmpint (rig->synced->attempt_us, >, rig->now.boot_us);
  g_assert_true (g_str_has_suffix (rig->trace->str, "LOCK STORE SYNC CALL"));
}

static void
the_attempt_of_a_written_login_is_certain_too (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL));
  g_assert_true (g_str_has_suffix (rig->trace->str, "LOCK STORE SYNC CALL"));
  g_assert_cmpint (rig->synced->attempt_us, >, rig->now.boot_us);
}

static void
an_attempt_is_forgotten_when_its_answer_is_there (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);

      rig_start_again (rig, way);
      rig_present_ops (rig);
      rig_end_session (rig);
      assert_cookie (rig, "sid-2");
    }
}

static void
who_crashed_in_a_login_backs_off (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_new_stored ();

      rig_present_ops (rig);
      rig_want (rig, WANT_COOKIE);
      rig_lose_the_answer (rig);
      if (way == 0)
        rig_restart_at_the_worst (rig);
      else
        rig_reboot (rig, 0.1);
      rig_look_away (rig);
      rig_present_ops (rig);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
      assert_calls (rig, "");
      rig_pass (rig, 1);
      assert_cookie (rig, "sid-2");
    }
}

/* Each run is killed by the Login that it makes. Returns the seconds until the next one makes its own. */
static double
seconds_until_the_next_login (Rig *rig)
{
  double seconds = 0;

  rig_lose_the_answer (rig);
  for (;;)
    {
      rig_restart_at_the_worst (rig);
      rig_present_ops (rig);
      rig_want (rig, WANT_COOKIE);
      if (rig->call != 0)
        return seconds;
      g_assert_cmpfloat (seconds, <=, 1000);
      rig_pass (rig, 0.2);
      seconds += 0.2;
    }
}

static void
who_crashes_in_each_login_backs_off_up_to_a_quarter_of_an_hour (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();
  double expected = 1;

  rig_present_ops (rig);
  rig_want (rig, WANT_COOKIE);
  for (guint i = 0; i < 14; i++)
    {
      double waited = seconds_until_the_next_login (rig);

      g_assert_cmpfloat (waited, >=, expected / 2);
      g_assert_cmpfloat (waited, <=, expected + 0.3);
      expected = MIN (expected * 2, 900);
    }
}

static void
a_login_that_a_person_writes_is_tried_after_any_number_of_crashes (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present_ops (rig);
  rig_want (rig, WANT_COOKIE);
  for (guint i = 0; i < 12; i++)
    seconds_until_the_next_login (rig);
  rig_lose_the_answer (rig);
  rig_restart (rig);
  rig_log_in (rig, NULL);
  rig_end_session (rig);
  seconds_until_a_cookie (rig);
  rig_restart (rig);
  rig_present_ops (rig);
  rig_end_session (rig);
  g_assert_cmpuint (seconds_until_a_cookie (rig), ==, 0);
}

static void
who_is_stopped_in_a_login_backs_off_too (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present_ops (rig);
  rig_want (rig, WANT_COOKIE);
  rig_lose_the_answer (rig);
  rig_stop (rig);
  rig_restart (rig);
  rig_look_away (rig);
  rig_present_ops (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
  assert_calls (rig, "");
}

/* The record of a run that starts is that of a mount which is logging in at this moment, and lives. */
static void
who_starts_while_another_mount_logs_in_waits_for_that (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();
  g_autoptr (Record) record = NULL;
  guint64 reader;

  rig_present_ops (rig);
  rig_want (rig, WANT_COOKIE);
  rig->lock_held_back = TRUE;
  rig_lose_the_answer (rig);
  rig_restart (rig);
  rig_present_ops (rig);
  rig_look_away (rig);
  reader = rig_want (rig, WANT_COOKIE);
  record = record_of_another_session (rig, "sid-other", FJORD);
  rig_let_log_in_and_tell (rig, record);
  assert_done (rig, reader);
  assert_cookie (rig, "sid-other");
}

static void
a_login_whose_reader_was_interrupted_is_not_held_against_the_next_run (void)
{
  g_autoptr (Rig) rig = rig_new_stored ();
  guint64 writer = rig_write_login (rig, credential_by_password (OPS, PASSWORD, NULL));

  rig_interrupt (rig, writer);
  rig_restart (rig);
  rig_present_ops (rig);
  assert_read (rig, WANT_COOKIE);
}

static void
who_stops_orderly_keeps_everything (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);

  rig_stop (rig);
  rig_restart (rig);
  assert_cookie (rig, "sid-1");
  assert_identity (rig, FJELL);
}

/* So that a Login brings the default identity. */
static Rig *
rig_whose_logins_start_on_the_default (const char *chosen)
{
  Rig *rig = rig_stored_on (chosen);

  rig->service->ignores_identity_id = TRUE;
  rig_end_session (rig);
  return rig;
}

static void
the_chosen_identity_is_put_back_after_a_crash_between_login_and_get_identity (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_whose_logins_start_on_the_default (FJELL);

      rig_want (rig, WANT_COOKIE);
      rig_serve_one (rig);
      rig_serve_one (rig);
      assert_calling (rig, OPERATION_GET_IDENTITY);
      rig_start_again (rig, way);
      rig_look_away (rig);
      assert_cookie (rig, "sid-2");
      assert_calls (rig, "HasSession GetIdentity SetIdentityById GetIdentity");
      assert_identity (rig, FJELL);
    }
}

/* Whichever call of the renewal it is that the crash comes after, and whether or not the last record got to the disk. */
static void
a_renewal_that_crashes_anywhere_ends_on_the_chosen_identity (void)
{
  for (guint calls = 0; calls < 6; calls++)
    for (guint worst = 0; worst < 2; worst++)
      {
        g_autoptr (Rig) rig = rig_whose_logins_start_on_the_default (FJELL);

        rig_want (rig, WANT_COOKIE);
        for (guint i = 0; i < calls && rig->call != 0; i++)
          rig_serve_one (rig);
        if (rig->call != 0)
          rig_lose_the_answer (rig);
        if (worst)
          rig_restart_at_the_worst (rig);
        else
          rig_restart (rig);
        rig_present_ops (rig);
        seconds_until_a_cookie (rig);
        assert_identity (rig, FJELL);
      }
}

static void
a_written_login_that_crashes_before_it_is_done_leaves_the_session_as_it_was (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);

  rig_write_login (rig, credential_by_password (OPS, PASSWORD, SKOG));
  rig_serve_one (rig);
  assert_calling (rig, OPERATION_GET_IDENTITY);
  rig_restart (rig);
  assert_cookie (rig, "sid-1");
  assert_identity (rig, FJELL);
}

static void
a_crash_in_the_middle_of_a_switch_puts_the_old_identity_back (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_on (FJELL);

      rig_write_identity (rig, SKOG);
      rig_lose_the_answer (rig);
      rig_start_again (rig, way);
      assert_cookie (rig, "sid-1");
      assert_identity (rig, FJELL);
      assert_calls (rig, "SetIdentityById HasSession GetIdentity SetIdentityById GetIdentity");
    }
}

static void
a_crash_after_an_interrupted_switch_puts_the_old_identity_back (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  guint64 writer = rig_write_identity (rig, SKOG);

  rig_interrupt (rig, writer);
  rig_lose_the_answer (rig);
  rig_restart_at_the_worst (rig);
  assert_cookie (rig, "sid-1");
  assert_identity (rig, FJELL);
}

/* Between the answer of SetIdentityById and that of GetIdentity the new one is chosen, and maybe stored: either is right. */
static void
a_crash_between_the_calls_of_a_switch_withholds_nothing (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);

  rig_write_identity (rig, SKOG);
  rig_serve_one (rig);
  assert_calling (rig, OPERATION_GET_IDENTITY);
  rig_restart (rig);
  assert_cookie (rig, "sid-1");
}

/* Writes @identity, and crashes after so many effects, if that many there are. TRUE: the writer was told that it is done. */
static gboolean
switch_and_crash (Rig *rig, const char *identity, guint effects)
{
  gboolean done;
  guint64 writer;

  rig->crash_in = effects;
  writer = rig_write_identity (rig, identity);
  while (!rig->crashed && rig->call != 0)
    rig_serve_one (rig);
  if (rig->request != NULL && effects % 2 == 0)
    rig_lose_the_answer (rig);
  done = !rig_is_waiting (rig, writer) && rig_error (rig, writer) == NULL;
  rig->crash_in = 0;
  if (rig->crashed)
    {
      rig_restart (rig);
      rig_present_ops (rig);
    }
  return done;
}

static void
crashes_between_any_two_effects_lose_no_identity_that_was_acknowledged (void)
{
  static const char *const identities[] = {FJORD, FJELL, SKOG};
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  const char *chosen = FJELL;

  for (guint i = 0; i < 3000; i++)
    {
      const char *identity = identities[g_rand_int_range (random, 0, 3)];
      gboolean done;

      if (g_rand_int_range (random, 0, 3) == 0)
        rig_end_session (rig);
      done = switch_and_crash (rig, identity, (guint)g_rand_int_range (random, 1, 20));
      seconds_until_a_cookie (rig);
      if (done || g_str_equal (account_identity (rig->account, NULL)->text, identity))
        chosen = identity;
      assert_identity (rig, chosen);
      rig_pass (rig, 10);
    }
}

static void
a_switch_that_crashes_at_the_worst_moment_leaves_nothing_revoked (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);

  rig_write_identity (rig, SKOG);
  rig_lose_the_answer (rig);
  rig_restart_at_the_worst (rig);
  assert_cookie (rig, "sid-1");
  assert_identity (rig, FJELL);
}

static const Sentence sentences[] = {
  SENTENCE (the_attempt_of_a_login_is_certain_before_its_call_goes_out),
  SENTENCE (the_attempt_is_certain_whatever_else_is_to_be_stored),
  SENTENCE (the_attempt_of_a_written_login_is_certain_too),
  SENTENCE (an_attempt_is_forgotten_when_its_answer_is_there),
  SENTENCE (who_crashed_in_a_login_backs_off),
  SENTENCE (who_crashes_in_each_login_backs_off_up_to_a_quarter_of_an_hour),
  SENTENCE (a_login_that_a_person_writes_is_tried_after_any_number_of_crashes),
  SENTENCE (who_is_stopped_in_a_login_backs_off_too),
  SENTENCE (who_starts_while_another_mount_logs_in_waits_for_that),
  SENTENCE (a_login_whose_reader_was_interrupted_is_not_held_against_the_next_run),
  SENTENCE (who_stops_orderly_keeps_everything),
  SENTENCE (the_chosen_identity_is_put_back_after_a_crash_between_login_and_get_identity),
  SENTENCE (a_renewal_that_crashes_anywhere_ends_on_the_chosen_identity),
  SENTENCE (a_written_login_that_crashes_before_it_is_done_leaves_the_session_as_it_was),
  SENTENCE (a_crash_in_the_middle_of_a_switch_puts_the_old_identity_back),
  SENTENCE (a_crash_after_an_interrupted_switch_puts_the_old_identity_back),
  SENTENCE (a_crash_between_the_calls_of_a_switch_withholds_nothing),
  SENTENCE (crashes_between_any_two_effects_lose_no_identity_that_was_acknowledged),
  SENTENCE (a_switch_that_crashes_at_the_worst_moment_leaves_nothing_revoked),
};

MAIN ("account, crash")
