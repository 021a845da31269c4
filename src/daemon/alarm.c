/* The alarm, by timerfd_create(2). Touches one descriptor. */
#include "daemon/alarm.h"

#include "base/watch.h"

#include <sys/timerfd.h>
#include <unistd.h>

struct Alarm
{
  int fd;
  guint source;
  AlarmRings rings;
  gpointer data;
};

static gboolean
on_time (gint fd, GIOCondition condition, gpointer data)
{
  Alarm *alarm = data;
  guint64 times;

  if (read (fd, &times, sizeof times) == sizeof times)
    alarm->rings (alarm->data);
  return G_SOURCE_CONTINUE;
}

Alarm *
alarm_new (AlarmRings rings, gpointer data)
{
  Alarm *alarm = g_new0 (Alarm, 1);

  alarm->fd = timerfd_create (CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  if (alarm->fd < 0)
    g_error ("timerfd_create: %s", g_strerror (errno));
  alarm->source = watch_fd (alarm->fd, G_IO_IN, on_time, alarm);
  alarm->rings = rings;
  alarm->data = data;
  return alarm;
}

void
alarm_free (Alarm *alarm)
{
  g_source_remove (alarm->source);
  close (alarm->fd);
  g_free (alarm);
}

void
alarm_set (Alarm *alarm, gint64 boot_us)
{
  gint64 us = MAX (boot_us, 1); /* all zeros would turn it off */
  struct itimerspec when = {.it_value = {us / G_USEC_PER_SEC, us % G_USEC_PER_SEC * 1000}};

  timerfd_settime (alarm->fd, TFD_TIMER_ABSTIME, &when, NULL);
}

void
alarm_off (Alarm *alarm)
{
  struct itimerspec never = {0};

  timerfd_settime (alarm->fd, 0, &never, NULL);
}
