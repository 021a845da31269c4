/*
 * poll(2), select(2) and epoll(7), as sysfs has them: every file can always be read (and written, if it was opened for
 * that). On top of that POLLPRI and POLLERR say that session, cookie or identity reads as something else than what this
 * opener has read. The file events can be read when there is a line.
 *
 * What a file reads as gets a number, which rises when it changes; an opener keeps the number of what he read. What is
 * served for a moment only, in the middle of a renewal or a switch, gets none. No content is kept: it may be a cookie.
 */
#include "fs/private.h"

#include <poll.h>
#include <string.h>

#define ALWAYS_READABLE (POLLIN | POLLRDNORM)
#define ALWAYS_WRITABLE (POLLOUT | POLLWRNORM)
#define ANOTHER_CONTENT (POLLPRI | POLLERR)

typedef struct
{
  guint64 fingerprint; /* of the content */
  guint64 number;
} Seen;

/* FNV-1a, 64 bits. */
#define FINGERPRINT_OF_NOTHING 0xcbf29ce484222325u

static guint64
fingerprint_on (guint64 value, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    value = (value ^ (guint8)bytes[i]) * 0x100000001b3u;
  return value;
}

static guint64
fingerprint (const char *bytes, gsize length)
{
  return fingerprint_on (FINGERPRINT_OF_NOTHING, bytes, length);
}

static guint64
fingerprint_text (const char *text)
{
  return fingerprint (text, strlen (text));
}

/* The number of what @node reads as now, or did last when that was settled; 0: it never was. */
static guint64
number_of (Fs *fs, NodeId node, gboolean *settled)
{
  g_auto (SecretBuffer) content = {0};
  Seen *seen = g_hash_table_lookup (fs->seen, GSIZE_TO_POINTER (node));
  guint64 now;

  *settled = tree_glimpse (fs->tree, node, &content);
  now = fingerprint (content.data, content.length);
  if (seen == NULL)
    {
      seen = g_new0 (Seen, 1);
      g_hash_table_insert (fs->seen, GSIZE_TO_POINTER (node), seen);
    }
  if (!*settled || (seen->number > 0 && seen->fingerprint == now))
    return seen->number;
  seen->fingerprint = now;
  return ++seen->number;
}

void
poll_note_read (Fs *fs, Handle *handle, const SecretBuffer *content, const GError *error)
{
  gboolean settled;

  if (!node_kind (handle->node)->announced)
    return;
  handle->read_fingerprint
    = error == NULL ? fingerprint (content->data, content->length) : fingerprint_text (error_errno_name (error));
  if (!handle->polls)
    {
      handle->read_unsettled = TRUE;
      return;
    }
  handle->read_number = handle->polled_number = number_of (fs, handle->node, &settled);
  handle->read_unsettled = !settled;
}

void
poll_note_opened (Handle *handle, const Secret *cookie)
{
  if (!node_kind (handle->node)->announced)
    return;
  handle->read_fingerprint = fingerprint_on (fingerprint (secret_text (cookie), secret_length (cookie)), "\n", 1);
  handle->read_unsettled = TRUE;
}

/* What was read while nothing was settled may have been the right thing all the same. */
static void
judge_unsettled (Fs *fs, Handle *handle)
{
  const Seen *seen = g_hash_table_lookup (fs->seen, GSIZE_TO_POINTER (handle->node));

  handle->read_number = handle->read_fingerprint == seen->fingerprint ? seen->number : 0;
  handle->read_unsettled = FALSE;
}

/* The number of what the file reads as now; TRUE if it is not what this opener has read. */
static gboolean
is_another (Fs *fs, Handle *handle, guint64 *number)
{
  gboolean settled;

  *number = number_of (fs, handle->node, &settled);
  if (settled && handle->read_unsettled)
    judge_unsettled (fs, handle);
  return !handle->read_unsettled && *number != handle->read_number;
}

/* Of the lines in events. */
static guint64
last_number (const Fs *fs, const Handle *handle)
{
  return fs->ended ? G_MAXUINT64 : events_last_number (handle->events);
}

static unsigned
ready (Fs *fs, Handle *handle)
{
  unsigned writable = handle->input != NULL ? ALWAYS_WRITABLE : 0;

  if (handle->events != NULL)
    {
      handle->polled_number = last_number (fs, handle);
      return (stream_is_readable (fs, handle) ? ALWAYS_READABLE : 0) | (fs->ended ? POLLHUP : 0);
    }
  if (!node_kind (handle->node)->announced || !handle->reads)
    return ALWAYS_READABLE | writable;
  if (!is_another (fs, handle, &handle->polled_number))
    return ALWAYS_READABLE | writable;
  /* If others have filled the page cache meanwhile, he may have read it there, unseen. His next read comes to us. */
  if (!handle->direct)
    cache_forget_content (fs->cache, handle->node);
  return ALWAYS_READABLE | writable | ANOTHER_CONTENT;
}

void
poll_forget (Fs *fs, Handle *handle)
{
  if (handle->poller == NULL)
    return;
  g_hash_table_remove (fs->pollers, handle);
  g_clear_pointer (&handle->poller, fuse_pollhandle_destroy);
}

void
op_poll (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info, struct fuse_pollhandle *poller)
{
  Fs *fs = fs_of (request);
  Handle *handle = (Handle *)(gsize)info->fh;

  /* The read of a shell polls too, before each byte, but only for something to read. */
  handle->polls = handle->polls || (info->poll_events & POLLPRI) != 0;
  if (poller != NULL)
    {
      poll_forget (fs, handle);
      handle->poller = poller;
      handle->lingers = handle->events != NULL;
      g_hash_table_add (fs->pollers, handle);
    }
  fuse_reply_poll (request, ready (fs, handle));
}

/* Whether something is new since the opener last polled. */
static gboolean
is_news (Fs *fs, Handle *handle)
{
  guint64 before = handle->polled_number;
  gboolean another = TRUE;

  if (handle->events != NULL)
    handle->polled_number = last_number (fs, handle);
  else if (node_kind (handle->node)->announced && handle->reads)
    another = is_another (fs, handle, &handle->polled_number);
  return another && handle->polled_number != before;
}

/* The kernel asks again after that, with a new poll handle if somebody still waits. */
void
poll_wake (Fs *fs)
{
  g_autoptr (GList) handles = g_hash_table_get_keys (fs->pollers);

  for (GList *link = handles; link != NULL; link = link->next)
    {
      Handle *handle = link->data;

      if (is_news (fs, handle))
        fuse_lowlevel_notify_poll (handle->poller);
    }
}
