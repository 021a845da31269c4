/*
 * What is written to a file, as it comes in: in one write or byte by byte. An input collects bytes and says, after each
 * write and at the close, whether they are a command already. design.md, section 2 has the rules.
 */
#pragma once

#include "account/account.h"
#include "tree/directory.h"

typedef enum
{
  INPUT_NONE,
  INPUT_LOGIN,
  INPUT_IDENTITY,
  INPUT_LOGOUT
} InputKind;

#define LONGEST_INPUT 65536

typedef struct
{
  Guid application_id; /* the mount's; zero: none */
  const Account *account;
  const Directory *directory;
} InputContext;

/* A command for the account. Owns what it points to. */
typedef struct
{
  CommandKind kind;
  Credential *credential;
  Guid identity_id;
  Identity *identity;
} Order;

void order_clear (Order *order);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Order, order_clear)

typedef enum
{
  INPUT_MORE,             /* nothing to do before more bytes come */
  INPUT_ORDER,            /* carry out the order, then step again */
  INPUT_NEEDS_IDENTITIES, /* the list must be known first (WANT_IDENTITIES), then step again */
  INPUT_INCOMPLETE,       /* at the end: something is missing, and the error says what; more bytes may still bring it */
  INPUT_FAILED            /* what was collected is no good and is forgotten */
} InputStep;

typedef struct Input Input;

Input *input_new (InputKind kind, const InputContext *context);
void input_free (Input *input);

/* Adds the bytes of one write. FALSE if they can be no part of any input; all is forgotten then. */
gboolean input_append (Input *input, const char *bytes, gsize length, GError **error);

/*
 * Looks at what there is. @at_end: what is there has to do. It may not be the end after all: when a process that shares
 * the descriptor exits, that looks the same.
 */
InputStep input_step (Input *input, gboolean at_end, Order *order, GError **error);

/* Whether something was written that is not used yet: what a close would have to complain of. */
gboolean input_is_pending (const Input *input);
