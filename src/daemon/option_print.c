/* What is told of the options: --help, and --print-config. Touches nothing. */
#include "daemon/config.h"
#include "daemon/option_table.h"
#include "daemon/options.h"
#include "daemon/setting.h"

#include <string.h>

char *
options_help (void)
{
  g_autoptr (GString) text
    = g_string_new ("usage: so24fs [-o option,...] SOURCE [MOUNTPOINT]\n"
                    "       so24fs COMMAND SOURCE|MOUNTPOINT\n\n"
                    "Mounts a 24SevenOffice account as files. SOURCE is a name for the account; options\n"
                    "and mountpoint may stand in /etc/so24fs/SOURCE.conf or ~/.config/so24fs/SOURCE.conf.\n"
                    "cat MOUNTPOINT/README then tells the rest; fusermount3 -u MOUNTPOINT ends it.\n\n");

  for (const ToolRow *row = tool_rows; row->name != NULL; row++)
    {
      g_autofree char *form = g_strconcat (row->name, " ", row->argument, NULL);

      g_string_append_printf (text, "  %-30s %s\n", form, row->help);
    }
  g_string_append_c (text, '\n');
  for (const SwitchRow *row = switch_rows; row->long_name != NULL; row++)
    g_string_append_printf (text, "  %s%s %-26s %s\n", row->short_name == NULL ? "  " : row->short_name,
                            row->short_name == NULL ? " " : ",", row->long_name, row->help);
  g_string_append_c (text, '\n');
  for (const OptionRow *row = option_rows; row->name != NULL; row++)
    if (!row->only_in_file)
      {
        g_autofree char *form = g_strconcat (row->name, "=", row->value, NULL);

        g_string_append_printf (text, "  -o %-27s %s%s%s%s\n", form, row->help, row->standard == NULL ? "" : " (",
                                row->standard == NULL ? "" : row->standard, row->standard == NULL ? "" : ")");
      }
  g_string_append (text, "\nOptions of mount.fuse3(8), such as allow_other, are passed on.\n");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* GLib escapes the blanks before a value; those after it get lost, too. */
static void
print_setting (GKeyFile *escaper, GString *text, const char *key, const char *value)
{
  g_autofree char *escaped = NULL;
  gsize length;

  g_key_file_set_string (escaper, CONFIG_GROUP, key, value);
  escaped = g_key_file_get_value (escaper, CONFIG_GROUP, key, NULL);
  length = strlen (escaped);
  while (length > 0 && escaped[length - 1] == ' ')
    length--;
  g_string_append_printf (text, "%s = %.*s", key, (int)length, escaped);
  for (; escaped[length] != '\0'; length++)
    g_string_append (text, "\\s");
  g_string_append_c (text, '\n');
}

static void
print_passed_on (const Options *options, GKeyFile *escaper, GString *text, const char *origin)
{
  for (guint i = 0; i < options->passed_on->len; i++)
    {
      g_auto (GStrv) halves = g_strsplit (g_ptr_array_index (options->passed_on, i), "=", 2);

      if (g_strcmp0 (setting_origin (options, halves[0]), origin) == 0)
        print_setting (escaper, text, halves[0], halves[1] == NULL ? "yes" : halves[1]);
    }
}

/* What comes from one place, @origin; NULL: what is built in. */
static void
print_origin (const Options *options, GString *text, const char *origin)
{
  g_autoptr (GKeyFile) escaper = g_key_file_new ();
  g_autoptr (GString) settings = g_string_new (NULL);

  for (const OptionRow *row = option_rows; row->name != NULL; row++)
    {
      g_autofree char *value = option_get (row, options);

      if (value != NULL && g_strcmp0 (setting_origin (options, row->name), origin) == 0)
        print_setting (escaper, settings, row->name, value);
    }
  print_passed_on (options, escaper, settings, origin);
  if (settings->len > 0)
    g_string_append_printf (text, "\n# %s%s:\n%s", origin == NULL ? "" : "from ", origin == NULL ? "built in" : origin,
                            settings->str);
}

static void
print_unset (const Options *options, GString *text)
{
  g_string_append (text, "\n# without a value:");
  for (const OptionRow *row = option_rows; row->name != NULL; row++)
    {
      g_autofree char *value = option_get (row, options);

      if (value == NULL)
        g_string_append_printf (text, " %s", row->name);
    }
  g_string_append_c (text, '\n');
}

char *
options_print_config (const Options *options)
{
  g_autoptr (GString) text = g_string_new ("[" CONFIG_GROUP "]\n");
  g_auto (GStrv) paths = config_paths (options->source);

  print_origin (options, text, NULL);
  for (char **path = paths; *path != NULL; path++)
    print_origin (options, text, *path);
  print_origin (options, text, FROM_COMMAND_LINE);
  print_unset (options, text);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
