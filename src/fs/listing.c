/*
 * Open folders. A list is made anew whenever another one has come: the places that its names have, and so the offsets that
 * the kernel has been given, mean the same in each of them (tree_list()).
 */
#include "fs/private.h"

/* An open folder. */
typedef struct
{
  GArray *entries;   /* of TreeEntry; NULL: it has not been read yet */
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

static void
take_list (Fs *fs, NodeId node, Listing *listing)
{
  gint64 changed_us = tree_changed_us (fs->tree, node);

  if (listing->entries != NULL && listing->changed_us == changed_us)
    return;
  g_clear_pointer (&listing->entries, g_array_unref);
  listing->entries = tree_list (fs->tree, node);
  listing->changed_us = changed_us;
}

/*
 * An offset is made of the place of the name before it: a reader may have got there by what the kernel kept of an earlier list.
 * It has 31 bits, since for a program of 32 bits there are no others.
 */
#define DOTS 2

static off_t
offset_after (const TreeEntry *entry)
{
  return DOTS + (off_t)entry->place + 1;
}

/* The first entry that does not come before @offset. */
static guint
find_entry (const GArray *entries, off_t offset)
{
  guint from = 0, to = entries->len;

  while (from < to)
    {
      guint middle = from + (to - from) / 2;

      if (offset_after (&g_array_index (entries, TreeEntry, middle)) <= offset)
        from = middle + 1;
      else
        to = middle;
    }
  return from;
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
read_folder (fuse_req_t request, NodeId node, size_t size, off_t offset, Listing *listing, AddEntry add)
{
  Fs *fs = fs_of (request);
  g_autofree char *bytes = g_malloc (size);
  Part part = {fs, request, add, bytes, size, 0};
  TreeEntry dots[DOTS] = {{node, 0, "."}, {tree_parent (fs->tree, node), 0, ".."}};
  gboolean room = TRUE;

  take_list (fs, node, listing);
  for (off_t at = offset; at < DOTS && room; at++)
    room = add_entry (&part, &dots[at], at + 1);
  for (guint i = find_entry (listing->entries, offset); i < listing->entries->len && room; i++)
    {
      const TreeEntry *entry = &g_array_index (listing->entries, TreeEntry, i);

      room = add_entry (&part, entry, offset_after (entry));
    }
  fuse_reply_buf (request, part.bytes, part.used);
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
