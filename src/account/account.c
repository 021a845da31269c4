/* The machine: events in, effects out. Touches nothing. */
#include "account/account.h"

#include "account/machine.h"
#include "base/error.h"

Account *
account_new (const AccountConfig *config)
{
  Account *account = g_new0 (Account, 1);

  account->config = *config;
  account->session = session_new ();
  account->stored = record_new ();
  account->used_us = account->kept_us = account->offline_us = account->timer_us = NEVER;
  account->their_attempt_us = NEVER;
  limits_init (&account->limits, config->seed);
  return account;
}

void
account_free (Account *account)
{
  g_queue_clear_full (&account->waiters, g_free);
  g_queue_clear_full (&account->commands, (GDestroyNotify)command_free);
  call_end (account);
  credential_forget (account);
  g_clear_pointer (&account->filed, credential_unref);
  g_clear_pointer (&account->owner, g_free);
  g_clear_pointer (&account->identities, g_ptr_array_unref);
  record_free (account->stored);
  session_free (account->session);
  limits_clear (&account->limits);
  g_free (account);
}

/* A command that runs has to look again at what is to be done in the other session. */
static void
begin_again (Command *command)
{
  command->set = command->unconfirmed = FALSE;
}

void
account_use_session (Account *account, Session *session, Effects *effects)
{
  Command *command = g_queue_peek_head (&account->commands);

  if (account->call.number != 0 && account->call.session == account->session)
    call_cancel (account, effects);
  if (command != NULL && command->kind == COMMAND_SWITCH)
    begin_again (command);
  session_free (account->session);
  account->session = session;
}

static void
finish_command (Account *account, const GError *error, Effects *effects)
{
  Command *command = g_queue_pop_head (&account->commands);

  effects_answer (effects, command->id, error);
  command_free (command);
}

/* Runs the commands in their order; returns when there is none left or one waits for a call. */
static void
advance_commands (Account *account, Instant now, Effects *effects)
{
  Command *command;

  while (account->call.number == 0 && (command = g_queue_peek_head (&account->commands)) != NULL)
    {
      Verdict verdict = command_judge (account, command, now);
      g_autoptr (GError) error = verdict.error;

      if (verdict.kind == VERDICT_NEEDS)
        {
          call_make (account, verdict.operation, command, now, effects);
          return;
        }
      if (verdict.kind == VERDICT_READY)
        command_commit (account, command, effects);
      finish_command (account, error, effects);
    }
}

static void
note_use (Account *account, Want want, Instant now)
{
  if (want == WANT_SESSION || want == WANT_COOKIE || want == WANT_IDENTITY)
    account->used_us = now.boot_us;
}

static void
on_want (Account *account, const Event *event, Instant now, Effects *effects)
{
  note_use (account, event->want, now);
  waiters_add (account, event, now);
}

static void
drop_everything (Account *account, So24ErrorCode code, const char *reason, Effects *effects)
{
  g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, code, reason);

  call_cancel (account, effects);
  while (!g_queue_is_empty (&account->commands))
    finish_command (account, error, effects);
}

static void
log_out (Account *account, Effects *effects)
{
  drop_everything (account, SO24_ERROR_NO_KEY, "somebody wrote to logout in the meantime", effects);
  account_use_session (account, session_new (), effects);
  credential_forget (account);
  g_clear_pointer (&account->filed, credential_unref);
  g_clear_pointer (&account->owner, g_free);
  g_clear_pointer (&account->identities, g_ptr_array_unref);
  limits_forgive (&account->limits);
  effects_log (effects, G_LOG_LEVEL_MESSAGE, "logged out");
}

static void
on_command (Account *account, const Event *event, Instant now, Effects *effects)
{
  Command *command;

  if (event->command == COMMAND_LOGOUT)
    {
      log_out (account, effects);
      effects_answer (effects, event->waiter, NULL);
      return;
    }
  account->used_us = now.boot_us;
  command = g_new0 (Command, 1);
  command->id = event->waiter;
  command->kind = event->command;
  command->identity_id = event->identity_id;
  command->credential = event->credential == NULL ? NULL : credential_ref (event->credential);
  command->identity = event->identity == NULL ? NULL : identity_ref (event->identity);
  g_queue_push_tail (&account->commands, command);
}

static void
on_answer (Account *account, const Event *event, Instant now, Effects *effects)
{
  Call call = account->call;
  g_autoptr (Credential) presented = NULL;
  Answer *answer = event->answer;
  gboolean by_itself;
  g_autoptr (GPtrArray) concerned = NULL;
  g_autoptr (GError) error = NULL;

  if (event->call != call.number || call.number == 0)
    return;
  by_itself = call.command == NULL || call.command->kind != COMMAND_LOGIN || call.command->carried;
  call.session->switching = FALSE;
  concerned = waiters_concerned (account, &call, now);
  presented = g_steal_pointer (&account->call.credential);
  call_end (account);
  if (answer->error == NULL)
    account->offline_us = NEVER;
  else if (error_is_offline (answer->error))
    account->offline_us = now.boot_us;
  apply_answer (account, &call, answer, now, effects);
  by_itself = by_itself || g_error_matches (answer->error, SO24_ERROR, SO24_ERROR_BLOCKED);
  limits_learn (&account->limits, &account->config, answer, by_itself, now);
  if (call.command != NULL)
    {
      error = command_answered (account, call.command, &call, answer);
      if (error != NULL)
        finish_command (account, error, effects);
    }
  else if (answer->error != NULL)
    waiters_fail (account, concerned, &call, answer->error, now, effects);
  else if (operation_logs_in (call.operation))
    waiters_note_login (account);
}

static GList *
find_command (Account *account, guint64 id)
{
  for (GList *link = account->commands.head; link != NULL; link = link->next)
    if (((Command *)link->data)->id == id)
      return link;
  return NULL;
}

static void
on_interrupt (Account *account, const Event *event, Instant now, Effects *effects)
{
  g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, SO24_ERROR_INTERRUPTED, "interrupted");
  GList *link;

  if (waiters_dismiss (account, event->waiter, error, effects))
    return;
  link = find_command (account, event->waiter);
  if (link == NULL)
    return;
  command_abandon (account, link->data, effects);
  command_free (link->data);
  g_queue_delete_link (&account->commands, link);
  effects_answer (effects, event->waiter, error);
}

/* Whatever the time came for is worked out from the state. */
static void
on_time (Account *account, const Event *event, Instant now, Effects *effects)
{
  account->timer_us = NEVER;
  keeper_start (account, now);
}

static void
on_record (Account *account, const Event *event, Instant now, Effects *effects)
{
  storing_adopt (account, event->base, event->record, now, effects);
}

/* Whoever had the lock before us, and did not note the end of his Login, has not lived to see it. */
static void
on_locked (Account *account, const Event *event, Instant now, Effects *effects)
{
  Command *command = g_queue_peek_head (&account->commands);

  if (account->lock != LOCK_ASKED_FOR)
    return;
  if (event->record != NULL)
    storing_adopt (account, event->base, event->record, now, effects);
  account->lock = event->error == NULL ? LOCK_HELD : LOCK_FREE;
  if (event->error == NULL)
    {
      limits_attempt_failed (&account->limits, account->their_attempt_us);
      account->their_attempt_us = NEVER;
      return;
    }
  waiters_fail_logins (account, event->error, now, effects);
  if (command != NULL && command->kind == COMMAND_LOGIN && (command->session == NULL || command->session->id == NULL)
      && account->call.command != command)
    finish_command (account, event->error, effects);
}

static void
on_stop (Account *account, const Event *event, Instant now, Effects *effects)
{
  g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, SO24_ERROR_INTERRUPTED, "so24fs is stopping");

  account->stopping = TRUE;
  drop_everything (account, SO24_ERROR_INTERRUPTED, error->message, effects);
  waiters_dismiss_all (account, error, effects);
  budget_return (&account->limits.budget);
  account->limits.budget.unsaved = TRUE;
}

static void (*const handlers[N_EVENTS]) (Account *account, const Event *event, Instant now, Effects *effects) = {
  [EVENT_WANT] = on_want,           [EVENT_COMMAND] = on_command, [EVENT_ANSWER] = on_answer,
  [EVENT_INTERRUPT] = on_interrupt, [EVENT_TIME] = on_time,       [EVENT_CREDENTIAL] = credential_found,
  [EVENT_LOCKED] = on_locked,       [EVENT_RECORD] = on_record,   [EVENT_STOP] = on_stop,
};

static void
set_timer (Account *account, Instant now, Effects *effects)
{
  gint64 due_us = keeper_due_us (account, now);

  if (due_us == account->timer_us)
    return;
  account->timer_us = due_us;
  effects_timer (effects, due_us);
}

void
account_handle (Account *account, const Event *event, Instant now, Effects *effects)
{
  g_autoptr (Effects) own = effects_new ();
  Sight before = sight_take (account), after;

  handlers[event->kind](account, event, now, own);
  advance_commands (account, now, own);
  waiters_advance (account, now, own);
  lock_release (account, now, own);
  set_timer (account, now, own);
  after = sight_take (account);
  sight_tell_changes (&before, &after, effects);
  storing_append (account, own, now, effects);
  sight_clear (&before);
  sight_clear (&after);
}
