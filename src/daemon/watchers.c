/* Between the tree, the mount and the bell. Touches nothing else. */
#include "daemon/watchers.h"

#include "tree/rings.h"

/* The way to the mountpoint may lead over a disk that hangs, and a file may be written to. */
#define LONGEST_WAIT_MS 500

struct Watchers
{
  const Tree *tree;
  Bell *bell;
  Rings *rings;    /* of the mount's session; NULL: nothing is told */
  GHashTable *own; /* text of a GUID -> Rings, of the sessions of identities' own that there were */
  Fs *fs;
  WatchersTold told; /* waits; NULL: nobody does */
  gpointer data;
  gboolean slow;    /* nobody waits until all have been told */
  guint patience;   /* timeout; 0: has ended */
  GHashTable *held; /* set of NodeId: to be told, but for a write that may tell it */
};

Watchers *
watchers_new (const Tree *tree, Bell *bell)
{
  Watchers *watchers = g_new0 (Watchers, 1);

  watchers->tree = tree;
  watchers->bell = bell;
  watchers->held = g_hash_table_new (NULL, NULL);
  watchers->own = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)rings_free);
  return watchers;
}

void
watchers_free (Watchers *watchers)
{
  g_clear_pointer (&watchers->rings, rings_free);
  g_hash_table_unref (watchers->own);
  g_hash_table_unref (watchers->held);
  g_free (watchers);
}

/* Whoever waits need not any more. */
static void
go_on (gpointer data)
{
  Watchers *watchers = data;
  WatchersTold told = g_steal_pointer (&watchers->told);

  g_clear_handle_id (&watchers->patience, g_source_remove);
  if (told != NULL)
    told (watchers->data);
}

static gboolean
on_impatience (gpointer data)
{
  Watchers *watchers = data;

  watchers->patience = 0;
  watchers->slow = TRUE;
  go_on (watchers);
  return G_SOURCE_REMOVE;
}

static void
on_silence (gpointer data)
{
  Watchers *watchers = data;

  watchers->slow = FALSE;
  go_on (watchers);
}

void
watchers_hurry (Watchers *watchers)
{
  if (watchers->told == NULL)
    return;
  watchers->slow = TRUE;
  go_on (watchers);
}

void
watchers_wait (Watchers *watchers, WatchersTold told, gpointer data)
{
  g_return_if_fail (watchers->told == NULL);
  watchers->told = told;
  watchers->data = data;
  if (watchers->rings == NULL || watchers->slow || bell_is_silent (watchers->bell))
    go_on (watchers);
  else
    watchers->patience = g_timeout_add (LONGEST_WAIT_MS, on_impatience, watchers);
}

void
watchers_start (Watchers *watchers, Fs *fs, const char *mountpoint)
{
  if (watchers->bell == NULL)
    return;
  watchers->fs = fs;
  watchers->rings = rings_new (watchers->tree, NULL);
  rings_settle (watchers->rings);
  bell_on_silence (watchers->bell, on_silence, watchers);
  bell_hang (watchers->bell, fs_device (fs), mountpoint);
}

void
watchers_stop (Watchers *watchers)
{
  g_clear_pointer (&watchers->rings, rings_free);
  g_hash_table_remove_all (watchers->held);
  if (watchers->bell != NULL)
    bell_on_silence (watchers->bell, NULL, NULL);
  go_on (watchers);
}

static void
tell (Watchers *watchers, NodeId node)
{
  g_autofree char *path = tree_is_gone (watchers->tree, node) ? NULL : tree_path (watchers->tree, node);

  if (path != NULL)
    bell_ring (watchers->bell, path);
}

static Rings *
rings_of (Watchers *watchers, const Guid *own)
{
  Rings *rings = own == NULL ? watchers->rings : g_hash_table_lookup (watchers->own, own->text);

  if (rings != NULL || own == NULL)
    return rings;
  rings = rings_new (watchers->tree, own);
  g_hash_table_insert (watchers->own, g_strdup (own->text), rings);
  return rings;
}

/* What the last run has stored is taken up before there is a mount. */
static void
settle (Watchers *watchers, const Guid *own)
{
  if (own != NULL && watchers->bell != NULL && watchers->fs == NULL)
    rings_settle (rings_of (watchers, own));
}

void
watchers_look (Watchers *watchers, const Guid *own)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (NodeId));

  if (watchers->rings == NULL)
    {
      settle (watchers, own);
      return;
    }
  rings_look (rings_of (watchers, own), nodes);
  for (guint i = 0; i < nodes->len; i++)
    {
      NodeId node = g_array_index (nodes, NodeId, i);

      if (fs_is_written (watchers->fs, node))
        g_hash_table_add (watchers->held, GSIZE_TO_POINTER (node));
      else
        tell (watchers, node);
    }
}

void
watchers_refused (Watchers *watchers, NodeId node)
{
  if (watchers->rings != NULL)
    rings_refused (rings_of (watchers, tree_own_identity (watchers->tree, node)));
}

void
watchers_written (Watchers *watchers, NodeId node, gboolean told)
{
  if (!told && fs_is_written (watchers->fs, node))
    return;
  if (g_hash_table_remove (watchers->held, GSIZE_TO_POINTER (node)) && !told)
    tell (watchers, node);
}
