/* The checks of what lies on the disk: the store and the credentials file. Reads, and changes nothing. */
#include "tools/doctor.h"

#include "daemon/credentials.h"
#include "store/store.h"

#include <errno.h>
#include <unistd.h>

/* The daemon makes what is missing; whether it can is up to the nearest folder that is there. */
static void
check_future_folder (const char *directory, Finding *finding)
{
  g_autofree char *path = g_strdup (directory);

  while (access (path, F_OK) != 0 && errno == ENOENT)
    {
      char *parent = g_path_get_dirname (path);

      g_free (path);
      path = parent;
    }
  if (access (path, W_OK | X_OK) == 0)
    finding_ok (finding, "%s will be made", directory);
  else
    finding_warn (finding, "nothing outlives the mount then; see STATE_DIRECTORY in so24fs(1)",
                  "%s cannot be made: %s: %s", directory, path, g_strerror (errno));
}

static void
on_replaced (gpointer data, const Record *base, const Record *record)
{
}

void
check_store (Doctor *doctor, Finding *finding)
{
  static const StoreHooks hooks = {on_replaced};
  const Options *options = doctor->options;
  StoreConfig config = {.endpoint = options->endpoint, .source = options->source};
  g_autofree char *directory = store_directory (&config);
  g_autoptr (GError) error = NULL;
  g_autoptr (Store) store = NULL;

  if (options->sandbox || options->store == STORE_NONE)
    finding_ok (finding, "none is kept");
  else if (access (directory, F_OK) != 0)
    check_future_folder (directory, finding);
  else if ((store = store_open (&config, &hooks, NULL, &error)) == NULL)
    finding_warn (finding, "nothing outlives the mount then", "%s", error->message);
  else if (access (directory, W_OK | X_OK) != 0)
    finding_warn (finding, "nothing outlives the mount then", "%s: %s", directory, g_strerror (errno));
  else
    finding_ok (finding, "%s", directory);
}

void
check_credentials (Doctor *doctor, Finding *finding)
{
  const Options *options = doctor->options;
  g_autoptr (Credentials) credentials
    = credentials_new (options->credentials, options->source, &options->application_id);
  g_autoptr (GError) error = NULL;

  if (credentials == NULL)
    {
      finding_ok (finding, "none are configured; a person has to log in (so24fs login)");
      return;
    }
  doctor->credential = credentials_read (credentials, &error);
  if (doctor->credential != NULL)
    finding_ok (finding, "%s, of %s", credentials_path (credentials), credential_owner (doctor->credential));
  else
    finding_wrong (finding, NULL, "%s", error->message);
}
