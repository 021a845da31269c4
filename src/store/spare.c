/*
 * What is durable when: the bytes are on the disk before the name points to them, and the name is before the save is done.
 * Touches the spare files, and puts one of them in the record's place.
 */
#include "store/spare.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define MOST_RESERVED  16384
#define LEAST_RESERVED 4096
#define MOST_NAMES     1000

static gboolean
lock_whole (int fd)
{
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

  return fcntl (fd, F_OFD_SETLK, &whole) == 0;
}

static void
remove_if_unlocked (const Place *place, const char *name)
{
  int fd = openat (place->fd, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat opened;

  if (fd < 0)
    return;
  if (lock_whole (fd) && fstat (fd, &opened) == 0 && place_holds (place, name, &opened))
    unlinkat (place->fd, name, 0);
  close (fd);
}

void
spare_clean (const Place *place)
{
  int fd = openat (place->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *directory = fd < 0 ? NULL : fdopendir (fd);
  const struct dirent *entry;

  if (directory == NULL)
    {
      if (fd >= 0)
        close (fd);
      return;
    }
  while ((entry = readdir (directory)) != NULL)
    if (g_str_has_prefix (entry->d_name, place->spare))
      remove_if_unlocked (place, entry->d_name);
  closedir (directory);
}

/* As much as there is; less is enough for most. */
static void
reserve (int fd)
{
  off_t size = MOST_RESERVED;
  int failure;

  while ((failure = posix_fallocate (fd, 0, size)) != 0 && size > LEAST_RESERVED)
    size /= 2;
  if (failure != 0)
    g_debug ("no space is reserved for the next record: %s", g_strerror (failure));
}

static gboolean
create (Spare *spare, const Place *place)
{
  static gint count;
  g_autofree char *name = NULL;
  guint tries = 0;
  int fd;

  /* A process of this number may have died here, or be alive in another container. */
  do
    {
      g_free (name);
      name = g_strdup_printf ("%s%d.%d", place->spare, (int)getpid (), g_atomic_int_add (&count, 1));
      fd = openat (place->fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  } while (fd < 0 && errno == EEXIST && tries++ < MOST_NAMES);
  if (fd < 0)
    return FALSE;
  if (!lock_whole (fd))
    g_debug ("a spare file is not locked");
  fchmod (fd, 0600);
  spare->fd = fd;
  spare->name = g_steal_pointer (&name);
  return TRUE;
}

static void
forget (Spare *spare)
{
  close (spare->fd);
  spare->fd = -1;
  g_clear_pointer (&spare->name, g_free);
}

void
spare_prepare (Spare *spare, const Place *place)
{
  if (spare->fd < 0 && create (spare, place))
    reserve (spare->fd);
}

void
spare_remove (Spare *spare, const Place *place)
{
  if (spare->fd < 0)
    return;
  unlinkat (place->fd, spare->name, 0);
  forget (spare);
}

static int
write_all (int fd, const char *bytes, gsize length)
{
  for (gsize at = 0; at < length;)
    {
      gssize count = pwrite (fd, bytes + at, length - at, (off_t)at);

      if (count > 0)
        at += (gsize)count;
      else if (count == 0)
        return ENOSPC;
      else if (errno != EINTR)
        return errno;
    }
  return ftruncate (fd, (off_t)length) == 0 && fsync (fd) == 0 ? 0 : errno;
}

/* Some file systems have no way to sync a directory. */
static void
sync_directory (const Place *place)
{
  if (fsync (place->fd) != 0 && errno != EINVAL && errno != EBADF)
    g_warning ("the record in %s is stored, but may not outlast a power cut: %s", place->directory, g_strerror (errno));
}

static int
replace (Spare *spare, const Place *place, const char *bytes, gsize length)
{
  int failure;

  if (spare->fd < 0 && !create (spare, place))
    return errno;
  failure = write_all (spare->fd, bytes, length);
  if (failure == 0 && renameat (place->fd, spare->name, place->fd, place->record) != 0)
    failure = errno;
  if (failure != 0)
    spare_remove (spare, place);
  else
    forget (spare);
  return failure;
}

int
spare_become_record (Spare *spare, const Place *place, const char *bytes, gsize length)
{
  int failure = replace (spare, place, bytes, length);

  /* Somebody has tidied up, and our spare with it. */
  if (failure == ENOENT)
    failure = replace (spare, place, bytes, length);
  if (failure == 0)
    sync_directory (place);
  return failure;
}
