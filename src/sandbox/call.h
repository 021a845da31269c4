/* The life of one call: read, wait for its session, work, answer. Everything waits on timers of the main context;
   nothing blocks. A call whose client went away lives on to its end, and so keeps its session busy, as in ASP.NET. */
#pragma once

#include <libsoup/soup.h>

#include "sandbox/service.h"

/* Takes on the POST in @message, whose body is complete. */
void call_begin (Sandbox *sandbox, const Service *service, SoupServerMessage *message);

/* Drops all calls under way without an answer. */
void calls_abandon (Sandbox *sandbox);
