/* Writing log messages. The only file that does; nothing here or anywhere passes a secret to it. */
#include "daemon/log.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

typedef struct
{
  gboolean debug;
  gboolean syslog;
} Log;

static const char *
message_of (const GLogField *fields, gsize n_fields)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      return fields[i].value;
  return "";
}

static int
priority_of (GLogLevelFlags level)
{
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0)
    return LOG_ERR;
  if ((level & G_LOG_LEVEL_WARNING) != 0)
    return LOG_WARNING;
  return (level & G_LOG_LEVEL_DEBUG) != 0 ? LOG_DEBUG : LOG_INFO;
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  const Log *log = data;
  int priority = priority_of (level);

  if (priority == LOG_DEBUG && !log->debug)
    return G_LOG_WRITER_HANDLED;
  if (log->syslog)
    syslog (priority, "%s", message_of (fields, n_fields));
  else
    fprintf (stderr, "so24fs: %s%s\n", priority == LOG_WARNING ? "warning: " : "", message_of (fields, n_fields));
  return G_LOG_WRITER_HANDLED;
}

/* GLib's writer is set once and for the whole process, and so is its state. */
static Log the_log;

void
log_start (gboolean debug)
{
  the_log.debug = debug;
  g_log_set_writer_func (write_log, &the_log, NULL);
}

void
log_to_syslog (void)
{
  openlog ("so24fs", LOG_PID, LOG_DAEMON);
  the_log.syslog = TRUE;
}
