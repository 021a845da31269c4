/*
 * What a writer waits for. A login makes a session of its own beside the account's, and only when that is right does it
 * take its place: so a write that fails changes nothing. Touches nothing.
 */
#include "account/machine.h"
#include "base/error.h"

void
command_free (Command *command)
{
  g_clear_pointer (&command->credential, credential_unref);
  g_clear_pointer (&command->identity, identity_unref);
  g_clear_pointer (&command->session, session_free);
  g_clear_pointer (&command->identities, g_ptr_array_unref);
  g_free (command);
}

static gboolean
is_same_choice (const Session *a, const Session *b)
{
  return a->chosen_by == b->chosen_by && guid_equal (&a->chosen, &b->chosen);
}

/*
 * The identity that the new session is to be on: the credential's, else the one this user had chosen before; and that may
 * change while the login takes its time, by another mount.
 */
static void
choose_for_login (const Holder *holder, Command *command)
{
  const Session *before = holder->session;
  Session *session = command->session;
  g_autofree char *owner = NULL;

  if (command->carried || !guid_is_zero (&command->credential->identity_id))
    {
      if (session->chosen_by == CHOSEN_BY_NOBODY)
        session_choose (session, command->carried ? &command->identity_id : &command->credential->identity_id,
                        command->carried ? CHOSEN_BY_WRITE : CHOSEN_BY_CREDENTIAL);
      return;
    }
  if (before->chosen_by == CHOSEN_BY_NOBODY || is_same_choice (before, session))
    return;
  owner = credential_owner_key (command->credential);
  if (g_strcmp0 (holder->account->owner, owner) != 0)
    return;
  session_choose (session, &before->chosen, before->chosen_by);
  session->put_back = session->id != NULL;
}

static GError *
take_credential_at_hand (const Holder *holder, Command *command)
{
  const Account *account = holder->account;

  if (account->rejected != NULL)
    return g_error_copy (account->rejected);
  if (account->credential == NULL)
    return g_error_new_literal (SO24_ERROR, holder->session->ended ? SO24_ERROR_EXPIRED : SO24_ERROR_NO_KEY,
                                "there is no session to switch and no credential: write one to login");
  g_clear_pointer (&command->credential, credential_unref);
  command->credential = credential_ref (account->credential);
  return NULL;
}

/* While it waits for the lock the credential may be rejected, or another one be found, or the service ask to wait. */
static Verdict
judge_carried (Holder *holder, Command *command, Instant now)
{
  Account *account = holder->account;
  gboolean blocked = limits_blocked (&account->limits, now);
  GError *error = take_credential_at_hand (holder, command);

  if (error != NULL)
    return verdict_fail (error);
  return verdict_needs_unless (login_operation (command->credential),
                               limits_refuse (&account->limits, &account->config, !blocked, now));
}

static Verdict
judge_login (Holder *holder, Command *command, Instant now)
{
  Account *account = holder->account;
  Session *session = command->session;

  if (session == NULL)
    command->session = session = session_new ();
  choose_for_login (holder, command);
  if (session->id == NULL && command->carried)
    return judge_carried (holder, command, now);
  if (session->id == NULL)
    return verdict_needs_unless (login_operation (command->credential),
                                 limits_refuse_command (&account->limits, &account->config, now));
  if (session->withheld != NULL)
    return verdict_fail (g_error_copy (session->withheld));
  if (limits_exhausted (&account->limits, &account->config, now))
    return verdict_ready ();
  if (session->confirmed_us == NEVER && !command->unconfirmed)
    return verdict_needs (OPERATION_GET_IDENTITY);
  if (session->confirmed_us != NEVER && session->put_back)
    return verdict_needs (OPERATION_SET_IDENTITY_BY_ID);
  if (!command->listed && command->identities == NULL
      && (account->config.service_id == 0 || command->credential->password != NULL))
    return verdict_needs (list_operation (holder, session));
  return verdict_ready ();
}

/* Without a session the identity is carried by a Login, which helps an account whose default identity is blocked. */
static Verdict
carry_by_login (Holder *holder, Command *command, Instant now)
{
  GError *error = take_credential_at_hand (holder, command);

  if (error != NULL)
    return verdict_fail (error);
  command->kind = COMMAND_LOGIN;
  command->carried = TRUE;
  return judge_login (holder, command, now);
}

static GError *
not_switched (const Session *session, const Command *command)
{
  return g_error_new (SO24_ERROR, SO24_ERROR_REVOKED, "the service says that %s is active after the switch to %s",
                      session->active->id.text, command->identity_id.text);
}

static Verdict
judge_switch (Holder *holder, Command *command, Instant now)
{
  Account *account = holder->account;
  Session *session = holder->session;
  Operation set = command->identity != NULL ? OPERATION_SET_IDENTITY : OPERATION_SET_IDENTITY_BY_ID;
  gboolean confirmed = session->confirmed_us != NEVER;
  gboolean exhausted = limits_exhausted (&account->limits, &account->config, now);
  gboolean here = confirmed && session->active != NULL && guid_equal (&session->active->id, &command->identity_id);

  if (!command->set)
    {
      if (session->id == NULL)
        return carry_by_login (holder, command, now);
      return verdict_needs_unless (set, limits_refuse (&account->limits, &account->config, FALSE, now));
    }
  /* The session has ended since: the next one is switched when it is made. */
  if (session->id == NULL)
    return verdict_ready ();
  if (!confirmed && !command->unconfirmed && !exhausted)
    return verdict_needs (OPERATION_GET_IDENTITY);
  if (confirmed && !here)
    return verdict_fail (not_switched (session, command));
  if (confirmed && !command->listed && !exhausted && account->config.service_id == 0
      && own_is_gone (account, &command->identity_id))
    return verdict_needs (OPERATION_GET_IDENTITIES);
  return verdict_ready ();
}

Verdict
command_judge (Holder *holder, Command *command, Instant now)
{
  return command->kind == COMMAND_LOGIN ? judge_login (holder, command, now) : judge_switch (holder, command, now);
}

static gboolean
was_never_sent (const GError *error)
{
  return g_error_matches (error, SO24_ERROR, SO24_ERROR_REFUSED)
         || g_error_matches (error, SO24_ERROR, SO24_ERROR_UNREACHABLE)
         || g_error_matches (error, SO24_ERROR, SO24_ERROR_TLS);
}

static GError *
no_such_identity (const Call *call)
{
  return g_error_new (SO24_ERROR, SO24_ERROR_NOT_FOUND, "%s: the service knows no identity %s for this user",
                      operation_row (call->operation)->name, call->identity_id.text);
}

/*
 * The answer of SetIdentity or SetIdentityById to a switch. A lost one leaves open which identity is active: it is asked,
 * and the chosen one put back if need be, before a cookie is served. A write that fails changes nothing.
 */
static GError *
switch_answered (Holder *holder, Command *command, const Call *call, const Answer *answer)
{
  Session *session = holder->session;

  if (answer->error == NULL && !answer->truth)
    return no_such_identity (call);
  if (answer->error == NULL)
    {
      command->set = TRUE;
      session_choose (session, &command->identity_id, CHOSEN_BY_WRITE);
      return NULL;
    }
  /* The session was not there any more. Judged again, the switch is carried by a Login. */
  if (g_error_matches (answer->error, SO24_ERROR, SO24_ERROR_EXPIRED))
    return NULL;
  if (answer->is_fault || was_never_sent (answer->error))
    return g_error_copy (answer->error);

  session_doubt (session);
  session->put_back = TRUE;
  return g_error_copy (answer->error);
}

GError *
command_answered (Holder *holder, Command *command, const Call *call, Answer *answer)
{
  /* One Login for one write: a session that is over at once is told of, not chased. */
  if (command->kind == COMMAND_LOGIN && operation_row (call->operation)->in_session
      && g_error_matches (answer->error, SO24_ERROR, SO24_ERROR_EXPIRED))
    return g_error_copy (answer->error);
  switch (call->operation)
    {
    case OPERATION_SET_IDENTITY:
    case OPERATION_SET_IDENTITY_BY_ID:
      if (command->kind == COMMAND_SWITCH)
        return switch_answered (holder, command, call, answer);
      if (answer->error == NULL)
        return answer->truth ? NULL : no_such_identity (call);
      return g_error_copy (answer->error);
    case OPERATION_GET_IDENTITY:
      command->unconfirmed = answer->error != NULL;
      return NULL;
    case OPERATION_LOGIN:
    case OPERATION_AUTHENTICATE_BY_TOKEN:
      return answer->error == NULL ? NULL : g_error_copy (answer->error);
    default:
      command->listed = TRUE;
      return NULL;
    }
}

static void
change_owner (Account *account, const Credential *credential, Effects *effects)
{
  g_autofree char *owner = credential_owner_key (credential);

  if (g_strcmp0 (owner, account->owner) != 0)
    own_drop_all (account, effects);
  g_free (account->owner);
  account->owner = g_steal_pointer (&owner);
}

void
command_commit (Holder *holder, Command *command, Effects *effects)
{
  Account *account = holder->account;

  if (command->kind == COMMAND_SWITCH)
    {
      session_choose (holder->session, &command->identity_id, CHOSEN_BY_WRITE);
      if (holder->session->confirmed_us == NEVER)
        g_clear_pointer (&holder->session->active, identity_unref);
      return;
    }
  session_free (holder->session);
  holder->session = g_steal_pointer (&command->session);
  credential_forget (account);
  if (account->config.remember || command->carried)
    account->credential = credential_ref (command->credential);
  change_owner (account, command->credential, effects);
  credential_fall_back (account);
  g_clear_pointer (&account->identities, g_ptr_array_unref);
  account->identities = g_steal_pointer (&command->identities);
  limits_forgive (&account->limits);
  effects_log (effects, G_LOG_LEVEL_MESSAGE, "logged in as %s", credential_owner (command->credential));
}

void
command_abandon (Holder *holder, Command *command, Effects *effects)
{
  Call *call = &holder->call;

  if (call->command != command)
    return;
  call->command = NULL;
  if (command->kind == COMMAND_SWITCH)
    {
      /* It may be executed all the same: the chosen identity is put back before a cookie is served. */
      holder->session->put_back = TRUE;
      session_doubt (holder->session);
      return;
    }
  call_cancel (holder, effects);
}
