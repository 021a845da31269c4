/* The service's own word on its limit (service.md, rule 7). Touches nothing. */
#include "soap/http_head.h"

#define MOST_ALLOWED G_GUINT64_CONSTANT (1000000000)

gboolean
http_head_allowed (const HttpHead *head, gint64 *allowed)
{
  g_autofree char *text = head->allowed == NULL ? NULL : g_strstrip (g_strdup (head->allowed));
  guint64 number;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, MOST_ALLOWED, &number, NULL))
    return FALSE;
  *allowed = (gint64)number;
  return TRUE;
}

/* A date that was never set is the year 1 in .NET: nothing before 1970 is meant. */
gint64
http_head_allowed_until_us (const HttpHead *head)
{
  g_autofree char *text = head->allowed_until == NULL ? NULL : g_strstrip (g_strdup (head->allowed_until));
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) date = text == NULL ? NULL : g_date_time_new_from_iso8601 (text, utc);

  return date == NULL ? 0 : MAX (g_date_time_to_unix (date), 0) * G_USEC_PER_SEC;
}
