/* The table of options (option_table.h). Touches nothing. */
#include "daemon/option_table.h"

#include "daemon/distance.h"

#include <string.h>

#define DEFAULT_ENDPOINT "https://api.24sevenoffice.com/authenticate/v001/authenticate.asmx"

#define AT(field) G_STRUCT_OFFSET (Options, field)

const OptionRow option_rows[] = {
  {"endpoint", "URL", OPTION_TEXT, AT (endpoint), DEFAULT_ENDPOINT, 0, 0, "the service; http:// only on this machine"},
  {"application_id", "GUID", OPTION_GUID, AT (application_id), NULL, 0, 0,
   "for credentials that do not bring their own"},
  {"service_id", "N", OPTION_NUMBER, AT (service_id), NULL, 1, G_MAXINT32,
   "list only the identities that have this service"},
  {"timeout", "SECONDS", OPTION_NUMBER, AT (timeout_s), "30", 1, 3600, "for one call to the service"},
  {"ca_file", "PEM", OPTION_PATH, AT (ca_file), NULL, 0, 0, "certificates to trust instead of the system's"},
  {"credentials", "FILE", OPTION_PATH, AT (credentials), NULL, 0, 0, "what to log in with, in a form that login takes"},
  {"remember", "yes|no", OPTION_BOOLEAN, AT (remember), "yes", 0, 0, "keep what was written to login, to log in again"},
  {"store", "file|none", OPTION_WORD, AT (store), "file", 0, 0, "where the session is kept between runs"},
  {"check_ttl", "SECONDS", OPTION_NUMBER, AT (check_ttl_s), "60", 0, 86400,
   "serve what was confirmed at most so long ago"},
  {"offline_grace", "SECONDS", OPTION_NUMBER, AT (offline_grace_s), "300", 0, 86400,
   "serve the cookie so long while the service is out of reach"},
  {"keepalive", "SECONDS", OPTION_NUMBER, AT (keepalive_s), "600", 0, 86400,
   "confirm a session in use so often, lest it die of idleness; 0: never"},
  {"idle_after", "SECONDS", OPTION_NUMBER, AT (idle_after_s), "86400", 0, 31536000,
   "a session that nobody read for so long is not in use"},
  {"rate", "CALLS", OPTION_NUMBER, AT (rate), "7200", 1, 1000000, "calls in any hour at most"},
  {"backoff_min", "SECONDS", OPTION_NUMBER, AT (backoff_min_s), "1", 1, 3600,
   "the first wait after a login that failed"},
  {"backoff_max", "SECONDS", OPTION_NUMBER, AT (backoff_max_s), "900", 1, 86400,
   "the longest wait between logins that fail"},
  {"group", "NAME|GID", OPTION_TEXT, AT (group), NULL, 0, 0, "with allow_other: who may read the cookie, too"},
  {"mode", "OCTAL", OPTION_MODE, AT (mode), NULL, 0, 0, "of the files that hold the cookie: 0400; with group 0440"},
  {"write_group", "NAME|GID", OPTION_TEXT, AT (write_group), NULL, 0, 0,
   "with allow_other: who may write login, logout and identity, too"},
  {"audit", "yes|no", OPTION_BOOLEAN, AT (audit), "no", 0, 0, "log who opens a file that holds the cookie"},
  {"drop_privileges", "yes|no", OPTION_BOOLEAN, AT (drop_privileges), "no", 0, 0,
   "mount as root, then give up all that root may"},
  {"setuid", "USER", OPTION_TEXT, AT (setuid), NULL, 0, 0, "be that user; only root can"},
  {"sandbox", "yes|no", OPTION_BOOLEAN, AT (sandbox), "no", 0, 0, "start a service to try things on, and mount that"},
  {"mountpoint", "FOLDER", OPTION_PATH, AT (mountpoint), NULL, 0, 0, "where to mount", .only_in_file = TRUE},
  {NULL},
};

const SwitchRow switch_rows[] = {
  {"-f", "--foreground", AT (foreground), "stay in the foreground, log to stderr"},
  {"-d", "--debug", AT (debug), "the same, and log every request"},
  {NULL, "--leave-mount", AT (leave_mount), "only mount; systemd gives it to who is started next"},
  {NULL, "--end-mount", AT (end_mount), "unmount what --leave-mount has mounted"},
  {NULL, "--print-config", AT (print_config), "print what a mount would use, and where it comes from"},
  {NULL, "--check", AT (check), "say what would keep SOURCE from being mounted and used"},
  {NULL, "--login", AT (login), "with --check: log in, too"},
  {NULL, "--json", AT (json), "with --check: say it in JSON"},
  {"-h", "--help", AT (help), "this text"},
  {"-V", "--version", AT (version), "the version"},
  {NULL, NULL},
};

const ToolRow tool_rows[] = {
  {"login", TOOL_LOGIN, "SOURCE|MOUNTPOINT", "ask for a credential, and write it to the mount"},
  {"status", TOOL_STATUS, "SOURCE|MOUNTPOINT", "print where things stand; exit status 0 when the session is live"},
  {NULL},
};

const char *const options_passed_on[] = {
  "allow_other", "allow_root", "auto_unmount", "default_permissions",
  "ro",          "rw",         "suid",         "nosuid",
  "dev",         "nodev",      "exec",         "noexec",
  "atime",       "noatime",    "dirsync",      "sync",
  "async",       "max_read=",  "context=",     "fscontext=",
  NULL,
};

/* A "=" or "-" at the end stands for whatever follows. */
static const char *const ignored[] = {
  "defaults", "auto", "noauto", "user", "user=", "nouser", "users", "_netdev", "nofail", "x-", "comment=", NULL,
};

static gboolean
is_listed (const char *const *list, const char *option)
{
  for (; *list != NULL; list++)
    {
      gboolean open_ended = g_str_has_suffix (*list, "=") || g_str_has_suffix (*list, "-");

      if (open_ended ? g_str_has_prefix (option, *list) : strcmp (option, *list) == 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
option_is_passed_on (const char *option)
{
  return is_listed (options_passed_on, option);
}

gboolean
option_is_ignored (const char *option)
{
  return is_listed (ignored, option);
}

const OptionRow *
option_find (const char *name)
{
  for (const OptionRow *row = option_rows; row->name != NULL; row++)
    if (strcmp (row->name, name) == 0)
      return row;
  return NULL;
}

/* Ours first: of two names that are as near, the one of a mount's own option is meant. */
const char *
option_nearest (const char *name)
{
  const char *best = option_rows[0].name;

  for (const OptionRow *row = option_rows; row->name != NULL; row++)
    if (name_distance (name, row->name) < name_distance (name, best))
      best = row->name;
  for (const char *const *other = options_passed_on; *other != NULL; other++)
    if (!g_str_has_suffix (*other, "=") && name_distance (name, *other) < name_distance (name, best))
      best = *other;
  return best;
}
