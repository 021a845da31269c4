/* The checks of this machine: configuration, privileges, the folder. Looks at files, and changes nothing. */
#include "tools/doctor.h"

#include "daemon/access.h"
#include "daemon/config.h"
#include "daemon/mountpoint.h"
#include "tools/patience.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DEVICE         "/dev/fuse"
#define DEVICE_NUMBER  makedev (10, 229) /* the kernel's list of devices (devices.txt) */
#define HELPER         "fusermount3"
#define HELPERS_CONFIG "/etc/fuse.conf"

void
check_config (Doctor *doctor, Finding *finding)
{
  const Options *options = doctor->options;
  g_auto (GStrv) paths = config_paths (options->source);
  g_autofree char *places = g_strjoinv (" nor ", paths);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < options->mistakes->len; i++)
    g_string_append_printf (found, "%s%s", i == 0 ? "" : "; and ", (char *)g_ptr_array_index (options->mistakes, i));
  if (options->mistakes->len > 0)
    {
      finding_wrong (finding, NULL, "%s", found->str);
      return;
    }
  for (char **path = paths; *path != NULL; path++)
    if (access (*path, F_OK) == 0)
      g_string_append_printf (found, "%s%s", found->len == 0 ? "" : ", ", *path);
  if (found->len > 0)
    finding_ok (finding, "%s", found->str);
  else if (*places == '\0')
    finding_ok (finding, "%s is not the name of a file; what is built in, and the command line", options->source);
  else
    finding_warn (finding, "what is built in and the command line count alone", "there is neither %s", places);
}

/* fusermount3 lets others in only if root has said that users may do that. */
static gboolean
users_may_let_others_in (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (HELPERS_CONFIG, &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (strcmp (g_strstrip (*line), "user_allow_other") == 0)
      return TRUE;
  return FALSE;
}

static gboolean
lets_others_in (const Options *options)
{
  g_auto (GStrv) list = g_strsplit (options->mount_options->str, ",", -1);

  return g_strv_contains ((const char *const *)list, "allow_other")
         || g_strv_contains ((const char *const *)list, "allow_root");
}

void
check_access (Doctor *doctor, Finding *finding)
{
  const Options *options = doctor->options;
  g_autoptr (GError) error = NULL;
  TreeAccess access;

  if (!access_from_options (options, getgid (), &access, &error))
    finding_wrong (finding, NULL, "%s", error->message);
  else if (lets_others_in (options) && geteuid () != 0 && !users_may_let_others_in ())
    finding_wrong (finding, "root can add the line user_allow_other to " HELPERS_CONFIG,
                   "allow_other and allow_root are for root only here");
  else if (options->group != NULL)
    finding_ok (finding, "the group %s reads the cookie (mode %04o)", options->group, access.cookie_mode);
  else
    finding_ok (finding, "%s", lets_others_in (options) ? "others may look, and not read the cookie" : "you alone");
}

static const char *
advice_on_device (int failure)
{
  if (failure == ENOENT)
    return "modprobe fuse; a container must be given it (--device /dev/fuse)";
  if (failure == EPERM)
    return "a container must be given it (--device /dev/fuse)";
  if (failure == EACCES)
    return "root can open it to you: chmod 666 " DEVICE;
  return "modprobe fuse";
}

void
check_device (Doctor *doctor, Finding *finding)
{
  struct stat attributes;
  int fd = open (DEVICE, O_RDWR | O_CLOEXEC);
  int failure = errno;

  if (fd < 0)
    finding_wrong (finding, advice_on_device (failure), DEVICE ": %s", g_strerror (failure));
  else if (fstat (fd, &attributes) != 0 || !S_ISCHR (attributes.st_mode) || attributes.st_rdev != DEVICE_NUMBER)
    finding_wrong (finding, "remove it, and: modprobe fuse", "something else is in the place of " DEVICE);
  else
    finding_ok (finding, DEVICE);
  if (fd >= 0)
    close (fd);
}

/* CAP_SYS_ADMIN is bit 21 (capabilities(7)); containers often are without it. */
static gboolean
root_may_mount (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL) || (line = strstr (text, "\nCapEff:")) == NULL)
    return TRUE;
  return (g_ascii_strtoull (line + strlen ("\nCapEff:"), NULL, 16) >> 21 & 1) != 0;
}

static void
check_helper (Finding *finding)
{
  g_autofree char *path = g_find_program_in_path (HELPER);
  struct stat attributes;

  if (path == NULL || stat (path, &attributes) != 0)
    finding_wrong (finding, "install the package fuse3", HELPER " is not there, and only root mounts without it");
  else if (attributes.st_uid != 0 || (attributes.st_mode & S_ISUID) == 0)
    finding_wrong (finding, "install the package fuse3 anew, or mount as root",
                   "%s is not setuid root, so only root can mount", path);
  else if (prctl (PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
    finding_wrong (finding, "mount outside of the container or service that forbids it (no_new_privs)",
                   "%s may not become root here", path);
  else
    finding_ok (finding, "%s", path);
}

void
check_fusermount (Doctor *doctor, Finding *finding)
{
  if (geteuid () != 0)
    check_helper (finding);
  else if (root_may_mount ())
    finding_ok (finding, "not needed: root mounts");
  else
    finding_wrong (finding, "a container must be given the capability (--cap-add SYS_ADMIN)",
                   "root may not mount here");
}

static gboolean
is_empty (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);

  return folder == NULL || g_dir_read_name (folder) == NULL;
}

/* fusermount3 mounts where its user may write, and in a folder like /tmp on what is his own. */
static gboolean
may_mount_on (const char *path)
{
  struct stat attributes;

  if (geteuid () == 0 || stat (path, &attributes) != 0)
    return TRUE;
  return access (path, W_OK) == 0 && ((attributes.st_mode & S_ISVTX) == 0 || attributes.st_uid == getuid ());
}

static void
check_free_folder (const char *path, Finding *finding)
{
  if (!may_mount_on (path))
    finding_wrong (finding, "take a folder of your own", "%s: you may not write to it, and so not mount on it", path);
  else if (is_empty (path))
    finding_ok (finding, "%s", path);
  else
    finding_warn (finding, "what is in it cannot be seen while something is mounted there", "%s is not empty", path);
}

void
check_mountpoint (Doctor *doctor, Finding *finding)
{
  const char *path = doctor->options->mountpoint;
  g_autoptr (GError) error = NULL;
  int failure;

  if (path == NULL)
    {
      finding_skip (finding, "none is given, here or in a configuration file");
      return;
    }
  failure = patience_stat (path);
  if (failure == ETIMEDOUT)
    {
      finding_wrong (finding, "whoever serves it hangs; fusermount3 -uz takes it away", "%s does not answer", path);
      return;
    }
  switch (mountpoint_look (path, &error))
    {
    case MOUNTPOINT_FREE:
      check_free_folder (path, finding);
      break;
    case MOUNTPOINT_MOUNTED:
      finding_ok (finding, "%s is mounted (so24fs status tells how it is)", path);
      break;
    case MOUNTPOINT_DEAD:
      finding_wrong (finding, "so24fs takes it away by itself when it mounts there", "%s", error->message);
      break;
    case MOUNTPOINT_UNFIT:
      finding_wrong (finding, failure == ENOENT ? "make the folder (mkdir)" : NULL, "%s", error->message);
      break;
    }
}
