/* What was told, and what is to be. Touches nothing but the account's state. */
#include "tree/rings.h"

#include "account/outlook.h"
#include "tree/state.h"

#include <string.h>

typedef struct
{
  Secret *said;     /* NULL: nothing can be read */
  gboolean awaited; /* that it is, or will be, another one was told already */
  gboolean refused; /* and who then wanted to read it was refused */
} Told;

struct Rings
{
  const Tree *tree;
  Guid own; /* zero: it is the mount's session */
  Told told[N_RINGS];
};

static Secret *
secret_of (const char *text)
{
  return secret_new (text, strlen (text));
}

/* NULL: the mount's. */
static const Guid *
own_of (const Rings *rings)
{
  return guid_is_zero (&rings->own) ? NULL : &rings->own;
}

/* What the files of one RingsWith say; FALSE: nothing is to be told of them at this moment. */
typedef gboolean (*Say) (const Rings *rings, Outlook outlook, Secret **said);

static gboolean
say_state (const Rings *rings, Outlook outlook, Secret **said)
{
  gboolean alive = account_session_id (rings->tree->account, own_of (rings)) != NULL;

  *said = secret_of (alive ? "true" : "false");
  return alive || outlook != OUTLOOK_UNDECIDED;
}

static gboolean
say_session (const Rings *rings, Outlook outlook, Secret **said)
{
  const Secret *id = account_session_id (rings->tree->account, own_of (rings));

  if (id != NULL && outlook != OUTLOOK_REFUSED)
    *said = secret_new (secret_text (id), secret_length (id));
  return outlook != OUTLOOK_UNDECIDED;
}

/* A session that ends, and is renewed, leaves the identity as it is; one that is gone for good has none. */
static gboolean
is_known (const Rings *rings, Outlook outlook, const Secret *said)
{
  if (said != NULL)
    return outlook != OUTLOOK_UNDECIDED;
  return outlook == OUTLOOK_REFUSED && account_session_id (rings->tree->account, NULL) == NULL;
}

static gboolean
say_identity (const Rings *rings, Outlook outlook, Secret **said)
{
  const Tree *tree = rings->tree;
  const Guid *identity = account_identity (tree->account, NULL);

  if (identity != NULL)
    *said = secret_of (identity->text);
  return is_known (rings, outlook, *said);
}

static gboolean
say_link (const Rings *rings, Outlook outlook, Secret **said)
{
  const Tree *tree = rings->tree;
  g_autofree char *target = tree_read_link (tree, node_make (KIND_CURRENT, 0), NULL);

  if (target != NULL)
    *said = secret_of (target);
  return is_known (rings, outlook, *said);
}

static const Say say[N_RINGS] = {
  [RINGS_WITH_STATE] = say_state,
  [RINGS_WITH_SESSION] = say_session,
  [RINGS_WITH_IDENTITY] = say_identity,
  [RINGS_WITH_LINK] = say_link,
};

/* An identity's own session is on that identity for ever. */
static RingsWith
end_of (const Rings *rings)
{
  return own_of (rings) == NULL ? N_RINGS : RINGS_WITH_IDENTITY;
}

Rings *
rings_new (const Tree *tree, const Guid *own)
{
  Rings *rings = g_new0 (Rings, 1);

  rings->tree = tree;
  rings->own = own == NULL ? guid_zero : *own;
  rings->told[RINGS_WITH_STATE].said = secret_of ("false");
  return rings;
}

void
rings_settle (Rings *rings)
{
  Outlook outlook = account_outlook (rings->tree->account, own_of (rings));

  for (RingsWith with = RINGS_NEVER + 1; with < end_of (rings); with++)
    {
      Told *told = &rings->told[with];

      g_clear_pointer (&told->said, secret_unref);
      say[with](rings, outlook, &told->said);
      *told = (Told){told->said, told->said == NULL && outlook == OUTLOOK_UNCONFIRMED};
    }
}

void
rings_free (Rings *rings)
{
  for (RingsWith with = 0; with < N_RINGS; with++)
    g_clear_pointer (&rings->told[with].said, secret_unref);
  g_free (rings);
}

/* The folder of the session that a file of @row belongs to. */
static Kind
folder_of (Kind row)
{
  while (row != KIND_ROOT && row != KIND_ONE)
    row = node_kind (node_make (row, 0))->parent;
  return row;
}

static void
append_rows (const Rings *rings, RingsWith with, GArray *nodes)
{
  const Guid *own = own_of (rings);
  gint slot = own == NULL ? 0 : directory_find_identity (rings->tree->directory, own->text);
  Kind folder = own == NULL ? KIND_ROOT : KIND_ONE;

  for (Kind row = KIND_ROOT + 1; slot >= 0 && row < N_KINDS; row++)
    if (node_kind (node_make (row, 0))->rings == with && folder_of (row) == folder)
      {
        NodeId node = node_make (row, (guint)slot);

        g_array_append_val (nodes, node);
      }
}

/* TRUE if it is to be told. Takes @said. @expected: by the look of things; a reader would have it found out. */
static gboolean
take (Told *told, Secret *said, gboolean expected)
{
  gboolean same = secret_equal (told->said, said);
  gboolean news = !told->awaited && (!same || (told->refused && said != NULL && !expected));

  g_clear_pointer (&told->said, secret_unref);
  told->said = said;
  told->awaited = expected && (told->awaited || !same);
  told->refused = expected && told->refused && same;
  return news;
}

void
rings_look (Rings *rings, GArray *nodes)
{
  Outlook outlook = account_outlook (rings->tree->account, own_of (rings));
  gboolean expected = outlook == OUTLOOK_RENEWABLE || outlook == OUTLOOK_UNCONFIRMED;

  for (RingsWith with = RINGS_NEVER + 1; with < end_of (rings); with++)
    {
      Secret *said = NULL;

      if (!say[with](rings, outlook, &said))
        g_clear_pointer (&said, secret_unref);
      else if (take (&rings->told[with], said, expected && with != RINGS_WITH_STATE))
        append_rows (rings, with, nodes);
    }
}

void
rings_refused (Rings *rings)
{
  for (RingsWith with = RINGS_NEVER + 1; with < N_RINGS; with++)
    {
      rings->told[with].refused = rings->told[with].refused || rings->told[with].awaited;
      rings->told[with].awaited = FALSE;
    }
}
