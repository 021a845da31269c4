/* How much the service takes: see limits.h. */
#include "sandbox/limits.h"

#define HOUR (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

/* More names than any test has; beyond it they share one window, so that a flood of invented names costs no memory. */
#define MOST_NAMES 1024

struct Limits
{
  const Options *options;
  GHashTable *logins; /* username, case folded -> GArray of times */
  gint64 hour;
  gint64 calls;
};

Limits *
limits_new (const Options *options)
{
  Limits *limits = g_new0 (Limits, 1);

  limits->options = options;
  limits->logins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
  return limits;
}

void
limits_free (Limits *limits)
{
  g_hash_table_unref (limits->logins);
  g_free (limits);
}

static GArray *
logins_of (Limits *limits, const char *username)
{
  g_autofree char *name = g_utf8_casefold (username, -1);
  GArray *times = g_hash_table_lookup (limits->logins, name);

  if (times == NULL && g_hash_table_size (limits->logins) >= MOST_NAMES)
    {
      g_free (name);
      name = g_strdup ("");
      times = g_hash_table_lookup (limits->logins, name);
    }
  if (times == NULL)
    {
      times = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_hash_table_insert (limits->logins, g_steal_pointer (&name), times);
    }
  return times;
}

gboolean
limits_take_login (Limits *limits, const char *username, gint64 now)
{
  if (limits->options->login_limit == 0)
    return TRUE;

  GArray *times = logins_of (limits, username);
  gint64 window = (gint64)(limits->options->login_limit_seconds * G_USEC_PER_SEC);
  guint expired = 0;

  while (expired < times->len && now - g_array_index (times, gint64, expired) >= window)
    expired++;
  if (expired > 0)
    g_array_remove_range (times, 0, expired);
  if (times->len >= limits->options->login_limit)
    return FALSE;
  g_array_append_val (times, now);
  return TRUE;
}

gint64
limits_take_call (Limits *limits, gint64 wall_clock)
{
  if (wall_clock / HOUR != limits->hour)
    {
      limits->hour = wall_clock / HOUR;
      limits->calls = 0;
    }
  limits->calls++;
  return MAX (limits->calls - limits->options->calls_per_hour, 0);
}

gint64
limits_calls_remaining (const Limits *limits)
{
  return MAX (limits->options->calls_per_hour - limits->calls, 0);
}

char *
limits_hour_end (gint64 wall_clock, const char *format)
{
  gint64 end = (wall_clock / HOUR + 1) * (HOUR / G_USEC_PER_SEC);
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (end);

  return g_date_time_format (date, format);
}
