/* Who may log in: users, what they may switch to, tokens, applications. Memory only: accounts_read.c fills it from
   JSON, the control interface changes it, and nothing here knows SOAP or HTTP. */
#pragma once

#include <glib.h>

#include "sandbox/guid.h"

/* What ContactId and EmployeeId are when there is none. */
#define NO_NUMBER G_MININT32

typedef struct
{
  gboolean is_nil; /* an element that says xsi:nil */
  gint32 id;
  gint32 type;
} Server;

typedef struct
{
  Guid id;
  gboolean has_user;
  gint32 contact_id;
  gint32 employee_id;
  Guid user_id;
  char *user_name; /* never NULL */
  gboolean has_client;
  gint64 client_id;
  char *client_name; /* NULL: the client has no Name */
  gboolean is_protected;
  gboolean is_disabled; /* listed as such; nobody may be on it */
  gboolean is_blocked;  /* looks like any other; nobody may be on it */
  gboolean is_removed;  /* the user does not have it now */
  GArray *servers;      /* of Server; NULL: no Servers element */
  GArray *services;     /* of gint32 */
} Identity;

typedef struct
{
  Guid id; /* the passport's */
  char *username;
  char *password;
  GArray *tokens;           /* of Guid */
  GPtrArray *identities;    /* of Identity */
  Guid default_identity_id; /* as the accounts name it */
  const Identity *default_identity;
} User;

typedef struct
{
  GPtrArray *users;     /* of User */
  GArray *applications; /* of Guid; NULL: any application may log in */
} Accounts;

Accounts *accounts_new (void);
void accounts_free (Accounts *accounts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Accounts, accounts_free)

User *user_new (void);
void user_free (User *user);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (User, user_free)

Identity *identity_new (void);
void identity_free (Identity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Identity, identity_free)

/* E-mail addresses are compared without regard to case. NULL if there is none. */
const User *accounts_find_user (const Accounts *accounts, const char *username);
const User *accounts_find_token (const Accounts *accounts, const Guid *token);
gboolean accounts_know_application (const Accounts *accounts, const Guid *application);

/* An identity that is @user's now: not one that was removed. NULL if there is none. */
const Identity *user_find_identity (const User *user, const Guid *id);

/* Any identity of any user, also a removed one, to be changed. NULL if there is none; *@user is whose it is. */
Identity *accounts_find_identity (const Accounts *accounts, const Guid *id, const User **user);

gboolean identity_is_usable (const Identity *identity);
gboolean identity_has_service (const Identity *identity, gint32 service);
