/* Slots for clients and identities. Touches nothing. */
#include "tree/directory.h"

#include "tree/name.h"

#include <string.h>

static void
client_free (gpointer memory)
{
  DirectoryClient *client = memory;

  g_free (client->name);
  g_array_unref (client->members);
  g_free (client);
}

static void
identity_clear (gpointer memory)
{
  g_clear_pointer (&((DirectoryIdentity *)memory)->identity, identity_unref);
}

Directory *
directory_new (void)
{
  Directory *directory = g_new0 (Directory, 1);

  directory->clients = g_ptr_array_new_with_free_func (client_free);
  directory->identities = g_array_new (FALSE, TRUE, sizeof (DirectoryIdentity));
  g_array_set_clear_func (directory->identities, identity_clear);
  directory->client_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  directory->identity_by_guid = g_hash_table_new (g_str_hash, g_str_equal);
  return directory;
}

void
directory_free (Directory *directory)
{
  g_hash_table_unref (directory->client_by_name);
  g_hash_table_unref (directory->identity_by_guid);
  g_array_unref (directory->identities);
  g_ptr_array_unref (directory->clients);
  g_free (directory);
}

static gint
find (GHashTable *slots, const char *key)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (slots, key)) - 1;
}

static guint
ensure_client (Directory *directory, const Identity *identity)
{
  g_autofree char *name = directory_name (identity->client_name, identity->client_id);
  gint slot = find (directory->client_by_name, name);
  DirectoryClient *client;

  if (slot >= 0)
    return (guint)slot;
  client = g_new0 (DirectoryClient, 1);
  client->name = g_steal_pointer (&name);
  client->members = g_array_new (FALSE, FALSE, sizeof (guint));
  g_ptr_array_add (directory->clients, client);
  g_hash_table_insert (directory->client_by_name, client->name, GINT_TO_POINTER (directory->clients->len));
  return directory->clients->len - 1;
}

static guint
ensure_identity (Directory *directory, const Identity *identity)
{
  gint slot = find (directory->identity_by_guid, identity->id.text);

  if (slot >= 0)
    return (guint)slot;
  g_array_set_size (directory->identities, directory->identities->len + 1);
  return directory->identities->len - 1;
}

/* Most lists are like the last one; then the names of the folders need not be made again. */
static gboolean
is_same_client (const Identity *a, const Identity *b)
{
  return a->client_id == b->client_id && strcmp (a->client_name, b->client_name) == 0;
}

static void
place (Directory *directory, Identity *identity)
{
  guint slot = ensure_identity (directory, identity);
  DirectoryIdentity *entry = &g_array_index (directory->identities, DirectoryIdentity, slot);
  DirectoryClient *client;

  if (entry->present)
    return;
  if (entry->identity == NULL || !is_same_client (entry->identity, identity))
    entry->client = ensure_client (directory, identity);
  g_hash_table_replace (directory->identity_by_guid, identity->id.text, GINT_TO_POINTER ((gint)slot + 1));
  g_clear_pointer (&entry->identity, identity_unref);
  entry->identity = identity_ref (identity);
  entry->present = TRUE;
  client = g_ptr_array_index (directory->clients, entry->client);
  g_array_append_val (client->members, slot);
}

void
directory_update (Directory *directory, const GPtrArray *identities)
{
  for (guint i = 0; i < directory->clients->len; i++)
    g_array_set_size (((DirectoryClient *)g_ptr_array_index (directory->clients, i))->members, 0);
  for (guint i = 0; i < directory->identities->len; i++)
    g_array_index (directory->identities, DirectoryIdentity, i).present = FALSE;
  for (guint i = 0; identities != NULL && i < identities->len; i++)
    place (directory, g_ptr_array_index (identities, i));
}

void
directory_touch_own (Directory *directory, const Guid *identity_id, gint64 now_us)
{
  gint slot = directory_find_identity (directory, identity_id->text);
  DirectoryIdentity *entry;

  if (slot < 0)
    return;
  entry = &g_array_index (directory->identities, DirectoryIdentity, (guint)slot);
  entry->own_changed_us = MAX (now_us, entry->own_changed_us + 1);
}

const DirectoryClient *
directory_client (const Directory *directory, guint slot)
{
  return g_ptr_array_index (directory->clients, slot);
}

const DirectoryIdentity *
directory_identity (const Directory *directory, guint slot)
{
  return &g_array_index (directory->identities, DirectoryIdentity, slot);
}

gint
directory_find_client (const Directory *directory, const char *name)
{
  gint slot = find (directory->client_by_name, name);

  return slot >= 0 && directory_client (directory, (guint)slot)->members->len > 0 ? slot : -1;
}

gint
directory_find_identity (const Directory *directory, const char *guid)
{
  gint slot = find (directory->identity_by_guid, guid);

  return slot >= 0 && directory_identity (directory, (guint)slot)->present ? slot : -1;
}

static gboolean
is_prefix (const char *text, gsize length, const char *name)
{
  return strncmp (name, text, length) == 0;
}

NameMatch
directory_match (const Directory *directory, const char *text, gsize length)
{
  NameMatch match = {0};

  for (guint i = 0; i < directory->identities->len; i++)
    {
      const DirectoryIdentity *entry = directory_identity (directory, i);
      const char *folder;
      gboolean as_name, as_folder;

      if (!entry->present)
        continue;
      folder = directory_client (directory, entry->client)->name;
      as_name = is_prefix (text, length, entry->identity->client_name);
      as_folder = is_prefix (text, length, folder);
      if ((as_name && strlen (entry->identity->client_name) == length) || (as_folder && strlen (folder) == length))
        {
          match.equal++;
          match.identity = entry->identity;
        }
      match.longer = match.longer || (as_name && strlen (entry->identity->client_name) > length)
                     || (as_folder && strlen (folder) > length);
    }
  return match;
}
