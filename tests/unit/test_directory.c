/* The folders below identities/: slots that mean the same thing for ever (directory.h; design.md, section 1). */
#include "tree/directory.h"

#include "support/sentences.h"
#include "support/service.h"

/* Of the clients in the lists. */
static gint64 client_id = 1;

/* Tells @directory of a list: pairs of identity and client name, up to NULL. */
static void
update (Directory *directory, ...)
{
  g_autoptr (GPtrArray) list = identities_new ();
  const char *id;
  va_list pairs;

  va_start (pairs, directory);
  while ((id = va_arg (pairs, const char *)) != NULL)
    {
      Identity *identity = identity_new ();

      identity->id = guid_of (id);
      g_free (identity->client_name);
      identity->client_name = g_strdup (va_arg (pairs, const char *));
      identity->client_id = client_id;
      g_ptr_array_add (list, identity);
    }
  va_end (pairs);
  directory_update (directory, list, 0);
}

static guint
members (const Directory *directory, const char *folder)
{
  gint slot = directory_find_client (directory, folder);

  return slot < 0 ? 0 : directory_client (directory, (guint)slot)->members->len;
}

static void
an_empty_directory_has_nobody (void)
{
  Directory *directory = directory_new ();

  directory_update (directory, NULL, 0);
  g_assert_cmpint (directory_find_client (directory, "Fjord AS"), ==, -1);
  g_assert_cmpint (directory_find_identity (directory, FJORD), ==, -1);
  g_assert_cmpuint (directory_match (directory, "Fjord AS", 8).equal, ==, 0);
  directory_free (directory);
}

static void
an_identity_is_in_the_folder_of_its_client (void)
{
  Directory *directory = directory_new ();
  gint slot;

  update (directory, FJORD, "Fjord A/S", FJELL, "Fjell AS", NULL);
  slot = directory_find_identity (directory, FJORD);
  g_assert_cmpint (slot, >=, 0);
  g_assert_cmpint (directory_identity (directory, (guint)slot)->client, ==,
                   directory_find_client (directory, "Fjord A%2FS"));
  g_assert_cmpint (directory_find_client (directory, "Fjord A/S"), ==, -1);
  g_assert_cmpuint (members (directory, "Fjord A%2FS"), ==, 1);
  directory_free (directory);
}

static void
two_clients_of_one_name_share_the_folder (void)
{
  Directory *directory = directory_new ();

  update (directory, FJORD, "Skog", FJELL, "Skog", SKOG, "Skog AS", NULL);
  g_assert_cmpuint (members (directory, "Skog"), ==, 2);
  g_assert_cmpuint (members (directory, "Skog AS"), ==, 1);
  directory_free (directory);
}

static void
what_goes_and_comes_again_keeps_its_slot (void)
{
  Directory *directory = directory_new ();
  gint identity, client;

  update (directory, FJORD, "Fjord AS", FJELL, "Fjell AS", NULL);
  identity = directory_find_identity (directory, FJELL);
  client = directory_find_client (directory, "Fjell AS");
  update (directory, SKOG, "Skog AS", FJORD, "Fjord AS", NULL);
  g_assert_cmpint (directory_find_identity (directory, FJELL), ==, -1);
  g_assert_cmpint (directory_find_client (directory, "Fjell AS"), ==, -1);
  g_assert_cmpint (directory_find_identity (directory, SKOG), !=, identity);
  update (directory, FJELL, "Fjell AS", NULL);
  g_assert_cmpint (directory_find_identity (directory, FJELL), ==, identity);
  g_assert_cmpint (directory_find_client (directory, "Fjell AS"), ==, client);
  directory_free (directory);
}

static void
an_identity_whose_client_is_renamed_moves (void)
{
  Directory *directory = directory_new ();
  const DirectoryIdentity *entry;
  gint slot;

  update (directory, FJORD, "Fjord AS", NULL);
  slot = directory_find_identity (directory, FJORD);
  update (directory, FJORD, "Fjord & Co", NULL);
  entry = directory_identity (directory, (guint)directory_find_identity (directory, FJORD));
  g_assert_cmpstr (entry->identity->client_name, ==, "Fjord & Co");
  g_assert_cmpint (entry->before, ==, slot);
  g_assert_cmpstr (directory_identity (directory, (guint)slot)->identity->client_name, ==, "Fjord AS");
  g_assert_false (directory_identity (directory, (guint)slot)->present);
  g_assert_cmpuint (members (directory, "Fjord AS"), ==, 0);
  g_assert_cmpuint (members (directory, "Fjord & Co"), ==, 1);
  directory_free (directory);
}

/* A name that had to be cut ends in the client's id. */
static void
an_identity_whose_client_has_another_id_moves_if_its_name_was_cut (void)
{
  Directory *directory = directory_new ();
  g_autofree char *name = g_strnfill (300, 'a');
  g_autofree char *cut = g_strnfill (253, 'a');
  g_autofree char *first = g_strconcat (cut, "~1", NULL);
  g_autofree char *second = g_strconcat (cut, "~2", NULL);

  update (directory, FJORD, name, NULL);
  g_assert_cmpuint (members (directory, first), ==, 1);
  client_id = 2;
  update (directory, FJORD, name, NULL);
  g_assert_cmpuint (members (directory, first), ==, 0);
  g_assert_cmpuint (members (directory, second), ==, 1);
  client_id = 1;
  directory_free (directory);
}

/* The slots that an update has named, as a set of bits. */
static guint
bits (const GArray *slots)
{
  guint found = 0;

  for (guint i = 0; i < slots->len; i++)
    found |= 1u << g_array_index (slots, guint, i);
  return found;
}

static void
an_update_says_what_is_different_and_no_more (void)
{
  Directory *directory = directory_new ();
  const DirectoryChanges *changes = &directory->changes;
  gint fjord, fjell;

  update (directory, FJORD, "Fjord AS", FJELL, "Fjell AS", NULL);
  g_assert_true (changes->clients);
  g_assert_cmpuint (changes->left->len, ==, 0);
  fjord = directory_find_client (directory, "Fjord AS");
  fjell = directory_find_client (directory, "Fjell AS");
  update (directory, FJELL, "Fjell AS", FJORD, "Fjord AS", NULL);
  g_assert_false (changes->clients);
  g_assert_cmpuint (changes->relisted->len + changes->left->len, ==, 0);
  update (directory, FJORD, "Fjord AS", FJELL, "Fjell AS", SKOG, "Fjell AS", NULL);
  g_assert_false (changes->clients);
  g_assert_cmpuint (bits (changes->relisted), ==, 1u << fjell);
  g_assert_cmpuint (changes->left->len, ==, 0);
  update (directory, FJELL, "Fjell AS", NULL);
  g_assert_true (changes->clients);
  g_assert_cmpuint (bits (changes->relisted), ==, 1u << fjord | 1u << fjell);
  g_assert_cmpuint (changes->left->len, ==, 2);
  directory_free (directory);
}

static void
no_list_empties_the_folders (void)
{
  Directory *directory = directory_new ();

  update (directory, FJORD, "Fjord AS", NULL);
  directory_update (directory, NULL, 0);
  g_assert_cmpint (directory_find_identity (directory, FJORD), ==, -1);
  g_assert_cmpint (directory_find_client (directory, "Fjord AS"), ==, -1);
  g_assert_cmpuint (directory_match (directory, "Fjord AS", 8).equal, ==, 0);
  directory_free (directory);
}

static void
an_identity_that_is_listed_twice_is_there_once (void)
{
  Directory *directory = directory_new ();

  update (directory, FJORD, "Fjord AS", FJORD, "Fjord AS", NULL);
  g_assert_cmpuint (members (directory, "Fjord AS"), ==, 1);
  g_assert_cmpuint (directory_match (directory, "Fjord AS", 8).equal, ==, 1);
  directory_free (directory);
}

static void
a_match_tells_equal_names_from_longer_ones (void)
{
  Directory *directory = directory_new ();
  NameMatch match;

  update (directory, FJORD, "Skog", FJELL, "Skog og Vann", SKOG, "Skog", NULL);
  match = directory_match (directory, "Skog", 4);
  g_assert_cmpuint (match.equal, ==, 2);
  g_assert_true (match.longer);
  match = directory_match (directory, "Skog og Vann", 12);
  g_assert_cmpuint (match.equal, ==, 1);
  g_assert_false (match.longer);
  g_assert_cmpstr (match.identity->id.text, ==, FJELL);
  match = directory_match (directory, "Vann", 4);
  g_assert_true (match.equal == 0 && !match.longer);
  directory_free (directory);
}

static const Sentence sentences[] = {
  SENTENCE (an_empty_directory_has_nobody),
  SENTENCE (an_identity_is_in_the_folder_of_its_client),
  SENTENCE (two_clients_of_one_name_share_the_folder),
  SENTENCE (what_goes_and_comes_again_keeps_its_slot),
  SENTENCE (an_identity_whose_client_is_renamed_moves),
  SENTENCE (an_identity_whose_client_has_another_id_moves_if_its_name_was_cut),
  SENTENCE (an_update_says_what_is_different_and_no_more),
  SENTENCE (no_list_empties_the_folders),
  SENTENCE (an_identity_that_is_listed_twice_is_there_once),
  SENTENCE (a_match_tells_equal_names_from_longer_ones),
};

MAIN ("directory")
