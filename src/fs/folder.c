/*
 * Names, attributes, folders and the link. Answered at once, except below identities/ while there is no list: who looks
 * there waits for it.
 */
#include "fs/private.h"

#include <string.h>

static struct fuse_entry_param
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

/* An open folder. */
typedef struct
{
  GArray *entries;   /* of TreeEntry; NULL: nobody has read it yet */
  gint64 changed_us; /* of the folder, when they were listed */
} Listing;

void
listing_free (gpointer memory)
{
  Listing *listing = memory;

  g_clear_pointer (&listing->entries, g_array_unref);
  g_free (listing);
}

static void
finish_opendir (Fs *fs, fuse_req_t request, NodeId node, struct fuse_file_info *info)
{
  Listing *listing = g_new0 (Listing, 1);

  info->fh = (guint64)(gsize)listing;
  cache_open_folder (fs->cache, info);
  g_hash_table_add (fs->listings, listing);
  if (fuse_reply_open (request, info) != 0)
    g_hash_table_remove (fs->listings, listing);
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
  Parked *parked;

  if (tree_is_gone (fs->tree, node))
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

/* Listed once, so that the offsets of one reader mean the same to the end; again only for who starts at the beginning again. */
static gboolean
take_list (Fs *fs, NodeId node, Listing *listing, off_t offset)
{
  gint64 changed_us = tree_changed_us (fs->tree, node);

  if (listing->entries == NULL || (offset == 0 && listing->changed_us != changed_us))
    {
      g_clear_pointer (&listing->entries, g_array_unref);
      listing->entries = tree_list (fs->tree, node);
      listing->changed_us = changed_us;
    }
  return listing->changed_us == changed_us;
}

/* Appends an entry, if there is room for it; its length. */
typedef gsize (*AddEntry) (Fs *fs, fuse_req_t request, char *bytes, gsize room, const TreeEntry *entry, off_t next);

static gsize
add_name (Fs *fs, fuse_req_t request, char *bytes, gsize room, const TreeEntry *entry, off_t next)
{
  struct stat attributes = {.st_ino = tree_inode (fs->tree, entry->node), .st_mode = node_kind (entry->node)->mode};

  return fuse_add_direntry (request, bytes, room, entry->name, &attributes, next);
}

/* A name that leads nowhere any more comes without its node. */
static gsize
add_name_and_attributes (Fs *fs, fuse_req_t request, char *bytes, gsize room, const TreeEntry *entry, off_t next)
{
  struct fuse_entry_param param = entry_of (fs, entry->node);

  if (!tree_leads_to (fs->tree, entry->node))
    param.ino = 0;
  return fuse_add_direntry_plus (request, bytes, room, entry->name, &param, next);
}

static void
read_folder (fuse_req_t request, NodeId node, size_t size, off_t offset, Listing *listing, AddEntry add)
{
  Fs *fs = fs_of (request);
  gboolean current = take_list (fs, node, listing, offset);
  g_autofree char *bytes = g_malloc (size);
  TreeEntry dots[] = {{node, "."}, {tree_parent (fs->tree, node), ".."}};
  gsize used = 0;

  for (off_t at = offset; at < (off_t)listing->entries->len + 2; at++)
    {
      const TreeEntry *entry = at < 2 ? &dots[at] : &g_array_index (listing->entries, TreeEntry, (guint)at - 2);
      gsize length = add (fs, request, bytes + used, size - used, entry, at + 1);

      if (length > size - used)
        break;
      used += length;
    }
  fuse_reply_buf (request, bytes, used);
  /* The kernel keeps what it was told; and this was how the folder used to be. */
  if (!current)
    cache_forget_content (fs->cache, node);
}

void
op_readdir (fuse_req_t request, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *info)
{
  read_folder (request, node, size, offset, (Listing *)(gsize)info->fh, add_name);
}

void
op_readdirplus (fuse_req_t request, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *info)
{
  read_folder (request, node, size, offset, (Listing *)(gsize)info->fh, add_name_and_attributes);
}

void
op_releasedir (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info)
{
  g_hash_table_remove (fs_of (request)->listings, (Listing *)(gsize)info->fh);
  fuse_reply_err (request, 0);
}
