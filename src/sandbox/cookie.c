/* The cookie ASP.NET_SessionId: see cookie.h. */
#include "sandbox/cookie.h"

#define COOKIE_NAME "ASP.NET_SessionId"

static char *
find_in_header (const char *header)
{
  g_auto (GStrv) pairs = g_strsplit_set (header, ";,", -1);

  for (char **pair = pairs; *pair != NULL; pair++)
    {
      const char *text = g_strstrip (*pair);

      if (g_ascii_strncasecmp (text, COOKIE_NAME "=", sizeof COOKIE_NAME) == 0)
        return g_strdup (text + sizeof COOKIE_NAME);
    }
  return NULL;
}

char *
cookie_read (SoupMessageHeaders *headers)
{
  SoupMessageHeadersIter iter;
  const char *name = NULL;
  const char *value = NULL;

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      char *id = g_ascii_strcasecmp (name, "Cookie") == 0 ? find_in_header (value) : NULL;

      if (id != NULL)
        return id;
    }
  return NULL;
}

char *
cookie_render (const char *session_id)
{
  return g_strdup_printf (COOKIE_NAME "=%s; path=/; HttpOnly; SameSite=Lax", session_id);
}
