/* so24fs: options -> mount -> run -> unmount. */
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static int
fail (const GError *error)
{
  fprintf (stderr, "so24fs: %s\n", error->message);
  return EXIT_FAILURE;
}

static int
print_and_exit (const Options *options)
{
  g_autofree char *help = options_help ();

  if (options->help)
    fputs (help, stdout);
  else
    puts ("so24fs " SO24_VERSION);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Options) options = options_parse (argc, argv, &error);

  if (options == NULL)
    return fail (error);
  if (options->help || options->version)
    return print_and_exit (options);

  signal (SIGPIPE, SIG_IGN);
  process_harden ();
  log_start (options->debug);
  if (!options->foreground)
    process_go_to_background ();
  return daemon_run (options, &error) ? EXIT_SUCCESS : fail (error);
}
