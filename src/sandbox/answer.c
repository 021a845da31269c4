/* An HTTP answer before it goes out: see answer.h. */
#include "sandbox/answer.h"

#include "sandbox/cookie.h"

Answer *
answer_new (guint status, const char *content_type, GString *body)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->status = status;
  answer->content_type = g_strdup (content_type);
  answer->body = body != NULL ? body : g_string_new (NULL);
  answer->headers = g_ptr_array_new_with_free_func (g_free);
  return answer;
}

void
answer_free (Answer *answer)
{
  g_free (answer->content_type);
  g_string_free (answer->body, TRUE);
  g_free (answer->new_session);
  g_ptr_array_unref (answer->headers);
  g_free (answer);
}

void
answer_add_header (Answer *answer, const char *name, const char *value)
{
  g_ptr_array_add (answer->headers, g_strdup (name));
  g_ptr_array_add (answer->headers, g_strdup (value));
}

typedef void (*HeaderWriter) (gpointer target, const char *name, const char *value);

/* In the genuine runtime's order, though libsoup puts the headers that it has no number for behind the others. */
static void
write_headers (const Answer *answer, HeaderWriter write, gpointer target)
{
  if (answer->from_runtime)
    {
      write (target, "X-AspNet-Version", "4.0.30319");
      write (target, "Cache-Control", answer->was_invoked ? "private, max-age=0" : "private");
    }
  if (answer->new_session != NULL)
    {
      g_autofree char *cookie = cookie_render (answer->new_session);
      write (target, "Set-Cookie", cookie);
    }
  if (answer->content_type != NULL)
    write (target, "Content-Type", answer->content_type);
  for (guint i = 0; i + 1 < answer->headers->len; i += 2)
    write (target, g_ptr_array_index (answer->headers, i), g_ptr_array_index (answer->headers, i + 1));
  write (target, "Server", "so24-sandbox/" SO24_VERSION);
}

static void
write_to_message (gpointer target, const char *name, const char *value)
{
  soup_message_headers_append (target, name, value);
}

void
answer_send (const Answer *answer, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  SoupMessageBody *body = soup_server_message_get_response_body (message);

  soup_server_message_set_status (message, answer->status, NULL);
  write_headers (answer, write_to_message, headers);
  soup_message_headers_set_content_length (headers, (goffset)answer->body->len);
  soup_message_body_append (body, SOUP_MEMORY_COPY, answer->body->str, answer->body->len);
  soup_message_body_complete (body);
}

static void
write_to_text (gpointer target, const char *name, const char *value)
{
  g_string_append_printf (target, "%s: %s\r\n", name, value);
}

GString *
answer_serialize (const Answer *answer)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "HTTP/1.1 %u %s\r\n", answer->status, soup_status_get_phrase (answer->status));
  write_headers (answer, write_to_text, text);
  g_string_append_printf (text, "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n", answer->body->len);
  g_string_append_len (text, answer->body->str, (gssize)answer->body->len);
  return text;
}
