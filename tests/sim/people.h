/*
 * Who can be logged in as, and which identities there are; as small numbers, and as what the account takes.
 *
 * A credential's number tells its kind (a password or a token), its version (the service knows one version at a time as
 * right), and the identity that it names.
 */
#pragma once

#include "soap/answer.h"

enum
{
  FJORD, /* the default one, at first */
  FJELL,
  SKOG,
  DAL,
  NOWHERE, /* never there */
  ANEW,    /* Skog's client under a new id */
  N_IDENTITIES
};

#define NO_IDENTITY (-1)
#define AT_FIRST    ((1u << FJORD) | (1u << FJELL) | (1u << SKOG) | (1u << DAL))
#define N_VERSIONS  4
#define NO_PERSON   0

/* @kind: version * 2 + whether it is a token. */
gint person (guint kind, gint identity);
gboolean person_has_token (gint person);
guint person_version (gint person);
gboolean person_same_secret (gint who, gint other);
gint person_identity (gint person);
/* Whose session it would be: 1 for the password's user, and one for each token. */
gint person_owner (gint person);

Credential *person_credential (gint person);
gint person_of (const Credential *credential);
/* Stands for a digest in a record. */
char *person_digest (gint person);

const Guid *identity_guid (gint identity);
const char *identity_name (gint identity);
/* NO_IDENTITY: the GUID is zero. */
gint identity_of (const Guid *guid);
/* Owned by the caller. */
Identity *identity_whole (gint identity);
/* Those of @present, in a list of its own. */
GPtrArray *identity_list (guint present);

/* Session ids are numbers from 0 on; -1: not one. */
Secret *session_secret (gint session);
gint session_of (const Secret *secret);
