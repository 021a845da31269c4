/*
 * Secrets: passwords, tokens, session ids, and every buffer one of them passes through.
 *
 * Their bytes live in pages that are locked (never swapped), left out of core dumps, empty in a forked child,
 * and wiped when freed. A Secret is immutable and reference counted; a SecretBuffer grows and has one owner.
 * Secrets are compared in constant time and never printed; secret_scrub() takes them out of a text that is.
 */
#pragma once

#include <glib.h>

typedef struct Secret Secret;

Secret *secret_new (const char *bytes, gsize length);
Secret *secret_ref (Secret *secret);
void secret_unref (Secret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Secret, secret_unref)

/* The bytes, with a NUL after them that does not count. */
const char *secret_text (const Secret *secret);
gsize secret_length (const Secret *secret);

/* NULL is equal to NULL only. */
gboolean secret_equal (const Secret *a, const Secret *b);

/* Returns a copy of @text in which every occurrence of @secret, escaped as in XML and HTML or not, is replaced by "***". */
char *secret_scrub (const char *text, const Secret *secret);

typedef struct
{
  char *data; /* NUL-terminated once something was appended; NULL before */
  gsize length;
  gsize capacity;
} SecretBuffer;

void secret_buffer_append (SecretBuffer *buffer, const char *bytes, gsize length);
void secret_buffer_append_text (SecretBuffer *buffer, const char *text);
void secret_buffer_append_printf (SecretBuffer *buffer, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Makes room for @capacity bytes in all, so that some can be read to the end of the data. Nothing is appended. */
void secret_buffer_reserve (SecretBuffer *buffer, gsize capacity);

/*
 * Appends what is left to read of @fd, until there are more than @longest bytes in all; who gets more has too much. FALSE with
 * errno set if read(2) fails.
 */
gboolean secret_buffer_read (SecretBuffer *buffer, int fd, gsize longest);

/* Forgets the first @length bytes. */
void secret_buffer_consume (SecretBuffer *buffer, gsize length);

/* Wipes and frees the bytes; the buffer is empty and can be used again. */
void secret_buffer_clear (SecretBuffer *buffer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SecretBuffer, secret_buffer_clear)
