/* The warden, and what the ringer tells it. Runs in a forked child, so it may call nothing but the kernel. Touches fusectl. */
#include "daemon/warden.h"

#include "daemon/process.h"

#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

/* The ringer is killed in the middle of the end of the daemon's first thread; or it was killed alone, and the daemon lives. */
#define LOOKS      50
#define LOOK_EVERY (10 * 1000 * 1000) /* nanoseconds */

/* fusectl is mounted nearly everywhere. Root can look into it where it is not. */
static int
open_fusectl (void)
{
  int folder = open ("/sys/fs/fuse/connections", O_PATH | O_DIRECTORY | O_CLOEXEC);
  int context = fsopen ("fusectl", FSOPEN_CLOEXEC);
  int mount = -1;

  if (context < 0)
    return folder;
  if (fsconfig (context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
    mount = fsmount (context, FSMOUNT_CLOEXEC, 0);
  close (context);
  if (mount < 0)
    return folder;
  if (folder >= 0)
    close (folder);
  return mount;
}

/* Kept open, it is of no other mount that may get the number of this one. */
static int
open_abort (const char *device)
{
  const char *minor = strchr (device, ':');
  char path[32];
  int folder = open_fusectl (), fd;

  if (folder < 0 || minor == NULL)
    return -1;
  snprintf (path, sizeof path, "%.10s/abort", minor + 1);
  fd = openat (folder, path, O_WRONLY | O_CLOEXEC);
  close (folder);
  return fd;
}

/* Of a process that has threads left, the first of which is dead, the kernel says Z, too. */
static gboolean
is_dead (pid_t process)
{
  char path[32], text[512];
  const char *state;
  ssize_t length;
  int fd;

  snprintf (path, sizeof path, "/proc/%d/stat", (int)process);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return TRUE;
  length = read (fd, text, sizeof text - 1);
  close (fd);
  text[MAX (length, 0)] = '\0';
  state = strrchr (text, ')');
  return state == NULL || state[1] == '\0' || strchr ("ZX", state[2]) != NULL;
}

static gboolean
dies (pid_t process)
{
  static const struct timespec pause = {0, LOOK_EVERY};

  for (guint looks = 0; looks < LOOKS; looks++)
    {
      if (is_dead (process))
        return TRUE;
      nanosleep (&pause, NULL);
    }
  return FALSE;
}

static void
run (int fd, pid_t daemon)
{
  char device[32] = "";
  int abort_fd = -1;
  ssize_t length;

  fd = process_stand_apart ("so24fs-warden", fd);
  while ((length = read (fd, device, sizeof device - 1)) > 0)
    abort_fd = open_abort (device);
  if (abort_fd < 0 || !dies (daemon) || write (abort_fd, "1", 1) == 1)
    _exit (0);
  _exit (1);
}

int
warden_start (pid_t daemon)
{
  int ends[2];
  pid_t child;

  if (pipe2 (ends, O_CLOEXEC) != 0)
    return -1;
  child = fork ();
  if (child == 0)
    {
      close (ends[1]);
      run (ends[0], daemon);
    }
  close (ends[0]);
  if (child > 0)
    return ends[1];
  close (ends[1]);
  return -1;
}

void
warden_tell (int fd, const char *device)
{
  static gboolean told;
  gsize length = strlen (device);

  if (fd < 0 || told)
    return;
  told = write (fd, device, length) == (ssize_t)length;
}
