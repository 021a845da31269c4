/* A GUID in its one canonical form: 36 characters, lower case, dashes, no braces. A plain value. */
#pragma once

#include <glib.h>

#define GUID_LENGTH 36

typedef struct
{
  char text[GUID_LENGTH + 1];
} Guid;

extern const Guid guid_zero;

/* Reads @length bytes as a GUID: upper case and surrounding braces are accepted (as .NET does), blanks are not. */
gboolean guid_parse (const char *text, gsize length, Guid *guid);

/* How many leading bytes of @text could begin a GUID without braces; GUID_LENGTH when there is a whole one. */
gsize guid_prefix_length (const char *text, gsize length);

gboolean guid_equal (const Guid *a, const Guid *b);
gboolean guid_is_zero (const Guid *guid);
