/* The README of a mount: made from the table of files, with the mount's own paths. Holds no secret. Touches nothing. */
#include "tree/readme.h"

#include "tree/node.h"

static void
add_files (GString *text)
{
  for (Kind row = KIND_ROOT + 1; row < N_KINDS; row++)
    {
      const NodeKind *kind = node_kind (node_make (row, 0));
      const char *access = !S_ISREG (kind->mode)      ? "  "
                           : (kind->mode & 0222) == 0 ? "r "
                           : (kind->mode & 0444) == 0 ? " w"
                                                      : "rw";

      if (kind->parent == KIND_ROOT)
        g_string_append_printf (text, "  %-15s %s  %s\n", kind->name, access, kind->help);
    }
}

/* As one would type it: quoted only where a shell needs it. */
static char *
shell_word (const char *path)
{
  return g_regex_match_simple ("^[\\w/.,:@%+-]+$", path, 0, 0) ? g_strdup (path) : g_shell_quote (path);
}

char *
readme_new (const char *mountpoint, const char *account_hint)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *path = shell_word (mountpoint);

  g_string_append (text, "This folder is a 24SevenOffice account, mounted by so24fs.\n\n");
  add_files (text);
  g_string_append_printf (text,
                          "\nLog in (application_id may be left out if the mount was given one):\n\n"
                          "  cat > %1$s/login <<END\n"
                          "  username = you@example.com\n"
                          "  password = ...\n"
                          "  application_id = 00000000-0000-0000-0000-000000000000\n"
                          "  END\n\n"
                          "The same as a <credential> in XML or as a JSON object will do, and so will\n"
                          "token = ... instead of the user name and password.\n\n"
                          "Look around, switch, use the session:\n\n"
                          "  cat %1$s/session\n"
                          "  ls %1$s/identities\n"
                          "  cat %1$s/current/client_name\n"
                          "  echo 'Client name' > %1$s/identity\n"
                          "  curl -b \"ASP.NET_SessionId=$(cat %1$s/cookie)\" https://...\n\n"
                          "Something failed? The exit status and the message tell; this tells more:\n\n"
                          "  cat %1$s/error\n",
                          path);
  if (account_hint != NULL)
    g_string_append_printf (text, "\n%s", account_hint);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
