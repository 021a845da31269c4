/* Credentials as values. Touches nothing. */
#include "soap/credential.h"

#include "base/locked.h"

#include <string.h>

#define SHA256_BLOCK 64

Credential *
credential_new (void)
{
  Credential *credential = g_rc_box_new0 (Credential);

  credential->application_id = guid_zero;
  credential->identity_id = guid_zero;
  return credential;
}

Credential *
credential_ref (Credential *credential)
{
  return g_rc_box_acquire (credential);
}

static void
credential_finalize (gpointer memory)
{
  Credential *credential = memory;

  g_free (credential->username);
  g_clear_pointer (&credential->password, secret_unref);
  g_clear_pointer (&credential->token, secret_unref);
}

void
credential_unref (Credential *credential)
{
  g_rc_box_release_full (credential, credential_finalize);
}

gboolean
credential_equal (const Credential *a, const Credential *b)
{
  return guid_equal (&a->application_id, &b->application_id) && g_strcmp0 (a->username, b->username) == 0
         && secret_equal (a->password, b->password) && secret_equal (a->token, b->token);
}

/*
 * A GChecksum holds the last bytes it was given until they are overwritten, and is freed with them: so what comes last is not the
 * token.
 */
static char *
token_digest (const Secret *token)
{
  static const guchar tail[2 * SHA256_BLOCK] = {0};
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  char *digest;

  g_checksum_update (checksum, (const guchar *)secret_text (token), (gssize)secret_length (token));
  g_checksum_update (checksum, tail, sizeof tail);
  digest = g_strdup (g_checksum_get_string (checksum));
  wipe_stack ();
  return digest;
}

char *
credential_owner_key (const Credential *credential)
{
  g_autofree char *digest = NULL;

  if (credential->token == NULL)
    return g_strdup_printf ("%s user %s", credential->application_id.text, credential->username);
  digest = token_digest (credential->token);
  return g_strdup_printf ("%s token %s", credential->application_id.text, digest);
}

const char *
credential_owner (const Credential *credential)
{
  return credential->token != NULL ? "a token" : credential->username;
}

const char *
credential_owner_of_key (const char *key)
{
  const char *kind = strchr (key, ' ');

  return kind != NULL && g_str_has_prefix (kind, " user ") ? kind + strlen (" user ") : "a token";
}
