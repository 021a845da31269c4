/*
 * The store: records are written in order, each based on the one that its mount knew; the lock; and what a mount learns
 * when another one has replaced the record.
 */
#include "judge.h"

#include "base/error.h"

#include <string.h>

#define NOTICE_US (2 * (gint64)1000)

static Record *
as_read (const Record *record)
{
  Record *read = record_copy (record);

  if (read->rejected == NULL)
    return read;
  g_free (read->rejected_digest);
  read->rejected_digest = person_digest (person_of (read->rejected));
  g_clear_pointer (&read->rejected, credential_unref);
  return read;
}

static void
drop_job (Mount *mount)
{
  record_free (mount->jobs[0].record);
  mount->n_jobs--;
  memmove (mount->jobs, mount->jobs + 1, mount->n_jobs * sizeof *mount->jobs);
}

/* Who is told of another record stores anew what is not in it. */
static void
void_jobs (Mount *mount)
{
  while (mount->n_jobs > 0)
    drop_job (mount);
}

static void
set_base (World *world, Mount *mount)
{
  g_clear_pointer (&mount->base, record_free);
  mount->base = world->disk == NULL ? NULL : record_copy (world->disk);
  mount->base_known = world->disk_known;
  mount->generation = world->generation;
}

static void
tell_others (World *world, const Mount *mount)
{
  for (guint i = 0; i < world->n_mounts; i++)
    if (&world->mounts[i] != mount && world->mounts[i].account != NULL)
      world->mounts[i].notice_us = MIN (world->mounts[i].notice_us, world->now_us + NOTICE_US);
}

static void
replace (World *world, Mount *mount, Job *job)
{
  g_clear_pointer (&world->disk, record_free);
  world->disk = as_read (job->record);
  world->disk_known = job->known;
  world->generation++;
  world->disk_boots = world->boots;
  choice_at (world, job->known.choice)->stored = TRUE;
  mount->attempt_stored = MAX (mount->attempt_stored, job->known.attempt);
  mount->unstored = mount->unstored && mount->n_jobs > 1;
  set_base (world, mount);
  tell_others (world, mount);
}

static void
begin_job (const World *world, Mount *mount)
{
  if (mount->n_jobs == 0)
    return;
  mount->jobs[0].expected = mount->generation;
  mount->jobs[0].done_us = MAX (mount->jobs[0].done_us, world->now_us);
}

static void
finish_job (World *world, Mount *mount)
{
  Job *job = &mount->jobs[0];

  if (world->disk_full)
    {
      seen[SEEN_DISK_FULL]++;
      mount->unstored = world->unfinished = TRUE;
    }
  else if (job->expected != world->generation)
    {
      seen[SEEN_CONFLICT]++;
      tell (world, mount, "what was to be stored conflicts with what another mount has stored");
      mount->conflict = TRUE;
      void_jobs (mount);
      return;
    }
  else
    replace (world, mount, job);
  drop_job (mount);
  begin_job (world, mount);
}

void
disk_store (World *world, Mount *mount, Record *record, const Knowledge *known)
{
  Job *job;

  if (mount->n_jobs == JOBS_MAX)
    finish_job (world, mount);
  if (mount->conflict)
    {
      record_free (record);
      return;
    }
  job = &mount->jobs[mount->n_jobs++];
  *job = (Job){.record = record, .known = *known, .done_us = world->now_us + world->disk_us, .expected = G_MAXUINT};
  if (mount->n_jobs > 1)
    return;
  begin_job (world, mount);
  if (world->disk_us == 0)
    finish_job (world, mount);
}

gboolean
disk_is_idle (const Mount *mount)
{
  return mount->n_jobs == 0 && !mount->conflict;
}

/* Who was killed loses what was not written; what the worker had begun may be whole. */
void
disk_crash (World *world, Mount *mount, guint stores)
{
  for (; mount->n_jobs > 0 && stores > 0; stores--)
    finish_job (world, mount);
  while (mount->n_jobs > 0)
    drop_job (mount);
  g_clear_pointer (&mount->base, record_free);
  mount->conflict = mount->unstored = FALSE;
  mount->notice_us = mount->lock_end_us = FAR_FUTURE;
  if (world->lock == (gint)mount_number (world, mount))
    world->lock = NOBODY;
}

void
disk_write_all (World *world, Mount *mount)
{
  while (mount->n_jobs > 0)
    finish_job (world, mount);
}

static gboolean
is_replaced (const World *world, const Mount *mount)
{
  return world->disk != NULL && mount->generation != world->generation;
}

/* Tells the mount of the record that another one has stored, with @event. */
static void
tell_record (World *world, Mount *mount, Event *event)
{
  g_autoptr (Record) base = g_steal_pointer (&mount->base);
  g_autoptr (Record) record = record_copy (world->disk);

  void_jobs (mount);
  seen[SEEN_ADOPTION]++;
  tell (world, mount, "learns that another mount has replaced the record");
  learn_record (world, mount);
  set_base (world, mount);
  event->base = base;
  event->record = record;
  mount_handle (world, mount, event);
}

static void
take_notice (World *world, Mount *mount)
{
  mount->notice_us = FAR_FUTURE;
  mount->conflict = FALSE;
  if (is_replaced (world, mount))
    tell_record (world, mount, &(Event){.kind = EVENT_RECORD});
}

static void
give_lock (World *world, Mount *mount)
{
  Event event = {.kind = EVENT_LOCKED};

  mount->lock_end_us = FAR_FUTURE;
  world->lock = (gint)mount_number (world, mount);
  tell (world, mount, "has the lock");
  learn_locked (world, mount);
  if (is_replaced (world, mount))
    tell_record (world, mount, &event);
  else
    mount_handle (world, mount, &event);
}

static void
refuse_lock (World *world, Mount *mount)
{
  g_autoptr (GError) error
    = g_error_new_literal (SO24_ERROR, SO24_ERROR_THROTTLED, "another so24fs is logging in and has not finished");
  Event event = {.kind = EVENT_LOCKED, .error = error};

  mount->lock_end_us = FAR_FUTURE;
  tell (world, mount, "does not get the lock");
  mount_handle (world, mount, &event);
}

/* A disk that hangs must not hang the readers. */
static void
lose_patience (World *world, Mount *mount)
{
  tell (world, mount, "waits no longer for the disk");
  mount->syncing = FALSE;
  mount->unstored = world->unfinished = TRUE;
}

gint64
disk_due_us (const World *world, const Mount *mount)
{
  gint64 due_us = mount->notice_us;

  if (mount->conflict || (mount->lock_end_us != FAR_FUTURE && world->lock == NOBODY))
    return world->now_us;
  if (mount->n_jobs > 0)
    due_us = MIN (due_us, mount->jobs[0].done_us);
  if (mount->syncing)
    due_us = MIN (due_us, mount->sync_end_us);
  return MIN (due_us, mount->lock_end_us);
}

/* One thing at a time, since each can change what is due next. */
gboolean
disk_do (World *world, Mount *mount)
{
  if (mount->conflict || world->now_us >= mount->notice_us)
    take_notice (world, mount);
  else if (mount->n_jobs > 0 && world->now_us >= mount->jobs[0].done_us)
    finish_job (world, mount);
  else if (mount->syncing && world->now_us >= mount->sync_end_us)
    lose_patience (world, mount);
  else if (mount->lock_end_us != FAR_FUTURE && world->lock == NOBODY)
    give_lock (world, mount);
  else if (world->now_us >= mount->lock_end_us)
    refuse_lock (world, mount);
  else
    return FALSE;
  mount_carry_on (world, mount);
  return TRUE;
}
