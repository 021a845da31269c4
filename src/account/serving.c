/* What can be served of the state, and whether that has changed. Touches nothing. */
#include "account/machine.h"
#include "base/error.h"

#include <string.h>

static gboolean
is_confirming_a_switch (const Account *account)
{
  const GList *first = account->main.commands.head;

  return first != NULL && ((const Command *)first->data)->set;
}

/* A switch is told once, as its writer is answered: not before GetIdentity was asked, too. */
static const Guid *
identity_of (const Account *account)
{
  const Session *session = account->main.session;

  if (session->chosen_by != CHOSEN_BY_NOBODY && session->withheld == NULL && !is_confirming_a_switch (account))
    return &session->chosen;
  return session->active == NULL ? NULL : &session->active->id;
}

Sight
sight_take (const Account *account)
{
  const Session *session = account->main.session;
  const Guid *identity = account_last_identity (account);
  Identity *described = account_described_identity (account);
  Sight sight = {.withheld = session->withheld != NULL, .outlook = account_outlook (account, NULL)};

  if (session->passport != NULL)
    sight.passport = g_strconcat (session->passport->id.text, session->passport->email, NULL);
  sight.id = session->id == NULL ? NULL : secret_ref (session->id);
  sight.identity = identity == NULL ? guid_zero : *identity;
  sight.described = described == NULL ? NULL : identity_ref (described);
  sight.identities = account->identities == NULL ? NULL : g_ptr_array_ref (account->identities);
  return sight;
}

void
sight_clear (Sight *sight)
{
  g_clear_pointer (&sight->id, secret_unref);
  g_clear_pointer (&sight->passport, g_free);
  g_clear_pointer (&sight->described, identity_unref);
  g_clear_pointer (&sight->identities, g_ptr_array_unref);
}

/* With the name of its folder, where the link leads. */
static gboolean
same_identity (const Sight *before, const Sight *after)
{
  const Identity *a = before->described, *b = after->described;

  if (!guid_equal (&before->identity, &after->identity))
    return FALSE;
  if (a == NULL || b == NULL)
    return a == b;
  return a->client_id == b->client_id && strcmp (a->client_name, b->client_name) == 0;
}

void
sight_tell_changes (const Sight *before, const Sight *after, Effects *effects)
{
  gboolean same_session = before->id == after->id && before->withheld == after->withheld;
  guint changed = 0;

  changed |= same_session ? 0 : CHANGED_SESSION;
  changed |= same_identity (before, after) ? 0 : CHANGED_IDENTITY;
  changed |= before->identities == after->identities ? 0 : CHANGED_IDENTITIES;
  changed |= g_strcmp0 (before->passport, after->passport) == 0 ? 0 : CHANGED_PASSPORT;
  changed |= before->outlook == after->outlook ? 0 : CHANGED_OUTLOOK;
  if (changed != 0)
    effects_changed (effects, changed);
}

gboolean
account_has_session (const Account *account)
{
  return account->main.session->id != NULL;
}

static gboolean
is_being_made (const Holder *holder)
{
  const Call *call = &holder->call;

  if (call->number != 0 && call->session == holder->session && operation_logs_in (call->operation))
    return TRUE;
  return holder_is_own (holder) ? holder->turn != TURN_NONE : holder->account->lock == LOCK_ASKED_FOR;
}

gboolean
account_is_unsettled (const Account *account, const Guid *own)
{
  const Holder *holder = holder_find (account, own);
  const Session *session = holder == NULL ? NULL : holder->session;

  if (holder == NULL || session->id == NULL)
    return holder != NULL && is_being_made (holder);
  return session->withheld == NULL
         && (session->switching || session->put_back || session->active == NULL || session->confirmed_us == NEVER);
}

gboolean
account_is_rejected (const Account *account)
{
  return account->rejected != NULL;
}

static gboolean
check_session (const Session *session, GError **error)
{
  if (session->id != NULL)
    return TRUE;
  g_set_error_literal (error, SO24_ERROR, session->ended ? SO24_ERROR_EXPIRED : SO24_ERROR_NO_KEY,
                       session->ended ? "the session has ended" : "there is no session");
  return FALSE;
}

const Secret *
session_cookie (const Session *session, GError **error)
{
  if (!check_session (session, error))
    return NULL;
  if (session->withheld != NULL)
    {
      g_propagate_error (error, g_error_copy (session->withheld));
      return NULL;
    }
  if (session->switching || session->put_back || session->active == NULL || session->confirmed_us == NEVER)
    {
      g_set_error_literal (error, SO24_ERROR, SO24_ERROR_REVOKED, "which identity is active is being found out");
      return NULL;
    }
  return session->id;
}

const Secret *
account_cookie (const Account *account, GError **error)
{
  return session_cookie (account->main.session, error);
}

const Secret *
account_own_cookie (const Account *account, const Guid *identity_id, GError **error)
{
  const Holder *holder = own_find (account, identity_id);

  if (holder != NULL && !holder->gone)
    return session_cookie (holder->session, error);
  if (own_is_gone (account, identity_id))
    {
      g_set_error (error, SO24_ERROR, SO24_ERROR_REVOKED, "the account has no identity %s any more", identity_id->text);
      return NULL;
    }
  g_set_error_literal (error, SO24_ERROR, SO24_ERROR_NO_KEY, "there is no session");
  return NULL;
}

const Secret *
account_latest_cookie (const Account *account, const Guid *own, const Secret *last)
{
  const Holder *holder = holder_find (account, own);
  const Session *session = holder == NULL ? NULL : holder->session;

  if (holder == NULL || holder_outlook (holder) == OUTLOOK_REFUSED)
    return NULL;
  if (session->id != NULL && session->proven && !session->put_back)
    return session->id;
  /* Of the one that is there nobody knows which identity is active. */
  return last == session->id ? NULL : last;
}

gboolean
account_has_own_session (const Account *account, const Guid *identity_id)
{
  const Holder *holder = own_find (account, identity_id);

  return holder != NULL && holder->session->id != NULL;
}

const Guid *
account_identity (const Account *account, GError **error)
{
  const Guid *identity = identity_of (account);

  if (!check_session (account->main.session, error))
    return NULL;
  if (identity == NULL)
    g_set_error_literal (error, SO24_ERROR, SO24_ERROR_NO_KEY, "which identity is active is not known yet");
  return identity;
}

const Guid *
account_last_identity (const Account *account)
{
  const Session *session = account->main.session;

  return session->id != NULL || session->ended ? identity_of (account) : NULL;
}

Identity *
account_described_identity (const Account *account)
{
  Identity *active = account->main.session->active;

  return active != NULL && guid_equal (&active->id, identity_of (account)) ? active : NULL;
}

const GPtrArray *
account_identities (const Account *account)
{
  return account->identities;
}

const Passport *
account_passport (const Account *account)
{
  return account->main.session->passport;
}
