/* The limits. Ends are kept on the boot clock, so that a calendar that jumps moves nothing. Touches nothing. */
#include "account/limits.h"

#include "account/session.h"
#include "base/error.h"

#define HOUR_US               (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define SAME_HOUR_US          (5 * G_USEC_PER_SEC) /* by two clocks that were read at two moments */
#define PAST_END_US           (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC) /* their clock or ours is wrong */
#define LONGEST_RETRY_AFTER_S 3600

void
limits_init (Limits *limits, guint32 seed)
{
  *limits = (Limits){.quarantine_us = NEVER,
                     .throttle_us = NEVER,
                     .login_us = NEVER,
                     .attempt_us = NEVER,
                     .failed_attempt_us = NEVER,
                     .allowed = -1,
                     .allowed_until_us = NEVER};
  limits->random = g_rand_new_with_seed (seed);
}

void
limits_clear (Limits *limits)
{
  g_clear_error (&limits->cause);
  g_rand_free (limits->random);
}

/* Takes @cause. */
static void
set_cause (Limits *limits, GError *cause)
{
  g_clear_error (&limits->cause);
  limits->cause = cause;
}

gint64
limits_delay_after (Limits *limits, const AccountConfig *config, guint failures)
{
  gint64 delay = config->backoff_min_us;

  while (failures-- > 1 && delay < config->backoff_max_us)
    delay *= 2;
  delay = MIN (delay, config->backoff_max_us);
  return delay / 2 + (gint64)((double)delay / 2 * g_rand_double (limits->random));
}

static gint64
next_delay (Limits *limits, const AccountConfig *config)
{
  return limits_delay_after (limits, config, ++limits->failures);
}

static void
quarantine (Limits *limits, gint64 until_wall_us, Instant now)
{
  if (until_wall_us == 0)
    until_wall_us = now.wall_us + HOUR_US;
  else if (until_wall_us <= now.wall_us)
    until_wall_us = now.wall_us + PAST_END_US;
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
  set_cause (limits, g_error_copy (answer->error));
}

static void
put_off_logins (Limits *limits, const AccountConfig *config, const GError *cause, Instant now)
{
  limits->login_us = now.boot_us + next_delay (limits, config);
  set_cause (limits, g_error_copy (cause));
}

void
limits_login_was_in_vain (Limits *limits, const AccountConfig *config, const GError *cause, Instant now)
{
  if (limits->failures == 0)
    limits->failures = 1;
  else
    put_off_logins (limits, config, cause, now);
}

/* Who starts again and again, because each Login brings us down, must not log in each time: so the attempt is stored. */
static void
note_attempt (Limits *limits, const AccountConfig *config, Instant now)
{
  limits->attempt_us = now.boot_us + limits_delay_after (limits, config, limits->failures + 1);
}

void
limits_spend (Limits *limits, const AccountConfig *config, gboolean login, Instant now)
{
  budget_spend (&limits->budget, config->rate, now);
  if (limits->allowed > 0)
    limits->allowed--;
  if (login)
    note_attempt (limits, config, now);
}

/* The service counts by the clock hour. */
static gint64
until_next_hour_us (Instant now)
{
  return HOUR_US - now.wall_us % HOUR_US;
}

static void
learn_allowed (Limits *limits, const Answer *answer, Instant now)
{
  gint64 wait_us = answer->allowed_until_us == 0 ? until_next_hour_us (now) : answer->allowed_until_us - now.wall_us;

  limits->allowed = answer->allowed;
  limits->allowed_until_us = now.boot_us + CLAMP (wait_us, PAST_END_US, HOUR_US);
}

void
limits_learn (Limits *limits, const AccountConfig *config, const Answer *answer, gboolean by_itself, Instant now)
{
  gboolean login = operation_presents_credential (answer->operation);
  const GError *error = answer->error;

  if (operation_logs_in (answer->operation))
    limits->attempt_us = NEVER;
  if (answer->says_allowed)
    learn_allowed (limits, answer, now);
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
      put_off_logins (limits, config, error, now);
      limits->login_us = MAX (limits->login_us, now.boot_us + asked_to_wait_us (answer));
    }
  else if (g_error_matches (error, SO24_ERROR, SO24_ERROR_THROTTLED) || answer->retry_after_s > 0)
    throttle (limits, config, answer, now);
  else if (login && by_itself && !g_error_matches (error, SO24_ERROR, SO24_ERROR_REJECTED))
    put_off_logins (limits, config, error, now);
}

gboolean
limits_blocked (const Limits *limits, Instant now)
{
  return now.boot_us < limits->login_us && error_is_of_identity (limits->cause);
}

static char *
calendar (gint64 wall_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (wall_us / G_USEC_PER_SEC);

  return time == NULL ? g_strdup ("a far day") : g_date_time_format_iso8601 (time);
}

/* When the boot clock will be at @boot_us, by the calendar of now. */
static char *
calendar_of (gint64 boot_us, Instant now)
{
  return calendar (now.wall_us + (boot_us - now.boot_us));
}

GError *
limits_refuse_cookie (const Limits *limits, Instant now)
{
  g_autofree char *end = NULL;

  if (now.boot_us >= limits->quarantine_us)
    return NULL;
  end = calendar (limits->quarantine_wall_us);
  return g_error_new (SO24_ERROR, SO24_ERROR_QUARANTINED,
                      "the hourly limit of calls was exceeded; no call is made before the quarantine ends at %s", end);
}

static gboolean
is_allowed (const Limits *limits, Instant now)
{
  return limits->allowed != 0 || now.boot_us >= limits->allowed_until_us;
}

GError *
limits_refuse_command (const Limits *limits, const AccountConfig *config, Instant now)
{
  GError *error = limits_refuse_cookie (limits, now);
  g_autofree char *end = NULL;

  if (error != NULL)
    return error;
  if (!is_allowed (limits, now))
    {
      end = calendar_of (limits->allowed_until_us, now);
      return g_error_new (SO24_ERROR, SO24_ERROR_QUARANTINED,
                          "the service allows no more calls in this hour; no call is made before %s", end);
    }
  if (budget_left (&limits->budget, config->rate, now) > 0)
    return NULL;
  end = calendar_of (budget_frees_us (&limits->budget, now), now);
  return g_error_new (SO24_ERROR, SO24_ERROR_QUARANTINED,
                      "this mount's own limit of %" G_GINT64_FORMAT
                      " calls an hour (-o rate) is used up; no call is made before %s",
                      config->rate, end);
}

gboolean
limits_exhausted (const Limits *limits, const AccountConfig *config, Instant now)
{
  return now.boot_us < limits->quarantine_us || !is_allowed (limits, now)
         || budget_left (&limits->budget, config->rate, now) == 0;
}

GError *
limits_refuse (const Limits *limits, const AccountConfig *config, gboolean login, Instant now)
{
  gint64 until_us = login ? MAX (limits->throttle_us, limits->login_us) : limits->throttle_us;
  GError *error = limits_refuse_command (limits, config, now);

  if (error != NULL || now.boot_us >= until_us)
    return error;
  if (login && limits_blocked (limits, now))
    return g_error_copy (limits->cause);
  return g_error_new (SO24_ERROR, SO24_ERROR_THROTTLED, "backing off for another %.1f s after: %s",
                      (double)(until_us - now.boot_us) / G_USEC_PER_SEC, limits->cause->message);
}

void
limits_save (const Limits *limits, Record *record, Instant now)
{
  record->failures = limits->failures;
  record->login_us = limits->login_us;
  record->attempt_us = limits->attempt_us;
  record->throttle_us = limits->throttle_us;
  record->quarantine_us = limits->quarantine_us;
  record->quarantine_wall_us = limits->quarantine_wall_us;
  record->allowed = limits->allowed;
  record->allowed_until_us = limits->allowed_until_us;
  if (limits->cause != NULL)
    {
      record->cause_code = (So24ErrorCode)limits->cause->code;
      record->cause = g_strdup (limits->cause->message);
    }
  budget_save (&limits->budget, record->spent, now);
}

static gint64
merged (gint64 base, gint64 theirs, gint64 ours)
{
  if (theirs == base)
    return ours;
  return ours == base ? theirs : MAX (ours, theirs);
}

/* Of one hour the lower number counts, and else the later hour. */
static void
merge_allowed (Limits *limits, const Record *record)
{
  gint64 later_us = record->allowed_until_us == NEVER || limits->allowed_until_us == NEVER
                      ? (record->allowed_until_us == NEVER ? -HOUR_US : HOUR_US)
                      : record->allowed_until_us - limits->allowed_until_us;

  if (record->allowed < 0 || later_us < -SAME_HOUR_US)
    return;
  limits->allowed
    = limits->allowed < 0 || later_us > SAME_HOUR_US ? record->allowed : MIN (limits->allowed, record->allowed);
  limits->allowed_until_us = MAX (limits->allowed_until_us, record->allowed_until_us);
}

void
limits_merge (Limits *limits, const Record *base, const Record *record, Instant now)
{
  gint64 login_us = merged (base->login_us, record->login_us, limits->login_us);
  gint64 throttle_us = merged (base->throttle_us, record->throttle_us, limits->throttle_us);

  if (login_us != limits->login_us || throttle_us != limits->throttle_us)
    set_cause (limits, g_error_new_literal (SO24_ERROR, (gint)record->cause_code,
                                            record->cause == NULL ? "an earlier failure" : record->cause));
  limits->login_us = login_us;
  limits->throttle_us = throttle_us;
  limits->failures = (guint)merged (base->failures, record->failures, limits->failures);
  if (record->quarantine_us > limits->quarantine_us)
    {
      limits->quarantine_us = record->quarantine_us;
      limits->quarantine_wall_us = record->quarantine_wall_us;
    }
  merge_allowed (limits, record);
  budget_merge (&limits->budget, record->spent, now);
}

void
limits_bound (Limits *limits, const AccountConfig *config, Instant now)
{
  limits->login_us = MIN (limits->login_us, now.boot_us + MAX (config->backoff_max_us, HOUR_US));
  limits->throttle_us = MIN (limits->throttle_us, now.boot_us + MAX (config->backoff_max_us, HOUR_US));
  limits->allowed_until_us = MIN (limits->allowed_until_us, now.boot_us + HOUR_US);
}

void
limits_attempt_failed (Limits *limits, gint64 attempt_us)
{
  if (attempt_us == NEVER)
    return;
  limits->failed_attempt_us = attempt_us;
  limits->failures++;
  if (attempt_us <= limits->login_us)
    return;
  limits->login_us = attempt_us;
  set_cause (limits, g_error_new_literal (SO24_ERROR, SO24_ERROR_THROTTLED, "so24fs ended in the middle of a login"));
}

/* What is still allowed changes with every answer; it matters when it is nothing. */
gboolean
limits_differ (const Limits *limits, const Record *record)
{
  return limits->budget.unsaved || record->failures != limits->failures || record->login_us != limits->login_us
         || record->throttle_us != limits->throttle_us || record->quarantine_us != limits->quarantine_us
         || (limits->allowed == 0) != (record->allowed == 0)
         || (limits->allowed == 0 && record->allowed_until_us != limits->allowed_until_us);
}

void
limits_forgive (Limits *limits)
{
  limits->failures = 0;
  limits->login_us = NEVER;
}
