/* The credential at hand, and one that comes from a file, at the start or later. Touches nothing. */
#include "account/machine.h"
#include "base/error.h"

void
credential_forget (Account *account)
{
  g_clear_pointer (&account->credential, credential_unref);
  g_clear_error (&account->rejected);
  g_clear_pointer (&account->rejected_credential, credential_unref);
  g_clear_pointer (&account->rejected_digest, g_free);
  g_clear_pointer (&account->rejected_cause, g_free);
}

void
credential_fall_back (Account *account)
{
  g_autofree char *owner = account->filed == NULL ? NULL : credential_owner_key (account->filed);

  if (account->credential == NULL && owner != NULL && g_str_equal (owner, account->owner))
    account->credential = credential_ref (account->filed);
}

void
credential_reject (Account *account, const Credential *credential, const GError *error)
{
  gboolean is_filed = account->filed != NULL && credential_equal (credential, account->filed);
  Credential *filed = is_filed ? credential_ref (account->filed) : NULL;

  credential_forget (account);
  account->rejected = g_error_copy (error);
  account->rejected_credential = filed;
}

char *
credential_owner_so_far (const Account *account)
{
  const Credential *credential = account->filed != NULL ? account->filed : account->credential;

  if (account->owner != NULL || credential == NULL)
    return g_strdup (account->owner);
  return credential_owner_key (credential);
}

/* A session of another user is of no use to this one, whatever identity was chosen in it. */
static void
part_from_owner (Account *account, const Credential *credential, Effects *effects)
{
  g_autofree char *owner = credential_owner_key (credential), *before = credential_owner_so_far (account);

  if (before == NULL || g_str_equal (before, owner))
    return;
  if (account->main.session->id != NULL)
    effects_log (effects, G_LOG_LEVEL_WARNING,
                 "the session that there was belongs to another user than %s, and is not used any more",
                 credential_owner (credential));
  g_clear_pointer (&account->owner, g_free);
  g_clear_pointer (&account->identities, g_ptr_array_unref);
  account_use_session (account, session_new (), effects);
  own_drop_all (account, effects);
}

/* What somebody wrote to identity outweighs what stands in a file. */
static void
choose (Session *session, const Guid *identity_id)
{
  if (guid_is_zero (identity_id) || session->chosen_by == CHOSEN_BY_WRITE
      || (session->chosen_by != CHOSEN_BY_NOBODY && guid_equal (identity_id, &session->chosen)))
    return;
  session_choose (session, identity_id, CHOSEN_BY_CREDENTIAL);
  session->put_back = TRUE;
  session_doubt (session);
}

static void
still_rejected (Account *account, Credential *credential, Effects *effects)
{
  g_clear_pointer (&account->credential, credential_unref);
  g_clear_error (&account->rejected);
  account->rejected
    = g_error_new (SO24_ERROR, SO24_ERROR_REJECTED, "not tried again: %s",
                   account->rejected_cause != NULL ? account->rejected_cause : "it was rejected before");
  account->rejected_credential = credential_ref (credential);
  effects_log (effects, G_LOG_LEVEL_WARNING, "%s", account->rejected->message);
}

/* The first one of a run forgives nothing: else a mount that crashes and starts again could log in each time. */
void
credential_found (Account *account, const Event *event, Instant now, Effects *effects)
{
  Credential *credential = event->credential;
  gboolean another = account->credential != NULL || account->rejected != NULL;

  if (account->filed != NULL && credential_equal (account->filed, credential)
      && guid_equal (&account->filed->identity_id, &credential->identity_id))
    return;
  part_from_owner (account, credential, effects);
  g_clear_pointer (&account->filed, credential_unref);
  account->filed = credential_ref (credential);
  if (event->known_rejected)
    {
      still_rejected (account, credential, effects);
      return;
    }
  credential_forget (account);
  account->credential = credential_ref (credential);
  if (another)
    limits_forgive (&account->limits);
  choose (account->main.session, &credential->identity_id);
}
