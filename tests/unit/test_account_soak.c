/*
 * Years of faults in seconds: random events against a service that fails in every way it can, from a seed. After each
 * step the rules that matter most are held against what the service was asked, and what it told. The rig itself sees to
 * it that calls go out one at a time, and that nobody is answered twice.
 */
#include "support/rig.h"

#include <string.h>

#define STEPS 20000

typedef struct
{
  Rig *rig;
  GRand *random;
  GArray *waiting;       /* numbers of those who wait, some answered meanwhile */
  GHashTable *told;      /* session id -> identity that GetIdentity last told; none while a Set* may have changed it */
  const char *required;  /* the identity that was last chosen by a write that succeeded; NULL: nobody knows */
  guint64 writer;        /* who writes; 0: nobody */
  const char *writes;    /* the identity that he names; NULL: none */
  gboolean writes_login; /* or else an identity */
  gint64 quarantine_us;  /* boot clock; no call before then */
  gboolean rejected;     /* the credential at hand was rejected: no call with it before somebody writes another */
  guint64 seen_call;     /* that was looked at already */
  guint calls, cookies, right_cookies; /* how many there were, to know that something happened */
} Soak;

static const char *const identities[] = {FJORD, FJELL, SKOG, NOWHERE};

static gboolean
one_in (Soak *soak, gint32 count)
{
  return g_rand_int_range (soak->random, 0, count) == 0;
}

static const char *
any_identity (Soak *soak)
{
  return identities[g_rand_int_range (soak->random, 0, G_N_ELEMENTS (identities))];
}

static void
add_waiting (Soak *soak, guint64 waiter)
{
  g_array_append_val (soak->waiting, waiter);
}

static void
want (Soak *soak)
{
  Want want = (Want)g_rand_int_range (soak->random, WANT_NOTHING, N_WANTS);

  add_waiting (soak, one_in (soak, 8) ? rig_want_now (soak->rig, want) : rig_want (soak->rig, want));
}

static Credential *
any_credential (Soak *soak)
{
  const char *identity = one_in (soak, 2) ? any_identity (soak) : NULL;

  soak->writes = identity;
  if (one_in (soak, 4))
    {
      Credential *token = credential_by_token ();

      token->identity_id = identity == NULL ? guid_zero : guid_of (identity);
      return token;
    }
  return credential_by_password ("ops@example.com", one_in (soak, 5) ? "wrong" : PASSWORD, identity);
}

static void
write_something (Soak *soak)
{
  if (soak->writer != 0)
    return;
  soak->writes_login = one_in (soak, 3);
  if (soak->writes_login)
    {
      soak->rejected = FALSE;
      soak->writer = rig_write_login (soak->rig, any_credential (soak));
    }
  else
    {
      soak->writes = any_identity (soak);
      soak->writer = one_in (soak, 4) ? rig_write_whole_identity (soak->rig, soak->writes)
                                      : rig_write_identity (soak->rig, soak->writes);
    }
  add_waiting (soak, soak->writer);
}

static void
log_out (Soak *soak)
{
  add_waiting (soak, rig_write_logout (soak->rig));
  soak->required = NULL;
  soak->rejected = FALSE;
}

static void
interrupt (Soak *soak)
{
  guint64 waiter;

  if (soak->waiting->len == 0 || !one_in (soak, 6))
    return;
  waiter = g_array_index (soak->waiting, guint64, g_rand_int_range (soak->random, 0, (gint32)soak->waiting->len));
  rig_interrupt (soak->rig, waiter);
  g_assert_false (rig_is_waiting (soak->rig, waiter));
}

static void
pass_time (Soak *soak)
{
  static const double longest[] = {0.01, 1, 30, 130, 1000};

  rig_pass (soak->rig, g_rand_double_range (soak->random, 0, longest[g_rand_int_range (soak->random, 0, 5)]));
}

static void
heal_the_service (Soak *soak)
{
  soak->rig->service->away = soak->rig->service->ignores_identity_id = FALSE;
  soak->rig->service->blocked = NULL;
  soak->rig->service->password = PASSWORD;
}

static void
change_the_service (Soak *soak)
{
  Service *service = soak->rig->service;

  switch (g_rand_int_range (soak->random, 0, 8))
    {
    case 0:
      service_switch_all (service, any_identity (soak));
      break;
    case 1:
      service->ignores_identity_id = TRUE;
      break;
    case 2:
      service->blocked = any_identity (soak);
      break;
    case 3:
      service->password = "changed";
      break;
    case 4:
      service->away = TRUE;
      break;
    default:
      service_end_sessions (service);
      break;
    }
}

static Answer *
any_fault (Soak *soak, Operation operation)
{
  static const char *const faults[] = {"It broke",
                                       "Too many requests, try again later",
                                       "Not authenticated",
                                       "The identity is blocked",
                                       "Invalid username or password",
                                       "Limit exceeded by 1. Quarantine ends at some time"};
  Answer *answer = answer_fault (operation, faults[g_rand_int_range (soak->random, 0, G_N_ELEMENTS (faults))]);

  if (g_error_matches (answer->error, SO24_ERROR, SO24_ERROR_QUARANTINED))
    answer->until_us = soak->rig->now.wall_us + g_rand_int_range (soak->random, 1, 300) * (gint64)G_USEC_PER_SEC;
  return answer;
}

/* An answer that got lost, after the call was executed or before; or one that nobody could read. */
static Answer *
any_failure (Soak *soak, const Request *request)
{
  static const So24ErrorCode lost[] = {SO24_ERROR_TIMED_OUT, SO24_ERROR_NOT_UNDERSTOOD, SO24_ERROR_REMOTE};
  static const So24ErrorCode never_sent[] = {SO24_ERROR_REFUSED, SO24_ERROR_UNREACHABLE, SO24_ERROR_TLS};
  Answer *answer;

  if (one_in (soak, 2))
    return answer_failed (request->operation, never_sent[g_rand_int_range (soak->random, 0, 3)]);
  if (one_in (soak, 2))
    answer_free (service_answer (soak->rig->service, request));
  answer = answer_failed (request->operation, lost[g_rand_int_range (soak->random, 0, 3)]);
  answer->retry_after_s = one_in (soak, 5) ? 30 : 0;
  return answer;
}

static void
note_answer (Soak *soak, const Request *request, const Answer *answer)
{
  const char *sid = request->session == NULL ? NULL : secret_text (request->session);
  gboolean sets = request->operation == OPERATION_SET_IDENTITY || request->operation == OPERATION_SET_IDENTITY_BY_ID;
  gint64 end_us = soak->rig->now.boot_us + answer->until_us - soak->rig->now.wall_us;

  if (request->operation == OPERATION_GET_IDENTITY && answer->error == NULL)
    g_hash_table_replace (soak->told, g_strdup (sid), g_strdup (answer->identity->id.text));
  if (sets && answer->error == NULL && answer->truth)
    g_hash_table_remove (soak->told, sid);
  if (sets
      && (g_error_matches (answer->error, SO24_ERROR, SO24_ERROR_TIMED_OUT)
          || g_error_matches (answer->error, SO24_ERROR, SO24_ERROR_NOT_UNDERSTOOD)))
    g_hash_table_remove (soak->told, sid);
  if (g_error_matches (answer->error, SO24_ERROR, SO24_ERROR_QUARANTINED))
    soak->quarantine_us = end_us;
  if (g_error_matches (answer->error, SO24_ERROR, SO24_ERROR_REJECTED) && soak->writer == 0)
    soak->rejected = TRUE;
}

static void
serve (Soak *soak)
{
  const Request *request = soak->rig->request;
  Answer *answer;

  if (request == NULL)
    return;
  if (one_in (soak, 20))
    answer = any_fault (soak, request->operation);
  else if (one_in (soak, 20))
    answer = any_failure (soak, request);
  else
    answer = service_answer (soak->rig->service, request);
  note_answer (soak, request, answer);
  rig_answer (soak->rig, answer);
}

static void
forget_the_answered (Soak *soak)
{
  for (guint i = soak->waiting->len; i-- > 0;)
    {
      guint64 waiter = g_array_index (soak->waiting, guint64, i);
      const GError *error;

      if (rig_is_waiting (soak->rig, waiter))
        continue;
      error = rig_error (soak->rig, waiter);
      g_assert_true (error == NULL || (error->domain == SO24_ERROR && error->message[0] != '\0'));
      g_array_remove_index_fast (soak->waiting, i);
    }
}

/*
 * A write that succeeded chooses; after a login that names nobody, what was told in it counts. Whoever interrupts a
 * switch may have come too late, so either identity is right then.
 */
static void
note_writer (Soak *soak)
{
  const Secret *cookie = account_cookie (soak->rig->account, NULL);

  if (soak->writer == 0 || rig_is_waiting (soak->rig, soak->writer))
    return;
  if (g_error_matches (rig_error (soak->rig, soak->writer), SO24_ERROR, SO24_ERROR_INTERRUPTED))
    soak->required = NULL;
  else if (rig_error (soak->rig, soak->writer) == NULL)
    {
      soak->required = soak->writes;
      if (soak->writes == NULL && cookie != NULL)
        soak->required = g_intern_string (g_hash_table_lookup (soak->told, secret_text (cookie)));
    }
  soak->writer = 0;
}

static void
check_cookie (Soak *soak)
{
  const Secret *cookie = account_cookie (soak->rig->account, NULL);
  const Request *request = soak->rig->request;
  const char *told;

  if (cookie == NULL)
    return;
  soak->cookies++;
  told = g_hash_table_lookup (soak->told, secret_text (cookie));
  g_assert_nonnull (told);
  if (soak->required != NULL)
    {
      soak->right_cookies++;
      g_assert_cmpstr (told, ==, soak->required);
    }
  if (request != NULL && request->session != NULL && secret_equal (request->session, cookie))
    g_assert_true (operation_row (request->operation)->only_asks);
}

static void
check_call (Soak *soak)
{
  const Rig *rig = soak->rig;

  if (rig->call == 0 || rig->call == soak->seen_call)
    return;
  soak->seen_call = rig->call;
  soak->calls++;
  g_assert_cmpint (rig->now.boot_us, >=, soak->quarantine_us);
  if (soak->rejected && soak->writer == 0)
    g_assert_false (operation_presents_credential (rig->request->operation));
}

static void
check_log (Soak *soak)
{
  g_assert_null (strstr (soak->rig->log->str, PASSWORD));
  g_assert_null (strstr (soak->rig->log->str, TOKEN));
  g_assert_null (strstr (soak->rig->log->str, "sid-"));
  g_string_truncate (soak->rig->log, 0);
  g_string_truncate (soak->rig->calls, 0);
}

static void
take_step (Soak *soak)
{
  static void (*const steps[]) (Soak * soak)
    = {want, want, want, serve, serve, serve, serve, serve, serve, write_something, interrupt, pass_time};

  if (one_in (soak, 60))
    change_the_service (soak);
  else if (one_in (soak, 30))
    heal_the_service (soak);
  else if (one_in (soak, 1000))
    log_out (soak);
  else
    steps[g_rand_int_range (soak->random, 0, G_N_ELEMENTS (steps))](soak);
  note_writer (soak);
  check_call (soak);
  check_cookie (soak);
  check_log (soak);
  forget_the_answered (soak);
}

/* Once the service behaves, nobody is left waiting. */
static void
bring_to_rest (Soak *soak)
{
  soak->rig->service->away = FALSE;
  rig_serve (soak->rig);
  forget_the_answered (soak);
  g_assert_cmpuint (soak->waiting->len, ==, 0);
}

static void
soak_from (guint32 seed)
{
  Soak soak = {.rig = rig_new_for_service (seed % 2 == 0 ? 5 : 0), .random = g_rand_new_with_seed (seed)};

  g_test_message ("seed %u (SO24_SOAK_SEED=%u repeats it)", seed, seed);
  soak.waiting = g_array_new (FALSE, FALSE, sizeof (guint64));
  soak.told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint step = 0; step < STEPS; step++)
    take_step (&soak);
  bring_to_rest (&soak);
  g_test_message ("%u calls, %u cookies, %u of them known to be right", soak.calls, soak.cookies, soak.right_cookies);
  g_assert_cmpuint (soak.calls, >, STEPS / 10);
  g_assert_cmpuint (soak.cookies, >, STEPS / 10);
  g_array_unref (soak.waiting);
  g_hash_table_unref (soak.told);
  g_rand_free (soak.random);
  rig_free (soak.rig);
}

static void
the_rules_hold_whatever_happens (void)
{
  const char *seed = g_getenv ("SO24_SOAK_SEED");

  if (seed != NULL)
    soak_from ((guint32)g_ascii_strtoull (seed, NULL, 10));
  for (guint32 i = 1; seed == NULL && i <= 10; i++)
    soak_from (i);
}

static const Sentence sentences[] = {
  SENTENCE (the_rules_hold_whatever_happens),
};

MAIN ("account, soak")
