/* What is told in the file events, on the bench. */
#pragma once

#include "support/runs.h"

/* The lines, without times and numbers, that were told since this was last asked. */
void assert_told (Rig *rig, const char *lines);
void forget_told (Rig *rig);

/* Logged in on FJORD, and that was told. */
Rig *rig_told (void);

/* The session ends, and a reader has a Login made, which is on its way; what is told of the end was looked at. */
void end_session_told (Rig *rig);
