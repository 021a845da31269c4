/* The table of options and what follows from it. Touches nothing. */
#include "daemon/options.h"

#include "base/error.h"
#include "daemon/distance.h"
#include "daemon/option.h"

#include <string.h>

#define DEFAULT_ENDPOINT "https://api.24sevenoffice.com/authenticate/v001/authenticate.asmx"

#define AT(field) G_STRUCT_OFFSET (Options, field)

static const OptionRow rows[] = {
  {"endpoint", "URL", OPTION_TEXT, AT (endpoint), DEFAULT_ENDPOINT, 0, 0, "the service; http:// only on this machine"},
  {"application_id", "GUID", OPTION_GUID, AT (application_id), NULL, 0, 0,
   "for credentials that do not bring their own"},
  {"service_id", "N", OPTION_NUMBER, AT (service_id), NULL, 1, G_MAXINT32,
   "list only the identities that have this service"},
  {"timeout", "SECONDS", OPTION_NUMBER, AT (timeout_s), "30", 1, 3600, "for one call to the service"},
  {"ca_file", "PEM", OPTION_TEXT, AT (ca_file), NULL, 0, 0, "certificates to trust instead of the system's"},
  {"credentials", "FILE", OPTION_TEXT, AT (credentials), NULL, 0, 0, "what to log in with, in a form that login takes"},
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
  {"audit", NULL, OPTION_FLAG, AT (audit), NULL, 0, 0, "log who opens a file that holds the cookie"},
  {"sandbox", NULL, OPTION_FLAG, AT (sandbox), NULL, 0, 0, "start a service to try things on, and mount that"},
};

/* Passed on to the kernel and libfuse (mount.fuse3(8)); a "=" at the end stands for any value. */
static const char *const passed_on[] = {
  "allow_other", "allow_root", "auto_unmount", "default_permissions",
  "ro",          "rw",         "suid",         "nosuid",
  "dev",         "nodev",      "exec",         "noexec",
  "atime",       "noatime",    "dirsync",      "sync",
  "async",       "max_read=",  "context=",     "fscontext=",
  NULL,
};

/* For mount(8) and systemd, which leave them in when they call us. */
static const char *const ignored[] = {
  "defaults", "auto", "noauto", "user", "nouser", "users", "_netdev", "nofail", "x-", "comment=", NULL,
};

void
options_free (Options *options)
{
  g_free (options->source);
  g_free (options->mountpoint);
  g_free (options->endpoint);
  g_free (options->ca_file);
  g_free (options->credentials);
  g_free (options->group);
  g_free (options->write_group);
  g_string_free (options->mount_options, TRUE);
  g_free (options);
}

static gboolean
bad (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (SO24_ERROR, SO24_ERROR_INVALID, format, arguments);
  va_end (arguments);
  return FALSE;
}

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

static const char *
nearest_option (const char *name)
{
  const char *best = rows[0].name;

  for (guint i = 1; i < G_N_ELEMENTS (rows); i++)
    if (name_distance (name, rows[i].name) < name_distance (name, best))
      best = rows[i].name;
  return best;
}

static const OptionRow *
find_row (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].name, name) == 0)
      return &rows[i];
  return NULL;
}

/* The yes-or-no option that "no" in front of its name turns off, as mount(8) writes it. */
static const OptionRow *
find_negated (const char *name)
{
  const OptionRow *row = g_str_has_prefix (name, "no") ? find_row (name + strlen ("no")) : NULL;

  return row != NULL && row->type == OPTION_BOOLEAN ? row : NULL;
}

static void
pass_on (Options *options, const char *option)
{
  if (options->mount_options->len > 0)
    g_string_append_c (options->mount_options, ',');
  for (; *option != '\0'; option++)
    {
      if (*option == ',' || *option == '\\')
        g_string_append_c (options->mount_options, '\\');
      g_string_append_c (options->mount_options, *option);
    }
}

static gboolean
use_option (Options *options, const char *option, GError **error)
{
  const char *equals = strchr (option, '=');
  g_autofree char *name = equals == NULL ? g_strdup (option) : g_strndup (option, (gsize)(equals - option));
  const OptionRow *row = find_row (name), *negated = find_negated (name);

  if (row != NULL)
    return option_set (row, options, equals == NULL ? NULL : equals + 1, error);
  if (negated != NULL)
    return equals == NULL ? option_set (negated, options, "no", error) : bad (error, "option %s takes no value", name);
  if (is_listed (ignored, option))
    return TRUE;
  if (!is_listed (passed_on, option))
    return bad (error, "unknown option %s; did you mean %s? (so24fs --help)", name, nearest_option (name));
  pass_on (options, option);
  return TRUE;
}

/* As for mount(8): separated by commas, a backslash takes the meaning of the next character. */
static gboolean
use_options (Options *options, const char *list, GError **error)
{
  g_autoptr (GString) option = g_string_new (NULL);

  for (;; list++)
    {
      if (*list == '\\' && list[1] != '\0')
        g_string_append_c (option, *++list);
      else if (*list != ',' && *list != '\0')
        g_string_append_c (option, *list);
      else
        {
          if (option->len > 0 && !use_option (options, option->str, error))
            return FALSE;
          g_string_truncate (option, 0);
          if (*list == '\0')
            return TRUE;
        }
    }
}

static const struct
{
  const char *short_name, *long_name;
  gsize offset;
  const char *help;
} switches[] = {
  {"-f", "--foreground", AT (foreground), "stay in the foreground, log to stderr"},
  {"-d", "--debug", AT (debug), "the same, and log every request"},
  {"-h", "--help", AT (help), "this text"},
  {"-V", "--version", AT (version), "the version"},
};

static gboolean
use_switch (Options *options, const char *word, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
    if (strcmp (word, switches[i].short_name) == 0 || strcmp (word, switches[i].long_name) == 0)
      {
        *(gboolean *)(void *)((char *)options + switches[i].offset) = TRUE;
        return TRUE;
      }
  return bad (error, "unknown option %s (so24fs --help)", word);
}

static gboolean
use_name (Options *options, const char *word, GError **error)
{
  char **place = options->source == NULL ? &options->source : &options->mountpoint;

  if (*place != NULL)
    return bad (error, "one SOURCE and one MOUNTPOINT, please (so24fs --help)");
  *place = g_strdup (word);
  return TRUE;
}

static gboolean
use_words (Options *options, int argc, char **argv, GError **error)
{
  gboolean only_names = FALSE;

  for (int i = 1; i < argc; i++)
    {
      const char *word = argv[i];
      gboolean good;

      if (!only_names && strcmp (word, "--") == 0)
        {
          only_names = TRUE;
          continue;
        }
      if (only_names || *word != '-')
        good = use_name (options, word, error);
      else if (strcmp (word, "-o") == 0)
        good = ++i < argc ? use_options (options, argv[i], error) : bad (error, "-o needs options after it");
      else if (g_str_has_prefix (word, "-o"))
        good = use_options (options, word + 2, error);
      else
        good = use_switch (options, word, error);
      if (!good)
        return FALSE;
    }
  return TRUE;
}

/* What no single option can get wrong. */
static gboolean
check_together (const Options *options, GError **error)
{
  if (options->mountpoint == NULL && !options->help && !options->version)
    return bad (error, "usage: so24fs [-o options] SOURCE MOUNTPOINT (so24fs --help)");
  if (options->backoff_max_s < options->backoff_min_s)
    return bad (error, "option backoff_max (%" G_GINT64_FORMAT ") is below backoff_min (%" G_GINT64_FORMAT ")",
                options->backoff_max_s, options->backoff_min_s);
  return TRUE;
}

Options *
options_parse (int argc, char **argv, GError **error)
{
  g_autoptr (Options) options = g_new0 (Options, 1);

  options->mount_options = g_string_new (NULL);
  options->application_id = guid_zero;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].standard != NULL)
      option_set (&rows[i], options, rows[i].standard, NULL);
  if (!use_words (options, argc, argv, error) || !check_together (options, error))
    return NULL;
  options->foreground = options->foreground || options->debug;
  return g_steal_pointer (&options);
}

char *
options_help (void)
{
  g_autoptr (GString) text
    = g_string_new ("usage: so24fs [-o option,...] SOURCE MOUNTPOINT\n\n"
                    "Mounts a 24SevenOffice account as files. SOURCE is a name for the account.\n"
                    "cat MOUNTPOINT/README then tells the rest; fusermount3 -u MOUNTPOINT ends it.\n\n");

  for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
    g_string_append_printf (text, "  %s, %-26s %s\n", switches[i].short_name, switches[i].long_name, switches[i].help);
  g_string_append_c (text, '\n');
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *form = g_strconcat (rows[i].name, rows[i].value == NULL ? NULL : "=", rows[i].value, NULL);

      g_string_append_printf (text, "  -o %-27s %s%s%s%s\n", form, rows[i].help, rows[i].standard == NULL ? "" : " (",
                              rows[i].standard == NULL ? "" : rows[i].standard, rows[i].standard == NULL ? "" : ")");
    }
  g_string_append (text, "\nOptions of mount.fuse3(8), such as allow_other, are passed on.\n");
  return g_string_free (g_steal_pointer (&text), FALSE);
}
