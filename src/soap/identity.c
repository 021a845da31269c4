/* Identities as values. Touches nothing. */
#include "soap/identity.h"

#include <string.h>

Identity *
identity_new (void)
{
  Identity *identity = g_rc_box_new0 (Identity);

  identity->id = guid_zero;
  identity->user_id = guid_zero;
  identity->user_name = g_strdup ("");
  identity->client_name = g_strdup ("");
  identity->contact_id = IDENTITY_NO_NUMBER;
  identity->employee_id = IDENTITY_NO_NUMBER;
  return identity;
}

Identity *
identity_ref (Identity *identity)
{
  return g_rc_box_acquire (identity);
}

static void
identity_finalize (gpointer memory)
{
  Identity *identity = memory;

  g_free (identity->user_name);
  g_free (identity->client_name);
  g_clear_pointer (&identity->servers, g_array_unref);
}

void
identity_unref (Identity *identity)
{
  g_rc_box_release_full (identity, identity_finalize);
}

static gboolean
same_servers (const GArray *a, const GArray *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return a->len == b->len && memcmp (a->data, b->data, a->len * sizeof (IdentityServer)) == 0;
}

gboolean
identity_equal (const Identity *a, const Identity *b)
{
  return guid_equal (&a->id, &b->id) && guid_equal (&a->user_id, &b->user_id)
         && strcmp (a->user_name, b->user_name) == 0 && strcmp (a->client_name, b->client_name) == 0
         && a->client_id == b->client_id && a->contact_id == b->contact_id && a->employee_id == b->employee_id
         && a->is_default == b->is_default && a->is_protected == b->is_protected && a->is_disabled == b->is_disabled
         && same_servers (a->servers, b->servers);
}

IdentityServer *
identity_add_server (Identity *identity)
{
  if (identity->servers == NULL)
    identity->servers = g_array_new (FALSE, TRUE, sizeof (IdentityServer));
  g_array_set_size (identity->servers, identity->servers->len + 1);
  return &g_array_index (identity->servers, IdentityServer, identity->servers->len - 1);
}

static void
make_index (IdentityIndex *index, GPtrArray *identities)
{
  identity_index_clear (index);
  index->list = g_ptr_array_ref (identities);
  index->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  /* Of two with one id the first counts. */
  for (guint i = identities->len; i-- > 0;)
    {
      Identity *identity = g_ptr_array_index (identities, i);

      g_hash_table_replace (index->by_id, identity->id.text, identity);
    }
}

Identity *
identity_index_find (IdentityIndex *index, GPtrArray *identities, const Guid *id)
{
  if (identities == NULL)
    return NULL;
  if (identities != index->list)
    make_index (index, identities);
  return g_hash_table_lookup (index->by_id, id->text);
}

void
identity_index_clear (IdentityIndex *index)
{
  g_clear_pointer (&index->by_id, g_hash_table_unref);
  g_clear_pointer (&index->list, g_ptr_array_unref);
}

GPtrArray *
identities_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)identity_unref);
}
