/* XML that a user writes: a <credential> (or <token>) to log in with, an <Identity> to switch to. Any namespace will do. */
#pragma once

#include "soap/reader.h"

/* Takes one field of a credential: its element's name and its text, which is wiped after. */
typedef gboolean (*DocumentField) (gpointer data, const char *name, const SecretBuffer *text, GError **error);

typedef struct
{
  DocumentField field;
  gpointer data;
} CredentialDocument;

/* The field of <token> that is called Id is handed on as "token". @document must outlive the reader. */
Reader *credential_document_reader (CredentialDocument *document);

/* @identity, made by identity_new(), is filled and must outlive the reader. */
Reader *identity_document_reader (gpointer identity);
