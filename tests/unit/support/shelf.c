/* What the tests of store/ share. */
#include "support/shelf.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char *directory;
static char *record_path;
static GPtrArray *strings;  /* that were given out */
static GPtrArray *warnings; /* messages */
static GMutex mutex;        /* the store's thread may warn, too */

static GLogWriterOutput
listen_to (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  const char *message = "";

  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      message = fields[i].value;
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0)
    fprintf (stderr, "%s\n", message);
  g_mutex_lock (&mutex);
  if ((level & G_LOG_LEVEL_WARNING) != 0)
    g_ptr_array_add (warnings, g_strdup (message));
  g_mutex_unlock (&mutex);
  return G_LOG_WRITER_HANDLED;
}

void
shelf_make (void)
{
  g_autoptr (GError) error = NULL;

  if (warnings == NULL)
    {
      warnings = g_ptr_array_new_with_free_func (g_free);
      strings = g_ptr_array_new_with_free_func (g_free);
      g_log_set_writer_func (listen_to, NULL, NULL);
      g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
    }
  directory = g_dir_make_tmp ("so24fs-test-XXXXXX", &error);
  g_assert_no_error (error);
}

static int
remove_one (const char *path, const struct stat *found, int kind, struct FTW *where)
{
  return remove (path);
}

void
shelf_remove (void)
{
  nftw (directory, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
  g_clear_pointer (&directory, g_free);
  g_clear_pointer (&record_path, g_free);
  g_ptr_array_set_size (strings, 0);
  assert_quiet ();
}

const char *
shelf (void)
{
  return directory;
}

/* As place.c has it, but found out in another way: there is one record. */
static char *
find_record (void)
{
  g_autofree char *whole = g_strdup_printf ("%s\n%s", ENDPOINT, SOURCE);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, whole, -1);

  digest[16] = '\0';
  return g_strdup_printf ("%s/ops_example.com-%s.session", directory, digest);
}

const char *
shelf_path (const char *suffix)
{
  char *path;

  if (record_path == NULL)
    record_path = find_record ();
  path = g_strconcat (record_path, suffix, NULL);
  g_ptr_array_add (strings, path);
  return path;
}

guint
shelf_count (void)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  guint count = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

gboolean
shelf_has (const char *part)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (strstr (name, part) != NULL)
      return TRUE;
  return FALSE;
}

GBytes *
shelf_read (void)
{
  g_autoptr (GError) error = NULL;
  char *bytes;
  gsize length;

  g_file_get_contents (shelf_path (""), &bytes, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (bytes, length);
}

void
shelf_write (const void *bytes, gsize length)
{
  int fd = open (shelf_path (""), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, bytes, length), ==, (gssize)length);
  close (fd);
}

guint
shelf_warnings (void)
{
  guint count;

  g_mutex_lock (&mutex);
  count = warnings->len;
  g_ptr_array_set_size (warnings, 0);
  g_mutex_unlock (&mutex);
  return count;
}

void
assert_warned (const char *words)
{
  gboolean found = FALSE;

  g_mutex_lock (&mutex);
  for (guint i = 0; i < warnings->len && !found; i++)
    {
      found = strstr (g_ptr_array_index (warnings, i), words) != NULL;
      if (found)
        g_ptr_array_remove_index (warnings, i);
      else
        g_test_message ("not it: %s", (char *)g_ptr_array_index (warnings, i));
    }
  g_mutex_unlock (&mutex);
  if (!found)
    g_error ("nobody warned: %s", words);
}

void
assert_quiet (void)
{
  g_mutex_lock (&mutex);
  for (guint i = 0; i < warnings->len; i++)
    fprintf (stderr, "# %s\n", (char *)g_ptr_array_index (warnings, i));
  g_mutex_unlock (&mutex);
  g_assert_cmpuint (shelf_warnings (), ==, 0);
}

static gboolean
too_late (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
shelf_run (gint64 deadline, const char *what)
{
  guint tick = g_timeout_add (100, too_late, NULL);

  g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  if (g_get_monotonic_time () > deadline)
    g_error ("waited too long for: %s", what);
}

void
shelf_run_ready (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* The fields that tests of sharing look at. */
static Record *
sketch (const Record *record)
{
  Record *copy = record == NULL ? NULL : record_new ();

  if (record == NULL)
    return NULL;
  copy->owner = g_strdup (record->owner);
  copy->session = record->session == NULL ? NULL : secret_ref (record->session);
  copy->failures = record->failures;
  copy->cause = g_strdup (record->cause);
  copy->allowed = record->allowed;
  copy->same_boot = record->same_boot;
  memcpy (copy->spent, record->spent, sizeof copy->spent);
  return copy;
}

static void
take_replaced (User *user, const Record *base, const Record *record)
{
  g_clear_pointer (&user->base, record_free);
  g_clear_pointer (&user->record, record_free);
  user->base = sketch (base);
  user->record = sketch (record);
}

static void
replaced (gpointer data, const Record *base, const Record *record)
{
  User *user = data;

  user->replaced++;
  take_replaced (user, base, record);
  if (user->then != NULL)
    user->then (user);
}

void
user_open_as (User *user, const char *endpoint, const char *source)
{
  StoreConfig config = {.directory = directory, .endpoint = endpoint, .source = source};
  StoreHooks hooks = {.replaced = replaced};
  g_autoptr (GError) error = NULL;

  user->store = store_open (&config, &hooks, user, &error);
  g_assert_no_error (error);
}

void
user_open (User *user)
{
  user_open_as (user, ENDPOINT, SOURCE);
}

void
user_close (User *user)
{
  g_clear_pointer (&user->store, store_free);
  g_clear_pointer (&user->base, record_free);
  g_clear_pointer (&user->record, record_free);
  g_clear_error (&user->lock_error);
  *user = (User){0};
}

static void
set (gpointer data)
{
  *(gboolean *)data = TRUE;
}

void
user_sync (User *user)
{
  gboolean done = FALSE;

  store_sync (user->store, set, &done);
  RUN_UNTIL (done);
}

void
user_save (User *user, const Record *record)
{
  store_save (user->store, record);
  user_sync (user);
}

static void
locked (gpointer data, const Record *base, const Record *record, const GError *error)
{
  User *user = data;

  user->locked++;
  take_replaced (user, base, record);
  g_clear_error (&user->lock_error);
  user->lock_error = error == NULL ? NULL : g_error_copy (error);
}

void
user_ask_for_lock (User *user, guint patience_s)
{
  store_lock (user->store, patience_s, locked, user);
}

gboolean
user_lock (User *user, guint patience_s)
{
  guint before = user->locked;

  user_ask_for_lock (user, patience_s);
  RUN_UNTIL (user->locked > before);
  return user->lock_error == NULL;
}

guint
user_stored (User *user)
{
  g_autoptr (Record) record = store_load (user->store);

  return record == NULL ? 0 : assert_numbered (record);
}

Record *
numbered_record (guint number)
{
  Record *record = record_new ();
  g_autofree char *session = g_strdup_printf ("%u-%0100u", number, number);

  record->owner = g_strdup_printf ("owner %u", number);
  record->session = secret_new (session, strlen (session));
  record->failures = number;
  record->saved.wall_us = number;
  record->allowed = number;
  for (guint i = 0; i < RECORD_MINUTES; i++)
    record->spent[i] = number;
  return record;
}

guint
assert_numbered (const Record *record)
{
  g_autoptr (Record) expected = numbered_record (record->failures);

  assert_same_record (record, expected);
  return record->failures;
}

static GArray *
some_own_sessions (void)
{
  GArray *sessions = own_sessions_new ();

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (Secret) secret = secret_new ("abc %\nd", 7);
      OwnSession own = {.session = secret, .proven = i % 2 == 0, .used_us = i == 0 ? NEVER : 100 * i};

      g_snprintf (own.identity_id.text, sizeof own.identity_id.text, "77777777-0000-4000-8000-%012u", i);
      own_sessions_add (sessions, &own);
    }
  return sessions;
}

Record *
full_record (void)
{
  Record *record = record_new ();
  Passport passport = {.email = (char *)"kari@example.com"};

  guid_parse ("11111111-0000-4000-8000-000000000001", GUID_LENGTH, &passport.id);
  guid_parse ("22222222-0000-4000-8000-000000000002", GUID_LENGTH, &record->chosen);
  record->saved = (Instant){123456789, 1790000000000000};
  record->owner = g_strdup ("88888888-0000-4000-8000-000000000008 user ops@example.com");
  record->session = secret_new ("abcdefgh12345678%\n", 18);
  record->ended = record->proven = record->put_back = TRUE;
  record->passport = passport_copy (&passport);
  record->chosen_by = CHOSEN_BY_WRITE;
  record->withheld = g_strdup ("another identity is active: \"Fjord & Sønner\"");
  record->used_us = 100;
  record->failures = 3;
  record->login_us = 200;
  record->attempt_us = 250;
  record->attempt_by = 4294967295;
  record->own = some_own_sessions ();
  record->throttle_us = 300;
  record->quarantine_us = 400;
  record->quarantine_wall_us = 1790000000000500;
  record->cause_code = SO24_ERROR_QUARANTINED;
  record->cause = g_strdup ("Limit exceeded by 1.\r\nQuarantine ends at 100%");
  record->allowed = 42;
  record->allowed_until_us = 600;
  for (guint i = 0; i < RECORD_MINUTES; i++)
    record->spent[i] = i * 7;
  record->rejected_digest = g_strdup ("$6$salt$digest");
  record->rejected_cause = g_strdup ("Invalid username or password");
  return record;
}

static void
assert_same_secret (const Secret *a, const Secret *b)
{
  g_assert_true ((a == NULL) == (b == NULL));
  if (a != NULL)
    g_assert_true (secret_equal (a, b));
}

static void
assert_same_passport (const Passport *a, const Passport *b)
{
  g_assert_true ((a == NULL) == (b == NULL));
  if (a == NULL)
    return;
  g_assert_cmpstr (a->id.text, ==, b->id.text);
  g_assert_cmpstr (a->email, ==, b->email);
}

static void
assert_same_own_sessions (const GArray *a, const GArray *b)
{
  g_assert_true ((a == NULL) == (b == NULL));
  g_assert_cmpuint (a == NULL ? 0 : a->len, ==, b == NULL ? 0 : b->len);
  for (guint i = 0; a != NULL && i < a->len; i++)
    {
      const OwnSession *one = &g_array_index (a, OwnSession, i), *other = &g_array_index (b, OwnSession, i);

      g_assert_cmpstr (one->identity_id.text, ==, other->identity_id.text);
      g_assert_true (secret_equal (one->session, other->session));
      g_assert_cmpint (one->proven, ==, other->proven);
      g_assert_cmpint (one->used_us, ==, other->used_us);
    }
}

static void
assert_same_limits (const Record *a, const Record *b)
{
  g_assert_cmpuint (a->failures, ==, b->failures);
  g_assert_cmpint (a->login_us, ==, b->login_us);
  g_assert_cmpint (a->attempt_us, ==, b->attempt_us);
  g_assert_cmpuint (a->attempt_by, ==, b->attempt_by);
  assert_same_own_sessions (a->own, b->own);
  g_assert_cmpint (a->throttle_us, ==, b->throttle_us);
  g_assert_cmpint (a->quarantine_us, ==, b->quarantine_us);
  g_assert_cmpint (a->quarantine_wall_us, ==, b->quarantine_wall_us);
  g_assert_cmpint (a->cause_code, ==, b->cause_code);
  g_assert_cmpstr (a->cause, ==, b->cause);
  g_assert_cmpint (a->allowed, ==, b->allowed);
  g_assert_cmpint (a->allowed_until_us, ==, b->allowed_until_us);
  g_assert_cmpmem (a->spent, sizeof a->spent, b->spent, sizeof b->spent);
  g_assert_cmpstr (a->rejected_digest, ==, b->rejected_digest);
  g_assert_cmpstr (a->rejected_cause, ==, b->rejected_cause);
}

void
assert_same_record (const Record *a, const Record *b)
{
  g_assert_cmpint (a->saved.boot_us, ==, b->saved.boot_us);
  g_assert_cmpint (a->saved.wall_us, ==, b->saved.wall_us);
  g_assert_cmpstr (a->owner, ==, b->owner);
  assert_same_secret (a->session, b->session);
  g_assert_cmpint (a->ended, ==, b->ended);
  g_assert_cmpint (a->proven, ==, b->proven);
  assert_same_passport (a->passport, b->passport);
  g_assert_cmpint (a->chosen_by, ==, b->chosen_by);
  g_assert_cmpstr (a->chosen.text, ==, b->chosen.text);
  g_assert_cmpint (a->put_back, ==, b->put_back);
  g_assert_cmpstr (a->withheld, ==, b->withheld);
  g_assert_cmpint (a->used_us, ==, b->used_us);
  assert_same_limits (a, b);
}
