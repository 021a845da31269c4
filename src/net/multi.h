/* libcurl's multi interface on the GLib main loop: its sockets and its one timer become sources. */
#pragma once

#include <curl/curl.h>
#include <glib.h>

typedef struct Multi Multi;

/* @finished is called from the loop for each transfer that ended; the handle is already removed. */
typedef void (*MultiFinished) (CURL *easy, CURLcode result, gpointer data);

Multi *multi_new (MultiFinished finished, gpointer data);
void multi_free (Multi *multi);

void multi_add (Multi *multi, CURL *easy);
void multi_remove (Multi *multi, CURL *easy);

/* How many connections there may be when a transfer has ended; the oldest ones that are idle are closed then. */
void multi_limit (Multi *multi, guint connections);
