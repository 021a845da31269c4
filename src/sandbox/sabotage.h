/* How an armed failure changes a call: the fault or page that comes instead, or what becomes of the connection. */
#pragma once

#include "sandbox/answer.h"
#include "sandbox/connections.h"
#include "sandbox/failures.h"
#include "sandbox/soap_fault.h"

/* The fault that the service answers with; NULL: the failure is of another kind. */
SoapFault *sabotage_fault (const Failure *failure, const char *operation, gint64 wall_clock);

/* What something in between answers, instead of the service; NULL: the failure is of another kind. */
Answer *sabotage_page (const Failure *failure, const char *host);

/* Whether the failure is one of the connection, for sabotage_connection(). */
gboolean sabotage_is_of_connection (const Failure *failure);

/* Treats the connection of the paused @message as the failure says. @answer is what there is to cut off. */
void sabotage_connection (const Failure *failure, const Answer *answer, Connections *connections,
                          SoupServerMessage *message);
