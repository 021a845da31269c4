/*
 * Runs that follow one another: what one has stored, the next one goes on with. The service stays the same. A credential
 * is never stored: after each start it is gone, unless a test presents it again.
 */
#pragma once

#include "support/rig.h"

#define OPS "ops@example.com"

/* With a store, whose lock is granted at once. */
Rig *rig_new_stored (void);
Rig *rig_new_stored_at_rate (gint64 rate);

/* The same, logged in; calls, trace and count of stores are as new. */
Rig *rig_stored_and_logged_in (const char *identity);

/* It crashes, and starts again with what was last to be stored. */
void rig_restart (Rig *rig);

/* The same, at the worst moment: only what was synced is there. */
void rig_restart_at_the_worst (Rig *rig);

/* The same as the first, and the whole machine starts again: so long after, by the calendar. */
void rig_reboot (Rig *rig, double wall_seconds);
void rig_reboot_at (Rig *rig, double wall_seconds, double boot_seconds);

/* A record as a reader finds it: what was rejected is known by a digest. The caller frees it. */
Record *record_as_read (const Record *record);

/* The call on its way is executed, and nobody ever hears its answer. */
void rig_lose_the_answer (Rig *rig);

/* A credential is found in a file; takes @credential. */
void rig_present (Rig *rig, Credential *credential, gboolean known_rejected);
void rig_present_ops (Rig *rig);
void rig_present_password (Rig *rig, const char *username, const char *password, const char *identity);

/* With a session that was made with a file's credential, which names @identity; NULL: none. */
Rig *rig_with_file (const char *identity);

/* Another mount has stored @record; @base is what we last knew to be stored, or NULL. Both are given as they are read. */
void rig_tell_record (Rig *rig, const Record *base, const Record *record);

/* The lock that was asked for. The records: as above if somebody has stored another one meanwhile, else NULL. */
void rig_grant_lock (Rig *rig, const Record *base, const Record *record);
void rig_refuse_lock (Rig *rig);

/* Sends EVENT_TIME if it is due. */
void rig_ring (Rig *rig);

/* Lets @seconds pass; each time that the timer rings, the service answers. */
void rig_live (Rig *rig, double seconds);

/* The trace since this was last asked. */
void assert_trace (Rig *rig, const char *words);

/* Forgets calls, trace and count of stores. */
void rig_look_away (Rig *rig);

/* Somebody writes @identity to identity, and that succeeds. */
void rig_switch (Rig *rig, const char *identity);

/* The session is over and what was confirmed is old. */
void rig_end_session (Rig *rig);

/* A reader causes so many Logins that fail, each after the longest back-off. */
void rig_fail_to_log_in (Rig *rig, guint times);

/* The same as rig_stored_and_logged_in(), and switched to @identity. */
Rig *rig_stored_on (const char *identity);

/* Starts again, in one way after the other: as after a crash, and with the whole machine. */
#define EACH_WAY(way) (guint way = 0; way < 2; way++)
void rig_start_again (Rig *rig, guint way);

/* This identity is active, as a reader hears. */
void assert_identity (Rig *rig, const char *identity);

/* Reads until it succeeds; returns the seconds that this took. It may never be said that the identity is gone. */
guint seconds_until_a_cookie (Rig *rig);

/* How many calls were made in all runs, of whatever kind. */
guint rig_calls_made (const Rig *rig);
