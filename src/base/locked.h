/* Locked memory: pages that are not swapped, not dumped, empty in a child, and wiped on free. Aborts when memory runs out. */
#pragma once

#include <glib.h>

gpointer locked_alloc (gsize size);

/* @size is what was asked of locked_alloc(). NULL is not accepted. */
void locked_free (gpointer memory, gsize size);

/*
 * Wipes what calls that have returned left on the stack and in the vector registers, which the dynamic linker saves on the
 * stack when it binds the next function. To be called where a password has just passed through.
 */
void wipe_stack (void);

/*
 * Allocation functions that wipe what they free, for libraries through which a secret passes (libcurl, libxml2).
 * Their memory is not locked, but nothing stays behind in it.
 */
void *wiping_malloc (size_t size);
void *wiping_calloc (size_t count, size_t size);
void *wiping_realloc (void *memory, size_t size);
void wiping_free (void *memory);
char *wiping_strdup (const char *text);
