/* Documents of the service, whole and in pieces. */
#include "support/documents.h"

#include "support/sentences.h"

#include <string.h>

const HttpHead ok_head = {200, "text/xml; charset=utf-8", 0};

char *
envelope (const char *body)
{
  return g_strconcat (XML_DECLARATION "<soap:Envelope xmlns:soap=\"" SOAP_1_1
                                      "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                                      "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><soap:Body>",
                      body, "</soap:Body></soap:Envelope>", NULL);
}

char *
response (Operation operation, const char *results)
{
  const char *name = operation_row (operation)->name;
  g_autofree char *body
    = g_strdup_printf ("<%sResponse xmlns=\"" SERVICE_NAMESPACE "\">%s</%sResponse>", name, results, name);

  return envelope (body);
}

static const char *const good_results[] = {
  [ANSWERS_SESSION] = SID,
  [ANSWERS_PASSPORT] = "<Id>" USER_ID "</Id><Email>ola@example.com</Email><Identities>" IDENTITY_1 IDENTITY_2
                       "</Identities><SessionId>" SID "</SessionId>",
  [ANSWERS_BOOLEAN] = "true",
  [ANSWERS_IDENTITY] = IDENTITY_1_FIELDS,
  [ANSWERS_IDENTITIES] = IDENTITY_1 IDENTITY_2,
};

char *
good_answer (Operation operation)
{
  const OperationRow *row = operation_row (operation);
  g_autofree char *result
    = g_strdup_printf ("<%sResult>%s</%sResult>", row->name, good_results[row->answers], row->name);

  return response (operation, result);
}

Bytes
bytes_of (const char *text)
{
  return (Bytes){text, strlen (text)};
}

static AnswerReader *
reader_for (Operation operation)
{
  g_autoptr (Request) request = request_new (operation);

  return answer_reader_new (request);
}

Answer *
read_split (Operation operation, const HttpHead *head, Bytes document, gsize split)
{
  g_autoptr (AnswerReader) reader = reader_for (operation);

  answer_reader_feed (reader, head, document.bytes, split);
  answer_reader_feed (reader, head, document.bytes + split, document.length - split);
  return answer_reader_finish (reader, head);
}

Answer *
read_in_steps (Operation operation, const HttpHead *head, Bytes document, gsize step)
{
  g_autoptr (AnswerReader) reader = reader_for (operation);

  for (gsize at = 0; at < document.length; at += step)
    answer_reader_feed (reader, head, document.bytes + at, MIN (step, document.length - at));
  return answer_reader_finish (reader, head);
}

Answer *
read_answer (Operation operation, const char *document)
{
  return read_in_steps (operation, &ok_head, bytes_of (document), G_MAXINT);
}

static void
describe_identity (GString *line, const Identity *identity)
{
  g_string_append_printf (line, "{%s user %s '%s' %d %d client %" G_GINT64_FORMAT " '%s'%s%s%s%s", identity->id.text,
                          identity->user_id.text, identity->user_name, identity->contact_id, identity->employee_id,
                          identity->client_id, identity->client_name, identity->is_current ? " current" : "",
                          identity->is_default ? " default" : "", identity->is_protected ? " protected" : "",
                          identity->is_disabled ? " disabled" : "");
  for (guint i = 0; identity->servers != NULL && i < identity->servers->len; i++)
    {
      const IdentityServer *server = &g_array_index (identity->servers, IdentityServer, i);

      g_string_append_printf (line, " %d:%d", server->id, server->type);
    }
  g_string_append_c (line, '}');
}

char *
answer_describe (const Answer *answer)
{
  GString *line = g_string_new (NULL);

  if (answer->error != NULL)
    g_string_append_printf (line, "%s%s %s", answer->is_fault ? "fault " : "", error_errno_name (answer->error),
                            answer->error->message);
  if (answer->truth)
    g_string_append (line, "true");
  if (answer->session != NULL)
    g_string_append_printf (line, "session '%s'", secret_text (answer->session));
  if (answer->identity != NULL)
    describe_identity (line, answer->identity);
  if (answer->passport.email != NULL && answer->operation == OPERATION_AUTHENTICATE_BY_TOKEN)
    g_string_append_printf (line, " of '%s' %s", answer->passport.email, answer->passport.id.text);
  for (guint i = 0; answer->identities != NULL && i < answer->identities->len; i++)
    describe_identity (line, g_ptr_array_index (answer->identities, i));
  return g_string_free (line, FALSE);
}

static void
assert_described (const Answer *answer, const char *description, gsize split)
{
  g_autofree char *found = answer_describe (answer);

  if (strcmp (found, description) != 0)
    g_error ("cut at %" G_GSIZE_FORMAT ": %s\nand not: %s", split, found, description);
}

char *
assert_same_in_all_pieces (Operation operation, const HttpHead *head, Bytes document)
{
  g_autoptr (Answer) whole = read_in_steps (operation, head, document, G_MAXINT);
  g_autoptr (Answer) bytewise = read_in_steps (operation, head, document, 1);
  g_autofree char *description = answer_describe (whole);

  assert_described (bytewise, description, 1);
  for (gsize split = 0; split <= document.length; split++)
    {
      g_autoptr (Answer) answer = read_split (operation, head, document, split);

      assert_described (answer, description, split);
    }
  return g_steal_pointer (&description);
}

void
assert_reads (Operation operation, const char *document, const char *description)
{
  g_autoptr (Answer) answer = read_answer (operation, document);

  g_assert_no_error (answer->error);
  assert_described (answer, description, 0);
}

void
assert_refused (Operation operation, const char *document, So24ErrorCode code, const char *words)
{
  g_autoptr (Answer) answer = read_answer (operation, document);

  assert_failed_saying (&answer->error, code, words);
  g_assert_null (answer->session);
  g_assert_null (answer->identity);
}
