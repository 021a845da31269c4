/* What one logs in with: a user name and password, or a token. Immutable once built; reference counted. */
#pragma once

#include "base/guid.h"
#include "base/secret.h"

typedef struct
{
  Guid application_id;
  Guid identity_id; /* zero: the user's default identity */
  char *username;   /* NULL with a token */
  Secret *password; /* NULL with a token */
  Secret *token;    /* NULL with a password; the text of a GUID */
} Credential;

Credential *credential_new (void);
Credential *credential_ref (Credential *credential);
void credential_unref (Credential *credential);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Credential, credential_unref)

/* Whether both belong to the same user (or are the same token) of the same application. */
gboolean credential_same_user (const Credential *a, const Credential *b);

/* A copy that can be compared with others, but not be logged in with if it has a password. */
Credential *credential_without_password (const Credential *credential);

/* For messages: the user name, or "a token". */
const char *credential_owner (const Credential *credential);
