/*
 * Asking a mount that may not answer. Whoever waits for a daemon that hangs can only be killed, so a child does the waiting:
 * it is killed when it takes too long, and we go on.
 */
#pragma once

#include <glib.h>

/* Each returns 0 or an errno; ETIMEDOUT: there was no answer in time. */

/* Appends the content of the file at @path. */
int patience_read (const char *path, GString *content);

/* Looks whether there is an answer about @path. */
int patience_stat (const char *path);
