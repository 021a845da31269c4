/* Runs that follow one another. */
#include "support/runs.h"

Rig *
rig_new_stored_at_rate (gint64 rate)
{
  AccountConfig config = rig_config ();

  config.stored = TRUE;
  config.rate = rate;
  return rig_new_with (&config);
}

Rig *
rig_new_stored (void)
{
  return rig_new_stored_at_rate (7200);
}

void
rig_look_away (Rig *rig)
{
  g_string_truncate (rig->calls, 0);
  g_string_truncate (rig->trace, 0);
  rig->stores = 0;
}

Rig *
rig_stored_and_logged_in (const char *identity)
{
  Rig *rig = rig_new_stored ();

  rig_log_in (rig, identity);
  rig_look_away (rig);
  return rig;
}

Record *
record_as_read (const Record *record)
{
  Record *read = record_copy (record);

  if (read->rejected == NULL)
    return read;
  g_free (read->rejected_digest);
  read->rejected_digest = g_strconcat ("digest of ", secret_text (read->rejected->password), NULL);
  g_clear_pointer (&read->rejected, credential_unref);
  return read;
}

/* Nobody is there any more who waits, and no answer will come. */
static void
die (Rig *rig)
{
  account_free (rig->account);
  effects_free (rig->effects);
  rig->effects = effects_new ();
  rig_forget_waiters (rig);
  rig->call = 0;
  g_clear_pointer (&rig->request, request_free);
  rig->timer_us = NEVER;
  rig->lock_asked = rig->lock_held = rig->crashed = FALSE;
  rig->crash_in = 0;
}

static void
start_with (Rig *rig, const Record *stored, gboolean same_boot)
{
  g_autoptr (Record) record = stored == NULL ? NULL : record_as_read (stored);

  die (rig);
  rig->account = account_new (&rig->config);
  if (record == NULL)
    return;
  record->same_boot = same_boot;
  account_restore (rig->account, record, rig->now);
}

void
rig_restart (Rig *rig)
{
  start_with (rig, rig->record, TRUE);
}

void
rig_restart_at_the_worst (Rig *rig)
{
  start_with (rig, rig->synced, TRUE);
}

void
rig_reboot_at (Rig *rig, double wall_seconds, double boot_seconds)
{
  rig->now.wall_us += (gint64)(wall_seconds * G_USEC_PER_SEC);
  rig->now.boot_us = (gint64)(boot_seconds * G_USEC_PER_SEC);
  start_with (rig, rig->record, FALSE);
}

void
rig_reboot (Rig *rig, double wall_seconds)
{
  rig_reboot_at (rig, wall_seconds, 7);
}

void
rig_lose_the_answer (Rig *rig)
{
  answer_free (service_answer (rig->service, rig->request));
}

void
rig_present (Rig *rig, Credential *credential, gboolean known_rejected)
{
  Event event = {.kind = EVENT_CREDENTIAL, .credential = credential, .known_rejected = known_rejected};

  rig_post (rig, &event);
  credential_unref (credential);
}

void
rig_present_ops (Rig *rig)
{
  rig_present (rig, credential_by_password (OPS, PASSWORD, NULL), FALSE);
}

/* What is on the disk now. */
static void
take_record (Rig *rig, const Record *record)
{
  g_clear_pointer (&rig->record, record_free);
  g_clear_pointer (&rig->synced, record_free);
  rig->record = record_copy (record);
  rig->synced = record_copy (record);
}

void
rig_tell_record (Rig *rig, const Record *base, const Record *record)
{
  g_autoptr (Record) before = base == NULL ? NULL : record_as_read (base);
  g_autoptr (Record) after = record_as_read (record);
  Event event = {.kind = EVENT_RECORD, .base = before, .record = after};

  take_record (rig, after);
  rig_post (rig, &event);
}

void
rig_grant_lock (Rig *rig, const Record *base, const Record *record)
{
  g_autoptr (Record) before = base == NULL ? NULL : record_as_read (base);
  g_autoptr (Record) after = record == NULL ? NULL : record_as_read (record);
  Event event = {.kind = EVENT_LOCKED, .base = before, .record = after};

  g_assert_true (rig->lock_asked);
  rig->lock_asked = FALSE;
  rig->lock_held = TRUE;
  if (after != NULL)
    take_record (rig, after);
  rig_post (rig, &event);
}

void
rig_refuse_lock (Rig *rig)
{
  g_autoptr (GError) error
    = g_error_new_literal (SO24_ERROR, SO24_ERROR_TIMED_OUT, "another mount does not give it up");
  Event event = {.kind = EVENT_LOCKED, .error = error};

  g_assert_true (rig->lock_asked);
  rig->lock_asked = FALSE;
  rig_post (rig, &event);
}

void
rig_ring (Rig *rig)
{
  Event event = {.kind = EVENT_TIME};

  if (rig->timer_us == NEVER || rig->timer_us > rig->now.boot_us)
    return;
  rig->timer_us = NEVER;
  rig_post (rig, &event);
}

void
rig_live (Rig *rig, double seconds)
{
  gint64 end_us = rig->now.boot_us + (gint64)(seconds * G_USEC_PER_SEC);
  guint rings = 0;

  while (rig->timer_us != NEVER && rig->timer_us <= end_us)
    {
      g_assert_cmpuint (++rings, <=, 100000);
      rig_pass (rig, (double)MAX (0, rig->timer_us - rig->now.boot_us) / G_USEC_PER_SEC);
      rig_ring (rig);
      rig_serve (rig);
    }
  rig_pass (rig, (double)(end_us - rig->now.boot_us) / G_USEC_PER_SEC);
}

void
assert_trace (Rig *rig, const char *words)
{
  g_assert_cmpstr (rig->trace->str, ==, words);
  g_string_truncate (rig->trace, 0);
}

void
rig_switch (Rig *rig, const char *identity)
{
  guint64 writer = rig_write_identity (rig, identity);

  rig_serve (rig);
  assert_done (rig, writer);
}

void
rig_end_session (Rig *rig)
{
  service_end_sessions (rig->service);
  rig_pass (rig, 61);
}

void
rig_start_again (Rig *rig, guint way)
{
  if (way == 0)
    rig_restart (rig);
  else
    rig_reboot (rig, 5);
}

Rig *
rig_stored_on (const char *identity)
{
  Rig *rig = rig_stored_and_logged_in (NULL);

  rig_switch (rig, identity);
  rig_look_away (rig);
  return rig;
}

void
assert_identity (Rig *rig, const char *identity)
{
  assert_read (rig, WANT_IDENTITY);
  g_assert_cmpstr (account_identity (rig->account, NULL)->text, ==, identity);
}

guint
seconds_until_a_cookie (Rig *rig)
{
  for (guint second = 0; second < 1200; second++)
    {
      guint64 reader = rig_want (rig, WANT_COOKIE);

      rig_serve (rig);
      if (rig_error (rig, reader) == NULL)
        return second;
      g_assert_false (g_error_matches (rig_error (rig, reader), SO24_ERROR, SO24_ERROR_REVOKED));
      rig_pass (rig, 1);
    }
  g_error ("no cookie in 20 minutes");
}

guint
rig_calls_made (const Rig *rig)
{
  guint calls = 0;

  for (Operation operation = 0; operation < N_OPERATIONS; operation++)
    calls += rig->calls_made[operation];
  return calls;
}

void
rig_present_password (Rig *rig, const char *username, const char *password, const char *identity)
{
  rig_present (rig, credential_by_password (username, password, identity), FALSE);
}

Rig *
rig_with_file (const char *identity)
{
  Rig *rig = rig_new_stored ();

  rig_present_password (rig, OPS, PASSWORD, identity);
  assert_read (rig, WANT_COOKIE);
  rig_look_away (rig);
  return rig;
}

void
rig_fail_to_log_in (Rig *rig, guint times)
{
  for (guint i = 0; i < times; i++)
    {
      service_next (rig->service, OPERATION_LOGIN, answer_failed (OPERATION_LOGIN, SO24_ERROR_REMOTE));
      assert_read_fails (rig, WANT_COOKIE, SO24_ERROR_REMOTE);
      if (i < times - 1)
        rig_pass (rig, 900);
    }
  rig_look_away (rig);
}
