/*
 * XML Schema's lexical forms (XML Schema part 2, sections 3.2 and 3.3): blanks around numbers, booleans and GUIDs do
 * not count. A session id is a string to the schema, yet blanks around it come from pretty-printers. Touches nothing.
 */
#include "soap/value.h"

#include "base/guid.h"

#include <string.h>

typedef struct
{
  const char *text;
  gsize length;
} Span;

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static Span
collapse (const char *text, gsize length)
{
  while (length > 0 && is_blank (text[length - 1]))
    length--;
  while (length > 0 && is_blank (*text))
    {
      text++;
      length--;
    }
  return (Span){text, length};
}

static gboolean
span_is (Span span, const char *word)
{
  return span.length == strlen (word) && memcmp (span.text, word, span.length) == 0;
}

static gboolean
store_boolean (Span span, gboolean *place)
{
  *place = span_is (span, "true") || span_is (span, "1");
  return *place || span_is (span, "false") || span_is (span, "0");
}

static gboolean
read_number (Span span, gint64 lowest, gint64 highest, gint64 *number)
{
  char digits[24] = "";

  if (span.length > 1 && *span.text == '+' && g_ascii_isdigit (span.text[1]))
    span = (Span){span.text + 1, span.length - 1};
  if (span.length == 0 || span.length >= sizeof digits)
    return FALSE;
  memcpy (digits, span.text, span.length);
  return g_ascii_string_to_signed (digits, 10, lowest, highest, number, NULL);
}

static gboolean
store_int (Span span, gint32 *place)
{
  gint64 number;

  if (!read_number (span, G_MININT32, G_MAXINT32, &number))
    return FALSE;
  *place = (gint32)number;
  return TRUE;
}

static gboolean
store_text (const char *text, gsize length, char **place)
{
  g_free (*place);
  *place = g_strndup (text, length);
  return TRUE;
}

static gboolean
store_secret (Span span, Secret **place)
{
  g_clear_pointer (place, secret_unref);
  *place = secret_new (span.text, span.length);
  return TRUE;
}

gboolean
value_store (ReadKind kind, const char *text, gsize length, gpointer place)
{
  Span span = collapse (text, length);

  switch (kind)
    {
    case READ_BOOLEAN:
      return store_boolean (span, place);
    case READ_INT:
      return store_int (span, place);
    case READ_LONG:
      return read_number (span, G_MININT64, G_MAXINT64, place);
    case READ_GUID:
      return guid_parse (span.text, span.length, place);
    case READ_TEXT:
      return store_text (text, length, place);
    case READ_SECRET:
      return store_secret (span, place);
    default:
      g_assert_not_reached ();
    }
}
