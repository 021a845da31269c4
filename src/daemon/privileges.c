/* Users and capabilities(7) (privileges.h). Touches those of this process, and $HOME. */
#include "daemon/privileges.h"

#include "base/error.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Root is nobody special, and nothing of this can be taken back. */
#define NO_WAY_BACK                                                                                                    \
  (SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED                       \
   | SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

static gboolean
refuse (const char *option, const char *reason, GError **error)
{
  g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "option %s: %s", option, reason);
  return FALSE;
}

gboolean
privileges_become (const char *name, gboolean keep, GError **error)
{
  const struct passwd *user = getpwnam (name);

  if (user == NULL)
    return refuse ("setuid", "there is no such user", error);
  if (user->pw_uid == getuid ())
    return TRUE;
  if (geteuid () != 0)
    return refuse ("setuid", "only root can be somebody else", error);
  if ((keep && prctl (PR_SET_SECUREBITS, SECBIT_KEEP_CAPS | SECBIT_NO_SETUID_FIXUP) != 0)
      || initgroups (name, user->pw_gid) != 0 || setgid (user->pw_gid) != 0 || setuid (user->pw_uid) != 0)
    return refuse ("setuid", g_strerror (errno), error);
  g_setenv ("HOME", user->pw_dir, TRUE);
  g_unsetenv ("XDG_STATE_HOME");
  return TRUE;
}

/* The kernel knows fewer capabilities than there are numbers; the first that it does not know is EINVAL. */
static gboolean
drop_bounding_set (void)
{
  int capability = 0;

  while (prctl (PR_CAPBSET_DROP, capability) == 0)
    capability++;
  return errno == EINVAL && capability > 0;
}

gboolean
privileges_drop (GError **error)
{
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

  if (drop_bounding_set () && prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0
      && prctl (PR_SET_SECUREBITS, NO_WAY_BACK) == 0 && prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
      && syscall (SYS_capset, &header, none) == 0)
    return TRUE;
  return refuse ("drop_privileges", errno == EPERM ? "only root has any" : g_strerror (errno), error);
}
