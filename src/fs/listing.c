/*
 * What is in a folder. Of an open one nothing is kept: where a reader is he says himself, by the offset that came with the name
 * before; and that is made of the place of the name, which it keeps for ever.
 */
#include "fs/private.h"

static void
finish_opendir (Fs *fs, fuse_req_t request, struct fuse_file_info *info)
{
  cache_open_folder (fs->cache, info);
  fuse_reply_open (request, info);
}

static void
opendir_again (Parked *parked)
{
  finish_opendir (parked->fs, parked->request, &parked->info);
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
      finish_opendir (fs, request, info);
      return;
    }
  parked = parked_new (fs, request, node, opendir_again);
  parked->info = *info;
  parked_want (parked, WANT_IDENTITIES, FALSE);
}

/* . and .. come first. An offset has 31 bits: for a program of 32 bits there are no others. */
#define DOTS 2

/* Appends an entry, if there is room for it; its length. */
typedef gsize (*AddEntry) (Fs *fs, fuse_req_t request, char *bytes, gsize room, const TreeEntry *entry, off_t next);

static gsize
add_name (Fs *fs, fuse_req_t request, char *bytes, gsize room, const TreeEntry *entry, off_t next)
{
  struct stat attributes = {.st_ino = tree_inode (fs->tree, entry->node), .st_mode = node_kind (entry->node)->mode};

  return fuse_add_direntry (request, bytes, room, entry->name, &attributes, next);
}

static gsize
add_name_and_attributes (Fs *fs, fuse_req_t request, char *bytes, gsize room, const TreeEntry *entry, off_t next)
{
  struct fuse_entry_param param = entry_of (fs, entry->node);

  return fuse_add_direntry_plus (request, bytes, room, entry->name, &param, next);
}

/* What a READDIR is answered with. */
typedef struct
{
  Fs *fs;
  fuse_req_t request;
  AddEntry add;
  char *bytes;
  gsize size, used;
} Part;

/* FALSE: there is no room for it. */
static gboolean
add_entry (Part *part, const TreeEntry *entry, off_t next)
{
  gsize room = part->size - part->used;
  gsize length = part->add (part->fs, part->request, part->bytes + part->used, room, entry, next);

  if (length > room)
    return FALSE;
  part->used += length;
  return TRUE;
}

static void
read_folder (fuse_req_t request, NodeId node, size_t size, off_t offset, AddEntry add)
{
  Fs *fs = fs_of (request);
  g_autofree char *bytes = g_malloc (size);
  Part part = {fs, request, add, bytes, size, 0};
  TreeEntry dots[DOTS] = {{node, 0, "."}, {tree_parent (fs->tree, node), 0, ".."}}, entry;
  off_t at = CLAMP (offset, 0, G_MAXINT);
  gboolean room = TRUE;

  for (; at < DOTS && room; at++)
    room = add_entry (&part, &dots[at], at + 1);
  for (; room && tree_next (fs->tree, node, (guint)(at - DOTS), &entry); at = DOTS + (off_t)entry.place + 1)
    room = add_entry (&part, &entry, DOTS + (off_t)entry.place + 1);
  fuse_reply_buf (request, part.bytes, part.used);
}

void
op_readdir (fuse_req_t request, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *info)
{
  read_folder (request, node, size, offset, add_name);
}

void
op_readdirplus (fuse_req_t request, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *info)
{
  read_folder (request, node, size, offset, add_name_and_attributes);
}
