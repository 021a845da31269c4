/* What a node is called from the root on. Touches nothing. */
#include "tree/state.h"

static const char *
name_of (const Tree *tree, NodeId node)
{
  switch (node_row (node))
    {
    case KIND_CLIENT:
      return directory_client (tree->directory, node_slot (node))->name;
    case KIND_ONE:
      return directory_identity (tree->directory, node_slot (node))->identity->id.text;
    default:
      return node_kind (node)->name;
    }
}

char *
tree_path (const Tree *tree, NodeId node)
{
  char *path = g_strdup (node_row (node) == KIND_ROOT ? "" : name_of (tree, node));

  while (node_row (node) != KIND_ROOT && node_row (node = tree_parent (tree, node)) != KIND_ROOT)
    {
      g_autofree char *below = path;

      path = g_strconcat (name_of (tree, node), "/", below, NULL);
    }
  return path;
}
