/*
 * Opening, reading and closing. An open for reading waits until what is served is fresh. A READ waits only if there is nothing
 * any more at the first one of who was let in, and never one for the page cache.
 */
#include "fs/private.h"

#include <errno.h>
#include <fcntl.h>

/* From open(2) to the first read(2) of a program that is about to read. */
#define AT_ONCE_US (2 * G_USEC_PER_SEC)

/* So often one who opens, or reads at once, waits anew because things have changed again while he was let through. */
#define MOST_TRIES 100

static Handle *
handle_of (const struct fuse_file_info *info)
{
  return (Handle *)(gsize)info->fh;
}

static gboolean
is_for_writing (const struct fuse_file_info *info)
{
  return (info->flags & O_ACCMODE) != O_RDONLY;
}

/* Not by g_new0(): calloc(3) passes by the cache of malloc(3), and every open comes by here. */
static Handle *
handle_new (Fs *fs, NodeId node)
{
  Handle *handle = g_new (Handle, 1);

  *handle = (Handle){.link.data = handle, .node = node};
  g_queue_push_head_link (&fs->handles, &handle->link);
  return handle;
}

void
handle_free (Fs *fs, Handle *handle)
{
  g_queue_unlink (&fs->handles, &handle->link);
  secret_buffer_clear (&handle->snapshot);
  secret_buffer_clear (&handle->failed);
  g_clear_pointer (&handle->input, input_free);
  g_clear_pointer (&handle->frozen, g_bytes_unref);
  g_clear_error (&handle->failure);
  g_clear_pointer (&handle->poller, fuse_pollhandle_destroy);
  g_clear_pointer (&handle->events, events_reader_free);
  g_free (handle);
}

/* FALSE: there is nothing to read. @cookie: what there is, in a file of which the kernel keeps it; it need not be written out then. */
static gboolean
let_in (Fs *fs, Handle *handle, const Secret *cookie, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_auto (SecretBuffer) content = {0};

  handle->let_in = cookie != NULL || tree_read (fs->tree, handle->node, &content, &failure);
  handle->opened_us = g_get_monotonic_time ();
  if (cookie != NULL)
    {
      cache_note_served (fs->cache, handle->node, cookie);
      poll_note_opened (handle, cookie);
    }
  else
    poll_note_read (fs, handle, &content, failure);
  if (!handle->let_in)
    g_propagate_error (error, g_steal_pointer (&failure));
  return handle->let_in;
}

/* Whether this may be the first read of one who was let in; who waits for changes wants to know of each. */
static gboolean
reads_at_once (const Handle *handle)
{
  return handle->let_in && !handle->polls && g_get_monotonic_time () <= handle->opened_us + AT_ONCE_US;
}

/* The latest that there was, when there is none at this moment. */
static gboolean
append_latest_cookie (const Fs *fs, NodeId node, SecretBuffer *content)
{
  const Secret *last = cache_last_served (fs->cache, node);
  const Secret *cookie = account_latest_cookie (fs->account, tree_own_identity (fs->tree, node), last);

  if (cookie == NULL || secret_length (cookie) + 1 != node_length (node))
    return FALSE;
  secret_buffer_append (content, secret_text (cookie), secret_length (cookie));
  secret_buffer_append_text (content, "\n");
  return TRUE;
}

static gboolean
take_snapshot (Fs *fs, Handle *handle, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean served;

  secret_buffer_clear (&handle->snapshot);
  served = tree_read (fs->tree, handle->node, &handle->snapshot, &failure);
  cache_note_served (fs->cache, handle->node, cookie_of (fs, handle->node));
  poll_note_read (fs, handle, &handle->snapshot, failure);
  if (!served)
    g_propagate_error (error, g_steal_pointer (&failure));
  return served;
}

static void
reply_open (Fs *fs, fuse_req_t request, Handle *handle, struct fuse_file_info *info)
{
  NodeId node = handle->node;

  info->fh = (guint64)(gsize)handle;
  info->noflush = handle->input == NULL ? 1 : 0;
  if (fuse_reply_open (request, info) == 0)
    return;
  handle_free (fs, handle);
  gate_pass (fs, node);
}

/* FALSE, and the request is as it was, if what he wants is not there after all. */
static gboolean
finish_open (Fs *fs, fuse_req_t request, NodeId node, struct fuse_file_info *info, gboolean waited, GError **error)
{
  Handle *handle = handle_new (fs, node);
  gboolean writes = is_for_writing (info);
  const Secret *cookie = writes ? NULL : cookie_of (fs, node);

  handle->opener = fuse_req_ctx (request)->pid;
  handle->reads = (info->flags & O_ACCMODE) != O_WRONLY;
  if (!writes && node_kind (node)->want != WANT_NOTHING && !let_in (fs, handle, cookie, error))
    {
      handle_free (fs, handle);
      return FALSE;
    }
  cache_open_file (fs->cache, node, cookie, info, waited);
  handle->direct = info->direct_io;
  if (writes)
    handle->input = tree_open_input (fs->tree, node);
  if (node_row (node) == KIND_EVENTS)
    handle->events = tree_open_events (fs->tree);
  if (fs->audit)
    opener_audit (fs, request, node);
  if (!writes)
    metrics_count_open (tree_metrics (fs->tree), node);
  freeze (fs, handle);
  reply_open (fs, request, handle, info);
  return TRUE;
}

static void
want_again (Parked *parked)
{
  parked->tries++;
  parked_want (parked, node_kind (parked->node)->want, (parked->info.flags & O_DIRECT) != 0);
}

/* By the time that he is answered things may have changed once more. Another length makes the kernel look the path up anew. */
static void
open_again (Parked *parked)
{
  Fs *fs = parked->fs;
  g_autoptr (GError) error = NULL;

  if (!tree_fits (fs->tree, parked->node))
    fuse_reply_err (parked->request, ESTALE);
  else if (!finish_open (fs, parked->request, parked->node, &parked->info, TRUE, &error))
    {
      if (parked->tries < MOST_TRIES)
        want_again (parked);
      else
        parked_fail (parked, error);
      return;
    }
  parked_free (parked);
}

static void
open_for_writing (Fs *fs, fuse_req_t request, NodeId node, struct fuse_file_info *info)
{
  Parked *parked;

  if (node_kind (node)->input == INPUT_NONE)
    {
      fuse_reply_err (request, EACCES);
      return;
    }
  parked = parked_new (fs, request, node, open_again);
  parked->info = *info;
  if (!gate_wait (parked))
    open_again (parked);
}

/* Whether nothing has to be waited for, nor anything to be noted. */
static gboolean
is_ready (const Fs *fs, NodeId node, const struct fuse_file_info *info)
{
  Want want = node_kind (node)->want;

  if (want == WANT_NOTHING)
    return TRUE;
  return (info->flags & O_DIRECT) == 0 && tree_fits (fs->tree, node)
         && account_is_ready (fs->account, want, tree_own_identity (fs->tree, node), tree_now (fs->tree));
}

void
op_open (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info)
{
  Fs *fs = fs_of (request);
  Parked *parked;

  if (tree_is_gone (fs->tree, node))
    fuse_reply_err (request, ENOENT);
  else if (is_for_writing (info))
    open_for_writing (fs, request, node, info);
  else if (!is_ready (fs, node, info) || !finish_open (fs, request, node, info, FALSE, NULL))
    {
      parked = parked_new (fs, request, node, open_again);
      parked->info = *info;
      parked_want (parked, node_kind (node)->want, (info->flags & O_DIRECT) != 0);
    }
}

static void
reply_part (fuse_req_t request, const SecretBuffer *content, size_t size, off_t offset)
{
  gsize from = MIN ((gsize)offset, content->length);

  fuse_reply_buf (request, content->data == NULL ? NULL : content->data + from, MIN (size, content->length - from));
}

/*
 * For the page cache, which all share: what is there now, and not what this opener saw. If there is nothing, the latest that
 * there was will do for one who has just been let in, and is out of there again at once.
 */
static void
read_for_page_cache (Fs *fs, fuse_req_t request, Handle *handle, size_t size, off_t offset)
{
  NodeId node = handle->node;
  g_auto (SecretBuffer) content = {0};
  g_autoptr (GError) error = NULL;

  if (!tree_read (fs->tree, node, &content, &error) && reads_at_once (handle)
      && append_latest_cookie (fs, node, &content))
    {
      reply_part (request, &content, size, offset);
      cache_forget_content (fs->cache, node);
      return;
    }
  poll_note_read (fs, handle, &content, error);
  if (error != NULL)
    fail_request (fs, request, node, error);
  else if (!tree_fits (fs->tree, node))
    fuse_reply_err (request, ESTALE);
  else
    {
      cache_note_filled (fs->cache, node);
      reply_part (request, &content, size, offset);
    }
}

/* A reader who goes on gets the rest of what he began; one who starts again at 0 gets what is there now. FALSE: there is nothing. */
static gboolean
read_past_page_cache (Fs *fs, fuse_req_t request, Handle *handle, size_t size, off_t offset, GError **error)
{
  if (offset == 0 || !handle->has_snapshot)
    handle->has_snapshot = take_snapshot (fs, handle, error);
  if (!handle->has_snapshot)
    return FALSE;
  handle->let_in = FALSE;
  reply_part (request, &handle->snapshot, size, offset);
  return TRUE;
}

static void
read_again (Parked *parked)
{
  g_autoptr (GError) error = NULL;

  if (read_past_page_cache (parked->fs, parked->request, parked->handle, parked->size, parked->offset, &error))
    parked_free (parked);
  else if (parked->tries < MOST_TRIES)
    want_again (parked);
  else
    parked_fail (parked, error);
}

/* There is nothing any more for one who has just been let in: he waits once more. No page is locked meanwhile. */
static void
wait_to_read (Fs *fs, fuse_req_t request, Handle *handle, size_t size, off_t offset)
{
  Parked *parked = parked_new (fs, request, handle->node, read_again);

  parked->handle = handle;
  parked->size = size;
  parked->offset = offset;
  want_again (parked);
}

void
op_read (fuse_req_t request, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *info)
{
  Fs *fs = fs_of (request);
  Handle *handle = handle_of (info);
  g_autoptr (GError) error = NULL;

  if (handle->frozen != NULL)
    read_frozen (fs, request, handle, size, offset);
  else if (handle->events != NULL)
    stream_read (fs, request, size, offset, info);
  /* mmap(2), sendfile(2) and splice(2) go by the page cache however the file was opened, and have no lock owner. */
  else if (!handle->direct || info->lock_owner == 0)
    read_for_page_cache (fs, request, handle, size, offset);
  else if (!read_past_page_cache (fs, request, handle, size, offset, &error))
    {
      if (reads_at_once (handle))
        wait_to_read (fs, request, handle, size, offset);
      else
        fail_request (fs, request, node, error);
    }
}

/* The close that could have said so was not the last one, or nobody looked at its result. */
static void
note_incomplete_input (Fs *fs, const Handle *handle)
{
  g_auto (Order) order = {0};
  g_autoptr (GError) error = NULL;

  if (input_step (handle->input, TRUE, &order, &error) == INPUT_INCOMPLETE)
    tree_note_failure (fs->tree, node_kind (handle->node)->name, error, wall_clock_us ());
}

void
op_release (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info)
{
  Fs *fs = fs_of (request);
  Handle *handle = handle_of (info);
  gboolean writable = handle->input != NULL;

  if (writable)
    note_incomplete_input (fs, handle);
  poll_forget (fs, handle);
  handle_free (fs, handle);
  fuse_reply_err (request, 0);
  if (writable)
    gate_pass (fs, node);
}
