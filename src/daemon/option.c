/* The types of options: how the value of each is read. Touches nothing. */
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

static gboolean
set_flag (const OptionRow *row, gpointer place, const char *value)
{
  *(gboolean *)place = TRUE;
  return TRUE;
}

static gboolean
set_boolean (const OptionRow *row, gpointer place, const char *value)
{
  static const char *const yes[] = {"yes", "true", "on", "1", NULL};
  static const char *const no[] = {"no", "false", "off", "0", NULL};

  *(gboolean *)place = value == NULL || g_strv_contains (yes, value);
  return *(gboolean *)place || g_strv_contains (no, value);
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

static const struct
{
  gboolean takes_value, needs_value;
  gboolean (*set) (const OptionRow *row, gpointer place, const char *value);
} types[] = {
  [OPTION_TEXT] = {TRUE, TRUE, set_text}, [OPTION_NUMBER] = {TRUE, TRUE, set_number},
  [OPTION_GUID] = {TRUE, TRUE, set_guid}, [OPTION_FLAG] = {FALSE, FALSE, set_flag},
  [OPTION_WORD] = {TRUE, TRUE, set_word}, [OPTION_BOOLEAN] = {TRUE, FALSE, set_boolean},
  [OPTION_MODE] = {TRUE, TRUE, set_mode},
};

/* What is wrong with a value that was not taken. */
static char *
complaint (const OptionRow *row)
{
  if (row->type == OPTION_TEXT)
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
  else if (value != NULL && !types[row->type].takes_value)
    wrong = g_strdup ("takes no value");
  else if (!types[row->type].set (row, place, value))
    wrong = complaint (row);
  if (wrong == NULL)
    return TRUE;
  g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "option %s %s", row->name, wrong);
  return FALSE;
}
