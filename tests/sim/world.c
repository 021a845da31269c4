/* The world: its clocks, and mounts that start and end. */
#include "world.h"

#include "judge.h"

#include <string.h>

#define BOOT_START_US (1000 * (gint64)G_USEC_PER_SEC)

guint64 seen[N_SEEN];

const char *
seen_name (Seen what)
{
  static const char *const names[N_SEEN] = {
    "cookies",   "renewals",          "revoked",      "quarantines",       "budget refusals", "crashes",
    "reboots",   "adoptions",         "conflicts",    "grace served",      "keep-alives",     "interrupts",
    "rejected",  "blocked",           "throttled",    "switches",          "logins",          "logouts",
    "put back",  "lost answers",      "late answers", "unfinished Logins", "Logins in vain",  "no calls allowed",
    "disk full", "one Login for two", "healed",       "carried switches",
  };

  return names[what];
}

Instant
world_instant (const World *world)
{
  return (Instant){world->now_us + world->boot_base_us, CALENDAR_US + world->now_us + world->wall_offset_us};
}

guint
mount_number (const World *world, const Mount *mount)
{
  return (guint)(mount - world->mounts);
}

static AccountConfig
config_of (const History *history)
{
  const Setting *setting = &history->setting;

  return (AccountConfig){.check_ttl_us = setting->check_ttl_us,
                         .offline_grace_us = setting->offline_grace_us,
                         .keepalive_us = setting->keepalive_us,
                         .idle_after_us = setting->idle_after_us,
                         .backoff_min_us = setting->backoff_min_us,
                         .backoff_max_us = setting->backoff_max_us,
                         .rate = setting->rate,
                         .remember = setting->remember,
                         .stored = setting->stored,
                         .service_id = setting->service_id,
                         .seed = (guint32)history->seed};
}

void
world_init (World *world, const History *history, GString *tale)
{
  memset (world, 0, sizeof *world);
  world->history = history;
  world->config = config_of (history);
  world->boot_base_us = BOOT_START_US;
  world->file = history->setting.file;
  world->lock = NOBODY;
  world->n_mounts = history->setting.twins ? 2 : 1;
  world->tale = tale;
  service_init (&world->service, history->setting.idle_us);
  world->disk_known = knowledge_none (world);
  for (guint i = 0; i < world->n_mounts; i++)
    {
      Mount *mount = &world->mounts[i];

      mount->batch = effects_new ();
      mount->crash_after = -1;
      mount->notice_us = mount->lock_end_us = FAR_FUTURE;
      flight_clear (&mount->flight);
      flight_clear (&mount->stale);
      mount_start (world, mount);
    }
}

static void
start (World *world, Mount *mount, gboolean rebooted)
{
  AccountConfig config = world->config;
  Instant now = world_instant (world);

  config.seed += ++world->starts;
  mount->account = account_new (&config);
  mount->timer_us = FAR_FUTURE;
  mount->file = NO_PERSON;
  mount->has_written = FALSE;
  learn_start (world, mount, rebooted);
  if (world->disk != NULL)
    {
      g_autoptr (Record) record = record_copy (world->disk);

      record->same_boot = !rebooted;
      account_restore (mount->account, record, now);
      mount->base = record_copy (world->disk);
    }
  mount->base_known = world->disk_known;
  mount->generation = world->generation;
  mount_handle (world, mount, &(Event){.kind = EVENT_TIME});
  if (world->file != NO_PERSON && mount->account != NULL)
    {
      g_autofree char *digest = person_digest (world->file);

      act_credential (world, mount, world->file,
                      world->disk != NULL && g_strcmp0 (world->disk->rejected_digest, digest) == 0);
    }
}

void
mount_start (World *world, Mount *mount)
{
  tell (world, mount, "starts");
  start (world, mount, world->disk_boots != world->boots);
}

/* What was on its way to the service may get there. */
static void
leave (World *world, Mount *mount, gint64 down_us)
{
  if (mount->flight.number != 0 && (mount->flight.number + (guint64)world->now_us) % 2 == 0)
    flight_execute (world, &mount->flight);
  world->unfinished
    = world->unfinished || world->n_mounts > 1 || mount->known.attempt != 0 || world->disk_known.attempt != 0;
  flight_clear (&mount->flight);
  flight_clear (&mount->stale);
  g_clear_pointer (&mount->account, account_free);
  while (mount->queue_length > 0)
    effect_free (mount->queue[--mount->queue_length].effect);
  for (guint i = 0; i < WAITING_MAX; i++)
    mount->waiting[i].id = 0;
  mount->syncing = FALSE;
  mount->timer_us = FAR_FUTURE;
  mount->crash_after = -1;
  mount->up_us = world->now_us + MAX (down_us, 1000);
  world->disturbed_us = MAX (world->disturbed_us, mount->up_us);
}

static void
forget_calls (Mount *mount)
{
  mount->n_calls = 0;
}

void
mount_crash (World *world, Mount *mount, guint stores, gint64 down_us)
{
  gboolean unsaved;

  if (mount->account == NULL)
    return;
  seen[SEEN_CRASH]++;
  tell (world, mount, "crashes; %u of %u records that were to be stored are", MIN (stores, mount->n_jobs),
        mount->n_jobs);
  unsaved = mount->unstored || mount->conflict || world->disk_full || !world->config.stored;
  leave (world, mount, down_us);
  disk_crash (world, mount, stores);
  if (unsaved)
    forget_calls (mount);
}

void
mount_stop (World *world, Mount *mount)
{
  Event event = {.kind = EVENT_STOP};
  gboolean unsaved;

  if (mount->account == NULL)
    return;
  tell (world, mount, "stops");
  mount->crash_after = -1;
  world->unfinished = world->unfinished || mount->known.attempt != 0;
  mount_handle (world, mount, &event);
  while (mount->queue_length > 0 && world->broken == NULL)
    {
      disk_write_all (world, mount);
      mount->conflict = FALSE;
      mount_carry_on (world, mount);
    }
  disk_write_all (world, mount);
  for (guint i = 0; i < WAITING_MAX; i++)
    if (mount->waiting[i].id != 0)
      judge_break (world, RULE_ANSWERED, "#%" G_GUINT64_FORMAT " still waits after the end", mount->waiting[i].id);
  unsaved = mount->unstored || !world->config.stored;
  leave (world, mount, 100 * 1000);
  disk_crash (world, mount, 0);
  if (unsaved)
    forget_calls (mount);
}

void
world_reboot (World *world, gint64 down_us)
{
  seen[SEEN_REBOOT]++;
  for (guint i = 0; i < world->n_mounts; i++)
    {
      Mount *mount = &world->mounts[i];

      mount_crash (world, mount, 0, down_us);
      mount->up_us = world->now_us + MAX (down_us, 1000);
      forget_calls (mount);
    }
  world->boot_base_us = -world->now_us;
  world->boots++;
}

void
world_clear (World *world)
{
  for (guint i = 0; i < world->n_mounts; i++)
    {
      Mount *mount = &world->mounts[i];

      if (mount->account != NULL)
        leave (world, mount, 0);
      disk_crash (world, mount, 0);
      effects_free (mount->batch);
    }
  g_clear_pointer (&world->disk, record_free);
  g_clear_pointer (&world->why, g_free);
}
