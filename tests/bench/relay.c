/*
 * How long an answer of the service waits in so24fs for its turn. A relay stands between the daemon and the service; it
 * notes when it hands on an answer, and a reader who had to wait for that answer notes when he is let go. What lies
 * between is the daemon's doing, above all whatever else its loop was busy with. Touches the network and one file.
 */
#include "command.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_PAIRS 64

static guint16 service_port;
static int listener;
static gint64 answered_ns; /* when the last answer was handed on */

typedef struct
{
  int daemon, service;
} Pair;

static int
new_socket (void)
{
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    give_up ("socket");
  return fd;
}

static void
be_prompt (int fd)
{
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof (int));
}

static gboolean
accept_pair (Pair *pair)
{
  struct sockaddr_in address
    = {.sin_family = AF_INET, .sin_port = htons (service_port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};

  pair->daemon = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  pair->service = new_socket ();
  if (pair->daemon < 0 || connect (pair->service, (struct sockaddr *)&address, sizeof address) != 0)
    give_up ("the way to the service");
  be_prompt (pair->daemon);
  be_prompt (pair->service);
  return TRUE;
}

/* FALSE at the end of the connection. */
static gboolean
hand_on (int from, int to, gboolean is_answer)
{
  char bytes[65536];
  ssize_t length = read (from, bytes, sizeof bytes), sent = 0;

  if (length <= 0)
    return FALSE;
  if (is_answer)
    __atomic_store_n (&answered_ns, now_ns (), __ATOMIC_SEQ_CST);
  while (sent < length)
    {
      ssize_t more = write (to, bytes + sent, (size_t)(length - sent));

      if (more <= 0)
        return FALSE;
      sent += more;
    }
  return TRUE;
}

static void *
relay (void *data)
{
  Pair pairs[MOST_PAIRS];
  guint count = 0;

  for (;;)
    {
      struct pollfd fds[1 + 2 * MOST_PAIRS] = {{listener, count < MOST_PAIRS ? POLLIN : 0, 0}};

      for (guint i = 0; i < count; i++)
        {
          fds[1 + 2 * i] = (struct pollfd){pairs[i].daemon, POLLIN, 0};
          fds[2 + 2 * i] = (struct pollfd){pairs[i].service, POLLIN, 0};
        }
      if (poll (fds, 1 + 2 * count, -1) < 0)
        continue;
      for (guint i = count; i-- > 0;)
        if ((fds[1 + 2 * i].revents != 0 && !hand_on (pairs[i].daemon, pairs[i].service, FALSE))
            || (fds[2 + 2 * i].revents != 0 && !hand_on (pairs[i].service, pairs[i].daemon, TRUE)))
          {
            close (pairs[i].daemon);
            close (pairs[i].service);
            pairs[i] = pairs[--count];
          }
      if (fds[0].revents != 0 && accept_pair (&pairs[count]))
        count++;
    }
  return NULL;
}

/* to PORT: relays to it from then on; answers with its own port. */
static void
command_to (char **words, guint count)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  pthread_t thread;

  service_port = (guint16)command_number (words[0]);
  listener = new_socket ();
  if (bind (listener, (struct sockaddr *)&address, length) != 0 || listen (listener, 16) != 0
      || getsockname (listener, (struct sockaddr *)&address, &length) != 0)
    give_up ("listen");
  if (pthread_create (&thread, NULL, relay, NULL) != 0)
    give_up ("pthread_create");
  answer ("%u", ntohs (address.sin_port));
}

/* wait COUNT PATH: opens PATH with O_DIRECT; answers how long each open took from the service's answer on. */
static void
command_wait (char **words, guint count)
{
  guint often = command_number (words[0]);

  for (guint i = 0; i < often; i++)
    {
      gint64 begun = now_ns (), told;
      int fd = open (words[1], O_RDONLY | O_DIRECT);
      gint64 ended = now_ns ();

      told = __atomic_load_n (&answered_ns, __ATOMIC_SEQ_CST);
      if (fd < 0)
        give_up (words[1]);
      close (fd);
      if (told < begun)
        {
          errno = ENODATA;
          give_up ("the service was not asked");
        }
      answer (i == 0 ? "%" G_GINT64_FORMAT : "\t%" G_GINT64_FORMAT, ended - told);
    }
}

static const Command commands[] = {{"to", 1, command_to}, {"wait", 2, command_wait}, {NULL}};

int
main (void)
{
  return command_serve (commands);
}
