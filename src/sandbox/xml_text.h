/* Text as .NET's XmlTextWriter writes it, oddities included. Touches nothing. */
#pragma once

#include <glib.h>

/* Appends @text with `&`, `<` and `>` escaped. Quotes and line breaks stay raw; a character that XML 1.0 forbids
   becomes a reference such as `&#x1;`, which no strict parser takes: that is what the genuine runtime does. */
void xml_text_append (GString *xml, const char *text);

/* Appends `<name>text</name>`, or `<name />` when @text is empty. */
void xml_element_append (GString *xml, const char *name, const char *text);
