/* Where GLib's log messages go. */
#pragma once

#include <glib.h>

/* To stderr, with the program's name; debug messages only with @debug. */
void log_start (gboolean debug);

/* From now on to syslog(3): the terminal is not ours any more. */
void log_to_syslog (void);
