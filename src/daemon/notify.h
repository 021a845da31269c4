/* Telling the service manager how far we are: sd_notify(3), which is one datagram, and so needs no library. */
#pragma once

#include <glib.h>

/* Sends @state ("READY=1", ...) to $NOTIFY_SOCKET; where nobody listens, nothing happens. */
void notify_tell (const char *state);

/*
 * Leaves the open file @fd with the service manager, who gives it to the next process that it starts for this service, under
 * @name; returns when it has it. FALSE with @error set if there is no manager that takes it.
 */
gboolean notify_leave (int fd, const char *name, GError **error);

/* The open file that a process before us has left under @name; -1: there is none. The caller closes it. */
int notify_found (const char *name);
