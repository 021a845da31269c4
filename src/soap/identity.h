/* An identity of the service: who one may act as, for which client. Immutable once read; reference counted. */
#pragma once

#include "base/guid.h"

#define IDENTITY_NO_NUMBER G_MININT32 /* the WSDL's default of ContactId and EmployeeId: there is none */

typedef struct
{
  gint32 id;
  gint32 type;
} IdentityServer;

typedef struct
{
  Guid id;
  Guid user_id;
  char *user_name;   /* never NULL */
  char *client_name; /* never NULL */
  gint64 client_id;
  gint32 contact_id;
  gint32 employee_id;
  gboolean is_current; /* when the list was made; the active identity of a session is account/'s to say */
  gboolean is_default;
  gboolean is_protected;
  gboolean is_disabled;
  GArray *servers; /* of IdentityServer; NULL: none */
} Identity;

/* An identity with every field at its documented default. */
Identity *identity_new (void);
Identity *identity_ref (Identity *identity);
void identity_unref (Identity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Identity, identity_unref)

/* Whether all fields of the two are the same, but for is_current, which says something of a moment. */
gboolean identity_equal (const Identity *a, const Identity *b);

/* Appends a server and returns it. For the one who builds @identity. */
IdentityServer *identity_add_server (Identity *identity);

/* Finds identities by id in constant time. It is made when it is first asked about a list, which it then keeps. */
typedef struct
{
  GPtrArray *list;   /* NULL: there was none yet */
  GHashTable *by_id; /* text of an id -> Identity of the list */
} IdentityIndex;

/* The first of @identities (of Identity, may be NULL) with this id, or NULL. */
Identity *identity_index_find (IdentityIndex *index, GPtrArray *identities, const Guid *id);
void identity_index_clear (IdentityIndex *index);

/* A list that owns its identities. */
GPtrArray *identities_new (void);
