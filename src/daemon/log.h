/*
 * Where GLib's log messages go: in the foreground to stderr, later to syslog(3). Where stderr leads to systemd's journal, and in
 * the background where there is a journal, they go there, with their level and with fields to find them by (docs/installing.md).
 */
#pragma once

#include <glib.h>

/* From now on; debug messages only with @debug. */
void log_start (gboolean debug);

/* The mount that messages are of from now on: fields of each in the journal. Not written anywhere else. */
void log_of_mount (const char *source, const char *mountpoint);

/* The terminal is not ours any more. */
void log_to_system (void);
