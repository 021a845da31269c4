/* The control interface under /sandbox/: how a test looks into the service and pulls its strings. What there is stands
   in the table of control.c and in help.txt. It is not part of the service that is imitated. */
#pragma once

#include "sandbox/answer.h"
#include "sandbox/sandbox.h"

/* @path is what follows "/sandbox/"; @query NULL: none. Never NULL. */
Answer *control_answer (Sandbox *sandbox, const char *method, const char *path, const char *query);
