/* Locking. Touches the lock file only. */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define STEP_US 5000

/* A lock on a file that somebody has removed meanwhile would keep nobody out. */
static gboolean
is_still_there (const Place *place, int fd)
{
  struct stat locked;

  return fstat (fd, &locked) == 0 && place_holds (place, place->lock, &locked);
}

int
lock_try (const Place *place, Lock lock)
{
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)lock, .l_len = 1};
  int fd = openat (place->fd, place->lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  int failure;

  if (fd < 0)
    return -1;
  if (fcntl (fd, F_OFD_SETLK, &whole) != 0)
    failure = errno == EACCES ? EAGAIN : errno;
  else if (!is_still_there (place, fd))
    failure = EAGAIN;
  else
    return fd;
  close (fd);
  errno = failure;
  return -1;
}

/* Not F_OFD_SETLKW: one who was stopped while he has the lock must not keep us from ending. */
int
lock_wait (const Place *place, Lock lock, guint patience_ms)
{
  gint64 end = g_get_monotonic_time () + (gint64)patience_ms * 1000;
  int fd;

  while ((fd = lock_try (place, lock)) < 0 && (errno == EAGAIN || errno == EINTR))
    {
      if (g_get_monotonic_time () > end)
        {
          errno = EAGAIN;
          return -1;
        }
      g_usleep (STEP_US);
    }
  return fd;
}
