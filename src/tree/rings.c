/* What was told, and what is to be. Touches nothing but the account's state. */
#include "tree/rings.h"

#include "account/standing.h"
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
  Told told[N_RINGS];
  GHashTable *alive; /* set of slots: the identities whose own session was last said to be alive */
};

static Secret *
secret_of (const char *text)
{
  return secret_new (text, strlen (text));
}

/* What the files of one RingsWith say; FALSE: nothing is to be told of them at this moment. */
typedef gboolean (*Say) (const Tree *tree, Standing standing, Secret **said);

static gboolean
say_state (const Tree *tree, Standing standing, Secret **said)
{
  gboolean alive = account_has_session (tree->account);

  *said = secret_of (alive ? "true" : "false");
  return alive || standing != STANDING_UNDECIDED;
}

static gboolean
say_session (const Tree *tree, Standing standing, Secret **said)
{
  const Secret *id = account_session_id (tree->account);

  if (id != NULL && standing != STANDING_REFUSED)
    *said = secret_new (secret_text (id), secret_length (id));
  return standing != STANDING_UNDECIDED;
}

/* A session that ends, and is renewed, leaves the identity as it is; one that is gone for good has none. */
static gboolean
is_known (const Tree *tree, Standing standing, const Secret *said)
{
  if (said != NULL)
    return standing != STANDING_UNDECIDED;
  return standing == STANDING_REFUSED && account_session_id (tree->account) == NULL;
}

static gboolean
say_identity (const Tree *tree, Standing standing, Secret **said)
{
  const Identity *identity = account_identity (tree->account, NULL);
  const Guid *expected = account_expected_identity (tree->account);

  if (identity != NULL)
    *said = secret_of (identity->id.text);
  else if (standing == STANDING_UNCONFIRMED && expected != NULL)
    *said = secret_of (expected->text);
  return is_known (tree, standing, *said);
}

/* The folder of an identity that is in the list. */
static char *
folder_of_identity (const Tree *tree, const Guid *id)
{
  gint slot = directory_find_identity (tree->directory, id->text);

  return slot < 0 ? NULL : tree_path (tree, node_make (KIND_ONE, (guint)slot));
}

static gboolean
say_link (const Tree *tree, Standing standing, Secret **said)
{
  const Guid *expected = account_expected_identity (tree->account);
  g_autofree char *target = tree_read_link (tree, node_make (KIND_CURRENT, 0), NULL);

  if (target == NULL && standing == STANDING_UNCONFIRMED && expected != NULL)
    target = folder_of_identity (tree, expected);
  if (target != NULL)
    *said = secret_of (target);
  return is_known (tree, standing, *said);
}

static const Say say[N_RINGS] = {
  [RINGS_WITH_STATE] = say_state,
  [RINGS_WITH_SESSION] = say_session,
  [RINGS_WITH_IDENTITY] = say_identity,
  [RINGS_WITH_LINK] = say_link,
};

Rings *
rings_new (const Tree *tree)
{
  Rings *rings = g_new0 (Rings, 1);
  Standing standing = account_standing (tree->account);

  rings->tree = tree;
  rings->alive = g_hash_table_new (NULL, NULL);
  for (RingsWith with = RINGS_NEVER + 1; with < N_RINGS; with++)
    {
      say[with](tree, standing, &rings->told[with].said);
      rings->told[with].awaited = rings->told[with].said == NULL && standing == STANDING_UNCONFIRMED;
    }
  return rings;
}

void
rings_free (Rings *rings)
{
  for (RingsWith with = 0; with < N_RINGS; with++)
    g_clear_pointer (&rings->told[with].said, secret_unref);
  g_hash_table_unref (rings->alive);
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
append_rows (NodeId folder, RingsWith with, GArray *nodes)
{
  for (Kind row = KIND_ROOT + 1; row < N_KINDS; row++)
    if (node_kind (node_make (row, 0))->rings == with && folder_of (row) == node_row (folder))
      {
        NodeId node = node_make (row, node_slot (folder));

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
  Standing standing = account_standing (rings->tree->account);
  gboolean expected = standing == STANDING_RENEWABLE || standing == STANDING_UNCONFIRMED;

  for (RingsWith with = RINGS_NEVER + 1; with < N_RINGS; with++)
    {
      Secret *said = NULL;

      if (!say[with](rings->tree, standing, &said))
        g_clear_pointer (&said, secret_unref);
      else if (take (&rings->told[with], said, expected && with != RINGS_WITH_STATE))
        append_rows (node_make (KIND_ROOT, 0), with, nodes);
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

void
rings_look_at_own (Rings *rings, const Guid *identity_id, GArray *nodes)
{
  gint slot = directory_find_identity (rings->tree->directory, identity_id->text);
  gpointer key = GINT_TO_POINTER (slot);
  NodeId folder;

  if (slot < 0)
    return;
  folder = node_make (KIND_ONE, (guint)slot);
  append_rows (folder, RINGS_WITH_SESSION, nodes);
  if (account_has_own_session (rings->tree->account, identity_id) ? g_hash_table_add (rings->alive, key)
                                                                  : g_hash_table_remove (rings->alive, key))
    append_rows (folder, RINGS_WITH_STATE, nodes);
}
