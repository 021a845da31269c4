/*
 * Those who watch files (inotify): told of each change of a content (tree/rings.h) once, by the bell.
 *
 * A write to a file is told by the kernel, when the write ends. So while somebody writes to a file, what is to be told of it
 * waits, and is dropped when the write was done.
 *
 * While somebody is told, the mount is in use, if only for an instant. So whoever caused a change gets his answer after that
 * (watchers_wait()): a script that goes on to unmount finds nobody in its way.
 */
#pragma once

#include "daemon/bell.h"
#include "fs/fs.h"

typedef struct Watchers Watchers;

typedef void (*WatchersTold) (gpointer data);

/* Both are borrowed. @bell NULL: nobody is told. */
Watchers *watchers_new (const Tree *tree, Bell *bell);
void watchers_free (Watchers *watchers);

/* There is a mount. What changed before cannot have been seen, and is not told. */
void watchers_start (Watchers *watchers, Fs *fs, const char *mountpoint);

/* Calls @told when all that was to be told has been, or when that takes too long to wait for; maybe before this returns. */
void watchers_wait (Watchers *watchers, WatchersTold told, gpointer data);

/* Whoever waits need not: what is to be told may have to wait for something that waits for him. */
void watchers_hurry (Watchers *watchers);

/* From now on nobody is told, and the bell is not needed any more. */
void watchers_stop (Watchers *watchers);

/* What is served of the mount's session (@own NULL), or of this identity's own, may have changed. */
void watchers_look (Watchers *watchers, const Guid *own);

/* A reader of @node was refused what he waited for. */
void watchers_refused (Watchers *watchers, NodeId node);

/* FsHooks.written */
void watchers_written (Watchers *watchers, NodeId node, gboolean told);
