/* Time, as the account is told it. */
#pragma once

#include <glib.h>

/* Both clocks at one moment: the one that only goes forward (CLOCK_BOOTTIME) for ages, and the calendar. Microseconds. */
typedef struct
{
  gint64 boot_us;
  gint64 wall_us;
} Instant;

/* For what did not happen yet, and for a wait that is over. */
#define NEVER G_MININT64
