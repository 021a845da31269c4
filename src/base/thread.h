/* Threads beside the loop's: each does one thing that may have to wait. Signals are the main thread's. */
#pragma once

#include <glib.h>

/* A thread to which no signal is delivered; the caller joins it. */
GThread *thread_start (const char *name, GThreadFunc run, gpointer data);
