/*
 * Which file is what. Every file of the tree is a row of one table; a file that exists once for each client or identity
 * is one row and many nodes. A node is a number made of its row, of the slot of its client or identity, and of a length; so
 * nothing has to be kept for the kernel, and FORGET has nothing to forget.
 */
#pragma once

#include "account/account.h"
#include "tree/export.h"
#include "tree/input.h"

#include <sys/stat.h>

typedef guint64 NodeId;

/* FUSE's root is node 1. */
typedef enum
{
  KIND_NONE,
  KIND_ROOT,
  KIND_README,
  KIND_LOGIN,
  KIND_LOGOUT,
  KIND_SESSION,
  KIND_IDENTITY,
  KIND_COOKIE,
  KIND_CURRENT,
  KIND_IDENTITIES,
  KIND_ERROR,
  KIND_STATUS,
  KIND_STATUS_JSON,
  KIND_IDENTITIES_JSON,
  KIND_METRICS,
  KIND_EVENTS,
  KIND_PASSPORT,
  KIND_PASSPORT_ID,
  KIND_PASSPORT_EMAIL,
  KIND_EXPORT,
  KIND_EXPORT_COOKIES_TXT,
  KIND_EXPORT_HEADER,
  KIND_EXPORT_CURLRC,
  KIND_EXPORT_ENV,
  KIND_EXPORT_COOKIE_RAW,
  KIND_CLIENT,
  KIND_ONE,
  KIND_ONE_ID,
  KIND_ONE_CLIENT_ID,
  KIND_ONE_CLIENT_NAME,
  KIND_ONE_USER_ID,
  KIND_ONE_USER_NAME,
  KIND_ONE_CONTACT_ID,
  KIND_ONE_EMPLOYEE_ID,
  KIND_ONE_IS_CURRENT,
  KIND_ONE_IS_DEFAULT,
  KIND_ONE_IS_PROTECTED,
  KIND_ONE_IS_DISABLED,
  KIND_ONE_SERVERS,
  KIND_ONE_DOCUMENT,
  KIND_ONE_SESSION,
  KIND_ONE_COOKIE,
  KIND_ONE_EXPORT,
  KIND_ONE_EXPORT_COOKIES_TXT,
  KIND_ONE_EXPORT_HEADER,
  KIND_ONE_EXPORT_CURLRC,
  KIND_ONE_EXPORT_ENV,
  KIND_ONE_EXPORT_COOKIE_RAW,
  N_KINDS
} Kind;

/* What makes the content of a file another one. */
typedef enum
{
  CHANGES_NEVER,
  CHANGES_WITH_SESSION,
  CHANGES_WITH_IDENTITY,
  CHANGES_WITH_IDENTITIES,
  CHANGES_WITH_PASSPORT,
  CHANGES_WITH_ERRORS,
  CHANGES_WITH_OWN, /* the identity's own session */
  CHANGES_ALWAYS,
  CHANGES_WITH_EVENTS,
  N_CHANGES
} Changes;

/* What those who watch a file are told of (tree/rings.h). */
typedef enum
{
  RINGS_NEVER,
  RINGS_WITH_STATE,    /* whether there is a session */
  RINGS_WITH_SESSION,  /* which one it is */
  RINGS_WITH_IDENTITY, /* which identity is active */
  RINGS_WITH_LINK,     /* where its folder is */
  N_RINGS
} RingsWith;

/* What the kernel may keep of a file until it is told that it has changed (tree/stale.h). */
typedef enum
{
  CACHE_ATTRIBUTES, /* and of a folder its list; each reader of a file asks us */
  CACHE_CONTENT,    /* too: it is as long as it ever was, and nobody writes to it */
  CACHE_NOTHING     /* it is different at every moment */
} Caching;

typedef struct Tree Tree;

/* Appends the content that the file has now, or says why it has none. */
typedef gboolean (*Render) (const Tree *tree, NodeId node, SecretBuffer *content, GError **error);

/* The content of a file that tells where things stand (tree/frozen.h): there always is one, and it holds no secret. */
typedef GBytes *(*Freeze) (const Tree *tree);

typedef struct
{
  const char *name; /* NULL: a client's or an identity's */
  Kind parent;
  mode_t mode;
  const char *help; /* for people; NULL: the folder's own line says it */
  Want want;        /* what opening it for reading waits for */
  Render render;
  InputKind input; /* what a write to it means */
  Changes changes;
  ExportForm form; /* of the files of export/ */
  gboolean
    bears_cookie; /* who reads it can act as the user: mode and group are the mount's (tree/access.h), and audited */
  Freeze freeze;  /* instead of render */
  gboolean announced; /* by poll(2), when it reads as something else than before */
  RingsWith rings;
  Caching caching;
} NodeKind;

const NodeKind *node_kind (NodeId node);

Kind node_row (NodeId node);
guint node_slot (NodeId node);
NodeId node_make (Kind row, guint slot);

/* Of a file that the kernel keeps, and whose length may be another one some day: each length makes a node of its own. Else 0. */
guint node_length (NodeId node);
NodeId node_of_length (NodeId node, gsize length);
