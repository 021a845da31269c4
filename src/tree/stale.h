/*
 * What whoever keeps things of the tree, as the kernel does, has to forget: exactly what became another one. The tree notes
 * it; whoever tells the kernel takes it (tree_take_stale()).
 */
#pragma once

#include "tree/node.h"

typedef enum
{
  STALE_ATTRIBUTES,
  STALE_CONTENT, /* and the attributes; of a folder: its list */
  STALE_NAME     /* @name in the folder @node leads to another node, or nowhere */
} StaleKind;

typedef struct
{
  StaleKind kind;
  NodeId node;
  char *name; /* owned */
} Stale;

/* An empty array of Stale. */
GArray *stale_list_new (void);
