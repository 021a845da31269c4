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

static inline gint64
earlier (gint64 one_us, gint64 other_us)
{
  if (one_us == NEVER || other_us == NEVER)
    return MAX (one_us, other_us);
  return MIN (one_us, other_us);
}
