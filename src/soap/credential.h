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

/* Whether the service would judge both alike: all but the identity is the same. */
gboolean credential_equal (const Credential *a, const Credential *b);

/*
 * Whose credential it is, as one line of text to be compared and kept: the application and the user name, or the
 * application and a digest of the token (which is random, and so is not to be had from its digest). The caller frees it.
 */
char *credential_owner_key (const Credential *credential);

/* For messages: the user name, or "a token". */
const char *credential_owner (const Credential *credential);

/* The same of a key that credential_owner_key() has made. */
const char *credential_owner_of_key (const char *key);
