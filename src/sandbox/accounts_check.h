/* What must be true of accounts as a whole, once every member is read. */
#pragma once

#include "sandbox/accounts.h"

/* Checks that nothing stands twice, and finds each user's default identity. FALSE and an ACCOUNTS_ERROR_VALUE with its
   place if something is wrong. */
gboolean accounts_check (Accounts *accounts, GError **error);
