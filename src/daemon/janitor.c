/* The janitor (janitor.h). Forks one child, which unmounts and touches nothing else. */
#include "daemon/janitor.h"

#include "daemon/mountpoint.h"
#include "daemon/process.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct Janitor
{
  pid_t process;
  int fd;
};

G_NORETURN static void
run (int fd, const char *mountpoint)
{
  g_autofree char *device = mountpoint_device (mountpoint);
  char byte;

  /* The mount's own descriptor goes with the rest: it would keep a mount alive that nobody serves. */
  fd = process_stand_apart ("so24fs-janitor", fd);
  while (TEMP_FAILURE_RETRY (read (fd, &byte, 1)) > 0)
    ;
  if (device != NULL)
    mountpoint_clear (mountpoint, device);
  _exit (0);
}

Janitor *
janitor_start (const char *mountpoint)
{
  Janitor *janitor;
  int ends[2];
  pid_t process;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return NULL;
  process = fork ();
  if (process == 0)
    run (ends[1], mountpoint);
  close (ends[1]);
  if (process < 0)
    {
      close (ends[0]);
      return NULL;
    }
  janitor = g_new (Janitor, 1);
  *janitor = (Janitor){process, ends[0]};
  return janitor;
}

void
janitor_finish (Janitor *janitor)
{
  close (janitor->fd);
  waitpid (janitor->process, NULL, 0);
  g_free (janitor);
}
