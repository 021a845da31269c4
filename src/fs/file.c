/* Opening, reading and closing. An open for reading waits until what is served is fresh; a READ never waits. */
#include "account/outlook.h"
#include "fs/private.h"

#include <errno.h>
#include <fcntl.h>

/* From open(2) to the first read(2) of a program that is about to read. */
#define GRANT_US (2 * G_USEC_PER_SEC)

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

void
handle_free (gpointer memory)
{
  Handle *handle = memory;

  secret_buffer_clear (&handle->snapshot);
  secret_buffer_clear (&handle->granted);
  secret_buffer_clear (&handle->failed);
  g_clear_pointer (&handle->input, input_free);
  g_clear_pointer (&handle->frozen, g_bytes_unref);
  g_clear_error (&handle->failure);
  g_clear_pointer (&handle->poller, fuse_pollhandle_destroy);
  g_clear_pointer (&handle->events, events_reader_free);
  g_free (handle);
}

/* What an opener was let in for is his for a moment, though the session may end before he reads: another one is to come. */
static void
grant (Fs *fs, Handle *handle)
{
  g_autoptr (GError) error = NULL;

  if (tree_read (fs->tree, handle->node, &handle->granted, &error))
    handle->granted_us = g_get_monotonic_time ();
  poll_note_read (fs, handle, &handle->granted, error);
}

/* Whoever waits for changes wants to know of each. */
static gboolean
is_granted (const Fs *fs, const Handle *handle)
{
  return handle->granted.length > 0 && !handle->polls && g_get_monotonic_time () <= handle->granted_us + GRANT_US
         && account_outlook (fs->account, tree_own_identity (fs->tree, handle->node)) != OUTLOOK_REFUSED;
}

static gboolean
take_snapshot (Fs *fs, Handle *handle, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean served;

  secret_buffer_clear (&handle->snapshot);
  served = tree_read (fs->tree, handle->node, &handle->snapshot, &failure);
  if (!served && is_granted (fs, handle))
    {
      secret_buffer_append (&handle->snapshot, handle->granted.data, handle->granted.length);
      return TRUE;
    }
  poll_note_read (fs, handle, &handle->snapshot, failure);
  secret_buffer_clear (&handle->granted);
  if (!served)
    g_propagate_error (error, g_steal_pointer (&failure));
  return served;
}

static void
finish_open (Fs *fs, fuse_req_t request, NodeId node, struct fuse_file_info *info, gboolean waited)
{
  Handle *handle = g_new0 (Handle, 1);

  cache_open_file (fs->cache, node, info);
  /* The first read of one who has waited comes to us, and is the one that the grant is for. */
  if (waited)
    info->keep_cache = 0;
  handle->node = node;
  handle->opener = fuse_req_ctx (request)->pid;
  handle->direct = info->direct_io;
  handle->reads = (info->flags & O_ACCMODE) != O_WRONLY;
  if (is_for_writing (info))
    handle->input = tree_open_input (fs->tree, node);
  else if (node_kind (node)->want != WANT_NOTHING)
    grant (fs, handle);
  if (node_row (node) == KIND_EVENTS)
    handle->events = tree_open_events (fs->tree);
  opener_audit (fs, request, node);
  if (!is_for_writing (info))
    metrics_count_open (tree_metrics (fs->tree), node);
  freeze (fs, handle);
  info->fh = (guint64)(gsize)handle;
  info->noflush = handle->input == NULL ? 1 : 0;
  g_hash_table_add (fs->handles, handle);
  if (fuse_reply_open (request, info) == 0)
    return;
  g_hash_table_remove (fs->handles, handle);
  gate_pass (fs, node);
}

static void
open_again (Parked *parked)
{
  finish_open (parked->fs, parked->request, parked->node, &parked->info, TRUE);
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
  return (info->flags & O_DIRECT) == 0
         && account_is_ready (fs->account, want, tree_own_identity (fs->tree, node), tree_now (fs->tree));
}

void
op_open (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info)
{
  Fs *fs = fs_of (request);
  Parked *parked;

  /* The kernel looks the path up anew then. */
  if (tree_is_stale (fs->tree, node))
    fuse_reply_err (request, ESTALE);
  else if (is_for_writing (info))
    open_for_writing (fs, request, node, info);
  else if (is_ready (fs, node, info))
    finish_open (fs, request, node, info, FALSE);
  else
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
 * For the page cache, which all share: what is there now, and never what this opener saw. What he was granted is out of there
 * again at once. A content of another length than the kernel knows would be cut off, or filled up.
 */
static void
read_cached (Fs *fs, fuse_req_t request, Handle *handle, size_t size, off_t offset)
{
  NodeId node = handle->node;
  g_auto (SecretBuffer) content = {0};
  g_autoptr (GError) error = NULL;

  if (!tree_read (fs->tree, node, &content, &error) && is_granted (fs, handle))
    {
      reply_part (request, &handle->granted, size, offset);
      cache_forget_content (fs->cache, node);
      return;
    }
  poll_note_read (fs, handle, &content, error);
  secret_buffer_clear (&handle->granted);
  if (error != NULL)
    fail_request (fs, request, node, error);
  else if (!tree_is_usual (fs->tree, node))
    fuse_reply_err (request, ESTALE);
  else
    {
      cache_note_filled (fs->cache, node);
      reply_part (request, &content, size, offset);
    }
}

/* A reader who goes on gets the rest of what he began; one who starts again at 0 gets what is there now. */
void
op_read (fuse_req_t request, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *info)
{
  Fs *fs = fs_of (request);
  Handle *handle = handle_of (info);
  g_autoptr (GError) error = NULL;

  if (handle->frozen != NULL)
    {
      read_frozen (fs, request, handle, size, offset);
      return;
    }
  if (handle->events != NULL)
    {
      stream_read (fs, request, size, offset, info);
      return;
    }
  if (!handle->direct)
    {
      read_cached (fs, request, handle, size, offset);
      return;
    }
  if (offset == 0 || !handle->has_snapshot)
    handle->has_snapshot = take_snapshot (fs, handle, &error);
  if (handle->has_snapshot)
    reply_part (request, &handle->snapshot, size, offset);
  else
    fail_request (fs, request, node, error);
}

void
op_release (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info)
{
  Fs *fs = fs_of (request);
  Handle *handle = handle_of (info);
  g_auto (Order) order = {0};
  g_autoptr (GError) error = NULL;
  gboolean writable = handle->input != NULL;

  /* The close that could have said so was not the last one, or nobody looked at its result. */
  if (writable && input_step (handle->input, TRUE, &order, &error) == INPUT_INCOMPLETE)
    tree_note_failure (fs->tree, node_kind (node)->name, error, wall_clock_us ());
  poll_forget (fs, handle);
  g_hash_table_remove (fs->handles, handle);
  fuse_reply_err (request, 0);
  if (writable)
    gate_pass (fs, node);
}
