/* The command line. One table (options.c) makes the parser, the defaults and --help. */
#pragma once

#include "base/guid.h"

typedef struct
{
  char *source;
  char *mountpoint;
  gboolean foreground;
  gboolean debug;
  gboolean help;
  gboolean version;

  char *endpoint;
  Guid application_id; /* zero: none */
  gint64 service_id;   /* 0: none */
  gint64 timeout_s;
  char *ca_file;
  gboolean sandbox;
  gint64 check_ttl_s;
  gint64 offline_grace_s;
  GString *mount_options; /* for the kernel and libfuse, comma-separated */
} Options;

/* NULL with @error set to one line if the command line is no good. */
Options *options_parse (int argc, char **argv, GError **error);
void options_free (Options *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Options, options_free)

/* The text of --help; the caller frees it. */
char *options_help (void);
