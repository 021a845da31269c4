/* Datagrams to the service manager (notify.h). Touches $NOTIFY_SOCKET and what $LISTEN_FDS counts. */
#include "daemon/notify.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The first that $LISTEN_FDS counts (sd_listen_fds(3)). */
#define FIRST_FD 3

/* The manager may be busy with a whole machine that boots. */
#define PATIENCE_MS 30000

/* A "@" in front stands for the NUL of an abstract address. 0: there is none that can be meant. */
static socklen_t
find_address (struct sockaddr_un *address)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  gsize length = path == NULL ? 0 : strlen (path);

  if (length < 2 || length >= sizeof address->sun_path || strchr ("@/", *path) == NULL)
    return 0;
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  memcpy (address->sun_path, path, length);
  if (*path == '@')
    address->sun_path[0] = '\0';
  return (socklen_t)(G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + length);
}

/* @fd -1: none goes with it. Never blocks for long: the manager reads what it is sent. */
static gboolean
send_state (const char *state, int fd)
{
  struct sockaddr_un address;
  union
  {
    struct cmsghdr header;
    char room[CMSG_SPACE (sizeof fd)];
  } control = {0};
  struct iovec text = {.iov_base = (char *)state, .iov_len = strlen (state)};
  struct msghdr message = {.msg_name = &address, .msg_iov = &text, .msg_iovlen = 1};
  int socket_fd;
  gboolean sent;

  message.msg_namelen = find_address (&address);
  if (message.msg_namelen == 0)
    {
      errno = ENOENT;
      return FALSE;
    }
  if (fd >= 0)
    {
      control.header = (struct cmsghdr){CMSG_LEN (sizeof fd), SOL_SOCKET, SCM_RIGHTS};
      memcpy (CMSG_DATA (&control.header), &fd, sizeof fd);
      message.msg_control = &control;
      message.msg_controllen = sizeof control;
    }
  socket_fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket_fd < 0)
    return FALSE;
  sent = sendmsg (socket_fd, &message, MSG_NOSIGNAL) >= 0;
  close (socket_fd);
  return sent;
}

void
notify_tell (const char *state)
{
  if (!send_state (state, -1) && g_getenv ("NOTIFY_SOCKET") != NULL)
    g_debug ("the service manager cannot be told %s: %s", state, g_strerror (errno));
}

/* All that was sent before has been read when the manager lets go of the pipe (sd_notify_barrier(3)). */
static gboolean
wait_until_read (void)
{
  struct pollfd end = {.fd = -1};
  int ends[2];
  gboolean sent;

  if (pipe2 (ends, O_CLOEXEC) != 0)
    return FALSE;
  sent = send_state ("BARRIER=1", ends[1]);
  close (ends[1]);
  end.fd = ends[0];
  while (sent && poll (&end, 1, PATIENCE_MS) < 0 && errno == EINTR)
    ;
  close (ends[0]);
  return sent && (end.revents & POLLHUP) != 0;
}

gboolean
notify_leave (int fd, const char *name, GError **error)
{
  g_autofree char *state = g_strconcat ("FDSTORE=1\nFDNAME=", name, NULL);

  if (send_state (state, fd) && wait_until_read ())
    return TRUE;
  g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "no service manager takes the mount over: %s",
               g_strerror (errno));
  return FALSE;
}

int
notify_found (const char *name)
{
  const char *process = g_getenv ("LISTEN_PID"), *names = g_getenv ("LISTEN_FDNAMES");
  g_auto (GStrv) list = NULL;

  if (process == NULL || names == NULL || g_ascii_strtoll (process, NULL, 10) != getpid ())
    return -1;
  list = g_strsplit (names, ":", -1);
  /* Of several the last is meant: a mount that has ended may not have been noticed yet. */
  for (int i = (int)g_strv_length (list) - 1; i >= 0; i--)
    if (strcmp (list[i], name) == 0 && fcntl (FIRST_FD + i, F_SETFD, FD_CLOEXEC) == 0)
      return FIRST_FD + i;
  return -1;
}
