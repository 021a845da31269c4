/* What was told, and what is to be. Touches nothing but the account's state. */
#include "tree/rings.h"

#include "account/standing.h"
#include "tree/state.h"

#include <string.h>

typedef struct
{
  Secret *said;     /* NULL: nothing can be read */
  gboolean awaited; /* that it will be another one was told already */
} Told;

struct Rings
{
  const Tree *tree;
  NodeId folder;
  Told told[N_RINGS];
};

static Secret *
secret_of (const char *text)
{
  return secret_new (text, strlen (text));
}

static Secret *
say_state (const Tree *tree)
{
  return secret_of (account_has_session (tree->account) ? "true" : "false");
}

static Secret *
say_session (const Tree *tree)
{
  const Secret *id = account_session_id (tree->account);

  return id == NULL ? NULL : secret_new (secret_text (id), secret_length (id));
}

static Secret *
say_identity (const Tree *tree)
{
  const Identity *identity = account_identity (tree->account, NULL);

  return identity == NULL ? NULL : secret_of (identity->id.text);
}

static Secret *
say_link (const Tree *tree)
{
  g_autofree char *target = tree_read_link (tree, node_make (KIND_CURRENT, 0), NULL);

  return target == NULL ? NULL : secret_of (target);
}

/* What the files of a row with this RingsWith say. */
static Secret *(*const say[N_RINGS]) (const Tree *tree) = {
  [RINGS_WITH_STATE] = say_state,
  [RINGS_WITH_SESSION] = say_session,
  [RINGS_WITH_IDENTITY] = say_identity,
  [RINGS_WITH_LINK] = say_link,
};

static gboolean
is_decided (const Tree *tree, RingsWith with, Standing standing)
{
  if (with == RINGS_WITH_STATE)
    return standing != STANDING_UNDECIDED || account_has_session (tree->account);
  return standing == STANDING_SERVED || standing == STANDING_REFUSED
         || (with == RINGS_WITH_SESSION && standing == STANDING_RENEWABLE);
}

static Secret *
say_now (const Tree *tree, RingsWith with, Standing standing)
{
  return with == RINGS_WITH_SESSION && standing != STANDING_SERVED ? NULL : say[with](tree);
}

Rings *
rings_new (const Tree *tree, NodeId folder)
{
  Rings *rings = g_new0 (Rings, 1);
  gboolean undecided = account_standing (tree->account) == STANDING_UNDECIDED;

  rings->tree = tree;
  rings->folder = folder;
  for (RingsWith with = RINGS_NEVER + 1; with < N_RINGS; with++)
    {
      rings->told[with].said = say[with](tree);
      rings->told[with].awaited = rings->told[with].said == NULL && undecided;
    }
  return rings;
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
  for (Kind row = KIND_ROOT + 1; row < N_KINDS; row++)
    if (node_kind (node_make (row, 0))->rings == with && folder_of (row) == node_row (rings->folder))
      {
        NodeId node = node_make (row, node_slot (rings->folder));

        g_array_append_val (nodes, node);
      }
}

/* TRUE if it is to be told. */
static gboolean
take (Told *told, Secret *said, gboolean renewable)
{
  gboolean same = secret_equal (told->said, said);
  gboolean news = !told->awaited && !same;

  g_clear_pointer (&told->said, secret_unref);
  told->said = said;
  told->awaited = renewable && (told->awaited || !same);
  return news;
}

void
rings_look (Rings *rings, GArray *nodes)
{
  Standing standing = account_standing (rings->tree->account);

  for (RingsWith with = RINGS_NEVER + 1; with < N_RINGS; with++)
    {
      gboolean renewable = with == RINGS_WITH_SESSION && standing == STANDING_RENEWABLE;

      if (is_decided (rings->tree, with, standing)
          && take (&rings->told[with], say_now (rings->tree, with, standing), renewable))
        append_rows (rings, with, nodes);
    }
}

void
rings_refused (Rings *rings)
{
  for (RingsWith with = 0; with < N_RINGS; with++)
    rings->told[with].awaited = FALSE;
}
