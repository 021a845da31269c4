/* Lists of identities, and finding one in them by its id. */
#include "soap/identity.h"

#include "support/sentences.h"
#include "support/service.h"

/* A list of identities with these ids, up to NULL. */
static GPtrArray *
list_of (const char *id, ...)
{
  GPtrArray *list = identities_new ();
  va_list ids;

  va_start (ids, id);
  for (; id != NULL; id = va_arg (ids, const char *))
    {
      Identity *identity = identity_new ();

      identity->id = guid_of (id);
      g_ptr_array_add (list, identity);
    }
  va_end (ids);
  return list;
}

static Identity *
find (IdentityIndex *index, GPtrArray *list, const char *text)
{
  Guid id = guid_of (text);

  return identity_index_find (index, list, &id);
}

static void
each_identity_is_found_by_its_id (void)
{
  IdentityIndex index = {0};
  g_autoptr (GPtrArray) list = list_of (FJORD, FJELL, SKOG, NULL);

  g_assert_true (find (&index, list, FJORD) == list->pdata[0]);
  g_assert_true (find (&index, list, FJELL) == list->pdata[1]);
  g_assert_true (find (&index, list, SKOG) == list->pdata[2]);
  g_assert_null (find (&index, list, NOWHERE));
  identity_index_clear (&index);
}

static void
of_two_with_one_id_the_first_is_found (void)
{
  IdentityIndex index = {0};
  g_autoptr (GPtrArray) list = list_of (FJORD, FJELL, FJORD, NULL);

  g_assert_true (find (&index, list, FJORD) == list->pdata[0]);
  identity_index_clear (&index);
}

static void
nobody_is_found_where_there_is_no_list (void)
{
  IdentityIndex index = {0};
  g_autoptr (GPtrArray) empty = identities_new ();

  g_assert_null (find (&index, NULL, FJORD));
  g_assert_null (find (&index, empty, FJORD));
  identity_index_clear (&index);
}

static void
another_list_is_searched_as_soon_as_it_is_asked_about (void)
{
  IdentityIndex index = {0};
  GPtrArray *first = list_of (FJORD, NULL);
  g_autoptr (GPtrArray) second = NULL;

  g_assert_nonnull (find (&index, first, FJORD));
  g_ptr_array_unref (first);
  second = list_of (FJELL, NULL);
  g_assert_null (find (&index, second, FJORD));
  g_assert_true (find (&index, second, FJELL) == second->pdata[0]);
  identity_index_clear (&index);
}

static void
the_last_of_ten_thousand_is_found_at_once (void)
{
  IdentityIndex index = {0};
  g_autoptr (GPtrArray) list = identities_new ();

  for (guint number = 0; number < 10000; number++)
    {
      Identity *identity = identity_new ();

      g_snprintf (identity->id.text, sizeof identity->id.text, "310d5fd3-0009-4047-a03b-%012x", number);
      g_ptr_array_add (list, identity);
    }
  /* One after the other, this would take a minute. */
  for (guint round = 0; round < 1000000; round++)
    g_assert_true (find (&index, list, "310d5fd3-0009-4047-a03b-00000000270f") == list->pdata[9999]);
  identity_index_clear (&index);
}

static const Sentence sentences[] = {
  SENTENCE (each_identity_is_found_by_its_id),
  SENTENCE (of_two_with_one_id_the_first_is_found),
  SENTENCE (nobody_is_found_where_there_is_no_list),
  SENTENCE (another_list_is_searched_as_soon_as_it_is_asked_about),
  SENTENCE (the_last_of_ten_thousand_is_found_at_once),
};

MAIN ("identity")
