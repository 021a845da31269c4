/*
 * What is told of a session: that it is there, renewed or over, which identity is active in it, and whether it is
 * withheld.
 */
#include "account/telling.h"

struct SessionTelling
{
  gboolean begun;
  Secret *id;                /* of the session that was told of; NULL: none */
  Secret *seen;              /* of the one there was after the last event */
  gboolean by_another_mount; /* has made that one */
  gboolean had;              /* there was a session before */
  Guid active;               /* zero: none was told */
  Guid chosen;               /* after the last event */
  gboolean chosen_by_another_mount;
  gboolean withheld;
};

SessionTelling *
session_telling_new (void)
{
  SessionTelling *told = g_new0 (SessionTelling, 1);

  told->active = told->chosen = guid_zero;
  return told;
}

void
session_telling_free (SessionTelling *told)
{
  g_clear_pointer (&told->id, secret_unref);
  g_clear_pointer (&told->seen, secret_unref);
  g_free (told);
}

static void
keep_id (Secret **kept, Secret *id)
{
  g_clear_pointer (kept, secret_unref);
  *kept = id == NULL ? NULL : secret_ref (id);
}

static gboolean
is_settled (const Session *session)
{
  return session->id != NULL && !session->switching && !session->put_back && session->active != NULL
         && session->confirmed_us != NEVER;
}

static const char *
guid_or_none (const Guid *guid)
{
  return guid_is_zero (guid) ? NULL : guid->text;
}

static const char *
active_of (const Session *session)
{
  return session->active != NULL ? session->active->id.text : guid_or_none (&session->chosen);
}

/* Whose own session it is; NULL: the mount's. */
static const char *
own_of (const Holder *holder)
{
  return holder_is_own (holder) ? holder->identity_id.text : NULL;
}

static void
forget_session (SessionTelling *told)
{
  keep_id (&told->id, NULL);
  told->withheld = FALSE;
}

/* That is told once, and not of each session. */
static void
tell_logout (const Holder *holder, Effects *effects)
{
  SessionTelling *told = holder->telling;

  forget_session (told);
  told->had = FALSE;
  told->active = guid_zero;
  if (!holder_is_own (holder))
    effects_event (effects, "logout", NULL);
}

/* From now on it is this session that is told of, and this identity. */
static void
take_session (SessionTelling *told, const Session *session)
{
  keep_id (&told->id, session->id);
  told->had = TRUE;
  told->withheld = FALSE;
}

static void
take_active (SessionTelling *told, const Session *session)
{
  told->active = session->active != NULL ? session->active->id : session->chosen;
}

static const char *
by (gboolean another_mount)
{
  return another_mount ? "another-mount" : NULL;
}

static gboolean
has_logged_in (const Holder *holder, const Occasion *occasion)
{
  const Command *command = g_queue_peek_head ((GQueue *)&holder->commands);

  return occasion->login != 0 && (command == NULL || command->id != occasion->login);
}

static void
tell_login (const Holder *holder, const Credential *credential, Effects *effects)
{
  take_session (holder->telling, holder->session);
  take_active (holder->telling, holder->session);
  effects_event (effects, "login", "user", credential == NULL ? NULL : credential_owner (credential), "identity",
                 active_of (holder->session), "own", own_of (holder), NULL);
}

/* It was there when the process started, or another mount has made it. A thousand own ones are not told one by one. */
static void
tell_resumed (const Holder *holder, Effects *effects)
{
  take_session (holder->telling, holder->session);
  take_active (holder->telling, holder->session);
  if (!holder_is_own (holder))
    effects_event (effects, "resumed", "identity", active_of (holder->session), NULL);
}

static void
tell_renewed (const Holder *holder, Effects *effects)
{
  SessionTelling *told = holder->telling;

  if (!told->had && !told->by_another_mount)
    {
      tell_login (holder, holder->account->credential, effects);
      return;
    }
  take_session (told, holder->session);
  effects_event (effects, "renewed", "identity", active_of (holder->session), "own", own_of (holder), "by",
                 by (told->by_another_mount), NULL);
}

static void
tell_another (const Holder *holder, const Occasion *occasion, Effects *effects)
{
  if (!holder->telling->begun)
    tell_resumed (holder, effects);
  else if (!holder_is_own (holder) && has_logged_in (holder, occasion))
    tell_login (holder, occasion->written, effects);
  else if (is_settled (holder->session))
    tell_renewed (holder, effects);
}

static void
tell_end (const Holder *holder, Effects *effects)
{
  SessionTelling *told = holder->telling;

  forget_session (told);
  effects_event (effects, holder->session->ended ? "expired" : "dropped", "identity", guid_or_none (&told->active),
                 "own", own_of (holder), NULL);
}

/* What becomes known only later is told with who has done it. */
static void
note_who (SessionTelling *told, const Session *session, const Occasion *occasion)
{
  if (!secret_equal (told->seen, session->id))
    {
      keep_id (&told->seen, session->id);
      told->by_another_mount = occasion_is_theirs (occasion);
    }
  if (!guid_equal (&told->chosen, &session->chosen))
    {
      told->chosen = session->chosen;
      told->chosen_by_another_mount = occasion_is_theirs (occasion);
    }
}

static void
tell_whether_there_is_a_session (const Holder *holder, const Occasion *occasion, Effects *effects)
{
  SessionTelling *told = holder->telling;
  const Session *session = holder->session;
  const Event *event = occasion->event;

  if (event->kind == EVENT_COMMAND && event->command == COMMAND_LOGOUT)
    tell_logout (holder, effects);
  if (session->id == NULL && told->id != NULL)
    tell_end (holder, effects);
  else if (session->id != NULL && !secret_equal (told->id, session->id))
    tell_another (holder, occasion, effects);
}

static void
tell_withheld (SessionTelling *told, const Session *session, Effects *effects)
{
  if (!told->withheld)
    effects_event (effects, "revoked", "chosen", guid_or_none (&session->chosen), "active",
                   session->active == NULL ? NULL : session->active->id.text, "reason", session->withheld->message,
                   NULL);
  told->withheld = TRUE;
}

static void
tell_active (SessionTelling *told, const Session *session, Effects *effects)
{
  const Identity *active = session->active;

  if (!guid_is_zero (&told->active) && !guid_equal (&told->active, &active->id))
    effects_event (effects, "switched", "from", told->active.text, "to", active->id.text, "client", active->client_name,
                   "by", by (told->chosen_by_another_mount), NULL);
  if (told->withheld)
    effects_event (effects, "restored", "identity", active->id.text, NULL);
  told->active = active->id;
  told->withheld = FALSE;
}

void
session_tell (const Holder *holder, const Occasion *occasion, Effects *effects)
{
  SessionTelling *told = holder->telling;
  const Session *session = holder->session;

  note_who (told, session, occasion);
  tell_whether_there_is_a_session (holder, occasion, effects);
  told->begun = TRUE;
  if (session->id == NULL || !secret_equal (told->id, session->id))
    return;
  if (session->withheld != NULL)
    tell_withheld (told, session, effects);
  else if (is_settled (session))
    tell_active (told, session, effects);
}
