/* Mounting, the loop's source for the FUSE descriptor, and unmounting. */
#include "base/locked.h"
#include "base/mount_table.h"
#include "base/watch.h"
#include "fs/private.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

/* So many requests are served in a row before the loop looks at its other sources. */
#define REQUESTS_PER_TURN 32

/* Bytes of a request before what it writes. */
#define SMALLEST_WRITE 80

static gboolean
on_request (gint fd, GIOCondition condition, gpointer data)
{
  Fs *fs = data;

  for (int i = 0; i < REQUESTS_PER_TURN && !fuse_session_exited (fs->session); i++)
    {
      int length = fuse_session_receive_buf (fs->session, &fs->buffer);

      if (length <= 0)
        break;
      fuse_session_process_buf (fs->session, &fs->buffer);
      /* What was written may be a password. */
      explicit_bzero (fs->buffer.mem, fs->buffer.size);
      if (fs->buffer.size > SMALLEST_WRITE)
        wipe_stack ();
      parking_deliver_interrupts (fs);
    }
  if (!fuse_session_exited (fs->session))
    return G_SOURCE_CONTINUE;
  fs->source = 0;
  fs->hooks.gone (fs->data);
  return G_SOURCE_REMOVE;
}

static gboolean
is_anywhere (const char *device)
{
  g_autoptr (GPtrArray) table = mount_table_read ();

  return mount_table_has_device (table, device);
}

/*
 * After umount -l the file system lives on for those who still use it. Who waits is sent away then: the last one to leave ends
 * the daemon. Who comes later is in a mount namespace that has a copy of the mount, which we cannot see, and may wait.
 */
static gboolean
on_mounts (gint fd, GIOCondition condition, gpointer data)
{
  Fs *fs = data;

  if (fs->device == NULL || is_anywhere (fs->device))
    return G_SOURCE_CONTINUE;
  fs->mounts = 0;
  stream_end (fs);
  poll_wake (fs);
  parking_interrupt_all (fs);
  return G_SOURCE_REMOVE;
}

/* mountinfo tells of changes by POLLPRI (proc(5)), but only once it was read. */
static void
watch_mounts (Fs *fs, const char *mountpoint)
{
  g_autoptr (GPtrArray) table = NULL;
  const MountRow *mounted;
  char bytes[64];

  fs->mounts_fd = open ("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
  if (fs->mounts_fd < 0)
    return;
  if (read (fs->mounts_fd, bytes, sizeof bytes) >= 0)
    fs->mounts = watch_fd (fs->mounts_fd, G_IO_PRI | G_IO_ERR, on_mounts, fs);
  table = mount_table_read ();
  mounted = mount_table_find (table, mountpoint);
  fs->device = mounted == NULL ? NULL : g_strdup (mounted->device);
}

static void
add_options (struct fuse_args *args, const FsConfig *config)
{
  g_autofree char *name = g_strconcat ("fsname=", config->source, NULL);
  char *options = NULL;

  fuse_opt_add_opt_escaped (&options, name);
  fuse_opt_add_opt (&options, "subtype=so24fs");
  fuse_opt_add_opt (&options, "default_permissions");
  if (*config->mount_options != '\0')
    fuse_opt_add_opt (&options, config->mount_options);
  fuse_opt_add_arg (args, "so24fs");
  fuse_opt_add_arg (args, "-o");
  fuse_opt_add_arg (args, options);
  if (config->debug)
    fuse_opt_add_arg (args, "-d");
  free (options);
}

/* libfuse says why it failed only in words, on stderr, and in lines of its own. Of what it says later on several threads may hear. */
static char *libfuse_said;
static gboolean mounting;

static void
on_libfuse_log (enum fuse_log_level level, const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  const char *sentence = g_str_has_prefix (text, "fuse: ") ? text + strlen ("fuse: ") : text;

  text[strcspn (text, "\n")] = '\0';
  g_debug ("%s", sentence);
  if (!mounting)
    return;
  g_free (libfuse_said);
  libfuse_said = g_strdup (sentence);
}

static struct fuse_session *
new_session (Fs *fs, const FsConfig *config, GError **error)
{
  /* What libfuse takes for a mountpoint where the mount is there already. */
  g_autofree char *where
    = config->channel == 0 ? g_strdup (config->mountpoint) : g_strdup_printf ("/dev/fd/%d", config->channel);
  struct fuse_args args = FUSE_ARGS_INIT (0, NULL);
  struct fuse_session *session;

  fuse_set_log_func (on_libfuse_log);
  add_options (&args, config);
  session = fuse_session_new (&args, &operations, sizeof operations, fs);
  fuse_opt_free_args (&args);
  if (session == NULL)
    g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "bad mount options: %s", libfuse_said);
  else if (fuse_session_mount (session, where) != 0)
    {
      g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "cannot mount on %s%s%s", config->mountpoint,
                   libfuse_said == NULL ? "" : ": ", libfuse_said == NULL ? "" : libfuse_said);
      fuse_session_destroy (session);
      session = NULL;
    }
  return session;
}

int
fs_open_channel (const FsConfig *config, GError **error)
{
  /* As long as the process lives: libfuse frees what it has of a mount only when it ends the mount. */
  static struct fuse_session *kept;

  g_return_val_if_fail (kept == NULL, -1);
  kept = new_session (NULL, config, error);
  return kept == NULL ? -1 : fuse_session_fd (kept);
}

Fs *
fs_mount (const FsConfig *config, Tree *tree, const Account *account, const FsHooks *hooks, gpointer data,
          GError **error)
{
  Fs *fs = g_new0 (Fs, 1);
  int fd;

  fs->tree = tree;
  fs->account = account;
  fs->hooks = *hooks;
  fs->data = data;
  fs->teller = config->teller;
  fs->audit = config->audit;
  fs->mounts_fd = -1;
  mounting = TRUE;
  fs->session = new_session (fs, config, error);
  mounting = FALSE;
  if (fs->session == NULL)
    {
      g_free (fs);
      return NULL;
    }
  fs->parked = g_hash_table_new (g_int64_hash, g_int64_equal);
  fs->seen = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  fs->pollers = g_hash_table_new (NULL, NULL);
  fs->gates = g_hash_table_new_full (NULL, NULL, NULL, gate_free);
  handshake_install (fs);
  fs->cache = cache_new (fs);
  watch_mounts (fs, config->mountpoint);
  fd = fuse_session_fd (fs->session);
  g_unix_set_fd_nonblocking (fd, TRUE, NULL);
  fs->source = watch_fd (fd, G_IO_IN | G_IO_ERR | G_IO_HUP, on_request, fs);
  return fs;
}

const char *
fs_device (const Fs *fs)
{
  return fs->device;
}

void
fs_look_again (Fs *fs)
{
  stream_wake (fs);
  poll_wake (fs);
}

/* Nobody who waits for us is left; and while the notifier waits in the kernel for somebody who does, we serve him. */
void
fs_unmount (Fs *fs)
{
  stream_see_off (fs);
  parking_interrupt_all (fs);
  cache_see_off (fs->cache);
  g_clear_handle_id (&fs->source, g_source_remove);
  g_clear_handle_id (&fs->mounts, g_source_remove);
  if (fs->mounts_fd >= 0)
    close (fs->mounts_fd);
  parking_interrupt_all (fs);
  fuse_session_unmount (fs->session);
  cache_free (fs->cache);
  fuse_session_destroy (fs->session);
  free (fs->buffer.mem);
  g_slist_free_full (fs->interrupted, g_free);
  g_hash_table_unref (fs->parked);
  g_hash_table_unref (fs->pollers);
  while (fs->handles.head != NULL)
    handle_free (fs, fs->handles.head->data);
  g_hash_table_unref (fs->seen);
  g_hash_table_unref (fs->gates);
  g_free (fs->device);
  g_clear_pointer (&libfuse_said, g_free);
  g_free (fs);
}
