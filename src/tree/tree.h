/*
 * The tree: what is in it now, what each file reads as, and what a write to it means. Answers at once, from what the
 * account knows; whoever needs more than that asks node_kind() what to wait for first. Knows nothing of FUSE.
 */
#pragma once

#include "tree/access.h"
#include "tree/metrics.h"
#include "tree/events.h"
#include "tree/stale.h"

typedef struct
{
  const char *mountpoint;
  Guid application_id;      /* the mount's own; zero: each credential brings one */
  const char *account_hint; /* an account to try, for the README; NULL: none */
  const char *endpoint;     /* the service's URL, for cookie jars; NULL: not known */
  uid_t uid;
  gid_t gid;
  const TreeAccess *access; /* NULL: access_for_owner() */
  gint64 now_us;            /* wall clock */
  const char *source;       /* the account's name; NULL: it has none */
  Instant (*now) (void);    /* NULL: time stands still at now_us */
} TreeConfig;

/* The strings are copied; @account must outlive the tree. */
Tree *tree_new (const TreeConfig *config, const Account *account);
void tree_free (Tree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tree, tree_free)

/* Takes note that what the account serves has changed. */
void tree_changed (Tree *tree, Changed changed, gint64 now_us);

/* The same for the session that is this identity's own. */
void tree_own_changed (Tree *tree, const Guid *identity_id, gint64 now_us);

/* Takes note of a failure, for the file error. @file: the name of what was read or written. */
void tree_note_failure (Tree *tree, const char *file, const GError *failure, gint64 now_us);

/* Takes note of an event, for the file events. @text: a word and its details. */
void tree_note_event (Tree *tree, const char *text, gint64 now_us);

/* A reader of the file events, who stands before the oldest line. The caller frees him, before the tree. */
EventsReader *tree_open_events (Tree *tree);

/* Whether nothing can be said of what is below @folder before somebody has waited for WANT_IDENTITIES. */
gboolean tree_needs_identities (const Tree *tree, NodeId folder);

/* The node that @name is in @folder; 0 if there is none. */
NodeId tree_lookup (const Tree *tree, NodeId folder, const char *name);

/*
 * A name in a folder. It has one and the same place there for ever, and no other name ever gets it: so who is in the middle of
 * a folder can go on, whatever has come and gone.
 */
typedef struct
{
  NodeId node;
  guint place;
  const char *name; /* the tree's, until that changes */
} TreeEntry;

/* The first entry of @folder that is at @place or after it. FALSE: there is none. */
gboolean tree_next (const Tree *tree, NodeId folder, guint place, TreeEntry *entry);

NodeId tree_parent (const Tree *tree, NodeId node);

/* Where @node is below the root, as one would type it: "export/header"; "" for the root. The caller frees it. */
char *tree_path (const Tree *tree, NodeId node);

/* Whether @node is gone, though somebody may still have it open. All else can be asked of it, and it reads as it last did. */
gboolean tree_is_gone (const Tree *tree, NodeId node);

/* What has become another one since this was last called: an array of Stale, the caller's. */
GArray *tree_take_stale (Tree *tree);

void tree_stat (const Tree *tree, NodeId node, struct stat *attributes);

/* FALSE if @node reads as something of another length than its own: its name leads to another node, or is about to. */
gboolean tree_fits (const Tree *tree, NodeId node);

/* The session id that @node, which bears_cookie, has now; NULL: none may be handed out. The account's. */
const Secret *tree_cookie (const Tree *tree, NodeId node);

Instant tree_now (const Tree *tree);

/* The identity whose own session @node is about; NULL: it is about the mount's, or about none. */
const Guid *tree_own_identity (const Tree *tree, NodeId node);

/* Since when the node is what it is; wall clock. */
gint64 tree_changed_us (const Tree *tree, NodeId node);

/* An inode number that the same file has again after a remount. */
guint64 tree_inode (const Tree *tree, NodeId node);

/* What an opener of @node is to read to the end, whatever changes meanwhile; NULL if it is no such file. */
GBytes *tree_freeze (const Tree *tree, NodeId node);

/* Where calls and reads are counted. */
Metrics *tree_metrics (Tree *tree);

gboolean tree_read (const Tree *tree, NodeId node, SecretBuffer *content, GError **error);

/*
 * What is served of @node, to tell whether that is another content than before: what it reads as, or the name of the
 * errno with which it cannot be read. FALSE while a session is being renewed or switched, and nobody knows yet.
 */
gboolean tree_glimpse (const Tree *tree, NodeId node, SecretBuffer *content);

/* Where the link leads; NULL with @error set if nowhere now. The caller frees it. */
char *tree_read_link (const Tree *tree, NodeId node, GError **error);

/* A new stream of writes to @node, which has an input. */
Input *tree_open_input (Tree *tree, NodeId node);
