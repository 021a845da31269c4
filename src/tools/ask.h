/* Asking a person at the terminal for a credential. Passwords and tokens are not shown, and pass through secret memory only. */
#pragma once

#include "base/secret.h"

/* Whether there is somebody to ask: the standard input is a terminal. */
gboolean ask_is_possible (void);

typedef enum
{
  ASK_NOT,
  ASK_MAYBE, /* may be left empty */
  ASK_ALWAYS
} AskFor;

/*
 * Appends what was answered as a JSON object that login takes. The terminal is as it was when this returns, and when a
 * signal ends or stops the process meanwhile. FALSE with @error set: there is no terminal, or no answer.
 */
gboolean ask_credential (AskFor application_id, SecretBuffer *credential, GError **error);
