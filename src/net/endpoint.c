/*
 * What is never done here: follow a redirect, keep a cookie that an answer sets (there is no cookie engine), ask a proxy of
 * the environment for http:// (that is only this machine).
 *
 * A new connection must be cheap, because calls that do something have one of their own (client.c). So it takes up the
 * session of TLS that an earlier one has made, and the certificates to trust are read once a day.
 */
#include "net/endpoint.h"

struct Endpoint
{
  char *url;
  char *ca_file;
  guint timeout_s;
  gboolean trusts_one_file;
  CURLSH *share; /* the sessions of TLS; connections and names are shared by the multi handle anyway */
};

Endpoint *
endpoint_new (const char *url, const char *ca_file, guint timeout_s)
{
  Endpoint *endpoint = g_new0 (Endpoint, 1);

  endpoint->url = g_strdup (url);
  endpoint->ca_file = g_strdup (ca_file);
  endpoint->timeout_s = timeout_s;
  endpoint->trusts_one_file = ca_file != NULL || curl_version_info (CURLVERSION_NOW)->cainfo != NULL;
  endpoint->share = curl_share_init ();
  curl_share_setopt (endpoint->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  return endpoint;
}

void
endpoint_free (Endpoint *endpoint)
{
  curl_share_cleanup (endpoint->share);
  g_free (endpoint->url);
  g_free (endpoint->ca_file);
  g_free (endpoint);
}

/*
 * libcurl has a file of certificates and a folder of them. It keeps what it has read only if it is the file alone
 * (CURLOPT_CA_CACHE_TIMEOUT(3)); with the folder besides, each connection would stop the loop for the 30 ms that the file
 * takes. And with a file of the user's, the folder of the system would be trusted, too.
 */
static void
set_trust (const Endpoint *endpoint, CURL *easy)
{
  if (endpoint->ca_file != NULL)
    curl_easy_setopt (easy, CURLOPT_CAINFO, endpoint->ca_file);
  if (endpoint->trusts_one_file)
    curl_easy_setopt (easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt (easy, CURLOPT_SHARE, endpoint->share);
}

static void
set_limits (const Endpoint *endpoint, CURL *easy)
{
  curl_easy_setopt (easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)LARGEST_ANSWER);
  curl_easy_setopt (easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT_MS, (long)endpoint->timeout_s * 1000);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  if (g_str_has_prefix (endpoint->url, "http:"))
    curl_easy_setopt (easy, CURLOPT_PROXY, "");
}

void
endpoint_prepare (const Endpoint *endpoint, CURL *easy)
{
  curl_easy_setopt (easy, CURLOPT_URL, endpoint->url);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  /* A name lookup that hangs must not be waited for when the call is given up. */
  curl_easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L);
#endif
  curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt (easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  curl_easy_setopt (easy, CURLOPT_USERAGENT, "so24fs/" SO24_VERSION);
  curl_easy_setopt (easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt (easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set_limits (endpoint, easy);
  set_trust (endpoint, easy);
}
