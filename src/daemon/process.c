/* Hardening and going to the background. Touches file descriptors 0 to 2 and the process's limits; tells the service manager. */
#include "daemon/process.h"

#include "daemon/log.h"
#include "daemon/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The end of the pipe to the parent who waits; -1: nobody does. */
static int parent = -1;

void
process_harden (void)
{
  struct rlimit none = {0, 0};

  prctl (PR_SET_DUMPABLE, 0);
  setrlimit (RLIMIT_CORE, &none);
  umask (077);
}

/* Closes all but @fd, which is above those that every process has. */
static void
let_go (int fd)
{
  int null = open ("/dev/null", O_RDWR);

  for (int standard = 0; standard <= 2; standard++)
    dup2 (null, standard);
  if (fd > 3)
    close_range (3, (unsigned)fd - 1, 0);
  close_range ((unsigned)fd + 1, ~0U, 0);
}

/* The command line is in memory where the kernel laid it out; argv[0] is its beginning. */
static void
take_name (const char *name)
{
  char line[16384];
  int fd = open ("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  gsize size = strlen (name) + 1;
  ssize_t room = fd < 0 ? -1 : read (fd, line, sizeof line);

  prctl (PR_SET_NAME, name);
  if (fd >= 0)
    close (fd);
  if (room < (ssize_t)size || memcmp (line, program_invocation_name, strlen (program_invocation_name) + 1) != 0)
    return;
  memset (program_invocation_name, 0, (gsize)room);
  memcpy (program_invocation_name, name, size);
}

void
process_ignore_signals (void)
{
  static const int ignored[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE};

  for (guint i = 0; i < G_N_ELEMENTS (ignored); i++)
    signal (ignored[i], SIG_IGN);
}

int
process_stand_apart (const char *name, int fd)
{
  /* Who was started without stdin, stdout or stderr may get their numbers for something else. */
  fd = fcntl (fd, F_DUPFD, 3);
  process_ignore_signals ();
  setsid ();
  let_go (fd);
  if (chdir ("/") != 0)
    _exit (1);
  take_name (name);
  return fd;
}

static int
exit_status_of (pid_t child)
{
  int status;

  if (waitpid (child, &status, 0) != child || !WIFEXITED (status))
    return EXIT_FAILURE;
  return WEXITSTATUS (status);
}

void
process_go_to_background (void)
{
  int ends[2];
  pid_t child;
  char byte;

  /* Somebody may wait for the end of a pipe that we inherited. */
  close_range (3, ~0U, 0);
  if (pipe2 (ends, O_CLOEXEC) != 0 || (child = fork ()) < 0)
    {
      perror ("so24fs: going to the background");
      exit (EXIT_FAILURE);
    }
  if (child == 0)
    {
      close (ends[0]);
      parent = ends[1];
      return;
    }
  close (ends[1]);
  _exit (read (ends[0], &byte, 1) == 1 ? EXIT_SUCCESS : exit_status_of (child));
}

void
process_ready (void)
{
  g_autofree char *state = g_strdup_printf ("READY=1\nMAINPID=%d", (int)getpid ());
  int null;

  notify_tell (state);
  if (parent < 0)
    return;
  /* Not before: who mounts for systemd's automount is known by the process group, and whoever else looks at it waits. */
  setsid ();
  log_to_system ();
  if (chdir ("/") != 0)
    g_debug ("cannot go to /");
  null = open ("/dev/null", O_RDWR);
  for (int fd = 0; fd <= 2 && null >= 0; fd++)
    dup2 (null, fd);
  if (null > 2)
    close (null);
  if (write (parent, "", 1) != 1)
    g_debug ("the one who started us is gone");
  close (parent);
  parent = -1;
}
