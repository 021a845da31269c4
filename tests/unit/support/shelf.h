/*
 * A directory of its own for the records of a test, stores on it, and what they said: to the log and to their hooks.
 * Everything waits for what it needs by running the default main context, and fails when that takes very long.
 */
#pragma once

#include "store/store.h"

#define ENDPOINT "https://api.24sevenoffice.com"
#define SOURCE   "ops@example.com"

/* Makes an empty directory, and listens to the log from now on. It goes with shelf_remove(), and all that is in it. */
void shelf_make (void);
void shelf_remove (void);

/* Its path, and those of the files in it; the strings stay until shelf_remove(). */
const char *shelf (void);
const char *shelf_path (const char *suffix); /* of the record of SOURCE; @suffix: what comes after .session */

/* The number of files there, and whether one of them has this in its name. */
guint shelf_count (void);
gboolean shelf_has (const char *part);

/* The bytes of a record, and writing them as another program would: in place. */
GBytes *shelf_read (void);
void shelf_write (const void *bytes, gsize length);

/* Warnings since the last question. */
guint shelf_warnings (void);
void assert_warned (const char *words);
void assert_quiet (void);

/* A store that is used. */
typedef struct
{
  Store *store;
  guint replaced; /* how often somebody else had replaced the record */
  Record *base;   /* the last of those: copies of some of their fields; NULL: none */
  Record *record;

  guint locked; /* how often a wait for the lock has ended */
  GError *lock_error;

  void (*then) (gpointer user); /* called after a replacement; NULL: nothing */
} User;

void user_open (User *user);
void user_open_as (User *user, const char *endpoint, const char *source);
void user_close (User *user);

/* Saves, or syncs, and waits until it is done. */
void user_save (User *user, const Record *record);
void user_sync (User *user);

/* The lock; FALSE with lock_error set if it was not to be had. */
void user_ask_for_lock (User *user, guint patience_s);
gboolean user_lock (User *user, guint patience_s);

/* The number of the record that is stored, as numbered_record() has it; 0: there is none. */
guint user_stored (User *user);

#define RUN_UNTIL(condition)                                                                                           \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    gint64 run_until = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;                                                  \
    while (!(condition))                                                                                               \
      shelf_run (run_until, #condition);                                                                               \
  }                                                                                                                    \
  G_STMT_END

/* One turn of the main context; fails after @deadline, saying @what was waited for. */
void shelf_run (gint64 deadline, const char *what);

/* Everything that is ready now. */
void shelf_run_ready (void);

/* One in which every field says something. */
Record *full_record (void);

/* One in which several fields carry @number, so that a mixture of two shows: fails, if so. */
Record *numbered_record (guint number);
guint assert_numbered (const Record *record);

/* Fails unless all is the same that is stored; rejected is compared by its digest. */
void assert_same_record (const Record *a, const Record *b);
