/* "so24fs status": the file status of a mount, for a person at a terminal or for a job that wants its exit status. */
#pragma once

#include "account/report.h"
#include "daemon/options.h"

/* There is no status: nothing is mounted there, or it cannot be read; and: the daemon does not answer. */
#define STATUS_UNKNOWN   1
#define STATUS_NO_ANSWER 9

/* Prints it; the exit status says the state. */
int status_run (const Options *options);

/* The exit status for that state. */
int status_of_state (SessionState state);
