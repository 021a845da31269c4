/* The sessions of ASP.NET: see sessions.h. */
#include "sandbox/sessions.h"

#include <string.h>
#include <sys/random.h>

#define SWEEP_INTERVAL (60 * (gint64)G_USEC_PER_SEC)

struct Sessions
{
  GHashTable *by_id; /* Session.id -> Session */
  gint64 idle_time;
  gint64 last_sweep;
};

Sessions *
sessions_new (gint64 idle_time)
{
  Sessions *sessions = g_new0 (Sessions, 1);

  sessions->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  sessions->idle_time = idle_time;
  return sessions;
}

void
sessions_free (Sessions *sessions)
{
  g_hash_table_unref (sessions->by_id);
  g_free (sessions);
}

static gboolean
is_session_id (const char *id)
{
  return strlen (id) == SESSION_ID_LENGTH && strspn (id, "abcdefghijklmnopqrstuvwxyz012345") == SESSION_ID_LENGTH;
}

static void
invent_id (char *id)
{
  guint8 bytes[SESSION_ID_LENGTH];

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    g_error ("the system gives no random numbers");
  for (gsize i = 0; i < sizeof bytes; i++)
    id[i] = "abcdefghijklmnopqrstuvwxyz012345"[bytes[i] % 32];
  id[SESSION_ID_LENGTH] = '\0';
}

static void
log_out (Session *session)
{
  session->user = NULL;
  session->identity = NULL;
}

void
session_log_in (Session *session, const User *user, const Identity *identity)
{
  session->user = user;
  session->identity = identity;
}

static gboolean
has_idled_out (const Sessions *sessions, const Session *session, gint64 now)
{
  return session->holders == 0 && now - session->last_used >= sessions->idle_time;
}

static void
sweep (Sessions *sessions, gint64 now)
{
  GHashTableIter iter;
  gpointer session;

  if (now - sessions->last_sweep < SWEEP_INTERVAL)
    return;
  sessions->last_sweep = now;
  g_hash_table_iter_init (&iter, sessions->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    if (has_idled_out (sessions, session, now))
      g_hash_table_iter_remove (&iter);
}

Session *
sessions_hold (Sessions *sessions, const char *id, gint64 now, gboolean *is_fresh)
{
  Session *session = NULL;

  *is_fresh = id == NULL || !is_session_id (id);
  if (!*is_fresh)
    session = g_hash_table_lookup (sessions->by_id, id);
  if (session == NULL)
    {
      sweep (sessions, now);
      session = g_new0 (Session, 1);
      if (*is_fresh)
        invent_id (session->id);
      else
        memcpy (session->id, id, sizeof session->id);
      g_hash_table_insert (sessions->by_id, session->id, session);
    }
  else if (has_idled_out (sessions, session, now))
    log_out (session);
  session->holders++;
  return session;
}

void
sessions_release (Sessions *sessions, Session *session, gint64 now)
{
  session->holders--;
  session->last_used = now;
  if (session->holders == 0 && session->user == NULL)
    g_hash_table_remove (sessions->by_id, session->id);
}

void
sessions_end_all (Sessions *sessions)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, sessions->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Session *session = value;

      log_out (session);
      if (session->holders == 0)
        g_hash_table_iter_remove (&iter);
    }
}

guint
sessions_switch_all (Sessions *sessions, const Identity *identity)
{
  GHashTableIter iter;
  gpointer value;
  guint switched = 0;

  g_hash_table_iter_init (&iter, sessions->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Session *session = value;

      if (session->user != NULL && user_find_identity (session->user, &identity->id) == identity)
        {
          session->identity = identity;
          switched++;
        }
    }
  return switched;
}

void
sessions_leave_identity (Sessions *sessions, const Identity *identity)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, sessions->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Session *session = value;

      if (session->identity != identity)
        continue;
      if (identity_is_usable (session->user->default_identity))
        session->identity = session->user->default_identity;
      else
        log_out (session);
    }
}

guint
sessions_count_logged_in (const Sessions *sessions, gint64 now)
{
  GHashTableIter iter;
  gpointer value;
  guint count = 0;

  g_hash_table_iter_init (&iter, sessions->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Session *session = value;

      if (session->user != NULL && !has_idled_out (sessions, session, now))
        count++;
    }
  return count;
}
