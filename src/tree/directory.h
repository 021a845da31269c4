/*
 * The folders below identities/. A client's folder and an identity each get a slot for the life of the mount, so that a
 * node number means the same thing for ever. One that disappears from the account keeps its slot and is absent; one of which
 * anything has changed gets another slot, as a file that is replaced gets another inode.
 */
#pragma once

#include "soap/identity.h"

typedef struct
{
  char *name;        /* of the folder */
  GArray *members;   /* of guint: slots of the identities that are in it now, ascending by their first ones */
  gint64 changed_us; /* wall clock: it has these members since then */
  gboolean relisted; /* in the update under way */
} DirectoryClient;

typedef struct
{
  Identity *identity;
  guint client; /* slot */
  gint before;  /* the slot that the identity had before something of it changed; -1: none */
  guint first;  /* the one that it had first of all */
  gboolean present;
  gboolean listed;       /* in the update under way */
  gint64 since_us;       /* wall clock: it is what it is since then */
  gint64 active_us;      /* it is the active one, or not, since then; 0: since it is there */
  guint cookie_length;   /* of its own session id with its newline, or of the last one; 0: there was none */
  gint64 own_changed_us; /* its own session is what it is since then; 0: there was none */
} DirectoryIdentity;

/* What the last update has changed. */
typedef struct
{
  gboolean clients; /* which folders there are */
  GArray *relisted; /* of guint: clients whose members are others now */
  GArray *left;     /* of guint: identities that are not there any more, or have another slot */
} DirectoryChanges;

typedef struct
{
  GPtrArray *clients;           /* of DirectoryClient */
  GArray *identities;           /* of DirectoryIdentity */
  GHashTable *client_by_name;   /* folder name -> slot + 1 */
  GHashTable *identity_by_guid; /* text, which is the identity's -> slot + 1 */
  DirectoryChanges changes;
} Directory;

Directory *directory_new (void);
void directory_free (Directory *directory);

/* Takes over a new list (NULL: none is known any more), and says in directory->changes what is different. */
void directory_update (Directory *directory, const GPtrArray *identities, gint64 now_us);

/* Whether the identity in @slot is there now, be it that something of it has changed and it has another slot. */
gboolean directory_is_there (const Directory *directory, guint slot);

/* The slot, or -1 if there is no such client or identity now. */
gint directory_find_client (const Directory *directory, const char *name);
gint directory_find_identity (const Directory *directory, const char *guid);

/* The client with the lowest slot from @from on; the member of @client with the lowest first slot from @from on. -1: none. */
gint directory_next_client (const Directory *directory, guint from);
gint directory_next_member (const Directory *directory, guint client, guint from);

const DirectoryClient *directory_client (const Directory *directory, guint slot);
DirectoryIdentity *directory_identity (const Directory *directory, guint slot);

/* The own session of this identity is another one. The slot that it has, or had last; -1: there never was such an identity. */
gint directory_touch_own (Directory *directory, const Guid *identity_id, gint64 now_us);
/* The same, when it became the active one or is that no more. */
gint directory_touch_active (Directory *directory, const Guid *identity_id, gint64 now_us);

/* How @text compares with the names that identities go by: their client's name, and their client's folder name. */
typedef struct
{
  guint equal;              /* identities whose client has this name */
  gboolean longer;          /* a name starts with it and goes on */
  const Identity *identity; /* one of the equal ones */
} NameMatch;

NameMatch directory_match (const Directory *directory, const char *text, gsize length);
