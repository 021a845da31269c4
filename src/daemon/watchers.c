/* Between the tree, the mount and the bell. Touches nothing else. */
#include "daemon/watchers.h"

#include "tree/rings.h"

/* The way to the mountpoint may lead over a disk that hangs, and a file may be written to. */
#define LONGEST_WAIT_MS 500

struct Watchers
{
  const Tree *tree;
  Bell *bell;
  Rings *rings; /* NULL: nothing is told */
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
  return watchers;
}

void
watchers_free (Watchers *watchers)
{
  g_clear_pointer (&watchers->rings, rings_free);
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
  watchers->rings = rings_new (watchers->tree);
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
  struct stat attributes;
  g_autofree char *path = tree_stat (watchers->tree, node, &attributes) ? tree_path (watchers->tree, node) : NULL;

  if (path != NULL)
    bell_ring (watchers->bell, path);
}

static void
tell_all (Watchers *watchers, const GArray *nodes)
{
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
watchers_look (Watchers *watchers)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (NodeId));

  if (watchers->rings == NULL)
    return;
  rings_look (watchers->rings, nodes);
  tell_all (watchers, nodes);
}

void
watchers_look_at_own (Watchers *watchers, const Guid *identity_id)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (NodeId));

  if (watchers->rings == NULL)
    return;
  rings_look_at_own (watchers->rings, identity_id, nodes);
  tell_all (watchers, nodes);
}

void
watchers_refused (Watchers *watchers)
{
  if (watchers->rings != NULL)
    rings_refused (watchers->rings);
}

void
watchers_written (Watchers *watchers, NodeId node, gboolean told)
{
  if (!told && fs_is_written (watchers->fs, node))
    return;
  if (g_hash_table_remove (watchers->held, GSIZE_TO_POINTER (node)) && !told)
    tell (watchers, node);
}
