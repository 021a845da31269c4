/*
 * Several mounts of one account, which share what is stored and a lock: in most tests there is one of them, and the other is
 * what it hears of.
 */
#pragma once

#include "support/runs.h"

/* There is a credential and no session, and the test keeps the lock. */
Rig *rig_before_a_login (void);

/* The same, but there was a session, which has ended. */
Rig *rig_before_a_renewal (const char *identity);

/* What another mount of the same user has stored, after a Login of its own. The caller frees it. */
Record *record_of_another_session (Rig *rig, const char *sid, const char *identity);

/* Grants the lock, and the service answers. The latter: @record was stored meanwhile. */
void rig_let_log_in (Rig *rig);
void rig_let_log_in_and_tell (Rig *rig, const Record *record);

/* How often @word stands in the trace. */
guint rig_times (Rig *rig, const char *word);

/* It was given up, once, since the trace was last looked at. */
void assert_lock_given_back (Rig *rig);
