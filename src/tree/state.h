/* The inside of the tree, for the files of tree/ only. */
#pragma once

#include "tree/directory.h"
#include "tree/events.h"
#include "tree/export.h"
#include "tree/metrics.h"
#include "tree/tree.h"

/* The last failure that somebody was told of. */
typedef struct
{
  gint64 at_us; /* wall clock */
  char *file;   /* NULL: there was none */
  const char *errno_name;
  char *text;
} Failure;

/* identities.json as it was last made, and from what. */
typedef struct
{
  GBytes *bytes; /* NULL: it was not made yet */
  GPtrArray *identities;
  Guid latest; /* latest_active() */
} MadeJson;

/* identities_json.c */
void made_json_clear (MadeJson *made);

/* Since when things are what they are (changes.c). */
typedef struct
{
  gint64 at_us[N_CHANGES]; /* wall clock; never the same twice */
  GArray *stale;           /* of Stale */
  Guid active;             /* the identity that was last known to be; zero: none was */
  gboolean passport_shown;
  guint cookie_length; /* of the mount's session id with its newline, or of the last one; the kernel goes by it */
} TreeChanges;

/* render.c: the identity that is active, or last was. Zero: none ever was, and the list says who was when it was made. */
const Guid *latest_active (const Tree *tree);
gboolean is_current (const Guid *latest, const Identity *identity);

/* changes.c */
void changes_init (TreeChanges *changes, gint64 now_us);
void changes_clear (TreeChanges *changes);
void changes_note (Tree *tree, Changes what, gint64 now_us);
/* The node that @row has now, in @slot: that of its length, if it is one whose length makes its node. */
NodeId changes_node (const Tree *tree, Kind row, guint slot);

struct Tree
{
  const Account *account;
  Directory *directory;
  char *readme;
  Failure failure;
  Metrics *metrics;
  MadeJson *made_json;
  char *source;
  char *endpoint;
  char *mountpoint;
  Instant (*now) (void);
  Instant started;
  Events *events;
  Guid application_id;
  ExportEndpoint export_endpoint;
  uid_t uid;
  gid_t gid;
  TreeAccess access;
  TreeChanges changes;
};
