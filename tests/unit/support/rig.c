/* The bench. */
#include "support/rig.h"

#include "soap/envelope.h"

#include <string.h>

typedef struct
{
  gboolean answered;
  GError *error;
  guint changed; /* what had been said to have changed before the answer */
} Outcome;

static void
outcome_free (gpointer memory)
{
  Outcome *outcome = memory;

  g_clear_error (&outcome->error);
  g_free (outcome);
}

AccountConfig
rig_config (void)
{
  return (AccountConfig){.check_ttl_us = 60 * G_USEC_PER_SEC,
                         .offline_grace_us = 300 * G_USEC_PER_SEC,
                         .keepalive_us = 600 * G_USEC_PER_SEC,
                         .idle_after_us = 86400 * (gint64)G_USEC_PER_SEC,
                         .rate = 7200,
                         .remember = TRUE,
                         .backoff_min_us = G_USEC_PER_SEC,
                         .backoff_max_us = 900 * (gint64)G_USEC_PER_SEC,
                         .seed = 1};
}

static GHashTable *
waiters_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, outcome_free);
}

Rig *
rig_new_with (const AccountConfig *config)
{
  Rig *rig = g_new0 (Rig, 1);

  rig->config = *config;
  rig->account = account_new (config);
  rig->effects = effects_new ();
  rig->service = service_new ();
  rig->now = (Instant){1000 * G_USEC_PER_SEC, WALL_START * G_USEC_PER_SEC};
  rig->waiters = waiters_new ();
  rig->calls = g_string_new (NULL);
  rig->log = g_string_new (NULL);
  rig->events = g_string_new (NULL);
  rig->trace = g_string_new (NULL);
  rig->timer_us = NEVER;
  return rig;
}

Rig *
rig_new_for_service (gint32 service_id)
{
  AccountConfig config = rig_config ();

  config.service_id = service_id;
  return rig_new_with (&config);
}

Rig *
rig_new (void)
{
  return rig_new_for_service (0);
}

void
rig_free (Rig *rig)
{
  account_free (rig->account);
  effects_free (rig->effects);
  g_clear_pointer (&rig->service, service_free);
  g_hash_table_unref (rig->waiters);
  g_clear_pointer (&rig->request, request_free);
  g_clear_pointer (&rig->record, record_free);
  g_clear_pointer (&rig->synced, record_free);
  g_string_free (rig->trace, TRUE);
  g_string_free (rig->calls, TRUE);
  g_string_free (rig->log, TRUE);
  g_string_free (rig->events, TRUE);
  g_free (rig);
}

void
rig_pass (Rig *rig, double seconds)
{
  gint64 passed_us = (gint64)(seconds * G_USEC_PER_SEC);

  rig->now.boot_us += passed_us;
  rig->now.wall_us += passed_us;
}

void
rig_forget_waiters (Rig *rig)
{
  g_hash_table_unref (rig->waiters);
  rig->waiters = waiters_new ();
}

static void
add_word (GString *words, const char *word)
{
  if (words->len > 0)
    g_string_append_c (words, ' ');
  g_string_append (words, word);
}

/* A request without what its operation sends would make the daemon crash, or send something else than was meant. */
static void
check_request (const Request *request)
{
  const OperationRow *row = operation_row (request->operation);
  g_auto (SecretBuffer) envelope = {0};

  g_assert_cmpint (request->session != NULL, ==, row->in_session);
  g_assert_cmpint (request->credential != NULL, ==, operation_presents_credential (request->operation));
  if (row->sends == SENDS_TOKEN)
    g_assert_nonnull (request->credential->token);
  if (row->sends == SENDS_CREDENTIAL || row->sends == SENDS_CREDENTIAL_AND_SERVICE)
    {
      g_assert_nonnull (request->credential->username);
      g_assert_nonnull (request->credential->password);
    }
  g_assert_true (row->sends != SENDS_IDENTITY || request->identity != NULL);
  g_assert_true (row->sends != SENDS_IDENTITY_ID || !guid_is_zero (&request->identity_id));
  envelope_write (request, &envelope);
}

static void
take_call (Rig *rig, Effect *effect)
{
  g_assert_cmpuint (rig->call, ==, 0);
  g_assert_cmpuint (effect->call, !=, 0);
  check_request (effect->request);
  g_assert_true (rig->lock_held || !rig->config.stored || !operation_logs_in (effect->request->operation));
  rig->call = effect->call;
  rig->request = g_steal_pointer (&effect->request);
  rig->calls_made[rig->request->operation]++;
  add_word (rig->calls, operation_row (rig->request->operation)->name);
}

static void
take_answer (Rig *rig, Effect *effect)
{
  Outcome *outcome = g_hash_table_lookup (rig->waiters, &effect->waiter);

  g_assert_nonnull (outcome);
  g_assert_false (outcome->answered);
  outcome->answered = TRUE;
  outcome->error = g_steal_pointer (&effect->error);
  outcome->changed = rig->changed;
}

static void
take_cancel (Rig *rig, const Effect *effect)
{
  g_assert_cmpuint (effect->call, ==, rig->call);
  rig->call = 0;
  g_clear_pointer (&rig->request, request_free);
}

static void
take_store (Rig *rig, Effect *effect)
{
  g_assert_true (rig->config.stored);
  g_clear_pointer (&rig->record, record_free);
  rig->record = g_steal_pointer (&effect->record);
  rig->stores++;
}

static void
take_sync (Rig *rig)
{
  g_assert_nonnull (rig->record);
  g_clear_pointer (&rig->synced, record_free);
  rig->synced = record_copy (rig->record);
}

static void
take_lock (Rig *rig)
{
  g_assert_true (rig->config.stored && !rig->lock_asked && !rig->lock_held);
  rig->lock_asked = TRUE;
}

static void
take_unlock (Rig *rig)
{
  g_assert_true (rig->lock_asked || rig->lock_held);
  rig->lock_asked = rig->lock_held = FALSE;
}

static void
take_effect (Rig *rig, Effect *effect)
{
  static const char *const words[N_EFFECTS]
    = {[EFFECT_CALL] = "CALL", [EFFECT_CANCEL] = "CANCEL", [EFFECT_ANSWER] = "ANSWER", [EFFECT_STORE] = "STORE",
       [EFFECT_SYNC] = "SYNC", [EFFECT_LOCK] = "LOCK",     [EFFECT_UNLOCK] = "UNLOCK"};

  if (words[effect->kind] != NULL)
    add_word (rig->trace, words[effect->kind]);
  switch (effect->kind)
    {
    case EFFECT_CALL:
      take_call (rig, effect);
      break;
    case EFFECT_CANCEL:
      take_cancel (rig, effect);
      break;
    case EFFECT_ANSWER:
      take_answer (rig, effect);
      break;
    case EFFECT_CHANGED:
      rig->changed |= effect->changed;
      break;
    case EFFECT_LOG:
      g_string_append_printf (rig->log, "%s\n", effect->text);
      break;
    case EFFECT_EVENT:
      g_string_append_printf (rig->events, "%s\n", effect->text);
      break;
    case EFFECT_TIMER:
      rig->timer_us = effect->boot_us;
      break;
    case EFFECT_STORE:
      take_store (rig, effect);
      break;
    case EFFECT_SYNC:
      take_sync (rig);
      break;
    case EFFECT_LOCK:
      take_lock (rig);
      break;
    case EFFECT_UNLOCK:
      take_unlock (rig);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
take_effects (Rig *rig)
{
  Effect *effect;

  while ((effect = effects_pop (rig->effects)) != NULL)
    {
      if (!rig->crashed)
        take_effect (rig, effect);
      effect_free (effect);
      rig->crashed = rig->crashed || (rig->crash_in > 0 && --rig->crash_in == 0);
    }
}

void
rig_post (Rig *rig, const Event *event)
{
  static const Event granted = {.kind = EVENT_LOCKED};

  g_assert_false (rig->crashed);
  account_handle (rig->account, event, rig->now, rig->effects);
  take_effects (rig);
  while (rig->lock_asked && !rig->lock_held_back && !rig->crashed)
    {
      rig->lock_asked = FALSE;
      rig->lock_held = TRUE;
      account_handle (rig->account, &granted, rig->now, rig->effects);
      take_effects (rig);
    }
}

static guint64
post_for_waiter (Rig *rig, Event event)
{
  guint64 *number = g_new (guint64, 1);

  event.waiter = *number = ++rig->last_waiter;
  g_hash_table_insert (rig->waiters, number, g_new0 (Outcome, 1));
  rig_post (rig, &event);
  return event.waiter;
}

/* Whoever need not wait, by account_is_ready(), is answered at once, and nothing is done for him. */
guint64
rig_want (Rig *rig, Want want)
{
  gboolean ready = account_is_ready (rig->account, want, NULL, rig->now);
  gsize calls = rig->calls->len, log = rig->log->len;
  guint64 waiter = post_for_waiter (rig, (Event){.kind = EVENT_WANT, .want = want});

  if (ready)
    {
      assert_done (rig, waiter);
      g_assert_cmpuint (rig->calls->len, ==, calls);
      g_assert_cmpuint (rig->log->len, ==, log);
    }
  return waiter;
}

guint64
rig_want_now (Rig *rig, Want want)
{
  return post_for_waiter (rig, (Event){.kind = EVENT_WANT, .want = want, .ask_now = TRUE});
}

guint64
rig_write_login (Rig *rig, Credential *credential)
{
  guint64 waiter
    = post_for_waiter (rig, (Event){.kind = EVENT_COMMAND, .command = COMMAND_LOGIN, .credential = credential});

  credential_unref (credential);
  return waiter;
}

guint64
rig_write_identity (Rig *rig, const char *identity)
{
  return post_for_waiter (rig,
                          (Event){.kind = EVENT_COMMAND, .command = COMMAND_SWITCH, .identity_id = guid_of (identity)});
}

guint64
rig_write_whole_identity (Rig *rig, const char *identity)
{
  g_autoptr (Identity) whole = identity_new ();

  whole->id = guid_of (identity);
  return post_for_waiter (
    rig, (Event){.kind = EVENT_COMMAND, .command = COMMAND_SWITCH, .identity_id = whole->id, .identity = whole});
}

guint64
rig_write_logout (Rig *rig)
{
  return post_for_waiter (rig, (Event){.kind = EVENT_COMMAND, .command = COMMAND_LOGOUT});
}

void
rig_interrupt (Rig *rig, guint64 waiter)
{
  Event event = {.kind = EVENT_INTERRUPT, .waiter = waiter};

  rig_post (rig, &event);
}

void
rig_stop (Rig *rig)
{
  Event event = {.kind = EVENT_STOP};

  rig_post (rig, &event);
}

void
rig_answer_late (Rig *rig, guint64 call, Answer *answer)
{
  Event event = {.kind = EVENT_ANSWER, .call = call, .answer = answer};

  rig_post (rig, &event);
  answer_free (answer);
}

void
rig_answer (Rig *rig, Answer *answer)
{
  guint64 call = rig->call;

  g_assert_cmpuint (call, !=, 0);
  rig->call = 0;
  g_clear_pointer (&rig->request, request_free);
  rig_answer_late (rig, call, answer);
}

void
rig_serve_one (Rig *rig)
{
  g_assert_nonnull (rig->request);
  rig_answer (rig, service_answer (rig->service, rig->request));
}

void
rig_serve (Rig *rig)
{
  for (guint calls = 0; rig->call != 0; calls++)
    {
      if (calls == 50)
        g_error ("calls without end: %s", rig->calls->str);
      rig_serve_one (rig);
    }
}

static const Outcome *
outcome_of (const Rig *rig, guint64 waiter)
{
  const Outcome *outcome = g_hash_table_lookup (rig->waiters, &waiter);

  g_assert_nonnull (outcome);
  return outcome;
}

gboolean
rig_is_waiting (const Rig *rig, guint64 waiter)
{
  return !outcome_of (rig, waiter)->answered;
}

void
assert_waiting (const Rig *rig, guint64 waiter)
{
  g_assert_true (rig_is_waiting (rig, waiter));
}

void
assert_done (const Rig *rig, guint64 waiter)
{
  g_assert_false (rig_is_waiting (rig, waiter));
  g_assert_no_error (rig_error (rig, waiter));
}

void
assert_failed_with (const Rig *rig, guint64 waiter, So24ErrorCode code)
{
  g_assert_false (rig_is_waiting (rig, waiter));
  g_assert_error (rig_error (rig, waiter), SO24_ERROR, (gint)code);
}

const GError *
rig_error (const Rig *rig, guint64 waiter)
{
  return outcome_of (rig, waiter)->error;
}

guint
rig_changed_before (const Rig *rig, guint64 waiter)
{
  return outcome_of (rig, waiter)->changed;
}

void
assert_calls (Rig *rig, const char *names)
{
  g_assert_cmpstr (rig->calls->str, ==, names);
  g_string_truncate (rig->calls, 0);
}

const Request *
assert_calling (const Rig *rig, Operation operation)
{
  g_assert_nonnull (rig->request);
  g_assert_cmpstr (operation_row (rig->request->operation)->name, ==, operation_row (operation)->name);
  return rig->request;
}

void
assert_read (Rig *rig, Want want)
{
  guint64 reader = rig_want (rig, want);

  rig_serve (rig);
  assert_done (rig, reader);
}

void
assert_read_fails (Rig *rig, Want want, So24ErrorCode code)
{
  guint64 reader = rig_want (rig, want);

  rig_serve (rig);
  assert_failed_with (rig, reader, code);
}

void
assert_cookie (Rig *rig, const char *sid)
{
  g_autoptr (GError) error = NULL;
  const Secret *cookie;

  assert_read (rig, WANT_COOKIE);
  cookie = account_cookie (rig->account, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (secret_text (cookie), ==, sid);
}

void
assert_withheld (const Rig *rig, So24ErrorCode code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (account_cookie (rig->account, &error));
  g_assert_error (error, SO24_ERROR, (gint)code);
}

void
rig_log_in (Rig *rig, const char *identity)
{
  guint64 writer = rig_write_login (rig, credential_by_password ("ops@example.com", PASSWORD, identity));

  rig_serve (rig);
  assert_done (rig, writer);
  g_string_truncate (rig->calls, 0);
  rig->changed = 0;
}

Rig *
rig_logged_in (const char *identity)
{
  Rig *rig = rig_new ();

  rig_log_in (rig, identity);
  return rig;
}
