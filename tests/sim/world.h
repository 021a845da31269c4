/*
 * The world in which a history plays: a true clock, the service, a disk with a lock, and one or two mounts, each with its
 * machine and the one who carries out what that wants. Beside each mount stands what it ought to know (Knowledge), worked
 * out from what people wrote, what the service was asked and what it answered, never read from the machine: the judge
 * holds what the machine does against that. What is on the disk has its Knowledge with it, so that a crash loses as much
 * of the one as of the other.
 */
#pragma once

#include "account/account.h"
#include "history.h"
#include "service.h"

#define MOUNTS      2
#define NOBODY      (-1)
#define STRANGER    MOUNTS /* holds the lock, and is none of ours */
#define WAITING_MAX 48
#define QUEUE_MAX   256
#define JOBS_MAX    32
#define TOLD_MAX    8
#define CHOICES_MAX 256
#define CALLS_MAX   512

#define FAR_FUTURE G_MAXINT64

/* An identity that was chosen. It can be open which of two it is, until a cookie shows it. */
typedef struct
{
  gint identity; /* NO_IDENTITY: none is, the next one that is told will be */
  gint other;
  gboolean open; /* @other is as right as @identity */
  ChosenBy by;
  gboolean stored; /* it was, once */
} Choice;

/* What a mount ought to know. True microseconds. */
typedef struct
{
  gint choice; /* index */
  gint owner;
  gint session; /* the service's number; -1: none that lives */
  gint rejected;
  guint failures;
  gint64 login_us;        /* no Login by itself before then */
  gboolean login_blocked; /* because an identity is blocked */
  guint attempt;          /* number of the Login that is on its way; 0: none */
  gint64 attempt_us;      /* when it was made, */
  guint attempt_failures; /* and how many failures it makes if it fails */
  gint64 quarantine_us;
  gint64 throttle_us;
  gint64 none_us; /* it allows nothing before then */
  gint64 used_us; /* somebody last used the session */
  gint64 saved_us, saved_wall_us;
} Knowledge;

typedef struct
{
  guint64 id; /* 0: nobody */
  gboolean writes;
  Want want;
  gboolean ask_now;
  gint64 since_us;
  CommandKind command;
  gint person;
  gint identity;
  gint choice;      /* that the write makes; -1: it made none yet */
  gint inherited;   /* what his user had chosen when he wrote login; -1: nothing */
  gint before;      /* the choice that there was before it */
  gint session;     /* that its Login made; -1 */
  gboolean carried; /* a switch that became a Login */
  guint logins;
  gboolean decided;     /* the answer is on its way to him */
  gint64 quarantine_us; /* as it was known then */
} Waiting;

typedef struct
{
  Effect *effect;
  gint64 queued_us;
  guint event; /* that it came from */
} Queued;

typedef struct
{
  Record *record;
  Knowledge known;
  gint64 done_us;
  guint expected; /* generation on which it was based; G_MAXUINT: not begun */
} Job;

typedef struct
{
  guint64 number; /* 0: none */
  Request *request;
  Armed met;
  gint64 sent_us, execute_us, arrive_us;
  gboolean executed;
  Answer *answer;
  gboolean is_login;
  guint64 waiter;     /* the writer it is for; 0: readers, or the keep-alive */
  gboolean by_itself; /* not the Login of one who wrote to login */
} Flight;

typedef struct
{
  gint session, identity;
  gint64 sent_us;
} Told;

typedef struct
{
  Account *account; /* NULL: it does not run */
  gint64 up_us;     /* when it will run again, if it does not */
  Effects *batch;
  guint event;
  Queued queue[QUEUE_MAX];
  guint queue_length;
  gboolean syncing;
  gint64 sync_end_us; /* it waits no longer for the disk than that */
  Job jobs[JOBS_MAX];
  guint n_jobs;
  gboolean unstored; /* a store failed, and none has succeeded since */
  guint generation;  /* of the record on the disk, as it knows it */
  Record *base;
  Knowledge base_known;
  gint64 notice_us; /* when it learns that the record was replaced; FAR_FUTURE */
  gboolean conflict;
  gint64 lock_end_us; /* it waits for the lock until then; FAR_FUTURE: it does not wait */
  gint64 timer_us;    /* true; FAR_FUTURE: none */
  Flight flight;
  Flight stale;         /* an answer that nobody waits for any more */
  gboolean has_written; /* somebody wrote to login in this run */
  gint file;            /* credential last found in the file by this run */
  gint crash_after;     /* effects; -1: no crash is near */
  Step crash;
  /* what the judge keeps */
  Knowledge known;
  Waiting waiting[WAITING_MAX];
  Told told[TOLD_MAX];
  guint n_told;
  gint rejected[8]; /* credentials that this run was told are wrong */
  guint n_rejected;
  gint64 offline_us;
  gint64 heard_us;
  guint attempt_stored;
  gboolean doubtful;       /* another identity than the chosen one may be active by our own doing */
  gint64 calls[CALLS_MAX]; /* when they were made */
  guint n_calls;
} Mount;

typedef struct World World;

struct World
{
  const History *history;
  AccountConfig config;
  gint64 now_us;
  gint64 boot_base_us; /* boot clock = now + this */
  gint64 wall_offset_us;
  Service service;
  Mount mounts[MOUNTS];
  guint n_mounts;
  Record *disk;
  Knowledge disk_known;
  guint generation;
  guint boots, disk_boots; /* how often the machine was started, and when the record was made */
  gboolean disk_full;
  gint64 disk_us; /* a write takes so long */
  gint file;
  gint lock; /* who holds it */
  guint64 last_waiter;
  guint starts, attempts;
  gboolean unfinished; /* a mount has ended in the middle of a Login, or the end of one may not be stored */
  Choice choices[CHOICES_MAX];
  guint n_choices;
  guint8 proven[SESSIONS_MAX];
  gint64 woke_us;      /* from its last sleep */
  gint64 disturbed_us; /* until then the keep-alive may be late */
  guint logins;        /* that the service saw */
  gboolean expects_cookie;
  const char *broken; /* the rule; NULL: none */
  char *why;
  GString *tale; /* what happens, for people; NULL: nobody listens */
};

/* What is counted, to know that something happened. */
typedef enum
{
  SEEN_COOKIE,
  SEEN_RENEWAL,
  SEEN_REVOKED,
  SEEN_QUARANTINE,
  SEEN_BUDGET,
  SEEN_CRASH,
  SEEN_REBOOT,
  SEEN_ADOPTION,
  SEEN_CONFLICT,
  SEEN_GRACE,
  SEEN_KEEPALIVE,
  SEEN_INTERRUPT,
  SEEN_REJECTED,
  SEEN_BLOCKED,
  SEEN_THROTTLED,
  SEEN_SWITCH,
  SEEN_LOGIN,
  SEEN_LOGOUT,
  SEEN_PUT_BACK,
  SEEN_LOST,
  SEEN_LATE,
  SEEN_UNFINISHED,
  SEEN_IN_VAIN,
  SEEN_ALLOWED,
  SEEN_DISK_FULL,
  SEEN_TWINS_ONE_LOGIN,
  SEEN_HEALED,
  SEEN_CARRIED,
  N_SEEN
} Seen;

extern guint64 seen[N_SEEN];
const char *seen_name (Seen what);

/* world.c */
void world_init (World *world, const History *history, GString *tale);
void world_clear (World *world);
Instant world_instant (const World *world);
void mount_start (World *world, Mount *mount);
/* Ends without a warning, or after being told to; @stores of what was to be stored are. */
void mount_crash (World *world, Mount *mount, guint stores, gint64 down_us);
void mount_stop (World *world, Mount *mount);
void world_reboot (World *world, gint64 down_us);
guint mount_number (const World *world, const Mount *mount);

/* carry.c: events in, effects out. */
void mount_handle (World *world, Mount *mount, Event *event);
void mount_carry_on (World *world, Mount *mount);
void flight_clear (Flight *flight);
void flight_execute (World *world, Flight *flight);

/* disk.c */
void disk_store (World *world, Mount *mount, Record *record, const Knowledge *known);
gint64 disk_due_us (const World *world, const Mount *mount);
/* Does what is due; FALSE if nothing was. */
gboolean disk_do (World *world, Mount *mount);
gboolean disk_is_idle (const Mount *mount);
void disk_crash (World *world, Mount *mount, guint stores);
void disk_write_all (World *world, Mount *mount);

/* play.c */
/* Plays @history; TRUE if all rules held. @rule: is set to the one that was broken. */
gboolean play (const History *history, GString *tale, const char **rule, char **why);
void world_pass (World *world, gint64 us);

/* people at work (acts.c) */
guint64 act_want (World *world, Mount *mount, Want want, gboolean ask_now);
guint64 act_login (World *world, Mount *mount, gint person);
guint64 act_switch (World *world, Mount *mount, gint identity, gboolean whole);
void act_credential (World *world, Mount *mount, gint person, gboolean known_rejected);
void act (World *world, const Step *step);

/* tell.c */
void tell (World *world, const Mount *mount, const char *format, ...) G_GNUC_PRINTF (3, 4);
void tell_step (World *world, guint number, const Step *step);
const char *step_name (StepKind kind);
