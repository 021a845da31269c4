/*
 * The one thread that waits for the disk. It carries out a job at a time and hands it back on the default main context.
 * It reads a job's bytes, which the main thread owns and frees; it touches no Secret and no SecretBuffer of its own,
 * because base/secret.h is for one thread.
 */
#pragma once

#include "store/format.h"
#include "store/place.h"

typedef enum
{
  STAGE_WAITING, /* the record on the disk is not this one */
  STAGE_RENAMED, /* it is, or was */
  STAGE_DONE
} Stage;

typedef enum
{
  JOB_STORED,
  JOB_CHANGED, /* nothing was stored, because another record is there than the one expected */
  JOB_FAILED
} JobEnd;

typedef struct
{
  SecretBuffer bytes;    /* the record to be stored, */
  Generation generation; /* its generation, */
  Generation expected;   /* and the one that it replaces; "": none */
  guint64 serial;        /* main thread: counts what was to be stored */
  gboolean superseded;   /* main thread: what becomes of it does not matter any more */

  gint stage;  /* a Stage, for both threads */
  JobEnd end;  /* at STAGE_DONE */
  int failure; /* JOB_FAILED: an errno */
} Job;

void job_free (Job *job);

/* Whether the record has been put in its place by now, even if the job was not handed back yet. */
gboolean job_was_stored (Job *job);

typedef struct Saver Saver;
typedef void (*SaverDone) (gpointer data, Job *job);

/* @place may change only while no job is carried out. */
Saver *saver_new (const Place *place, SaverDone done, gpointer data);

/* No job may be under way. */
void saver_free (Saver *saver);

void saver_start (Saver *saver, Job *job);

/* Waits for the job that was started and hands it back here, not to @done. */
Job *saver_wait (Saver *saver);
