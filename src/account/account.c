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
  limits_init (&account->limits, config->seed);
  return account;
}

void
account_free (Account *account)
{
  g_queue_clear_full (&account->waiters, g_free);
  g_queue_clear_full (&account->commands, (GDestroyNotify)command_free);
  g_clear_pointer (&account->credential, credential_unref);
  g_clear_pointer (&account->owner, credential_unref);
  g_clear_pointer (&account->identities, g_ptr_array_unref);
  g_clear_error (&account->rejected);
  session_free (account->session);
  limits_clear (&account->limits);
  g_free (account);
}

static void
make_call (Account *account, Operation operation, Command *command, Instant now, Effects *effects)
{
  Call *call = &account->call;
  Session *session = command != NULL && command->session != NULL ? command->session : account->session;
  Request *request = request_for (account, operation, session, command);

  call->number = ++account->last_call;
  call->operation = operation;
  call->sent_us = now.boot_us;
  call->session = session;
  call->command = command;
  call->identity_id = operation == OPERATION_SET_IDENTITY ? command->identity_id : request->identity_id;
  if (operation_row (operation)->sends == SENDS_IDENTITY || operation_row (operation)->sends == SENDS_IDENTITY_ID)
    session->switching = TRUE;
  effects_call (effects, call->number, request);
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
          make_call (account, verdict.operation, command, now, effects);
          return;
        }
      if (verdict.kind == VERDICT_READY)
        command_commit (account, command, effects);
      finish_command (account, error, effects);
    }
}

/* Answers the waiters who can be answered, and makes the call that the first of the others needs. */
static void
advance_waiters (Account *account, Instant now, Effects *effects)
{
  for (GList *link = account->waiters.head, *next; link != NULL; link = next)
    {
      Waiter *waiter = link->data;
      Verdict verdict = want_judge (account, waiter, now);
      g_autoptr (GError) error = verdict.error;

      next = link->next;
      if (verdict.kind == VERDICT_READY || verdict.kind == VERDICT_FAIL)
        {
          effects_answer (effects, waiter->id, error);
          g_free (waiter);
          g_queue_delete_link (&account->waiters, link);
        }
      else if (verdict.kind == VERDICT_NEEDS && account->call.number == 0)
        make_call (account, verdict.operation, NULL, now, effects);
    }
}

/* Those whom the call is made for; who came too late for it, and asked for the truth of this moment, is not among them. */
static GPtrArray *
concerned_waiters (Account *account, const Call *call, Instant now)
{
  GPtrArray *concerned = g_ptr_array_new ();

  for (GList *link = account->waiters.head; link != NULL; link = link->next)
    {
      Waiter *waiter = link->data;
      Verdict verdict = want_judge (account, waiter, now);

      g_clear_error (&verdict.error);
      if (verdict.kind == VERDICT_NEEDS && verdict.operation == call->operation && waiter->since_us <= call->sent_us)
        g_ptr_array_add (concerned, waiter);
    }
  return concerned;
}

/* Whether there is another way to what the waiter wants: a new Login, or the list without one. */
static gboolean
has_another_way (const Waiter *waiter, const Call *call, const GError *error)
{
  gboolean login = call->operation == OPERATION_LOGIN || call->operation == OPERATION_AUTHENTICATE_BY_TOKEN;

  return g_error_matches (error, SO24_ERROR, SO24_ERROR_EXPIRED)
         || (login && waiter->want == WANT_IDENTITIES && g_error_matches (error, SO24_ERROR, SO24_ERROR_BLOCKED));
}

static void
fail_waiters (Account *account, GPtrArray *concerned, const Call *call, const GError *error, Instant now,
              Effects *effects)
{
  for (guint i = 0; i < concerned->len; i++)
    {
      Waiter *waiter = g_ptr_array_index (concerned, i);
      g_autoptr (GError) failure = NULL;

      if (has_another_way (waiter, call, error))
        continue;
      failure = want_failure (account, waiter, error, now);
      effects_answer (effects, waiter->id, failure);
      g_queue_remove (&account->waiters, waiter);
      g_free (waiter);
    }
}

/* A waiter gets one Login: a session that ends again right after it is not chased. */
static void
mark_logged_in (Account *account)
{
  for (GList *link = account->waiters.head; link != NULL; link = link->next)
    ((Waiter *)link->data)->logged_in = TRUE;
}

static void
on_want (Account *account, const Event *event, Instant now, Effects *effects)
{
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->id = event->waiter;
  waiter->want = event->want;
  waiter->ask_now = event->ask_now;
  waiter->since_us = event->ask_now ? now.boot_us : now.boot_us - account->config.check_ttl_us;
  g_queue_push_tail (&account->waiters, waiter);
}

static void
drop_everything (Account *account, So24ErrorCode code, const char *reason, Effects *effects)
{
  g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, code, reason);

  if (account->call.number != 0)
    effects_cancel (effects, account->call.number);
  account->call.number = 0;
  while (!g_queue_is_empty (&account->commands))
    finish_command (account, error, effects);
}

static void
log_out (Account *account, Effects *effects)
{
  drop_everything (account, SO24_ERROR_NO_KEY, "somebody wrote to logout in the meantime", effects);
  session_free (account->session);
  account->session = session_new ();
  g_clear_pointer (&account->credential, credential_unref);
  g_clear_pointer (&account->owner, credential_unref);
  g_clear_error (&account->rejected);
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
  Answer *answer = event->answer;
  gboolean by_itself;
  g_autoptr (GPtrArray) concerned = NULL;
  g_autoptr (GError) error = NULL;

  if (event->call != call.number || call.number == 0)
    return;
  by_itself = call.command == NULL || call.command->kind != COMMAND_LOGIN || call.command->carried;
  call.session->switching = FALSE;
  concerned = concerned_waiters (account, &call, now);
  account->call.number = 0;
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
    fail_waiters (account, concerned, &call, answer->error, now, effects);
  else if (call.operation == OPERATION_LOGIN || call.operation == OPERATION_AUTHENTICATE_BY_TOKEN)
    mark_logged_in (account);
}

static GList *
find_waiter (GQueue *queue, guint64 id)
{
  /* Waiter and Command both begin with their id. */
  for (GList *link = queue->head; link != NULL; link = link->next)
    if (*(guint64 *)link->data == id)
      return link;
  return NULL;
}

static void
on_interrupt (Account *account, const Event *event, Instant now, Effects *effects)
{
  g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, SO24_ERROR_INTERRUPTED, "interrupted");
  GList *link = find_waiter (&account->waiters, event->waiter);

  if (link != NULL)
    {
      g_free (link->data);
      g_queue_delete_link (&account->waiters, link);
      effects_answer (effects, event->waiter, error);
      return;
    }
  link = find_waiter (&account->commands, event->waiter);
  if (link != NULL)
    {
      command_abandon (account, link->data, effects);
      command_free (link->data);
      g_queue_delete_link (&account->commands, link);
      effects_answer (effects, event->waiter, error);
    }
}

static void
on_stop (Account *account, const Event *event, Instant now, Effects *effects)
{
  g_autoptr (GError) error = g_error_new_literal (SO24_ERROR, SO24_ERROR_INTERRUPTED, "so24fs is stopping");
  Waiter *waiter;

  drop_everything (account, SO24_ERROR_INTERRUPTED, error->message, effects);
  while ((waiter = g_queue_pop_head (&account->waiters)) != NULL)
    {
      effects_answer (effects, waiter->id, error);
      g_free (waiter);
    }
}

static void (*const handlers[N_EVENTS]) (Account *account, const Event *event, Instant now, Effects *effects) = {
  [EVENT_WANT] = on_want,           [EVENT_COMMAND] = on_command, [EVENT_ANSWER] = on_answer,
  [EVENT_INTERRUPT] = on_interrupt, [EVENT_STOP] = on_stop,
};

void
account_handle (Account *account, const Event *event, Instant now, Effects *effects)
{
  Sight before = sight_take (account), after;

  handlers[event->kind](account, event, now, effects);
  advance_commands (account, now, effects);
  advance_waiters (account, now, effects);
  after = sight_take (account);
  sight_tell_changes (&before, &after, effects);
  sight_clear (&before);
  sight_clear (&after);
}
