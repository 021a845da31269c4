/* What an answer means for the session that it belongs to, and for the account. Touches nothing. */
#include "account/machine.h"
#include "base/error.h"

/* A person who writes a wrong password is told; the credential at hand, if there is one, may still be right. */
static void
rejected (Holder *holder, const Call *call, const GError *error)
{
  Account *account = holder->account;

  gboolean at_hand = account->credential != NULL && credential_equal (call->credential, account->credential);
  gboolean replaced = call->command == NULL && !at_hand;

  if (replaced)
    return;
  if (!at_hand && (account->credential != NULL || holder->session->id != NULL))
    return;
  credential_reject (account, call->credential, error);
}

/* An identity that is blocked or gone: the credential is good. It is kept to list the others with, unless a session would suffer. */
static void
blocked (Holder *holder, const Call *call)
{
  Account *account = holder->account;

  if (call->command == NULL || holder->session->id != NULL || call->command->credential == account->credential
      || !account->config.remember)
    return;
  credential_forget (account);
  account->credential = credential_ref (call->command->credential);
  g_clear_pointer (&account->identities, g_ptr_array_unref);
}

static gboolean
puts_back (const Call *call)
{
  gboolean for_a_switch = call->command != NULL && call->command->kind == COMMAND_SWITCH;

  return call->operation == OPERATION_SET_IDENTITY_BY_ID && !for_a_switch
         && call->session->chosen_by != CHOSEN_BY_NOBODY && guid_equal (&call->identity_id, &call->session->chosen);
}

/* For a reader it matters that another identity is active, whatever it was that kept us from changing that. */
static void
not_put_back (GError *error)
{
  static const So24ErrorCode kept[]
    = {SO24_ERROR_BLOCKED, SO24_ERROR_THROTTLED, SO24_ERROR_QUARANTINED, SO24_ERROR_EXPIRED};

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (g_error_matches (error, SO24_ERROR, kept[i]))
      return;
  g_prefix_error (&error, "the identity that was chosen could not be put back: ");
  error->code = SO24_ERROR_REVOKED;
}

/* A session that ends before it ever was confirmed would be renewed again and again. */
static void
end_session (Holder *holder, const Call *call, const GError *cause, Instant now)
{
  Account *account = holder->account;

  if (!call->session->proven && holder_is_own (holder))
    own_login_was_in_vain (holder, cause, now);
  else if (!call->session->proven)
    limits_login_was_in_vain (&account->limits, &account->config, cause, now);
  session_end (call->session);
}

static void
failed (Holder *holder, const Call *call, Answer *answer, Instant now, Effects *effects)
{
  GError *error = answer->error;

  if (g_error_matches (error, SO24_ERROR, SO24_ERROR_REJECTED))
    {
      g_prefix_error (&answer->error,
                      "the service rejected the credential for %s: ", credential_owner (call->credential));
      rejected (holder, call, answer->error);
    }
  else if (error_is_of_identity (error) && operation_presents_credential (call->operation))
    blocked (holder, call);
  else if (g_error_matches (error, SO24_ERROR, SO24_ERROR_EXPIRED) && operation_row (call->operation)->in_session)
    end_session (holder, call, error, now);
  else if (puts_back (call))
    not_put_back (error);
  effects_log (effects, G_LOG_LEVEL_WARNING, "%s", answer->error->message);
}

static void
logged_in (Holder *holder, const Call *call, Answer *answer, Effects *effects)
{
  Account *account = holder->account;

  session_logged_in (call->session, g_steal_pointer (&answer->session), call->sent_us);
  session_set_passport (call->session, call->operation == OPERATION_AUTHENTICATE_BY_TOKEN ? &answer->passport : NULL);
  account->logins++;
  if (call->command != NULL)
    return;
  account->renewals++;
  g_free (account->owner);
  account->owner = credential_owner_key (call->credential);
  if (holder_is_own (holder))
    effects_log (effects, G_LOG_LEVEL_INFO, "logged in for a session of %s", holder->identity_id.text);
  else
    effects_log (effects, G_LOG_LEVEL_MESSAGE, "the session was renewed");
}

static void
take_list (Holder *holder, const Call *call, Answer *answer)
{
  gboolean candidate = call->command != NULL && call->command->kind == COMMAND_LOGIN;
  GPtrArray **list = candidate ? &call->command->identities : &holder->account->identities;

  if (answer->identities == NULL)
    return;
  g_clear_pointer (list, g_ptr_array_unref);
  *list = g_steal_pointer (&answer->identities);
}

static void
asked (Holder *holder, const Call *call, const Answer *answer, Instant now, Effects *effects)
{
  g_autoptr (GError) cause = NULL;

  if (answer->truth)
    {
      call->session->asked_us = call->sent_us;
      return;
    }
  cause = g_error_new_literal (SO24_ERROR, SO24_ERROR_EXPIRED, "HasSession: the session has ended");
  end_session (holder, call, cause, now);
  effects_log (effects, G_LOG_LEVEL_MESSAGE, "the session has ended");
}

/* A Set* of our own that puts the chosen identity back; or one whose writer did not wait for the answer. */
static void
set (const Call *call, const Answer *answer)
{
  Session *session = call->session;

  if (answer->truth)
    session_doubt (session);
  if (puts_back (call))
    {
      session->put_back = FALSE;
      if (!answer->truth)
        session_withhold (session, "the identity that was chosen is gone; write another one to identity");
    }
}

static void
succeeded (Holder *holder, const Call *call, Answer *answer, Instant now, Effects *effects)
{
  switch (call->operation)
    {
    case OPERATION_LOGIN:
      logged_in (holder, call, answer, effects);
      break;
    case OPERATION_AUTHENTICATE_BY_TOKEN:
      logged_in (holder, call, answer, effects);
      if (holder->account->config.service_id == 0)
        take_list (holder, call, answer);
      break;
    case OPERATION_HAS_SESSION:
      asked (holder, call, answer, now, effects);
      break;
    case OPERATION_GET_IDENTITY:
      session_confirmed (call->session, answer->identity, call->sent_us);
      if (call->session->withheld != NULL)
        effects_log (effects, G_LOG_LEVEL_WARNING, "withheld: %s", call->session->withheld->message);
      break;
    case OPERATION_SET_IDENTITY:
    case OPERATION_SET_IDENTITY_BY_ID:
      set (call, answer);
      break;
    default:
      take_list (holder, call, answer);
      break;
    }
}

void
apply_answer (Holder *holder, const Call *call, Answer *answer, Instant now, Effects *effects)
{
  if (answer->error == NULL)
    {
      succeeded (holder, call, answer, now, effects);
      return;
    }
  failed (holder, call, answer, now, effects);
}
