/*
 * Files that are different at every moment (tree/frozen.h). Their length is, too; and a program that asks for it goes by it:
 * so what an opener reads is made when he opens, and that is the length he is told.
 *
 * The kernel does not say by which open file somebody asks for the length of a node. So he is told that of his own latest one;
 * else, since threads have numbers of their own, that of the latest of all.
 */
#include "fs/private.h"

void
freeze (Fs *fs, Handle *handle)
{
  GBytes *now = tree_freeze (fs->tree, handle->node);

  if (now == NULL)
    return;
  g_clear_pointer (&handle->frozen, g_bytes_unref);
  handle->frozen = now;
  handle->frozen_read = FALSE;
  handle->frozen_number = ++fs->last_frozen;
}

/* Who starts again at 0 wants what is there now, like one who opens. */
void
read_frozen (Fs *fs, fuse_req_t request, Handle *handle, size_t size, off_t offset)
{
  const char *bytes;
  gsize length, from;

  if (offset == 0 && handle->frozen_read)
    freeze (fs, handle);
  handle->frozen_read = TRUE;
  bytes = g_bytes_get_data (handle->frozen, &length);
  from = MIN ((gsize)offset, length);
  fuse_reply_buf (request, bytes + from, MIN (size, length - from));
}

static gboolean
is_nearer (const Handle *handle, const Handle *best, pid_t asker)
{
  if (best == NULL || (handle->opener == asker) != (best->opener == asker))
    return best == NULL || handle->opener == asker;
  return handle->frozen_number > best->frozen_number;
}

off_t
frozen_size (Fs *fs, fuse_req_t request, NodeId node)
{
  const Handle *best = NULL;

  if (node_kind (node)->freeze == NULL)
    return -1;
  for (const GList *link = fs->handles.head; link != NULL; link = link->next)
    {
      const Handle *handle = link->data;

      if (handle->node == node && is_nearer (handle, best, fuse_req_ctx (request)->pid))
        best = handle;
    }
  return best == NULL || best->frozen == NULL ? -1 : (off_t)g_bytes_get_size (best->frozen);
}
