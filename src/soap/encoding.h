/* Whether an XML document says itself how it is encoded. */
#pragma once

#include <glib.h>

typedef enum
{
  ENCODING_UNDECIDED, /* more bytes are needed */
  ENCODING_NAMED,     /* by a byte order mark, by its shape, or by its XML declaration */
  ENCODING_UNNAMED
} EncodingNaming;

EncodingNaming encoding_naming (const char *head, gsize length);
