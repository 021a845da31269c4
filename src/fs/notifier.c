/* The notifier's thread and its queue. Touches the FUSE descriptor. */
#include "fs/notifier.h"

#define FUSE_USE_VERSION 312

#include "base/thread.h"
#include "base/watch.h"

#include <errno.h>
#include <fuse_lowlevel.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct Notifier
{
  struct fuse_session *session;
  void (*on_idle) (gpointer data);
  gpointer data;
  GAsyncQueue *queue; /* of arrays of Stale, owned */
  GThread *thread;
  int done_fd; /* eventfd(2): counts the arrays that were told */
  guint source;
  guint64 left; /* of those that were pushed, not known to have been told */
};

/* What the kernel does not know, it need not forget. */
static void
tell (Notifier *notifier, const Stale *stale)
{
  if (stale->kind == STALE_NAME)
    fuse_lowlevel_notify_inval_entry (notifier->session, stale->node, stale->name, strlen (stale->name));
  else
    fuse_lowlevel_notify_inval_inode (notifier->session, stale->node, 0, 0);
}

static void
count_as_told (Notifier *notifier)
{
  guint64 one = 1;

  while (write (notifier->done_fd, &one, sizeof one) < 0 && errno == EINTR)
    ;
}

/* The empty array is the last one. */
static gpointer
run (gpointer data)
{
  Notifier *notifier = data;
  gboolean last = FALSE;

  while (!last)
    {
      g_autoptr (GArray) stale = g_async_queue_pop (notifier->queue);

      last = stale->len == 0;
      for (guint i = 0; i < stale->len; i++)
        tell (notifier, &g_array_index (stale, Stale, i));
      count_as_told (notifier);
    }
  return NULL;
}

static gboolean
on_told (gint fd, GIOCondition condition, gpointer data)
{
  Notifier *notifier = data;
  guint64 count = 0;

  if (read (fd, &count, sizeof count) != sizeof count)
    return G_SOURCE_CONTINUE;
  notifier->left -= count;
  if (notifier->left == 0)
    notifier->on_idle (notifier->data);
  return G_SOURCE_CONTINUE;
}

Notifier *
notifier_new (struct fuse_session *session, void (*on_idle) (gpointer data), gpointer data)
{
  Notifier *notifier = g_new0 (Notifier, 1);

  notifier->session = session;
  notifier->on_idle = on_idle;
  notifier->data = data;
  notifier->queue = g_async_queue_new ();
  notifier->done_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (notifier->done_fd < 0)
    g_error ("eventfd: %s", g_strerror (errno));
  notifier->source = watch_fd (notifier->done_fd, G_IO_IN, on_told, notifier);
  notifier->thread = thread_start ("so24fs-notifier", run, notifier);
  return notifier;
}

void
notifier_push (Notifier *notifier, GArray *stale)
{
  notifier->left++;
  g_async_queue_push (notifier->queue, stale);
}

gboolean
notifier_is_idle (const Notifier *notifier)
{
  return notifier->left == 0;
}

void
notifier_free (Notifier *notifier)
{
  notifier_push (notifier, stale_list_new ());
  g_thread_join (notifier->thread);
  g_source_remove (notifier->source);
  close (notifier->done_fd);
  g_async_queue_unref (notifier->queue);
  g_free (notifier);
}
