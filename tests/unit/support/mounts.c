/* Several mounts of one account. */
#include "support/mounts.h"

#include <string.h>

Rig *
rig_before_a_login (void)
{
  Rig *rig = rig_new_stored ();

  rig->lock_held_back = TRUE;
  rig_present_ops (rig);
  return rig;
}

Rig *
rig_before_a_renewal (const char *identity)
{
  Rig *rig = rig_stored_on (identity);

  rig->lock_held_back = TRUE;
  rig_end_session (rig);
  assert_read (rig, WANT_SESSION);
  rig_look_away (rig);
  return rig;
}

Record *
record_of_another_session (Rig *rig, const char *sid, const char *identity)
{
  Record *record = record_as_read (rig->record);

  g_clear_pointer (&record->session, secret_unref);
  record->session = secret_new (sid, strlen (sid));
  record->ended = FALSE;
  record->proven = TRUE;
  record->saved = rig->now;
  service_start_session (rig->service, sid, identity);
  return record;
}

void
rig_let_log_in (Rig *rig)
{
  rig_grant_lock (rig, NULL, NULL);
  rig_serve (rig);
}

void
rig_let_log_in_and_tell (Rig *rig, const Record *record)
{
  g_autoptr (Record) base = record_copy (rig->record);

  rig_grant_lock (rig, base, record);
  rig_serve (rig);
}

guint
rig_times (Rig *rig, const char *word)
{
  g_auto (GStrv) words = g_strsplit (rig->trace->str, " ", -1);
  guint count = 0;

  for (guint i = 0; words[i] != NULL; i++)
    count += g_str_equal (words[i], word);
  return count;
}

void
assert_lock_given_back (Rig *rig)
{
  g_assert_false (rig->lock_asked);
  g_assert_false (rig->lock_held);
  g_assert_cmpuint (rig_times (rig, "UNLOCK"), ==, 1);
}
