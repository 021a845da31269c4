/* Names, attributes and the link. Answered at once, except below identities/ while there is no list: who looks there waits for it. */
#include "fs/private.h"

#include <string.h>

struct fuse_entry_param
entry_of (const Fs *fs, NodeId node)
{
  struct fuse_entry_param entry = {.ino = node, .generation = 1};

  tree_stat (fs->tree, node, &entry.attr);
  entry.entry_timeout = cache_names_s ();
  entry.attr_timeout = cache_attributes_s (node);
  return entry;
}

static void
reply_entry (Fs *fs, fuse_req_t request, NodeId folder, const char *name)
{
  NodeId node = tree_is_gone (fs->tree, folder) ? 0 : tree_lookup (fs->tree, folder, name);
  struct fuse_entry_param entry;

  if (node == 0)
    {
      fuse_reply_err (request, ENOENT);
      return;
    }
  entry = entry_of (fs, node);
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

  tree_stat (fs->tree, node, &attributes);
  if (frozen >= 0)
    attributes.st_size = frozen;
  else if (info != NULL && node_row (node) == KIND_EVENTS)
    attributes.st_size = stream_seek_end (info);
  fuse_reply_attr (request, &attributes, cache_attributes_s (node));
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

  tree_stat (fs_of (request)->tree, node, &attributes);
  if (!is_harmless (node, &attributes, wanted, to_set))
    fuse_reply_err (request, EPERM);
  else
    fuse_reply_attr (request, &attributes, cache_attributes_s (node));
}

static void
reply_link (fuse_req_t request, const char *target, const GError *error)
{
  /* Not noted for the file error: every ls -l comes by here. */
  if (target != NULL)
    fuse_reply_readlink (request, target);
  else
    fuse_reply_err (request, error_errno (error));
}

static void
read_link_again (Parked *parked)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *target = tree_read_link (parked->fs->tree, parked->node, &error);

  reply_link (parked->request, target, error);
  parked_free (parked);
}

/* ls -l reads links, and ls -l must not log in: only a session that is there already is asked. */
void
op_readlink (fuse_req_t request, fuse_ino_t node)
{
  Fs *fs = fs_of (request);
  g_autoptr (GError) error = NULL;
  g_autofree char *target = tree_read_link (fs->tree, node, &error);

  if (target == NULL && account_has_session (fs->account))
    parked_want (parked_new (fs, request, node, read_link_again), WANT_IDENTITY, FALSE);
  else
    reply_link (request, target, error);
}
