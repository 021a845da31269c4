/* The runner. Touches the clocks; the network and the mount only through net/ and fs/. */
#include "daemon/runner.h"

#include "soap/envelope.h"

#include <time.h>

struct Runner
{
  Account *account;
  Client *client;
  Tree *tree;
  Fs *fs;
  Effects *effects;
  gboolean running;
  GHashTable *calls; /* number -> RunningCall, owned */
};

typedef struct
{
  Runner *runner;
  guint64 number;
  Operation operation;
  AnswerReader *reader;
  ClientTransfer *transfer;
} RunningCall;

static void
running_call_free (gpointer memory)
{
  RunningCall *call = memory;

  answer_reader_free (call->reader);
  g_free (call);
}

Runner *
runner_new (Account *account, Client *client, Tree *tree)
{
  Runner *runner = g_new0 (Runner, 1);

  runner->account = account;
  runner->client = client;
  runner->tree = tree;
  runner->effects = effects_new ();
  runner->calls = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, running_call_free);
  return runner;
}

void
runner_free (Runner *runner)
{
  GHashTableIter iter;
  gpointer call;

  g_hash_table_iter_init (&iter, runner->calls);
  while (g_hash_table_iter_next (&iter, NULL, &call))
    client_cancel (runner->client, ((RunningCall *)call)->transfer);
  g_hash_table_unref (runner->calls);
  effects_free (runner->effects);
  g_free (runner);
}

void
runner_set_fs (Runner *runner, Fs *fs)
{
  runner->fs = fs;
}

static Instant
now (void)
{
  struct timespec boot;

  clock_gettime (CLOCK_BOOTTIME, &boot);
  return (Instant){(gint64)boot.tv_sec * G_USEC_PER_SEC + boot.tv_nsec / 1000, g_get_real_time ()};
}

static void
on_body (gpointer data, const HttpHead *head, const char *bytes, gsize length)
{
  RunningCall *call = data;

  answer_reader_feed (call->reader, head, bytes, length);
}

static void
on_done (gpointer data, const HttpHead *head, const GError *error)
{
  RunningCall *call = data;
  Runner *runner = call->runner;
  g_autoptr (Answer) answer = error != NULL ? answer_reader_break_off (call->reader, head, g_error_copy (error))
                                            : answer_reader_finish (call->reader, head);
  Event event = {.kind = EVENT_ANSWER, .call = call->number, .answer = answer};

  g_debug ("%s: %s", operation_row (call->operation)->name, answer->error == NULL ? "ok" : "failed");
  g_hash_table_remove (runner->calls, &call->number);
  runner_post (runner, &event);
}

static void
make_call (Runner *runner, const Effect *effect)
{
  static const ClientSink sink = {on_body, on_done};
  const Request *request = effect->request;
  const OperationRow *row = operation_row (request->operation);
  g_auto (SecretBuffer) envelope = {0};
  RunningCall *call = g_new0 (RunningCall, 1);
  ClientCall wire = {.action = row->action, .session = request->session, .envelope = &envelope};

  call->runner = runner;
  call->number = effect->call;
  call->operation = request->operation;
  call->reader = answer_reader_new (request);
  envelope_write (request, &envelope);
  wire.own_connection = !row->only_asks;
  g_hash_table_insert (runner->calls, &call->number, call);
  call->transfer = client_call (runner->client, &wire, &sink, call);
}

static void
cancel_call (Runner *runner, const Effect *effect)
{
  RunningCall *call = g_hash_table_lookup (runner->calls, &effect->call);

  if (call == NULL)
    return;
  client_cancel (runner->client, call->transfer);
  g_hash_table_remove (runner->calls, &effect->call);
}

static void
answer (Runner *runner, const Effect *effect)
{
  if (runner->fs != NULL)
    fs_answer (runner->fs, effect->waiter, effect->error);
}

static void
changed (Runner *runner, const Effect *effect)
{
  tree_changed (runner->tree, effect->changed, g_get_real_time ());
}

static void
say (Runner *runner, const Effect *effect)
{
  g_log_structured (G_LOG_DOMAIN, effect->level, "MESSAGE", "%s", effect->text);
}

static void (*const carry_out[]) (Runner *runner, const Effect *effect) = {
  [EFFECT_CALL] = make_call, [EFFECT_CANCEL] = cancel_call, [EFFECT_ANSWER] = answer, [EFFECT_CHANGED] = changed,
  [EFFECT_LOG] = say,
};

void
runner_post (Runner *runner, const Event *event)
{
  Effect *next;

  account_handle (runner->account, event, now (), runner->effects);
  if (runner->running)
    return;
  runner->running = TRUE;
  while ((next = effects_pop (runner->effects)) != NULL)
    {
      g_autoptr (Effect) effect = next;

      carry_out[effect->kind](runner, effect);
    }
  runner->running = FALSE;
}
