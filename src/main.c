/* so24fs: options -> mount -> run -> unmount; or one of the tools beside that. */
#include "daemon/daemon.h"
#include "daemon/early_mount.h"
#include "daemon/log.h"
#include "daemon/mount_helper.h"
#include "daemon/process.h"
#include "tools/check.h"
#include "tools/login.h"
#include "tools/status.h"

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
  g_autofree char *text = options->help      ? options_help ()
                          : options->version ? g_strdup ("so24fs " SO24_VERSION "\n")
                                             : options_print_config (options);

  return fputs (text, stdout) >= 0 && fflush (stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What a service has done before and after it, outside of its sandbox. */
static int
make_or_end_mount (Options *options)
{
  g_autoptr (GError) error = NULL;
  gboolean good = options->leave_mount ? early_mount_leave (options, &error) : early_mount_clear (options, &error);

  return good ? EXIT_SUCCESS : fail (error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Options) options = NULL;

  if (argc > 0 && mount_helper_is_meant (argv[0]))
    return mount_helper_run (argv);
  options = options_parse (argc, argv, &error);
  if (options == NULL)
    return fail (error);
  if (options->help || options->version || options->print_config)
    return print_and_exit (options);

  signal (SIGPIPE, SIG_IGN);
  process_harden ();
  log_start (options->debug);
  if (options->leave_mount || options->end_mount)
    return make_or_end_mount (options);
  if (options->check)
    return check_run (options);
  if (options->tool == TOOL_LOGIN)
    return login_run (options);
  if (options->tool == TOOL_STATUS)
    return status_run (options);
  if (!options->foreground)
    process_go_to_background ();
  return daemon_run (options, &error) ? EXIT_SUCCESS : fail (error);
}
