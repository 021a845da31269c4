/*
 * Gates. The kernel holds the inode's lock while a WRITE is parked, and a second writer who blocked there would not hear
 * Ctrl-C. So he is kept one step earlier, in OPEN.
 */
#include "fs/private.h"

typedef struct
{
  guint writing;
  GQueue waiting; /* of Parked */
} Gate;

static Gate *
find_gate (Fs *fs, NodeId node)
{
  Gate *gate = g_hash_table_lookup (fs->gates, GSIZE_TO_POINTER (node));

  if (gate == NULL)
    {
      gate = g_new0 (Gate, 1);
      g_hash_table_insert (fs->gates, GSIZE_TO_POINTER (node), gate);
    }
  return gate;
}

void
gate_free (gpointer gate)
{
  g_queue_clear (&((Gate *)gate)->waiting);
  g_free (gate);
}

void
gate_close (Fs *fs, NodeId node)
{
  find_gate (fs, node)->writing++;
}

void
gate_open (Fs *fs, NodeId node)
{
  find_gate (fs, node)->writing--;
  gate_pass (fs, node);
}

/* One only: he may write at once. The next one follows when that write has ended, or when he closes without one. */
void
gate_pass (Fs *fs, NodeId node)
{
  Gate *gate = find_gate (fs, node);
  Parked *next = gate->writing > 0 ? NULL : g_queue_pop_head (&gate->waiting);

  if (next != NULL)
    {
      next->leave = NULL;
      next->go_on (next);
    }
}

static void
leave (Parked *parked)
{
  g_queue_remove (&find_gate (parked->fs, parked->node)->waiting, parked);
}

gboolean
gate_wait (Parked *parked)
{
  Gate *gate = find_gate (parked->fs, parked->node);

  if (gate->writing == 0)
    return FALSE;
  parked->leave = leave;
  g_queue_push_tail (&gate->waiting, parked);
  return TRUE;
}
