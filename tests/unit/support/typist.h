/*
 * Somebody who writes to login, identity or logout, in one write or in many, and stops at the first that fails, as cp
 * and dd do. What comes of it is one line: orders, and the errno names of what failed.
 *
 *   login(USER|PASSWORD|APPLICATION|IDENTITY)  login(token TOKEN|APPLICATION|IDENTITY)
 *   switch(GUID)  switch(GUID whole)  logout
 *   list (INPUT_NEEDS_IDENTITIES)  EINVAL  close:EINVAL (at the close)
 *
 * GUIDs that the tests use are written by their names: APP, FJORD, ...; - is the zero GUID. No error may repeat a word
 * with s3cret in it, or one with hunter2: a test writes those for passwords, and for what might be one.
 */
#pragma once

#include "support/documents.h"
#include "support/rig.h"
#include "tree/input.h"

#define APP "88888888-0000-4000-8000-000000000008"

typedef struct
{
  InputKind kind;
  Guid application_id; /* the mount's; zero: none */
  Rig *rig;            /* whose account and identities there are; NULL: an account without a list */
} Desk;

/* One write for each of @pieces, then the close. The caller frees the line. */
char *type_pieces (const Desk *desk, const Bytes *pieces, gsize count);

/* The same for one write. */
char *type_whole (const Desk *desk, Bytes text);

/* The same with a write for each byte. */
char *type_bytewise (const Desk *desk, Bytes text);

/* Fails unless one write of @text comes to @line. */
void assert_typed (const Desk *desk, const char *text, const char *line);

/* Fails unless one write, and single bytes, come to @line. */
void assert_typed_bytewise (const Desk *desk, const char *text, const char *line);

/* Fails unless one write, single bytes, and all ways to cut @text in two come to @line. */
void assert_typed_in_all_pieces (const Desk *desk, const char *text, const char *line);

/* What the last error said. */
const char *typed_error (void);
