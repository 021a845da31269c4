/* Client names as directory names: percent-encoded where a name cannot hold a character (design, section 1). */
#pragma once

#include <glib.h>

#define LONGEST_NAME 255 /* bytes; NAME_MAX of Linux */

/* The directory name of a client. Reversible unless it had to be cut. The caller frees it. */
char *directory_name (const char *client_name, gint64 client_id);
