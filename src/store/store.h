/*
 * Where an account's record is kept between runs: a file, replaced as a whole (store/format.h). Two mounts of one account
 * share it: each is told when the other has replaced it, and a lock lets one of them log in at a time.
 *
 * Runs on the default GLib main context and does not block it: one worker thread does the waiting for the disk. (To read
 * the file, which is short, it does not wait for that thread.) What is called back gets records that are valid during the
 * call only; it may save, sync, lock and unlock, but not load and not free.
 */
#pragma once

#include "account/record.h"

typedef struct
{
  const char
    *directory; /* NULL: $STATE_DIRECTORY (its first), else $XDG_STATE_HOME/so24fs, else ~/.local/state/so24fs */
  const char *endpoint;
  const char *source;
} StoreConfig;

typedef struct
{
  /*
   * Somebody else has replaced the record: @base is what we last knew to be stored (NULL: nothing), @record what is stored
   * now. What was to be stored and is not by now will not be: whoever has something that is not in @record saves anew.
   */
  void (*replaced) (gpointer data, const Record *base, const Record *record);
} StoreHooks;

typedef struct Store Store;

/* The directory that store_open() opens, and makes if there is none. The caller frees it. */
char *store_directory (const StoreConfig *config);

/* NULL with @error set if there is no place to keep anything. The strings are copied. */
Store *store_open (const StoreConfig *config, const StoreHooks *hooks, gpointer data, GError **error);

/* Stores what is yet to be stored, waits for that, and gives up the lock. Calls nothing back. */
void store_free (Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Store, store_free)

/* What is stored, with same_boot set; NULL if nothing (that can be read) is. What cannot be read is set aside, and said. */
Record *store_load (Store *store);

/*
 * Stores @record, after those before it; of several that wait, the last is enough. A failure is said in the log, the record
 * that was there stays, and it is tried again each minute.
 */
void store_save (Store *store, const Record *record);

/* Calls @done once all that was to be stored is stored, or has failed; at once if there is nothing to wait for. */
typedef void (*StoreSynced) (gpointer data);
void store_sync (Store *store, StoreSynced done, gpointer data);

/*
 * Takes the lock, waiting at most @patience_s for the one who has it; @done is called later, from the main loop. @base and
 * @record as in StoreHooks, when somebody has replaced the record and we were not told yet; else NULL. @error: we do not have
 * it; SO24_ERROR_THROTTLED: because somebody else does. There is one lock: it must not be asked for before it was given up.
 */
typedef void (*StoreLocked) (gpointer data, const Record *base, const Record *record, const GError *error);
void store_lock (Store *store, guint patience_s, StoreLocked done, gpointer data);

/* Gives it up, or stops waiting for it; then @done is not called any more. */
void store_unlock (Store *store);
