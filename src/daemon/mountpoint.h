/* The folder to mount on. */
#pragma once

#include <glib.h>

/*
 * The absolute path of @path, fit to be mounted on: what a daemon that was killed left mounted there is taken away. NULL
 * with @error set to what is wrong and what to do.
 */
char *mountpoint_prepare (const char *path, GError **error);
