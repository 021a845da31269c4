/* One history, from its beginning to its good end: when all has healed, the next reader gets a right cookie. */
#include "judge.h"

#define SECOND_US        ((gint64)G_USEC_PER_SEC)
#define MOST_IN_A_MINUTE 2000

static gint64
flight_due_us (const Flight *flight)
{
  if (flight->number == 0)
    return FAR_FUTURE;
  return flight->executed ? flight->arrive_us : flight->execute_us;
}

static gint64
due_us (const World *world, const Mount *mount)
{
  gint64 due;

  if (mount->account == NULL)
    return mount->up_us;
  due = MIN (disk_due_us (world, mount), mount->timer_us);
  due = MIN (due, flight_due_us (&mount->flight));
  return MIN (due, flight_due_us (&mount->stale));
}

static void
deliver (World *world, Mount *mount, Flight *flight)
{
  Event event = {.kind = EVENT_ANSWER, .call = flight->number, .answer = flight->answer};
  g_autoptr (Answer) again = flight->met.fault == FAULT_TWICE ? answer_again (flight->answer) : NULL;

  mount_handle (world, mount, &event);
  if (again == NULL || mount->account == NULL || world->broken != NULL)
    return;
  event.answer = again;
  mount_handle (world, mount, &event);
}

static void
arrive (World *world, Mount *mount)
{
  Flight flight = mount->flight;

  mount->flight = (Flight){0};
  flight_clear (&mount->flight);
  tell (world, mount, "%s is answered: %s", operation_row (flight.request->operation)->name,
        flight.answer->error == NULL ? "ok" : flight.answer->error->message);
  learn_answer (world, mount, &flight, flight.answer);
  deliver (world, mount, &flight);
  flight_clear (&flight);
}

static void
arrive_late (World *world, Mount *mount)
{
  Flight flight = mount->stale;

  mount->stale = (Flight){0};
  flight_clear (&mount->stale);
  seen[SEEN_LATE]++;
  deliver (world, mount, &flight);
  flight_clear (&flight);
}

static void
ring (World *world, Mount *mount)
{
  Event event = {.kind = EVENT_TIME};

  mount->timer_us = FAR_FUTURE;
  mount_handle (world, mount, &event);
}

/* One thing that is due for the mount. */
static void
do_due (World *world, Mount *mount)
{
  if (mount->account == NULL)
    mount_start (world, mount);
  else if (disk_do (world, mount))
    return;
  else if (world->now_us >= flight_due_us (&mount->flight))
    {
      if (mount->flight.executed)
        arrive (world, mount);
      else
        flight_execute (world, &mount->flight);
    }
  else if (world->now_us >= flight_due_us (&mount->stale))
    arrive_late (world, mount);
  else if (world->now_us >= mount->timer_us)
    ring (world, mount);
}

void
world_pass (World *world, gint64 us)
{
  gint64 end_us = world->now_us + us, minute_us = world->now_us;

  for (guint count = 0; world->broken == NULL; count++)
    {
      Mount *next = &world->mounts[0];

      for (guint i = 1; i < world->n_mounts; i++)
        if (due_us (world, &world->mounts[i]) < due_us (world, next))
          next = &world->mounts[i];
      if (due_us (world, next) > end_us)
        break;
      if (world->now_us > minute_us + 60 * SECOND_US)
        {
          minute_us = world->now_us;
          count = 0;
        }
      if (count == MOST_IN_A_MINUTE)
        judge_break (world, RULE_BOUNDED, "something happens again and again, without end");
      world->now_us = MAX (world->now_us, due_us (world, next));
      do_due (world, next);
    }
  world->now_us = MAX (world->now_us, end_us);
}

static gboolean
waits (const Mount *mount)
{
  for (guint i = 0; i < WAITING_MAX; i++)
    if (mount->waiting[i].id != 0)
      return TRUE;
  return FALSE;
}

static void
heal (World *world)
{
  service_heal (&world->service);
  world->disk_full = FALSE;
  world->disk_us = 0;
  if (world->lock == STRANGER)
    world->lock = NOBODY;
  for (guint i = 0; i < world->n_mounts; i++)
    world->mounts[i].crash_after = -1;
}

/* A small budget may be used up by then, and rightly so. */
static gboolean
has_calls_to_spare (const World *world)
{
  return world->config.rate == 0 || world->config.rate >= 1000;
}

/* Somebody writes a right credential for an identity that is there, and reads; on each mount. */
static void
read_at_last (World *world, Mount *mount)
{
  act_login (world, mount, person (0, FJELL));
  world_pass (world, 120 * SECOND_US);
  if (world->broken != NULL)
    return;
  act_switch (world, mount, FJELL, FALSE);
  world_pass (world, 120 * SECOND_US);
  if (world->broken != NULL)
    return;
  world->expects_cookie = has_calls_to_spare (world);
  act_want (world, mount, WANT_COOKIE, TRUE);
  world_pass (world, 120 * SECOND_US);
  world->expects_cookie = FALSE;
  if (world->broken == NULL && waits (mount))
    judge_break (world, RULE_ANSWERED, "somebody waits for ever");
  seen[SEEN_HEALED]++;
}

/* All sessions are over, and both mounts have a reader. */
static void
expire_for_two (World *world)
{
  guint before = world->logins;

  if (world->n_mounts < 2 || world->broken != NULL || !world->config.remember || !has_calls_to_spare (world))
    return;
  service_end_all (&world->service);
  for (guint i = 0; i < world->n_mounts && world->broken == NULL; i++)
    act_want (world, &world->mounts[i], WANT_COOKIE, TRUE);
  world_pass (world, 120 * SECOND_US);
  seen[SEEN_TWINS_ONE_LOGIN]++;
  if (world->broken == NULL && world->logins != before + 1)
    judge_break (world, RULE_TWINS_ONE_LOGIN, "%u Logins", world->logins - before);
}

static void
end_well (World *world)
{
  heal (world);
  world_pass (world, 2 * 3600 * SECOND_US + 600 * SECOND_US);
  /* By a calendar that was set a quarantine can be long. */
  for (guint i = 0; i < world->n_mounts && world->broken == NULL; i++)
    world_pass (world, MAX (world->mounts[i].known.quarantine_us, world->now_us) - world->now_us);
  for (guint i = 0; i < world->n_mounts && world->broken == NULL; i++)
    if (waits (&world->mounts[i]))
      judge_break (world, RULE_ANSWERED, "somebody waits for ever");
  for (guint i = 0; i < world->n_mounts && world->broken == NULL; i++)
    read_at_last (world, &world->mounts[i]);
  expire_for_two (world);
  for (guint i = 0; i < world->n_mounts && world->broken == NULL; i++)
    mount_stop (world, &world->mounts[i]);
}

gboolean
play (const History *history, GString *tale, const char **rule, char **why)
{
  static World world;
  gboolean held;

  world_init (&world, history, tale);
  for (guint lap = 0; lap < history->setting.laps; lap++)
    for (guint i = 0; i < history->length && world.broken == NULL; i++)
      {
        tell_step (&world, i, &history->steps[i]);
        act (&world, &history->steps[i]);
        if (world.broken == NULL)
          judge_step (&world);
      }
  if (world.broken == NULL)
    end_well (&world);
  held = world.broken == NULL;
  *rule = world.broken;
  *why = g_strdup (world.why);
  world_clear (&world);
  return held;
}
