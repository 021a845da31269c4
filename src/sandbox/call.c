/* The life of one call: see call.h. */
#include "sandbox/call.h"

#include "sandbox/answer.h"
#include "sandbox/cookie.h"
#include "sandbox/faults.h"
#include "sandbox/host.h"
#include "sandbox/sabotage.h"
#include "sandbox/soap_envelope.h"
#include "sandbox/soap_request.h"

/* How long ASP.NET waits before it looks again whether a busy session is free. */
#define SESSION_POLL_MILLISECONDS 500

typedef struct
{
  Sandbox *sandbox;
  SoupServerMessage *message;
  SoapRequest *request;
  JournalEntry *entry;
  Failure *failure;    /* NULL: none */
  gint64 arrived;      /* wall clock */
  gint64 excess;       /* calls over the hourly limit */
  Session *session;    /* held; NULL: none */
  gboolean is_fresh;   /* the session's id is new to the client */
  gboolean is_working; /* the session is busy with this call */
  const char *outcome; /* for the journal */
  guint timer;
} Call;

static void
call_free (Call *call)
{
  if (call->timer != 0)
    g_source_remove (call->timer);
  if (call->session != NULL)
    {
      if (call->is_working)
        call->session->is_busy = FALSE;
      sessions_release (call->sandbox->sessions, call->session, g_get_monotonic_time ());
    }
  g_clear_pointer (&call->failure, failure_free);
  journal_entry_unref (call->entry);
  soap_request_free (call->request);
  g_hash_table_remove (call->sandbox->calls, call);
  g_object_unref (call->message);
  g_free (call);
}

void
calls_abandon (Sandbox *sandbox)
{
  g_autoptr (GList) calls = g_hash_table_get_keys (sandbox->calls);

  g_list_free_full (g_steal_pointer (&calls), (GDestroyNotify)call_free);
}

static Answer *
answer_soap (const Call *call, guint status, GString *xml)
{
  g_autofree char *content_type
    = g_strdup_printf ("%s; charset=utf-8", soap_traits (call->request->version)->media_type);
  Answer *answer = answer_new (status, content_type, xml);

  answer->from_runtime = TRUE;
  return answer;
}

static Answer *
answer_fault (Call *call, const SoapFault *fault)
{
  GString *xml = soap_fault_render (fault, call->request->version, call->sandbox->options->custom_errors);

  call->outcome = call->request->operation != NULL ? "fault" : "unrouted";
  g_free (call->entry->fault);
  call->entry->fault = g_strdup (soap_fault_message (fault));
  return answer_soap (call, 500, xml);
}

static Answer *
answer_refusal (Call *call)
{
  Answer *answer = answer_new (call->request->refusal, soap_traits (call->request->version)->media_type, NULL);

  answer->from_runtime = TRUE;
  call->outcome = "refused";
  return answer;
}

/* What the runtime finds only when it is about to write the result. */
static SoapFault *
fault_of_header (const Call *call)
{
  g_autofree char *text = g_strdup_printf ("SOAP header %s was not understood.", call->request->header_not_understood);

  return soap_fault_new (FAULT_MUST_UNDERSTAND, text,
                         "System.Web.Services.Protocols.SoapHeaderHandling.EnsureHeadersUnderstood("
                         "SoapHeaderCollection headers)");
}

static Answer *
perform (Call *call)
{
  const SoapRequest *request = call->request;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoapFault) fault = NULL;
  GString *result = g_string_new (NULL);
  Invocation invocation = {
    .sandbox = call->sandbox,
    .session = call->session,
    .parameters = request->parameters,
    .now = g_get_monotonic_time (),
  };

  if (!request->operation->perform (&invocation, result, &error))
    fault = fault_from_error (error, request->operation->name);
  else if (request->header_not_understood != NULL)
    fault = fault_of_header (call);

  g_autofree char *inside = g_string_free (result, FALSE);
  if (fault != NULL)
    return answer_fault (call, fault);
  call->outcome = "ok";
  return answer_soap (call, 200, soap_envelope_render_result (request->version, request->operation->name, inside));
}

static Answer *
answer_without_result (Call *call, const char *inside)
{
  const char *operation = call->request->operation->name;

  return answer_soap (call, 200, soap_envelope_render_result (call->request->version, operation, inside));
}

/* The answer of a call that is to fail without being performed; NULL: it gets none. */
static Answer *
answer_failure (Call *call)
{
  const char *operation = call->request->operation->name;
  g_autoptr (SoapFault) fault = sabotage_fault (call->failure, operation, call->arrived);
  g_autofree char *host = host_of (call->message);

  if (fault != NULL)
    return answer_fault (call, fault);
  if (call->failure->kind == FAIL_NIL)
    return answer_without_result (call, NULL);
  if (call->failure->kind == FAIL_BLANK)
    return answer_without_result (call, "");
  return sabotage_page (call->failure, host);
}

static Answer *
answer_quarantine (Call *call)
{
  g_autofree char *until = limits_hour_end (call->arrived, QUARANTINE_DATE);
  g_autoptr (SoapFault) fault = fault_of_quarantine (call->excess, until, call->request->operation->name);

  return answer_fault (call, fault);
}

static void
add_limits (const Call *call, Answer *answer)
{
  g_autofree char *remaining = g_strdup_printf ("%" G_GINT64_FORMAT, limits_calls_remaining (call->sandbox->limits));
  g_autofree char *reset = limits_hour_end (call->arrived, "%Y-%m-%dT%H:%M:%SZ");

  answer_add_header (answer, "APILimitRemaining", remaining);
  answer_add_header (answer, "APILimitReset", reset);
}

/* Does what was asked, or what is to be done instead. NULL: there is no answer. */
static Answer *
work (Call *call)
{
  const SoapRequest *request = call->request;
  Answer *answer = NULL;
  gboolean is_invoked = request->operation != NULL && request->refusal == 0 && request->fault == NULL;

  if (call->failure != NULL && !failure_traits (call->failure->kind)->executes)
    answer = answer_failure (call);
  else if (request->refusal != 0)
    answer = answer_refusal (call);
  else if (request->fault != NULL)
    answer = answer_fault (call, request->fault);
  else if (call->excess > 0)
    answer = answer_quarantine (call);
  else
    answer = perform (call);

  if (answer == NULL || !answer->from_runtime)
    return answer;
  answer->was_invoked = is_invoked;
  if (call->is_fresh)
    answer->new_session = g_strdup (call->session->id);
  if (request->operation != NULL)
    add_limits (call, answer);
  return answer;
}

static void
complete_entry (Call *call, const Answer *answer)
{
  const Identity *identity = call->session != NULL ? call->session->identity : NULL;
  gboolean is_answered = answer != NULL && (call->failure == NULL || call->failure->kind != FAIL_RESET);
  g_autofree char *outcome = call->failure != NULL ? failure_name (call->failure) : g_strdup (call->outcome);

  journal_complete (call->entry, outcome, identity != NULL ? identity->id.text : NULL,
                    is_answered ? answer->status : 0);
}

static gboolean
finish (gpointer data)
{
  Call *call = data;
  g_autoptr (Answer) answer = work (call);

  call->timer = 0;
  complete_entry (call, answer);
  if (call->failure != NULL && sabotage_is_of_connection (call->failure))
    sabotage_connection (call->failure, answer, call->sandbox->connections, call->message);
  else
    {
      answer_send (answer, call->message);
      soup_server_message_unpause (call->message);
    }
  call_free (call);
  return G_SOURCE_REMOVE;
}

static gboolean
start_when_session_is_free (gpointer data)
{
  Call *call = data;
  const Sandbox *sandbox = call->sandbox;

  if (call->session != NULL && call->session->is_busy)
    {
      call->timer = g_timeout_add (SESSION_POLL_MILLISECONDS, start_when_session_is_free, call);
      return G_SOURCE_REMOVE;
    }
  if (call->session != NULL)
    call->session->is_busy = call->is_working = TRUE;

  double seconds = failures_slowness (sandbox->failures, call->request->operation, sandbox->options->delay);
  call->timer = seconds > 0 && call->request->operation != NULL
                  ? g_timeout_add_full (G_PRIORITY_DEFAULT, (guint)(seconds * 1000), finish, call, NULL)
                  : g_idle_add_full (G_PRIORITY_DEFAULT, finish, call, NULL);
  return G_SOURCE_REMOVE;
}

static SoapRequest *
read_request (const Service *service, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));

  return soap_request_read (service, body, soup_message_headers_get_one (headers, "Content-Type"),
                            soup_message_headers_get_one (headers, "SOAPAction"));
}

void
call_begin (Sandbox *sandbox, const Service *service, SoupServerMessage *message)
{
  g_autofree char *cookie = cookie_read (soup_server_message_get_request_headers (message));
  Call *call = g_new0 (Call, 1);
  SoapRequest *request = read_request (service, message);
  const Operation *operation = request->operation;

  call->sandbox = sandbox;
  call->message = g_object_ref (message);
  call->request = request;
  call->arrived = g_get_real_time ();
  call->entry = journal_begin (sandbox->journal, operation, call->arrived);
  call->entry->soap_version = soap_traits (request->version)->number;
  call->entry->had_cookie = cookie != NULL;
  if (operation != NULL)
    {
      call->excess = limits_take_call (sandbox->limits, call->arrived);
      call->failure = failures_take (sandbox->failures, operation);
    }
  if (operation != NULL && operation->has_session)
    call->session = sessions_hold (sandbox->sessions, cookie, g_get_monotonic_time (), &call->is_fresh);
  g_hash_table_add (sandbox->calls, call);
  soup_server_message_pause (message);
  start_when_session_is_free (call);
}
