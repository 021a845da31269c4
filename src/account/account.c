/* The machine: events in, effects out. Touches nothing. */
#include "account/account.h"

#include "account/machine.h"
#include "account/telling.h"
#include "base/error.h"

Account *
account_new (const AccountConfig *config)
{
  Account *account = g_new0 (Account, 1);

  account->config = *config;
  holder_init (&account->main, account);
  account->index = g_new0 (IdentityIndex, 1);
  account->own = g_ptr_array_new_with_free_func (holder_free);
  account->own_by_id = g_hash_table_new (g_str_hash, g_str_equal);
  account->stored = record_new ();
  account->offline_us = account->timer_us = account->turn_us = NEVER;
  account->their_attempt_us = NEVER;
  limits_init (&account->limits, config->seed);
  account->telling = telling_new ();
  return account;
}

void
account_free (Account *account)
{
  holder_clear (&account->main);
  g_hash_table_unref (account->own_by_id);
  g_ptr_array_unref (account->own);
  credential_forget (account);
  g_clear_pointer (&account->filed, credential_unref);
  g_clear_pointer (&account->owner, g_free);
  g_clear_pointer (&account->identities, g_ptr_array_unref);
  identity_index_clear (account->index);
  g_free (account->index);
  record_free (account->stored);
  limits_clear (&account->limits);
  telling_free (account->telling);
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
  Command *command = g_queue_peek_head (&account->main.commands);

  if (account->main.call.number != 0 && account->main.call.session == account->main.session)
    call_cancel (&account->main, effects);
  if (command != NULL && command->kind == COMMAND_SWITCH)
    begin_again (command);
  session_free (account->main.session);
  account->main.session = session;
}

static void
finish_command (Holder *holder, const GError *error, Effects *effects)
{
  Command *command = g_queue_pop_head (&holder->commands);

  effects_answer (effects, command->id, error);
  command_free (command);
}

/* Runs the commands in their order; returns when there is none left or one waits for a call. */
static void
advance_commands (Holder *holder, Instant now, Effects *effects)
{
  Command *command;

  while (holder->call.number == 0 && (command = g_queue_peek_head (&holder->commands)) != NULL)
    {
      Verdict verdict = command_judge (holder, command, now);
      g_autoptr (GError) error = verdict.error;

      if (verdict.kind == VERDICT_NEEDS)
        {
          call_make (holder, verdict.operation, command, now, effects);
          return;
        }
      if (verdict.kind == VERDICT_READY)
        command_commit (holder, command, effects);
      finish_command (holder, error, effects);
    }
}

static void
note_use (Holder *holder, Want want, Instant now)
{
  if (want == WANT_SESSION || want == WANT_COOKIE || want == WANT_IDENTITY)
    holder->used_us = now.boot_us;
}

static void
on_want (Account *account, const Event *event, Instant now, Effects *effects)
{
  Holder *holder = event->own == NULL ? &account->main : own_open (account, event->own);

  note_use (holder, event->want, now);
  waiters_add (holder, event, now);
}

gboolean
account_is_ready (const Account *account, Want want, const Guid *own, Instant now)
{
  Holder *holder = holder_find (account, own);

  /* An own session that there is none of is not made for who asks whether it is alive. */
  if (holder == NULL)
    return want == WANT_SESSION;
  return holder->used_us != NEVER && now.boot_us - holder->used_us < G_USEC_PER_SEC
         && g_queue_is_empty (&holder->commands) && waiters_would_go_on (holder, want, now);
}

static void
drop_everything (Account *account, So24ErrorCode code, const char *reason, Effects *effects)
{
  g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, code, reason);

  own_dismiss_all (account, error, effects);
  call_cancel (&account->main, effects);
  while (!g_queue_is_empty (&account->main.commands))
    finish_command (&account->main, error, effects);
}

static void
log_out (Account *account, Effects *effects)
{
  drop_everything (account, SO24_ERROR_NO_KEY, "somebody wrote to logout in the meantime", effects);
  account_use_session (account, session_new (), effects);
  own_drop_all (account, effects);
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
  account->main.used_us = now.boot_us;
  command = g_new0 (Command, 1);
  command->id = event->waiter;
  command->kind = event->command;
  command->identity_id = event->identity_id;
  command->credential = event->credential == NULL ? NULL : credential_ref (event->credential);
  command->identity = event->identity == NULL ? NULL : identity_ref (event->identity);
  g_queue_push_tail (&account->main.commands, command);
}

/* What the answer says about the service, whoever asked. */
static void
learn (Holder *holder, const Call *call, const Answer *answer, Instant now)
{
  Account *account = holder->account;
  gboolean blocked = error_is_of_identity (answer->error);
  gboolean of_its_own = holder_is_own (holder) && own_is_to_blame (call, answer);
  gboolean by_itself = call->command == NULL || call->command->kind != COMMAND_LOGIN || call->command->carried;

  if (answer->error == NULL)
    account->offline_us = NEVER;
  else if (error_is_offline (answer->error))
    account->offline_us = now.boot_us;
  if (of_its_own)
    own_put_off (holder, answer->error, now);
  limits_learn (&account->limits, &account->config, answer, (by_itself || blocked) && !of_its_own, now);
}

static void
answered (Holder *holder, Answer *answer, Instant now, Effects *effects)
{
  Call call = holder->call;
  g_autoptr (Credential) presented = NULL;
  g_autoptr (GPtrArray) concerned = NULL;
  g_autoptr (GError) error = NULL;

  call.session->switching = FALSE;
  concerned = waiters_concerned (holder, &call, now);
  presented = g_steal_pointer (&holder->call.credential);
  call_end (holder);
  apply_answer (holder, &call, answer, now, effects);
  learn (holder, &call, answer, now);
  if (call.command != NULL)
    {
      error = command_answered (holder, call.command, &call, answer);
      if (error != NULL)
        finish_command (holder, error, effects);
    }
  else if (answer->error != NULL)
    waiters_fail (holder, concerned, &call, answer->error, now, effects);
  else if (operation_logs_in (call.operation))
    waiters_note_login (holder);
  if (holder_is_own (holder))
    own_judge_session (holder, call.operation, now, effects);
}

static void
on_answer (Account *account, const Event *event, Instant now, Effects *effects)
{
  Holder *holder = event->call == account->main.call.number ? &account->main : own_find_call (account, event->call);

  if (holder != NULL && event->call != 0)
    answered (holder, event->answer, now, effects);
}

static GList *
find_command (Account *account, guint64 id)
{
  for (GList *link = account->main.commands.head; link != NULL; link = link->next)
    if (((Command *)link->data)->id == id)
      return link;
  return NULL;
}

static void
on_interrupt (Account *account, const Event *event, Instant now, Effects *effects)
{
  g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, SO24_ERROR_INTERRUPTED, "interrupted");
  GList *link;

  if (waiters_dismiss (&account->main, event->waiter, error, effects)
      || own_dismiss (account, event->waiter, error, effects))
    return;
  link = find_command (account, event->waiter);
  if (link == NULL)
    return;
  command_abandon (&account->main, link->data, effects);
  command_free (link->data);
  g_queue_delete_link (&account->main.commands, link);
  effects_answer (effects, event->waiter, error);
}

/* Whatever the time came for is worked out from the state. */
static void
on_time (Account *account, const Event *event, Instant now, Effects *effects)
{
  account->timer_us = NEVER;
  keeper_start (&account->main, now);
  own_keep (account, now);
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
  Command *command = g_queue_peek_head (&account->main.commands);

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
  waiters_fail_logins (&account->main, event->error, now, effects);
  own_fail_logins (account, event->error, now, effects);
  if (command != NULL && command->kind == COMMAND_LOGIN && (command->session == NULL || command->session->id == NULL)
      && account->main.call.command != command)
    finish_command (&account->main, event->error, effects);
}

static void
on_stop (Account *account, const Event *event, Instant now, Effects *effects)
{
  g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, SO24_ERROR_INTERRUPTED, "so24fs is stopping");

  account->stopping = TRUE;
  drop_everything (account, SO24_ERROR_INTERRUPTED, error->message, effects);
  waiters_dismiss_all (&account->main, error, effects);
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
  gint64 due_us = own_due_us (account, now, telling_due_us (account, keeper_due_us (&account->main, now)));

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
  Occasion occasion = occasion_take (account, event);

  handlers[event->kind](account, event, now, own);
  advance_commands (&account->main, now, own);
  waiters_advance (&account->main, now, own);
  if (account->identities != before.identities)
    own_list_changed (account, own);
  own_advance (account, now, own);
  lock_release (account, now, own);
  telling_tell (account, &occasion, now, effects);
  set_timer (account, now, own);
  report_note_state (account, now);
  after = sight_take (account);
  sight_tell_changes (&before, &after, effects);
  own_tell_changes (account, now, effects);
  storing_append (account, own, now, effects);
  sight_clear (&before);
  sight_clear (&after);
  occasion_clear (&occasion);
}
