/*
 * The one call on its way, and the lock that is taken before a Login: two mounts of one account must not both renew the
 * session. Touches nothing.
 */
#include "account/machine.h"

static gboolean
may_log_in (Account *account, Effects *effects)
{
  if (account->logging_in != NULL)
    return FALSE;
  if (!account->config.stored || account->lock == LOCK_HELD)
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

  if (holder_is_own (holder) && !turn_take (holder, now))
    return;
  if (operation_logs_in (operation) && !may_log_in (account, effects))
    return;
  if (holder_is_own (holder))
    turn_spend (holder, now);
  if (operation_logs_in (operation))
    account->logging_in = holder;
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
  if (holder->account->logging_in == holder)
    holder->account->logging_in = NULL;
  holder->call.number = 0;
  holder->call.command = NULL;
  g_clear_pointer (&holder->call.credential, credential_unref);
}

void
call_cancel (Holder *holder, Effects *effects)
{
  Account *account = holder->account;
  gboolean logs_in = account->logging_in == holder;

  if (holder->call.number == 0)
    return;
  effects_cancel (effects, holder->call.number);
  call_end (holder);
  /* Whoever is stopped in the middle of a Login, again and again, has to back off like one who crashed. */
  if (logs_in && !account->stopping)
    account->limits.attempt_us = NEVER;
}

/* A login that has its session but is not done yet keeps the lock: others are to find its session stored. */
static gboolean
does_command_need_lock (Account *account, Instant now)
{
  Command *command = g_queue_peek_head (&account->main.commands);

  return command != NULL
         && ((command->session != NULL && command->session->id != NULL)
             || verdict_is_login (command_judge (&account->main, command, now)));
}

static gboolean
is_lock_needed (Account *account, Instant now)
{
  return account->logging_in != NULL || does_command_need_lock (account, now)
         || waiters_need_login (&account->main, now) || own_need_login (account, now);
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
