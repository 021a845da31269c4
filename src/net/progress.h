/* How far a call came, as libcurl measured it. */
#pragma once

#include "net/client.h"
#include "net/headers.h"

#include <curl/curl.h>

/* @progress keeps texts of @easy; it is gone with that. */
void progress_read (CURL *easy, const Headers *seen, ClientProgress *progress);
