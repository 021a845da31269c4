/*
 * When each thing of the tree became what it is, and what the kernel has to forget because of that. Touches nothing.
 *
 * A node whose content would change its length while the kernel keeps it becomes another node instead, and its name leads
 * there: what two readers see of one node is never of two lengths.
 */
#include "tree/state.h"

#include <string.h>

/* Of a session id of the service, with the newline. */
#define USUAL_COOKIE_LENGTH 25

static void
stale_clear (gpointer memory)
{
  g_free (((Stale *)memory)->name);
}

GArray *
stale_list_new (void)
{
  GArray *stale = g_array_new (FALSE, FALSE, sizeof (Stale));

  g_array_set_clear_func (stale, stale_clear);
  return stale;
}

void
changes_init (TreeChanges *changes, gint64 now_us)
{
  for (guint i = 0; i < N_CHANGES; i++)
    changes->at_us[i] = now_us;
  changes->stale = stale_list_new ();
  changes->cookie_length = USUAL_COOKIE_LENGTH;
}

void
changes_clear (TreeChanges *changes)
{
  g_array_unref (changes->stale);
}

GArray *
tree_take_stale (Tree *tree)
{
  GArray *stale = tree->changes.stale;

  tree->changes.stale = stale_list_new ();
  return stale;
}

static void
forget (Tree *tree, StaleKind kind, NodeId node, const char *name)
{
  Stale stale = {kind, node, g_strdup (name)};

  g_array_append_val (tree->changes.stale, stale);
}

/* What is read past the page cache may be in there all the same, for who has mapped it. */
static void
forget_file (Tree *tree, NodeId node)
{
  const NodeKind *kind = node_kind (node);

  if (kind->caching != CACHE_NOTHING)
    forget (tree, S_ISREG (kind->mode) ? STALE_CONTENT : STALE_ATTRIBUTES, node, NULL);
}

static gboolean
has_length (const NodeKind *kind)
{
  return kind->bears_cookie && kind->caching == CACHE_CONTENT;
}

NodeId
changes_node (const Tree *tree, Kind row, guint slot)
{
  NodeId node = node_make (row, slot);
  guint own = row > KIND_CLIENT ? directory_identity (tree->directory, slot)->cookie_length : 0;

  if (!has_length (node_kind (node)))
    return node;
  return node_of_length (node, own != 0 ? own : tree->changes.cookie_length);
}

/* Another length makes another node. Who has the one of before open, or mapped, is not served what does not fit in it. */
static void
change_length (Tree *tree, Kind row, guint slot, guint *length)
{
  NodeId before = changes_node (tree, row, slot);
  const Secret *cookie = tree_cookie (tree, before);

  if (cookie == NULL || secret_length (cookie) + 1 == node_length (before))
    return;
  *length = (guint)secret_length (cookie) + 1;
  forget (tree, STALE_CONTENT, before, NULL);
  forget (tree, STALE_NAME, tree_parent (tree, before), node_kind (before)->name);
}

/* What is different at every moment gets a new time only with the rest: tar looks at it again when it has read a file. */
void
changes_note (Tree *tree, Changes what, gint64 now_us)
{
  gint64 *at_us = tree->changes.at_us;

  at_us[what] = MAX (now_us, at_us[what] + 1);
  at_us[CHANGES_ALWAYS] = MAX (now_us, at_us[CHANGES_ALWAYS] + 1);
  for (Kind row = KIND_ROOT; row < KIND_CLIENT; row++)
    if (node_kind (node_make (row, 0))->changes == what)
      forget_file (tree, changes_node (tree, row, 0));
}

/* Those of one identity, which change with its own session or with which identity is active. */
static void
forget_files_of (Tree *tree, guint slot, Changes what)
{
  for (Kind row = KIND_ONE; row < N_KINDS; row++)
    if (node_kind (node_make (row, slot))->changes == what)
      forget_file (tree, changes_node (tree, row, slot));
}

static void
touch_active (Tree *tree, const Guid *identity_id, gint64 now_us)
{
  gint slot = directory_touch_active (tree->directory, identity_id, now_us);

  if (slot >= 0)
    forget_files_of (tree, (guint)slot, CHANGES_WITH_IDENTITY);
}

static void
change_identity (Tree *tree, gint64 now_us)
{
  const Guid *latest = latest_active (tree);

  if (!guid_equal (latest, &tree->changes.active))
    {
      touch_active (tree, &tree->changes.active, now_us);
      touch_active (tree, latest, now_us);
      tree->changes.active = *latest;
    }
  changes_note (tree, CHANGES_WITH_IDENTITY, now_us);
}

/* Its folder is there only while there is one. */
static void
change_passport (Tree *tree, gint64 now_us)
{
  NodeId root = node_make (KIND_ROOT, 0);
  gboolean shown = account_passport (tree->account) != NULL;

  changes_note (tree, CHANGES_WITH_PASSPORT, now_us);
  if (shown == tree->changes.passport_shown)
    return;
  tree->changes.passport_shown = shown;
  forget (tree, STALE_CONTENT, root, NULL);
  if (!shown)
    forget (tree, STALE_NAME, root, node_kind (node_make (KIND_PASSPORT, 0))->name);
}

/* What has left a folder that is gone as well is told, too: the folder may come again, and somebody may hold what was in it. */
static void
forget_who_left (Tree *tree, const DirectoryChanges *changes)
{
  for (guint i = 0; i < changes->left->len; i++)
    {
      const DirectoryIdentity *entry = directory_identity (tree->directory, g_array_index (changes->left, guint, i));

      forget (tree, STALE_NAME, node_make (KIND_CLIENT, entry->client), entry->identity->id.text);
    }
}

static void
change_identities (Tree *tree, gint64 now_us)
{
  Directory *directory = tree->directory;
  NodeId identities = node_make (KIND_IDENTITIES, 0);
  const DirectoryChanges *changes = &directory->changes;

  directory_update (directory, account_identities (tree->account), now_us);
  made_json_clear (tree->made_json);
  changes_note (tree, CHANGES_WITH_IDENTITIES, now_us);
  forget_who_left (tree, changes);
  if (changes->clients)
    forget (tree, STALE_CONTENT, identities, NULL);
  for (guint i = 0; i < changes->relisted->len; i++)
    {
      guint slot = g_array_index (changes->relisted, guint, i);
      const DirectoryClient *client = directory_client (directory, slot);

      forget (tree, STALE_CONTENT, node_make (KIND_CLIENT, slot), NULL);
      if (client->members->len == 0)
        forget (tree, STALE_NAME, identities, client->name);
    }
}

void
tree_changed (Tree *tree, Changed changed, gint64 now_us)
{
  if ((changed & CHANGED_SESSION) != 0)
    {
      change_length (tree, KIND_COOKIE, 0, &tree->changes.cookie_length);
      changes_note (tree, CHANGES_WITH_SESSION, now_us);
    }
  if ((changed & CHANGED_IDENTITY) != 0)
    change_identity (tree, now_us);
  if ((changed & CHANGED_PASSPORT) != 0)
    change_passport (tree, now_us);
  if ((changed & CHANGED_IDENTITIES) != 0)
    change_identities (tree, now_us);
}

void
tree_own_changed (Tree *tree, const Guid *identity_id, gint64 now_us)
{
  gint slot = directory_touch_own (tree->directory, identity_id, now_us);

  for (DirectoryIdentity *entry; slot >= 0; slot = entry->before)
    {
      entry = directory_identity (tree->directory, (guint)slot);
      change_length (tree, KIND_ONE_COOKIE, (guint)slot, &entry->cookie_length);
      forget_files_of (tree, (guint)slot, CHANGES_WITH_OWN);
    }
}

static gint64
one_changed_us (const Tree *tree, NodeId node)
{
  const DirectoryIdentity *entry = directory_identity (tree->directory, node_slot (node));

  switch (node_kind (node)->changes)
    {
    case CHANGES_WITH_OWN:
      return MAX (entry->own_changed_us, entry->since_us);
    case CHANGES_WITH_IDENTITY:
      return MAX (entry->active_us, entry->since_us);
    default:
      return entry->since_us;
    }
}

gint64
tree_changed_us (const Tree *tree, NodeId node)
{
  if (node_row (node) == KIND_CLIENT)
    return directory_client (tree->directory, node_slot (node))->changed_us;
  if (node_row (node) > KIND_CLIENT)
    return one_changed_us (tree, node);
  return tree->changes.at_us[node_kind (node)->changes];
}

gboolean
tree_is_gone (const Tree *tree, NodeId node)
{
  Kind row = node_row (node);

  if (row <= KIND_NONE || row >= N_KINDS)
    return TRUE;
  if (row == KIND_CLIENT)
    return directory_client (tree->directory, node_slot (node))->members->len == 0;
  if (row > KIND_CLIENT)
    return !directory_is_there (tree->directory, node_slot (node));
  return (row == KIND_PASSPORT || node_kind (node)->parent == KIND_PASSPORT) && !tree->changes.passport_shown;
}

gboolean
tree_fits (const Tree *tree, NodeId node)
{
  const Secret *cookie = node_length (node) == 0 ? NULL : tree_cookie (tree, node);

  return cookie == NULL || secret_length (cookie) + 1 == node_length (node);
}
