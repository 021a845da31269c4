/* Moments as people and programs write them: RFC 3339, in UTC. */
#pragma once

#include <glib.h>

/* "2026-11-25T09:46:40Z" for a time of the wall clock in microseconds; NULL if the calendar does not reach so far. The caller frees it. */
char *calendar_text (gint64 wall_us);
