/* The directory and the names in it. May touch the environment and the directory itself. */
#include "store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define LONGEST_SOURCE 64
#define DIGEST_DIGITS  16

char *
store_directory (const StoreConfig *config)
{
  const char *given = g_getenv ("STATE_DIRECTORY");
  g_auto (GStrv) entries = NULL;

  if (config->directory != NULL)
    return g_canonicalize_filename (config->directory, NULL);
  if (given != NULL)
    entries = g_strsplit (given, ":", 2);
  if (entries != NULL && entries[0] != NULL && *entries[0] != '\0')
    return g_canonicalize_filename (entries[0], NULL);
  return g_build_filename (g_get_user_state_dir (), "so24fs", NULL);
}

/* So that a person knows the file again; what tells accounts apart is the digest after it. */
static char *
harmless (const char *source)
{
  char *name = g_strndup (source, LONGEST_SOURCE);

  for (char *at = name; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("._-", *at) == NULL)
      *at = '_';
  if (*name == '.' || *name == '-')
    *name = '_';
  return name;
}

static char *
name_for (const StoreConfig *config)
{
  g_autofree char *source = harmless (config->source);
  g_autofree char *whole = g_strdup_printf ("%s\n%s", config->endpoint, config->source);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, whole, -1);

  return g_strdup_printf ("%s-%.*s", source, DIGEST_DIGITS, digest);
}

static gboolean
check_directory (int fd, const char *directory, GError **error)
{
  const char *fault = NULL;
  struct stat found;

  if (fstat (fd, &found) != 0)
    fault = g_strerror (errno);
  else if (found.st_uid != geteuid ())
    fault = "it belongs to another user";
  else if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    fault = "others may write to it";
  if (fault == NULL)
    return TRUE;
  g_set_error (error, SO24_ERROR, SO24_ERROR_NOT_PERMITTED, "nothing is kept in %s: %s", directory, fault);
  return FALSE;
}

static int
open_directory (const char *directory, GError **error)
{
  int fd;

  if (g_mkdir_with_parents (directory, 0700) != 0 || (fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
    {
      int failure = errno;
      gboolean forbidden = failure == EACCES || failure == EPERM || failure == EROFS;

      g_set_error (error, SO24_ERROR, forbidden ? SO24_ERROR_NOT_PERMITTED : SO24_ERROR_INVALID,
                   "nothing is kept in %s: %s", directory, g_strerror (failure));
      return -1;
    }
  if (!check_directory (fd, directory, error))
    {
      close (fd);
      return -1;
    }
  return fd;
}

gboolean
place_open (Place *place, const StoreConfig *config, GError **error)
{
  g_autofree char *directory = store_directory (config);
  int fd = open_directory (directory, error);
  g_autofree char *name = NULL;

  if (fd < 0)
    return FALSE;
  name = name_for (config);
  place->fd = fd;
  place->directory = g_steal_pointer (&directory);
  place->record = g_strconcat (name, ".session", NULL);
  place->lock = g_strconcat (name, ".lock", NULL);
  place->spare = g_strconcat (name, ".session.new.", NULL);
  return TRUE;
}

void
place_close (Place *place)
{
  close (place->fd);
  g_free (place->directory);
  g_free (place->record);
  g_free (place->lock);
  g_free (place->spare);
}

gboolean
place_holds (const Place *place, const char *name, const struct stat *found)
{
  struct stat there;

  return fstatat (place->fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_ino == found->st_ino
         && there.st_dev == found->st_dev;
}

gboolean
place_is_gone (const Place *place)
{
  struct stat found;

  return fstat (place->fd, &found) == 0 && found.st_nlink == 0;
}

gboolean
place_renew (Place *place, GError **error)
{
  int fd = open_directory (place->directory, error);

  if (fd < 0)
    return FALSE;
  close (place->fd);
  place->fd = fd;
  return TRUE;
}
