/* Hardening and going to the background. Touches file descriptors 0 to 2 and the process's limits. */
#include "daemon/process.h"

#include "daemon/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
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
      setsid ();
      return;
    }
  close (ends[1]);
  _exit (read (ends[0], &byte, 1) == 1 ? EXIT_SUCCESS : exit_status_of (child));
}

void
process_ready (void)
{
  int null;

  if (parent < 0)
    return;
  log_to_syslog ();
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
