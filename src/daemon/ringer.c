/*
 * The ringer's side of the bell. Runs in a forked child, so it may call nothing but the kernel. Touches the mtime of files on
 * our own mount, and its own name.
 */
#include "daemon/ringer.h"

#include "daemon/process.h"
#include "daemon/warden.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Whether @root is the root of the mount on @device. Asks the kernel alone: whoever serves a mount there may be dead. */
static gboolean
is_ours (int root, const char *device)
{
  char found[32];
  struct statx attributes;

  if (statx (root, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, 0, &attributes) != 0)
    return FALSE;
  snprintf (found, sizeof found, "%u:%u", attributes.stx_dev_major, attributes.stx_dev_minor);
  return strcmp (found, device) == 0;
}

/* By a path that leads nowhere else, be it over links or over what is mounted on the file. The file may be a link itself. */
static int
open_file (int root, const char *path)
{
  struct open_how how
    = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS};

  return (int)syscall (SYS_openat2, root, path, &how, sizeof how);
}

static void
ring (int root, const char *path)
{
  static const struct timespec only_modified[] = {{0, UTIME_OMIT}, {0, UTIME_NOW}};
  int file = open_file (root, path);

  if (file < 0)
    return;
  utimensat (file, "", only_modified, AT_EMPTY_PATH);
  close (file);
}

/* The next text of a message, or NULL. */
static const char *
next_text (const char **at, const char *end)
{
  const char *text = *at;

  if (text >= end)
    return NULL;
  *at += strnlen (text, (gsize)(end - text)) + 1;
  return *at > end ? NULL : text;
}

static void
ring_all (const char *message, gsize length, int warden)
{
  const char *at = message, *end = message + length, *path;
  const char *device = next_text (&at, end), *mountpoint = next_text (&at, end);
  int root = mountpoint == NULL ? -1 : open (mountpoint, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (root < 0)
    return;
  if (is_ours (root, device))
    warden_tell (warden, device);
  while (is_ours (root, device) && (path = next_text (&at, end)) != NULL)
    ring (root, path);
  close (root);
}

void
ringer_run (int fd)
{
  char message[RING_ROOM];
  ssize_t length;
  int warden;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  fd = process_stand_apart ("so24fs-bell", fd);
  warden = warden_start (getppid ());
  while (send (fd, "", 1, MSG_NOSIGNAL) == 1 && (length = recv (fd, message, sizeof message, 0)) > 0)
    ring_all (message, (gsize)length, warden);
  _exit (0);
}
