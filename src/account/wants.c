/*
 * What a reader waits for: the next call that is needed until he can be answered, worked out anew from the state after
 * each answer. So nothing here remembers how far a reader has come. Touches nothing.
 */
#include "account/machine.h"
#include "base/error.h"

/* A session may end just as it was made: that is worth another Login, but not a third one. */
#define MOST_LOGINS 2

/* A service that was out of reach a moment ago need not be waited for again by a reader who can have the last cookie. */
#define OFFLINE_PAUSE_US (5 * G_USEC_PER_SEC)

static gint64
alive_us (const Session *session)
{
  return MAX (session->confirmed_us, MAX (session->logged_in_us, session->asked_us));
}

/* Why there is neither a session nor a way to one. */
static GError *
no_way_to_a_session (const Holder *holder, const Waiter *waiter)
{
  const Account *account = holder->account;

  if (account->rejected != NULL)
    return g_error_copy (account->rejected);
  if (waiter->logins >= MOST_LOGINS)
    return g_error_new_literal (SO24_ERROR, SO24_ERROR_EXPIRED, "the session ended again right after the login");
  if (account->credential != NULL)
    return NULL;
  if (holder->session->ended)
    return g_error_new_literal (SO24_ERROR, SO24_ERROR_EXPIRED,
                                "the session has ended, and there is no credential to renew it with: "
                                "write one to login");
  return g_error_new_literal (SO24_ERROR, SO24_ERROR_NO_KEY,
                              "there is no session and no credential: write one to login");
}

/* Why an own session is not made now; NULL: it may be. */
static GError *
own_refusal (const Holder *holder, Instant now)
{
  if (holder->gone)
    return g_error_new (SO24_ERROR, SO24_ERROR_REVOKED, "the account has no identity %s any more",
                        holder->identity_id.text);
  return now.boot_us < holder->login_us ? g_error_copy (holder->cause) : NULL;
}

static Verdict
judge_login (Holder *holder, const Waiter *waiter, Instant now)
{
  Account *account = holder->account;
  GError *error = own_refusal (holder, now);

  if (error == NULL)
    error = no_way_to_a_session (holder, waiter);
  if (error != NULL)
    return verdict_fail (error);
  return verdict_needs_unless (login_operation (account->credential),
                               limits_refuse (&account->limits, &account->config, TRUE, now));
}

static Verdict
judge_session (Holder *holder, const Waiter *waiter, Instant now)
{
  Account *account = holder->account;
  const Session *session = holder->session;

  if (session->id == NULL || session->asked_us >= waiter->since_us)
    return verdict_ready ();
  return verdict_needs_unless (OPERATION_HAS_SESSION, limits_refuse (&account->limits, &account->config, FALSE, now));
}

static Verdict
judge_identity (Holder *holder, const Waiter *waiter, Instant now)
{
  Account *account = holder->account;
  const Session *session = holder->session;
  Operation operation;

  if (session->switching)
    return (Verdict){VERDICT_WAIT};
  if (session->id == NULL)
    return judge_login (holder, waiter, now);
  /* For an own session GetIdentity alone tells both, for half of the calls. */
  if (alive_us (session) < waiter->since_us && !holder_is_own (holder))
    operation = OPERATION_HAS_SESSION;
  else if (session->confirmed_us < waiter->since_us)
    operation = OPERATION_GET_IDENTITY;
  else if (session->put_back)
    operation = OPERATION_SET_IDENTITY_BY_ID;
  else
    return verdict_ready ();
  return verdict_needs_unless (operation, limits_refuse (&account->limits, &account->config, FALSE, now));
}

/* Grace is for the cookie only, and only for who did not ask for the truth of this moment. */
static gboolean
has_grace (const Holder *holder, const Waiter *waiter, Instant now)
{
  const Account *account = holder->account;
  gint64 confirmed_us = holder->session->confirmed_us;

  return waiter->want == WANT_COOKIE && !waiter->ask_now && account_cookie (account, NULL) != NULL
         && confirmed_us != NEVER && confirmed_us >= now.boot_us - account->config.offline_grace_us;
}

static Verdict
judge_cookie (Holder *holder, const Waiter *waiter, Instant now)
{
  Account *account = holder->account;
  GError *quarantine = limits_refuse_cookie (&account->limits, now);
  gboolean offline = account->offline_us != NEVER && now.boot_us < account->offline_us + OFFLINE_PAUSE_US;

  if (quarantine != NULL)
    return verdict_fail (quarantine);
  if (holder->session->withheld != NULL)
    return verdict_fail (g_error_copy (holder->session->withheld));
  if (offline && has_grace (holder, waiter, now))
    return verdict_ready ();
  return judge_identity (holder, waiter, now);
}

/* Nothing is renewed, because nobody may need it any more. */
static Verdict
judge_keeper (Holder *holder, const Waiter *waiter, Instant now)
{
  return holder->session->id == NULL ? verdict_ready () : judge_identity (holder, waiter, now);
}

/* A session that ended is renewed first; but an account whose default identity is blocked must still get its list. */
static Verdict
judge_identities (Holder *holder, const Waiter *waiter, Instant now)
{
  Account *account = holder->account;
  const Session *session = holder->session;
  gboolean blocked = limits_blocked (&account->limits, now);
  gboolean by_password = account->credential != NULL && account->credential->password != NULL;
  GError *error;

  if (account->identities != NULL)
    return verdict_ready ();
  if (account->config.service_id != 0 && !by_password)
    return verdict_fail (account->rejected != NULL
                           ? g_error_copy (account->rejected)
                           : g_error_new_literal (SO24_ERROR, SO24_ERROR_NO_KEY,
                                                  "the list for a service needs a user name and password: "
                                                  "write them to login"));
  if (session->id == NULL)
    {
      error = no_way_to_a_session (holder, waiter);
      if (error != NULL)
        return verdict_fail (error);
      if (!by_password || (session->ended && !blocked))
        return judge_login (holder, waiter, now);
    }
  return verdict_needs_unless (list_operation (holder, session),
                               limits_refuse (&account->limits, &account->config, FALSE, now));
}

static Verdict
judge_nothing (Holder *holder, const Waiter *waiter, Instant now)
{
  return verdict_ready ();
}

static Verdict (*const judges[N_WANTS]) (Holder *holder, const Waiter *waiter, Instant now) = {
  [WANT_NOTHING] = judge_nothing,   [WANT_SESSION] = judge_session,       [WANT_COOKIE] = judge_cookie,
  [WANT_IDENTITY] = judge_identity, [WANT_IDENTITIES] = judge_identities,
};

Verdict
want_judge (Holder *holder, const Waiter *waiter, Instant now)
{
  return waiter->keeps ? judge_keeper (holder, waiter, now) : judges[waiter->want](holder, waiter, now);
}

GError *
want_failure (const Holder *holder, const Waiter *waiter, const GError *error, Instant now)
{
  return error_is_offline (error) && has_grace (holder, waiter, now) ? NULL : g_error_copy (error);
}
