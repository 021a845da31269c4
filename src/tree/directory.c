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
  directory->changes.relisted = g_array_new (FALSE, FALSE, sizeof (guint));
  directory->changes.left = g_array_new (FALSE, FALSE, sizeof (guint));
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
  g_array_unref (directory->changes.relisted);
  g_array_unref (directory->changes.left);
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

static DirectoryIdentity *
entry_at (const Directory *directory, guint slot)
{
  return &g_array_index (directory->identities, DirectoryIdentity, slot);
}

static DirectoryClient *
client_at (const Directory *directory, guint slot)
{
  return g_ptr_array_index (directory->clients, slot);
}

/* Most of what changes is not the name; then that of the folder need not be made again. */
static gboolean
is_same_client (const Identity *a, const Identity *b)
{
  return a->client_id == b->client_id && strcmp (a->client_name, b->client_name) == 0;
}

/* @before: the slot that the identity had so far; -1: none. */
static guint
add_identity (Directory *directory, Identity *identity, gint before)
{
  DirectoryIdentity entry = {.identity = identity_ref (identity), .before = before};
  const DirectoryIdentity *earlier = before < 0 ? NULL : entry_at (directory, (guint)before);
  gboolean stays = earlier != NULL && is_same_client (earlier->identity, identity);

  entry.first = earlier != NULL ? earlier->first : directory->identities->len;
  entry.client = stays ? earlier->client : ensure_client (directory, identity);
  if (earlier != NULL)
    {
      entry.own_changed_us = earlier->own_changed_us;
      entry.active_us = earlier->active_us;
      entry.cookie_length = earlier->cookie_length;
    }
  g_array_append_val (directory->identities, entry);
  return directory->identities->len - 1;
}

/* Of two identities with one GUID the first counts. The keys are the identities' own texts. */
static void
place (Directory *directory, Identity *identity)
{
  gint slot = find (directory->identity_by_guid, identity->id.text);
  DirectoryIdentity *entry = slot < 0 ? NULL : entry_at (directory, (guint)slot);

  if (entry != NULL && entry->listed)
    return;
  if (entry == NULL || !identity_equal (entry->identity, identity))
    slot = (gint)add_identity (directory, identity, slot);
  entry = entry_at (directory, (guint)slot);
  g_hash_table_replace (directory->identity_by_guid, identity->id.text, GINT_TO_POINTER (slot + 1));
  /* The same in every field; but it is the list's, and the other one need not be kept as well. */
  identity_ref (identity);
  identity_unref (entry->identity);
  entry->identity = identity;
  entry->listed = TRUE;
  g_array_append_val (client_at (directory, entry->client)->members, slot);
}

static void
note_client (Directory *directory, guint slot, gint64 now_us)
{
  DirectoryClient *client = client_at (directory, slot);

  if (client->relisted)
    return;
  client->relisted = TRUE;
  client->changed_us = MAX (now_us, client->changed_us + 1);
  g_array_append_val (directory->changes.relisted, slot);
}

static void
note_identity (Directory *directory, guint slot, gint64 now_us)
{
  DirectoryIdentity *entry = entry_at (directory, slot);

  if (entry->listed != entry->present)
    {
      note_client (directory, entry->client, now_us);
      if (entry->present)
        g_array_append_val (directory->changes.left, slot);
      else
        entry->since_us = MAX (now_us, entry->since_us + 1);
    }
  entry->present = entry->listed;
  entry->listed = FALSE;
}

static gint
by_first_slot (gconstpointer a, gconstpointer b, gpointer directory)
{
  guint one = entry_at (directory, *(const guint *)a)->first, other = entry_at (directory, *(const guint *)b)->first;

  return one < other ? -1 : one > other;
}

/* The account's list may come in any order. */
static void
sort_members (Directory *directory)
{
  for (guint i = 0; i < directory->clients->len; i++)
    g_array_sort_with_data (client_at (directory, i)->members, by_first_slot, directory);
}

/* How many of the clients have members. */
static guint
count_folders (const Directory *directory)
{
  guint count = 0;

  for (guint i = 0; i < directory->clients->len; i++)
    count += client_at (directory, i)->members->len > 0 ? 1 : 0;
  return count;
}

static void
empty_folders (Directory *directory)
{
  for (guint i = 0; i < directory->clients->len; i++)
    {
      g_array_set_size (client_at (directory, i)->members, 0);
      client_at (directory, i)->relisted = FALSE;
    }
}

void
directory_update (Directory *directory, const GPtrArray *identities, gint64 now_us)
{
  DirectoryChanges *changes = &directory->changes;
  guint folders = count_folders (directory);

  g_array_set_size (changes->relisted, 0);
  g_array_set_size (changes->left, 0);
  empty_folders (directory);
  for (guint i = 0; identities != NULL && i < identities->len; i++)
    place (directory, g_ptr_array_index (identities, i));
  sort_members (directory);
  for (guint slot = 0; slot < directory->identities->len; slot++)
    note_identity (directory, slot, now_us);
  changes->clients = folders != count_folders (directory);
  for (guint i = 0; i < changes->relisted->len && !changes->clients; i++)
    changes->clients = client_at (directory, g_array_index (changes->relisted, guint, i))->members->len == 0;
}

gint
directory_touch_own (Directory *directory, const Guid *identity_id, gint64 now_us)
{
  gint slot = find (directory->identity_by_guid, identity_id->text);

  for (gint at = slot; at >= 0; at = entry_at (directory, (guint)at)->before)
    {
      gint64 *own_us = &entry_at (directory, (guint)at)->own_changed_us;

      *own_us = MAX (now_us, *own_us + 1);
    }
  return slot;
}

gint
directory_touch_active (Directory *directory, const Guid *identity_id, gint64 now_us)
{
  gint slot = find (directory->identity_by_guid, identity_id->text);
  DirectoryIdentity *entry = slot < 0 ? NULL : entry_at (directory, (guint)slot);

  if (entry != NULL)
    entry->active_us = MAX (now_us, entry->active_us + 1);
  return slot;
}

const DirectoryClient *
directory_client (const Directory *directory, guint slot)
{
  return g_ptr_array_index (directory->clients, slot);
}

DirectoryIdentity *
directory_identity (const Directory *directory, guint slot)
{
  return &g_array_index (directory->identities, DirectoryIdentity, slot);
}

gboolean
directory_is_there (const Directory *directory, guint slot)
{
  return directory_find_identity (directory, directory_identity (directory, slot)->identity->id.text) >= 0;
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

gint
directory_next_client (const Directory *directory, guint from)
{
  for (guint slot = from; slot < directory->clients->len; slot++)
    if (client_at (directory, slot)->members->len > 0)
      return (gint)slot;
  return -1;
}

gint
directory_next_member (const Directory *directory, guint client, guint from)
{
  const GArray *members = client_at (directory, client)->members;
  guint begin = 0, end = members->len;

  while (begin < end)
    {
      guint middle = begin + (end - begin) / 2;

      if (entry_at (directory, g_array_index (members, guint, middle))->first < from)
        begin = middle + 1;
      else
        end = middle;
    }
  return begin < members->len ? (gint)g_array_index (members, guint, begin) : -1;
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
