/* The rules for documents that a user writes. Touches nothing. */
#include "soap/document.h"

#include "soap/identity_rules.h"

static gboolean
take_field (gpointer record, const char *name, const SecretBuffer *text, GError **error)
{
  CredentialDocument *document = record;

  return document->field (document->data, name, text, error);
}

static gboolean
take_token_field (gpointer record, const char *name, const SecretBuffer *text, GError **error)
{
  return take_field (record, g_ascii_strcasecmp (name, "Id") == 0 ? "token" : name, text, error);
}

static const ReadRule field_rules[] = {
  {NULL, READ_FIELD, IN_ANY, .repeats = TRUE, .take = take_field},
  {NULL, READ_END},
};

static const ReadRule token_rules[] = {
  {NULL, READ_FIELD, IN_ANY, .repeats = TRUE, .take = take_token_field},
  {NULL, READ_END},
};

static const ReadRule credential_rules[] = {
  {"credential", READ_GROUP, IN_ANY, .children = field_rules},
  {"Credential", READ_GROUP, IN_ANY, .children = field_rules},
  {"token", READ_GROUP, IN_ANY, .children = token_rules},
  {"Token", READ_GROUP, IN_ANY, .children = token_rules},
  {NULL, READ_END},
};

static const ReadRule identity_document_rules[] = {
  {"Identity", READ_GROUP, IN_ANY, .children = identity_rules},
  {"identity", READ_GROUP, IN_ANY, .children = identity_rules},
  {NULL, READ_END},
};

Reader *
credential_document_reader (CredentialDocument *document)
{
  return reader_new (credential_rules, document, TRUE);
}

Reader *
identity_document_reader (gpointer identity)
{
  return reader_new (identity_document_rules, identity, TRUE);
}
