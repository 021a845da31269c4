/*
 * What the kernel may keep of the mount, and making it forget (design.md, section 7).
 *
 * The page cache of a node is shared by all who have it open. So an opener may go by it only while what is in it is what the
 * node reads as now; else the kernel empties it as he opens. Those who have it open already, or mapped, are served by the notifier.
 */
#include "account/outlook.h"
#include "base/loop.h"
#include "fs/private.h"

/* Nothing changes without the kernel being told. */
#define LONG_S 86400.0

/* Whoever waits for the kernel to forget may be what it waits for: one who looks up a name, say, while there is no list. */
#define LONGEST_WAIT_MS 250

/* At the end. All whom the notifier may have to wait for are served meanwhile. */
#define FAREWELL_MS 2000

struct Cache
{
  Fs *fs;
  Notifier *notifier;
  GHashTable *served; /* NodeId -> Secret, owned: the cookie that was last served */
  GHashTable *filled; /* the same: of which cookie the pages are that the kernel may have */
  FsSettled settled;  /* waits; NULL: nobody does */
  gpointer data;
  guint patience; /* timeout; 0: has ended */
  gboolean stuck; /* nobody waits until the kernel has forgotten all */
};

static void
go_on (Cache *cache)
{
  FsSettled settled = g_steal_pointer (&cache->settled);

  g_clear_handle_id (&cache->patience, g_source_remove);
  if (settled != NULL)
    settled (cache->data);
}

static void
on_idle (gpointer data)
{
  Cache *cache = data;

  cache->stuck = FALSE;
  go_on (cache);
}

static gboolean
on_impatience (gpointer data)
{
  Cache *cache = data;

  cache->patience = 0;
  cache->stuck = TRUE;
  go_on (cache);
  return G_SOURCE_REMOVE;
}

Cache *
cache_new (Fs *fs)
{
  Cache *cache = g_new0 (Cache, 1);

  cache->fs = fs;
  cache->served = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)secret_unref);
  cache->filled = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)secret_unref);
  cache->notifier = notifier_new (fs->session, on_idle, cache);
  return cache;
}

static gboolean
is_being_told (gconstpointer data)
{
  const Cache *cache = data;

  return cache->fs->source != 0 && !notifier_is_idle (cache->notifier);
}

void
cache_see_off (Cache *cache)
{
  loop_while (is_being_told, cache, FAREWELL_MS);
}

void
cache_free (Cache *cache)
{
  cache->fs->cache = NULL;
  notifier_free (cache->notifier);
  go_on (cache);
  g_hash_table_unref (cache->served);
  g_hash_table_unref (cache->filled);
  g_free (cache);
}

double
cache_names_s (void)
{
  return LONG_S;
}

double
cache_attributes_s (NodeId node)
{
  return node_kind (node)->caching == CACHE_NOTHING ? 0 : LONG_S;
}

const Secret *
cookie_of (const Fs *fs, NodeId node)
{
  return node_length (node) == 0 ? NULL : tree_cookie (fs->tree, node);
}

static gboolean
is_filled_with (const Cache *cache, NodeId node, const Secret *cookie)
{
  return node_length (node) == 0 || g_hash_table_lookup (cache->filled, GSIZE_TO_POINTER (node)) == cookie;
}

/* Who asks for the truth of this moment gets it from us; and so does who has waited for what may be another one soon. */
void
cache_open_file (const Cache *cache, NodeId node, const Secret *cookie, struct fuse_file_info *info, gboolean waited)
{
  gboolean cached = node_kind (node)->caching == CACHE_CONTENT && (info->flags & O_ACCMODE) == O_RDONLY;

  info->direct_io = !cached || waited || (info->flags & O_DIRECT) != 0 ? 1 : 0;
  info->keep_cache = cached && is_filled_with (cache, node, cookie) ? 1 : 0;
}

void
cache_open_folder (const Cache *cache, struct fuse_file_info *info)
{
  info->cache_readdir = 1;
  info->keep_cache = notifier_is_idle (cache->notifier) ? 1 : 0;
}

static void
note (GHashTable *cookies, NodeId node, const Secret *cookie)
{
  if (cookie != NULL && g_hash_table_lookup (cookies, GSIZE_TO_POINTER (node)) != cookie)
    g_hash_table_insert (cookies, GSIZE_TO_POINTER (node), secret_ref ((Secret *)cookie));
}

void
cache_note_served (Cache *cache, NodeId node, const Secret *cookie)
{
  note (cache->served, node, cookie);
}

const Secret *
cache_last_served (const Cache *cache, NodeId node)
{
  return g_hash_table_lookup (cache->served, GSIZE_TO_POINTER (node));
}

void
cache_note_filled (Cache *cache, NodeId node)
{
  const Secret *cookie = cookie_of (cache->fs, node);

  note (cache->served, node, cookie);
  note (cache->filled, node, cookie);
}

/* The last cookie of a session that is over, or withheld, is of no use to anybody, and not kept. */
static void
forget_cookie (Cache *cache, NodeId node)
{
  const Fs *fs = cache->fs;

  g_hash_table_remove (cache->filled, GSIZE_TO_POINTER (node));
  if (node_length (node) > 0 && account_outlook (fs->account, tree_own_identity (fs->tree, node)) == OUTLOOK_REFUSED)
    g_hash_table_remove (cache->served, GSIZE_TO_POINTER (node));
}

/* May be told from the loop, since no request of anybody's holds it up. */
static void
forget_attributes (const Cache *cache, NodeId node)
{
  fuse_lowlevel_notify_inval_inode (cache->fs->session, node, -1, 0);
}

/* What the notifier has to tell is moved to @told. */
static void
forget (Cache *cache, Stale *stale, GArray *told)
{
  Stale moved = {stale->kind, stale->node, NULL};

  if (stale->kind == STALE_ATTRIBUTES)
    {
      forget_attributes (cache, stale->node);
      return;
    }
  moved.name = g_steal_pointer (&stale->name);
  g_array_append_val (told, moved);
  if (stale->kind == STALE_CONTENT)
    forget_cookie (cache, stale->node);
}

void
cache_forget_content (Cache *cache, NodeId node)
{
  Stale stale = {STALE_CONTENT, node, NULL};
  GArray *told = stale_list_new ();

  forget (cache, &stale, told);
  notifier_push (cache->notifier, told);
}

/* All at once, so that the loop hears of it once. Names last: they may have to wait for one who looks up another name in the folder. */
void
fs_forget (Fs *fs, GArray *stale)
{
  g_autoptr (GArray) told = stale_list_new ();

  if (fs->cache == NULL)
    return;
  for (int names = 0; names <= 1; names++)
    for (guint i = 0; i < stale->len; i++)
      if ((g_array_index (stale, Stale, i).kind == STALE_NAME) == names)
        forget (fs->cache, &g_array_index (stale, Stale, i), told);
  if (told->len > 0)
    notifier_push (fs->cache->notifier, g_steal_pointer (&told));
}

void
fs_settle (Fs *fs, FsSettled settled, gpointer data)
{
  Cache *cache = fs->cache;

  if (cache == NULL)
    {
      settled (data);
      return;
    }
  g_return_if_fail (cache->settled == NULL);
  cache->settled = settled;
  cache->data = data;
  if (cache->stuck || notifier_is_idle (cache->notifier))
    go_on (cache);
  else
    cache->patience = g_timeout_add (LONGEST_WAIT_MS, on_impatience, cache);
}
