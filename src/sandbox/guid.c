/* GUIDs: see guid.h. */
#include "sandbox/guid.h"

#include <string.h>
#include <sys/random.h>

static const char zero_guid[] = "00000000-0000-0000-0000-000000000000";

void
guid_clear (Guid *guid)
{
  memcpy (guid->text, zero_guid, sizeof zero_guid);
}

gboolean
guid_is_zero (const Guid *guid)
{
  return strcmp (guid->text, zero_guid) == 0;
}

gboolean
guid_equal (const Guid *one, const Guid *other)
{
  return strcmp (one->text, other->text) == 0;
}

static gboolean
is_dash_position (gsize position)
{
  return zero_guid[position] == '-';
}

static GuidParse
parse_digits (const char *digits, gboolean dashed, Guid *guid)
{
  for (gsize i = 0; i < sizeof zero_guid - 1; i++)
    {
      if (is_dash_position (i))
        {
          if (dashed && *digits++ != '-')
            return GUID_WRONG_SHAPE;
          guid->text[i] = '-';
          continue;
        }
      if (!g_ascii_isxdigit (*digits))
        return *digits == '-' ? GUID_WRONG_SHAPE : GUID_WRONG_DIGITS;
      guid->text[i] = g_ascii_tolower (*digits++);
    }
  return GUID_PARSED;
}

GuidParse
guid_parse (const char *text, Guid *guid)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  gsize length = strlen (trimmed);
  char *digits = trimmed;

  guid_clear (guid);
  if (length == 0)
    return GUID_EMPTY;
  if (length == 38 && ((digits[0] == '{' && digits[37] == '}') || (digits[0] == '(' && digits[37] == ')')))
    {
      digits++;
      length = 36;
    }
  if (length != 36 && !(length == 32 && digits == trimmed))
    return GUID_WRONG_SHAPE;

  GuidParse parsed = parse_digits (digits, length == 36, guid);
  if (parsed != GUID_PARSED)
    guid_clear (guid);
  return parsed;
}

void
guid_random (Guid *guid)
{
  guint8 bytes[16];

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    g_error ("the system gives no random numbers");
  bytes[6] = (guint8)((bytes[6] & 0x0f) | 0x40);
  bytes[8] = (guint8)((bytes[8] & 0x3f) | 0x80);

  gsize nibble = 0;
  for (gsize i = 0; i < sizeof zero_guid - 1; i++)
    {
      if (is_dash_position (i))
        {
          guid->text[i] = '-';
          continue;
        }
      guint8 byte = bytes[nibble / 2];
      guid->text[i] = "0123456789abcdef"[nibble % 2 == 0 ? byte >> 4 : byte & 0x0f];
      nibble++;
    }
  guid->text[sizeof zero_guid - 1] = '\0';
}
