/* Names and numbers. Touches nothing. */
#include "people.h"

#include <stdlib.h>
#include <string.h>

#define PERSON   0x1000
#define USER     "ops@example.com"
#define PASSWORD "sesame-"
#define TOKEN    "99999999-0000-4000-8000-00000000000"

static const Guid application = {"88888888-0000-4000-8000-000000000008"};

static const struct
{
  Guid id;
  const char *name;
} known[N_IDENTITIES] = {
  {{"310d5fd3-0002-4047-a03b-000000000000"}, "Fjord"},   {{"310d5fd3-0002-4047-a03b-000000000001"}, "Fjell"},
  {{"310d5fd3-0002-4047-a03b-000000000002"}, "Skog"},    {{"310d5fd3-0002-4047-a03b-000000000003"}, "Dal"},
  {{"310d5fd3-0002-4047-a03b-000000000004"}, "Nowhere"}, {{"310d5fd3-0002-4047-a03b-000000000005"}, "Skog-anew"},
};

gint
person (guint kind, gint identity)
{
  return (gint)(PERSON | (kind & 0xf) | ((guint)(identity + 1) << 4));
}

gboolean
person_has_token (gint who)
{
  return (who & 1) != 0;
}

guint
person_version (gint who)
{
  return (guint)who >> 1 & 7;
}

gboolean
person_same_secret (gint who, gint other)
{
  return (who & 0xf) == (other & 0xf);
}

gint
person_identity (gint who)
{
  return (who >> 4 & 0xf) - 1;
}

gint
person_owner (gint who)
{
  if (who == NO_PERSON)
    return 0;
  return person_has_token (who) ? 2 + (gint)person_version (who) : 1;
}

Credential *
person_credential (gint who)
{
  Credential *credential = credential_new ();
  gint identity = person_identity (who);
  char text[GUID_LENGTH + 1];

  credential->application_id = application;
  if (identity != NO_IDENTITY)
    credential->identity_id = known[identity].id;
  g_snprintf (text, sizeof text, "%s%u", person_has_token (who) ? TOKEN : PASSWORD, person_version (who));
  if (person_has_token (who))
    credential->token = secret_new (text, strlen (text));
  else
    {
      credential->username = g_strdup (USER);
      credential->password = secret_new (text, strlen (text));
    }
  return credential;
}

gint
person_of (const Credential *credential)
{
  const Secret *secret = credential->token != NULL ? credential->token : credential->password;
  const char *text = secret_text (secret);
  guint version = (guint)(text[secret_length (secret) - 1] - '0');

  return person (version * 2 + (credential->token != NULL), identity_of (&credential->identity_id));
}

char *
person_digest (gint who)
{
  return g_strdup_printf ("digest-%x", (guint)who & 0xf);
}

const Guid *
identity_guid (gint identity)
{
  return &known[identity].id;
}

const char *
identity_name (gint identity)
{
  return identity == NO_IDENTITY ? "none" : known[identity].name;
}

gint
identity_of (const Guid *guid)
{
  return guid->text[0] == '0' ? NO_IDENTITY : guid->text[GUID_LENGTH - 1] - '0';
}

Identity *
identity_whole (gint identity)
{
  static Identity *made[N_IDENTITIES];

  if (made[identity] == NULL)
    {
      Identity *whole = made[identity] = identity_new ();

      whole->id = known[identity].id;
      whole->client_id = 400000000000 + (identity == ANEW ? SKOG : identity);
      g_free (whole->client_name);
      whole->client_name = g_strdup (known[identity].name);
    }
  return identity_ref (made[identity]);
}

GPtrArray *
identity_list (guint present)
{
  GPtrArray *list = identities_new ();

  for (gint i = 0; i < N_IDENTITIES; i++)
    if ((present & 1u << i) != 0)
      g_ptr_array_add (list, identity_whole (i));
  return list;
}

Secret *
session_secret (gint session)
{
  char text[16];

  g_snprintf (text, sizeof text, "session-%04d", session);
  return secret_new (text, strlen (text));
}

gint
session_of (const Secret *secret)
{
  return secret == NULL ? -1 : atoi (secret_text (secret) + strlen ("session-"));
}
