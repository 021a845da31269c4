/*
 * Writing: the WRITE that completes a command is parked until the account has carried it out, and returns its result. A
 * FLUSH does the same for what the close completes.
 */
#include "fs/private.h"

static void drive (Parked *parked);

static void
finish (Parked *parked, const GError *error)
{
  Fs *fs = parked->fs;
  NodeId node = parked->node;

  if (error != NULL)
    {
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
  gate_open (fs, node);
}

static void
go_on (Parked *parked, const GError *error)
{
  if (error != NULL)
    finish (parked, error);
  else
    drive (parked);
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
      /* Not noted for the file error yet: others may hold the descriptor and write the rest (op_release). */
      fuse_reply_err (parked->request, error_errno (error));
      gate_open (parked->fs, parked->node);
      parked_free (parked);
      break;
    case INPUT_FAILED:
      finish (parked, error);
      break;
    }
}

static void
park_and_drive (Fs *fs, fuse_req_t request, NodeId node, Handle *handle, gsize written, gboolean at_end)
{
  Parked *parked = parked_new (fs, request, node, go_on);

  parked->handle = handle;
  parked->written = written;
  parked->at_end = at_end;
  gate_close (fs, node);
  drive (parked);
}

/* Where in the file it is written does not matter: what is written is a stream of commands, as in /proc and /sys. */
void
op_write (fuse_req_t request, fuse_ino_t node, const char *bytes, size_t size, off_t offset,
          struct fuse_file_info *info)
{
  Fs *fs = fs_of (request);
  Handle *handle = (Handle *)(gsize)info->fh;
  g_autoptr (GError) error = NULL;

  if (input_append (handle->input, bytes, size, &error))
    park_and_drive (fs, request, node, handle, size, FALSE);
  else
    fail_request (fs, request, node, error);
}

void
op_flush (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info)
{
  Handle *handle = (Handle *)(gsize)info->fh;

  if (handle->input != NULL && input_is_pending (handle->input))
    park_and_drive (fs_of (request), request, node, handle, 0, TRUE);
  else
    fuse_reply_err (request, 0);
}

/* A write is done when it returns; there is nothing left to bring to a disk. */
void
op_fsync (fuse_req_t request, fuse_ino_t node, int data_only, struct fuse_file_info *info)
{
  fuse_reply_err (request, 0);
}
