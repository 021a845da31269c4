/*
 * The FUSE side: requests of the kernel against the tree. Runs on the default GLib main context and never blocks it.
 *
 * A request that must wait for the account is parked (fs/parking.h) and answered later; an interrupt unparks it.
 */
#pragma once

#include "tree/tree.h"

typedef struct Fs Fs;

typedef struct
{
  /* Hands an event to the account. Its answers may come before this returns, by fs_answer(). */
  void (*post) (gpointer data, const Event *event);
  /* The kernel has begun to use the mount. */
  void (*ready) (gpointer data);
  /* A write to @node has ended. @told: the kernel tells those who watch it (inotify), for that write. */
  void (*written) (gpointer data, NodeId node, gboolean told);
  /* The mount is gone; the loop may end. */
  void (*gone) (gpointer data);
} FsHooks;

typedef struct
{
  const char *source;
  const char *mountpoint;
  const char *mount_options; /* comma-separated, for the kernel and libfuse; may be "" */
  int channel; /* of fs_open_channel(): what is mounted there already; 0: nothing is. Closed with the mount */
  gboolean debug;
  pid_t teller; /* the process that tells those who watch files: it must never wait for the service; 0: there is none */
  gboolean audit; /* log who opens a file that bears a cookie */
} FsConfig;

/*
 * Mounts, and leaves it to whoever gets the descriptor to serve the mount; it outlives this process, and all who use it wait
 * meanwhile. Once in a process. -1 with @error set if that fails.
 */
int fs_open_channel (const FsConfig *config, GError **error);

/* Mounts. NULL with @error set if that fails. @tree must outlive the result. */
Fs *fs_mount (const FsConfig *config, Tree *tree, const Account *account, const FsHooks *hooks, gpointer data,
              GError **error);

/* Answers one who waits: with @error, or (NULL) that he may go on. Unknown waiters have left already. */
void fs_answer (Fs *fs, guint64 waiter, const GError *error);

/* The node that he wants to use; the root if he has left already. */
NodeId fs_waiting_for (const Fs *fs, guint64 waiter);

/* Whether a write to @node waits: until it ends the kernel holds the file's lock, and nobody else can write or set times. */
gboolean fs_is_written (const Fs *fs, NodeId node);

/* The mount's device, as /proc/self/mountinfo writes it; NULL: unknown. */
const char *fs_device (const Fs *fs);

/* The kernel is to forget what is in @stale (of Stale). */
void fs_forget (Fs *fs, GArray *stale);

/* Calls @settled, once, when the kernel has forgotten all that it was to; perhaps before this returns. One at a time may wait. */
typedef void (*FsSettled) (gpointer data);
void fs_settle (Fs *fs, FsSettled settled, gpointer data);

/* What is served may have changed, or something have happened: those who wait for that are woken. */
void fs_look_again (Fs *fs);

/* Unmounts (what came by a channel is only let go of) and frees. All waiters must have been answered (EVENT_STOP). */
void fs_unmount (Fs *fs);
