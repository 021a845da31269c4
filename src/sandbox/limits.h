/* How much the service takes: logins per user in a sliding window, calls in an hour of the clock.
   Memory only, no clock of its own. */
#pragma once

#include <glib.h>

#include "sandbox/options.h"

typedef struct Limits Limits;

/* @options must outlive the limits. */
Limits *limits_new (const Options *options);
void limits_free (Limits *limits);

/* Counts one login of @username, at that monotonic time; FALSE if it is one too many. */
gboolean limits_take_login (Limits *limits, const char *username, gint64 now);

/* Counts one call, at that wall-clock time (both in microseconds). Answers by how many calls the limit is exceeded;
   0: it is not. */
gint64 limits_take_call (Limits *limits, gint64 wall_clock);

gint64 limits_calls_remaining (const Limits *limits);

/* When the current hour of the clock ends, in the given form of strftime. Free it. */
char *limits_hour_end (gint64 wall_clock, const char *format);
