/* The command line: see options.h. What --help says below the options is help.txt. */
#include "sandbox/options.h"

#include <gio/gio.h>

#define LONGEST_SECONDS (366.0 * 24 * 3600)
#define LONGEST_DELAY   86400.0

static const char summary[]
  = "A small 24SevenOffice AuthenticateService to try programs on, without an account and without a network.\n"
    "It listens on 127.0.0.1 only and prints the address of its endpoint when it is ready: give that to the\n"
    "program under trial, or open it in a browser. It knows the nine operations in SOAP 1.1 and 1.2, and has\n"
    "sessions, limits and faults as the real service has them.";

void
options_free (Options *options)
{
  g_free (options->accounts_file);
  g_free (options);
}

/* What the parser of GLib cannot hold in an Options is kept here until it is checked. */
typedef struct
{
  Options *options;
  char *login_limit;
} Draft;

static Options *
options_new (void)
{
  Options *options = g_new0 (Options, 1);

  options->port = 8024;
  options->session_timeout = 1200;
  options->calls_per_hour = 7200;
  options->ready_fd = -1;
  options->lifeline_fd = -1;
  return options;
}

static gboolean
complain (GError **error, const char *sentence)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, sentence);
  return FALSE;
}

static gboolean
parse_login_limit (Options *options, const char *text, GError **error)
{
  char *end = NULL;
  gint64 logins = g_ascii_strtoll (text, &end, 10);

  if (end == text || *end != '/' || logins < 1 || logins > 1000000)
    return complain (error, "--login-limit wants LOGINS/SECONDS, for example 5/60");

  const char *seconds = end + 1;
  options->login_limit = (guint)logins;
  options->login_limit_seconds = g_ascii_strtod (seconds, &end);
  if (end == seconds || *end != '\0' || !(options->login_limit_seconds > 0)
      || options->login_limit_seconds > LONGEST_SECONDS)
    return complain (error, "--login-limit wants LOGINS/SECONDS, for example 5/60");
  return TRUE;
}

static gboolean
check (Options *options, const char *login_limit, int arguments_left, GError **error)
{
  if (arguments_left > 1)
    return complain (error, "there are arguments besides the options; see --help");
  if (options->port < 0 || options->port > 65535)
    return complain (error, "--port wants a number from 0 to 65535");
  if (!(options->session_timeout > 0) || options->session_timeout > LONGEST_SECONDS)
    return complain (error, "--session-timeout wants a number of seconds greater than 0");
  if (!(options->delay >= 0) || options->delay > LONGEST_DELAY)
    return complain (error, "--delay wants a number of seconds from 0 to 86400");
  if (options->calls_per_hour < 1)
    return complain (error, "--calls-per-hour wants a number greater than 0");
  return login_limit == NULL || parse_login_limit (options, login_limit, error);
}

static gboolean
parse (Draft *draft, int argc, char **argv, GError **error)
{
  Options *options = draft->options;
  const GOptionEntry entries[] = {
    {"port", 0, 0, G_OPTION_ARG_INT, &options->port, "Listen on this port, 0 for any free one (8024)", "N"},
    {"accounts", 0, 0, G_OPTION_ARG_FILENAME, &options->accounts_file,
     "Who may log in, in the form that --print-accounts prints", "FILE"},
    {"print-accounts", 0, 0, G_OPTION_ARG_NONE, &options->print_accounts, "Print the built-in accounts and exit", NULL},
    {"session-timeout", 0, 0, G_OPTION_ARG_DOUBLE, &options->session_timeout,
     "A session ends after so long without a call (1200)", "SECONDS"},
    {"login-limit", 0, 0, G_OPTION_ARG_STRING, &draft->login_limit,
     "More logins of one user within so long are refused (no limit)", "N/SECONDS"},
    {"calls-per-hour", 0, 0, G_OPTION_ARG_INT64, &options->calls_per_hour,
     "More calls within an hour of the clock (UTC) are refused (7200)", "N"},
    {"delay", 0, 0, G_OPTION_ARG_DOUBLE, &options->delay, "Every call takes so long (0)", "SECONDS"},
    {"custom-errors", 0, 0, G_OPTION_ARG_NONE, &options->custom_errors,
     "Faults without type names and stack, as with <customErrors mode=\"On\"/>", NULL},
    {"ready-fd", 0, 0, G_OPTION_ARG_INT, &options->ready_fd,
     "Write the endpoint's address to this descriptor too, and close it", "N"},
    {"lifeline-fd", 0, 0, G_OPTION_ARG_INT, &options->lifeline_fd,
     "Exit when this descriptor, the reading end of a pipe, comes to its end", "N"},
    {"version", 'V', 0, G_OPTION_ARG_NONE, &options->print_version, "Print the version and exit", NULL},
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  /* A resource ends in a NUL that its length does not count. */
  g_autoptr (GBytes) description = g_resources_lookup_data ("/sandbox/help.txt", G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, g_bytes_get_data (description, NULL));
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, &argc, &argv, error) && check (options, draft->login_limit, argc, error);
}

Options *
options_parse (int argc, char **argv, GError **error)
{
  g_autoptr (Options) options = options_new ();
  Draft draft = {.options = options};
  gboolean parsed = parse (&draft, argc, argv, error);

  g_free (draft.login_limit);
  return parsed ? g_steal_pointer (&options) : NULL;
}
