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

Credential *
credential_without_password (const Credential *credential)
{
  Credential *copy = credential_new ();

  copy->application_id = credential->application_id;
  copy->username = g_strdup (credential->username);
  copy->token = credential->token == NULL ? NULL : secret_ref (credential->token);
  return copy;
}

gboolean
credential_same_user (const Credential *a, const Credential *b)
{
  if (!guid_equal (&a->application_id, &b->application_id) || (a->token == NULL) != (b->token == NULL))
    return FALSE;
  return a->token != NULL ? secret_equal (a->token, b->token) : g_strcmp0 (a->username, b->username) == 0;
}

const char *
credential_owner (const Credential *credential)
{
  return credential->token != NULL ? "a token" : credential->username;
}
