/* One call to the service, carried by what carries a mount's calls (net/, soap/), and all that there is to say of it. */
#pragma once

#include "net/client.h"
#include "soap/answer.h"

typedef struct
{
  Answer *answer;
  ClientProgress progress; /* its address is the reply's */
  gint64 at_us;            /* wall clock, when it came */
} Reply;

/* Makes the call, and waits for its end, whatever that is. @request is taken. */
Reply *reply_to (Client *client, Request *request);
void reply_free (Reply *reply);
