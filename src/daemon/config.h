/* The configuration files of a mount: NAME.conf, where NAME is its SOURCE. */
#pragma once

#include "daemon/options.h"

/* The group of a file that the settings stand in. */
#define CONFIG_GROUP "mount"

/*
 * Where settings for a mount called @name may stand: the machine's file first, then the user's own, which outweighs it.
 * Ends in NULL. None for a name that no file can have. They need not exist. The caller frees them.
 */
char **config_paths (const char *name);

/*
 * Puts what the file says into @options. A file that is not there says nothing. One that says something wrong, or that
 * others could have written, is an error that names it.
 */
gboolean config_read (const char *path, Options *options, GError **error);
