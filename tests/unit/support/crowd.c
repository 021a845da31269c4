/* Carries out what the account wishes, for many sessions at once. */
#include "support/crowd.h"

#include <string.h>

#define WALL_START G_GINT64_CONSTANT (1795600000)
#define OPS        "ops@example.com"

static void
assert_one_call_each (Crowd *crowd, const Request *request)
{
  for (guint i = 0; i < crowd->calls->len; i++)
    {
      const Request *other = g_ptr_array_index (crowd->calls, i);

      g_assert_false (operation_logs_in (request->operation) && operation_logs_in (other->operation));
      g_assert_true (request->session == NULL || other->session == NULL
                     || !secret_equal (request->session, other->session));
    }
}

static void
take_call (Crowd *crowd, Effect *effect)
{
  assert_one_call_each (crowd, effect->request);
  crowd->calls_made[effect->request->operation]++;
  g_ptr_array_add (crowd->calls, g_steal_pointer (&effect->request));
  g_array_append_val (crowd->numbers, effect->call);
  crowd->most_calls = MAX (crowd->most_calls, crowd->calls->len);
}

static void
drop_call (Crowd *crowd, guint i)
{
  g_ptr_array_remove_index (crowd->calls, i);
  g_array_remove_index (crowd->numbers, i);
}

static void
cancel_call (Crowd *crowd, guint64 number)
{
  for (guint i = 0; i < crowd->numbers->len; i++)
    if (g_array_index (crowd->numbers, guint64, i) == number)
      drop_call (crowd, i--);
}

static void
take_answer (Crowd *crowd, Effect *effect)
{
  guint64 *waiter = g_new (guint64, 1);

  *waiter = effect->waiter;
  g_assert_false (g_hash_table_contains (crowd->answers, waiter));
  g_hash_table_insert (crowd->answers, waiter, g_steal_pointer (&effect->error));
}

static gboolean
take_effect (Crowd *crowd, Effect *effect)
{
  switch (effect->kind)
    {
    case EFFECT_CALL:
      take_call (crowd, effect);
      break;
    case EFFECT_CANCEL:
      cancel_call (crowd, effect->call);
      break;
    case EFFECT_ANSWER:
      take_answer (crowd, effect);
      break;
    case EFFECT_TIMER:
      crowd->timer_us = effect->boot_us;
      break;
    case EFFECT_STORE:
      g_clear_pointer (&crowd->record, record_free);
      crowd->record = g_steal_pointer (&effect->record);
      break;
    case EFFECT_CHANGED:
      crowd->own_changes += (effect->changed & CHANGED_OWN) != 0;
      break;
    case EFFECT_EVENT:
      g_string_append_printf (crowd->events, "%s\n", effect->text);
      break;
    default:
      break;
    }
  return effect->kind == EFFECT_LOCK;
}

static void
post (Crowd *crowd, const Event *event)
{
  static const Event granted = {.kind = EVENT_LOCKED};
  gboolean asks_for_lock = FALSE;
  Effect *effect;

  account_handle (crowd->account, event, crowd->now, crowd->effects);
  while ((effect = effects_pop (crowd->effects)) != NULL)
    {
      asks_for_lock = take_effect (crowd, effect) || asks_for_lock;
      effect_free (effect);
    }
  if (asks_for_lock)
    post (crowd, &granted);
}

static guint64
post_for_waiter (Crowd *crowd, Event event)
{
  event.waiter = ++crowd->last_waiter;
  post (crowd, &event);
  return event.waiter;
}

static void
free_error (gpointer error)
{
  if (error != NULL)
    g_error_free (error);
}

Guid
crowd_identity (guint number)
{
  Guid guid;

  g_snprintf (guid.text, sizeof guid.text, "77777777-0000-4000-8000-%012u", number);
  return guid;
}

void
crowd_log_in (Crowd *crowd)
{
  g_autoptr (Credential) credential = credential_by_password (OPS, PASSWORD, NULL);

  post_for_waiter (crowd, (Event){.kind = EVENT_COMMAND, .command = COMMAND_LOGIN, .credential = credential});
  crowd_live (crowd, 0);
}

Crowd *
crowd_new (guint identities, gint64 rate)
{
  Crowd *crowd = g_new0 (Crowd, 1);
  gint64 second_us = G_USEC_PER_SEC;

  crowd->config = (AccountConfig){.check_ttl_us = 60 * second_us,
                                  .offline_grace_us = 300 * second_us,
                                  .idle_after_us = 86400 * second_us,
                                  .backoff_min_us = second_us,
                                  .backoff_max_us = 900 * second_us,
                                  .rate = rate,
                                  .remember = TRUE,
                                  .stored = TRUE,
                                  .seed = 1};
  crowd->account = account_new (&crowd->config);
  crowd->effects = effects_new ();
  crowd->service = service_new ();
  crowd->now = (Instant){1000 * second_us, WALL_START * second_us};
  crowd->timer_us = NEVER;
  crowd->events = g_string_new (NULL);
  crowd->calls = g_ptr_array_new_with_free_func ((GDestroyNotify)request_free);
  crowd->numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  crowd->answers = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, free_error);
  for (guint i = 0; i < identities; i++)
    service_add (crowd->service, crowd_identity (i).text, "Client");
  crowd_log_in (crowd);
  memset (crowd->calls_made, 0, sizeof crowd->calls_made);
  crowd->most_calls = 0;
  return crowd;
}

void
crowd_free (Crowd *crowd)
{
  g_string_free (crowd->events, TRUE);
  account_free (crowd->account);
  effects_free (crowd->effects);
  service_free (crowd->service);
  g_ptr_array_unref (crowd->calls);
  g_array_unref (crowd->numbers);
  g_hash_table_unref (crowd->answers);
  g_clear_pointer (&crowd->record, record_free);
  g_free (crowd);
}

static void
pass (Crowd *crowd, gint64 us)
{
  crowd->now.boot_us += us;
  crowd->now.wall_us += us;
}

static guint64
want (Crowd *crowd, guint number, gboolean ask_now)
{
  Guid identity = crowd_identity (number);
  gboolean ready = !ask_now && account_is_ready (crowd->account, WANT_COOKIE, &identity, crowd->now);
  guint calls = crowd->calls->len;
  guint64 waiter
    = post_for_waiter (crowd, (Event){.kind = EVENT_WANT, .want = WANT_COOKIE, .own = &identity, .ask_now = ask_now});

  if (ready)
    {
      g_assert_true (g_hash_table_contains (crowd->answers, &waiter));
      g_assert_null (g_hash_table_lookup (crowd->answers, &waiter));
      g_assert_cmpuint (crowd->calls->len, ==, calls);
    }
  return waiter;
}

guint64
crowd_want (Crowd *crowd, guint number)
{
  return want (crowd, number, FALSE);
}

guint64
crowd_want_now (Crowd *crowd, guint number)
{
  pass (crowd, G_USEC_PER_SEC);
  return want (crowd, number, TRUE);
}

void
crowd_interrupt (Crowd *crowd, guint64 waiter)
{
  post (crowd, &(Event){.kind = EVENT_INTERRUPT, .waiter = waiter});
}

gboolean
crowd_serve_one (Crowd *crowd)
{
  g_autoptr (Answer) answer = NULL;
  Event event = {.kind = EVENT_ANSWER};

  if (crowd->calls->len == 0)
    return FALSE;
  event.call = g_array_index (crowd->numbers, guint64, 0);
  event.answer = answer = service_answer (crowd->service, g_ptr_array_index (crowd->calls, 0));
  drop_call (crowd, 0);
  post (crowd, &event);
  return TRUE;
}

double
crowd_live (Crowd *crowd, double seconds)
{
  gint64 start_us = crowd->now.boot_us, end_us = start_us + (gint64)(seconds * G_USEC_PER_SEC);

  for (;;)
    if (crowd_serve_one (crowd))
      continue;
    else if (crowd->timer_us != NEVER && crowd->timer_us <= end_us)
      {
        pass (crowd, MAX (0, crowd->timer_us - crowd->now.boot_us));
        crowd->timer_us = NEVER;
        post (crowd, &(Event){.kind = EVENT_TIME});
      }
    else
      break;
  return (double)(crowd->now.boot_us - start_us) / G_USEC_PER_SEC;
}

void
crowd_restart (Crowd *crowd)
{
  g_autoptr (Record) record = record_copy (crowd->record);
  g_autoptr (Credential) credential = credential_by_password (OPS, PASSWORD, NULL);

  record->same_boot = TRUE;
  account_free (crowd->account);
  g_ptr_array_set_size (crowd->calls, 0);
  g_array_set_size (crowd->numbers, 0);
  crowd->config.seed++;
  crowd->account = account_new (&crowd->config);
  account_restore (crowd->account, record, crowd->now);
  post (crowd, &(Event){.kind = EVENT_CREDENTIAL, .credential = credential});
}

void
crowd_switch (Crowd *crowd, const char *identity)
{
  guint64 writer = post_for_waiter (
    crowd, (Event){.kind = EVENT_COMMAND, .command = COMMAND_SWITCH, .identity_id = guid_of (identity)});

  crowd_live (crowd, 0);
  assert_served (crowd, writer);
}

void
crowd_stop (Crowd *crowd)
{
  post (crowd, &(Event){.kind = EVENT_STOP});
}

void
crowd_log_out (Crowd *crowd)
{
  post_for_waiter (crowd, (Event){.kind = EVENT_COMMAND, .command = COMMAND_LOGOUT});
}

void
crowd_fetch_list (Crowd *crowd)
{
  service_add (crowd->service, NOWHERE, "New AS");
  crowd_switch (crowd, NOWHERE);
}

gboolean
crowd_waits (const Crowd *crowd, guint64 waiter)
{
  return !g_hash_table_contains (crowd->answers, &waiter);
}

const GError *
crowd_error (const Crowd *crowd, guint64 waiter)
{
  g_assert_false (crowd_waits (crowd, waiter));
  return g_hash_table_lookup (crowd->answers, &waiter);
}

void
assert_served (const Crowd *crowd, guint64 waiter)
{
  g_assert_no_error (crowd_error (crowd, waiter));
}

const char *
crowd_cookie (const Crowd *crowd, guint number)
{
  Guid identity = crowd_identity (number);
  const Secret *cookie = account_own_cookie (crowd->account, &identity, NULL);
  const char *active;

  if (cookie == NULL)
    return NULL;
  active = g_hash_table_lookup (crowd->service->sessions, secret_text (cookie));
  g_assert_cmpstr (active, ==, identity.text);
  return secret_text (cookie);
}

guint
crowd_logins (const Crowd *crowd)
{
  return crowd->calls_made[OPERATION_LOGIN];
}
