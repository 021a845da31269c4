/*
 * The one call on its way, and the lock that is taken before a Login: two mounts of one account must not both renew the
 * session. Touches nothing.
 */
#include "account/machine.h"

static gboolean
may_call (Holder *holder, Operation operation, Effects *effects)
{
  Account *account = holder->account;

  if (!operation_logs_in (operation) || !account->config.stored || account->lock == LOCK_HELD)
    return TRUE;
  if (account->lock == LOCK_FREE)
    effects_plain (effects, EFFECT_LOCK);
  account->lock = LOCK_ASKED_FOR;
  return FALSE;
}

void
call_make (Holder *holder, Operation operation, Command *command, Instant now, Effects *effects)
{
  Account *account = holder->account;
  Call *call = &holder->call;
  Session *session = command != NULL && command->session != NULL ? command->session : holder->session;
  Sends sends = operation_row (operation)->sends;
  Request *request;

  if (!may_call (holder, operation, effects))
    return;
  request = request_for (holder, operation, session, command);
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
call_end (Holder *holder)
{
  holder->call.number = 0;
  holder->call.command = NULL;
  g_clear_pointer (&holder->call.credential, credential_unref);
}

void
call_cancel (Holder *holder, Effects *effects)
{
  Account *account = holder->account;

  if (holder->call.number == 0)
    return;
  effects_cancel (effects, holder->call.number);
  call_end (holder);
  /* Whoever is stopped in the middle of a Login, again and again, has to back off like one who crashed. */
  if (!account->stopping)
    account->limits.attempt_us = NEVER;
}

/* A login that has its session but is not done yet keeps the lock: others are to find its session stored. */
static gboolean
is_lock_needed (Account *account, Instant now)
{
  Command *command = g_queue_peek_head (&account->main.commands);

  if (account->main.call.number != 0 && operation_logs_in (account->main.call.operation))
    return TRUE;
  if (command != NULL
      && ((command->session != NULL && command->session->id != NULL)
          || verdict_is_login (command_judge (&account->main, command, now))))
    return TRUE;
  for (GList *link = account->main.waiters.head; link != NULL; link = link->next)
    if (verdict_is_login (want_judge (&account->main, link->data, now)))
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
