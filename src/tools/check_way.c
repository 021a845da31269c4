/*
 * The checks of the way to the service. One call, HasSession without a session, tells of all of them: it changes nothing
 * there, and needs no credential. How far it came is what the checks are about.
 */
#include "tools/doctor.h"

#include "base/calendar.h"
#include "base/error.h"
#include "daemon/service_client.h"

#include <string.h>

#define FARTHEST_OFF_S 300

static const char *
endpoint_of (const Doctor *doctor)
{
  return doctor->sandbox != NULL ? doctor->sandbox->endpoint : doctor->options->endpoint;
}

void
check_endpoint (Doctor *doctor, Finding *finding)
{
  const Options *options = doctor->options;
  g_autoptr (GError) error = NULL;

  if (options->sandbox && (doctor->sandbox = sandbox_child_start (&error)) == NULL)
    finding_wrong (finding, NULL, "%s", error->message);
  else if ((doctor->client = service_client_new (options, endpoint_of (doctor), &error)) == NULL)
    finding_wrong (finding, NULL, "%s", error->message);
  else
    finding_ok (finding, "%s", endpoint_of (doctor));
}

static gboolean
is_encrypted (const Doctor *doctor)
{
  return g_str_has_prefix (endpoint_of (doctor), "https:");
}

/* Such a variable may hold a password, so only its name is told. */
static const char *
proxy_variable (const Doctor *doctor)
{
  static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};

  for (guint i = 0; is_encrypted (doctor) && i < G_N_ELEMENTS (names); i++)
    if (g_getenv (names[i]) != NULL && *g_getenv (names[i]) != '\0')
      return names[i];
  return NULL;
}

static void
wrong_on_the_way (const Doctor *doctor, Finding *finding, const char *advice)
{
  const char *variable = proxy_variable (doctor);
  const char *message = doctor->hello->answer->error->message;

  if (variable == NULL)
    finding_wrong (finding, advice, "%s", message);
  else
    finding_wrong (finding, "look at that, or name the host in no_proxy", "%s (%s names a proxy)", message, variable);
}

void
check_name (Doctor *doctor, Finding *finding)
{
  doctor->hello = reply_to (doctor->client, request_new (OPERATION_HAS_SESSION));
  if (doctor->hello->progress.resolved || doctor->hello->answer->error == NULL)
    finding_ok (finding, "found");
  else
    wrong_on_the_way (doctor, finding, "look at the spelling of endpoint, and at the name service of this machine");
}

static const char *
advice_on_connection (const GError *error)
{
  if (g_error_matches (error, SO24_ERROR, SO24_ERROR_TIMED_OUT))
    return "a firewall may drop what is sent; ask who runs the network";
  if (g_error_matches (error, SO24_ERROR, SO24_ERROR_UNREACHABLE))
    return "this machine has no route there";
  return "nothing listens there, or a firewall refuses; look at the port in endpoint";
}

void
check_connection (Doctor *doctor, Finding *finding)
{
  const ClientProgress *progress = &doctor->hello->progress;
  const GError *error = doctor->hello->answer->error;

  if (error != NULL && !progress->connected)
    wrong_on_the_way (doctor, finding, advice_on_connection (error));
  else if (progress->proxy_status >= 300)
    finding_wrong (finding, "ask who runs the proxy, or name the host in no_proxy",
                   "the proxy that %s names answers %d when it is asked for a way to the service",
                   proxy_variable (doctor), progress->proxy_status);
  else if (progress->proxy_status != 0)
    finding_ok (finding, "by the proxy %s, port %d", progress->address, progress->port);
  else
    finding_ok (finding, "%s, port %d", progress->address, progress->port);
}

/* What libcurl and its TLS library say, in their own words, and what it comes from. */
static const struct
{
  const char *words;
  const char *advice;
} tls_rows[] = {
  {"expired", "the service must renew it, unless it is this machine's clock that is wrong"},
  {"not yet valid", "this machine's clock is behind"},
  {"subject name", "another machine answers there; look at the host in endpoint"},
  {"host name", "another machine answers there; look at the host in endpoint"},
  {"self-signed", "if it is the right one, name its authority's file: ca_file"},
  {"self signed", "if it is the right one, name its authority's file: ca_file"},
  {"issuer", "install ca-certificates, or name the authority's file: ca_file"},
  {"wrong version", "what listens on that port speaks no TLS; look at the port in endpoint"},
  {"packet length", "what listens on that port speaks no TLS; look at the port in endpoint"},
};

static const char *
advice_on_tls (const char *message)
{
  for (guint i = 0; i < G_N_ELEMENTS (tls_rows); i++)
    if (strstr (message, tls_rows[i].words) != NULL)
      return tls_rows[i].advice;
  return "look at endpoint and ca_file, and at what is between here and there";
}

void
check_tls (Doctor *doctor, Finding *finding)
{
  const Reply *hello = doctor->hello;
  g_autofree char *now = calendar_text (g_get_real_time ());

  if (!is_encrypted (doctor))
    finding_ok (finding, "not needed: http:// to this machine itself");
  else if (hello->progress.secured || hello->answer->error == NULL)
    finding_ok (finding, "the certificate is good");
  else
    finding_wrong (finding, advice_on_tls (hello->answer->error->message), "%s (it is %s here)",
                   hello->answer->error->message, now);
}

static const char *
advice_on_service (const GError *error)
{
  if (g_error_matches (error, SO24_ERROR, SO24_ERROR_QUARANTINED))
    return "wait until then; every call before that may make it longer";
  if (g_error_matches (error, SO24_ERROR, SO24_ERROR_THROTTLED))
    return "wait some minutes";
  if (g_error_matches (error, SO24_ERROR, SO24_ERROR_TIMED_OUT))
    return "try again later; timeout says how long a call may take";
  return "look at endpoint; a proxy or the login page of a network may answer in its place";
}

void
check_service (Doctor *doctor, Finding *finding)
{
  const Answer *answer = doctor->hello->answer;

  if (answer->error == NULL)
    finding_ok (finding, "it answers");
  else
    finding_wrong (finding, advice_on_service (answer->error), "%s", answer->error->message);
}

/* "3 h 20 min" */
static char *
duration (gint64 seconds)
{
  if (seconds >= 48 * 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT " days", seconds / 86400);
  if (seconds >= 3600)
    return g_strdup_printf ("%" G_GINT64_FORMAT " h %" G_GINT64_FORMAT " min", seconds / 3600, seconds % 3600 / 60);
  return g_strdup_printf ("%" G_GINT64_FORMAT " min", seconds / 60);
}

void
check_clock (Doctor *doctor, Finding *finding)
{
  const Reply *hello = doctor->hello;
  gint64 ahead_s = (hello->at_us - hello->progress.date_us) / G_USEC_PER_SEC;
  g_autofree char *off = duration (ABS (ahead_s));

  if (hello->progress.date_us == 0)
    finding_skip (finding, "the answer does not say what time it is");
  else if (ABS (ahead_s) <= FARTHEST_OFF_S)
    finding_ok (finding, "as the service's");
  else
    finding_warn (finding, "certificates and the end of a quarantine are judged by it: timedatectl set-ntp true",
                  "this machine's clock is %s %s the service's", off, ahead_s > 0 ? "ahead of" : "behind");
}
