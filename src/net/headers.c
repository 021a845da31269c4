/* The table of headers that are kept, and the little of HTTP that it takes to know whose they are. Touches nothing. */
#include "net/headers.h"

#include <string.h>

static const struct
{
  const char *name;
  gsize offset;
} rows[] = {
  {"APILimitRemaining:", G_STRUCT_OFFSET (Headers, allowed)},
  {"APILimitReset:", G_STRUCT_OFFSET (Headers, allowed_until)},
  {"Date:", G_STRUCT_OFFSET (Headers, date)},
};

static char **
place_of (Headers *headers, gsize row)
{
  return (char **)(void *)((char *)headers + rows[row].offset);
}

void
headers_clear (Headers *headers)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_clear_pointer (place_of (headers, i), g_free);
  headers->counts = FALSE;
}

/* "HTTP/1.1 100 Continue" is no answer yet. */
static gboolean
is_interim (const char *line, gsize length)
{
  const char *blank = memchr (line, ' ', length);

  return blank != NULL && blank + 1 < line + length && blank[1] == '1';
}

static void
keep (Headers *headers, const char *line, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gsize name_length = strlen (rows[i].name);
      char **place = place_of (headers, i);

      if (length < name_length || g_ascii_strncasecmp (line, rows[i].name, name_length) != 0)
        continue;
      g_free (*place);
      *place = g_strstrip (g_strndup (line + name_length, length - name_length));
    }
}

void
headers_take_line (Headers *headers, const char *line, gsize length)
{
  if (length >= strlen ("HTTP/") && memcmp (line, "HTTP/", strlen ("HTTP/")) == 0)
    {
      headers_clear (headers);
      headers->counts = !is_interim (line, length);
    }
  else if (length == 0 || *line == '\r' || *line == '\n')
    headers->counts = FALSE;
  else if (headers->counts)
    keep (headers, line, length);
}
