/* Picking headers out of the lines that libcurl shows (net/headers.h). */
#include "net/headers.h"

#include "support/sentences.h"

#include <string.h>

/* Shows the lines of @text one by one, as libcurl does: each with its line break. */
static void
show (Headers *headers, const char *text)
{
  while (*text != '\0')
    {
      gsize length = strcspn (text, "\n") + 1;
      g_autofree char *line = g_memdup2 (text, length); /* so that a read past it is seen */

      headers_take_line (headers, line, length);
      text += length;
    }
}

static void
assert_kept (const char *text, const char *allowed, const char *allowed_until)
{
  g_auto (Headers) headers = {0};

  show (&headers, text);
  g_assert_cmpstr (headers.allowed, ==, allowed);
  g_assert_cmpstr (headers.allowed_until, ==, allowed_until);
}

static void
both_headers_are_kept_as_text (void)
{
  assert_kept ("HTTP/1.1 200 OK\r\nAPILimitRemaining: 12\r\nAPILimitReset: 2026-11-25T14:00:00Z\r\n\r\n", "12",
               "2026-11-25T14:00:00Z");
  assert_kept ("HTTP/2 500 \r\napilimitremaining: many\r\n\r\n", "many", NULL);
  assert_kept ("HTTP/1.0 429\nAPILIMITRESET:soon\n\n", NULL, "soon");
}

static void
blanks_around_a_value_are_dropped (void)
{
  assert_kept ("HTTP/1.1 200 OK\r\nAPILimitRemaining:\t  12 \t\r\n\r\n", "12", NULL);
  assert_kept ("HTTP/1.1 200 OK\r\nAPILimitRemaining:\r\n\r\n", "", NULL);
}

static void
other_headers_are_not_taken_for_them (void)
{
  assert_kept ("HTTP/1.1 200 OK\r\nX-APILimitRemaining: 1\r\nAPILimitRemainings: 2\r\nAPILimit: 3\r\nA\r\n\r\n", NULL,
               NULL);
}

static void
of_two_the_last_one_counts (void)
{
  assert_kept ("HTTP/1.1 200 OK\r\nAPILimitRemaining: 1\r\nAPILimitRemaining: 2\r\n\r\n", "2", NULL);
}

static void
an_interim_answer_counts_for_nothing (void)
{
  assert_kept ("HTTP/1.1 100 Continue\r\nAPILimitRemaining: 1\r\n\r\n", NULL, NULL);
  assert_kept ("HTTP/1.1 103 Early Hints\r\nAPILimitRemaining: 1\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n", NULL, NULL);
  assert_kept ("HTTP/1.1 100\r\n\r\nHTTP/1.1 200 OK\r\nAPILimitRemaining: 2\r\n\r\n", "2", NULL);
}

static void
the_last_head_counts (void)
{
  assert_kept (
    "HTTP/1.1 200 Connection established\r\nAPILimitRemaining: 1\r\n\r\nHTTP/2 200 \r\napilimitreset: x\r\n\r\n", NULL,
    "x");
}

static void
trailers_count_for_nothing (void)
{
  assert_kept ("HTTP/1.1 200 OK\r\nAPILimitRemaining: 1\r\n\r\nAPILimitRemaining: 2\r\nAPILimitReset: x\r\n", "1",
               NULL);
}

static void
a_line_of_any_length_will_do (void)
{
  g_auto (Headers) headers = {0};

  show (&headers, "HTTP/1.1 200\r\n");
  headers_take_line (&headers, "", 0);
  headers_take_line (&headers, "H", 1);
  headers_take_line (&headers, "HTTP/", 5);
  headers_take_line (&headers, "HTTP/1.1 ", 9);
  g_assert_null (headers.allowed);
}

static const Sentence sentences[] = {
  SENTENCE (both_headers_are_kept_as_text),        SENTENCE (blanks_around_a_value_are_dropped),
  SENTENCE (other_headers_are_not_taken_for_them), SENTENCE (of_two_the_last_one_counts),
  SENTENCE (an_interim_answer_counts_for_nothing), SENTENCE (the_last_head_counts),
  SENTENCE (trailers_count_for_nothing),           SENTENCE (a_line_of_any_length_will_do),
};

MAIN ("headers")
