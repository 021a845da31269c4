/*
 * Events in, effects out: the runner of src/daemon, without a wire. What stands behind a SYNC waits until all is stored;
 * only the answer to one who was interrupted overtakes, and what is to be stored.
 */
#include "judge.h"

#include "base/error.h"

#include <string.h>

#define LONGEST_SYNC_US  (2 * (gint64)G_USEC_PER_SEC)
#define LOCK_PATIENCE_US (30 * (gint64)G_USEC_PER_SEC)
#define MOST_EFFECTS     (WAITING_MAX + 32)

void
flight_clear (Flight *flight)
{
  g_clear_pointer (&flight->request, request_free);
  g_clear_pointer (&flight->answer, answer_free);
  flight->number = 0;
  flight->arrive_us = flight->execute_us = FAR_FUTURE;
}

void
flight_execute (World *world, Flight *flight)
{
  if (flight->executed)
    return;
  flight->executed = TRUE;
  flight->answer = service_answer (&world->service, flight->request, &flight->met, world->now_us);
  world->logins += flight->is_login && fault_executes (flight->met.fault);
}

static void
make_call (World *world, Mount *mount, Queued *queued)
{
  Waiting *writer = waiting_writer (mount);
  Flight flight = {.number = queued->effect->call, .request = g_steal_pointer (&queued->effect->request)};
  Operation operation = flight.request->operation;

  flight.is_login = operation_logs_in (operation);
  flight.waiter = writer == NULL ? 0 : writer->id;
  flight.by_itself = writer == NULL || writer->command != COMMAND_LOGIN;
  flight.met = service_meet (&world->service, operation);
  flight.sent_us = world->now_us;
  flight.arrive_us = world->now_us + service_takes_us (&world->service, &flight.met);
  flight.execute_us = (flight.sent_us + flight.arrive_us) / 2;
  tell (world, mount, "calls %s%s%s%s%s", operation_row (operation)->name, flight.waiter == 0 ? "" : " for a writer",
        flight.is_login && !guid_is_zero (&flight.request->identity_id) ? " as " : "",
        flight.is_login ? identity_name (identity_of (&flight.request->identity_id)) : "",
        flight.met.fault == FAULT_NONE ? "" : ", which meets a fault");
  judge_call_made (world, mount, &flight, queued->queued_us);
  if (mount->flight.number != 0)
    flight_clear (&mount->flight);
  mount->flight = flight;
}

/* A call that is given up is executed or not; its answer may still come. */
static void
cancel_call (World *world, Mount *mount, Queued *queued)
{
  Flight *flight = &mount->flight;

  if (flight->number != queued->effect->call)
    return;
  tell (world, mount, "cancels %s", operation_row (flight->request->operation)->name);
  if ((flight->number + (guint64)world->now_us) % 2 == 0)
    flight_execute (world, flight);
  if (flight->executed && flight->met.fault == FAULT_LATE)
    {
      flight_clear (&mount->stale);
      mount->stale = *flight;
      memset (flight, 0, sizeof *flight);
    }
  flight_clear (flight);
}

static void
set_timer (World *world, Mount *mount, Queued *queued)
{
  gint64 boot_us = queued->effect->boot_us;

  mount->timer_us = boot_us == NEVER ? FAR_FUTURE : MAX (world->now_us, boot_us - world->boot_base_us);
}

static void
give_answer (World *world, Mount *mount, Queued *queued)
{
  const GError *error = queued->effect->error;

  tell (world, mount, "answers #%" G_GUINT64_FORMAT ": %s%s%s", queued->effect->waiter,
        error == NULL ? "ok" : error_errno_name (error), error == NULL ? "" : ", ",
        error == NULL ? "" : error->message);
  judge_answered (world, mount, queued);
}

static void
store (World *world, Mount *mount, Queued *queued)
{
  Effect *effect = queued->effect;
  Knowledge known = mount->known;

  known.saved_us = queued->queued_us;
  known.saved_wall_us = effect->record->saved.wall_us;
  disk_store (world, mount, g_steal_pointer (&effect->record), &known);
}

static void
carry_out (World *world, Mount *mount, Queued *queued)
{
  switch (queued->effect->kind)
    {
    case EFFECT_CALL:
      make_call (world, mount, queued);
      break;
    case EFFECT_CANCEL:
      cancel_call (world, mount, queued);
      break;
    case EFFECT_ANSWER:
      give_answer (world, mount, queued);
      break;
    case EFFECT_TIMER:
      set_timer (world, mount, queued);
      break;
    case EFFECT_STORE:
      store (world, mount, queued);
      break;
    case EFFECT_SYNC:
      mount->syncing = TRUE;
      mount->sync_end_us = world->now_us + LONGEST_SYNC_US;
      break;
    case EFFECT_LOCK:
      mount->lock_end_us = world->now_us + LOCK_PATIENCE_US;
      break;
    case EFFECT_UNLOCK:
      mount->lock_end_us = FAR_FUTURE;
      if (world->lock == (gint)mount_number (world, mount))
        world->lock = NOBODY;
      break;
    default:
      break;
    }
}

static Queued
take_from_queue (Mount *mount, guint place)
{
  Queued taken = mount->queue[place];

  mount->queue_length--;
  memmove (mount->queue + place, mount->queue + place + 1, (mount->queue_length - place) * sizeof *mount->queue);
  return taken;
}

static void
overtake (World *world, Mount *mount)
{
  for (guint i = 0; i < mount->queue_length;)
    {
      Effect *effect = mount->queue[i].effect;
      Queued taken;

      if (effect->kind != EFFECT_STORE && effect->kind != EFFECT_CANCEL
          && (effect->kind != EFFECT_ANSWER || !g_error_matches (effect->error, SO24_ERROR, SO24_ERROR_INTERRUPTED)))
        {
          i++;
          continue;
        }
      taken = take_from_queue (mount, i);
      carry_out (world, mount, &taken);
      effect_free (taken.effect);
    }
}

static gboolean
is_struck (World *world, Mount *mount)
{
  if (mount->crash_after < 0 || mount->crash_after-- > 0)
    return FALSE;
  mount->crash_after = -1;
  mount_crash (world, mount, mount->crash.b, mount->crash.n * (gint64)1000);
  return TRUE;
}

void
mount_carry_on (World *world, Mount *mount)
{
  while (mount->account != NULL && world->broken == NULL)
    {
      Queued taken;

      if (mount->syncing)
        overtake (world, mount);
      if (mount->syncing && disk_is_idle (mount))
        mount->syncing = FALSE;
      if (mount->syncing || mount->queue_length == 0)
        break;
      if (is_struck (world, mount))
        return;
      taken = take_from_queue (mount, 0);
      carry_out (world, mount, &taken);
      effect_free (taken.effect);
    }
}

/* A call that waits, and is cancelled, is not made. */
static gboolean
drop_call (Mount *mount, const Effect *cancel)
{
  for (guint i = 0; i < mount->queue_length; i++)
    if (mount->queue[i].effect->kind == EFFECT_CALL && mount->queue[i].effect->call == cancel->call)
      {
        effect_free (take_from_queue (mount, i).effect);
        return TRUE;
      }
  return FALSE;
}

static void
enqueue (World *world, Mount *mount, Effect *effect)
{
  if (effect->kind == EFFECT_CANCEL && drop_call (mount, effect))
    {
      effect_free (effect);
      return;
    }
  if (mount->queue_length == QUEUE_MAX)
    {
      judge_break (world, RULE_BOUNDED, "%u effects wait to be carried out", mount->queue_length);
      effect_free (effect);
      return;
    }
  mount->queue[mount->queue_length++] = (Queued){effect, world->now_us, mount->event};
}

void
mount_handle (World *world, Mount *mount, Event *event)
{
  Effect *effects[MOST_EFFECTS];
  guint length = 0;
  Effect *effect;

  mount->event++;
  account_handle (mount->account, event, world_instant (world), mount->batch);
  while ((effect = effects_pop (mount->batch)) != NULL)
    {
      if (length == MOST_EFFECTS)
        {
          judge_break (world, RULE_BOUNDED, "one event causes more than %u effects", length);
          effect_free (effect);
          continue;
        }
      effects[length++] = effect;
    }
  for (guint i = 0; i < length; i++)
    {
      if (effects[i]->kind == EFFECT_CALL && operation_logs_in (effects[i]->request->operation))
        learn_attempt (world, mount);
      if (effects[i]->kind == EFFECT_CANCEL)
        mount->known.attempt = 0;
      judge_queued (world, mount, effects[i]);
    }
  for (guint i = 0; i < length; i++)
    enqueue (world, mount, effects[i]);
  mount_carry_on (world, mount);
}
