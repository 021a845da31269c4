/* Everything that the service is at one moment: who may log in, who is, what was called, what is to fail.
   Owned by main(); the other parts get a pointer and change what is theirs. */
#pragma once

#include <glib.h>

#include "sandbox/accounts.h"
#include "sandbox/connections.h"
#include "sandbox/failures.h"
#include "sandbox/journal.h"
#include "sandbox/limits.h"
#include "sandbox/options.h"
#include "sandbox/sessions.h"

typedef struct
{
  const Options *options;
  GBytes *accounts_text; /* what a reset reads again */
  Accounts *accounts;
  Sessions *sessions;
  Limits *limits;
  Journal *journal;
  Failures *failures;
  Connections *connections;
  GHashTable *calls; /* set of the Calls (call.h) under way */
} Sandbox;

/* @options must outlive the sandbox. NULL and an error in one line if the accounts cannot be read. */
Sandbox *sandbox_new (const Options *options, GError **error);
void sandbox_free (Sandbox *sandbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sandbox, sandbox_free)

/* Everything as it was at the start. Calls under way end with nobody logged in. */
void sandbox_reset (Sandbox *sandbox);

/* The accounts that are compiled in, as JSON text. */
GBytes *sandbox_builtin_accounts (void);
