/* The details of a line that people read and programs take apart: key=value, and quotes where they are needed. */
#pragma once

#include <glib.h>

/*
 * Appends " key=value". A value of letters, digits and ._:@/+- stands as it is; any other stands in double quotes, with
 * \" \\ \n \t, and other control characters as \u00XX, so that a line stays one line. A long one is cut, and ends in
 * "...". With a @value of NULL nothing is appended.
 */
void details_add (GString *line, const char *key, const char *value);

/* A moment of the calendar, as RFC 3339 has it, in UTC: to the second, or to the millisecond. The caller frees it. */
char *details_second (gint64 wall_us);
char *details_millisecond (gint64 wall_us);
