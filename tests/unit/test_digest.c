/* A rejected credential is known again by its digest, and by nothing else. */
#include "store/digest.h"

#include "support/sentences.h"

#include <string.h>

#define APP   "88888888-0000-4000-8000-000000000008"
#define OTHER "99999999-0000-4000-8000-000000000009"

static Credential *
credential_of (const char *application, const char *username, const char *secret)
{
  Credential *credential = credential_new ();

  guid_parse (application, GUID_LENGTH, &credential->application_id);
  credential->username = g_strdup (username);
  if (username == NULL)
    credential->token = secret_new (secret, strlen (secret));
  else
    credential->password = secret_new (secret, strlen (secret));
  return credential;
}

static void
a_digest_matches_the_same_credential_only (void)
{
  static const char *const others[][3] = {
    {OTHER, "ops@example.com", "hunter2"},
    {APP, "ops2@example.com", "hunter2"},
    {APP, "ops@example.com", "hunter3"},
    {APP, "ops@example.com", ""},
    {APP, "", "hunter2"},
    {APP, NULL, "hunter2"},
  };
  g_autoptr (Credential) credential = credential_of (APP, "ops@example.com", "hunter2");
  g_autoptr (Credential) same = credential_of (APP, "ops@example.com", "hunter2");
  g_autofree char *digest = digest_make (credential);

  g_assert_true (digest_matches (digest, credential));
  g_assert_true (digest_matches (digest, same));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (Credential) other = credential_of (others[i][0], others[i][1], others[i][2]);

      g_assert_false (digest_matches (digest, other));
    }
}

static void
a_token_has_a_digest_too (void)
{
  g_autoptr (Credential) credential = credential_of (APP, NULL, OTHER);
  g_autoptr (Credential) other = credential_of (APP, NULL, APP);
  g_autofree char *digest = digest_make (credential);

  g_assert_true (digest_matches (digest, credential));
  g_assert_false (digest_matches (digest, other));
}

static void
the_identity_does_not_count (void)
{
  g_autoptr (Credential) credential = credential_of (APP, "ops@example.com", "hunter2");
  g_autofree char *digest = digest_make (credential);

  guid_parse (OTHER, GUID_LENGTH, &credential->identity_id);
  g_assert_true (digest_matches (digest, credential));
}

static void
two_digests_of_one_credential_differ (void)
{
  g_autoptr (Credential) credential = credential_of (APP, "ops@example.com", "hunter2");
  g_autofree char *one = digest_make (credential);
  g_autofree char *another = digest_make (credential);

  g_assert_cmpstr (one, !=, another);
  g_assert_cmpuint (strlen (one), ==, 106);
  g_assert_true (g_str_has_prefix (one, "$6$"));
}

static void
a_password_that_is_too_long_or_holds_a_nul_has_none (void)
{
  g_autofree char *many = g_strnfill (500, 'x');
  g_autofree char *fits = g_strnfill (500 - GUID_LENGTH - 5, 'x');
  g_autoptr (Credential) too_long = credential_of (APP, "ops", many);
  g_autoptr (Credential) longest = credential_of (APP, "ops", fits);
  g_autoptr (Credential) holed = credential_of (APP, "ops", "");
  g_autofree char *digest = digest_make (longest);

  secret_unref (holed->password);
  holed->password = secret_new ("a\0b", 3);
  g_assert_null (digest_make (too_long));
  g_assert_null (digest_make (holed));
  g_assert_true (digest_matches (digest, longest));
  g_assert_false (digest_matches (digest, too_long));
}

static void
what_is_no_digest_of_ours_matches_nothing (void)
{
  static const char *const digests[] = {
    "",
    "*0",
    "*1",
    "$6$",
    "$6$salt$digest",
    "$6$rounds=999999999$saltsaltsalt$abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "$6$rounds=999999999$bcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh1",
    "$1$saltsaltsaltsalt$bcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh1",
  };
  g_autoptr (Credential) credential = credential_of (APP, "ops@example.com", "hunter2");

  for (guint i = 0; i < G_N_ELEMENTS (digests); i++)
    g_assert_false (digest_matches (digests[i], credential));
}

static const Sentence sentences[] = {
  SENTENCE (a_digest_matches_the_same_credential_only),
  SENTENCE (a_token_has_a_digest_too),
  SENTENCE (the_identity_does_not_count),
  SENTENCE (two_digests_of_one_credential_differ),
  SENTENCE (a_password_that_is_too_long_or_holds_a_nul_has_none),
  SENTENCE (what_is_no_digest_of_ours_matches_nothing),
};

MAIN ("digest")
