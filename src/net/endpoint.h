/* The service as libcurl is told of it: its address, whom to trust, and what is never done on the way there. */
#pragma once

#include <curl/curl.h>
#include <glib.h>

/* Of more bytes no answer is taken. */
#define LARGEST_ANSWER ((gsize)64 << 20)

typedef struct Endpoint Endpoint;

/* The strings are copied. @ca_file may be NULL: the system's certificates. */
Endpoint *endpoint_new (const char *url, const char *ca_file, guint timeout_s);
void endpoint_free (Endpoint *endpoint);

/* Everything about a call to it that is the same for each call. */
void endpoint_prepare (const Endpoint *endpoint, CURL *easy);
