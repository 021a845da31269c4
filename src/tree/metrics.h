/* What is counted for the file metrics: plain numbers in tables of fixed size, so that no label can grow without bound. */
#pragma once

#include "soap/operation.h"
#include "tree/node.h"

/* What became of a call, in as few words as somebody who is woken at night can tell apart. */
typedef enum
{
  OUTCOME_OK,
  OUTCOME_EXPIRED,
  OUTCOME_REJECTED,
  OUTCOME_BLOCKED,
  OUTCOME_THROTTLED,
  OUTCOME_QUARANTINED,
  OUTCOME_OFFLINE, /* unreachable, refused or timed out */
  OUTCOME_TLS,
  OUTCOME_NOT_UNDERSTOOD,
  OUTCOME_FAULT,     /* any other fault, HTTP error or failure */
  OUTCOME_CANCELLED, /* whoever wanted it has left */
  N_OUTCOMES
} Outcome;

const char *outcome_word (Outcome outcome);

#define N_BOUNDS 12

/* The upper bounds of the histogram's buckets, in seconds, as they are written. */
extern const char *const metrics_bounds[N_BOUNDS];

typedef struct
{
  guint64 calls[N_OPERATIONS][N_OUTCOMES];
  guint64
    durations[N_OPERATIONS]
             [N_BOUNDS + 1]; /* calls that took no longer than the bound, and than the one before; then the rest */
  guint64 duration_us[N_OPERATIONS]; /* in all */
  guint64 opens[N_KINDS];            /* for reading, of each row of the table of files */
  guint64 failures[SO24_N_ERRORS];   /* that somebody was told of */
} Metrics;

/* A call was answered, or failed with @error. */
void metrics_count_call (Metrics *metrics, Operation operation, const GError *error, gint64 duration_us);
void metrics_count_cancelled (Metrics *metrics, Operation operation);
/* A file was opened for reading. */
void metrics_count_open (Metrics *metrics, NodeId node);
void metrics_count_failure (Metrics *metrics, const GError *error);
