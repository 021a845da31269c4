/* A credential that was rejected is known again by a digest that the password is not to be had from (crypt(5)). */
#pragma once

#include "soap/credential.h"

/* The caller frees it; NULL if there can be none (a password that is too long). Takes some milliseconds, by design. */
char *digest_make (const Credential *credential);

/* Whether @digest was made of this very credential. */
gboolean digest_matches (const char *digest, const Credential *credential);
