/* Credentials as values. Touches nothing. */
#include "soap/credential.h"

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

static gboolean
same_secret (const Secret *a, const Secret *b)
{
  return a == b || (a != NULL && b != NULL && secret_equal (a, b));
}

gboolean
credential_equal (const Credential *a, const Credential *b)
{
  return guid_equal (&a->application_id, &b->application_id) && guid_equal (&a->identity_id, &b->identity_id)
         && g_strcmp0 (a->username, b->username) == 0 && same_secret (a->password, b->password)
         && same_secret (a->token, b->token);
}

char *
credential_owner_key (const Credential *credential)
{
  g_autofree char *digest = NULL;

  if (credential->token == NULL)
    return g_strdup_printf ("%s user %s", credential->application_id.text, credential->username);
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, secret_text (credential->token), -1);
  return g_strdup_printf ("%s token %s", credential->application_id.text, digest);
}

const char *
credential_owner (const Credential *credential)
{
  return credential->token != NULL ? "a token" : credential->username;
}
