/* Typed values out of a request's elements: see soap_values.h. */
#include "sandbox/soap_values.h"

#include <string.h>

#define SCHEMA_INSTANCE "http://www.w3.org/2001/XMLSchema-instance"

static gboolean
is_named (const xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && node->ns != NULL && g_str_equal (node->name, name)
         && g_str_equal (node->ns->href, SERVICE_NAMESPACE);
}

static gboolean
is_nil (const xmlNode *element)
{
  g_autofree xmlChar *nil = xmlGetNsProp ((xmlNode *)element, (const xmlChar *)"nil", (const xmlChar *)SCHEMA_INSTANCE);

  return nil != NULL && (g_str_equal (nil, "true") || g_str_equal (nil, "1"));
}

static const xmlNode *
find_child (const xmlNode *parent, const char *name)
{
  for (const xmlNode *child = parent->children; child != NULL; child = child->next)
    if (is_named (child, name))
      return child;
  return NULL;
}

const xmlNode *
value_object (const xmlNode *parent, const char *name)
{
  const xmlNode *child = parent != NULL ? find_child (parent, name) : NULL;

  return child != NULL && !is_nil (child) ? child : NULL;
}

static char *
text_of (const xmlNode *element)
{
  g_autofree xmlChar *text = xmlNodeGetContent (element);

  return g_strdup (text != NULL ? (const char *)text : "");
}

char *
value_string (const xmlNode *parent, const char *name)
{
  const xmlNode *element = value_object (parent, name);

  return element != NULL ? text_of (element) : NULL;
}

Guid
value_guid (const xmlNode *parent, const char *name)
{
  g_autofree char *text = value_string (parent, name);
  Guid guid;

  guid_parse (text != NULL ? text : "", &guid);
  return guid;
}

gint32
value_int (const xmlNode *parent, const char *name)
{
  g_autofree char *text = value_string (parent, name);

  return text != NULL ? (gint32)g_ascii_strtoll (text, NULL, 10) : 0;
}

static const char *
complain_of_guid (const char *text)
{
  static const char *const complaints[] = {
    [GUID_PARSED] = NULL,
    [GUID_EMPTY] = "Unrecognized Guid format.",
    [GUID_WRONG_SHAPE] = "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).",
    [GUID_WRONG_DIGITS] = "Guid string should only contain hexadecimal characters.",
  };
  Guid guid;

  return complaints[guid_parse (text, &guid)];
}

static const char *
complain_of_integer (const char *text, gint64 lowest, gint64 highest, const char *out_of_range)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  const char *digits = *trimmed == '+' || *trimmed == '-' ? trimmed + 1 : trimmed;
  gint64 number = 0;

  if (*digits == '\0' || strspn (digits, "0123456789") != strlen (digits))
    return "Input string was not in a correct format.";
  if (!g_ascii_string_to_signed (*trimmed == '+' ? digits : trimmed, 10, lowest, highest, &number, NULL))
    return out_of_range;
  return NULL;
}

static const char *
complain_of_boolean (const char *text)
{
  static const char *const words[] = {"true", "false", "1", "0", NULL};
  g_autofree char *trimmed = g_strstrip (g_strdup (text));

  return g_strv_contains (words, trimmed) ? NULL : "The string is not a valid Boolean value.";
}

static const char *
complain_of_text (const FieldType *type, const char *text)
{
  switch (type->kind)
    {
    case FIELD_GUID:
      return complain_of_guid (text);
    case FIELD_INT:
      return complain_of_integer (text, G_MININT32, G_MAXINT32,
                                  "Value was either too large or too small for an Int32.");
    case FIELD_LONG:
      return complain_of_integer (text, G_MININT64, G_MAXINT64,
                                  "Value was either too large or too small for an Int64.");
    case FIELD_BOOLEAN:
      return complain_of_boolean (text);
    default:
      return NULL;
    }
}

static gboolean
check_element (const xmlNode *element, const FieldType *type, const xmlNode **culprit, const char **complaint)
{
  if (type->fields != NULL)
    return is_nil (element) || values_check (element, type->fields, culprit, complaint);

  g_autofree char *text = text_of (element);
  if (type->has_default && *text == '\0')
    return TRUE;
  *complaint = complain_of_text (type, text);
  *culprit = element;
  return *complaint == NULL;
}

gboolean
values_check (const xmlNode *parent, const FieldType *types, const xmlNode **culprit, const char **complaint)
{
  for (const FieldType *type = types; type != NULL && type->name != NULL; type++)
    for (const xmlNode *child = parent->children; child != NULL; child = child->next)
      {
        if (!is_named (child, type->name))
          continue;
        if (!check_element (child, type, culprit, complaint))
          return FALSE;
        if (!type->repeats)
          break;
      }
  return TRUE;
}
