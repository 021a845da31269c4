/* Who may log in: see accounts.h. */
#include "sandbox/accounts.h"

Identity *
identity_new (void)
{
  Identity *identity = g_new0 (Identity, 1);

  guid_clear (&identity->id);
  guid_clear (&identity->user_id);
  identity->contact_id = NO_NUMBER;
  identity->employee_id = NO_NUMBER;
  identity->user_name = g_strdup ("");
  identity->services = g_array_new (FALSE, FALSE, sizeof (gint32));
  return identity;
}

void
identity_free (Identity *identity)
{
  g_free (identity->user_name);
  g_free (identity->client_name);
  g_clear_pointer (&identity->servers, g_array_unref);
  g_array_unref (identity->services);
  g_free (identity);
}

User *
user_new (void)
{
  User *user = g_new0 (User, 1);

  guid_clear (&user->id);
  guid_clear (&user->default_identity_id);
  user->tokens = g_array_new (FALSE, FALSE, sizeof (Guid));
  user->identities = g_ptr_array_new_with_free_func ((GDestroyNotify)identity_free);
  return user;
}

void
user_free (User *user)
{
  g_free (user->username);
  g_free (user->password);
  g_array_unref (user->tokens);
  g_ptr_array_unref (user->identities);
  g_free (user);
}

Accounts *
accounts_new (void)
{
  Accounts *accounts = g_new0 (Accounts, 1);

  accounts->users = g_ptr_array_new_with_free_func ((GDestroyNotify)user_free);
  return accounts;
}

void
accounts_free (Accounts *accounts)
{
  g_ptr_array_unref (accounts->users);
  g_clear_pointer (&accounts->applications, g_array_unref);
  g_free (accounts);
}

static gboolean
is_among (const GArray *guids, const Guid *wanted)
{
  for (guint i = 0; i < guids->len; i++)
    if (guid_equal (&g_array_index (guids, Guid, i), wanted))
      return TRUE;
  return FALSE;
}

const User *
accounts_find_user (const Accounts *accounts, const char *username)
{
  g_autofree char *wanted = g_utf8_casefold (username, -1);

  for (guint i = 0; i < accounts->users->len; i++)
    {
      const User *user = g_ptr_array_index (accounts->users, i);
      g_autofree char *name = g_utf8_casefold (user->username, -1);

      if (g_str_equal (name, wanted))
        return user;
    }
  return NULL;
}

const User *
accounts_find_token (const Accounts *accounts, const Guid *token)
{
  for (guint i = 0; i < accounts->users->len; i++)
    {
      const User *user = g_ptr_array_index (accounts->users, i);

      if (is_among (user->tokens, token))
        return user;
    }
  return NULL;
}

gboolean
accounts_know_application (const Accounts *accounts, const Guid *application)
{
  return accounts->applications == NULL || is_among (accounts->applications, application);
}

static Identity *
find_identity (const User *user, const Guid *id)
{
  for (guint i = 0; i < user->identities->len; i++)
    {
      Identity *identity = g_ptr_array_index (user->identities, i);

      if (guid_equal (&identity->id, id))
        return identity;
    }
  return NULL;
}

const Identity *
user_find_identity (const User *user, const Guid *id)
{
  const Identity *identity = find_identity (user, id);

  return identity != NULL && !identity->is_removed ? identity : NULL;
}

Identity *
accounts_find_identity (const Accounts *accounts, const Guid *id, const User **user)
{
  for (guint i = 0; i < accounts->users->len; i++)
    {
      Identity *identity = find_identity (g_ptr_array_index (accounts->users, i), id);

      if (identity != NULL)
        {
          *user = g_ptr_array_index (accounts->users, i);
          return identity;
        }
    }
  return NULL;
}

gboolean
identity_is_usable (const Identity *identity)
{
  return !identity->is_blocked && !identity->is_disabled && !identity->is_removed;
}

gboolean
identity_has_service (const Identity *identity, gint32 service)
{
  for (guint i = 0; i < identity->services->len; i++)
    if (g_array_index (identity->services, gint32, i) == service)
      return TRUE;
  return FALSE;
}
