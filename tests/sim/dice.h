/* Random numbers that are the same everywhere: splitmix64. */
#pragma once

#include <glib.h>

typedef struct
{
  guint64 state;
} Dice;

static inline guint64
dice_next (Dice *dice)
{
  guint64 z = (dice->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* 0 to @count - 1. */
static inline guint
dice_below (Dice *dice, guint count)
{
  return (guint)(((dice_next (dice) >> 32) * count) >> 32);
}

/* Both ends can be thrown. */
static inline gint
dice_between (Dice *dice, gint low, gint high)
{
  return low + (gint)dice_below (dice, (guint)(high - low) + 1);
}

static inline gboolean
dice_chance (Dice *dice, guint percent)
{
  return dice_below (dice, 100) < percent;
}
