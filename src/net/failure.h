/* What libcurl's results mean. */
#pragma once

#include <curl/curl.h>
#include <glib.h>

/* @os_errno is what connect(2) said, 0 if nothing; @curl_says is libcurl's own sentence, may be empty. */
GError *failure_to_error (CURLcode result, int os_errno, const char *curl_says);

/* Whether nothing but the connection was at fault: the call was not refused, and not answered in a wrong way. */
gboolean failure_is_of_connection (CURLcode result);
