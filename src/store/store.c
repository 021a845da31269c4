/*
 * Saving, loading and locking, and telling of others who do. At most one job is under way; at most one more waits, the newest.
 * A save that finds another record than the one we know is void (as one in a database would be): the caller is given that
 * record, and decides what is to be stored on top of it. Touches the store's files through the other parts of this floor.
 */
#include "store/store.h"

#include "store/claim.h"
#include "store/current.h"
#include "store/digest.h"
#include "store/place.h"
#include "store/saver.h"
#include "store/watch.h"

#include <errno.h>

#define RETRY_S    60
#define MOST_TRIES 3

typedef struct
{
  StoreSynced done;
  gpointer data;
  guint64 serial;
} Sync;

struct Store
{
  Place place;
  Current current;
  StoreHooks hooks;
  gpointer data;
  Saver *saver;
  Watch *watch; /* NULL: none */

  Job *job;               /* under way; NULL: none */
  Job *waiting;           /* NULL: none */
  guint retry;            /* set: @waiting has failed before, and waits for this source */
  guint tries;            /* of one job, in a row, that found the place changed and nobody's record in it */
  GHashTable *complaints; /* errno of failures that were said since a record was stored */

  guint64 issued;  /* how many records there were to be stored, */
  guint64 settled; /* and up to which it is known what became of them */
  GQueue syncs;    /* of Sync */

  Claim *claim; /* NULL: the lock was not asked for */
  StoreLocked locked;
  gpointer lock_data;

  Credential *digested; /* the last one that a digest was made of, and that */
  char *digest;
};

static void
drop_waiting (Store *store)
{
  g_clear_pointer (&store->waiting, job_free);
  g_clear_handle_id (&store->retry, g_source_remove);
}

static const char *
in_words (int failure)
{
  if (failure == EAGAIN)
    return "another so24fs that is about to store one does not finish";
  return failure == EBUSY ? "something else is in its place" : g_strerror (failure);
}

/* Says each kind of failure once, until a record is stored. */
static void
complain (Store *store, int failure)
{
  if (g_hash_table_add (store->complaints, GINT_TO_POINTER (failure)))
    g_warning ("the session is not stored in %s/%s: %s. It is tried again each minute", store->place.directory,
               store->place.record, in_words (failure));
}

static void
answer_syncs (Store *store)
{
  Sync *sync;

  if (store->job == NULL && (store->waiting == NULL || store->retry != 0))
    store->settled = store->issued;
  while ((sync = g_queue_peek_head (&store->syncs)) != NULL && sync->serial <= store->settled)
    {
      g_queue_pop_head (&store->syncs);
      sync->done (sync->data);
      g_free (sync);
    }
}

static void
start (Store *store, Job *job)
{
  g_strlcpy (job->expected, store->current.generation, sizeof job->expected);
  job->superseded = FALSE;
  store->job = job;
  saver_start (store->saver, job);
}

static void
go_on (Store *store)
{
  if (store->job == NULL && store->waiting != NULL && store->retry == 0)
    start (store, g_steal_pointer (&store->waiting));
  answer_syncs (store);
}

/* Looks whether somebody else has replaced the record, and says so. */
static gboolean
notice (Store *store)
{
  Record *base = NULL;

  if (!current_changed (&store->current, store->job, &base))
    return FALSE;
  drop_waiting (store);
  store->hooks.replaced (store->data, base, store->current.base);
  g_clear_pointer (&base, record_free);
  go_on (store);
  return TRUE;
}

static void
noticed (gpointer data)
{
  notice (data);
}

static void
watch (Store *store)
{
  g_clear_pointer (&store->watch, watch_free);
  store->watch = watch_new (store->place.directory, store->place.record, noticed, store);
}

static gboolean
retry (gpointer data)
{
  Store *store = data;

  store->retry = 0;
  go_on (store);
  return G_SOURCE_REMOVE;
}

/* Somebody has removed the directory. */
static gboolean
renew_place (Store *store)
{
  if (!place_renew (&store->place, NULL))
    return FALSE;
  watch (store);
  return TRUE;
}

/* It cannot be stored now. */
static void
hold_back (Store *store, const Job *job, int failure)
{
  complain (store, failure);
  store->tries = 0;
  store->settled = job->serial;
  if (store->waiting == job)
    store->retry = g_timeout_add_seconds (RETRY_S, retry, store);
}

/* Tries @job again: at once while there is hope, else by the timer; or not at all if there is a newer one. */
static void
put_back (Store *store, Job *job, int failure)
{
  gboolean newer = store->waiting != NULL;

  if (!newer)
    store->waiting = job;
  if (++store->tries >= MOST_TRIES || (job->end == JOB_FAILED && !(failure == ENOENT && renew_place (store))))
    hold_back (store, job, failure);
  if (newer)
    job_free (job);
}

static void
succeed (Store *store, const Job *job)
{
  current_learn (&store->current, job);
  store->tries = 0;
  if (g_hash_table_size (store->complaints) > 0)
    g_message ("the session is stored in %s/%s again", store->place.directory, store->place.record);
  g_hash_table_remove_all (store->complaints);
}

/* The job is done. One that is superseded is void, unless it was stored before that. */
static void
finish (gpointer data, Job *job)
{
  Store *store = data;

  store->job = NULL;
  if (job->end == JOB_STORED)
    store->settled = job->serial;
  if (!job->superseded)
    switch (job->end)
      {
      case JOB_STORED:
        succeed (store, job);
        break;
      case JOB_CHANGED:
        if (!notice (store))
          put_back (store, g_steal_pointer (&job), EBUSY);
        break;
      case JOB_FAILED:
        put_back (store, g_steal_pointer (&job), job->failure);
        break;
      }
  g_clear_pointer (&job, job_free);
  go_on (store);
}

Store *
store_open (const StoreConfig *config, const StoreHooks *hooks, gpointer data, GError **error)
{
  Store *store = g_new0 (Store, 1);

  if (!place_open (&store->place, config, error))
    {
      g_free (store);
      return NULL;
    }
  store->hooks = *hooks;
  store->data = data;
  store->complaints = g_hash_table_new (NULL, NULL);
  g_queue_init (&store->syncs);
  current_init (&store->current, &store->place, config);
  watch (store);
  store->saver = saver_new (&store->place, finish, store);
  return store;
}

/* Without calling anybody: a save that is void is not stored. */
static void
finish_silently (Store *store)
{
  if (store->job == NULL && store->waiting != NULL)
    start (store, g_steal_pointer (&store->waiting));
  while (store->job != NULL)
    {
      Job *job = saver_wait (store->saver);

      store->job = NULL;
      if (job->end == JOB_STORED && !job->superseded)
        succeed (store, job);
      else if (job->end == JOB_FAILED)
        complain (store, job->failure);
      job_free (job);
      if (store->waiting != NULL)
        start (store, g_steal_pointer (&store->waiting));
    }
}

void
store_free (Store *store)
{
  g_clear_handle_id (&store->retry, g_source_remove);
  g_clear_pointer (&store->watch, watch_free);
  finish_silently (store);
  saver_free (store->saver);
  store_unlock (store);
  g_queue_clear_full (&store->syncs, g_free);
  g_hash_table_unref (store->complaints);
  g_clear_pointer (&store->digested, credential_unref);
  g_free (store->digest);
  current_clear (&store->current);
  place_close (&store->place);
  g_free (store);
}

Record *
store_load (Store *store)
{
  return current_load (&store->current);
}

/* It takes long to make, and the same credential stays the rejected one for long. */
static const char *
digest_of (Store *store, Credential *credential)
{
  if (store->digested == NULL || !credential_equal (store->digested, credential))
    {
      g_clear_pointer (&store->digested, credential_unref);
      g_free (store->digest);
      store->digested = credential_ref (credential);
      store->digest = digest_make (credential);
    }
  return store->digest;
}

void
store_save (Store *store, const Record *record)
{
  const char *digest = record->rejected == NULL ? record->rejected_digest : digest_of (store, record->rejected);
  Job *job = current_new_job (&store->current, record, digest);

  job->serial = ++store->issued;
  if (job->bytes.length > FORMAT_LONGEST)
    {
      complain (store, EFBIG);
      job_free (job);
    }
  else
    {
      drop_waiting (store);
      store->waiting = job;
    }
  go_on (store);
}

void
store_sync (Store *store, StoreSynced done, gpointer data)
{
  Sync *sync = g_new0 (Sync, 1);

  sync->done = done;
  sync->data = data;
  sync->serial = store->issued;
  g_queue_push_tail (&store->syncs, sync);
  answer_syncs (store);
}

static void
decided (gpointer data, const GError *error)
{
  Store *store = data;
  Record *base = NULL;

  if (error != NULL)
    g_clear_pointer (&store->claim, claim_free);
  if (error != NULL || !current_changed (&store->current, store->job, &base))
    {
      store->locked (store->lock_data, NULL, NULL, error);
      return;
    }
  drop_waiting (store);
  store->locked (store->lock_data, base, store->current.base, NULL);
  g_clear_pointer (&base, record_free);
  go_on (store);
}

void
store_lock (Store *store, guint patience_s, StoreLocked done, gpointer data)
{
  g_return_if_fail (store->claim == NULL);
  if (store->job == NULL && place_is_gone (&store->place))
    renew_place (store);
  store->locked = done;
  store->lock_data = data;
  store->claim = claim_new (&store->place, patience_s, decided, store);
}

void
store_unlock (Store *store)
{
  g_clear_pointer (&store->claim, claim_free);
}
