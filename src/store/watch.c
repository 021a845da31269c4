/* A directory watched with inotify(7). Touches nothing else. */
#include "store/watch.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

struct Watch
{
  int fd;
  char *name;
  guint source;
  void (*happened) (gpointer data);
  gpointer data;
};

/* Events that were lost may have been ours. */
static gboolean
concerns (const Watch *watch, const struct inotify_event *event)
{
  return (event->mask & IN_Q_OVERFLOW) != 0 || (event->len > 0 && strcmp (event->name, watch->name) == 0);
}

static gboolean
drain (gint fd, GIOCondition condition, gpointer data)
{
  const Watch *watch = data;
  gboolean concerned = FALSE;
  union
  {
    struct inotify_event event; /* for its alignment */
    char bytes[4096];
  } events;
  gssize length;

  while ((length = read (fd, &events, sizeof events)) > 0)
    for (const char *at = events.bytes; at < events.bytes + length;)
      {
        const struct inotify_event *event = (const void *)at;

        concerned |= concerns (watch, event);
        at += sizeof *event + event->len;
      }
  if (concerned)
    watch->happened (watch->data);
  return G_SOURCE_CONTINUE;
}

static guint
attach (Watch *watch)
{
  GSource *source = g_unix_fd_source_new (watch->fd, G_IO_IN);
  guint id;

  g_source_set_callback (source, G_SOURCE_FUNC (drain), watch, NULL);
  g_source_set_priority (source, G_PRIORITY_HIGH);
  id = g_source_attach (source, NULL);
  g_source_unref (source);
  return id;
}

Watch *
watch_new (const char *directory, const char *name, void (*happened) (gpointer data), gpointer data)
{
  int fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);
  Watch *watch;

  if (fd < 0 || inotify_add_watch (fd, directory, IN_MOVED_TO | IN_ONLYDIR) < 0)
    {
      g_warning ("%s is not watched, so what others store there is seen later: %s", directory, g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  watch = g_new0 (Watch, 1);
  watch->fd = fd;
  watch->name = g_strdup (name);
  watch->happened = happened;
  watch->data = data;
  watch->source = attach (watch);
  return watch;
}

void
watch_free (Watch *watch)
{
  g_source_remove (watch->source);
  close (watch->fd);
  g_free (watch->name);
  g_free (watch);
}
