/* The table of checks, and going through it. What it touches is said where each check is. */
#include "tools/check.h"

#include "soap/envelope.h"
#include "tools/doctor.h"
#include "tools/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const CheckRow check_rows[] = {
  {"config", {NULL}, check_config, "the configuration files of SOURCE: whose they are, and what stands in them"},
  {"access", {"config"}, check_access, "the options that say who may use the mount"},
  {"device", {NULL}, check_device, "/dev/fuse"},
  {"fusermount", {NULL}, check_fusermount, "whether this user may mount: as root, or by fusermount3"},
  {"mountpoint", {"config"}, check_mountpoint, "the folder to mount on"},
  {"store", {"config"}, check_store, "the folder in which sessions are kept"},
  {"credentials", {"config"}, check_credentials, "the credentials file: whose it is, and what stands in it"},
  {"endpoint", {"config"}, check_endpoint, "the service's URL, and the file of certificates"},
  {"name", {"endpoint"}, check_name, "whether the host has an address"},
  {"connection", {"name"}, check_connection, "whether it takes a connection"},
  {"tls", {"connection"}, check_tls, "its certificate"},
  {"service", {"tls"}, check_service, "whether it is the service that answers there"},
  {"clock", {"connection"}, check_clock, "whether this machine has the same time"},
  {"login", {"service", "credentials"}, check_login, "with --login: whether the service takes the credential"},
  {"identities", {"service", "credentials"}, check_identities, "with --login: which identities there are"},
  {NULL},
};

static guint
index_of (const char *key)
{
  guint i = 0;

  while (strcmp (check_rows[i].key, key) != 0)
    i++;
  return i;
}

/* What @row needs and does not have; NULL: nothing. */
static const char *
find_want (const CheckRow *row, const Finding *findings)
{
  for (guint i = 0; i < G_N_ELEMENTS (row->needs) && row->needs[i] != NULL; i++)
    {
      Result result = findings[index_of (row->needs[i])].result;

      if (result != FOUND_OK && result != FOUND_WARNING)
        return row->needs[i];
    }
  return NULL;
}

static void
doctor_clear (Doctor *doctor)
{
  g_clear_pointer (&doctor->hello, reply_free);
  g_clear_pointer (&doctor->login, reply_free);
  g_clear_pointer (&doctor->credential, credential_unref);
  g_clear_pointer (&doctor->client, client_free);
  g_clear_pointer (&doctor->sandbox, sandbox_child_free);
}

int
check_run (const Options *options)
{
  Finding findings[G_N_ELEMENTS (check_rows)] = {0};
  Doctor doctor = {.options = options};
  gboolean good = TRUE, told;

  soap_start ();
  for (guint i = 0; check_rows[i].key != NULL; i++)
    {
      const char *want = find_want (&check_rows[i], findings);

      if (want == NULL)
        check_rows[i].look (&doctor, &findings[i]);
      else
        finding_skip (&findings[i], "for want of %s", want);
      good = good && findings[i].result != FOUND_WRONG;
      if (!options->json)
        report_line (check_rows[i].key, &findings[i]);
    }
  if (options->json)
    report_json (options->source, findings, good);
  told = fflush (stdout) == 0 && !ferror (stdout);
  doctor_clear (&doctor);
  for (guint i = 0; i < G_N_ELEMENTS (findings); i++)
    finding_clear (&findings[i]);
  return good && told ? EXIT_SUCCESS : EXIT_FAILURE;
}
