/* Lines of key=value. Touches nothing. */
#include "base/details.h"

#include <string.h>

#define LONGEST_VALUE 400 /* bytes */

static gboolean
is_plain (const char *value)
{
  for (const char *at = value; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("._:@/+-", *at) == NULL)
      return FALSE;
  return *value != '\0';
}

static void
add_character (GString *line, gunichar character)
{
  static const struct
  {
    gunichar character;
    const char *written;
  } escapes[] = {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\t', "\\t"}};

  for (gsize i = 0; i < G_N_ELEMENTS (escapes); i++)
    if (escapes[i].character == character)
      {
        g_string_append (line, escapes[i].written);
        return;
      }
  /* A line separator (U+2028) is no control character, and ends a line all the same for some. */
  if (g_unichar_iscntrl (character) || character == 0x2028 || character == 0x2029)
    g_string_append_printf (line, "\\u%04x", character);
  else
    g_string_append_unichar (line, character);
}

static void
add_quoted (GString *line, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  g_string_append_c (line, '"');
  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      if (at - valid >= LONGEST_VALUE)
        {
          g_string_append (line, "...");
          break;
        }
      add_character (line, g_utf8_get_char (at));
    }
  g_string_append_c (line, '"');
}

void
details_add (GString *line, const char *key, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (line, " %s=", key);
  if (is_plain (value) && strlen (value) <= LONGEST_VALUE)
    g_string_append (line, value);
  else
    add_quoted (line, value);
}

static char *
moment (gint64 wall_us, gint64 milliseconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (wall_us / G_USEC_PER_SEC);
  g_autofree char *second = time == NULL ? NULL : g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");

  if (second == NULL)
    return g_strdup ("9999-12-31T23:59:59Z");
  if (milliseconds < 0)
    return g_strconcat (second, "Z", NULL);
  return g_strdup_printf ("%s.%03" G_GINT64_FORMAT "Z", second, milliseconds);
}

char *
details_second (gint64 wall_us)
{
  return moment (wall_us, -1);
}

char *
details_millisecond (gint64 wall_us)
{
  return moment (wall_us, wall_us / 1000 % 1000);
}
