/* Opening, reading and closing. An open for reading waits until what is served is fresh; a READ never waits. */
#include "fs/private.h"

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

/* What an opener has waited for is his for a moment, whatever becomes of the session before he reads. */
static void
grant (Fs *fs, Handle *handle)
{
  if (tree_read (fs->tree, handle->node, &handle->granted, NULL))
    handle->granted_us = g_get_monotonic_time ();
}

static gboolean
take_snapshot (Fs *fs, Handle *handle, GError **error)
{
  gboolean served, granted;

  secret_buffer_clear (&handle->snapshot);
  served = tree_read (fs->tree, handle->node, &handle->snapshot, error);
  granted = !served && handle->granted.length > 0 && g_get_monotonic_time () <= handle->granted_us + GRANT_US;
  if (granted)
    {
      secret_buffer_append (&handle->snapshot, handle->granted.data, handle->granted.length);
      g_clear_error (error);
    }
  else
    {
      secret_buffer_clear (&handle->granted);
      poll_note_read (fs, handle);
    }
  return served || granted;
}

/* What changes is not cached: O_TRUNC zeroes the size that the kernel knows and would tear cached reads of others. */
static void
finish_open (Fs *fs, fuse_req_t request, NodeId node, struct fuse_file_info *info)
{
  Handle *handle = g_new0 (Handle, 1);

  handle->node = node;
  handle->opener = fuse_req_ctx (request)->pid;
  handle->direct = node_kind (node)->want != WANT_NOTHING || node_kind (node)->input != INPUT_NONE
                   || node_kind (node)->changes == CHANGES_WITH_ERRORS || node_kind (node)->changes == CHANGES_ALWAYS
                   || node_row (node) == KIND_EVENTS;
  handle->reads = (info->flags & O_ACCMODE) != O_WRONLY;
  if (is_for_writing (info))
    handle->input = tree_open_input (fs->tree, node);
  else if (node_kind (node)->want != WANT_NOTHING)
    grant (fs, handle);
  if (node_row (node) == KIND_EVENTS)
    handle->events = tree_open_events (fs->tree);
  poll_note_read (fs, handle);
  opener_audit (fs, request, node);
  if (!is_for_writing (info))
    metrics_count_open (tree_metrics (fs->tree), node);
  freeze (fs, handle);
  info->fh = (guint64)(gsize)handle;
  info->direct_io = handle->direct ? 1 : 0;
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
  finish_open (parked->fs, parked->request, parked->node, &parked->info);
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

void
op_open (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info)
{
  Fs *fs = fs_of (request);
  struct stat attributes;
  Parked *parked;

  if (!tree_stat (fs->tree, node, &attributes))
    fuse_reply_err (request, ENOENT);
  else if (is_for_writing (info))
    open_for_writing (fs, request, node, info);
  else if (node_kind (node)->want == WANT_NOTHING)
    finish_open (fs, request, node, info);
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

static void
read_cached (Fs *fs, fuse_req_t request, NodeId node, size_t size, off_t offset)
{
  g_auto (SecretBuffer) content = {0};
  g_autoptr (GError) error = NULL;

  if (tree_read (fs->tree, node, &content, &error))
    reply_part (request, &content, size, offset);
  else
    fail_request (fs, request, node, error);
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
      read_cached (fs, request, node, size, offset);
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
