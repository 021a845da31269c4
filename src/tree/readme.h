/* The README of a mount. */
#pragma once

/* @account_hint: an account to try, or NULL. The caller frees the text. */
char *readme_new (const char *mountpoint, const char *account_hint);
