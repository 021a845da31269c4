/* The command line, and what it outweighs (options.h). Touches nothing but the configuration files. */
#include "daemon/options.h"

#include "base/error.h"
#include "daemon/config.h"
#include "daemon/option_table.h"
#include "daemon/setting.h"

#include <string.h>

/* What the command line says, in its parts: the configuration that the name stands for has to come before the rest. */
typedef struct
{
  char *mountpoint;
  GPtrArray *lists; /* what stood after each -o */
  gboolean switched;
} Words;

static void
words_clear (Words *words)
{
  g_free (words->mountpoint);
  g_ptr_array_unref (words->lists);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Words, words_clear)

static Options *
options_new (void)
{
  Options *options = g_new0 (Options, 1);

  options->mount_options = g_string_new (NULL);
  options->passed_on = g_ptr_array_new_with_free_func (g_free);
  options->mistakes = g_ptr_array_new_with_free_func (g_free);
  options->origins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  options->application_id = guid_zero;
  for (const OptionRow *row = option_rows; row->name != NULL; row++)
    if (row->standard != NULL)
      option_set (row, options, row->standard, NULL);
  return options;
}

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
  g_free (options->setuid);
  g_string_free (options->mount_options, TRUE);
  g_ptr_array_unref (options->passed_on);
  g_hash_table_unref (options->origins);
  g_ptr_array_unref (options->mistakes);
  g_free (options);
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
          if (option->len > 0 && !setting_from_list (options, option->str, error))
            return FALSE;
          g_string_truncate (option, 0);
          if (*list == '\0')
            return TRUE;
        }
    }
}

static gboolean
use_switch (Options *options, const char *word, GError **error)
{
  for (const SwitchRow *row = switch_rows; row->long_name != NULL; row++)
    if (g_strcmp0 (word, row->short_name) == 0 || strcmp (word, row->long_name) == 0)
      {
        *(gboolean *)(void *)((char *)options + row->offset) = TRUE;
        return TRUE;
      }
  return error_refuse (error, "unknown option %s (so24fs --help)", word);
}

static const ToolRow *
find_tool (const char *word)
{
  for (const ToolRow *row = tool_rows; row->name != NULL; row++)
    if (strcmp (word, row->name) == 0)
      return row;
  return NULL;
}

/* An account may be called like a tool, and fstab(5) puts its name first. So what a tool does not take is not passed over. */
static gboolean
check_tool (const Options *options, const Words *words, const ToolRow *tool, GError **error)
{
  if (options->help || options->version)
    return TRUE;
  if (options->source == NULL)
    return error_refuse (error, "usage: so24fs %s %s (so24fs --help)", tool->name, tool->argument);
  if (words->mountpoint == NULL && words->lists->len == 0 && !words->switched)
    return TRUE;
  return error_refuse (error,
                       "%s is a command, and takes one SOURCE or MOUNTPOINT; to mount an account that is called so: "
                       "so24fs -- %s MOUNTPOINT",
                       tool->name, tool->name);
}

static gboolean
use_name (Options *options, Words *words, const char *word, GError **error)
{
  char **place = options->source == NULL ? &options->source : &words->mountpoint;

  if (*place != NULL)
    return error_refuse (error, "one SOURCE and one MOUNTPOINT, please (so24fs --help)");
  *place = g_strdup (word);
  return TRUE;
}

static gboolean
read_words (Options *options, Words *words, int argc, char **argv, GError **error)
{
  const ToolRow *tool = argc > 1 ? find_tool (argv[1]) : NULL;
  gboolean only_names = FALSE;

  if (tool != NULL)
    options->tool = tool->tool;
  for (int i = tool == NULL ? 1 : 2; i < argc; i++)
    {
      char *word = argv[i];
      gboolean good = TRUE;

      if (!only_names && strcmp (word, "--") == 0)
        only_names = TRUE;
      else if (only_names || *word != '-')
        good = use_name (options, words, word, error);
      else if (strcmp (word, "-o") == 0 && ++i >= argc)
        good = error_refuse (error, "-o needs options after it");
      else if (g_str_has_prefix (word, "-o"))
        g_ptr_array_add (words->lists, word[2] == '\0' ? argv[i] : word + 2);
      else
        good = words->switched = use_switch (options, word, error);
      if (!good)
        return FALSE;
    }
  return tool == NULL || check_tool (options, words, tool, error);
}

static gboolean
use_config (Options *options, GError **error)
{
  g_auto (GStrv) paths = config_paths (options->source);

  for (char **path = paths; *path != NULL; path++)
    {
      g_autoptr (GError) mistake = NULL;

      if (config_read (*path, options, &mistake))
        continue;
      if (!options->check)
        {
          g_propagate_error (error, g_steal_pointer (&mistake));
          return FALSE;
        }
      g_ptr_array_add (options->mistakes, g_strdup (mistake->message));
    }
  return TRUE;
}

static gboolean
use_command_line (Options *options, const Words *words, GError **error)
{
  for (guint i = 0; i < words->lists->len; i++)
    if (!use_options (options, g_ptr_array_index (words->lists, i), error))
      return FALSE;
  if (words->mountpoint != NULL)
    {
      g_free (options->mountpoint);
      options->mountpoint = g_strdup (words->mountpoint);
      setting_note_origin (options, "mountpoint", FROM_COMMAND_LINE);
    }
  return TRUE;
}

/* What no single option can get wrong. */
static gboolean
check_together (const Options *options, GError **error)
{
  if ((options->login || options->json) && !options->check)
    return error_refuse (error, "%s goes with --check only (so24fs --help)", options->login ? "--login" : "--json");
  if (options->mountpoint == NULL && !options->print_config && !options->check && options->tool == TOOL_MOUNT)
    {
      g_auto (GStrv) paths = config_paths (options->source);
      g_autofree char *places = g_strjoinv (" or ", paths);

      return error_refuse (error, "no MOUNTPOINT after %s%s%s (so24fs --help)", options->source,
                           *places == '\0' ? "" : ", and none in ", places);
    }
  if (options->backoff_max_s < options->backoff_min_s)
    return error_refuse (error, "option backoff_max (%" G_GINT64_FORMAT ") is below backoff_min (%" G_GINT64_FORMAT ")",
                         options->backoff_max_s, options->backoff_min_s);
  return TRUE;
}

/* libfuse splits at commas again. */
static void
join_passed_on (Options *options)
{
  for (guint i = 0; i < options->passed_on->len; i++)
    {
      if (i > 0)
        g_string_append_c (options->mount_options, ',');
      for (const char *at = g_ptr_array_index (options->passed_on, i); *at != '\0'; at++)
        {
          if (*at == ',' || *at == '\\')
            g_string_append_c (options->mount_options, '\\');
          g_string_append_c (options->mount_options, *at);
        }
    }
}

Options *
options_parse (int argc, char **argv, GError **error)
{
  g_autoptr (Options) options = options_new ();
  g_auto (Words) words = {.lists = g_ptr_array_new ()};

  if (!read_words (options, &words, argc, argv, error))
    return NULL;
  options->foreground = options->foreground || options->debug;
  if (options->help || options->version)
    return g_steal_pointer (&options);
  if (options->source == NULL)
    {
      error_refuse (error, "usage: so24fs [-o options] SOURCE [MOUNTPOINT] (so24fs --help)");
      return NULL;
    }
  if (!use_config (options, error) || !use_command_line (options, &words, error) || !check_together (options, error))
    return NULL;
  join_passed_on (options);
  return g_steal_pointer (&options);
}
