/* Which mount is meant by the one word that a command was given. */
#pragma once

#include "daemon/options.h"

/*
 * The absolute path of the mount of so24fs that @options->source names: what its configuration has as mountpoint, or the folder
 * of that name, or where a mount of that source is. NULL with @error set if nothing is mounted there, or at several places.
 */
char *mounted_find (const Options *options, GError **error);
