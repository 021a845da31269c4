/*
 * The tree: what is in it now, what each file reads as, and what a write to it means. Answers at once, from what the
 * account knows; whoever needs more than that asks node_kind() what to wait for first. Knows nothing of FUSE.
 */
#pragma once

#include "tree/node.h"

typedef struct
{
  const char *mountpoint;
  Guid application_id;      /* the mount's own; zero: each credential brings one */
  const char *account_hint; /* an account to try, for the README; NULL: none */
  uid_t uid;
  gid_t gid;
  gint64 now_us; /* wall clock */
} TreeConfig;

/* The strings are copied; @account must outlive the tree. */
Tree *tree_new (const TreeConfig *config, const Account *account);
void tree_free (Tree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tree, tree_free)

/* Takes note that what the account serves has changed. */
void tree_changed (Tree *tree, Changed changed, gint64 now_us);

/* Takes note of a failure, for the file error. @file: the name of what was read or written. */
void tree_note_failure (Tree *tree, const char *file, const GError *failure, gint64 now_us);

/* Whether nothing can be said of what is below @folder before somebody has waited for WANT_IDENTITIES. */
gboolean tree_needs_identities (const Tree *tree, NodeId folder);

/* The node that @name is in @folder; 0 if there is none. */
NodeId tree_lookup (const Tree *tree, NodeId folder, const char *name);

/* What is in @folder: (node, name) pairs appended to @entries. */
typedef struct
{
  NodeId node;
  char *name; /* owned by the entry */
} TreeEntry;
GArray *tree_list (const Tree *tree, NodeId folder);

NodeId tree_parent (const Tree *tree, NodeId node);

/* The way to it from the root, without a slash before it; NULL if the node is gone. The caller frees it. */
char *tree_path (const Tree *tree, NodeId node);

/* FALSE if the node is gone. */
gboolean tree_stat (const Tree *tree, NodeId node, struct stat *attributes);

/* An inode number that the same file has again after a remount. */
guint64 tree_inode (const Tree *tree, NodeId node);

gboolean tree_read (const Tree *tree, NodeId node, SecretBuffer *content, GError **error);

/* Where the link leads; NULL with @error set if nowhere now. The caller frees it. */
char *tree_read_link (const Tree *tree, NodeId node, GError **error);

/* A new stream of writes to @node, which has an input. */
Input *tree_open_input (Tree *tree, NodeId node);
