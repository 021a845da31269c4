/*
 * The service's text does not say how its dates are written, and .NET writes them as the server's culture does: ISO 8601,
 * Norwegian (25.11.2026 14:00:00), invariant and American (11/25/2026 2:00:00 PM), British when the first number can
 * be no month, and RFC 1123. Touches nothing.
 */
#include "soap/quarantine.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  const char *pattern;
  const char *order; /* which of year, month (M: by name), day the first three groups are */
} DateForm;

#define TIME "[T ,]+(\\d{1,2})[:.](\\d{2})(?:[:.](\\d{2}))?(?:\\.\\d+)?"

static const DateForm forms[] = {
  {"(\\d{4})-(\\d{1,2})-(\\d{1,2})" TIME, "ymd"},         {"(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4})" TIME, "dmy"},
  {"(\\d{1,2})/(\\d{1,2})/(\\d{4})" TIME, "mdy"},         {"(\\d{1,2})-(\\d{1,2})-(\\d{4})" TIME, "dmy"},
  {"(\\d{1,2})[ -](\\w{3})\\w*[ -](\\d{4})" TIME, "dMy"}, {"(\\w{3})\\w* (\\d{1,2}),? (\\d{4})" TIME, "Mdy"},
};

static int
month_by_name (const char *name)
{
  static const char names[] = "jan feb mar apr may jun jul aug sep oct nov dec mai okt des ";
  static const int months[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 5, 10, 12};
  g_autofree char *lower = g_ascii_strdown (name, 3);
  const char *found = strstr (names, lower);

  return found == NULL ? 0 : months[(found - names) / 4];
}

static int
number (const GMatchInfo *match, int group)
{
  g_autofree char *text = g_match_info_fetch (match, group);

  return text == NULL ? 0 : atoi (text);
}

/* "Z", "UTC", "GMT" or an offset right after the time; anything else there means UTC. */
static GTimeZone *
zone_after (const char *rest)
{
  g_autoptr (GRegex) regex = g_regex_new ("^(?: ?[apAP]\\.?[mM]\\.?)? ?([+-]\\d{2}:?\\d{2})", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *offset = NULL;
  GTimeZone *zone = NULL;

  if (g_regex_match (regex, rest, 0, &match))
    {
      offset = g_match_info_fetch (match, 1);
      zone = g_time_zone_new_identifier (offset);
    }
  return zone != NULL ? zone : g_time_zone_new_utc ();
}

static int
hour_of (const GMatchInfo *match, const char *rest)
{
  int hour = number (match, 4);

  if (g_regex_match_simple ("^ ?p\\.?m", rest, G_REGEX_CASELESS, 0))
    return hour % 12 + 12;
  if (g_regex_match_simple ("^ ?a\\.?m", rest, G_REGEX_CASELESS, 0))
    return hour % 12;
  return hour;
}

static gint64
to_time (const DateForm *form, const GMatchInfo *match, const char *rest)
{
  g_autoptr (GTimeZone) zone = zone_after (rest);
  g_autoptr (GDateTime) date = NULL;
  int year = 0, month = 0, day = 0;

  for (int i = 0; i < 3; i++)
    {
      g_autofree char *text = g_match_info_fetch (match, i + 1);

      if (form->order[i] == 'y')
        year = atoi (text);
      else if (form->order[i] == 'M')
        month = month_by_name (text);
      else if (form->order[i] == 'm')
        month = atoi (text);
      else
        day = atoi (text);
    }
  if (month > 12 && day <= 12)
    {
      int swapped = month;

      month = day;
      day = swapped;
    }
  date = g_date_time_new (zone, year, month, day, hour_of (match, rest), number (match, 5), number (match, 6));
  return date == NULL ? 0 : g_date_time_to_unix (date) * G_USEC_PER_SEC;
}

gint64
quarantine_end (const char *text)
{
  const char *found = strcasestr (text, "quarantine ends");
  const char *from = found == NULL ? text : found;

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (GRegex) regex = g_regex_new (forms[i].pattern, 0, 0, NULL);
      g_autoptr (GMatchInfo) match = NULL;
      int end = 0;
      gint64 time = 0;

      if (g_regex_match (regex, from, 0, &match) && g_match_info_fetch_pos (match, 0, NULL, &end))
        time = to_time (&forms[i], match, from + end);
      if (time != 0)
        return time;
    }
  return 0;
}
