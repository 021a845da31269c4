/*
 * Carries calls to the service over HTTP and hands back bytes or a failure. Runs on the GLib main context of its maker
 * and never blocks it. Knows nothing of SOAP but the header that names the operation, and of what an answer's headers
 * mean only which of them are handed on.
 */
#pragma once

#include "base/secret.h"
#include "soap/http_head.h"

typedef struct Client Client;

typedef struct
{
  const char *endpoint;
  const char *ca_file; /* PEM; NULL: the system's certificates */
  guint timeout_s;     /* for a whole call */
} ClientConfig;

/* How far a call came, whatever became of it. */
typedef struct
{
  gboolean resolved;  /* the host has an address; of a proxy, if there is one in between */
  gboolean connected; /* to that */
  int
    proxy_status; /* what a proxy answered when it was asked for a way to the host; 0: none was asked, or it said nothing */
  gboolean secured;    /* TLS stands, and the certificate is good */
  const char *address; /* whom we were connected to; empty: nobody */
  int port;
  gint64 date_us; /* the wall clock of whoever answered, to the second; 0: it did not say */
} ClientProgress;

/* The heads, with their texts, are the client's; they are gone when done() has returned. */
typedef struct
{
  /* Some bytes of the body. */
  void (*body) (gpointer data, const HttpHead *head, const char *bytes, gsize length);
  /*
   * The end. @error (kept by the client) says why there is no whole answer; without one, @head is complete. With one, its
   * status is 0 if there was no head either. Last call.
   */
  void (*done) (gpointer data, const HttpHead *head, const GError *error);
  /* How far it came, just before that. NULL: nobody wants to know. @progress is the client's. */
  void (*progress) (gpointer data, const ClientProgress *progress);
} ClientSink;

typedef struct
{
  const char *action;      /* the value of SOAPAction */
  const Secret *session;   /* the cookie's value; NULL: no cookie */
  gboolean own_connection; /* not on a kept connection, where a broken one would make libcurl send again by itself */
  SecretBuffer *envelope;  /* taken: empty afterwards */
} ClientCall;

/* NULL with @error set if @config is unusable. The strings are copied. */
Client *client_new (const ClientConfig *config, GError **error);

/* Ends all calls without a word to their sinks. */
void client_free (Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

typedef struct ClientTransfer ClientTransfer;

/* Starts a call. The transfer is the client's; it is gone when done() was called or client_cancel() returned. */
ClientTransfer *client_call (Client *client, const ClientCall *call, const ClientSink *sink, gpointer data);

/* Ends a call without a word to its sink. */
void client_cancel (Client *client, ClientTransfer *transfer);

/* Whether @endpoint is a URL that may be used: https://, or http:// to this machine itself. */
gboolean client_check_endpoint (const char *endpoint, GError **error);
