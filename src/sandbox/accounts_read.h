/* Accounts out of JSON text. Every complaint names the place: `users[0].identities[3].id`. */
#pragma once

#include "sandbox/accounts.h"

#define ACCOUNTS_ERROR (accounts_error_quark ())
typedef enum
{
  ACCOUNTS_ERROR_SYNTAX, /* it is no JSON */
  ACCOUNTS_ERROR_VALUE,  /* it is JSON, and says something wrong */
} AccountsError;
GQuark accounts_error_quark (void);

/* NULL and an error in one line if @text is wrong anywhere. */
Accounts *accounts_read (GBytes *text, GError **error);
