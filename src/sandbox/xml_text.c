/* Text as .NET's XmlTextWriter writes it: see xml_text.h. */
#include "sandbox/xml_text.h"

static gboolean
is_forbidden (gunichar character)
{
  if (character < 0x20)
    return character != '\t' && character != '\n' && character != '\r';
  return character == 0xfffe || character == 0xffff;
}

void
xml_text_append (GString *xml, const char *text)
{
  for (const char *next = text; *next != '\0'; next = g_utf8_next_char (next))
    {
      gunichar character = g_utf8_get_char (next);

      if (character == '&')
        g_string_append (xml, "&amp;");
      else if (character == '<')
        g_string_append (xml, "&lt;");
      else if (character == '>')
        g_string_append (xml, "&gt;");
      else if (is_forbidden (character))
        g_string_append_printf (xml, "&#x%X;", character);
      else
        g_string_append_len (xml, next, g_utf8_next_char (next) - next);
    }
}

void
xml_element_append (GString *xml, const char *name, const char *text)
{
  if (*text == '\0')
    {
      g_string_append_printf (xml, "<%s />", name);
      return;
    }
  g_string_append_printf (xml, "<%s>", name);
  xml_text_append (xml, text);
  g_string_append_printf (xml, "</%s>", name);
}
