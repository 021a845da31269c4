/* The state of one session. Touches nothing. */
#include "account/session.h"

#include "base/error.h"

Session *
session_new (void)
{
  Session *session = g_new0 (Session, 1);

  session->logged_in_us = session->asked_us = session->confirmed_us = NEVER;
  session->chosen = guid_zero;
  return session;
}

void
session_set_passport (Session *session, const Passport *passport)
{
  g_clear_pointer (&session->passport, passport_free);
  if (passport != NULL)
    session->passport = passport_copy (passport);
}

void
session_free (Session *session)
{
  g_clear_pointer (&session->id, secret_unref);
  g_clear_pointer (&session->active, identity_unref);
  session_set_passport (session, NULL);
  g_clear_error (&session->withheld);
  g_free (session);
}

void
session_choose (Session *session, const Guid *identity_id, ChosenBy by)
{
  session->chosen_by = by;
  session->chosen = *identity_id;
  session->put_back = FALSE;
  g_clear_error (&session->withheld);
}

void
session_doubt (Session *session)
{
  session->confirmed_us = NEVER;
}

void
session_logged_in (Session *session, Secret *id, gint64 sent_us)
{
  g_clear_pointer (&session->id, secret_unref);
  session->id = id;
  session->ended = session->proven = FALSE;
  session->logged_in_us = sent_us;
  session->asked_us = NEVER;
  session->put_back = TRUE;
  session_doubt (session);
}

void
session_end (Session *session)
{
  g_clear_pointer (&session->id, secret_unref);
  session->ended = TRUE;
  session->logged_in_us = session->asked_us = NEVER;
  session_doubt (session);
}

void
session_withhold (Session *session, const char *reason)
{
  g_clear_error (&session->withheld);
  session->withheld = g_error_new_literal (SO24_ERROR, SO24_ERROR_REVOKED, reason);
  session->put_back = FALSE;
}

void
session_confirmed (Session *session, Identity *identity, gint64 sent_us)
{
  g_clear_pointer (&session->active, identity_unref);
  session->active = identity_ref (identity);
  session->confirmed_us = sent_us;
  session->proven = TRUE;
  if (session->chosen_by == CHOSEN_BY_NOBODY)
    session_choose (session, &identity->id, CHOSEN_BY_LOGIN);
  if (guid_equal (&identity->id, &session->chosen))
    {
      session->put_back = FALSE;
    }
  else if (!session->put_back)
    {
      g_autofree char *reason
        = g_strdup_printf ("the service says that %s (%s) is active in this session, but %s was chosen; "
                           "write the one you want to identity",
                           identity->id.text, identity->client_name, session->chosen.text);

      session_withhold (session, reason);
    }
}
