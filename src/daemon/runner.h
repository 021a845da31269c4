/* Carries out what the account wants: makes its calls, answers its waiters, says what it has to say. */
#pragma once

#include "account/account.h"
#include "fs/fs.h"
#include "net/client.h"

typedef struct Runner Runner;

/* All are borrowed and must outlive the runner. */
Runner *runner_new (Account *account, Client *client, Tree *tree);
void runner_free (Runner *runner);

/* Where waiters are answered. */
void runner_set_fs (Runner *runner, Fs *fs);

/* Gives the account an event and carries out what follows, before it returns or (from within an effect) soon after. */
void runner_post (Runner *runner, const Event *event);
