/* A folder for a test that needs files, and what tests of credentials files do there. */
#pragma once

#include "base/error.h"
#include "daemon/credentials.h"

#include <sys/types.h>

#define APP      "88888888-0000-4000-8000-000000000008" /* the mount's */
#define LINES    "username = ola@example.com\npassword = hunter2\n"
#define STRANGER 12345 /* a user who is not us */

/* While it lives there is an empty folder, and nothing of the environment or of another test. */
typedef struct
{
  char *path;
} Place;

Place place_new (void);
void place_clear (Place *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

extern char *folder; /* the place's */
extern Guid application_id;

char *in_folder (const char *name);

/* Makes @name in the folder, or writes it anew in its place; write_file(): with mode 0600. */
void write_mode (const char *name, const char *text, gsize length, mode_t mode);
void write_file (const char *name, const char *text);

/* The kernel counts a file's times in ticks, of 10 ms at most. */
void let_time_pass (void);

Credentials *open_file (const char *name);
Credential *read_well (const char *name);

/* Reading fails, in one line that names the file and says @words, and that repeats nothing of a password. */
void assert_unreadable (Credentials *credentials, So24ErrorCode code, const char *words);
void assert_file_refused (const char *name, const char *words);
