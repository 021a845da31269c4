/* Reading off how far a transfer came (curl_easy_getinfo(3)). Touches nothing. */
#include "net/progress.h"

/* libcurl measures how long each step took; a step that was not reached took no time. */
static gboolean
was_reached (CURL *easy, CURLINFO step)
{
  curl_off_t us = 0;

  return curl_easy_getinfo (easy, step, &us) == CURLE_OK && us > 0;
}

void
progress_read (CURL *easy, const Headers *seen, ClientProgress *progress)
{
  long proxy_status = 0, port = 0, local_port = 0;
  char *address = NULL;
  time_t date = seen->date == NULL ? -1 : curl_getdate (seen->date, NULL);

  curl_easy_getinfo (easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  curl_easy_getinfo (easy, CURLINFO_PRIMARY_IP, &address);
  curl_easy_getinfo (easy, CURLINFO_PRIMARY_PORT, &port);
  /* Set as soon as there is a connection; the time that it took is known only when TLS stands, too. */
  curl_easy_getinfo (easy, CURLINFO_LOCAL_PORT, &local_port);
  *progress = (ClientProgress){
    .resolved = was_reached (easy, CURLINFO_NAMELOOKUP_TIME_T),
    .connected = local_port > 0 || was_reached (easy, CURLINFO_CONNECT_TIME_T),
    .proxy_status = (int)proxy_status,
    .secured = was_reached (easy, CURLINFO_APPCONNECT_TIME_T),
    .address = address == NULL ? "" : address,
    .port = (int)port,
    .date_us = date <= 0 ? 0 : (gint64)date * G_USEC_PER_SEC,
  };
}
