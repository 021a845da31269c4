/* The inside of fs/, shared by its files and by nobody else. */
#pragma once

#define FUSE_USE_VERSION 312

#include "base/error.h"
#include "fs/fs.h"
#include "fs/notifier.h"

#include <fuse_lowlevel.h>

typedef struct Parked Parked;
typedef struct Cache Cache;

/* An open file. */
typedef struct
{
  GList link; /* in the list of them all */
  NodeId node;
  gboolean direct;       /* it goes past the page cache, so each opener may have its own view */
  gboolean has_snapshot; /* what a reader reads on from, when he began at 0 */
  SecretBuffer snapshot;
  gboolean let_in;      /* when he opened, there was something to read; and he has not read it, for all we know */
  gint64 opened_us;     /* and when; monotonic clock */
  GBytes *frozen;       /* what he reads to the end; NULL: it is no such file (frozen.c) */
  gboolean frozen_read; /* he has begun to */
  guint64 frozen_number;
  Input *input; /* NULL: not open for writing */
  pid_t opener;
  SecretBuffer failed;            /* the bytes of the write that failed last */
  GError *failure;                /* and why */
  gint64 failed_us;               /* and when; monotonic clock */
  gboolean reads;                 /* open for reading */
  gboolean polls;                 /* he waits for changes by poll(2), or did */
  guint64 read_fingerprint;       /* of what was last read */
  guint64 read_number;            /* of the content that was last read (poll.c); 0: of none */
  gboolean read_unsettled;        /* which is not known yet: it was read in the middle of a switch, say */
  guint64 polled_number;          /* and of the one that poll(2) last knew of */
  struct fuse_pollhandle *poller; /* somebody waits in poll(2), or did */
  EventsReader *events;           /* NULL: it is another file */
  gboolean lingers;               /* waits at the end of events, or did, and does not know yet that it ended */
} Handle;

struct Fs
{
  struct fuse_session *session;
  Tree *tree;
  const Account *account;
  FsHooks hooks;
  gpointer data;
  pid_t teller;
  gboolean audit;
  char *device; /* the mount's, as /proc/self/mountinfo writes it; NULL: unknown */
  guint source; /* of the FUSE descriptor */
  guint mounts; /* source of /proc/self/mountinfo */
  int mounts_fd;
  struct fuse_buf buffer;
  guint64 offered; /* the kernel's INIT flags; 0: INIT was answered */
  Cache *cache;
  GQueue handles;      /* of Handle, by their links, owned: the open files */
  GHashTable *parked;  /* waiter -> Parked */
  GSList *interrupted; /* of guint64: waiters */
  GHashTable *gates;   /* NodeId -> Gate */
  GHashTable *seen;    /* NodeId -> what it last read as (poll.c) */
  GHashTable *pollers; /* set of Handle: those with a poller */
  GQueue at_end;       /* of Parked: who waits at the end of events */
  gboolean ended;      /* the mount is gone or going: there will be no more events */
  gboolean stopping;   /* nobody waits for the account any more */
  guint64 last_waiter;
  guint64 last_frozen;
};

/* A request that waits. */
struct Parked
{
  Fs *fs;
  fuse_req_t request;
  guint64 waiter;
  /* The wait was not in vain: answers and calls parked_free(), or waits again. */
  void (*go_on) (Parked *parked);
  /* It was, because of @error: the same; NULL: parked_fail(). */
  void (*fail) (Parked *parked, const GError *error);
  NodeId node;
  struct fuse_file_info info;
  char *name;         /* of a LOOKUP */
  Handle *handle;     /* of a WRITE, FLUSH or READ */
  gsize written;      /* bytes, of a WRITE */
  SecretBuffer bytes; /* of a WRITE */
  gboolean at_end;    /* it is a FLUSH */
  guint tries;        /* so often he has waited in vain, though he was let through */
  gsize size;         /* of a READ */
  off_t offset;       /* likewise */
  /* It does not wait for the account: takes it out of the queue in which it waits. */
  void (*leave) (Parked *parked);
};

/* parking.c */
Parked *parked_new (Fs *fs, fuse_req_t request, NodeId node, void (*go_on) (Parked *parked));
void parked_free (Parked *parked);
void parked_want (Parked *parked, Want want, gboolean ask_now);
void parked_command (Parked *parked, const Order *order);
/* Answers with an error, and keeps it for the file error. Frees @parked. */
void parked_fail (Parked *parked, const GError *error);
/* The same for a request that never waited. */
void fail_request (Fs *fs, fuse_req_t request, NodeId node, const GError *error);
void parking_deliver_interrupts (Fs *fs);
/* All who wait give up. */
void parking_interrupt_all (Fs *fs);

/* gate.c: one writer at a time waits on a node; who opens it for writing meanwhile waits here, where he can be interrupted. */
void gate_close (Fs *fs, NodeId node);
void gate_open (Fs *fs, NodeId node);
/* Lets the next one through, if the gate is open. */
void gate_pass (Fs *fs, NodeId node);
/* TRUE if @parked now waits at a closed gate. */
gboolean gate_wait (Parked *parked);
void gate_free (gpointer gate);

/* cache.c: what the kernel may keep */
Cache *cache_new (Fs *fs);
/* Returns when the kernel has forgotten all that it was to, or after a moment. */
void cache_see_off (Cache *cache);
void cache_free (Cache *cache);
/* How long, in seconds, the kernel may keep a name, and the attributes of @node. */
double cache_names_s (void);
double cache_attributes_s (NodeId node);
/* Of a file of which the kernel keeps the session id: the one that it has now. NULL: it is another file, or there is none. */
const Secret *cookie_of (const Fs *fs, NodeId node);
/* Sets whether who opens @node, which has @cookie, goes by the page cache, and whether he may go by what is in it. */
void cache_open_file (const Cache *cache, NodeId node, const Secret *cookie, struct fuse_file_info *info,
                      gboolean waited);
void cache_open_folder (const Cache *cache, struct fuse_file_info *info);
/* Somebody is served @cookie, which @node has now; NULL: none. */
void cache_note_served (Cache *cache, NodeId node, const Secret *cookie);
/* The one that somebody was served last, if another one is still to come after it. */
const Secret *cache_last_served (const Cache *cache, NodeId node);
/* A READ for the page cache was answered with what @node reads as now. */
void cache_note_filled (Cache *cache, NodeId node);
/* What the kernel has of @node now is not what it reads as. */
void cache_forget_content (Cache *cache, NodeId node);

/* stream.c: the file events */
void stream_read (Fs *fs, fuse_req_t request, gsize size, off_t offset, const struct fuse_file_info *info);
/* A GETATTR of an open file comes of lseek(2) only: somebody asks where the end is. */
off_t stream_seek_end (const struct fuse_file_info *info);
gboolean stream_is_readable (const Fs *fs, const Handle *handle);
/* Answers those for whom there is something to read. */
void stream_wake (Fs *fs);
/* There will be nothing more to read; whoever waits gets to know. */
void stream_end (Fs *fs);
/* The same, before the mount goes; returns when they do know, or after a moment. */
void stream_see_off (Fs *fs);

/* poll.c: who waits in poll(2) */
/* The opener has just been served @content, or told @error. Cheap until he polls. */
void poll_note_read (Fs *fs, Handle *handle, const SecretBuffer *content, const GError *error);
/* A new opener will be served @cookie, and may read it without our knowing. */
void poll_note_opened (Handle *handle, const Secret *cookie);
/* Wakes those for whom something is new. */
void poll_wake (Fs *fs);
void poll_forget (Fs *fs, Handle *handle);

/* folder.c: what a name leads to */
struct fuse_entry_param entry_of (const Fs *fs, NodeId node);

/* folder.c, listing.c, file.c, write.c, poll.c: the operations */
void op_lookup (fuse_req_t request, fuse_ino_t parent, const char *name);
void op_getattr (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info);
void op_setattr (fuse_req_t request, fuse_ino_t node, struct stat *wanted, int to_set, struct fuse_file_info *info);
void op_readlink (fuse_req_t request, fuse_ino_t node);
void op_opendir (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info);
void op_readdir (fuse_req_t request, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *info);
void op_readdirplus (fuse_req_t request, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *info);
void op_open (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info);
void op_read (fuse_req_t request, fuse_ino_t node, size_t size, off_t offset, struct fuse_file_info *info);
void op_release (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info);
void op_write (fuse_req_t request, fuse_ino_t node, const char *bytes, size_t size, off_t offset,
               struct fuse_file_info *info);
void op_flush (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info);
void op_poll (fuse_req_t request, fuse_ino_t node, struct fuse_file_info *info, struct fuse_pollhandle *poller);
void op_fsync (fuse_req_t request, fuse_ino_t node, int data_only, struct fuse_file_info *info);

void handle_free (Fs *fs, Handle *handle);

/* frozen.c: files that are different at every moment */
/* What is there now becomes what the reader of @handle reads. */
void freeze (Fs *fs, Handle *handle);
void read_frozen (Fs *fs, fuse_req_t request, Handle *handle, size_t size, off_t offset);
/* The length that @node has for who asks, if it is open; else -1. */
off_t frozen_size (Fs *fs, fuse_req_t request, NodeId node);

/* operations.c: the table of them */
extern const struct fuse_lowlevel_ops operations;

/* opener.c */
/* The process that @thread belongs to. */
pid_t opener_process (pid_t thread);
/* Logs who opens @node, if it bears a cookie. */
void opener_audit (Fs *fs, fuse_req_t request, NodeId node);

/* handshake.c */
void handshake_install (Fs *fs);

gint64 wall_clock_us (void);
Fs *fs_of (fuse_req_t request);
