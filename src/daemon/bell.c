/* The bell. Forks one child and talks to it over a socket. */
#include "daemon/bell.h"

#include "base/loop.h"
#include "base/watch.h"
#include "daemon/ringer.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A ring takes well under a millisecond; but the way to the mountpoint may lead over a disk that hangs. */
#define PATIENCE_MS 2000

struct Bell
{
  pid_t ringer; /* 0: it has ended */
  int fd;
  guint source; /* 0: nothing is told */
  char *device;
  char *mountpoint;
  GQueue waiting;          /* of paths: to be told */
  GHashTable *waiting_set; /* the same, as a set */
  gboolean ringing;        /* a message was not answered yet */
  BellSilent silent;
  gpointer data;
};

Bell *
bell_start (void)
{
  Bell *bell;
  int ends[2];
  pid_t ringer;
  char byte;

  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return NULL;
  ringer = fork ();
  if (ringer == 0)
    ringer_run (ends[1]);
  close (ends[1]);
  if (ringer < 0 || recv (ends[0], &byte, 1, 0) != 1)
    {
      close (ends[0]);
      if (ringer > 0)
        waitpid (ringer, NULL, 0);
      return NULL;
    }
  g_unix_set_fd_nonblocking (ends[0], TRUE, NULL);
  bell = g_new0 (Bell, 1);
  bell->ringer = ringer;
  bell->fd = ends[0];
  bell->waiting_set = g_hash_table_new (g_str_hash, g_str_equal);
  return bell;
}

pid_t
bell_process (const Bell *bell)
{
  return bell->ringer;
}

static void
append_text (GByteArray *message, const char *text)
{
  g_byte_array_append (message, (const guint8 *)text, (guint)strlen (text) + 1);
}

/* All that waits and has room in one message. */
static GByteArray *
make_message (Bell *bell)
{
  GByteArray *message = g_byte_array_new ();
  const char *next;

  append_text (message, bell->device);
  append_text (message, bell->mountpoint);
  while ((next = g_queue_peek_head (&bell->waiting)) != NULL && message->len + strlen (next) + 1 <= RING_ROOM)
    {
      append_text (message, next);
      g_hash_table_remove (bell->waiting_set, next);
      g_free (g_queue_pop_head (&bell->waiting));
    }
  return message;
}

/* One message at a time, so that what changes again while it waits is told once. */
static void
ring_next (Bell *bell)
{
  g_autoptr (GByteArray) message = NULL;

  if (bell->source == 0 || bell->ringing || g_queue_is_empty (&bell->waiting))
    return;
  message = make_message (bell);
  bell->ringing = send (bell->fd, message->data, message->len, MSG_NOSIGNAL) >= 0;
}

gboolean
bell_is_silent (const Bell *bell)
{
  return bell->source == 0 || (!bell->ringing && bell->waiting.length == 0);
}

void
bell_on_silence (Bell *bell, BellSilent silent, gpointer data)
{
  bell->silent = silent;
  bell->data = data;
}

static void
ringer_has_ended (Bell *bell)
{
  g_warning ("the process that tells of changes (inotify) has ended; from now on nobody is told");
  bell->source = 0;
  waitpid (bell->ringer, NULL, 0);
  bell->ringer = 0;
}

static gboolean
on_rung (gint fd, GIOCondition condition, gpointer data)
{
  Bell *bell = data;
  char byte;
  ssize_t got = recv (fd, &byte, 1, 0);

  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  bell->ringing = FALSE;
  if (got > 0)
    ring_next (bell);
  else
    ringer_has_ended (bell);
  if (bell_is_silent (bell) && bell->silent != NULL)
    bell->silent (bell->data);
  return bell->source == 0 ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

void
bell_hang (Bell *bell, const char *device, const char *mountpoint)
{
  if (device == NULL)
    return;
  bell->device = g_strdup (device);
  bell->mountpoint = g_strdup (mountpoint);
  bell->source = watch_fd (bell->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_rung, bell);
}

void
bell_ring (Bell *bell, const char *path)
{
  char *copy;

  if (bell->source == 0 || g_hash_table_contains (bell->waiting_set, path)
      || strlen (bell->device) + strlen (bell->mountpoint) + strlen (path) + 3 > RING_ROOM)
    return;
  copy = g_strdup (path);
  g_queue_push_tail (&bell->waiting, copy);
  g_hash_table_add (bell->waiting_set, copy);
  ring_next (bell);
}

static gboolean
on_end (gint fd, GIOCondition condition, gpointer data)
{
  Bell *bell = data;
  char byte;
  ssize_t got = recv (fd, &byte, 1, 0);

  if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
    return G_SOURCE_CONTINUE;
  bell->source = 0;
  return G_SOURCE_REMOVE;
}

static gboolean
is_at_it (gconstpointer data)
{
  return ((const Bell *)data)->source != 0;
}

/* What it is in the middle of needs our answers, so the mount is served until then. */
static void
wait_for_end (Bell *bell)
{
  gboolean ended;

  shutdown (bell->fd, SHUT_WR);
  bell->source = watch_fd (bell->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_end, bell);
  ended = loop_while (is_at_it, bell, PATIENCE_MS);
  if (!ended)
    kill (bell->ringer, SIGKILL);
  g_clear_handle_id (&bell->source, g_source_remove);
  waitpid (bell->ringer, NULL, ended ? 0 : WNOHANG);
}

void
bell_stop (Bell *bell)
{
  g_clear_handle_id (&bell->source, g_source_remove);
  if (bell->ringer != 0)
    wait_for_end (bell);
  close (bell->fd);
  g_hash_table_unref (bell->waiting_set);
  g_queue_clear_full (&bell->waiting, g_free);
  g_free (bell->device);
  g_free (bell->mountpoint);
  g_free (bell);
}
