/* An alarm on the clock that goes on while the machine sleeps (CLOCK_BOOTTIME), as a source of the default GLib main context. */
#pragma once

#include <glib.h>

typedef struct Alarm Alarm;

typedef void (*AlarmRings) (gpointer data);

Alarm *alarm_new (AlarmRings rings, gpointer data);
void alarm_free (Alarm *alarm);

/* Rings once, at @boot_us of that clock (microseconds), at once if that is past. Takes the place of the time set before. */
void alarm_set (Alarm *alarm, gint64 boot_us);
void alarm_off (Alarm *alarm);
