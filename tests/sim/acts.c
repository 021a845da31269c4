/* What people do, and what happens to the service, step by step. */
#include "judge.h"

#include "dice.h"

#define MS_US ((gint64)1000)

static void
note_use (World *world, Mount *mount, Want want)
{
  if (want == WANT_SESSION || want == WANT_COOKIE || want == WANT_IDENTITY)
    learn_used (world, mount);
}

guint64
act_want (World *world, Mount *mount, Want want, gboolean ask_now)
{
  Event event = {.kind = EVENT_WANT, .want = want, .ask_now = ask_now};
  Waiting *waiting = waiting_add (mount, world->last_waiter + 1);

  if (waiting == NULL)
    return 0;
  event.waiter = ++world->last_waiter;
  waiting->want = want;
  waiting->ask_now = ask_now;
  waiting->since_us = world->now_us;
  note_use (world, mount, want);
  mount_handle (world, mount, &event);
  return event.waiter;
}

static Waiting *
add_writer (World *world, Mount *mount, CommandKind command)
{
  Waiting *waiting = waiting_add (mount, world->last_waiter + 1);

  if (waiting == NULL)
    return NULL;
  world->last_waiter++;
  waiting->writes = TRUE;
  waiting->command = command;
  waiting->since_us = world->now_us;
  return waiting;
}

guint64
act_login (World *world, Mount *mount, gint person)
{
  g_autoptr (Credential) credential = person_credential (person);
  Event event = {.kind = EVENT_COMMAND, .command = COMMAND_LOGIN, .credential = credential};
  Waiting *waiting = add_writer (world, mount, COMMAND_LOGIN);

  if (waiting == NULL)
    return 0;
  event.waiter = waiting->id;
  waiting->person = person;
  mount->has_written = TRUE;
  if (mount->known.owner == person_owner (person) && choice_at (world, mount->known.choice)->identity != NO_IDENTITY)
    waiting->inherited = mount->known.choice;
  learn_used (world, mount);
  mount_handle (world, mount, &event);
  return event.waiter;
}

guint64
act_switch (World *world, Mount *mount, gint identity, gboolean whole)
{
  g_autoptr (Identity) object = whole ? identity_whole (identity) : NULL;
  Event event
    = {.kind = EVENT_COMMAND, .command = COMMAND_SWITCH, .identity_id = *identity_guid (identity), .identity = object};
  Waiting *waiting = add_writer (world, mount, COMMAND_SWITCH);

  if (waiting == NULL)
    return 0;
  event.waiter = waiting->id;
  waiting->identity = identity;
  learn_used (world, mount);
  seen[SEEN_SWITCH]++;
  mount_handle (world, mount, &event);
  return event.waiter;
}

static void
act_logout (World *world, Mount *mount)
{
  Event event = {.kind = EVENT_COMMAND, .command = COMMAND_LOGOUT};
  Waiting *waiting = add_writer (world, mount, COMMAND_LOGOUT);

  if (waiting == NULL)
    return;
  event.waiter = waiting->id;
  learn_logout (world, mount);
  mount_handle (world, mount, &event);
}

void
act_credential (World *world, Mount *mount, gint person, gboolean known_rejected)
{
  g_autoptr (Credential) credential = person_credential (person);
  Event event = {.kind = EVENT_CREDENTIAL, .credential = credential, .known_rejected = known_rejected};

  learn_credential (world, mount, person, known_rejected);
  mount->file = person;
  mount_handle (world, mount, &event);
}

static void
rewrite_file (World *world, gint person)
{
  if (world->history->setting.file == NO_PERSON)
    return;
  world->file = person;
  for (guint i = 0; i < world->n_mounts; i++)
    if (world->mounts[i].account != NULL && world->broken == NULL)
      act_credential (world, &world->mounts[i], person, FALSE);
}

static void
interrupt (World *world, Mount *mount, guint which)
{
  Event event = {.kind = EVENT_INTERRUPT};
  guint count = 0;

  for (guint i = 0; i < WAITING_MAX; i++)
    count += mount->waiting[i].id != 0 && !mount->waiting[i].decided;
  if (count == 0)
    return;
  which %= count;
  for (guint i = 0; event.waiter == 0; i++)
    if (mount->waiting[i].id != 0 && !mount->waiting[i].decided && which-- == 0)
      event.waiter = mount->waiting[i].id;
  seen[SEEN_INTERRUPT]++;
  mount_handle (world, mount, &event);
  if (waiting_find (mount, event.waiter) != NULL)
    judge_break (world, RULE_INTERRUPTED_AT_ONCE, "#%" G_GUINT64_FORMAT " was interrupted, and still waits",
                 event.waiter);
}

static gint
person_of_step (const Step *step)
{
  return person (step->a, (gint)step->b - 1);
}

/* To the service; nobody at the mounts is asked. */
static gboolean
befall (Service *service, World *world, const Step *step)
{
  guint bit = 1u << (step->a % N_IDENTITIES);
  gint64 until_us = world->now_us + step->n * MS_US;

  switch ((StepKind)step->kind)
    {
    case STEP_FAULT:
      service_arm (service, &(Armed){(CallClass)(step->a % N_CLASSES), (Fault)step->b, step->n});
      return TRUE;
    case STEP_AWAY:
      service->away = (Fault)step->a;
      return TRUE;
    case STEP_BACK:
      service->away = FAULT_NONE;
      return TRUE;
    case STEP_END:
      service_end_all (service);
      return TRUE;
    case STEP_FOREIGN:
      service_switch_all (service, step->a % N_IDENTITIES);
      return TRUE;
    case STEP_VANISH:
      service->present &= ~bit | 1u << FJORD;
      return TRUE;
    case STEP_APPEAR:
      service->present |= bit & ~(1u << NOWHERE);
      return TRUE;
    case STEP_BLOCK:
      service->blocked = bit;
      return TRUE;
    case STEP_FREE:
      service->blocked = 0;
      return TRUE;
    case STEP_DEFAULT:
      service->initial = step->a % 4;
      return TRUE;
    case STEP_IGNORE:
      service->ignores = step->a != 0;
      return TRUE;
    case STEP_PASSWORD:
      service->version = step->a % N_VERSIONS;
      return TRUE;
    case STEP_QUARANTINE:
      service->quarantine_us = until_us;
      return TRUE;
    case STEP_THROTTLE:
      service->throttle_us = until_us;
      return TRUE;
    case STEP_ALLOWED:
      service->allowed = step->a;
      service->allowed_us = until_us;
      return TRUE;
    case STEP_LATENCY:
      service->latency_us = step->n * MS_US;
      return TRUE;
    default:
      return FALSE;
    }
}

/* To the machine that it runs on. */
static gboolean
shake (World *world, Mount *mount, const Step *step)
{
  switch ((StepKind)step->kind)
    {
    case STEP_PASS:
      world_pass (world, step->n * MS_US);
      return TRUE;
    case STEP_SUSPEND:
      world->woke_us = world->now_us += step->n * MS_US;
      world->disturbed_us = MAX (world->disturbed_us, world->now_us);
      world_pass (world, 0);
      return TRUE;
    case STEP_WALL:
      world->wall_offset_us += step->n * MS_US;
      return TRUE;
    case STEP_DISK:
      world->disk_full = step->a != 0;
      world->disk_us = step->n * MS_US;
      seen[SEEN_DISK_FULL] += world->disk_full;
      return TRUE;
    case STEP_LOCK:
      if (world->lock == NOBODY && step->a != 0)
        world->lock = STRANGER;
      else if (world->lock == STRANGER)
        world->lock = NOBODY;
      world->disturbed_us = MAX (world->disturbed_us, world->now_us + 3600 * (gint64)G_USEC_PER_SEC);
      return TRUE;
    case STEP_REBOOT:
      world_reboot (world, step->n * MS_US);
      return TRUE;
    case STEP_CRASH:
      mount_crash (world, mount, step->a, step->n * MS_US);
      return TRUE;
    case STEP_CRASH_AT:
      mount->crash_after = step->a;
      mount->crash = *step;
      return TRUE;
    case STEP_RESTART:
      mount_stop (world, mount);
      return TRUE;
    default:
      return FALSE;
    }
}

void
act (World *world, const Step *step)
{
  Mount *mount = &world->mounts[step->mount % world->n_mounts];

  if (befall (&world->service, world, step) || shake (world, mount, step))
    return;
  if (step->kind == STEP_FILE)
    rewrite_file (world, person_of_step (step));
  if (mount->account == NULL)
    return;
  if (step->kind == STEP_READ)
    act_want (world, mount, (Want)(step->a % N_WANTS), step->b != 0);
  else if (step->kind == STEP_LOGIN)
    act_login (world, mount, person_of_step (step));
  else if (step->kind == STEP_SWITCH)
    act_switch (world, mount, step->a % N_IDENTITIES, step->b != 0);
  else if (step->kind == STEP_LOGOUT)
    act_logout (world, mount);
  else if (step->kind == STEP_INTERRUPT)
    interrupt (world, mount, step->a);
}
