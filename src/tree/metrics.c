/* Counting. Touches nothing. */
#include "tree/metrics.h"

#include "base/error.h"

const char *const metrics_bounds[N_BOUNDS]
  = {"0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "30.0", "60.0"};

static const gint64 bounds_us[N_BOUNDS]
  = {10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000, 60000000};

const char *
outcome_word (Outcome outcome)
{
  static const char *const words[N_OUTCOMES] = {
    [OUTCOME_OK] = "ok",
    [OUTCOME_EXPIRED] = "expired",
    [OUTCOME_REJECTED] = "rejected",
    [OUTCOME_BLOCKED] = "blocked",
    [OUTCOME_THROTTLED] = "throttled",
    [OUTCOME_QUARANTINED] = "quarantined",
    [OUTCOME_OFFLINE] = "offline",
    [OUTCOME_TLS] = "tls",
    [OUTCOME_NOT_UNDERSTOOD] = "not_understood",
    [OUTCOME_FAULT] = "fault",
    [OUTCOME_CANCELLED] = "cancelled",
  };

  return words[outcome];
}

static gboolean
is_ours (const GError *error)
{
  return error->domain == SO24_ERROR && error->code >= 0 && error->code < SO24_N_ERRORS;
}

static Outcome
outcome_of (const GError *error)
{
  static const Outcome outcomes[SO24_N_ERRORS] = {
    [SO24_ERROR_EXPIRED] = OUTCOME_EXPIRED,
    [SO24_ERROR_REJECTED] = OUTCOME_REJECTED,
    [SO24_ERROR_BLOCKED] = OUTCOME_BLOCKED,
    [SO24_ERROR_THROTTLED] = OUTCOME_THROTTLED,
    [SO24_ERROR_QUARANTINED] = OUTCOME_QUARANTINED,
    [SO24_ERROR_UNREACHABLE] = OUTCOME_OFFLINE,
    [SO24_ERROR_REFUSED] = OUTCOME_OFFLINE,
    [SO24_ERROR_TIMED_OUT] = OUTCOME_OFFLINE,
    [SO24_ERROR_TLS] = OUTCOME_TLS,
    [SO24_ERROR_NOT_UNDERSTOOD] = OUTCOME_NOT_UNDERSTOOD,
  };

  if (error == NULL)
    return OUTCOME_OK;
  return is_ours (error) && outcomes[error->code] != OUTCOME_OK ? outcomes[error->code] : OUTCOME_FAULT;
}

void
metrics_count_call (Metrics *metrics, Operation operation, const GError *error, gint64 duration_us)
{
  guint bucket = 0;

  while (bucket < N_BOUNDS && duration_us > bounds_us[bucket])
    bucket++;
  metrics->calls[operation][outcome_of (error)]++;
  metrics->durations[operation][bucket]++;
  metrics->duration_us[operation] += (guint64)MAX (duration_us, 0);
}

void
metrics_count_cancelled (Metrics *metrics, Operation operation)
{
  metrics->calls[operation][OUTCOME_CANCELLED]++;
}

void
metrics_count_open (Metrics *metrics, NodeId node)
{
  metrics->opens[node_row (node)]++;
}

void
metrics_count_failure (Metrics *metrics, const GError *error)
{
  if (is_ours (error))
    metrics->failures[error->code]++;
}
