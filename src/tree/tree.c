/* Looking up, listing and reading. Touches nothing but the account's state. */
#include "tree/tree.h"

#include "base/error.h"
#include "tree/name.h"
#include "tree/readme.h"
#include "tree/state.h"

#include <string.h>

Tree *
tree_new (const TreeConfig *config, const Account *account)
{
  Tree *tree = g_new0 (Tree, 1);

  tree->account = account;
  tree->directory = directory_new ();
  tree->readme = readme_new (config->mountpoint, config->account_hint);
  tree->metrics = g_new0 (Metrics, 1);
  tree->made_json = g_new0 (MadeJson, 1);
  tree->source = g_strdup (config->source);
  tree->endpoint = g_strdup (config->endpoint);
  tree->mountpoint = g_strdup (config->mountpoint);
  tree->now = config->now;
  tree->started = config->now == NULL ? (Instant){0, config->now_us} : config->now ();
  tree->events = events_new (EVENTS_MOST_BYTES);
  tree->application_id = config->application_id;
  export_endpoint_init (&tree->export_endpoint, config->endpoint);
  tree->uid = config->uid;
  tree->gid = config->gid;
  tree->access = config->access != NULL ? *config->access : access_for_owner (config->gid);
  changes_init (&tree->changes, config->now_us);
  return tree;
}

void
tree_free (Tree *tree)
{
  directory_free (tree->directory);
  g_free (tree->readme);
  g_free (tree->failure.file);
  g_free (tree->failure.text);
  g_free (tree->metrics);
  made_json_clear (tree->made_json);
  g_free (tree->made_json);
  g_free (tree->source);
  g_free (tree->endpoint);
  export_endpoint_clear (&tree->export_endpoint);
  g_free (tree->mountpoint);
  events_free (tree->events);
  changes_clear (&tree->changes);
  g_free (tree);
}

const Guid *
tree_own_identity (const Tree *tree, NodeId node)
{
  if (node_kind (node)->changes != CHANGES_WITH_OWN)
    return NULL;
  return &directory_identity (tree->directory, node_slot (node))->identity->id;
}

void
tree_note_failure (Tree *tree, const char *file, const GError *failure, gint64 now_us)
{
  g_free (tree->failure.file);
  g_free (tree->failure.text);
  tree->failure = (Failure){now_us, g_strdup (file), error_errno_name (failure), g_strdup (failure->message)};
  metrics_count_failure (tree->metrics, failure);
  changes_note (tree, CHANGES_WITH_ERRORS, now_us);
}

void
tree_note_event (Tree *tree, const char *text, gint64 now_us)
{
  events_add (tree->events, text, now_us);
  changes_note (tree, CHANGES_WITH_EVENTS, now_us);
}

EventsReader *
tree_open_events (Tree *tree)
{
  return events_reader_new (tree->events);
}

gboolean
tree_needs_identities (const Tree *tree, NodeId folder)
{
  return node_row (folder) == KIND_IDENTITIES && account_identities (tree->account) == NULL;
}

static gboolean
is_hidden (const Tree *tree, Kind row)
{
  return row == KIND_PASSPORT && !tree->changes.passport_shown;
}

static NodeId
lookup_row (const Tree *tree, NodeId folder, const char *name)
{
  for (Kind row = KIND_ROOT + 1; row < N_KINDS; row++)
    {
      const NodeKind *kind = node_kind (node_make (row, 0));

      if (kind->parent == node_row (folder) && kind->name != NULL && strcmp (kind->name, name) == 0)
        return is_hidden (tree, row) ? 0 : changes_node (tree, row, node_slot (folder));
    }
  return 0;
}

NodeId
tree_lookup (const Tree *tree, NodeId folder, const char *name)
{
  gint slot;

  switch (node_row (folder))
    {
    case KIND_IDENTITIES:
      slot = directory_find_client (tree->directory, name);
      return slot < 0 ? 0 : node_make (KIND_CLIENT, (guint)slot);
    case KIND_CLIENT:
      slot = directory_find_identity (tree->directory, name);
      if (slot < 0 || directory_identity (tree->directory, (guint)slot)->client != node_slot (folder))
        return 0;
      return node_make (KIND_ONE, (guint)slot);
    default:
      return lookup_row (tree, folder, name);
    }
}

static gboolean
next_client (const Tree *tree, guint place, TreeEntry *entry)
{
  gint slot = directory_next_client (tree->directory, place);

  if (slot < 0)
    return FALSE;
  *entry
    = (TreeEntry){node_make (KIND_CLIENT, (guint)slot), (guint)slot, directory_client (tree->directory, slot)->name};
  return TRUE;
}

static gboolean
next_member (const Tree *tree, guint client, guint place, TreeEntry *entry)
{
  gint slot = directory_next_member (tree->directory, client, place);
  const DirectoryIdentity *member = slot < 0 ? NULL : directory_identity (tree->directory, (guint)slot);

  if (member == NULL)
    return FALSE;
  *entry = (TreeEntry){node_make (KIND_ONE, (guint)slot), member->first, member->identity->id.text};
  return TRUE;
}

static gboolean
next_row (const Tree *tree, NodeId folder, guint place, TreeEntry *entry)
{
  for (Kind row = MAX (place, KIND_ROOT + 1); row < N_KINDS; row++)
    {
      const NodeKind *kind = node_kind (node_make (row, 0));

      if (kind->parent != node_row (folder) || kind->name == NULL || is_hidden (tree, row))
        continue;
      *entry = (TreeEntry){changes_node (tree, row, node_slot (folder)), row, kind->name};
      return TRUE;
    }
  return FALSE;
}

gboolean
tree_next (const Tree *tree, NodeId folder, guint place, TreeEntry *entry)
{
  switch (node_row (folder))
    {
    case KIND_IDENTITIES:
      return next_client (tree, place, entry);
    case KIND_CLIENT:
      return next_member (tree, node_slot (folder), place, entry);
    default:
      return next_row (tree, folder, place, entry);
    }
}

NodeId
tree_parent (const Tree *tree, NodeId node)
{
  Kind parent = node_kind (node)->parent;

  if (node_row (node) == KIND_ONE)
    return node_make (parent, directory_identity (tree->directory, node_slot (node))->client);
  return node_make (parent == KIND_NONE ? KIND_ROOT : parent, parent >= KIND_ONE ? node_slot (node) : 0);
}

/* FNV-1a, 64 bits: stable from one mount to the next, unlike slots. */
static guint64
hash (const char *text, guint64 seed)
{
  guint64 value = 0xcbf29ce484222325u ^ seed;

  for (; *text != '\0'; text++)
    value = (value ^ (guint8)*text) * 0x100000001b3u;
  return value;
}

guint64
tree_inode (const Tree *tree, NodeId node)
{
  Kind row = node_row (node);

  if (row == KIND_CLIENT)
    return hash (directory_client (tree->directory, node_slot (node))->name, row) | 1u << 16;
  if (row >= KIND_ONE)
    return hash (directory_identity (tree->directory, node_slot (node))->identity->id.text, row) | 1u << 16;
  return row;
}

static off_t
size_of (const Tree *tree, NodeId node)
{
  g_autoptr (GBytes) frozen = tree_freeze (tree, node);
  g_auto (SecretBuffer) content = {0};

  if (frozen != NULL)
    return (off_t)g_bytes_get_size (frozen);
  return tree_read (tree, node, &content, NULL) ? (off_t)content.length : 0;
}

static off_t
link_size (const Tree *tree, NodeId node)
{
  g_autofree char *target = tree_read_link (tree, node, NULL);

  return target == NULL ? 0 : (off_t)strlen (target);
}

void
tree_stat (const Tree *tree, NodeId node, struct stat *attributes)
{
  const NodeKind *kind = node_kind (node);
  gint64 changed_us = tree_changed_us (tree, node);

  *attributes = (struct stat){
    .st_ino = tree_inode (tree, node),
    .st_mode = access_mode (&tree->access, kind),
    .st_nlink = tree_is_gone (tree, node) ? 0 : 1, /* for a folder: not counted, as on btrfs */
    .st_uid = tree->uid,
    .st_gid = access_gid (&tree->access, kind, tree->gid),
    .st_blksize = 4096,
    .st_mtim = {changed_us / G_USEC_PER_SEC, changed_us % G_USEC_PER_SEC * 1000},
  };
  attributes->st_ctim = attributes->st_atim = attributes->st_mtim;
  /* tail -f goes by it: it never shrinks. */
  if (node_row (node) == KIND_EVENTS)
    attributes->st_size = events_size (tree->events);
  /* Without a session it is the length of the last one's, or the usual one: who goes by it will find the file that long. */
  else if (node_length (node) > 0)
    attributes->st_size = node_length (node);
  else if (S_ISREG (kind->mode))
    attributes->st_size = size_of (tree, node);
  else if (S_ISLNK (kind->mode))
    attributes->st_size = link_size (tree, node);
  attributes->st_blocks = (attributes->st_size + 511) / 512;
}

Instant
tree_now (const Tree *tree)
{
  return tree->now == NULL ? tree->started : tree->now ();
}

Metrics *
tree_metrics (Tree *tree)
{
  return tree->metrics;
}

GBytes *
tree_freeze (const Tree *tree, NodeId node)
{
  const NodeKind *kind = node_kind (node);

  return kind->freeze == NULL ? NULL : kind->freeze (tree);
}

gboolean
tree_read (const Tree *tree, NodeId node, SecretBuffer *content, GError **error)
{
  g_autoptr (GBytes) frozen = tree_freeze (tree, node);
  gsize length;
  const char *bytes;

  if (frozen != NULL)
    {
      bytes = g_bytes_get_data (frozen, &length);
      secret_buffer_append (content, bytes, length);
      return TRUE;
    }
  return node_kind (node)->render (tree, node, content, error);
}

gboolean
tree_glimpse (const Tree *tree, NodeId node, SecretBuffer *content)
{
  g_autoptr (GError) error = NULL;

  if (account_is_unsettled (tree->account, tree_own_identity (tree, node)))
    return FALSE;
  if (!tree_read (tree, node, content, &error))
    secret_buffer_append_text (content, error_errno_name (error));
  return TRUE;
}

char *
tree_read_link (const Tree *tree, NodeId node, GError **error)
{
  const Guid *last = account_last_identity (tree->account);
  const Identity *described = account_described_identity (tree->account);
  gint slot = last == NULL ? -1 : directory_find_identity (tree->directory, last->text);
  g_autofree char *folder = NULL;

  if (described == NULL && slot >= 0)
    return tree_path (tree, node_make (KIND_ONE, (guint)slot));
  if (described == NULL)
    {
      if (account_identity (tree->account, error) != NULL)
        g_set_error_literal (error, SO24_ERROR, SO24_ERROR_NO_KEY,
                             "the client of the active identity is not known yet");
      return NULL;
    }
  folder = directory_name (described->client_name, described->client_id);
  return g_strdup_printf ("identities/%s/%s", folder, described->id.text);
}

Input *
tree_open_input (Tree *tree, NodeId node)
{
  InputContext context
    = {.application_id = tree->application_id, .account = tree->account, .directory = tree->directory};

  return input_new (node_kind (node)->input, &context);
}
