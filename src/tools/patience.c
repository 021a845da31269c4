/* The child that waits. It may have been forked beside other threads, so it makes system calls only. */
#include "tools/patience.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 5000

/* Writes what there is to say to @fd; returns 0 or an errno. */
typedef int (*Act) (const char *path, int fd);

static int
copy (const char *path, int fd)
{
  int from = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  char piece[4096];
  ssize_t got;

  if (from < 0)
    return errno;
  while ((got = read (from, piece, sizeof piece)) > 0)
    if (write (fd, piece, (size_t)got) != got)
      return errno;
  return got < 0 ? errno : 0;
}

static int
look (const char *path, int fd)
{
  struct stat attributes;
  struct statvfs space;

  /* The kernel may still have the attributes; of how full it is it asks each time. */
  return stat (path, &attributes) == 0 && statvfs (path, &space) == 0 ? 0 : errno;
}

/* To the end of what the child says. FALSE: the time is over. */
static gboolean
listen_to (int fd, GString *said)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_MS * 1000;
  struct pollfd ready = {.fd = fd, .events = POLLIN};
  char piece[4096];

  for (;;)
    {
      gint64 left = (end - g_get_monotonic_time ()) / 1000;
      int found = poll (&ready, 1, (int)MAX (left, 0));
      ssize_t got;

      if (found == 0)
        return FALSE;
      if (found < 0)
        continue;
      got = read (fd, piece, sizeof piece);
      if (got <= 0)
        return TRUE;
      g_string_append_len (said, piece, got);
    }
}

static int
ask (Act act, const char *path, GString *said)
{
  int ends[2], status = 0;
  gboolean in_time;
  pid_t child;

  if (pipe2 (ends, O_CLOEXEC) != 0)
    return errno;
  child = fork ();
  if (child == 0)
    {
      close (ends[0]);
      _exit (act (path, ends[1]));
    }
  close (ends[1]);
  in_time = child > 0 && listen_to (ends[0], said);
  close (ends[0]);
  if (child < 0)
    return EAGAIN;
  if (!in_time)
    kill (child, SIGKILL);
  waitpid (child, &status, in_time ? 0 : WNOHANG);
  return in_time && WIFEXITED (status) ? WEXITSTATUS (status) : ETIMEDOUT;
}

int
patience_read (const char *path, GString *content)
{
  return ask (copy, path, content);
}

int
patience_stat (const char *path)
{
  g_autoptr (GString) nothing = g_string_new (NULL);

  return ask (look, path, nothing);
}
