/*
 * The configuration files. May touch those files and the environment; never writes.
 *
 * Who may write such a file can have the next credential sent to a service of his own, so it must be root's or one's own,
 * and closed to the pens of others. The checks are made on the open descriptor. GLib's own messages repeat what stands in
 * the file, where a password may have strayed; ours do not.
 */
#include "daemon/config.h"

#include "base/error.h"
#include "daemon/setting.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSTEM_FOLDER "/etc/so24fs"
#define SUFFIX        ".conf"
#define LONGEST_FILE  (64 * 1024)

/* Any SOURCE may be mounted; but a slash would lead out of the folder, and a dot in front hides a file. */
static gboolean
can_name_a_file (const char *name)
{
  if (*name == '\0' || *name == '.' || strlen (name) > NAME_MAX - strlen (SUFFIX))
    return FALSE;
  for (; *name != '\0'; name++)
    if (*name == '/' || g_ascii_iscntrl (*name))
      return FALSE;
  return TRUE;
}

/* Not g_get_user_config_dir(), which takes a relative $XDG_CONFIG_HOME; the specification says to ignore one. */
static char *
user_folder (void)
{
  const char *given = g_getenv ("XDG_CONFIG_HOME");

  if (given != NULL && g_path_is_absolute (given))
    return g_build_filename (given, "so24fs", NULL);
  return g_build_filename (g_get_home_dir (), ".config", "so24fs", NULL);
}

char **
config_paths (const char *name)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  if (can_name_a_file (name))
    {
      g_autofree char *folder = user_folder ();
      g_autofree char *file = g_strconcat (name, SUFFIX, NULL);
      g_autofree char *system = g_build_filename (SYSTEM_FOLDER, file, NULL);
      g_autofree char *own = g_build_filename (folder, file, NULL);

      g_strv_builder_add (paths, system);
      g_strv_builder_add (paths, own);
    }
  return g_strv_builder_end (paths);
}

static gboolean
check_file (const struct stat *attributes, GError **error)
{
  if (!S_ISREG (attributes->st_mode))
    return error_refuse (error, "is not a regular file");
  if (attributes->st_uid != 0 && attributes->st_uid != geteuid ())
    return error_refuse (error, "belongs to user %u, who is neither you (%u) nor root", attributes->st_uid, geteuid ());
  if ((attributes->st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return error_refuse (error, "may be written by group or others (mode %04o): chmod go-w it",
                         attributes->st_mode & 07777);
  if (attributes->st_size > LONGEST_FILE)
    return error_refuse (error, "is longer than 64 KiB");
  return TRUE;
}

static gboolean
read_all (int fd, GString *text)
{
  char piece[4096];
  ssize_t got;

  while ((got = read (fd, piece, sizeof piece)) > 0 && text->len <= LONGEST_FILE)
    g_string_append_len (text, piece, got);
  return got >= 0;
}

/* @found: whether there is such a file. A folder that is closed to us has none for us. */
static gboolean
fetch (const char *path, GString *text, gboolean *found, GError **error)
{
  struct stat attributes;
  gboolean good;
  int fd;

  *found = stat (path, &attributes) == 0;
  if (!*found)
    return errno == ENOENT || errno == ENOTDIR || errno == EACCES || error_refuse (error, "%s", g_strerror (errno));
  fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    return error_refuse (error, "%s", g_strerror (errno));
  if (fstat (fd, &attributes) != 0)
    good = error_refuse (error, "%s", g_strerror (errno));
  else
    good = check_file (&attributes, error) && (read_all (fd, text) || error_refuse (error, "%s", g_strerror (errno)));
  close (fd);
  return good;
}

/* GLib takes a file line by line, so the first line that it would not take alone is the one it stumbles over. */
static gboolean
refuse_text (const GString *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text->str, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GKeyFile) alone = g_key_file_new ();
      g_autofree char *line = g_strconcat ("[" CONFIG_GROUP "]\n", lines[i], "\n", NULL);

      if (!g_key_file_load_from_data (alone, line, (gsize)-1, G_KEY_FILE_NONE, NULL))
        return error_refuse (error, "line %u is none of: [" CONFIG_GROUP "], KEY = VALUE, # COMMENT", i + 1);
    }
  return error_refuse (error, "the settings stand below a line [" CONFIG_GROUP "]");
}

/* What is refused is told with its name, so no name may hold what would break the line or mislead a terminal. */
static gboolean
is_text (const GString *text)
{
  for (gsize i = 0; i < text->len; i++)
    if (g_ascii_iscntrl (text->str[i]) && strchr ("\n\t", text->str[i]) == NULL
        && !(text->str[i] == '\r' && text->str[i + 1] == '\n'))
      return FALSE;
  return memchr (text->str, '\0', text->len) == NULL && g_utf8_validate (text->str, (gssize)text->len, NULL);
}

static gboolean
parse (const GString *text, GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = NULL;

  if (!is_text (text))
    return error_refuse (error, "is not text in UTF-8");
  /* With translations: without them key[de] would be passed over in silence. */
  if (!g_key_file_load_from_data (file, text->str, text->len, G_KEY_FILE_KEEP_TRANSLATIONS, NULL))
    return refuse_text (text, error);
  groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group != NULL; group++)
    if (strcmp (*group, CONFIG_GROUP) != 0)
      return error_refuse (error, "unknown group [%s]; did you mean [" CONFIG_GROUP "]?", *group);
  return TRUE;
}

/* As GLib writes a value; its own reading of one stumbles over two mistakes in it. NULL: it holds one. */
static char *
unescape (const char *raw)
{
  static const char letters[] = "sntr\\", meant[] = " \n\t\r\\";
  g_autoptr (GString) value = g_string_new (NULL);

  for (; *raw != '\0'; raw++)
    {
      const char *letter;

      if (*raw != '\\')
        g_string_append_c (value, *raw);
      else if (*++raw != '\0' && (letter = strchr (letters, *raw)) != NULL)
        g_string_append_c (value, meant[letter - letters]);
      else
        return NULL;
    }
  return g_string_free (g_steal_pointer (&value), FALSE);
}

static gboolean
use_all (const char *path, GKeyFile *file, Options *options, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, CONFIG_GROUP, NULL, NULL);

  for (char **key = keys; key != NULL && *key != NULL; key++)
    {
      g_autofree char *raw = g_key_file_get_value (file, CONFIG_GROUP, *key, NULL);
      /* GLib drops the blanks before a value; those after it can be seen even less. */
      g_autofree char *value = unescape (g_strchomp (raw));

      if (value == NULL)
        return error_refuse (error, "option %s: a backslash is written \\\\, and a comma needs none", *key);
      if (!setting_from_file (options, path, *key, value, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
config_read (const char *path, Options *options, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  gboolean found = FALSE;

  if (fetch (path, text, &found, error)
      && (!found || (parse (text, file, error) && use_all (path, file, options, error))))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}
