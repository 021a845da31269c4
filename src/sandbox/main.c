/* so24-sandbox: options, listen, say so, run until told to stop. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib-unix.h>
#include <libxml/parser.h>

#include "sandbox/options.h"
#include "sandbox/sandbox.h"
#include "sandbox/listener.h"

static int
fail (int status, const char *sentence)
{
  fprintf (stderr, "so24-sandbox: %s\n", sentence);
  return status;
}

static gboolean
stop (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

/* The other end is held by our parent, and by nobody else: its end is the parent's end, whatever killed it. */
static gboolean
feel_lifeline (int fd, GIOCondition condition, gpointer loop)
{
  char bytes[256];
  ssize_t count = read (fd, bytes, sizeof bytes);

  if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR)))
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static gboolean
print_bytes (GBytes *bytes)
{
  gsize length = 0;
  const char *text = g_bytes_get_data (bytes, &length);

  return fwrite (text, 1, length, stdout) == length && fflush (stdout) == 0;
}

static gboolean
announce (const char *endpoint, int ready_fd)
{
  g_autofree char *line = g_strdup_printf ("%s\n", endpoint);
  gboolean is_written = fputs (line, stdout) >= 0 && fflush (stdout) == 0;

  if (ready_fd >= 0)
    {
      is_written = write (ready_fd, line, strlen (line)) == (ssize_t)strlen (line) && is_written;
      close (ready_fd);
    }
  return is_written;
}

/* Every connection takes two descriptors, and the usual limit of 1,024 is a courtesy to programs that use select(). */
static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static int
serve (const Options *options)
{
  g_autoptr (GError) error = NULL;

  raise_descriptor_limit ();
  g_autoptr (Sandbox) sandbox = sandbox_new (options, &error);
  if (sandbox == NULL)
    return fail (EXIT_FAILURE, error->message);
  g_autoptr (Listener) listener = listener_new (sandbox, &error);
  if (listener == NULL)
    return fail (EXIT_FAILURE, error->message);

  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, stop, loop);
  g_unix_signal_add (SIGINT, stop, loop);
  if (options->lifeline_fd >= 0)
    g_unix_fd_add (options->lifeline_fd, G_IO_IN | G_IO_HUP | G_IO_ERR | G_IO_NVAL, feel_lifeline, loop);
  if (!announce (listener_endpoint (listener), options->ready_fd))
    return fail (EXIT_FAILURE, "cannot say that it is ready");
  g_main_loop_run (loop);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status = EXIT_SUCCESS;

  setlocale (LC_ALL, "");
  signal (SIGPIPE, SIG_IGN);
  g_autoptr (Options) options = options_parse (argc, argv, &error);
  if (options == NULL)
    return fail (2, error->message);

  if (options->print_version)
    puts ("so24-sandbox " SO24_VERSION);
  else if (options->print_accounts)
    {
      g_autoptr (GBytes) accounts = sandbox_builtin_accounts ();
      status = print_bytes (accounts) ? EXIT_SUCCESS : fail (EXIT_FAILURE, "cannot print the accounts");
    }
  else
    status = serve (options);
  xmlCleanupParser ();
  return status;
}
