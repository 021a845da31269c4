/*
 * The ringer: a small process beside the daemon that tells those who watch files (inotify) that one has changed.
 *
 * The kernel raises IN_MODIFY when somebody sets a file's mtime, and nothing else, through the mount; the file system itself
 * has no way to. If the daemon did that, in whatever thread, and was killed in the middle of it, it would wait for its own
 * answer for ever: a zombie, and a mount that hangs. So it is a process of its own, forked before there is a mount or a secret.
 *
 * It holds nothing of the mount between two rings, and ends with the daemon, however that ends.
 */
#pragma once

#include <glib.h>

/* Longer messages are not sent. */
#define RING_ROOM 16384

/*
 * Never returns. On @fd (SOCK_SEQPACKET) come messages of texts, each with its NUL: the mount's device as /proc/self/mountinfo
 * writes it, the mountpoint, and from there the paths of files. Each message is answered with one byte, and
 * one comes by itself when nothing of the daemon's is held any more.
 */
G_NORETURN void ringer_run (int fd);
