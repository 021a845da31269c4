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

Pair *
pair_new (void)
{
  Pair *pair = g_new0 (Pair, 1);

  for (guint i = 0; i < 2; i++)
    {
      AccountConfig config = rig_config ();

      config.stored = TRUE;
      config.seed = i;
      pair->rigs[i] = rig_new_with (&config);
      pair->rigs[i]->lock_held_back = TRUE;
    }
  service_free (pair->rigs[1]->service);
  pair->rigs[1]->service = pair->rigs[0]->service;
  return pair;
}

void
pair_free (Pair *pair)
{
  pair->rigs[1]->service = NULL;
  for (guint i = 0; i < 2; i++)
    {
      rig_free (pair->rigs[i]);
      g_clear_pointer (&pair->base[i], record_free);
    }
  g_clear_pointer (&pair->disk, record_free);
  g_free (pair);
}

void
pair_pass (Pair *pair, double seconds)
{
  rig_pass (pair->rigs[0], seconds);
  rig_pass (pair->rigs[1], seconds);
}

/* From now on mount @i knows what is on the disk; returns what it knew before. */
static Record *
catch_up (Pair *pair, guint i)
{
  Record *before = pair->base[i];

  pair->known[i] = pair->generation;
  pair->base[i] = record_copy (pair->disk);
  return before;
}

/* What it stored and what was not carried out yet gives way to what it stores after this. */
static void
tell (Pair *pair, guint i)
{
  g_autoptr (Record) before = catch_up (pair, i);

  pair->carried[i] = pair->rigs[i]->stores;
  rig_tell_record (pair->rigs[i], before, pair->disk);
}

static void
store (Pair *pair, guint i)
{
  pair->carried[i] = pair->rigs[i]->stores;
  g_clear_pointer (&pair->disk, record_free);
  pair->disk = record_as_read (pair->rigs[i]->record);
  pair->generation++;
  g_clear_pointer (&pair->base[i], record_free);
  catch_up (pair, i);
}

static void
grant (Pair *pair, guint i)
{
  gboolean news = pair->known[i] != pair->generation;
  g_autoptr (Record) before = news ? catch_up (pair, i) : NULL;

  if (news)
    pair->carried[i] = pair->rigs[i]->stores;
  rig_grant_lock (pair->rigs[i], before, news ? pair->disk : NULL);
}

/* Who had it gave it up after all that he was to store was stored. */
static gboolean
is_lock_free (Pair *pair, guint i)
{
  return !pair->rigs[!i]->lock_held && pair->carried[!i] == pair->rigs[!i]->stores;
}

gboolean
pair_step (Pair *pair, guint i)
{
  Rig *rig = pair->rigs[i];

  if (rig->lock_asked && is_lock_free (pair, i))
    grant (pair, i);
  else if (pair->known[i] != pair->generation)
    tell (pair, i);
  else if (pair->carried[i] != rig->stores)
    store (pair, i);
  else if (rig->call != 0 && !pair->slow)
    rig_serve_one (rig);
  else
    return FALSE;
  return TRUE;
}

void
pair_rest (Pair *pair)
{
  guint idle = 0;

  for (guint turn = 0; idle < 2; turn++)
    {
      if (turn == 400)
        g_error ("the two mounts do not come to rest");
      idle = pair_step (pair, turn % 2) ? 0 : idle + 1;
    }
}

Record *
record_now (Rig *rig)
{
  Record *record = record_as_read (rig->record);

  record->saved = rig->now;
  return record;
}

void
rig_tell (Rig *rig, const Record *record)
{
  g_autoptr (Record) base = record_copy (rig->record);

  rig_tell_record (rig, base, record);
}
