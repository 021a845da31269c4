/* What the daemon does to itself as a process. */
#pragma once

#include <glib.h>

/* Keeps memory out of core dumps and away from debuggers of the same user, and new files private. */
void process_harden (void);

/*
 * Goes on in a child, in the background. The parent exits when the child calls process_ready(), with status 0, or when it
 * ends before that, with its status. Before any thread is started.
 */
void process_go_to_background (void);

/*
 * The mount can be used: tells the service manager, lets the parent of process_go_to_background() exit, and leaves its
 * terminal.
 */
void process_ready (void);

/* From now on neither this process nor one that it starts ends by a signal that asks it to. Calls only the kernel. */
void process_ignore_signals (void);

/*
 * For a forked child that goes on as a small process of its own: called @name in ps(1), holding nothing but @fd, in nobody's
 * way, and deaf to the signals that are meant for the daemon, with whom it ends. Calls only the kernel. Returns the number
 * that @fd has from now on.
 */
int process_stand_apart (const char *name, int fd);
