/* Telling the service manager (daemon/notify.h), which is a socket of the test's own here. */
#include "daemon/notify.h"

#include "support/place.h"
#include "support/sentences.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct
{
  int fd;
} Manager;

static void
manager_clear (Manager *manager)
{
  close (manager->fd);
  g_unsetenv ("NOTIFY_SOCKET");
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Manager, manager_clear)

/* @name: as it stands in $NOTIFY_SOCKET, with a @ for an abstract one. */
static Manager
manager_at (const char *name)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  socklen_t length = (socklen_t)(G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + strlen (name));
  Manager manager = {socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};

  memcpy (address.sun_path, name, strlen (name));
  if (*name == '@')
    address.sun_path[0] = '\0';
  g_assert_cmpint (bind (manager.fd, (const struct sockaddr *)&address, length), ==, 0);
  g_setenv ("NOTIFY_SOCKET", name, TRUE);
  return manager;
}

/* The next datagram; @fd: what came with it, or -1. */
static char *
hear (const Manager *manager, int *fd)
{
  char text[256] = "", control[CMSG_SPACE (sizeof (int))];
  struct iovec part = {text, sizeof text - 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header;

  g_assert_cmpint (recvmsg (manager->fd, &message, MSG_CMSG_CLOEXEC), >=, 0);
  header = CMSG_FIRSTHDR (&message);
  *fd = -1;
  if (header != NULL && header->cmsg_type == SCM_RIGHTS)
    memcpy (fd, CMSG_DATA (header), sizeof *fd);
  return g_strdup (text);
}

static void
assert_heard (const Manager *manager, const char *expected)
{
  int fd;
  g_autofree char *text = hear (manager, &fd);

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpint (fd, ==, -1);
}

static void
a_manager_at_a_path_is_told (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *path = in_folder ("notify");
  g_auto (Manager) manager = manager_at (path);

  notify_tell ("READY=1");
  assert_heard (&manager, "READY=1");
}

static void
a_manager_at_an_abstract_address_is_told (void)
{
  g_autofree char *name = g_strdup_printf ("@so24fs-test-%d", (int)getpid ());
  g_auto (Manager) manager = manager_at (name);

  notify_tell ("STOPPING=1");
  assert_heard (&manager, "STOPPING=1");
}

static void
nobody_is_told_where_nobody_listens (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *nowhere = in_folder ("nowhere");
  g_autofree char *long_path = g_strnfill (200, 'x');
  const char *addresses[] = {"", "@", "relative", nowhere, long_path};

  g_unsetenv ("NOTIFY_SOCKET");
  notify_tell ("READY=1");
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_setenv ("NOTIFY_SOCKET", addresses[i], TRUE);
      notify_tell ("READY=1");
    }
  g_unsetenv ("NOTIFY_SOCKET");
}

/* Takes the file that is left, and then lets go of the barrier. */
static gpointer
be_a_manager (gpointer data)
{
  int kept, barrier, nothing;
  g_autofree char *first = hear (data, &kept);
  g_autofree char *second = hear (data, &barrier);

  g_assert_cmpstr (first, ==, "FDSTORE=1\nFDNAME=mount");
  g_assert_cmpstr (second, ==, "BARRIER=1");
  g_assert_cmpint (recv (((Manager *)data)->fd, &nothing, sizeof nothing, MSG_DONTWAIT), ==, -1);
  close (barrier);
  return GINT_TO_POINTER (kept);
}

static void
a_file_is_left_with_the_manager_and_waited_for (void)
{
  g_auto (Place) place = place_new ();
  g_autofree char *path = in_folder ("notify");
  g_auto (Manager) manager = manager_at (path);
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("manager", be_a_manager, &manager);
  int ends[2], kept;
  char byte = 0;

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  g_assert_true (notify_leave (ends[1], "mount", &error));
  close (ends[1]);
  kept = GPOINTER_TO_INT (g_thread_join (thread));
  g_assert_cmpint (write (kept, "x", 1), ==, 1);
  g_assert_cmpint (read (ends[0], &byte, 1), ==, 1);
  close (kept);
  close (ends[0]);
}

static void
nothing_is_left_where_nobody_takes_it (void)
{
  g_autoptr (GError) error = NULL;

  g_unsetenv ("NOTIFY_SOCKET");
  g_assert_false (notify_leave (0, "mount", &error));
  g_assert_nonnull (strstr (error->message, "no service manager"));
}

/* What notify_found ("mount") says while fds 3 and 4 are there and called @names. */
static int
found_among (const char *names, gboolean for_us)
{
  g_autofree char *process = g_strdup_printf ("%d", for_us ? (int)getpid () : 1);
  int null = open ("/dev/null", O_RDONLY), found;
  int three = fcntl (3, F_DUPFD_CLOEXEC, 10), four = fcntl (4, F_DUPFD_CLOEXEC, 10);

  dup2 (null, 3);
  dup2 (null, 4);
  g_setenv ("LISTEN_PID", process, TRUE);
  g_setenv ("LISTEN_FDS", "2", TRUE);
  g_setenv ("LISTEN_FDNAMES", names, TRUE);
  found = notify_found ("mount");
  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  g_unsetenv ("LISTEN_FDNAMES");
  close (3);
  close (4);
  if (three >= 0)
    dup2 (three, 3);
  if (four >= 0)
    dup2 (four, 4);
  close (three);
  close (four);
  close (null);
  return found;
}

static void
what_was_left_is_found_by_its_name (void)
{
  g_assert_cmpint (found_among ("mount:other", TRUE), ==, 3);
  g_assert_cmpint (found_among ("other:mount", TRUE), ==, 4);
  g_assert_cmpint (found_among ("mount:mount", TRUE), ==, 4);
  g_assert_cmpint (found_among ("other:amount", TRUE), ==, -1);
}

static void
what_was_left_for_another_process_is_not_ours (void)
{
  g_assert_cmpint (found_among ("mount:other", FALSE), ==, -1);
  g_assert_cmpint (notify_found ("mount"), ==, -1);
}

static const Sentence sentences[] = {
  SENTENCE (a_manager_at_a_path_is_told),
  SENTENCE (a_manager_at_an_abstract_address_is_told),
  SENTENCE (nobody_is_told_where_nobody_listens),
  SENTENCE (a_file_is_left_with_the_manager_and_waited_for),
  SENTENCE (nothing_is_left_where_nobody_takes_it),
  SENTENCE (what_was_left_is_found_by_its_name),
  SENTENCE (what_was_left_for_another_process_is_not_ours),
};

MAIN ("notify")
