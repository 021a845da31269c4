/* The command line. One table makes the parser and --help. */
#pragma once

#include <glib.h>

typedef struct
{
  int port;            /* 0: any free one */
  char *accounts_file; /* NULL: the built-in accounts */
  gboolean print_accounts;
  gboolean print_version;
  double session_timeout; /* seconds */
  guint login_limit;      /* logins per user within login_limit_seconds; 0: no limit */
  double login_limit_seconds;
  gint64 calls_per_hour;
  double delay; /* seconds of work that every call takes */
  gboolean custom_errors;
  int ready_fd;    /* -1: none */
  int lifeline_fd; /* -1: none */
} Options;

void options_free (Options *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Options, options_free)

/* Reads the command line. --help prints and exits. NULL and an error in one line if it makes no sense. */
Options *options_parse (int argc, char **argv, GError **error);
