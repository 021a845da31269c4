/*
 * The one call on its way, and the lock that is taken before a Login: two mounts of one account must not both renew the
 * session. Touches nothing.
 */
#include "account/machine.h"

static gboolean
may_call (Account *account, Operation operation, Effects *effects)
{
  if (!operation_logs_in (operation) || !account->config.stored || account->lock == LOCK_HELD)
    return TRUE;
  if (account->lock == LOCK_FREE)
    effects_plain (effects, EFFECT_LOCK);
  account->lock = LOCK_ASKED_FOR;
  return FALSE;
}

void
call_make (Account *account, Operation operation, Command *command, Instant now, Effects *effects)
{
  Call *call = &account->call;
  Session *session = command != NULL && command->session != NULL ? command->session : account->session;
  Sends sends = operation_row (operation)->sends;
  Request *request;

  if (!may_call (account, operation, effects))
    return;
  request = request_for (account, operation, session, command);
  limits_spend (&account->limits, &account->config, operation_logs_in (operation), now);
  call->number = ++account->last_call;
  call->operation = operation;
  call->sent_us = now.boot_us;
  call->session = session;
  call->command = command;
  call->credential = request->credential == NULL ? NULL : credential_ref (request->credential);
  call->identity_id = operation == OPERATION_SET_IDENTITY ? command->identity_id : request->identity_id;
  if (sends == SENDS_IDENTITY || sends == SENDS_IDENTITY_ID)
    session->switching = TRUE;
  effects_call (effects, call->number, request);
}

void
call_end (Account *account)
{
  account->call.number = 0;
  account->call.command = NULL;
  g_clear_pointer (&account->call.credential, credential_unref);
}

void
call_cancel (Account *account, Effects *effects)
{
  if (account->call.number == 0)
    return;
  effects_cancel (effects, account->call.number);
  call_end (account);
  /* Whoever is stopped in the middle of a Login, again and again, has to back off like one who crashed. */
  if (!account->stopping)
    account->limits.attempt_us = NEVER;
}

/* A login that has its session but is not done yet keeps the lock: others are to find its session stored. */
static gboolean
is_lock_needed (Account *account, Instant now)
{
  Command *command = g_queue_peek_head (&account->commands);

  if (account->call.number != 0 && operation_logs_in (account->call.operation))
    return TRUE;
  if (command != NULL
      && ((command->session != NULL && command->session->id != NULL)
          || verdict_is_login (command_judge (account, command, now))))
    return TRUE;
  for (GList *link = account->waiters.head; link != NULL; link = link->next)
    if (verdict_is_login (want_judge (account, link->data, now)))
      return TRUE;
  return FALSE;
}

/* One that was asked for and is not needed any more is given back when it comes. */
void
lock_release (Account *account, Instant now, Effects *effects)
{
  if (account->lock != LOCK_HELD || is_lock_needed (account, now))
    return;
  account->lock = LOCK_FREE;
  effects_plain (effects, EFFECT_UNLOCK);
}
