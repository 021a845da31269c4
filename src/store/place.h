/* Where an account's record is kept: the directory, and the names in it. */
#pragma once

#include "store/store.h"

#include <sys/stat.h>

typedef struct
{
  int fd;          /* the directory, open */
  char *directory; /* its path, absolute */
  char *record;    /* names in it: of the record, */
  char *lock;      /* of the file that is locked (store/lock.h), */
  char *spare;     /* and what those of the spare files begin with (store/spare.h) */
} Place;

/* Makes the directory if there is none. FALSE with @error if nothing can be kept there safely. */
gboolean place_open (Place *place, const StoreConfig *config, GError **error);
void place_close (Place *place);

/* Whether @name still leads to the file that was looked at (@found), and not to another one, or to none. */
gboolean place_holds (const Place *place, const char *name, const struct stat *found);

/* Somebody may have removed the directory: then it is to be opened anew. */
gboolean place_is_gone (const Place *place);
gboolean place_renew (Place *place, GError **error);
