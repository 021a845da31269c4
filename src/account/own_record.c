/* The own sessions in the record: saved, taken up again, and merged with another mount's. Touches nothing. */
#include "account/machine.h"

GArray *
own_save (Account *account)
{
  GArray *sessions = NULL;

  for (guint i = 0; i < account->own->len; i++)
    {
      const Holder *holder = g_ptr_array_index (account->own, i);
      OwnSession saved = {holder->identity_id, holder->session->id, holder->session->proven, holder->used_us};

      if (saved.session == NULL)
        continue;
      if (sessions == NULL)
        sessions = own_sessions_new ();
      own_sessions_add (sessions, &saved);
    }
  if (sessions != NULL)
    own_sessions_sort (sessions);
  return sessions;
}

static void
take (Account *account, const OwnSession *saved)
{
  Holder *holder = own_open (account, &saved->identity_id);
  Session *session = holder->session;

  g_clear_pointer (&session->id, secret_unref);
  session->id = secret_ref (saved->session);
  session->proven = saved->proven;
  session->ended = FALSE;
  session->put_back = TRUE;
  session_doubt (session);
  holder->used_us = MAX (holder->used_us, saved->used_us);
}

void
own_restore (Account *account, const Record *record)
{
  for (guint i = 0; record->own != NULL && i < record->own->len; i++)
    {
      const OwnSession *saved = &g_array_index (record->own, OwnSession, i);
      Holder *holder = own_open (account, &saved->identity_id);

      take (account, saved);
      holder->told = secret_ref (saved->session);
      holder->kept = secret_ref (saved->session);
      holder->kept_proven = saved->proven;
    }
}

static gboolean
same (const OwnSession *a, const OwnSession *b)
{
  return a == b || (a != NULL && b != NULL && secret_equal (a->session, b->session));
}

/* What has changed there and not here is taken over; where both have changed, ours is as good. */
void
own_adopt (Account *account, const Record *base, const Record *record, Effects *effects)
{
  g_autoptr (GArray) ours = own_save (account);

  for (guint i = 0; record->own != NULL && i < record->own->len; i++)
    {
      const OwnSession *theirs = &g_array_index (record->own, OwnSession, i);
      const OwnSession *before = own_sessions_find (base->own, &theirs->identity_id);
      const OwnSession *mine = own_sessions_find (ours, &theirs->identity_id);

      if (same (theirs, mine) || same (theirs, before) || (mine != NULL && !same (mine, before)))
        continue;
      call_cancel (own_open (account, &theirs->identity_id), effects);
      take (account, theirs);
    }
  for (guint i = 0; ours != NULL && i < ours->len; i++)
    {
      const OwnSession *mine = &g_array_index (ours, OwnSession, i);
      const OwnSession *before = own_sessions_find (base->own, &mine->identity_id);

      if (before != NULL && same (mine, before) && own_sessions_find (record->own, &mine->identity_id) == NULL)
        own_drop (own_find (account, &mine->identity_id), effects);
    }
  account->own_moved = account->own_moved || own_differ (account, record);
}

gboolean
own_differ (Account *account, const Record *record)
{
  g_autoptr (GArray) ours = own_save (account);
  guint length = ours == NULL ? 0 : ours->len;

  if (length != (record->own == NULL ? 0 : record->own->len))
    return TRUE;
  for (guint i = 0; i < length; i++)
    if (!same (&g_array_index (ours, OwnSession, i), &g_array_index (record->own, OwnSession, i)))
      return TRUE;
  return FALSE;
}
