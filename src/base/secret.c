/* Secrets and buffers for them, on base/locked.h. Touches no log, and no file but one that it is given open. */
#include "base/secret.h"

#include "base/locked.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PORTION 4096

struct Secret
{
  guint references;
  gsize length;
  char text[];
};

Secret *
secret_new (const char *bytes, gsize length)
{
  Secret *secret = locked_alloc (sizeof *secret + length + 1);

  secret->references = 1;
  secret->length = length;
  memcpy (secret->text, bytes, length);
  secret->text[length] = '\0';
  return secret;
}

Secret *
secret_ref (Secret *secret)
{
  secret->references++;
  return secret;
}

void
secret_unref (Secret *secret)
{
  if (--secret->references == 0)
    locked_free (secret, sizeof *secret + secret->length + 1);
}

const char *
secret_text (const Secret *secret)
{
  return secret->text;
}

gsize
secret_length (const Secret *secret)
{
  return secret->length;
}

gboolean
secret_equal (const Secret *a, const Secret *b)
{
  guint8 difference = 0;

  if (a == b)
    return TRUE;
  if (a == NULL || b == NULL || a->length != b->length)
    return FALSE;
  for (gsize i = 0; i < a->length; i++)
    difference |= (guint8)(a->text[i] ^ b->text[i]);
  return difference == 0;
}

/* The ways to write the characters that XML and HTML escape. */
static const char *const escapes[][5] = {
  {"&", "&amp;", "&#38;", "&#x26;", NULL},  {"<", "&lt;", "&#60;", "&#x3C;", NULL},
  {">", "&gt;", "&#62;", "&#x3E;", NULL},   {"\"", "&quot;", "&#34;", "&#x22;", NULL},
  {"'", "&apos;", "&#39;", "&#x27;", NULL},
};

/* How many bytes of @text stand for the character @c of a secret; 0: they stand for another one. */
static gsize
match_character (const char *text, char c)
{
  for (guint row = 0; row < G_N_ELEMENTS (escapes); row++)
    for (const char *const *form = &escapes[row][1]; *escapes[row][0] == c && *form != NULL; form++)
      if (g_ascii_strncasecmp (text, *form, strlen (*form)) == 0)
        return strlen (*form);
  return *text == c && c != '\0' ? 1 : 0;
}

static gsize
match_secret (const char *text, const Secret *secret)
{
  const char *at = text;

  for (gsize i = 0; i < secret->length; i++)
    {
      gsize length = match_character (at, secret->text[i]);

      if (length == 0)
        return 0;
      at += length;
    }
  return (gsize)(at - text);
}

char *
secret_scrub (const char *text, const Secret *secret)
{
  g_autoptr (GString) scrubbed = g_string_new (NULL);

  while (*text != '\0')
    {
      gsize length = match_secret (text, secret);

      if (length > 0)
        g_string_append (scrubbed, "***");
      else
        g_string_append_c (scrubbed, *text);
      text += MAX (length, 1);
    }
  return g_string_free (g_steal_pointer (&scrubbed), FALSE);
}

void
secret_buffer_reserve (SecretBuffer *buffer, gsize capacity)
{
  char *data;

  if (capacity <= buffer->capacity)
    return;
  capacity = MAX (capacity, MAX (64, buffer->capacity * 2));
  data = locked_alloc (capacity);
  if (buffer->data != NULL)
    {
      memcpy (data, buffer->data, buffer->length);
      locked_free (buffer->data, buffer->capacity);
    }
  buffer->data = data;
  buffer->capacity = capacity;
}

void
secret_buffer_append (SecretBuffer *buffer, const char *bytes, gsize length)
{
  secret_buffer_reserve (buffer, buffer->length + length + 1);
  memcpy (buffer->data + buffer->length, bytes, length);
  buffer->length += length;
  buffer->data[buffer->length] = '\0';
}

void
secret_buffer_append_text (SecretBuffer *buffer, const char *text)
{
  secret_buffer_append (buffer, text, strlen (text));
}

void
secret_buffer_append_printf (SecretBuffer *buffer, const char *format, ...)
{
  va_list arguments, again;
  int length;

  va_start (arguments, format);
  va_copy (again, arguments);
  length = vsnprintf (NULL, 0, format, arguments);
  va_end (arguments);
  g_assert (length >= 0);

  secret_buffer_reserve (buffer, buffer->length + (gsize)length + 1);
  vsnprintf (buffer->data + buffer->length, (gsize)length + 1, format, again);
  va_end (again);
  buffer->length += (gsize)length;
}

gboolean
secret_buffer_read (SecretBuffer *buffer, int fd, gsize longest)
{
  gssize count;

  do
    {
      secret_buffer_reserve (buffer, buffer->length + PORTION + 1);
      count = read (fd, buffer->data + buffer->length, PORTION);
      if (count > 0)
        buffer->length += (gsize)count;
      buffer->data[buffer->length] = '\0';
  } while ((count > 0 && buffer->length <= longest) || (count < 0 && errno == EINTR));
  return count >= 0;
}

void
secret_buffer_consume (SecretBuffer *buffer, gsize length)
{
  g_assert (length <= buffer->length);
  if (length == 0)
    return;
  memmove (buffer->data, buffer->data + length, buffer->length - length);
  explicit_bzero (buffer->data + buffer->length - length, length);
  buffer->length -= length;
}

void
secret_buffer_clear (SecretBuffer *buffer)
{
  if (buffer->data != NULL)
    locked_free (buffer->data, buffer->capacity);
  *buffer = (SecretBuffer){0};
}
