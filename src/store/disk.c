/* Reading the file, and setting it aside. Touches the record's file, and the names it is set aside as. */
#include "store/disk.h"

#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define PATIENCE_MS 1000
#define OTHERS      (S_IRWXG | S_IRWXO)

static const char *
distrust (const struct stat *found)
{
  if (!S_ISREG (found->st_mode))
    return "it is no regular file";
  if (found->st_uid != geteuid ())
    return "it belongs to another user";
  return (found->st_mode & OTHERS) != 0 ? "others than its owner may use it" : NULL;
}

/* What cannot be opened at all is looked at by its name. */
static DiskState
judge_unopened (const Place *place, struct stat *found, const char **why)
{
  int failure = errno;

  if (failure == ENOENT)
    return DISK_NOTHING;
  *why = fstatat (place->fd, place->record, found, AT_SYMLINK_NOFOLLOW) == 0 ? distrust (found) : NULL;
  errno = failure;
  return *why != NULL ? DISK_FOREIGN : DISK_FAILED;
}

static DiskState
open_record (const Place *place, int *fd, struct stat *found, const char **why)
{
  *fd = openat (place->fd, place->record, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (*fd < 0)
    return judge_unopened (place, found, why);
  if (fstat (*fd, found) == 0)
    {
      *why = distrust (found);
      if (*why == NULL)
        return DISK_FOUND;
      close (*fd);
      return DISK_FOREIGN;
    }
  close (*fd);
  return DISK_FAILED;
}

/* Reads until there are @size bytes or the file ends; -1 with errno. */
static gssize
read_up_to (int fd, char *bytes, gsize size)
{
  gsize length = 0;

  while (length < size)
    {
      gssize count = read (fd, bytes + length, size - length);

      if (count == 0)
        break;
      if (count > 0)
        length += (gsize)count;
      else if (errno != EINTR)
        return -1;
    }
  return (gssize)length;
}

DiskState
disk_read_generation (const Place *place, Generation generation)
{
  char head[FORMAT_HEAD_LENGTH];
  struct stat found;
  const char *why;
  int fd, failure;
  DiskState state = open_record (place, &fd, &found, &why);
  gssize length;

  if (state != DISK_FOUND)
    return state;
  length = read_up_to (fd, head, sizeof head);
  failure = errno;
  close (fd);
  errno = failure;
  if (length < 0)
    return DISK_FAILED;
  return format_read_generation (head, (gsize)length, generation) ? DISK_FOUND : DISK_FOREIGN;
}

DiskState
disk_read (const Place *place, SecretBuffer *bytes, struct stat *found, const char **why)
{
  int fd, failure;
  DiskState state = open_record (place, &fd, found, why);

  if (state != DISK_FOUND)
    return state;
  failure = secret_buffer_read (bytes, fd, FORMAT_LONGEST) ? 0 : errno;
  close (fd);
  errno = failure;
  return failure == 0 ? DISK_FOUND : DISK_FAILED;
}

/* An older one makes room, if it is of a kind that rename(2) does not replace. */
static gboolean
rename_to (const Place *place, const char *target)
{
  if (renameat (place->fd, place->record, place->fd, target) == 0)
    return TRUE;
  if (unlinkat (place->fd, target, 0) != 0 && unlinkat (place->fd, target, AT_REMOVEDIR) != 0)
    return FALSE;
  return renameat (place->fd, place->record, place->fd, target) == 0;
}

/* Under the lock, so that nobody puts a good one there just before it is renamed; without it, when it is not to be had. */
gboolean
disk_set_aside (const Place *place, const struct stat *found, const char *target)
{
  int lock = lock_wait (place, LOCK_SAVE, PATIENCE_MS);
  int failure = ENOENT;

  if (place_holds (place, place->record, found))
    failure = rename_to (place, target) ? 0 : errno;
  if (lock >= 0)
    close (lock);
  errno = failure;
  return failure == 0;
}
