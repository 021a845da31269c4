/*
 * Making a history from a seed. Each seed has its own mood: which kinds of steps there are in it at all, and how often. So
 * some histories are calm and go deep, and others are wild.
 */
#include "history.h"

#include "account/account.h"
#include "dice.h"
#include "people.h"
#include "service.h"

typedef struct
{
  StepKind kind;
  guint weight;  /* among all steps */
  guint percent; /* of the histories that have it at all */
} Habit;

static const Habit habits[] = {
  {STEP_PASS, 60, 100},   {STEP_READ, 60, 100},    {STEP_LOGIN, 5, 90},   {STEP_SWITCH, 8, 80},
  {STEP_LOGOUT, 1, 15},   {STEP_INTERRUPT, 5, 40}, {STEP_FAULT, 14, 60},  {STEP_AWAY, 2, 30},
  {STEP_BACK, 4, 100},    {STEP_END, 8, 70},       {STEP_FOREIGN, 3, 20}, {STEP_VANISH, 2, 15},
  {STEP_APPEAR, 2, 20},   {STEP_BLOCK, 2, 20},     {STEP_FREE, 3, 100},   {STEP_DEFAULT, 1, 20},
  {STEP_IGNORE, 2, 25},   {STEP_PASSWORD, 2, 20},  {STEP_FILE, 2, 40},    {STEP_QUARANTINE, 1, 20},
  {STEP_THROTTLE, 1, 20}, {STEP_ALLOWED, 1, 20},   {STEP_WALL, 2, 25},    {STEP_CRASH, 4, 40},
  {STEP_CRASH_AT, 4, 40}, {STEP_RESTART, 2, 30},   {STEP_REBOOT, 1, 20},  {STEP_DISK, 3, 25},
  {STEP_LOCK, 2, 15},     {STEP_LATENCY, 2, 20},   {STEP_SUSPEND, 1, 15},
};

static const gint32 spans_ms[] = {1, 50, 1000, 20000, 61000, 130000, 700000, 1300000, 4000000, 15000000};

static gint32
some_ms (Dice *dice, guint longest)
{
  gint32 span = spans_ms[dice_below (dice, longest)];

  return 1 + (gint32)dice_below (dice, (guint)span);
}

static guint8
some_fault (Dice *dice)
{
  return (guint8)(1 + dice_below (dice, N_FAULTS - 1));
}

static guint8
perhaps (Dice *dice, guint percent)
{
  return dice_chance (dice, percent) ? 1 : 0;
}

static Step
make_step (Dice *dice, StepKind kind, const Setting *setting)
{
  static const Want wants[] = {WANT_COOKIE, WANT_COOKIE, WANT_COOKIE, WANT_SESSION, WANT_IDENTITY, WANT_IDENTITIES};
  Step step = {.kind = (guint8)kind, .mount = (guint8)dice_below (dice, setting->twins ? 2 : 1)};

  step.a = (guint8)dice_below (dice, N_IDENTITIES);
  step.n = some_ms (dice, 7);
  switch (kind)
    {
    case STEP_PASS:
    case STEP_SUSPEND:
      step.n = some_ms (dice, G_N_ELEMENTS (spans_ms));
      break;
    case STEP_READ:
      step.a = (guint8)wants[dice_below (dice, G_N_ELEMENTS (wants))];
      step.b = perhaps (dice, 12);
      break;
    case STEP_LOGIN:
    case STEP_FILE:
      step.a = (guint8)((dice_chance (dice, 70) ? 0 : dice_below (dice, N_VERSIONS)) * 2
                        + perhaps (dice, setting->twins ? 0 : 15));
      step.b = (guint8)(dice_chance (dice, 60) ? 0 : 1 + dice_below (dice, 4));
      break;
    case STEP_SWITCH:
      /* Two who switch one session at the same moment race at the service itself. */
      step.mount = 0;
      step.b = perhaps (dice, 25);
      break;
    case STEP_FAULT:
      step.a = (guint8)dice_below (dice, N_CLASSES);
      step.b = some_fault (dice);
      break;
    case STEP_AWAY:
      step.a = (guint8)(FAULT_REFUSED + dice_below (dice, FAULT_TIMED_OUT - FAULT_REFUSED + 1));
      break;
    case STEP_IGNORE:
    case STEP_LOCK:
      step.a = perhaps (dice, 50);
      break;
    case STEP_PASSWORD:
      step.a = (guint8)(dice_chance (dice, 50) ? 0 : dice_below (dice, N_VERSIONS));
      break;
    case STEP_ALLOWED:
      step.a = (guint8)dice_below (dice, 12);
      break;
    case STEP_WALL:
      step.n = (dice_chance (dice, 50) ? 1 : -1) * some_ms (dice, G_N_ELEMENTS (spans_ms)) * 100;
      break;
    case STEP_DISK:
      step.a = perhaps (dice, 35);
      step.n = dice_chance (dice, 50) ? 0 : some_ms (dice, 4);
      break;
    case STEP_LATENCY:
      step.n = some_ms (dice, 4);
      break;
    case STEP_CRASH:
    case STEP_CRASH_AT:
      step.a = (guint8)dice_below (dice, 8);
      step.b = (guint8)dice_below (dice, 4);
      step.n = some_ms (dice, 6);
      break;
    default:
      break;
    }
  return step;
}

static void
make_setting (Setting *setting, Dice *dice)
{
  static const gint64 rates[] = {0, 7200, 7200, 200, 40, 12};
  gint64 second_us = G_USEC_PER_SEC;

  *setting = (Setting){.stored = !dice_chance (dice, 15),
                       .remember = !dice_chance (dice, 10),
                       .check_ttl_us = dice_chance (dice, 80) ? 60 * second_us : dice_below (dice, 300) * second_us,
                       .offline_grace_us = dice_chance (dice, 80) ? 300 * second_us : 0,
                       .keepalive_us = dice_chance (dice, 75) ? 600 * second_us : 0,
                       .idle_after_us = dice_chance (dice, 70) ? 86400 * second_us : 3600 * second_us,
                       .backoff_min_us = second_us,
                       .backoff_max_us = 900 * second_us,
                       .idle_us = 1200 * second_us,
                       .laps = 1};
  setting->rate = rates[dice_below (dice, G_N_ELEMENTS (rates))];
  setting->service_id = dice_chance (dice, 10) ? 5 : 0;
  setting->twins = setting->stored && dice_chance (dice, 20);
  if (dice_chance (dice, 40))
    setting->file = person (!setting->twins && dice_chance (dice, 10) ? 1 : 0,
                            dice_chance (dice, 60) ? NO_IDENTITY : (gint)dice_below (dice, 4));
}

static StepKind
some_kind (Dice *dice, const guint *weights, guint total)
{
  guint drawn = dice_below (dice, total);
  guint i = 0;

  while (drawn >= weights[i])
    drawn -= weights[i++];
  return habits[i].kind;
}

/* At least a day goes by. */
void
history_generate (History *history, guint64 seed)
{
  Dice dice = {seed * 2 + 1};
  guint weights[G_N_ELEMENTS (habits)], total = 0;
  gint64 passed_ms = 0;

  history->seed = seed;
  history->length = 0;
  make_setting (&history->setting, &dice);
  for (guint i = 0; i < G_N_ELEMENTS (habits); i++)
    total += weights[i] = dice_chance (&dice, habits[i].percent) ? habits[i].weight * dice_below (&dice, 4) + 1 : 0;
  history->steps[history->length++] = (Step){.kind = STEP_LOGIN};
  while (history->length < STEPS_MAX - 1 && (history->length < 60 || passed_ms < DAY_MS))
    {
      Step step = make_step (&dice, some_kind (&dice, weights, total), &history->setting);

      passed_ms += step.kind == STEP_PASS || step.kind == STEP_SUSPEND ? step.n : 0;
      history->steps[history->length++] = step;
    }
  if (passed_ms < DAY_MS)
    history->steps[history->length++] = (Step){.kind = STEP_PASS, .n = (gint32)(DAY_MS - passed_ms)};
}
