/*
 * The folders below identities/. A client's folder and an identity each get a slot for the life of the mount, so that a
 * node number means the same thing for ever; one that disappears from the account keeps its slot and is absent.
 */
#pragma once

#include "soap/identity.h"

typedef struct
{
  char *name;      /* of the folder */
  GArray *members; /* of guint: slots of the identities that are in it now */
} DirectoryClient;

typedef struct
{
  Identity *identity; /* as last seen */
  guint client;       /* slot */
  gboolean present;
  gint64 own_changed_us; /* wall clock: its own session is what it is since then; 0: there was none */
} DirectoryIdentity;

typedef struct
{
  GPtrArray *clients;           /* of DirectoryClient */
  GArray *identities;           /* of DirectoryIdentity */
  GHashTable *client_by_name;   /* folder name -> slot + 1 */
  GHashTable *identity_by_guid; /* text, which is the identity's -> slot + 1 */
} Directory;

Directory *directory_new (void);
void directory_free (Directory *directory);

/* Takes over a new list (NULL: none is known any more). */
void directory_update (Directory *directory, const GPtrArray *identities);

/* The slot, or -1 if there is no such client or identity now. */
gint directory_find_client (const Directory *directory, const char *name);
gint directory_find_identity (const Directory *directory, const char *guid);

const DirectoryClient *directory_client (const Directory *directory, guint slot);
/* The own session of this identity is another one; nothing if there is no such identity now. */
void directory_touch_own (Directory *directory, const Guid *identity_id, gint64 now_us);

const DirectoryIdentity *directory_identity (const Directory *directory, guint slot);

/* How @text compares with the names that identities go by: their client's name, and their client's folder name. */
typedef struct
{
  guint equal;              /* identities whose client has this name */
  gboolean longer;          /* a name starts with it and goes on */
  const Identity *identity; /* one of the equal ones */
} NameMatch;

NameMatch directory_match (const Directory *directory, const char *text, gsize length);
