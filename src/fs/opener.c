/*
 * Who it is that uses a file. The kernel names a user and a thread; the rest is looked up in /proc. Touches /proc and the log.
 */
#include "fs/private.h"

#include <stdlib.h>
#include <string.h>

/* Longer than any path that a program should have. */
#define LONGEST_NAME 256

pid_t
opener_process (pid_t thread)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", thread);
  g_autofree char *status = NULL;
  const char *line;

  if (!g_file_get_contents (path, &status, NULL, NULL) || (line = strstr (status, "\nTgid:")) == NULL)
    return thread;
  return atoi (line + strlen ("\nTgid:"));
}

/* A name that any user may have chosen, in a form that can neither end a line of the log nor its own quotes. */
static char *
quoted (const char *name)
{
  g_autofree char *cut = name == NULL ? NULL : g_strndup (name, LONGEST_NAME);
  g_autofree char *escaped = cut == NULL ? NULL : g_strescape (cut, NULL);

  return escaped == NULL ? g_strdup ("?") : g_strdup_printf ("\"%s\"", escaped);
}

/* What the process calls itself: of a script, its name. */
static char *
name_of (pid_t process)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/comm", process);
  g_autofree char *name = NULL;

  if (!g_file_get_contents (path, &name, NULL, NULL))
    return quoted (NULL);
  if (g_str_has_suffix (name, "\n"))
    name[strlen (name) - 1] = '\0';
  return quoted (name);
}

/* What it runs: of a script, the shell. Only root is told that of other users' processes. */
static char *
program_of (pid_t process)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/exe", process);
  g_autofree char *program = g_file_read_link (path, NULL);

  return quoted (program);
}

/* Never with the command line, which may well hold a cookie. */
void
opener_audit (Fs *fs, fuse_req_t request, NodeId node)
{
  const struct fuse_ctx *context = fuse_req_ctx (request);
  g_autofree char *path = NULL, *file = NULL, *name = NULL, *program = NULL;
  pid_t process;

  if (!node_kind (node)->bears_cookie)
    return;
  process = opener_process (context->pid);
  path = tree_path (fs->tree, node);
  file = quoted (path);
  name = name_of (process);
  program = program_of (process);
  g_info ("audit: open file=%s uid=%u gid=%u pid=%d comm=%s exe=%s", file, context->uid, context->gid, process, name,
          program);
}
