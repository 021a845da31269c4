/*
 * The janitor: a small process beside a daemon that has dropped its privileges. It has kept them, and does one thing with
 * them: it unmounts when the daemon ends, however that ends. So a stop leaves no dead mount behind.
 */
#pragma once

#include <glib.h>

typedef struct Janitor Janitor;

/* Forks it. @mountpoint as /proc/self/mountinfo has it, with our mount on it. Before any thread is started and any secret is
 * read. NULL with errno set if it cannot be. */
Janitor *janitor_start (const char *mountpoint);

/* Has it unmount, waits until that is done, and frees. */
void janitor_finish (Janitor *janitor);
