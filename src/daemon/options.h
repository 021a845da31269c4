/*
 * What a mount is to be like: built in, outweighed by the configuration files, and those by the command line. One table
 * (option_table.c) makes the parser, the defaults and --help.
 */
#pragma once

#include "base/guid.h"

/* The words of store=, in the order of the table. */
typedef enum
{
  STORE_FILE,
  STORE_NONE
} StoreChoice;

/* What so24fs is to do; all but the first are in a table (tool_rows). */
typedef enum
{
  TOOL_MOUNT,
  TOOL_LOGIN,
  TOOL_STATUS
} Tool;

typedef struct
{
  Tool tool;
  char *source;     /* of a tool: what names the mount */
  char *mountpoint; /* NULL: only with a tool, check, print_config, help or version */
  gboolean foreground;
  gboolean debug;
  gboolean leave_mount;
  gboolean end_mount;
  gboolean print_config;
  gboolean check;
  gboolean login; /* with check: log in, too */
  gboolean json;  /* with check */
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
  char *credentials; /* as it was given; NULL: none */
  gboolean remember;
  StoreChoice store;
  gint64 keepalive_s; /* 0: off */
  gint64 idle_after_s;
  gint64 rate; /* calls in any hour at most */
  gint64 backoff_min_s;
  gint64 backoff_max_s; /* not below backoff_min_s */
  char *group;          /* as it was given; NULL: none */
  int mode;             /* 0: none was given */
  char *write_group;    /* as it was given; NULL: none */
  gboolean audit;
  gboolean drop_privileges;
  char *setuid;           /* as it was given; NULL: none */
  GString *mount_options; /* for the kernel and libfuse, comma-separated */

  GPtrArray *passed_on; /* the same, each by itself */
  GHashTable *origins;  /* name of an option -> where its value came from (daemon/setting.h) */
  GPtrArray *mistakes;  /* with check: what is wrong with the configuration, a sentence each */
} Options;

/* NULL with @error set to one line if the command line or a configuration file is no good. */
Options *options_parse (int argc, char **argv, GError **error);
void options_free (Options *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Options, options_free)

/* The text of --help, and that of --print-config: the form of a configuration file. The caller frees it. */
char *options_help (void);
char *options_print_config (const Options *options);
