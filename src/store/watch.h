/* Tells when a file of a name has been put in its place by rename(2), before any other source of that moment is served. */
#pragma once

#include <glib.h>

typedef struct Watch Watch;

/* @happened is called on the default main context; NULL if the kernel does not watch for us (which is said in the log). */
Watch *watch_new (const char *directory, const char *name, void (*happened) (gpointer data), gpointer data);
void watch_free (Watch *watch);
