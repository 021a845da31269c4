/* Waiting for one call. Runs the default main context meanwhile. */
#include "tools/reply.h"

#include "soap/envelope.h"

typedef struct
{
  AnswerReader *reader;
  Reply *reply;
  gboolean done;
} Call;

static void
on_body (gpointer data, const HttpHead *head, const char *bytes, gsize length)
{
  answer_reader_feed (((Call *)data)->reader, head, bytes, length);
}

static void
on_done (gpointer data, const HttpHead *head, const GError *error)
{
  Call *call = data;

  call->reply->at_us = g_get_real_time ();
  call->reply->answer = error != NULL ? answer_reader_break_off (call->reader, head, g_error_copy (error))
                                      : answer_reader_finish (call->reader, head);
  call->done = TRUE;
}

static void
on_progress (gpointer data, const ClientProgress *progress)
{
  Reply *reply = ((Call *)data)->reply;

  reply->progress = *progress;
  reply->progress.address = g_strdup (progress->address);
}

Reply *
reply_to (Client *client, Request *request)
{
  static const ClientSink sink = {on_body, on_done, on_progress};
  const OperationRow *row = operation_row (request->operation);
  g_autoptr (Request) taken = request;
  g_autoptr (AnswerReader) reader = answer_reader_new (request);
  g_auto (SecretBuffer) envelope = {0};
  ClientCall wire = {.action = row->action, .session = request->session, .envelope = &envelope};
  Call call = {.reader = reader, .reply = g_new0 (Reply, 1)};

  wire.own_connection = !row->only_asks;
  envelope_write (request, &envelope);
  client_call (client, &wire, &sink, &call);
  while (!call.done)
    g_main_context_iteration (NULL, TRUE);
  return call.reply;
}

void
reply_free (Reply *reply)
{
  answer_free (reply->answer);
  g_free ((char *)reply->progress.address);
  g_free (reply);
}
