/* The first bytes of a document, read as XML 1.0, appendix F does. Touches nothing. */
#include "soap/encoding.h"

#include <string.h>

#define LONGEST_DECLARATION 512

static gboolean
begins (const char *head, gsize length, const char *start, gsize start_length)
{
  return length >= start_length && memcmp (head, start, start_length) == 0;
}

/* UTF-16 and UTF-32 have a zero among the first two bytes of any document, or a byte order mark. */
static gboolean
is_wide_or_marked (const char *head, gsize length)
{
  return begins (head, length, "\xEF\xBB\xBF", 3) || begins (head, length, "\xFF\xFE", 2)
         || begins (head, length, "\xFE\xFF", 2) || head[0] == '\0' || head[1] == '\0';
}

EncodingNaming
encoding_naming (const char *head, gsize length)
{
  const char *end;

  if (length < 5)
    return ENCODING_UNDECIDED;
  if (is_wide_or_marked (head, length))
    return ENCODING_NAMED;
  if (!begins (head, length, "<?xml", 5))
    return ENCODING_UNNAMED;
  end = g_strstr_len (head, (gssize)length, "?>");
  if (end == NULL)
    return length < LONGEST_DECLARATION ? ENCODING_UNDECIDED : ENCODING_UNNAMED;
  return g_strstr_len (head, end - head, "encoding") != NULL ? ENCODING_NAMED : ENCODING_UNNAMED;
}
