/* Writing log messages. The only file that does; nothing here or anywhere passes a secret to it. */
#include "daemon/log.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

typedef struct
{
  gboolean debug;
  gboolean journal; /* there may be one */
  gboolean syslog;  /* instead of stderr */
  char *source, *mountpoint;
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

static void
add_field (GArray *fields, const char *key, const char *value)
{
  GLogField field = {key, value, -1};

  if (value != NULL)
    g_array_append_val (fields, field);
}

/* GLib's own PRIORITY calls a message a notice; the journal is to have the level that syslog has. */
static gboolean
write_to_journal (const Log *log, GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (GLogField));
  const char priority[] = {(char)('0' + priority_of (level)), '\0'};

  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "PRIORITY") != 0)
      g_array_append_val (all, fields[i]);
  add_field (all, "PRIORITY", priority);
  add_field (all, "SYSLOG_IDENTIFIER", "so24fs");
  add_field (all, "SO24FS_SOURCE", log->source);
  add_field (all, "SO24FS_MOUNTPOINT", log->mountpoint);
  return g_log_writer_journald (level, (const GLogField *)(gpointer)all->data, all->len, NULL) == G_LOG_WRITER_HANDLED;
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  const Log *log = data;
  int priority = priority_of (level);

  if (priority == LOG_DEBUG && !log->debug)
    return G_LOG_WRITER_HANDLED;
  if (log->journal && write_to_journal (log, level, fields, n_fields))
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
  the_log.journal = g_log_writer_is_journald (fileno (stderr));
  g_log_set_writer_func (write_log, &the_log, NULL);
}

void
log_of_mount (const char *source, const char *mountpoint)
{
  g_free (the_log.source);
  g_free (the_log.mountpoint);
  the_log.source = g_strdup (source);
  the_log.mountpoint = g_strdup (mountpoint);
}

void
log_to_system (void)
{
  openlog ("so24fs", LOG_PID, LOG_DAEMON);
  the_log.syslog = TRUE;
  the_log.journal = TRUE;
}
