/* What a POST asks for: which operation, in which SOAP, with which parameters; or how the runtime refuses it.
   The order of the steps is that of System.Web.Services' SoapServerProtocol, because the order decides which refusal
   a request with several faults gets. Touches only the bytes it is given. */
#pragma once

#include <glib.h>

#include "sandbox/service.h"
#include "sandbox/soap_document.h"
#include "sandbox/soap_fault.h"

typedef struct
{
  SoapDocument *document;
  const Operation *operation;  /* NULL: no operation was found; fault says so */
  SoapVersion version;         /* to answer in */
  const xmlNode *parameters;   /* for Invocation */
  guint refusal;               /* HTTP 400 or 415 with nothing in it; 0: none */
  SoapFault *fault;            /* why it is not performed; NULL: it is */
  char *header_not_understood; /* performed, and then answered with a fault all the same; NULL: none */
} SoapRequest;

/* @content_type and @action are the HTTP headers, NULL if missing. Never NULL. */
SoapRequest *soap_request_read (const Service *service, GBytes *body, const char *content_type, const char *action);
void soap_request_free (SoapRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SoapRequest, soap_request_free)
