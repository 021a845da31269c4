/* The record that is stored, as this process knows it, and what there is on the disk: are they one? */
#pragma once

#include "store/format.h"
#include "store/place.h"
#include "store/saver.h"

typedef struct
{
  const Place *place;
  char *endpoint;
  char *source;
  char *boot_id;

  Generation generation; /* of the record that we last knew to be stored; "": none */
  Record *base;          /* that record; NULL: none */
  gboolean stuck;        /* what is in its place cannot be set aside, and that was said */
} Current;

void current_init (Current *current, const Place *place, const StoreConfig *config);
void current_clear (Current *current);

/* Makes a job of @record, with a generation of its own. @digest stands for the credential that was rejected; NULL: none. */
Job *current_new_job (const Current *current, const Record *record, const char *digest);

/* What @job holds is stored. */
void current_learn (Current *current, const Job *job);

/* Reads what is stored, as store_load(). */
Record *current_load (Current *current);

/*
 * Whether somebody else has replaced the record. Then that one is current, and @base, which the caller frees, what was
 * before it. @job: the one being carried out, or NULL; whatever becomes of it does not matter then.
 */
gboolean current_changed (Current *current, Job *job, Record **base);
