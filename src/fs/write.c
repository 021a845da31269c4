/*
 * Writing: the WRITE that completes a command is parked until the account has carried it out, and returns its result. A
 * FLUSH does the same for what the close completes.
 */
#include "fs/private.h"

#include <string.h>

/*
 * busybox's cp and cat write by sendfile(2) first, and when that fails write the same bytes again; nobody meant that as a
 * second try. So the repetition of a failed write gets the same result, if it comes at once, and once.
 */
#define AT_ONCE_US (G_USEC_PER_SEC / 2)

static void drive (Parked *parked);

static void
remember_failure (Parked *parked, const GError *error)
{
  Handle *handle = parked->handle;

  if (g_error_matches (error, SO24_ERROR, SO24_ERROR_INTERRUPTED))
    return;
  secret_buffer_clear (&handle->failed);
  handle->failed = parked->bytes;
  parked->bytes = (SecretBuffer){0};
  g_clear_error (&handle->failure);
  handle->failure = g_error_copy (error);
  handle->failed_us = g_get_monotonic_time ();
}

/* The result that the write which failed just now had, if this is the same one again; the caller frees it. */
static GError *
take_failure (Handle *handle, const char *bytes, gsize size)
{
  GError *failure = g_steal_pointer (&handle->failure);
  gboolean same = failure != NULL && handle->failed.length == size && memcmp (handle->failed.data, bytes, size) == 0
                  && g_get_monotonic_time () - handle->failed_us < AT_ONCE_US;

  secret_buffer_clear (&handle->failed);
  if (!same)
    g_clear_error (&failure);
  return failure;
}

static void
leave_gate (Fs *fs, NodeId node, gboolean told)
{
  gate_open (fs, node);
  fs->hooks.written (fs->data, node, told);
}

static void
finish (Parked *parked, const GError *error)
{
  Fs *fs = parked->fs;
  NodeId node = parked->node;
  gboolean told = error == NULL && !parked->at_end;

  if (error != NULL)
    {
      remember_failure (parked, error);
      parked_fail (parked, error);
    }
  else
    {
      if (parked->at_end)
        fuse_reply_err (parked->request, 0);
      else
        fuse_reply_write (parked->request, parked->written);
      parked_free (parked);
    }
  leave_gate (fs, node, told);
}

/*
 * Whether nothing more is to be expected after a close with an incomplete command. When another process than the opener
 * closes, the opener still has the descriptor and may write the rest: { /bin/echo ...; /bin/echo ...; } > login. If the
 * rest never comes, op_release() notes it for the file error.
 */
static gboolean
closes_last (const Parked *parked)
{
  pid_t closer = fuse_req_ctx (parked->request)->pid;
  pid_t opener = parked->handle->opener;

  return closer == opener || opener_process (closer) == opener_process (opener);
}

static void
drive (Parked *parked)
{
  g_auto (Order) order = {0};
  g_autoptr (GError) error = NULL;

  switch (input_step (parked->handle->input, parked->at_end, &order, &error))
    {
    case INPUT_MORE:
      finish (parked, NULL);
      break;
    case INPUT_ORDER:
      parked_command (parked, &order);
      break;
    case INPUT_NEEDS_IDENTITIES:
      parked_want (parked, WANT_IDENTITIES, FALSE);
      break;
    case INPUT_INCOMPLETE:
      fuse_reply_err (parked->request, closes_last (parked) ? error_errno (error) : 0);
      leave_gate (parked->fs, parked->node, FALSE);
      parked_free (parked);
      break;
    case INPUT_FAILED:
      finish (parked, error);
      break;
    }
}

gboolean
fs_is_written (const Fs *fs, NodeId node)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, fs->parked);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Parked *parked = value;

      if (parked->node == node && parked->written > 0)
        return TRUE;
    }
  return FALSE;
}

static Parked *
park (Fs *fs, fuse_req_t request, NodeId node, Handle *handle)
{
  Parked *parked = parked_new (fs, request, node, drive);

  parked->fail = finish;
  parked->handle = handle;
  gate_close (fs, node);
  return parked;
}

/* Where in the file it is written does not matter: what is written is a stream of commands, as in /proc and /sys. */
void
op_write (fuse_req_t request, fuse_ino_t node, const char *bytes, size_t size, off_t offset,
          struct fuse_file_info *info)
{
  Fs *fs = fs_of (request);
  Handle *handle = (Handle *)(gsize)info->fh;
  g_autoptr (GError) error = take_failure (handle, bytes, size);
  Parked *parked;

  if (error != NULL || !input_append (handle->input, bytes, size, &error))
    {
      fail_request (fs, request, node, error);
      return;
    }
  parked = park (fs, request, node, handle);
  parked->written = size;
  secret_buffer_append (&parked->bytes, bytes, size);
  drive (parked);
}

void
op_flush (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info)
{
  Handle *handle = (Handle *)(gsize)info->fh;
  Parked *parked;

  if (handle->input == NULL || !input_is_pending (handle->input))
    {
      fuse_reply_err (request, 0);
      return;
    }
  parked = park (fs_of (request), request, node, handle);
  parked->at_end = TRUE;
  drive (parked);
}

/* A write is done when it returns; there is nothing left to bring to a disk. */
void
op_fsync (fuse_req_t request, fuse_ino_t node, int data_only, struct fuse_file_info *info)
{
  fuse_reply_err (request, 0);
}
