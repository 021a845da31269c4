/* What the files status and status.json say: one table of keys, so that both say the same (docs/status.md shows it to users). */
#pragma once

#include "account/report.h"
#include "tree/node.h"

typedef struct
{
  AccountReport account;
  gint64 time_us;
  const char *source;
  const char *endpoint;
  const char *mountpoint;
  const char *login_needs;
  const char *state;
  gint64 since_us;
  const char *identity;
  const char *client;
  const char *chosen;
  const char *limit;
  gint64 waiters;
  gint64 own_check_ttl_s;
  gint64 identities;
  gint64 error_us;
  const char *error_file;
  const char *error_name;
  const char *error_text;
  const char *version;
  gint64 started_us;
  gint64 uptime_s;
} Facts;

typedef enum
{
  FACT_TEXT,   /* const char *; NULL: there is none */
  FACT_TIME,   /* gint64, wall clock; NEVER: there is none */
  FACT_NUMBER, /* gint64; negative: it is not known */
  FACT_STATES  /* guint[N_STATES] */
} FactType;

typedef struct
{
  const char *key;
  FactType type;
  gsize offset; /* in Facts */
} FactRow;

extern const FactRow fact_rows[];
extern const guint n_fact_rows;

/* The facts of now. Its texts hold as long as nothing happens to @tree or its account. */
void facts_collect (const Tree *tree, Facts *facts);

/* The values that rows lead to. The texts are the caller's to free, NULL where there is none; always UTF-8. */
char *fact_text (const Facts *facts, const FactRow *row);
gint64 fact_number (const Facts *facts, const FactRow *row);
const guint *fact_states (const Facts *facts, const FactRow *row);
