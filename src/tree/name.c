/* Encoding of directory names. Touches nothing. */
#include "tree/name.h"

#include <string.h>

static gboolean
needs_escape (gunichar character)
{
  return character == '/' || character == '%' || g_unichar_iscntrl (character);
}

/* Most names are directory names as they are. */
static gboolean
is_plain (const char *name)
{
  const char *at = name;

  while (*at != '\0' && !needs_escape (g_utf8_get_char (at)))
    at = g_utf8_next_char (at);
  return *at == '\0' && at > name && at - name <= LONGEST_NAME && strcmp (name, ".") != 0 && strcmp (name, "..") != 0;
}

static void
append_escaped (GString *name, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (name, "%%%02X", (guint8)bytes[i]);
}

/* The last end of a character, escaped or not, within @length. */
static gsize
end_before (const GArray *ends, gsize length)
{
  gsize end = 0;

  for (guint i = 0; i < ends->len && g_array_index (ends, gsize, i) <= length; i++)
    end = g_array_index (ends, gsize, i);
  return end;
}

static char *
escape (const char *client_name, gint64 client_id)
{
  g_autoptr (GString) name = g_string_new (NULL);
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (gsize));

  if (strcmp (client_name, ".") == 0 || strcmp (client_name, "..") == 0)
    append_escaped (name, client_name, strlen (client_name));
  else
    for (const char *at = client_name; *at != '\0'; at = g_utf8_next_char (at))
      {
        gsize length = (gsize)(g_utf8_next_char (at) - at);

        if (needs_escape (g_utf8_get_char (at)))
          append_escaped (name, at, length);
        else
          g_string_append_len (name, at, (gssize)length);
        g_array_append_val (ends, name->len);
      }

  if (name->len > LONGEST_NAME)
    {
      g_autofree char *suffix = g_strdup_printf ("~%" G_GINT64_FORMAT, client_id);

      g_string_truncate (name, end_before (ends, LONGEST_NAME - strlen (suffix)));
      g_string_append (name, suffix);
    }
  return g_string_free (g_steal_pointer (&name), FALSE);
}

char *
directory_name (const char *client_name, gint64 client_id)
{
  if (is_plain (client_name))
    return g_strdup (client_name);
  return *client_name == '\0' ? g_strdup ("%") : escape (client_name, client_id);
}
