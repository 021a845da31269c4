/* The runner. Touches the clocks; the network, the mount and the store only through net/, fs/ and store/. */
#include "daemon/runner.h"

#include "daemon/alarm.h"
#include "soap/envelope.h"

#include <malloc.h>
#include <time.h>

/* A disk that hangs must not hang the readers. */
#define LONGEST_SYNC_MS 2000

/* What a list of so many identities replaces lies between what is still in use, where free(3) would leave it to us for ever. */
#define LONG_LIST 1000

struct Runner
{
  RunnerParts parts;
  Fs *fs;
  Alarm *alarm;
  Effects *effects;
  gboolean running;
  gboolean telling;     /* effects wait for the kernel to forget what was, and for those who watch files to be told */
  gboolean changed_own; /* what has changed is of the own session of */
  Guid changed_id;      /* this identity */
  guint sync_patience;  /* a timeout that runs while effects wait for the store; 0: none wait */
  GHashTable *calls;    /* number -> RunningCall, owned */
};

typedef struct
{
  Runner *runner;
  guint64 number;
  Operation operation;
  AnswerReader *reader;
  ClientTransfer *transfer;
  gint64 started_us; /* boot clock */
} RunningCall;

static void
running_call_free (gpointer memory)
{
  RunningCall *call = memory;

  answer_reader_free (call->reader);
  g_free (call);
}

static void
on_alarm (gpointer data)
{
  Event event = {.kind = EVENT_TIME};

  runner_post (data, &event);
}

Runner *
runner_new (const RunnerParts *parts)
{
  Runner *runner = g_new0 (Runner, 1);

  runner->parts = *parts;
  runner->alarm = alarm_new (on_alarm, runner);
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
    client_cancel (runner->parts.client, ((RunningCall *)call)->transfer);
  g_hash_table_unref (runner->calls);
  g_clear_handle_id (&runner->sync_patience, g_source_remove);
  alarm_free (runner->alarm);
  effects_free (runner->effects);
  g_free (runner);
}

void
runner_set_fs (Runner *runner, Fs *fs)
{
  runner->fs = fs;
}

Instant
runner_now (void)
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
  gboolean is_long = answer->identities != NULL && answer->identities->len > LONG_LIST;

  metrics_count_call (tree_metrics (runner->parts.tree), call->operation, answer->error,
                      runner_now ().boot_us - call->started_us);
  g_debug ("%s: %s", operation_row (call->operation)->name, answer->error == NULL ? "ok" : "failed");
  g_hash_table_remove (runner->calls, &call->number);
  runner_post (runner, &event);
  if (is_long)
    malloc_trim (0);
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
  call->started_us = runner_now ().boot_us;
  call->reader = answer_reader_new (request);
  envelope_write (request, &envelope);
  wire.own_connection = !row->only_asks;
  g_hash_table_insert (runner->calls, &call->number, call);
  call->transfer = client_call (runner->parts.client, &wire, &sink, call);
}

static void
cancel_call (Runner *runner, const Effect *effect)
{
  RunningCall *call = g_hash_table_lookup (runner->calls, &effect->call);

  if (call == NULL)
    return;
  client_cancel (runner->parts.client, call->transfer);
  metrics_count_cancelled (tree_metrics (runner->parts.tree), call->operation);
  g_hash_table_remove (runner->calls, &effect->call);
}

static void
answer (Runner *runner, const Effect *effect)
{
  if (runner->fs == NULL)
    return;
  if (effect->error != NULL)
    watchers_refused (runner->parts.watchers, fs_waiting_for (runner->fs, effect->waiter));
  fs_answer (runner->fs, effect->waiter, effect->error);
}

static void carry_on (Runner *runner);

static void
on_told (gpointer data)
{
  Runner *runner = data;

  runner->telling = FALSE;
  carry_on (runner);
}

/* Who is told, and looks, must not find what was there before. */
static void
on_settled (gpointer data)
{
  Runner *runner = data;

  watchers_look (runner->parts.watchers, runner->changed_own ? &runner->changed_id : NULL);
  watchers_wait (runner->parts.watchers, on_told, runner);
}

static void
changed (Runner *runner, const Effect *effect)
{
  g_autoptr (GArray) stale = NULL;
  gboolean own = (effect->changed & (CHANGED_OWN | CHANGED_OWN_OUTLOOK)) != 0;

  if (effect->changed == CHANGED_OWN)
    tree_own_changed (runner->parts.tree, &effect->identity_id, g_get_real_time ());
  else if (!own)
    tree_changed (runner->parts.tree, effect->changed, g_get_real_time ());
  stale = tree_take_stale (runner->parts.tree);
  runner->changed_own = own;
  runner->changed_id = effect->identity_id;
  runner->telling = TRUE;
  if (runner->fs == NULL)
    {
      on_settled (runner);
      return;
    }
  fs_forget (runner->fs, stale);
  fs_settle (runner->fs, on_settled, runner);
}

static void
say (Runner *runner, const Effect *effect)
{
  g_log_structured (G_LOG_DOMAIN, effect->level, "MESSAGE", "%s", effect->text);
}

static void
note_event (Runner *runner, const Effect *effect)
{
  tree_note_event (runner->parts.tree, effect->text, g_get_real_time ());
}

static void
set_timer (Runner *runner, const Effect *effect)
{
  if (effect->boot_us == NEVER)
    alarm_off (runner->alarm);
  else
    alarm_set (runner->alarm, effect->boot_us);
}

static void
store (Runner *runner, const Effect *effect)
{
  store_save (runner->parts.store, effect->record);
}

static void
on_locked (gpointer data, const Record *base, const Record *record, const GError *error)
{
  Event event = {.kind = EVENT_LOCKED, .base = base, .record = record, .error = error};

  runner_post (data, &event);
}

static void
lock (Runner *runner, const Effect *effect)
{
  store_lock (runner->parts.store, runner->parts.patience_s, on_locked, runner);
}

static void
unlock (Runner *runner, const Effect *effect)
{
  store_unlock (runner->parts.store);
}

static void
on_synced (gpointer data)
{
  Runner *runner = data;

  if (runner->sync_patience == 0)
    return;
  g_clear_handle_id (&runner->sync_patience, g_source_remove);
  carry_on (runner);
}

static gboolean
on_sync_too_slow (gpointer data)
{
  g_warning ("storing takes very long; going on without waiting for it");
  on_synced (data);
  return G_SOURCE_CONTINUE;
}

static void
sync_store (Runner *runner, const Effect *effect)
{
  runner->sync_patience = g_timeout_add (LONGEST_SYNC_MS, on_sync_too_slow, runner);
  store_sync (runner->parts.store, on_synced, runner);
}

static void (*const carry_out[N_EFFECTS]) (Runner *runner, const Effect *effect) = {
  [EFFECT_CALL] = make_call, [EFFECT_CANCEL] = cancel_call, [EFFECT_ANSWER] = answer,    [EFFECT_CHANGED] = changed,
  [EFFECT_LOG] = say,        [EFFECT_TIMER] = set_timer,    [EFFECT_STORE] = store,      [EFFECT_SYNC] = sync_store,
  [EFFECT_LOCK] = lock,      [EFFECT_UNLOCK] = unlock,      [EFFECT_EVENT] = note_event,
};

static gboolean
is_held (const Runner *runner)
{
  return runner->sync_patience != 0 || runner->telling;
}

static void
carry_on (Runner *runner)
{
  Effect *next;

  if (runner->running)
    return;
  runner->running = TRUE;
  while ((next = is_held (runner) ? effects_pop_urgent (runner->effects) : effects_pop (runner->effects)) != NULL)
    {
      g_autoptr (Effect) effect = next;

      carry_out[effect->kind](runner, effect);
    }
  runner->running = FALSE;
  if (runner->fs != NULL)
    fs_look_again (runner->fs);
}

void
runner_post (Runner *runner, const Event *event)
{
  account_handle (runner->parts.account, event, runner_now (), runner->effects);
  carry_on (runner);
}

void
runner_stop (Runner *runner)
{
  Event event = {.kind = EVENT_STOP};

  runner_post (runner, &event);
  while (is_held (runner))
    g_main_context_iteration (NULL, TRUE);
}
