/*
 * The file events: a READ at its end is parked until there is another line. That is allowed here because read(2) of it
 * goes past the page cache, and nothing of it is ever invalidated: that would wait in the kernel for this very READ.
 *
 * mmap(2), sendfile(2) and splice(2) go through the page cache all the same. Their READs hold pages locked, so they are
 * answered at once; and by a short answer the kernel knows where the file ends for them. They have no lock owner.
 *
 * Who waits at the end leaves when he is interrupted. When the mount comes to its end he is told that the file has one
 * now.
 */
#include "base/loop.h"
#include "fs/private.h"

#include <errno.h>
#include <fcntl.h>

/*
 * A READ may be a piece of a larger read(2), which the kernel goes on with when it was filled to the brim, and would
 * then wait in spite of what it has already. No answer is as long as the pieces are (128 KiB).
 */
#define LONGEST_ANSWER (32 * (gsize)1024)

/* How long those who wait at the end have for coming back once more and hearing that it is the end. */
#define FAREWELL_MS 250

static void
reply (fuse_req_t request, Handle *handle, gsize size, off_t offset)
{
  g_autofree char *bytes = g_malloc (size);
  gsize length = events_read (handle->events, offset, bytes, size);

  handle->lingers = handle->lingers && length > 0;
  fuse_reply_buf (request, bytes, length);
}

static void
leave (Parked *parked)
{
  g_queue_remove (&parked->fs->at_end, parked);
}

static void
read_again (Parked *parked)
{
  reply (parked->request, parked->handle, parked->size, parked->offset);
  parked_free (parked);
}

static void
wait_at_end (Fs *fs, fuse_req_t request, Handle *handle, gsize size, off_t offset)
{
  Parked *parked = parked_new (fs, request, handle->node, read_again);

  parked->handle = handle;
  parked->size = size;
  parked->offset = offset;
  parked->leave = leave;
  handle->lingers = TRUE;
  g_queue_push_tail (&fs->at_end, parked);
}

void
stream_read (Fs *fs, fuse_req_t request, gsize size, off_t offset, const struct fuse_file_info *info)
{
  Handle *handle = (Handle *)(gsize)info->fh;
  gboolean fills_a_page = info->lock_owner == 0;

  if (!fills_a_page)
    size = MIN (size, LONGEST_ANSWER);
  if (events_go_to (handle->events, offset) || fs->ended || events_reader_stops (handle->events) || fills_a_page)
    reply (request, handle, size, offset);
  else if ((info->flags & O_NONBLOCK) != 0)
    fuse_reply_err (request, EAGAIN);
  else
    wait_at_end (fs, request, handle, size, offset);
}

off_t
stream_seek_end (const struct fuse_file_info *info)
{
  return events_seek_end (((Handle *)(gsize)info->fh)->events);
}

gboolean
stream_is_readable (const Fs *fs, const Handle *handle)
{
  return fs->ended || events_have_more (handle->events);
}

void
stream_wake (Fs *fs)
{
  for (guint left = fs->at_end.length; left > 0; left--)
    {
      Parked *parked = g_queue_pop_head (&fs->at_end);

      if (events_go_to (parked->handle->events, parked->offset) || fs->ended)
        read_again (parked);
      else
        g_queue_push_tail (&fs->at_end, parked);
    }
}

void
stream_end (Fs *fs)
{
  fs->ended = TRUE;
  stream_wake (fs);
}

static gboolean
does_anybody_linger (gconstpointer data)
{
  const Fs *fs = data;

  if (fs->source == 0)
    return FALSE;
  for (const GList *link = fs->handles.head; link != NULL; link = link->next)
    if (((const Handle *)link->data)->lingers)
      return TRUE;
  return FALSE;
}

void
stream_see_off (Fs *fs)
{
  fs->stopping = TRUE;
  stream_end (fs);
  poll_wake (fs);
  loop_while (does_anybody_linger, fs, FAREWELL_MS);
}
