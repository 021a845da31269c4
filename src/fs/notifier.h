/*
 * Tells the kernel what it has to forget of the mount. The kernel may make whoever tells it wait for a request that this daemon has not
 * answered yet; so that is done by a thread of its own, which does nothing else, and the loop never waits for it.
 */
#pragma once

#include "tree/stale.h"

struct fuse_session;
typedef struct Notifier Notifier;

/* @on_idle is called from the loop whenever all that was pushed has been told. */
Notifier *notifier_new (struct fuse_session *session, void (*on_idle) (gpointer data), gpointer data);

/* Takes @stale, an array of Stale, to be told in its order. Attributes alone need no thread: fs/cache.c. */
void notifier_push (Notifier *notifier, GArray *stale);

gboolean notifier_is_idle (const Notifier *notifier);

/* Waits for the thread, which tells what was pushed first. Nothing it waits for must depend on the loop any more. */
void notifier_free (Notifier *notifier);
