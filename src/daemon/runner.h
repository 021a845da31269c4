/* Carries out what the account wants: makes its calls, answers its waiters, says what it has to say. */
#pragma once

#include "account/account.h"
#include "fs/fs.h"
#include "net/client.h"
#include "daemon/watchers.h"
#include "store/store.h"

typedef struct Runner Runner;

/* All are borrowed and must outlive the runner. */
typedef struct
{
  Account *account;
  Client *client;
  Tree *tree;
  Watchers *watchers;
  Store *store;     /* NULL: nothing is kept between runs */
  guint patience_s; /* to wait for another mount that logs in to the same account */
} RunnerParts;

Runner *runner_new (const RunnerParts *parts);
void runner_free (Runner *runner);

/* The time, as the account is told it. */
Instant runner_now (void);

/* Where waiters are answered. */
void runner_set_fs (Runner *runner, Fs *fs);

/* Gives the account an event and carries out what follows, before it returns or (from within an effect) soon after. */
void runner_post (Runner *runner, const Event *event);

/* Stops the account: everybody is answered, and what is to be stored is stored, when this returns. */
void runner_stop (Runner *runner);
