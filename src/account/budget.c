/* The budget. Touches nothing. */
#include "account/budget.h"

#define LARGEST_RESERVE    32
#define RESERVES_IN_A_RATE 200

static gint64
minute_of (Instant now)
{
  return now.boot_us / MINUTE_US;
}

/* How many minutes have begun since the budget was last brought up to date. */
static gint64
behind (const Budget *budget, Instant now)
{
  return CLAMP (minute_of (now) - budget->minute, 0, RECORD_MINUTES);
}

static void
bring_up_to_date (Budget *budget, Instant now)
{
  gint64 minutes = behind (budget, now);

  if (minutes == 0)
    return;
  record_age_spent (budget->spent, minutes);
  budget->minute = minute_of (now);
  budget->reserved = 0;
}

guint
budget_left (const Budget *budget, gint64 rate, Instant now)
{
  gint64 left = rate;

  if (rate == 0)
    return G_MAXUINT;
  for (gint64 age = 0; age < RECORD_MINUTES - behind (budget, now); age++)
    left -= budget->spent[age];
  return (guint)CLAMP (left, 0, G_MAXUINT);
}

void
budget_spend (Budget *budget, gint64 rate, Instant now)
{
  bring_up_to_date (budget, now);
  if (rate == 0)
    return;
  if (budget->reserved == 0)
    {
      budget->reserved
        = MIN (budget_left (budget, rate, now), (guint)CLAMP (rate / RESERVES_IN_A_RATE, 1, LARGEST_RESERVE));
      budget->unsaved = TRUE;
    }
  budget->spent[0]++;
  budget->reserved--;
}

gint64
budget_frees_us (const Budget *budget, Instant now)
{
  gint64 age = RECORD_MINUTES - 1;

  while (age > 0 && budget->spent[age] == 0)
    age--;
  return MAX (now.boot_us, (budget->minute - age + RECORD_MINUTES) * MINUTE_US);
}

void
budget_save (const Budget *budget, guint *spent, Instant now)
{
  Budget copy = *budget;

  bring_up_to_date (&copy, now);
  copy.spent[0] += copy.reserved;
  for (guint age = 0; age < RECORD_MINUTES; age++)
    spent[age] = copy.spent[age];
}

void
budget_merge (Budget *budget, const guint *spent, Instant now)
{
  bring_up_to_date (budget, now);
  for (guint age = 0; age < RECORD_MINUTES; age++)
    {
      guint ours = budget->spent[age] + (age == 0 ? budget->reserved : 0);

      budget->unsaved = budget->unsaved || ours > spent[age];
      budget->spent[age] = MAX (budget->spent[age], spent[age]);
    }
}

void
budget_return (Budget *budget)
{
  budget->reserved = 0;
}
