/* The inside of the tree, for the files of tree/ only. */
#pragma once

#include "tree/directory.h"
#include "tree/events.h"
#include "tree/export.h"
#include "tree/tree.h"

struct Tree
{
  const Account *account;
  Directory *directory;
  char *readme;
  char *failure; /* the line that error reads as */
  Events *events;
  Guid application_id;
  ExportEndpoint endpoint;
  uid_t uid;
  gid_t gid;
  TreeAccess access;
  gint64 changed_us[N_CHANGES]; /* wall clock; never the same twice */
};
