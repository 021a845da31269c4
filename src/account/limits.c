/* The limits. Ends are kept on the boot clock, so that a calendar that jumps moves nothing. Touches nothing. */
#include "account/limits.h"

#include "account/session.h"
#include "base/error.h"

#define UNREADABLE_QUARANTINE_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define PAST_QUARANTINE_US       (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC) /* their clock or ours is wrong */
#define LONGEST_RETRY_AFTER_S    3600

void
limits_init (Limits *limits, guint32 seed)
{
  *limits = (Limits){.quarantine_us = NEVER, .throttle_us = NEVER, .login_us = NEVER};
  limits->random = g_rand_new_with_seed (seed);
}

void
limits_clear (Limits *limits)
{
  g_clear_error (&limits->cause);
  g_rand_free (limits->random);
}

static void
remember_cause (Limits *limits, const GError *cause)
{
  g_clear_error (&limits->cause);
  limits->cause = g_error_copy (cause);
}

/* Doubles with each failure, and is spread over its upper half so that many mounts do not come back together. */
static gint64
next_delay (Limits *limits, const AccountConfig *config)
{
  guint doublings = MIN (limits->failures, 30);
  gint64 delay = MIN (config->backoff_min_us << doublings, config->backoff_max_us);

  limits->failures++;
  return delay / 2 + (gint64)((double)delay / 2 * g_rand_double (limits->random));
}

static void
quarantine (Limits *limits, gint64 until_wall_us, Instant now)
{
  if (until_wall_us == 0)
    until_wall_us = now.wall_us + UNREADABLE_QUARANTINE_US;
  else if (until_wall_us <= now.wall_us)
    until_wall_us = now.wall_us + PAST_QUARANTINE_US;
  limits->quarantine_wall_us = until_wall_us;
  limits->quarantine_us = now.boot_us + (limits->quarantine_wall_us - now.wall_us);
}

static gint64
asked_to_wait_us (const Answer *answer)
{
  return MIN (answer->retry_after_s, LONGEST_RETRY_AFTER_S) * G_USEC_PER_SEC;
}

static void
throttle (Limits *limits, const AccountConfig *config, const Answer *answer, Instant now)
{
  gint64 delay_us = next_delay (limits, config);

  limits->throttle_us = now.boot_us + MAX (asked_to_wait_us (answer), delay_us);
  remember_cause (limits, answer->error);
}

void
limits_login_was_in_vain (Limits *limits, const AccountConfig *config, const GError *cause, Instant now)
{
  limits->login_us = now.boot_us + next_delay (limits, config);
  remember_cause (limits, cause);
}

void
limits_learn (Limits *limits, const AccountConfig *config, const Answer *answer, gboolean by_itself, Instant now)
{
  gboolean login = operation_presents_credential (answer->operation);
  const GError *error = answer->error;

  /* A Login alone proves nothing: its session may be dead at once. */
  if (error == NULL)
    {
      if (answer->operation == OPERATION_GET_IDENTITY)
        limits->failures = 0;
    }
  else if (g_error_matches (error, SO24_ERROR, SO24_ERROR_QUARANTINED))
    quarantine (limits, answer->until_us, now);
  else if (login && answer->is_fault && g_error_matches (error, SO24_ERROR, SO24_ERROR_THROTTLED))
    {
      limits_login_was_in_vain (limits, config, error, now);
      limits->login_us = MAX (limits->login_us, now.boot_us + asked_to_wait_us (answer));
    }
  else if (g_error_matches (error, SO24_ERROR, SO24_ERROR_THROTTLED) || answer->retry_after_s > 0)
    throttle (limits, config, answer, now);
  else if (login && by_itself && !g_error_matches (error, SO24_ERROR, SO24_ERROR_REJECTED))
    limits_login_was_in_vain (limits, config, error, now);
}

gboolean
limits_blocked (const Limits *limits, Instant now)
{
  return now.boot_us < limits->login_us && g_error_matches (limits->cause, SO24_ERROR, SO24_ERROR_BLOCKED);
}

gboolean
limits_quarantined (const Limits *limits, Instant now)
{
  return now.boot_us < limits->quarantine_us;
}

GError *
limits_refuse_command (const Limits *limits, Instant now)
{
  g_autoptr (GDateTime) end = NULL;
  g_autofree char *text = NULL;

  if (!limits_quarantined (limits, now))
    return NULL;
  end = g_date_time_new_from_unix_utc (limits->quarantine_wall_us / G_USEC_PER_SEC);
  text = end == NULL ? g_strdup ("a far day") : g_date_time_format_iso8601 (end);
  return g_error_new (SO24_ERROR, SO24_ERROR_QUARANTINED,
                      "the hourly limit of calls was exceeded; no call is made before the quarantine ends at %s", text);
}

GError *
limits_refuse (const Limits *limits, gboolean login, Instant now)
{
  gint64 until_us = login ? MAX (limits->throttle_us, limits->login_us) : limits->throttle_us;
  GError *error = limits_refuse_command (limits, now);

  if (error != NULL || now.boot_us >= until_us)
    return error;
  if (login && limits_blocked (limits, now))
    return g_error_copy (limits->cause);
  return g_error_new (SO24_ERROR, SO24_ERROR_THROTTLED, "backing off for another %.1f s after: %s",
                      (double)(until_us - now.boot_us) / G_USEC_PER_SEC, limits->cause->message);
}

void
limits_forgive (Limits *limits)
{
  limits->failures = 0;
  limits->login_us = NEVER;
}
