/* One setting (setting.h). Asks where the home folder is; touches nothing. */
#include "daemon/setting.h"

#include "base/error.h"
#include "daemon/option_table.h"

#include <string.h>

const char *
setting_origin (const Options *options, const char *name)
{
  return g_hash_table_lookup (options->origins, name);
}

void
setting_note_origin (Options *options, const char *name, const char *origin)
{
  g_hash_table_insert (options->origins, g_strdup (name), g_strdup (origin));
}

static gboolean
set_row (Options *options, const OptionRow *row, const char *value, const char *origin, GError **error)
{
  if (!option_set (row, options, value, error))
    return FALSE;
  setting_note_origin (options, row->name, origin);
  return TRUE;
}

/* The kernel takes the last of several, too; but what a file asks for, the command line must be able to take back. */
static void
take_back (Options *options, const char *name)
{
  gsize length = strlen (name);

  for (guint i = options->passed_on->len; i-- > 0;)
    {
      const char *option = g_ptr_array_index (options->passed_on, i);

      if (strncmp (option, name, length) == 0 && strchr ("=", option[length]) != NULL)
        g_ptr_array_remove_index (options->passed_on, i);
    }
  g_hash_table_remove (options->origins, name);
}

static void
pass_on (Options *options, const char *name, const char *option, const char *origin)
{
  take_back (options, name);
  g_ptr_array_add (options->passed_on, g_strdup (option));
  setting_note_origin (options, name, origin);
}

/* "no" in front of a name that can be yes or no, as mount(8) writes it; a name of its own (noatime) is not meant. */
static gboolean
use_negated (Options *options, const char *name, gboolean *found, GError **error)
{
  const char *positive = g_str_has_prefix (name, "no") ? name + strlen ("no") : "";
  const OptionRow *row = option_find (positive);

  *found = TRUE;
  if (row != NULL && row->type == OPTION_BOOLEAN)
    return set_row (options, row, "no", FROM_COMMAND_LINE, error);
  *found = option_is_passed_on (positive) && !option_is_passed_on (name);
  if (*found)
    take_back (options, positive);
  return TRUE;
}

gboolean
setting_from_list (Options *options, const char *option, GError **error)
{
  const char *equals = strchr (option, '=');
  g_autofree char *name = equals == NULL ? g_strdup (option) : g_strndup (option, (gsize)(equals - option));
  const OptionRow *row = option_find (name);
  gboolean negated = FALSE;

  if (row != NULL && row->only_in_file)
    return error_refuse (error, "%s is no option here: it stands after SOURCE, or in a configuration file", name);
  if (row != NULL)
    return set_row (options, row, equals == NULL ? NULL : equals + 1, FROM_COMMAND_LINE, error);
  if (option_is_passed_on (option))
    {
      pass_on (options, name, option, FROM_COMMAND_LINE);
      return TRUE;
    }
  if (option_is_ignored (option))
    return TRUE;
  if (!use_negated (options, name, &negated, error))
    return FALSE;
  if (negated)
    return equals == NULL || error_refuse (error, "option %s takes no value", name);
  return error_refuse (error, "unknown option %s; did you mean %s? (so24fs --help)", name, option_nearest (name));
}

/* A file is read wherever the daemon is started, so what it names must not depend on that. */
static gboolean
set_path (Options *options, const OptionRow *row, const char *value, const char *origin, GError **error)
{
  g_autofree char *at_home
    = g_str_has_prefix (value, "~/") ? g_build_filename (g_get_home_dir (), value + 2, NULL) : g_strdup (value);

  if (*at_home != '\0' && !g_path_is_absolute (at_home))
    return error_refuse (error, "option %s: the name of a file begins with / or ~/ here", row->name);
  return set_row (options, row, at_home, origin, error);
}

static gboolean
set_passed_on (Options *options, const char *name, const char *value, const char *origin, GError **error)
{
  g_autofree char *with_value = g_strconcat (name, "=", value, NULL);
  gboolean yes;

  if (option_is_passed_on (with_value))
    pass_on (options, name, with_value, origin);
  else if (!option_is_boolean (value, &yes))
    return error_refuse (error, "option %s is not one of yes|no", name);
  else if (yes)
    pass_on (options, name, name, origin);
  else
    take_back (options, name);
  return TRUE;
}

static gboolean
is_of_a_credential (const char *key)
{
  static const char *const keys[] = {"username", "password", "token", "identity_id", NULL};

  return g_strv_contains (keys, key);
}

gboolean
setting_from_file (Options *options, const char *path, const char *key, const char *value, GError **error)
{
  const OptionRow *row = option_find (key);
  g_autofree char *open_ended = g_strconcat (key, "=", NULL);

  if (row != NULL && row->type == OPTION_PATH)
    return set_path (options, row, value, path, error);
  if (row != NULL)
    return set_row (options, row, value, path, error);
  if (option_is_passed_on (key) || option_is_passed_on (open_ended))
    return set_passed_on (options, key, value, path, error);
  if (is_of_a_credential (key))
    return error_refuse (error, "%s belongs into a file of its own, which credentials = FILE names", key);
  return error_refuse (error, "unknown key %s; did you mean %s?", key, option_nearest (key));
}
