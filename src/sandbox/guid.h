/* GUIDs as the service writes them: 36 characters in lower case.
   Knows only text; touches the system's random source for new ones. */
#pragma once

#include <glib.h>

typedef struct
{
  char text[37];
} Guid;

typedef enum
{
  GUID_PARSED,
  GUID_EMPTY,        /* nothing but blanks */
  GUID_WRONG_SHAPE,  /* not 32 digits with 4 dashes */
  GUID_WRONG_DIGITS, /* the shape is right, but there is a character that is no hexadecimal digit */
} GuidParse;

/* Reads the four notations that .NET's Guid(string) takes: plain digits, with dashes, in braces, in parentheses;
   blanks around it and upper case are fine. @guid is the zero GUID if the result is not GUID_PARSED. */
GuidParse guid_parse (const char *text, Guid *guid);

void guid_clear (Guid *guid);
gboolean guid_is_zero (const Guid *guid);
gboolean guid_equal (const Guid *one, const Guid *other);
void guid_random (Guid *guid);
