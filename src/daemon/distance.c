/* Levenshtein's distance, with one line of its table kept at a time. Touches nothing. */
#include "daemon/distance.h"

#include <string.h>

guint
name_distance (const char *a, const char *b)
{
  guint line[64] = {0};
  gsize length = MIN (strlen (b), G_N_ELEMENTS (line) - 1);

  for (gsize j = 0; j <= length; j++)
    line[j] = (guint)j;
  for (guint i = 1; a[i - 1] != '\0'; i++)
    {
      guint diagonal = line[0];

      line[0] = i;
      for (gsize j = 1; j <= length; j++)
        {
          guint change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);

          diagonal = line[j];
          line[j] = MIN (change, MIN (line[j], line[j - 1]) + 1);
        }
    }
  return line[length];
}
