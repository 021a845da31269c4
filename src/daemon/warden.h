/*
 * The warden: a process beside the ringer that sees to the mount's connection when the daemon is killed.
 *
 * A thread of the daemon's may have to wait in the kernel for somebody who waits for the daemon (fs/notifier.h). If the daemon is
 * killed just then, that thread cannot end; so the connection stays, and whoever waits for the mount waits for ever. Aborting the
 * connection (fusectl) frees them all. The ringer dies with the daemon's first thread, and may wait for the mount itself till then;
 * so it is another process that waits for nothing but the ringer's end.
 */
#pragma once

#include <sys/types.h>

/* To be called by the ringer. What it is to be told, it is told by the descriptor that is returned; -1: there is no warden. */
int warden_start (pid_t daemon);

/* The mount's device, as /proc/self/mountinfo writes it. Once; later calls do nothing. */
void warden_tell (int fd, const char *device);
