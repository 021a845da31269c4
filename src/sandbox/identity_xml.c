/* An Identity as XmlSerializer writes it: see identity_xml.h. */
#include "sandbox/identity_xml.h"

#include "sandbox/xml_text.h"

static void
append_number (GString *xml, const char *name, gint64 number)
{
  g_string_append_printf (xml, "<%s>%" G_GINT64_FORMAT "</%s>", name, number, name);
}

static void
append_boolean (GString *xml, const char *name, gboolean value)
{
  xml_element_append (xml, name, value ? "true" : "false");
}

static void
append_user (GString *xml, const Identity *identity)
{
  g_string_append (xml, "<User>");
  if (identity->contact_id != NO_NUMBER)
    append_number (xml, "ContactId", identity->contact_id);
  xml_element_append (xml, "Id", identity->user_id.text);
  if (*identity->user_name != '\0')
    xml_element_append (xml, "Name", identity->user_name);
  if (identity->employee_id != NO_NUMBER)
    append_number (xml, "EmployeeId", identity->employee_id);
  g_string_append (xml, "</User>");
}

static void
append_client (GString *xml, const Identity *identity)
{
  g_string_append (xml, "<Client>");
  append_number (xml, "Id", identity->client_id);
  if (identity->client_name != NULL)
    xml_element_append (xml, "Name", identity->client_name);
  g_string_append (xml, "</Client>");
}

static void
append_servers (GString *xml, const GArray *servers)
{
  if (servers->len == 0)
    {
      g_string_append (xml, "<Servers />");
      return;
    }
  g_string_append (xml, "<Servers>");
  for (guint i = 0; i < servers->len; i++)
    {
      const Server *server = &g_array_index (servers, Server, i);

      if (server->is_nil)
        {
          g_string_append (xml, "<Server xsi:nil=\"true\" />");
          continue;
        }
      g_string_append (xml, "<Server>");
      append_number (xml, "Id", server->id);
      append_number (xml, "Type", server->type);
      g_string_append (xml, "</Server>");
    }
  g_string_append (xml, "</Servers>");
}

void
identity_xml_append (GString *xml, const User *user, const Identity *identity, const Identity *current)
{
  xml_element_append (xml, "Id", identity->id.text);
  if (identity->has_user)
    append_user (xml, identity);
  if (identity->has_client)
    append_client (xml, identity);
  append_boolean (xml, "IsCurrent", identity == current);
  append_boolean (xml, "IsDefault", identity == user->default_identity);
  append_boolean (xml, "IsProtected", identity->is_protected);
  if (identity->servers != NULL)
    append_servers (xml, identity->servers);
  if (identity->is_disabled)
    append_boolean (xml, "IsDisabled", TRUE);
}

void
identity_xml_append_all (GString *xml, const User *user, const Identity *current, IdentityFilter includes,
                         gconstpointer data)
{
  for (guint i = 0; i < user->identities->len; i++)
    {
      const Identity *identity = g_ptr_array_index (user->identities, i);

      if (identity->is_removed || !includes (identity, data))
        continue;
      g_string_append (xml, "<Identity>");
      identity_xml_append (xml, user, identity, current);
      g_string_append (xml, "</Identity>");
    }
}
