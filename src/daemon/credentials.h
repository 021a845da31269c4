/*
 * Where a credential is read from besides login: the file of -o credentials=FILE, or one that systemd lays into
 * $CREDENTIALS_DIRECTORY. It holds one credential, in any form that login takes.
 *
 * The file must be regular, ours, and closed to everybody else. In $CREDENTIALS_DIRECTORY it may be root's, and its group
 * bits mean nothing: systemd lets us in by an ACL, whose mask shows there. Symbolic links are followed (Kubernetes mounts
 * secrets as such), and what they lead to is what is checked.
 */
#pragma once

#include "soap/credential.h"

typedef struct Credentials Credentials;

/*
 * @file NULL: what there is in $CREDENTIALS_DIRECTORY; the first of @source, so24fs, login, credentials, credential, else
 * the only file in it. @application_id stands in for one that the file does not name; zero: none does. NULL: there is
 * nothing to read from. The environment and the working directory count as they are now.
 */
Credentials *credentials_new (const char *file, const char *source, const Guid *application_id);
void credentials_free (Credentials *credentials);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Credentials, credentials_free)

/* Reads and checks the file now. NULL with @error set, which names the file and what is wrong, but no value in it. */
Credential *credentials_read (Credentials *credentials, GError **error);

/* Reads @text, as it would be written to login. NULL with @error set, which has no value in it. */
Credential *credentials_parse (const SecretBuffer *text, const Guid *application_id, GError **error);

/* Whether it is another file than was last read or tried, or has not been tried yet. Costs one stat(2). */
gboolean credentials_changed (const Credentials *credentials);

/* Absolute. */
const char *credentials_path (const Credentials *credentials);
