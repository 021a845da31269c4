/* The calendar. Touches nothing. */
#include "base/calendar.h"

char *
calendar_text (gint64 wall_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (wall_us / G_USEC_PER_SEC);

  return time == NULL ? NULL : g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
}
