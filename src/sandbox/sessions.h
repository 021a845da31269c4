/* The sessions of ASP.NET: an id, who is logged in under it, on which identity, and since when it idles.
   Memory only, no timers and no clock: every call takes the monotonic time in microseconds.

   Two things make a session here. Having an id costs nothing and means nothing: any id of the right form is taken as
   one (IIS adopts it), and no more is kept of it than of a stranger. Only a login fills it with a user. A call that
   works in a session holds it, whether filled or not, so that the next one can see that it is busy. */
#pragma once

#include <glib.h>

#include "sandbox/accounts.h"

#define SESSION_ID_LENGTH 24

typedef struct
{
  char id[SESSION_ID_LENGTH + 1];
  const User *user;         /* NULL: nobody is logged in */
  const Identity *identity; /* the active one; NULL exactly when user is */
  gint64 last_used;
  guint holders; /* calls that work in it or wait for it */
  gboolean is_busy;
} Session;

typedef struct Sessions Sessions;

Sessions *sessions_new (gint64 idle_time);
void sessions_free (Sessions *sessions);

/* Holds the session of that id. An id that is NULL or not of 24 [a-z0-5] gets a fresh one; *@is_fresh says so.
   Every hold needs its sessions_release(). The session stays the table's. */
Session *sessions_hold (Sessions *sessions, const char *id, gint64 now, gboolean *is_fresh);

/* Ends a hold, and starts the idle time anew. A session in which nobody is logged in goes with its last hold. */
void sessions_release (Sessions *sessions, Session *session, gint64 now);

void session_log_in (Session *session, const User *user, const Identity *identity);

/* Logs everybody out, as a restart of the service's worker process does. */
void sessions_end_all (Sessions *sessions);

/* Puts every session whose user has @identity on it; answers how many. */
guint sessions_switch_all (Sessions *sessions, const Identity *identity);

/* Takes every session off @identity, which its user no longer has: to the default one, or out if that is not usable. */
void sessions_leave_identity (Sessions *sessions, const Identity *identity);

guint sessions_count_logged_in (const Sessions *sessions, gint64 now);
