/* The HTML of the service and of what stands before it, and the contracts. */
#pragma once

#include "sandbox/answer.h"
#include "sandbox/service.h"

/* An error page: a heading and a sentence, as IIS and proxies send. */
Answer *page_error (guint status, const char *heading, const char *sentence);

/* The error page of ASP.NET itself. */
Answer *page_runtime_error (guint status, const char *exception);

/* What a browser sees at the endpoint: the operations, the accounts, the calls so far. */
Answer *page_help (const Sandbox *sandbox, const Service *service);

/* The WSDL, with the addresses as @host (a checked Host header) sees them. */
Answer *page_contract (const Service *service, const char *host);
