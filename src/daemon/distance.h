/* How unlike two names are, for "did you mean". */
#pragma once

#include <glib.h>

/* How many characters must be added, dropped or changed to get from @a to the first 63 characters of @b. */
guint name_distance (const char *a, const char *b);
