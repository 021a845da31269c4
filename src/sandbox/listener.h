/* HTTP: which path goes where. The connections are visitors.h, what is behind the paths is the sandbox. */
#pragma once

#include "sandbox/sandbox.h"

typedef struct Listener Listener;

/* Listens. @sandbox must outlive the listener. NULL and an error in one line if it cannot. */
Listener *listener_new (Sandbox *sandbox, GError **error);

/* Stops listening and drops every connection. */
void listener_free (Listener *listener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listener, listener_free)

/* The address of the AuthenticateService. */
const char *listener_endpoint (const Listener *listener);
