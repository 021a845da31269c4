/* Delta debugging: whole stretches of steps are left out, shorter and shorter ones, then times are cut. */
#include "minimise.h"

#include "world.h"

#include <string.h>

static gboolean
still_breaks (const History *history, const char *rule)
{
  const char *broken;
  g_autofree char *why = NULL;

  return !play (history, NULL, &broken, &why) && g_strcmp0 (broken, rule) == 0;
}

static void
leave_out (History *history, guint from, guint count)
{
  memmove (history->steps + from, history->steps + from + count,
           (history->length - from - count) * sizeof *history->steps);
  history->length -= count;
}

static void
shorten (History *history, guint count, const char *rule)
{
  for (guint from = 0; from < history->length;)
    {
      History shorter = *history;

      leave_out (&shorter, from, MIN (count, history->length - from));
      if (still_breaks (&shorter, rule))
        *history = shorter;
      else
        from += count;
    }
}

static void
cut_times (History *history, const char *rule)
{
  for (guint i = 0; i < history->length; i++)
    while (history->steps[i].n > 1)
      {
        History shorter = *history;

        shorter.steps[i].n /= 10;
        if (!still_breaks (&shorter, rule))
          break;
        *history = shorter;
      }
}

void
minimise (History *history, const char *rule)
{
  guint before;

  do
    {
      before = history->length;
      for (guint count = MAX (1, history->length / 2); count > 0; count /= 2)
        shorten (history, count, rule);
  } while (history->length < before);
  cut_times (history, rule);
}
