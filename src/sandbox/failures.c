/* What is to go wrong, and how slowly: see failures.h. */
#include "sandbox/failures.h"

#include "sandbox/service.h"

struct Failures
{
  GQueue list;          /* of Failure; the first that fits is taken */
  GHashTable *slowness; /* Operation, NULL for all -> double* */
};

/* clang-format off */
static const FailureTraits kinds[] = {
  /*                   name           executes */
  [FAIL_FAULT]       = { "fault",       FALSE },
  [FAIL_THROTTLE]    = { "throttle",    FALSE },
  [FAIL_QUARANTINE]  = { "quarantine",  FALSE },
  [FAIL_NIL]         = { "nil",         FALSE },
  [FAIL_BLANK]       = { "blank",       FALSE },
  [FAIL_HANG]        = { "hang",        FALSE },
  [FAIL_DROP]        = { "drop",        FALSE },
  [FAIL_RESET]       = { "reset",       TRUE  },
  [FAIL_TRUNCATED]   = { "truncated",   TRUE  },
  [FAIL_HTML]        = { "html",        FALSE },
  [FAIL_EMPTY]       = { "empty",       FALSE },
  [FAIL_GARBAGE]     = { "garbage",     FALSE },
  [FAIL_REDIRECT]    = { "redirect",    FALSE },
  [FAIL_STATUS]      = { "status",      FALSE },
};
/* clang-format on */

const FailureTraits *
failure_traits (FailureKind kind)
{
  return &kinds[kind];
}

char *
failure_name (const Failure *failure)
{
  const char *name = kinds[failure->kind].name;

  return failure->kind == FAIL_STATUS ? g_strdup_printf ("%s-%u", name, failure->status) : g_strdup (name);
}

static gboolean
parse_status (const char *name, guint *status)
{
  guint64 number = 0;

  if (!g_str_has_prefix (name, "status-"))
    return FALSE;
  if (!g_ascii_string_to_unsigned (name + strlen ("status-"), 10, 200, 599, &number, NULL))
    return FALSE;
  *status = (guint)number;
  return TRUE;
}

gboolean
failure_parse_kind (const char *name, FailureKind *kind, guint *status)
{
  if (parse_status (name, status))
    {
      *kind = FAIL_STATUS;
      return TRUE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (i != FAIL_STATUS && g_str_equal (kinds[i].name, name))
      {
        *kind = (FailureKind)i;
        return TRUE;
      }
  return FALSE;
}

Failure *
failure_new (FailureKind kind)
{
  Failure *failure = g_new0 (Failure, 1);

  failure->kind = kind;
  failure->remaining = 1;
  return failure;
}

void
failure_free (Failure *failure)
{
  g_free (failure->text);
  g_free (failure->retry_after);
  g_free (failure->until);
  g_free (failure);
}

static Failure *
failure_copy (const Failure *failure)
{
  Failure *copy = g_memdup2 (failure, sizeof *failure);

  copy->text = g_strdup (failure->text);
  copy->retry_after = g_strdup (failure->retry_after);
  copy->until = g_strdup (failure->until);
  return copy;
}

Failures *
failures_new (void)
{
  Failures *failures = g_new0 (Failures, 1);

  g_queue_init (&failures->list);
  failures->slowness = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return failures;
}

void
failures_free (Failures *failures)
{
  failures_clear (failures);
  g_hash_table_unref (failures->slowness);
  g_free (failures);
}

void
failures_add (Failures *failures, Failure *failure)
{
  g_queue_push_tail (&failures->list, failure);
}

void
failures_clear (Failures *failures)
{
  g_queue_clear_full (&failures->list, (GDestroyNotify)failure_free);
}

guint
failures_count (const Failures *failures)
{
  return failures->list.length;
}

static gboolean
fits (const Failure *failure, const Operation *operation)
{
  if (failure->operation != NULL)
    return failure->operation == operation;
  return service_has_operation (authenticate_service (), operation);
}

Failure *
failures_take (Failures *failures, const Operation *operation)
{
  for (GList *link = failures->list.head; link != NULL; link = link->next)
    {
      Failure *failure = link->data;

      if (!fits (failure, operation))
        continue;
      if (failure->remaining == 1)
        {
          g_queue_delete_link (&failures->list, link);
          return failure;
        }
      if (failure->remaining > 1)
        failure->remaining--;
      return failure_copy (failure);
    }
  return NULL;
}

void
failures_set_slowness (Failures *failures, const Operation *operation, double seconds)
{
  if (operation == NULL)
    g_hash_table_remove_all (failures->slowness);
  if (seconds > 0)
    g_hash_table_insert (failures->slowness, (gpointer)operation, g_memdup2 (&seconds, sizeof seconds));
  else
    g_hash_table_remove (failures->slowness, operation);
}

double
failures_slowness (const Failures *failures, const Operation *operation, double otherwise)
{
  const double *seconds = g_hash_table_lookup (failures->slowness, operation);

  if (seconds == NULL)
    seconds = g_hash_table_lookup (failures->slowness, NULL);
  return seconds != NULL ? *seconds : otherwise;
}
