/* A history in words. */
#include "judge.h"

#include "dice.h"

static const char *const steps[N_STEPS] = {
  [STEP_PASS] = "time passes",
  [STEP_SUSPEND] = "the machine sleeps",
  [STEP_READ] = "somebody reads",
  [STEP_LOGIN] = "somebody writes login",
  [STEP_SWITCH] = "somebody writes identity",
  [STEP_LOGOUT] = "somebody writes logout",
  [STEP_INTERRUPT] = "Ctrl-C",
  [STEP_FAULT] = "a fault lies in wait",
  [STEP_AWAY] = "the service goes away",
  [STEP_BACK] = "the service is back",
  [STEP_END] = "all sessions end",
  [STEP_FOREIGN] = "somebody else switches",
  [STEP_VANISH] = "an identity is removed",
  [STEP_APPEAR] = "an identity is added",
  [STEP_BLOCK] = "an identity is blocked",
  [STEP_FREE] = "no identity is blocked",
  [STEP_DEFAULT] = "another identity is the default",
  [STEP_IGNORE] = "Logins ignore the identity, or not",
  [STEP_PASSWORD] = "another password is right",
  [STEP_FILE] = "the credentials file is rewritten",
  [STEP_QUARANTINE] = "the service quarantines",
  [STEP_THROTTLE] = "the service throttles Logins",
  [STEP_ALLOWED] = "the service allows some more calls",
  [STEP_WALL] = "the calendar jumps",
  [STEP_CRASH] = "a mount crashes",
  [STEP_CRASH_AT] = "a mount will crash soon",
  [STEP_RESTART] = "a mount is restarted",
  [STEP_REBOOT] = "the machine reboots",
  [STEP_DISK] = "the disk is slow or full, or well",
  [STEP_LOCK] = "the lock is taken, or given back",
  [STEP_LATENCY] = "calls take another time",
};

const char *
step_name (StepKind kind)
{
  return steps[kind];
}

static void
tell_time (World *world)
{
  gint64 ms = world->now_us / 1000;

  g_string_append_printf (world->tale, "%02d:%02d:%02d.%03d  ", (int)(ms / 3600000), (int)(ms / 60000 % 60),
                          (int)(ms / 1000 % 60), (int)(ms % 1000));
}

void
tell (World *world, const Mount *mount, const char *format, ...)
{
  va_list arguments;

  if (world->tale == NULL)
    return;
  tell_time (world);
  g_string_append_printf (world->tale, "    mount %u ", mount_number (world, mount));
  va_start (arguments, format);
  g_string_append_vprintf (world->tale, format, arguments);
  va_end (arguments);
  g_string_append_c (world->tale, '\n');
}

void
tell_step (World *world, guint number, const Step *step)
{
  if (world->tale == NULL)
    return;
  tell_time (world);
  g_string_append_printf (world->tale, "%u. %s (mount %u, a %u, b %u, n %d)\n", number,
                          step_name ((StepKind)step->kind), step->mount, step->a, step->b, step->n);
}
