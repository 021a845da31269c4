/*
 * The credentials file. May touch that file, $CREDENTIALS_DIRECTORY and what is in it; never writes.
 *
 * What is read passes only through secret memory. The checks are made on the open descriptor, so nobody can put another
 * file in its place between them and the reading; and the version that is remembered is from before the reading, so a
 * change in the midst of it shows as one.
 */
#include "daemon/credentials.h"

#include "base/error.h"
#include "base/locked.h"
#include "tree/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  gboolean exists;
  dev_t device;
  ino_t inode;
  off_t size;
  struct timespec modified, changed;
} Version;

struct Credentials
{
  char *path;
  Guid application_id;
  gboolean from_systemd; /* it lies in $CREDENTIALS_DIRECTORY */
  gboolean tried;
  Version version; /* of what was last tried */
};

static Version
version_of (const struct stat *attributes)
{
  return (Version){
    TRUE, attributes->st_dev, attributes->st_ino, attributes->st_size, attributes->st_mtim, attributes->st_ctim};
}

static Version
version_now (const char *path)
{
  struct stat attributes;

  return stat (path, &attributes) == 0 ? version_of (&attributes) : (Version){0};
}

static gboolean
same_time (const struct timespec *a, const struct timespec *b)
{
  return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static gboolean
same_version (const Version *a, const Version *b)
{
  return a->exists == b->exists && a->device == b->device && a->inode == b->inode && a->size == b->size
         && same_time (&a->modified, &b->modified) && same_time (&a->changed, &b->changed);
}

/* $CREDENTIALS_DIRECTORY, or NULL if there is none that can be meant. */
static char *
systemd_directory (void)
{
  const char *directory = g_getenv ("CREDENTIALS_DIRECTORY");

  return directory != NULL && g_path_is_absolute (directory) ? g_canonicalize_filename (directory, NULL) : NULL;
}

static gboolean
is_inside (const char *path, const char *directory)
{
  return directory != NULL && g_str_has_prefix (path, directory) && path[strlen (directory)] == '/';
}

static gboolean
is_file_name (const char *name)
{
  return *name != '\0' && strchr (name, '/') == NULL && strcmp (name, ".") != 0 && strcmp (name, "..") != 0;
}

/* The one regular file in @directory; NULL if there is none, or several. */
static char *
only_file (const char *directory)
{
  g_autoptr (GDir) listing = g_dir_open (directory, 0, NULL);
  g_autofree char *found = NULL;
  const char *name;

  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
        continue;
      if (found != NULL)
        return NULL;
      found = g_steal_pointer (&path);
    }
  return g_steal_pointer (&found);
}

static char *
find_in (const char *directory, const char *source)
{
  const char *const names[] = {source, "so24fs", "login", "credentials", "credential"};

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (directory, names[i], NULL);

      if (is_file_name (names[i]) && g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  return only_file (directory);
}

Credentials *
credentials_new (const char *file, const char *source, const Guid *application_id)
{
  g_autofree char *directory = systemd_directory ();
  g_autofree char *path = NULL;
  Credentials *credentials;

  if (file != NULL)
    path = g_canonicalize_filename (file, NULL);
  else if (directory != NULL)
    path = find_in (directory, source);
  if (path == NULL)
    return NULL;
  credentials = g_new0 (Credentials, 1);
  credentials->from_systemd = is_inside (path, directory);
  credentials->path = g_steal_pointer (&path);
  credentials->application_id = *application_id;
  return credentials;
}

void
credentials_free (Credentials *credentials)
{
  g_free (credentials->path);
  g_free (credentials);
}

static gboolean
check_file (const Credentials *credentials, const struct stat *attributes, GError **error)
{
  gboolean lenient = credentials->from_systemd;
  uid_t owner = attributes->st_uid, self = geteuid ();

  if (!S_ISREG (attributes->st_mode))
    g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "is not a regular file");
  else if (owner != self && !(lenient && owner == 0))
    g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "belongs to user %u, not to you (%u)", owner, self);
  else if ((attributes->st_mode & (lenient ? S_IRWXO : S_IRWXG | S_IRWXO)) != 0)
    g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "is open to %s (mode %04o): chmod %s it",
                 lenient ? "others" : "group or others", attributes->st_mode & 07777, lenient ? "o=" : "600");
  else
    return TRUE;
  return FALSE;
}

/* @code: with errno in words. */
static gboolean
fail (GError **error, So24ErrorCode code)
{
  g_set_error_literal (error, SO24_ERROR, (gint)code, g_strerror (errno));
  return FALSE;
}

/* More than is allowed is left to the input, which then says that it is too much. */
static gboolean
fetch (Credentials *credentials, SecretBuffer *text, GError **error)
{
  struct stat attributes;
  gboolean good;
  int fd;

  credentials->tried = TRUE;
  credentials->version = version_now (credentials->path);
  fd = open (credentials->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    return fail (error, SO24_ERROR_NO_KEY);
  if (fstat (fd, &attributes) == 0)
    {
      credentials->version = version_of (&attributes);
      good = check_file (credentials, &attributes, error)
             && (secret_buffer_read (text, fd, LONGEST_INPUT) || fail (error, SO24_ERROR_NO_KEY));
    }
  else
    good = fail (error, SO24_ERROR_NO_KEY);
  close (fd);
  return good;
}

/* A write to login may go on after a credential; a file may not. */
static gboolean
check_end (Input *input, GError **error)
{
  g_auto (Order) more = {0};

  if (input_step (input, TRUE, &more, NULL) == INPUT_MORE)
    return TRUE;
  g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "there is more in it after the first credential");
  return FALSE;
}

Credential *
credentials_parse (const SecretBuffer *text, const Guid *application_id, GError **error)
{
  InputContext context = {.application_id = *application_id};
  Input *input = input_new (INPUT_LOGIN, &context);
  g_auto (Order) order = {0};
  gboolean good;

  good = input_append (input, text->data, text->length, error) && input_step (input, TRUE, &order, error) == INPUT_ORDER
         && check_end (input, error);
  input_free (input);
  return good ? g_steal_pointer (&order.credential) : NULL;
}

Credential *
credentials_read (Credentials *credentials, GError **error)
{
  g_auto (SecretBuffer) text = {0};
  Credential *credential = NULL;

  if (fetch (credentials, &text, error))
    {
      if (text.length > 0)
        credential = credentials_parse (&text, &credentials->application_id, error);
      else
        g_set_error (error, SO24_ERROR, SO24_ERROR_INVALID, "is empty");
    }
  wipe_stack ();
  if (credential == NULL)
    g_prefix_error (error, "credentials: %s: ", credentials->path);
  return credential;
}

gboolean
credentials_changed (const Credentials *credentials)
{
  Version version = version_now (credentials->path);

  return !credentials->tried || !same_version (&version, &credentials->version);
}

const char *
credentials_path (const Credentials *credentials)
{
  return credentials->path;
}
