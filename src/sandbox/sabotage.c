/* How an armed failure changes a call: see sabotage.h. */
#include "sandbox/sabotage.h"

#include "sandbox/faults.h"
#include "sandbox/pages.h"

SoapFault *
sabotage_fault (const Failure *failure, const char *operation, gint64 wall_clock)
{
  if (failure->kind == FAIL_FAULT)
    return fault_said (failure->text != NULL ? failure->text : "The sandbox was told to fail", operation);
  if (failure->kind == FAIL_THROTTLE)
    return fault_said (failure->text != NULL ? failure->text : THROTTLE_TEXT, operation);
  if (failure->kind == FAIL_QUARANTINE)
    {
      g_autofree char *hour_end = limits_hour_end (wall_clock, QUARANTINE_DATE);
      return fault_of_quarantine (1, failure->until != NULL ? failure->until : hour_end, operation);
    }
  return NULL;
}

/* Half a kilobyte that is no XML, no UTF-8, and the same each time. */
static GString *
render_garbage (void)
{
  GString *bytes = g_string_new (NULL);

  for (guint i = 0; i < 512; i++)
    g_string_append_c (bytes, (char)(i * 167 + 13));
  return bytes;
}

static Answer *
page_redirect (const char *host)
{
  g_autofree char *location = g_strdup_printf ("http://%s/authenticate/v001/authenticate.asmx", host);
  Answer *answer = answer_new (302, "text/html; charset=utf-8",
                               g_string_new ("<html><head><title>Object moved</title></head><body>\r\n"
                                             "<h2>Object moved.</h2>\r\n</body></html>\r\n"));

  answer_add_header (answer, "Location", location);
  return answer;
}

static Answer *
page_of_status (const Failure *failure)
{
  const char *phrase = soup_status_get_phrase (failure->status);
  Answer *answer = page_error (failure->status, phrase, "The sandbox was told to answer so.");

  /* These have no body, whatever one would like to say. */
  if (failure->status == SOUP_STATUS_NO_CONTENT || failure->status == SOUP_STATUS_NOT_MODIFIED)
    g_string_truncate (answer->body, 0);
  return answer;
}

Answer *
sabotage_page (const Failure *failure, const char *host)
{
  Answer *answer = NULL;

  if (failure->kind == FAIL_HTML)
    answer = page_error (200, "Welcome", "This is not the web service that you are looking for.");
  else if (failure->kind == FAIL_EMPTY)
    answer = answer_new (200, "text/xml; charset=utf-8", NULL);
  else if (failure->kind == FAIL_GARBAGE)
    answer = answer_new (200, "text/xml; charset=utf-8", render_garbage ());
  else if (failure->kind == FAIL_REDIRECT)
    answer = page_redirect (host);
  else if (failure->kind == FAIL_STATUS)
    answer = page_of_status (failure);

  if (answer != NULL && failure->retry_after != NULL)
    answer_add_header (answer, "Retry-After", failure->retry_after);
  return answer;
}

gboolean
sabotage_is_of_connection (const Failure *failure)
{
  return failure->kind == FAIL_HANG || failure->kind == FAIL_DROP || failure->kind == FAIL_RESET
         || failure->kind == FAIL_TRUNCATED;
}

static void
cut_off (const Answer *answer, Connections *connections, SoupServerMessage *message)
{
  GString *text = answer_serialize (answer);

  g_string_truncate (text, text->len - answer->body->len / 2);
  g_autoptr (GBytes) half = g_string_free_to_bytes (text);
  connections_send_and_close (connections, message, half);
}

void
sabotage_connection (const Failure *failure, const Answer *answer, Connections *connections, SoupServerMessage *message)
{
  if (failure->kind == FAIL_HANG)
    connections_leave_hanging (connections, message);
  else if (failure->kind == FAIL_RESET)
    connections_reset (message);
  else if (failure->kind == FAIL_TRUNCATED && answer != NULL)
    cut_off (answer, connections, message);
  else
    connections_close (message);
}
