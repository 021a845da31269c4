/*
 * Names, attributes, folders and the link. Answered at once, except below identities/ while there is no list: who looks
 * there waits for it.
 */
#include "fs/private.h"

#include <string.h>

static void
reply_entry (Fs *fs, fuse_req_t request, NodeId folder, const char *name)
{
  NodeId node = tree_lookup (fs->tree, folder, name);
  struct fuse_entry_param entry = {.ino = node, .generation = 1};

  if (node == 0 || !tree_stat (fs->tree, node, &entry.attr))
    fuse_reply_err (request, ENOENT);
  else
    fuse_reply_entry (request, &entry);
}

static void
lookup_again (Parked *parked)
{
  reply_entry (parked->fs, parked->request, parked->node, parked->name);
  parked_free (parked);
}

void
op_lookup (fuse_req_t request, fuse_ino_t parent, const char *name)
{
  Fs *fs = fs_of (request);
  Parked *parked;

  if (!tree_needs_identities (fs->tree, parent) || fuse_req_ctx (request)->pid == fs->teller)
    {
      reply_entry (fs, request, parent, name);
      return;
    }
  parked = parked_new (fs, request, parent, lookup_again);
  parked->name = g_strdup (name);
  parked_want (parked, WANT_IDENTITIES, FALSE);
}

void
op_getattr (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info)
{
  Fs *fs = fs_of (request);
  off_t frozen = frozen_size (fs, request, node);
  struct stat attributes;

  if (!tree_stat (fs->tree, node, &attributes))
    {
      fuse_reply_err (request, ENOENT);
      return;
    }
  if (frozen >= 0)
    attributes.st_size = frozen;
  else if (info != NULL && node_row (node) == KIND_EVENTS)
    attributes.st_size = stream_seek_end (info);
  fuse_reply_attr (request, &attributes, 0);
}

/* What tools do in passing is accepted where it changes nothing: emptying a file that is written to, setting times. */
static gboolean
is_harmless (NodeId node, const struct stat *now, const struct stat *wanted, int to_set)
{
  if ((to_set & FUSE_SET_ATTR_MODE) != 0 && (wanted->st_mode & 07777) != (now->st_mode & 07777))
    return FALSE;
  if ((to_set & FUSE_SET_ATTR_UID) != 0 && wanted->st_uid != now->st_uid)
    return FALSE;
  if ((to_set & FUSE_SET_ATTR_GID) != 0 && wanted->st_gid != now->st_gid)
    return FALSE;
  return (to_set & FUSE_SET_ATTR_SIZE) == 0 || (wanted->st_size == 0 && node_kind (node)->input != INPUT_NONE);
}

void
op_setattr (fuse_req_t request, fuse_ino_t node, struct stat *wanted, int to_set, struct fuse_file_info *info)
{
  struct stat attributes;

  if (!tree_stat (fs_of (request)->tree, node, &attributes))
    fuse_reply_err (request, ENOENT);
  else if (!is_harmless (node, &attributes, wanted, to_set))
    fuse_reply_err (request, EPERM);
  else
    fuse_reply_attr (request, &attributes, 0);
}

static void
reply_link (Fs *fs, fuse_req_t request, NodeId node)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *target = tree_read_link (fs->tree, node, &error);

  /* Not noted for the file error: every ls -l comes by here. */
  if (target != NULL)
    fuse_reply_readlink (request, target);
  else
    fuse_reply_err (request, error_errno (error));
}

static void
read_link_again (Parked *parked)
{
  reply_link (parked->fs, parked->request, parked->node);
  parked_free (parked);
}

/* ls -l reads links, and ls -l must not log in: only a session that is there already is asked. */
void
op_readlink (fuse_req_t request, fuse_ino_t node)
{
  Fs *fs = fs_of (request);

  if (account_last_identity (fs->account) == NULL && account_has_session (fs->account))
    parked_want (parked_new (fs, request, node, read_link_again), WANT_IDENTITY, FALSE);
  else
    reply_link (fs, request, node);
}

/* The listing is made once, so that the offsets of one reader mean the same to the end. */
static void
finish_opendir (Fs *fs, fuse_req_t request, NodeId node, struct fuse_file_info *info)
{
  GArray *entries = tree_list (fs->tree, node);

  info->fh = (guint64)(gsize)entries;
  g_hash_table_add (fs->listings, entries);
  if (fuse_reply_open (request, info) != 0)
    g_hash_table_remove (fs->listings, entries);
}

static void
opendir_again (Parked *parked)
{
  finish_opendir (parked->fs, parked->request, parked->node, &parked->info);
  parked_free (parked);
}

void
op_opendir (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info)
{
  Fs *fs = fs_of (request);
  struct stat attributes;
  Parked *parked;

  if (!tree_stat (fs->tree, node, &attributes))
    {
      fuse_reply_err (request, ENOENT);
      return;
    }
  if (!tree_needs_identities (fs->tree, node))
    {
      finish_opendir (fs, request, node, info);
      return;
    }
  parked = parked_new (fs, request, node, opendir_again);
  parked->info = *info;
  parked_want (parked, WANT_IDENTITIES, FALSE);
}

static gsize
add_entry (Fs *fs, fuse_req_t request, char *bytes, gsize room, NodeId node, const char *name, off_t next)
{
  struct stat attributes = {.st_ino = tree_inode (fs->tree, node), .st_mode = node_kind (node)->mode};

  return fuse_add_direntry (request, bytes, room, name, &attributes, next);
}

void
op_readdir (fuse_req_t request, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *info)
{
  Fs *fs = fs_of (request);
  const GArray *entries = (const GArray *)(gsize)info->fh;
  g_autofree char *bytes = g_malloc (size);
  gsize used = 0;

  for (off_t at = offset; at < (off_t)entries->len + 2; at++)
    {
      const TreeEntry *entry = at < 2 ? NULL : &g_array_index (entries, TreeEntry, (guint)at - 2);
      NodeId what = at == 0 ? node : at == 1 ? tree_parent (fs->tree, node) : entry->node;
      const char *name = at == 0 ? "." : at == 1 ? ".." : entry->name;
      gsize length = add_entry (fs, request, bytes + used, size - used, what, name, at + 1);

      if (length > size - used)
        break;
      used += length;
    }
  fuse_reply_buf (request, bytes, used);
}

void
op_releasedir (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info)
{
  g_hash_table_remove (fs_of (request)->listings, (GArray *)(gsize)info->fh);
  fuse_reply_err (request, 0);
}
