/* What another mount of the same account has stored of its limits, and what counts if both know of some. */
#include "support/mounts.h"

static void
a_quarantine_that_is_told_of_is_kept_to (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = record_now (rig);

  record->quarantine_us = rig->now.boot_us + 100 * G_USEC_PER_SEC;
  record->quarantine_wall_us = rig->now.wall_us + 100 * G_USEC_PER_SEC;
  rig_tell (rig, record);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
  rig_pass (rig, 101);
  assert_cookie (rig, "sid-1");
}

static void
a_quarantine_of_ours_outlives_a_record_that_knows_of_none (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) base = record_now (rig), record = record_now (rig);

  service_next (rig->service, OPERATION_HAS_SESSION,
                answer_fault (OPERATION_HAS_SESSION, "Limit exceeded by 1. Quarantine ends at some time"));
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_QUARANTINED);
  rig_tell_record (rig, base, record);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
  rig_restart (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
}

static void
a_back_off_of_ours_outlives_a_record_that_knows_of_none (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) base = record_now (rig), record = record_now (rig);

  rig_end_session (rig);
  service_next (rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_REMOTE));
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REMOTE);
  record->spent[0] += 5;
  rig_tell_record (rig, base, record);
  rig_look_away (rig);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
  assert_calls (rig, "");
}

static void
a_success_of_another_mount_ends_our_back_off (void)
{
  g_autoptr (Rig) rig = rig_stored_on (FJELL);
  g_autoptr (Record) record = NULL;

  rig_end_session (rig);
  for (guint i = 0; i < 8; i++)
    {
      service_next (rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_REMOTE));
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REMOTE);
      rig_pass (rig, i < 7 ? 900 : 1);
    }
  record = record_of_another_session (rig, "sid-other", FJELL);
  record->failures = 0;
  record->login_us = NEVER;
  rig_tell (rig, record);
  assert_cookie (rig, "sid-other");
  rig_end_session (rig);
  assert_cookie (rig, "sid-2");
}

static void
calls_that_are_told_of_count (void)
{
  g_autoptr (Rig) rig = rig_new_stored_at_rate (100);
  g_autoptr (Record) record = NULL;

  rig_log_in (rig, FJELL);
  record = record_now (rig);
  record->spent[0] = 100;
  rig_tell (rig, record);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_QUARANTINED);
  rig_pass (rig, 3600);
  assert_cookie (rig, "sid-1");
}

static void
of_two_back_offs_the_longer_counts (void)
{
  for (guint ours = 0; ours < 2; ours++)
    {
      g_autoptr (Rig) rig = rig_stored_on (FJELL);
      g_autoptr (Record) base = record_now (rig), record = record_now (rig);

      rig_end_session (rig);
      for (guint i = 0; i < 8; i++)
        {
          rig_pass (rig, 900);
          service_next (rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_REMOTE));
          assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REMOTE);
        }
      record->failures = ours ? 1 : 20;
      record->login_us = rig->now.boot_us + (ours ? 1 : 800) * G_USEC_PER_SEC;
      record->saved = rig->now;
      rig_tell_record (rig, base, record);
      rig_pass (rig, ours ? 60 : 790);
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_THROTTLED);
    }
}

static void
allow_none (Rig *rig, gint64 seconds)
{
  rig->service->says_allowed = TRUE;
  rig->service->allowed = 0;
  rig->service->allowed_until_us = rig->now.wall_us + seconds * G_USEC_PER_SEC;
  rig_pass (rig, 61);
  assert_read (rig, WANT_SESSION);
  rig->service->says_allowed = FALSE;
}

static void
nothing_allowed_outlives_a_record_with_an_older_number (void)
{
  g_autoptr (Rig) rig = rig_stored_and_logged_in (NULL);
  g_autoptr (Record) base = NULL, record = NULL;

  rig->service->says_allowed = TRUE;
  rig->service->allowed = 100;
  rig->service->allowed_until_us = rig->now.wall_us + 2061 * (gint64)G_USEC_PER_SEC;
  rig_log_in (rig, NULL);
  base = record_as_read (rig->record);
  record = record_as_read (rig->record);
  g_assert_cmpint (base->allowed, >, 0);
  allow_none (rig, 2061);
  record->spent[0] += 10;
  rig_pass (rig, 61);
  rig_tell_record (rig, base, record);
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_QUARANTINED);
}

/* What was to be stored was not, because another record was there; then a crash. */
static void
calls_that_a_conflict_kept_from_the_disk_still_count_after_a_crash (void)
{
  g_autoptr (Rig) rig = rig_new_stored_at_rate (20);
  g_autoptr (Record) base = NULL, record = NULL;

  rig_log_in (rig, NULL);
  base = record_as_read (rig->record);
  record = record_as_read (rig->record);
  record->used_us++;
  for (guint i = 0; i < 17; i++)
    {
      rig_pass (rig, 1);
      rig_want_now (rig, WANT_SESSION);
      rig_serve (rig);
    }
  rig_tell_record (rig, base, record);
  rig_restart (rig);
  rig_pass (rig, 61);
  assert_read_fails (rig, WANT_SESSION, SO24_ERROR_QUARANTINED);
}

static void
calls_that_another_mount_stored_minutes_ago_count_as_of_then (void)
{
  g_autoptr (Rig) rig = rig_new_stored_at_rate (50);
  g_autoptr (Record) base = NULL, record = NULL;

  rig_log_in (rig, NULL);
  for (guint i = 0; i < 27; i++)
    {
      rig_pass (rig, 1);
      rig_want_now (rig, WANT_SESSION);
      rig_serve (rig);
    }
  base = record_as_read (rig->record);
  record = record_as_read (rig->record);
  rig_pass (rig, 1800);
  rig_tell_record (rig, base, record);
  rig_pass (rig, 1);
  assert_cookie (rig, "sid-1");
}

static const Sentence sentences[] = {
  SENTENCE (a_quarantine_that_is_told_of_is_kept_to),
  SENTENCE (a_quarantine_of_ours_outlives_a_record_that_knows_of_none),
  SENTENCE (a_back_off_of_ours_outlives_a_record_that_knows_of_none),
  SENTENCE (a_success_of_another_mount_ends_our_back_off),
  SENTENCE (calls_that_are_told_of_count),
  SENTENCE (of_two_back_offs_the_longer_counts),
  SENTENCE (nothing_allowed_outlives_a_record_with_an_older_number),
  SENTENCE (calls_that_a_conflict_kept_from_the_disk_still_count_after_a_crash),
  SENTENCE (calls_that_another_mount_stored_minutes_ago_count_as_of_then),
};

MAIN ("account, shared limits")
