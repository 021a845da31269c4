/* Descriptors that the main loop watches. */
#pragma once

#include <glib-unix.h>

/*
 * As g_unix_fd_add(), for a function that never runs the loop itself. GLib takes other sources out of the loop while they are
 * served, and wakes the loop for it, twice.
 */
guint watch_fd (int fd, GIOCondition condition, GUnixFDSourceFunc function, gpointer data);
