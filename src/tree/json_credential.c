/*
 * Reading a credential's JSON, by json-glib. Touches nothing.
 *
 * json-glib keeps the last of two members with one name, cuts a string at \u0000, and drops the backslash of an escape that
 * JSON does not have. A password that is silently not the one that was written would be tried and rejected, so all of
 * these are looked for.
 */
#include "tree/json_credential.h"

#include "base/error.h"

#include <json-glib/json-glib.h>
#include <string.h>

gsize
json_scan (JsonScan *scan, const char *text, gsize length)
{
  for (; scan->scanned < length; scan->scanned++)
    {
      char c = text[scan->scanned];

      if (scan->in_string)
        {
          scan->in_string = scan->escaped || c != '"';
          scan->escaped = !scan->escaped && c == '\\';
        }
      else if (c == '"')
        scan->in_string = TRUE;
      else if (c == '{' || c == '[')
        scan->depth++;
      else if ((c == '}' || c == ']') && --scan->depth == 0)
        return scan->scanned + 1;
    }
  return 0;
}

typedef struct
{
  Fields *fields;
  GError *error;
} Take;

static void
take_member (JsonParser *parser, JsonObject *object, const char *name, gpointer data)
{
  Take *take = data;
  JsonNode *node = json_object_get_member (object, name);
  char *text = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
                 ? (char *)json_node_get_string (node)
                 : NULL;
  Field field;

  if (take->error != NULL || !fields_find (name, strlen (name), &field, &take->error) || JSON_NODE_HOLDS_NULL (node))
    ;
  else if (text != NULL)
    fields_set (take->fields, field, text, strlen (text), &take->error);
  else
    g_set_error (&take->error, SO24_ERROR, SO24_ERROR_INVALID, "a value is not a string");
  /* json-glib's own copy of what may be a password is wiped right here, whatever became of it. */
  if (text != NULL)
    explicit_bzero (text, strlen (text));
}

static gboolean
is_hexadecimal (const char *text, gsize length)
{
  gsize digits = 0;

  while (digits < length && g_ascii_isxdigit (text[digits]))
    digits++;
  return digits == length;
}

/* RFC 8259, section 7: whether there is an escape that does not exist, or that stands for NUL. */
static gboolean
has_bad_escape (const char *text, gsize length)
{
  for (gsize i = 0; i + 1 < length; i++)
    {
      if (text[i] != '\\')
        continue;
      i++;
      if (strchr ("\"\\/bfnrtu", text[i]) == NULL)
        return TRUE;
      if (text[i] == 'u'
          && (i + 4 >= length || !is_hexadecimal (text + i + 1, 4) || strncmp (text + i, "u0000", 5) == 0))
        return TRUE;
    }
  return FALSE;
}

gboolean
json_read_credential (const char *text, gsize length, Fields *fields, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) cause = NULL;
  Take take = {fields};

  if (has_bad_escape (text, length))
    {
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "there is an escape in the JSON that no value can hold");
      return FALSE;
    }
  g_signal_connect (parser, "object-member", G_CALLBACK (take_member), &take);
  if (!json_parser_load_from_data (parser, text, (gssize)length, &cause))
    {
      g_clear_error (&take.error);
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "the JSON is no good (%s)",
                   g_error_matches (cause, JSON_PARSER_ERROR, JSON_PARSER_ERROR_UNKNOWN) ? "encoding" : "syntax");
      return FALSE;
    }
  if (take.error != NULL)
    {
      g_propagate_error (error, take.error);
      return FALSE;
    }
  return TRUE;
}
