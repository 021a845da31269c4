/*
 * Requests that wait. Each is answered exactly once, by the function that it was parked with.
 *
 * libfuse calls an interrupt function while it holds the request's lock, and sometimes before the request is known to
 * be parked; answering from there would free the lock that is held. So an interrupt is only noted, and delivered when
 * libfuse has returned.
 */
#include "fs/private.h"

gint64
wall_clock_us (void)
{
  return g_get_real_time ();
}

Fs *
fs_of (fuse_req_t request)
{
  return fuse_req_userdata (request);
}

static void
on_interrupt (fuse_req_t request, void *data)
{
  Parked *parked = data;
  guint64 *waiter = g_new (guint64, 1);

  *waiter = parked->waiter;
  parked->fs->interrupted = g_slist_prepend (parked->fs->interrupted, waiter);
}

Parked *
parked_new (Fs *fs, fuse_req_t request, NodeId node, void (*go_on) (Parked *parked))
{
  Parked *parked = g_new0 (Parked, 1);

  parked->fs = fs;
  parked->request = request;
  parked->node = node;
  parked->go_on = go_on;
  parked->waiter = ++fs->last_waiter;
  g_hash_table_insert (fs->parked, &parked->waiter, parked);
  fuse_req_interrupt_func (request, on_interrupt, parked);
  return parked;
}

void
parked_free (Parked *parked)
{
  g_hash_table_remove (parked->fs->parked, &parked->waiter);
  secret_buffer_clear (&parked->bytes);
  g_free (parked->name);
  g_free (parked);
}

/* A waiter's number is used once, so one who waits again gets a new one. An interrupt that came meanwhile must not be lost. */
static void
renumber (Parked *parked)
{
  Fs *fs = parked->fs;

  g_hash_table_remove (fs->parked, &parked->waiter);
  parked->waiter = ++fs->last_waiter;
  g_hash_table_insert (fs->parked, &parked->waiter, parked);
  if (fuse_req_interrupted (parked->request))
    on_interrupt (parked->request, parked);
}

/* While the mount goes down nothing is begun any more. */
static void
post (Parked *parked, Event *event)
{
  g_autoptr (GError) error = NULL;

  renumber (parked);
  event->waiter = parked->waiter;
  if (!parked->fs->stopping)
    {
      parked->fs->hooks.post (parked->fs->data, event);
      return;
    }
  error = g_error_new_literal (SO24_ERROR, SO24_ERROR_INTERRUPTED, "so24fs is stopping");
  fs_answer (parked->fs, parked->waiter, error);
}

void
parked_want (Parked *parked, Want want, gboolean ask_now)
{
  Event event
    = {.kind = EVENT_WANT, .want = want, .own = tree_own_identity (parked->fs->tree, parked->node), .ask_now = ask_now};

  post (parked, &event);
}

void
parked_command (Parked *parked, const Order *order)
{
  Event event = {.kind = EVENT_COMMAND,
                 .command = order->kind,
                 .credential = order->credential,
                 .identity_id = order->identity_id,
                 .identity = order->identity};

  post (parked, &event);
}

/* Somebody's Ctrl-C is no failure that anybody would look up. */
void
fail_request (Fs *fs, fuse_req_t request, NodeId node, const GError *error)
{
  g_autofree char *path = tree_path (fs->tree, node);

  if (!g_error_matches (error, SO24_ERROR, SO24_ERROR_INTERRUPTED))
    tree_note_failure (fs->tree, path, error, wall_clock_us ());
  fuse_reply_err (request, error_errno (error));
}

void
parked_fail (Parked *parked, const GError *error)
{
  fail_request (parked->fs, parked->request, parked->node, error);
  parked_free (parked);
}

NodeId
fs_waiting_for (const Fs *fs, guint64 waiter)
{
  const Parked *parked = g_hash_table_lookup (fs->parked, &waiter);

  return parked == NULL ? node_make (KIND_ROOT, 0) : parked->node;
}

void
fs_answer (Fs *fs, guint64 waiter, const GError *error)
{
  Parked *parked = g_hash_table_lookup (fs->parked, &waiter);

  if (parked == NULL)
    return;
  if (error == NULL)
    parked->go_on (parked);
  else if (parked->fail != NULL)
    parked->fail (parked, error);
  else
    parked_fail (parked, error);
}

static void
interrupt (Fs *fs, guint64 waiter)
{
  Parked *parked = g_hash_table_lookup (fs->parked, &waiter);
  Event event = {.kind = EVENT_INTERRUPT, .waiter = waiter};

  if (parked == NULL)
    return;
  if (parked->leave != NULL)
    {
      parked->leave (parked);
      fuse_reply_err (parked->request, EINTR);
      parked_free (parked);
      return;
    }
  fs->hooks.post (fs->data, &event);
}

void
parking_deliver_interrupts (Fs *fs)
{
  while (fs->interrupted != NULL)
    {
      g_autofree guint64 *waiter = fs->interrupted->data;

      fs->interrupted = g_slist_delete_link (fs->interrupted, fs->interrupted);
      interrupt (fs, *waiter);
    }
}

void
parking_interrupt_all (Fs *fs)
{
  g_autoptr (GArray) waiters = g_array_new (FALSE, FALSE, sizeof (guint64));
  GHashTableIter iter;
  gpointer waiter;

  g_hash_table_iter_init (&iter, fs->parked);
  while (g_hash_table_iter_next (&iter, &waiter, NULL))
    g_array_append_vals (waiters, waiter, 1);
  for (guint i = 0; i < waiters->len; i++)
    interrupt (fs, g_array_index (waiters, guint64, i));
}
