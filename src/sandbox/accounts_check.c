/* What must be true of accounts as a whole: see accounts_check.h. */
#include "sandbox/accounts_check.h"

#include "sandbox/accounts_read.h"

static gboolean G_GNUC_PRINTF (2, 3) complain (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (ACCOUNTS_ERROR, ACCOUNTS_ERROR_VALUE, format, arguments);
  va_end (arguments);
  return FALSE;
}

static gboolean
check_identities (const User *user, guint user_index, GHashTable *seen, GError **error)
{
  for (guint i = 0; i < user->identities->len; i++)
    {
      Identity *identity = g_ptr_array_index (user->identities, i);

      if (guid_is_zero (&identity->id))
        return complain (error, "users[%u].identities[%u].id: the zero GUID stands for the default identity",
                         user_index, i);
      if (!g_hash_table_add (seen, identity->id.text))
        return complain (error, "users[%u].identities[%u].id: there is another identity of this GUID", user_index, i);
    }
  return TRUE;
}

static gboolean
check_tokens (const User *user, guint user_index, GHashTable *seen, GError **error)
{
  for (guint i = 0; i < user->tokens->len; i++)
    if (!g_hash_table_add (seen, g_array_index (user->tokens, Guid, i).text))
      return complain (error, "users[%u].tokens[%u]: this token stands twice", user_index, i);
  return TRUE;
}

static gboolean
check_user (const Accounts *accounts, guint user_index, GError **error)
{
  User *user = g_ptr_array_index (accounts->users, user_index);

  /* The first of that name is the one that is found. */
  if (accounts_find_user (accounts, user->username) != user)
    return complain (error, "users[%u].username: there is another user of this name", user_index);
  user->default_identity = user_find_identity (user, &user->default_identity_id);
  if (user->default_identity == NULL)
    return complain (error, "users[%u].default_identity: the user has no such identity", user_index);
  return TRUE;
}

gboolean
accounts_check (Accounts *accounts, GError **error)
{
  g_autoptr (GHashTable) identities = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) tokens = g_hash_table_new (g_str_hash, g_str_equal);

  if (accounts->users->len == 0)
    return complain (error, "users: there is none");
  for (guint i = 0; i < accounts->users->len; i++)
    {
      const User *user = g_ptr_array_index (accounts->users, i);

      if (!check_user (accounts, i, error) || !check_identities (user, i, identities, error)
          || !check_tokens (user, i, tokens, error))
        return FALSE;
    }
  return TRUE;
}
