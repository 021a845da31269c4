/*
 * The answers' shapes as rules for the reader (authenticate.wsdl), and what an answer means once it was read.
 * Touches nothing.
 */
#include "soap/answer.h"

#include "base/error.h"
#include "soap/fault.h"
#include "soap/identity_rules.h"
#include "soap/reader.h"

#include <string.h>

/* What is read before its meaning is known. */
typedef struct
{
  gboolean has_response;
  gboolean has_fault;
  gboolean truth;
  Secret *session;
  char *email;
  Guid passport_id;
  Identity *identity;
  GPtrArray *identities;
  char *fault_code;
  Secret *fault_text; /* it may repeat what the service was sent */
} Draft;

struct AnswerReader
{
  Operation operation;
  GPtrArray *secrets; /* of Secret: what the request held */
  Draft draft;
  Reader *reader;
  gboolean started;
  ReadRule result[2];
  ReadRule response[2 + 1];
  ReadRule body[2];
  ReadRule envelope[2];
};

static gpointer
begin_response (gpointer record)
{
  ((Draft *)record)->has_response = TRUE;
  return record;
}

static gpointer
begin_fault (gpointer record)
{
  ((Draft *)record)->has_fault = TRUE;
  return record;
}

static gpointer
begin_identity (gpointer record)
{
  Draft *draft = record;

  draft->identity = identity_new ();
  return draft->identity;
}

static gpointer
begin_list_item (gpointer record)
{
  Draft *draft = record;
  Identity *identity = identity_new ();

  if (draft->identities == NULL)
    draft->identities = identities_new ();
  g_ptr_array_add (draft->identities, identity);
  return identity;
}

static const ReadRule list_rules[] = {
  {"Identity", READ_ITEM, .repeats = TRUE, .children = identity_rules, .begin = begin_list_item},
  {NULL, READ_END},
};

static const ReadRule passport_rules[] = {
  {"Id", READ_GUID, .offset = G_STRUCT_OFFSET (Draft, passport_id)},
  {"Email", READ_TEXT, .offset = G_STRUCT_OFFSET (Draft, email)},
  {"Identities", READ_GROUP, .children = list_rules},
  {"SessionId", READ_SECRET, .offset = G_STRUCT_OFFSET (Draft, session)},
  {NULL, READ_END},
};

/* SOAP 1.1 and 1.2 side by side: their elements have different names. Of reasons in several languages, the last counts. */
static const ReadRule reason_rules[] = {
  {"Text", READ_SECRET, IN_ANY, .repeats = TRUE, .offset = G_STRUCT_OFFSET (Draft, fault_text)},
  {NULL, READ_END},
};

static const ReadRule code_rules[] = {
  {"Value", READ_TEXT, IN_ANY, .offset = G_STRUCT_OFFSET (Draft, fault_code)},
  {NULL, READ_END},
};

static const ReadRule fault_rules[] = {
  {"faultcode", READ_TEXT, IN_ANY, .offset = G_STRUCT_OFFSET (Draft, fault_code)},
  {"faultstring", READ_SECRET, IN_ANY, .offset = G_STRUCT_OFFSET (Draft, fault_text)},
  {"Code", READ_GROUP, IN_ANY, .children = code_rules},
  {"Reason", READ_GROUP, IN_ANY, .children = reason_rules},
  {NULL, READ_END},
};

static const ReadRule fault_rule = {"Fault", READ_ITEM, IN_SOAP, .children = fault_rules, .begin = begin_fault};

static const ReadRule result_rules[] = {
  [ANSWERS_SESSION] = {NULL, READ_SECRET, .offset = G_STRUCT_OFFSET (Draft, session)},
  [ANSWERS_PASSPORT] = {NULL, READ_GROUP, .children = passport_rules},
  [ANSWERS_BOOLEAN] = {NULL, READ_BOOLEAN, .required = TRUE, .offset = G_STRUCT_OFFSET (Draft, truth)},
  [ANSWERS_IDENTITY] = {NULL, READ_ITEM, .required = TRUE, .children = identity_rules, .begin = begin_identity},
  [ANSWERS_IDENTITIES] = {NULL, READ_GROUP, .children = list_rules},
};

static void
keep_secret (GPtrArray *secrets, Secret *secret)
{
  if (secret != NULL)
    g_ptr_array_add (secrets, secret_ref (secret));
}

AnswerReader *
answer_reader_new (const Request *request)
{
  const OperationRow *row = operation_row (request->operation);
  AnswerReader *reader = g_new0 (AnswerReader, 1);

  reader->operation = request->operation;
  reader->secrets = g_ptr_array_new_with_free_func ((GDestroyNotify)secret_unref);
  keep_secret (reader->secrets, request->session);
  if (request->credential != NULL)
    {
      keep_secret (reader->secrets, request->credential->password);
      keep_secret (reader->secrets, request->credential->token);
    }
  reader->draft.passport_id = guid_zero;
  reader->result[0] = result_rules[row->answers];
  reader->result[0].name = row->result;
  reader->response[0] = (ReadRule){row->response, READ_ITEM, .children = reader->result, .begin = begin_response};
  reader->response[1] = fault_rule;
  reader->body[0] = (ReadRule){"Body", READ_GROUP, IN_SOAP, .required = TRUE, .children = reader->response};
  reader->envelope[0] = (ReadRule){"Envelope", READ_GROUP, IN_SOAP, .children = reader->body};
  reader->reader = reader_new (reader->envelope, &reader->draft, FALSE);
  return reader;
}

void
answer_reader_free (AnswerReader *reader)
{
  Draft *draft = &reader->draft;

  reader_free (reader->reader);
  g_ptr_array_unref (reader->secrets);
  g_clear_pointer (&draft->session, secret_unref);
  g_clear_pointer (&draft->identity, identity_unref);
  g_clear_pointer (&draft->identities, g_ptr_array_unref);
  g_free (draft->email);
  g_free (draft->fault_code);
  g_clear_pointer (&draft->fault_text, secret_unref);
  g_free (reader);
}

/* Each answer has one, so no regular expression is made for it. */
static char *
charset_of (const char *content_type)
{
  const char *at = content_type == NULL ? NULL : strcasestr (content_type, "charset");
  gsize length;

  if (at == NULL)
    return NULL;
  at += strlen ("charset");
  at += strspn (at, " \t");
  if (*at++ != '=')
    return NULL;
  at += strspn (at, " \t\"");
  length = strspn (at, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.:-");
  return length == 0 ? NULL : g_strndup (at, length);
}

void
answer_reader_feed (AnswerReader *reader, const HttpHead *head, const char *bytes, gsize length)
{
  if (!reader->started)
    {
      g_autofree char *charset = charset_of (head->content_type);

      reader_set_charset (reader->reader, charset);
      reader->started = TRUE;
    }
  reader_feed (reader->reader, bytes, length, NULL);
}

static const struct
{
  int status;
  const char *meaning;
} statuses[] = {
  {400, ": the service did not understand our request"},
  {401, ": HTTP asks for a login of its own (a proxy?)"},
  {403, ": forbidden"},
  {404, ": there is no service at this address: check the endpoint"},
  {407, ": the proxy asks for a login"},
  {415, ": the service did not understand our request"},
  {429, ": too many calls at once"},
  {502, ": a gateway could not reach the service"},
  {503, ": the service is unavailable"},
  {504, ": a gateway waited in vain for the service"},
};

/* A page comes from a proxy or from the web server, not from the service. */
static gboolean
is_html (const HttpHead *head)
{
  return head->content_type != NULL && g_ascii_strncasecmp (head->content_type, "text/html", 9) == 0;
}

static const char *
meaning_of (int status)
{
  if (status >= 300 && status < 400)
    return ": redirects are not followed; check the endpoint";
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (statuses[i].status == status)
      return statuses[i].meaning;
  return "";
}

static GError *
status_to_error (const HttpHead *head)
{
  So24ErrorCode code = head->status == 429 ? SO24_ERROR_THROTTLED : SO24_ERROR_REMOTE;

  return g_error_new (SO24_ERROR, code, "HTTP %d%s%s", head->status, meaning_of (head->status),
                      is_html (head) ? " (an HTML page: not the service itself)" : "");
}

static gboolean
is_success (int status)
{
  return status >= 200 && status < 300;
}

/* RFC 6265, section 4.1.1, cookie-octet: anything else could not be sent back, or would end the cookie. */
static gboolean
fits_cookie (const Secret *session)
{
  for (const char *at = secret_text (session); *at != '\0'; at++)
    if (*at <= ' ' || *at >= 0x7f || strchr ("\",;\\", *at) != NULL)
      return FALSE;
  return strlen (secret_text (session)) == secret_length (session);
}

/* Login's failure can be an empty string, and an absent result is the same (service.md). */
static GError *
check_session (const Draft *draft)
{
  if (draft->session == NULL || secret_length (draft->session) == 0)
    return g_error_new_literal (SO24_ERROR, SO24_ERROR_REJECTED, "the service answered without a session");
  if (!fits_cookie (draft->session))
    return g_error_new_literal (SO24_ERROR, SO24_ERROR_NOT_UNDERSTOOD, "the session id cannot go into a cookie");
  return NULL;
}

static GError *
fault_error (const AnswerReader *reader, Answer *answer, int status)
{
  const Draft *draft = &reader->draft;
  const char *text = draft->fault_text != NULL ? secret_text (draft->fault_text) : "";
  GError *error = fault_to_error (reader->operation, text, reader->secrets, &answer->until_us);

  answer->is_fault = TRUE;
  if (status == 429 && error->code != SO24_ERROR_QUARANTINED && error->code != SO24_ERROR_BLOCKED)
    error->code = SO24_ERROR_THROTTLED;
  return error;
}

static GError *
find_error (AnswerReader *reader, const HttpHead *head, Answer *answer)
{
  Answers answers = operation_row (reader->operation)->answers;
  GError *error = NULL;
  gboolean whole = reader_finish (reader->reader, &error);

  if (whole && reader->draft.has_fault)
    return fault_error (reader, answer, head->status);
  if (!is_success (head->status))
    {
      g_clear_error (&error);
      return status_to_error (head);
    }
  if (!whole)
    {
      g_prefix_error (&error, "the answer was not understood%s: ", is_html (head) ? ", it is an HTML page" : "");
      return error;
    }
  if (!reader->draft.has_response)
    return g_error_new (SO24_ERROR, SO24_ERROR_NOT_UNDERSTOOD, "the answer was not understood: <%s> is missing",
                        operation_row (reader->operation)->response);
  if (answers == ANSWERS_SESSION || answers == ANSWERS_PASSPORT)
    return check_session (&reader->draft);
  return NULL;
}

static void
take_results (Draft *draft, Answer *answer)
{
  Answers answers = operation_row (answer->operation)->answers;

  answer->truth = draft->truth;
  answer->session = g_steal_pointer (&draft->session);
  answer->identity = g_steal_pointer (&draft->identity);
  answer->identities = g_steal_pointer (&draft->identities);
  if (answers == ANSWERS_IDENTITIES && answer->identities == NULL)
    answer->identities = identities_new ();
  answer->passport.id = draft->passport_id;
  answer->passport.email = draft->email != NULL ? g_steal_pointer (&draft->email) : g_strdup ("");
}

static void
take_head (const HttpHead *head, Answer *answer)
{
  answer->retry_after_s = head->retry_after_s;
  answer->says_allowed = http_head_allowed (head, &answer->allowed);
  answer->allowed_until_us = http_head_allowed_until_us (head);
}

Answer *
answer_reader_finish (AnswerReader *reader, const HttpHead *head)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->operation = reader->operation;
  take_head (head, answer);
  answer->error = find_error (reader, head, answer);
  if (answer->error == NULL)
    take_results (&reader->draft, answer);
  else
    g_prefix_error (&answer->error, "%s: ", operation_row (reader->operation)->name);
  return answer;
}

Answer *
answer_reader_break_off (AnswerReader *reader, const HttpHead *head, GError *error)
{
  Answer *answer = answer_new_failure (reader->operation, error);

  if (head->status != 0)
    take_head (head, answer);
  return answer;
}

Passport *
passport_copy (const Passport *passport)
{
  Passport *copy = g_new (Passport, 1);

  *copy = (Passport){passport->id, g_strdup (passport->email)};
  return copy;
}

void
passport_free (Passport *passport)
{
  g_free (passport->email);
  g_free (passport);
}

Answer *
answer_new_failure (Operation operation, GError *error)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->operation = operation;
  answer->error = error;
  g_prefix_error (&answer->error, "%s: ", operation_row (operation)->name);
  return answer;
}

void
answer_free (Answer *answer)
{
  g_clear_error (&answer->error);
  g_clear_pointer (&answer->session, secret_unref);
  g_clear_pointer (&answer->identity, identity_unref);
  g_clear_pointer (&answer->identities, g_ptr_array_unref);
  g_free (answer->passport.email);
  g_free (answer);
}
