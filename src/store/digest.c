/* Digests of credentials, made by crypt_r(3) with SHA-512. Touches the kernel's randomness. */
#include "store/digest.h"

#include "base/locked.h"

#include <crypt.h>
#include <string.h>
#include <sys/random.h>

#define METHOD        "$6$"
#define METHOD_LENGTH 3
#define SALT_LENGTH   16
#define DIGEST_LENGTH (METHOD_LENGTH + SALT_LENGTH + 1 + 86)
#define LONGEST       500

static const char salt_letters[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static gboolean
collect (const Credential *credential, SecretBuffer *phrase)
{
  const Secret *secret = credential->token != NULL ? credential->token : credential->password;

  secret_buffer_append_text (phrase, credential->application_id.text);
  secret_buffer_append_text (phrase, "\n");
  secret_buffer_append_text (phrase, credential->username == NULL ? "" : credential->username);
  secret_buffer_append_text (phrase, "\n");
  secret_buffer_append (phrase, secret_text (secret), secret_length (secret));
  return phrase->length <= LONGEST && strlen (phrase->data) == phrase->length;
}

static char *
digest_with (const char *setting, const Credential *credential)
{
  g_auto (SecretBuffer) phrase = {0};
  struct crypt_data *work;
  const char *made;
  char *digest = NULL;

  if (!collect (credential, &phrase))
    return NULL;
  work = locked_alloc (sizeof *work);
  made = crypt_r (phrase.data, setting, work);
  if (made != NULL && g_str_has_prefix (made, METHOD))
    digest = g_strdup (made);
  locked_free (work, sizeof *work);
  wipe_stack ();
  return digest;
}

char *
digest_make (const Credential *credential)
{
  char setting[METHOD_LENGTH + SALT_LENGTH + 1] = METHOD;
  guint8 random[SALT_LENGTH];

  if (getrandom (random, sizeof random, 0) != (gssize)sizeof random)
    return NULL;
  for (guint i = 0; i < SALT_LENGTH; i++)
    setting[METHOD_LENGTH + i] = salt_letters[random[i] % 64];
  return digest_with (setting, credential);
}

/* One that we would make: others could take crypt(3) a very long time. */
static gboolean
is_ours (const char *digest)
{
  return strlen (digest) == DIGEST_LENGTH && g_str_has_prefix (digest, METHOD)
         && strspn (digest + METHOD_LENGTH, salt_letters) == SALT_LENGTH && digest[METHOD_LENGTH + SALT_LENGTH] == '$';
}

gboolean
digest_matches (const char *digest, const Credential *credential)
{
  g_autofree char *made = is_ours (digest) ? digest_with (digest, credential) : NULL;

  return made != NULL && strcmp (made, digest) == 0;
}
