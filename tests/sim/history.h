/*
 * A history: how a mount (or two of one account) is set up, and what happens to it, step by step. It is made from a seed
 * and then a plain list. A step that has nothing to act on does nothing, so any of them can be taken out and the rest
 * still plays.
 */
#pragma once

#include <glib.h>

typedef enum
{
  STEP_PASS,    /* n ms pass, and what is due happens at its time */
  STEP_SUSPEND, /* n ms pass, and what is due happens too late */
  STEP_READ,    /* a: what is wanted, b: it is to be asked now */
  STEP_LOGIN,   /* a: the credential's kind and version, b: the identity it names + 1 */
  STEP_SWITCH,  /* a: to which identity, b: by the whole of it */
  STEP_LOGOUT,
  STEP_INTERRUPT,  /* a: the how manieth of those who wait */
  STEP_FAULT,      /* b: what the next call of the class a meets, n: for how long, where it has a length */
  STEP_AWAY,       /* a: how every call fails until the service is back */
  STEP_BACK,       /* it is back */
  STEP_END,        /* all sessions are over */
  STEP_FOREIGN,    /* somebody else's program switches all sessions to identity a */
  STEP_VANISH,     /* identity a is removed */
  STEP_APPEAR,     /* identity a is there (again) */
  STEP_BLOCK,      /* identity a is blocked */
  STEP_FREE,       /* none is */
  STEP_DEFAULT,    /* identity a becomes the default one */
  STEP_IGNORE,     /* a: whether each Login starts on the default identity */
  STEP_PASSWORD,   /* the right password is that of version a */
  STEP_FILE,       /* the credentials file is rewritten: a, b as for STEP_LOGIN */
  STEP_QUARANTINE, /* the service refuses all calls for n ms */
  STEP_THROTTLE,   /* and all Logins */
  STEP_ALLOWED,    /* it says that it allows a more calls in the next n ms */
  STEP_WALL,       /* the calendar jumps by n ms */
  STEP_CRASH,      /* a: how many of the records to be stored are; n: ms until it runs again */
  STEP_CRASH_AT,   /* the same, after a more effects */
  STEP_RESTART,    /* it is stopped and started */
  STEP_REBOOT,     /* all crash, and the boot clock starts anew; n: ms until they run again */
  STEP_DISK,       /* a: it is full, n: ms that it takes */
  STEP_LOCK,       /* a: the lock can't be had */
  STEP_LATENCY,    /* a call takes n ms */
  N_STEPS
} StepKind;

typedef struct
{
  guint8 kind;
  guint8 mount;
  guint8 a;
  guint8 b;
  gint32 n;
} Step;

typedef struct
{
  gboolean twins; /* two mounts share the account and its store */
  gboolean stored;
  gboolean remember;
  gint file; /* the credential in the credentials file (people.h); 0: there is none */
  gint64 check_ttl_us;
  gint64 offline_grace_us;
  gint64 keepalive_us;
  gint64 idle_after_us;
  gint64 backoff_min_us;
  gint64 backoff_max_us;
  gint64 rate;
  gint32 service_id;
  gint64 idle_us; /* the service ends a session that was idle for so long */
  guint laps;     /* the steps are played so often */
} Setting;

#define STEPS_MAX 320

typedef struct
{
  guint64 seed;
  Setting setting;
  guint length;
  Step steps[STEPS_MAX];
} History;

#define DAY_MS (24 * 3600 * 1000)

void history_generate (History *history, guint64 seed);
