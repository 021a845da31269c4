/* Reading GUIDs. The syntax is the WSDL's (type s1:guid). Touches nothing. */
#include "base/guid.h"

#include <string.h>

const Guid guid_zero = {"00000000-0000-0000-0000-000000000000"};

gsize
guid_prefix_length (const char *text, gsize length)
{
  gsize i;

  for (i = 0; i < length && i < GUID_LENGTH; i++)
    {
      gboolean fits = guid_zero.text[i] == '-' ? text[i] == '-' : g_ascii_isxdigit (text[i]);

      if (!fits)
        break;
    }
  return i;
}

gboolean
guid_parse (const char *text, gsize length, Guid *guid)
{
  if (length == GUID_LENGTH + 2 && text[0] == '{' && text[length - 1] == '}')
    return guid_parse (text + 1, GUID_LENGTH, guid);
  if (length != GUID_LENGTH || guid_prefix_length (text, length) != GUID_LENGTH)
    return FALSE;

  for (gsize i = 0; i < GUID_LENGTH; i++)
    guid->text[i] = g_ascii_tolower (text[i]);
  guid->text[GUID_LENGTH] = '\0';
  return TRUE;
}

gboolean
guid_equal (const Guid *a, const Guid *b)
{
  return memcmp (a->text, b->text, GUID_LENGTH) == 0;
}

gboolean
guid_is_zero (const Guid *guid)
{
  return guid_equal (guid, &guid_zero);
}
