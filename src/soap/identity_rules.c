/* <Identity> as rules for the reader (authenticate.wsdl). Elements that the WSDL requires but nobody needs may be missing. */
#include "soap/identity_rules.h"

#include "soap/identity.h"

static gpointer
begin_server (gpointer record)
{
  return identity_add_server (record);
}

static const ReadRule server_rules[] = {
  {"Id", READ_INT, .offset = G_STRUCT_OFFSET (IdentityServer, id)},
  {"Type", READ_INT, .offset = G_STRUCT_OFFSET (IdentityServer, type)},
  {NULL, READ_END},
};

static const ReadRule servers_rules[] = {
  {"Server", READ_ITEM, .repeats = TRUE, .children = server_rules, .begin = begin_server},
  {NULL, READ_END},
};

static const ReadRule user_rules[] = {
  {"ContactId", READ_INT, .offset = G_STRUCT_OFFSET (Identity, contact_id)},
  {"Id", READ_GUID, .offset = G_STRUCT_OFFSET (Identity, user_id)},
  {"Name", READ_TEXT, .offset = G_STRUCT_OFFSET (Identity, user_name)},
  {"EmployeeId", READ_INT, .offset = G_STRUCT_OFFSET (Identity, employee_id)},
  {NULL, READ_END},
};

static const ReadRule client_rules[] = {
  {"Id", READ_LONG, .offset = G_STRUCT_OFFSET (Identity, client_id)},
  {"Name", READ_TEXT, .offset = G_STRUCT_OFFSET (Identity, client_name)},
  {NULL, READ_END},
};

const ReadRule identity_rules[] = {
  {"Id", READ_GUID, .required = TRUE, .offset = G_STRUCT_OFFSET (Identity, id)},
  {"User", READ_GROUP, .children = user_rules},
  {"Client", READ_GROUP, .children = client_rules},
  {"IsCurrent", READ_BOOLEAN, .offset = G_STRUCT_OFFSET (Identity, is_current)},
  {"IsDefault", READ_BOOLEAN, .offset = G_STRUCT_OFFSET (Identity, is_default)},
  {"IsProtected", READ_BOOLEAN, .offset = G_STRUCT_OFFSET (Identity, is_protected)},
  {"Servers", READ_GROUP, .children = servers_rules},
  {"IsDisabled", READ_BOOLEAN, .offset = G_STRUCT_OFFSET (Identity, is_disabled)},
  {NULL, READ_END},
};
