/* What another mount of the same account has stored meanwhile, and what this one had not stored yet. */
#include "support/mounts.h"

#include <string.h>

#define OTHER "eva@example.com"

static void
choose (Record *record, const char *identity)
{
  record->chosen = guid_of (identity);
  record->chosen_by = CHOSEN_BY_WRITE;
}

static void
a_new_session_of_the_same_user_is_adopted (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = record_of_another_session (rig, "sid-other", FJELL);

  rig_tell (rig, record);
  g_assert_cmpuint (rig->changed & CHANGED_SESSION, !=, 0);
  assert_cookie (rig, "sid-other");
  assert_identity (rig, FJELL);
}

static void
a_call_on_its_way_in_the_old_session_is_cancelled (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = NULL;
  guint64 reader;

  rig_pass (rig, 61);
  reader = rig_want (rig, WANT_COOKIE);
  record = record_of_another_session (rig, "sid-other", FJELL);
  rig_tell (rig, record);
  g_assert_cmpuint (rig_times (rig, "CANCEL"), ==, 1);
  g_assert_cmpstr (secret_text (assert_calling (rig, OPERATION_HAS_SESSION)->session), ==, "sid-other");
  rig_serve (rig);
  assert_done (rig, reader);
  assert_cookie (rig, "sid-other");
}

static void
a_call_on_its_way_goes_on_when_the_session_is_the_same (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = record_now (rig);

  rig_pass (rig, 61);
  rig_want (rig, WANT_COOKIE);
  record->spent[0] += 10;
  rig_tell (rig, record);
  g_assert_cmpuint (rig_times (rig, "CANCEL"), ==, 0);
  assert_calling (rig, OPERATION_HAS_SESSION);
}

static void
what_says_the_same_changes_nothing (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = record_now (rig);

  rig_tell (rig, record);
  g_assert_cmpuint (rig->stores, ==, 0);
  assert_cookie (rig, "sid-1");
  assert_calls (rig, "");
}

static void
the_first_record_of_all_is_adopted_too (void)
{
  g_autoptr (Rig) first = rig_stored_on (FJELL);
  g_autoptr (Rig) rig = rig_new_stored ();

  service_start_session (rig->service, "sid-1", FJELL);
  rig_tell_record (rig, NULL, first->record);
  assert_cookie (rig, "sid-1");
  assert_identity (rig, FJELL);
}

static void
another_choice_of_identity_is_adopted (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = record_now (rig);

  choose (record, SKOG);
  service_switch_all (rig->service, SKOG);
  rig_tell (rig, record);
  assert_cookie (rig, "sid-1");
  assert_identity (rig, SKOG);
}

static void
a_cookie_is_not_handed_out_before_another_choice_is_confirmed (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = record_now (rig);

  choose (record, SKOG);
  rig_tell (rig, record);
  g_assert_null (account_cookie (rig->account, NULL));
}

static void
another_choice_is_kept_in_the_next_session (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = record_now (rig);

  choose (record, SKOG);
  service_switch_all (rig->service, SKOG);
  rig_tell (rig, record);
  rig_end_session (rig);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, SKOG);
}

static void
a_session_that_another_mount_withholds_is_withheld_here (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = record_now (rig);

  record->withheld = g_strdup ("somebody switched it");
  rig_tell (rig, record);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  rig_switch (rig, FJELL);
  assert_cookie (rig, "sid-1");
}

static void
a_session_that_another_mount_found_ended_has_ended (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = record_now (rig);

  service_end_sessions (rig->service);
  g_clear_pointer (&record->session, secret_unref);
  record->ended = TRUE;
  rig_tell (rig, record);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, FJELL);
  assert_calls (rig, "Login GetIdentity");
}

static void
a_record_of_another_user_is_ignored (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = record_of_another_session (rig, "sid-other", SKOG);

  g_free (record->owner);
  record->owner = g_strdup ("somebody else");
  choose (record, SKOG);
  rig_tell (rig, record);
  assert_cookie (rig, "sid-1");
  assert_identity (rig, FJELL);
  assert_calls (rig, "");
}

/* Nor is it replaced: what one stores under a name that two users share, the other would replace without end. */
static void
a_record_of_another_user_is_ignored_before_the_first_login_too (void)
{
  g_autoptr (Rig) first = rig_stored_on (FJELL);
  g_autoptr (Rig) rig = rig_new_stored ();

  rig_present (rig, credential_by_password (OTHER, PASSWORD, NULL), FALSE);
  service_start_session (rig->service, "sid-mine", FJELL);
  rig_tell_record (rig, NULL, first->record);
  rig->config.stored = FALSE;
  assert_read (rig, WANT_COOKIE);
  assert_calls (rig, "Login GetIdentity");
}

static void
a_login_that_is_written_wins_over_a_session_that_is_told_of (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  guint64 writer = rig_write_login (rig, credential_by_password (OPS, PASSWORD, SKOG));
  g_autoptr (Record) record = record_of_another_session (rig, "sid-other", FJELL);

  rig_tell (rig, record);
  rig_serve (rig);
  assert_done (rig, writer);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, SKOG);
}

static void
a_switch_on_its_way_is_made_in_the_session_that_is_told_of (void)
{
  for (guint calls = 0; calls < 2; calls++)
    {
      g_autoptr (Rig) rig = rig_stored_on (FJELL);
      guint64 writer = rig_write_identity (rig, SKOG);
      g_autoptr (Record) record = NULL;

      for (guint i = 0; i < calls; i++)
        rig_serve_one (rig);
      record = record_of_another_session (rig, "sid-other", FJELL);
      rig_tell (rig, record);
      rig_serve (rig);
      assert_done (rig, writer);
      assert_cookie (rig, "sid-other");
      assert_identity (rig, SKOG);
    }
}

/* What was last known to be stored, and a switch since then that was not stored because another record is there. */
static void
a_switch_of_ours_is_not_lost_when_only_the_budget_was_changed (void)
{
  for
    EACH_WAY (way)
    {
      g_autoptr (Rig) rig = rig_stored_on (FJELL);
      g_autoptr (Record) base = record_now (rig), record = record_now (rig);

      record->spent[0] += 32;
      rig_switch (rig, SKOG);
      rig_tell_record (rig, base, record);
      assert_cookie (rig, "sid-1");
      assert_identity (rig, SKOG);
      rig_start_again (rig, way);
      assert_cookie (rig, "sid-1");
      assert_identity (rig, SKOG);
    }
}

static void
a_login_of_ours_is_not_lost_when_only_the_budget_was_changed (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) base = record_now (rig), record = record_now (rig);

  record->spent[0] += 32;
  rig_log_in (rig, SKOG);
  rig_tell_record (rig, base, record);
  assert_cookie (rig, "sid-2");
  rig_restart (rig);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, SKOG);
}

static void
what_we_withhold_stays_withheld_when_only_the_budget_was_changed (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) base = record_now (rig), record = record_now (rig);

  service_switch_all (rig->service, SKOG);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  record->spent[0] += 32;
  rig_tell_record (rig, base, record);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  rig_restart (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
}

static void
a_logout_of_ours_is_not_lost_when_only_the_budget_was_changed (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) base = record_now (rig), record = record_now (rig);

  record->spent[0] += 32;
  rig_write_logout (rig);
  rig_tell_record (rig, base, record);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_NO_KEY);
  rig_restart (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_NO_KEY);
}

static void
our_choice_goes_along_into_their_session (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) base = record_now (rig), record = record_of_another_session (rig, "sid-other", FJELL);

  rig_switch (rig, SKOG);
  rig_tell_record (rig, base, record);
  assert_cookie (rig, "sid-other");
  assert_identity (rig, SKOG);
}

static void
a_logout_by_another_mount_ends_the_session (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = record_new ();

  rig_tell (rig, record);
  g_assert_false (account_has_session (rig->account));
}

static void
a_logout_by_another_mount_leaves_no_session_that_has_ended (void)
{
  g_autoptr (Rig) first = rig_stored_on (FJELL);
  g_autoptr (Rig) rig = rig_new_stored ();
  g_autoptr (Record) record = record_new ();

  rig_tell_record (rig, NULL, first->record);
  rig_tell (rig, record);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_NO_KEY);
}

static void
a_logout_by_another_mount_does_not_lose_our_identity (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = record_new ();
  guint64 reader;

  rig_tell (rig, record);
  reader = rig_want (rig, WANT_COOKIE);
  g_assert_cmpstr (assert_calling (rig, OPERATION_LOGIN)->identity_id.text, ==, FJELL);
  rig_serve (rig);
  assert_done (rig, reader);
  assert_identity (rig, FJELL);
}

static void
a_session_that_is_told_of_is_kept_alive_when_it_is_used_there (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = NULL;

  rig_live (rig, 86400 * 2);
  rig_look_away (rig);
  record = record_now (rig);
  record->used_us = rig->now.boot_us;
  rig_tell (rig, record);
  rig_live (rig, 700);
  g_assert_cmpuint (rig->calls->len, >, 0);
}

static Rig *
rig_withheld (void)
{
  Rig *rig = rig_stored_on (FJELL);

  service_switch_all (rig->service, SKOG);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REVOKED);
  rig_look_away (rig);
  return rig;
}

static void
a_switch_in_a_withheld_session_elsewhere_is_not_stored_anew (void)
{
  g_autoptr (Rig) rig = rig_withheld ();
  g_autoptr (Record) base = record_as_read (rig->record), record = record_as_read (rig->record);

  record->put_back = TRUE;
  rig_tell_record (rig, base, record);
  g_assert_cmpuint (rig->stores, ==, 0);
}

/* We have renewed, they have switched; neither knew. */
static void
their_choice_is_put_in_place_in_our_new_session (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) base = record_as_read (rig->record), record = record_as_read (rig->record);

  rig_end_session (rig);
  assert_cookie (rig, "sid-2");
  record->chosen = guid_of (SKOG);
  rig_tell_record (rig, base, record);
  assert_cookie (rig, "sid-2");
  assert_identity (rig, SKOG);
}

static const Sentence sentences[] = {
  SENTENCE (a_new_session_of_the_same_user_is_adopted),
  SENTENCE (a_call_on_its_way_in_the_old_session_is_cancelled),
  SENTENCE (a_call_on_its_way_goes_on_when_the_session_is_the_same),
  SENTENCE (what_says_the_same_changes_nothing),
  SENTENCE (the_first_record_of_all_is_adopted_too),
  SENTENCE (another_choice_of_identity_is_adopted),
  SENTENCE (a_cookie_is_not_handed_out_before_another_choice_is_confirmed),
  SENTENCE (another_choice_is_kept_in_the_next_session),
  SENTENCE (a_session_that_another_mount_withholds_is_withheld_here),
  SENTENCE (a_session_that_another_mount_found_ended_has_ended),
  SENTENCE (a_record_of_another_user_is_ignored),
  SENTENCE (a_record_of_another_user_is_ignored_before_the_first_login_too),
  SENTENCE (a_login_that_is_written_wins_over_a_session_that_is_told_of),
  SENTENCE (a_switch_on_its_way_is_made_in_the_session_that_is_told_of),
  SENTENCE (a_switch_of_ours_is_not_lost_when_only_the_budget_was_changed),
  SENTENCE (a_login_of_ours_is_not_lost_when_only_the_budget_was_changed),
  SENTENCE (what_we_withhold_stays_withheld_when_only_the_budget_was_changed),
  SENTENCE (a_logout_of_ours_is_not_lost_when_only_the_budget_was_changed),
  SENTENCE (our_choice_goes_along_into_their_session),
  SENTENCE (a_logout_by_another_mount_ends_the_session),
  SENTENCE (a_logout_by_another_mount_leaves_no_session_that_has_ended),
  SENTENCE (a_logout_by_another_mount_does_not_lose_our_identity),
  SENTENCE (a_session_that_is_told_of_is_kept_alive_when_it_is_used_there),
  SENTENCE (a_switch_in_a_withheld_session_elsewhere_is_not_stored_anew),
  SENTENCE (their_choice_is_put_in_place_in_our_new_session),
};

MAIN ("account, shared")
