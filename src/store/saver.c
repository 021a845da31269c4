/*
 * The thread, and the two queues between it and the main loop. The save lock is held from the look at what is there until
 * it is replaced; so a record that others have stored over ours is never seen before our job's stage tells that it was there.
 */
#include "store/saver.h"

#include "base/thread.h"
#include "store/disk.h"
#include "store/lock.h"
#include "store/spare.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 10000

struct Saver
{
  const Place *place;
  SaverDone done;
  gpointer data;
  GThread *thread;
  GAsyncQueue *jobs;    /* to the thread; the saver itself: end */
  GAsyncQueue *results; /* from it */
  GSource *wake;        /* ready when there is a result */
  Spare spare;          /* the thread's */
};

void
job_free (Job *job)
{
  secret_buffer_clear (&job->bytes);
  g_free (job);
}

static Stage
stage_of (Job *job)
{
  return (Stage)g_atomic_int_get (&job->stage);
}

gboolean
job_was_stored (Job *job)
{
  Stage stage = stage_of (job);

  return stage == STAGE_RENAMED || (stage == STAGE_DONE && job->end == JOB_STORED);
}

static JobEnd
fail (Job *job, int failure)
{
  job->failure = failure;
  return JOB_FAILED;
}

static JobEnd
compare_and_replace (Saver *saver, Job *job)
{
  Generation generation = "";
  int failure;

  switch (disk_read_generation (saver->place, generation))
    {
    case DISK_FAILED:
      return fail (job, errno);
    case DISK_FOREIGN:
      return JOB_CHANGED;
    case DISK_FOUND:
      if (strcmp (generation, job->expected) != 0)
        return JOB_CHANGED;
      break;
    case DISK_NOTHING:
      break;
    }
  failure = spare_become_record (&saver->spare, saver->place, job->bytes.data, job->bytes.length);
  if (failure != 0)
    return fail (job, failure);
  g_atomic_int_set (&job->stage, STAGE_RENAMED);
  return JOB_STORED;
}

static void
carry_out (Saver *saver, Job *job)
{
  int lock = lock_wait (saver->place, LOCK_SAVE, PATIENCE_MS);

  if (lock < 0)
    job->end = fail (job, errno);
  else
    {
      job->end = compare_and_replace (saver, job);
      close (lock);
    }
  /* Before anybody goes on: from now on the disk may be full. */
  spare_prepare (&saver->spare, saver->place);
}

static gpointer
run (gpointer data)
{
  Saver *saver = data;
  gpointer item;

  while ((item = g_async_queue_pop (saver->jobs)) != saver)
    {
      Job *job = item;

      /* The stage is what carries the job from one thread to the other, also for those who watch for races. */
      if (stage_of (job) == STAGE_WAITING)
        carry_out (saver, job);
      g_atomic_int_set (&job->stage, STAGE_DONE);
      g_async_queue_push (saver->results, job);
      g_source_set_ready_time (saver->wake, 0);
    }
  return NULL;
}

static Job *
take (Saver *saver, Job *job)
{
  if (job != NULL)
    g_assert (stage_of (job) == STAGE_DONE);
  return job;
}

static gboolean
hand_back (gpointer data)
{
  Saver *saver = data;
  Job *job;

  g_source_set_ready_time (saver->wake, -1);
  job = take (saver, g_async_queue_try_pop (saver->results));
  if (job != NULL)
    saver->done (saver->data, job);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs wake_functions = {.dispatch = dispatch};

Saver *
saver_new (const Place *place, SaverDone done, gpointer data)
{
  Saver *saver = g_new0 (Saver, 1);

  saver->place = place;
  saver->done = done;
  saver->data = data;
  saver->spare.fd = -1;
  spare_clean (place);
  spare_prepare (&saver->spare, place);

  saver->jobs = g_async_queue_new ();
  saver->results = g_async_queue_new ();
  saver->wake = g_source_new (&wake_functions, sizeof (GSource));
  g_source_set_callback (saver->wake, hand_back, saver, NULL);
  g_source_set_priority (saver->wake, G_PRIORITY_HIGH);
  g_source_attach (saver->wake, NULL);
  saver->thread = thread_start ("so24fs-store", run, saver);
  return saver;
}

void
saver_free (Saver *saver)
{
  g_async_queue_push (saver->jobs, saver);
  g_thread_join (saver->thread);
  g_source_destroy (saver->wake);
  g_source_unref (saver->wake);
  g_async_queue_unref (saver->jobs);
  g_async_queue_unref (saver->results);
  spare_remove (&saver->spare, saver->place);
  g_free (saver);
}

void
saver_start (Saver *saver, Job *job)
{
  g_atomic_int_set (&job->stage, STAGE_WAITING);
  g_async_queue_push (saver->jobs, job);
}

Job *
saver_wait (Saver *saver)
{
  return take (saver, g_async_queue_pop (saver->results));
}
