/* The types of options: how the value of each is read and written. Touches nothing. */
#include "daemon/option.h"

#include "base/error.h"
#include "base/guid.h"

#include <string.h>

static gboolean
set_text (const OptionRow *row, gpointer place, const char *value)
{
  char **text = place;

  g_free (*text);
  *text = g_strdup (value);
  return *value != '\0';
}

static gboolean
set_number (const OptionRow *row, gpointer place, const char *value)
{
  return g_ascii_string_to_signed (value, 10, row->lowest, row->highest, place, NULL);
}

static gboolean
set_guid (const OptionRow *row, gpointer place, const char *value)
{
  return guid_parse (value, strlen (value), place);
}

static gboolean
set_mode (const OptionRow *row, gpointer place, const char *value)
{
  guint64 mode;

  if (!g_ascii_string_to_unsigned (value, 8, 1, 07777, &mode, NULL))
    return FALSE;
  *(int *)place = (int)mode;
  return TRUE;
}

gboolean
option_is_boolean (const char *value, gboolean *yes)
{
  static const char *const yes_words[] = {"yes", "true", "on", "1", NULL};
  static const char *const no_words[] = {"no", "false", "off", "0", NULL};

  *yes = g_strv_contains (yes_words, value);
  return *yes || g_strv_contains (no_words, value);
}

static gboolean
set_boolean (const OptionRow *row, gpointer place, const char *value)
{
  return option_is_boolean (value == NULL ? "yes" : value, place);
}

static gboolean
set_word (const OptionRow *row, gpointer place, const char *value)
{
  g_auto (GStrv) words = g_strsplit (row->value, "|", -1);

  for (int i = 0; words[i] != NULL; i++)
    if (strcmp (words[i], value) == 0)
      {
        *(int *)place = i;
        return TRUE;
      }
  return FALSE;
}

static char *
get_text (const OptionRow *row, gconstpointer place)
{
  return g_strdup (*(char *const *)place);
}

static char *
get_number (const OptionRow *row, gconstpointer place)
{
  gint64 number = *(const gint64 *)place;

  return number < row->lowest ? NULL : g_strdup_printf ("%" G_GINT64_FORMAT, number);
}

static char *
get_guid (const OptionRow *row, gconstpointer place)
{
  const Guid *guid = place;

  return guid_is_zero (guid) ? NULL : g_strdup (guid->text);
}

static char *
get_boolean (const OptionRow *row, gconstpointer place)
{
  return g_strdup (*(const gboolean *)place ? "yes" : "no");
}

static char *
get_mode (const OptionRow *row, gconstpointer place)
{
  int mode = *(const int *)place;

  return mode == 0 ? NULL : g_strdup_printf ("%04o", (guint)mode);
}

static char *
get_word (const OptionRow *row, gconstpointer place)
{
  g_auto (GStrv) words = g_strsplit (row->value, "|", -1);

  return g_strdup (words[*(const int *)place]);
}

static const struct
{
  gboolean needs_value;
  gboolean (*set) (const OptionRow *row, gpointer place, const char *value);
  char *(*get) (const OptionRow *row, gconstpointer place);
} types[] = {
  [OPTION_TEXT] = {TRUE, set_text, get_text},           [OPTION_PATH] = {TRUE, set_text, get_text},
  [OPTION_NUMBER] = {TRUE, set_number, get_number},     [OPTION_GUID] = {TRUE, set_guid, get_guid},
  [OPTION_BOOLEAN] = {FALSE, set_boolean, get_boolean}, [OPTION_MODE] = {TRUE, set_mode, get_mode},
  [OPTION_WORD] = {TRUE, set_word, get_word},
};

/* What is wrong with a value that was not taken. */
static char *
complaint (const OptionRow *row)
{
  if (row->type == OPTION_TEXT || row->type == OPTION_PATH)
    return g_strdup ("is empty");
  if (row->type == OPTION_NUMBER)
    return g_strdup_printf ("is not a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, row->lowest,
                            row->highest);
  if (row->type == OPTION_MODE)
    return g_strdup ("is not a mode such as 0440");
  return row->type == OPTION_GUID ? g_strdup ("is not a GUID") : g_strdup_printf ("is not one of %s", row->value);
}

gboolean
option_set (const OptionRow *row, gpointer record, const char *value, GError **error)
{
  gpointer place = (char *)record + row->offset;
  g_autofree char *wrong = NULL;

  if (value == NULL && types[row->type].needs_value)
    wrong = g_strdup_printf ("needs a value (%s=...)", row->name);
  else if (!types[row->type].set (row, place, value))
    wrong = complaint (row);
  if (wrong == NULL)
    return TRUE;
  g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "option %s %s", row->name, wrong);
  return FALSE;
}

char *
option_get (const OptionRow *row, gconstpointer record)
{
  return types[row->type].get (row, (const char *)record + row->offset);
}
