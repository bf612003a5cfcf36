/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SimRandom:
 * @state: where it is
 *
 * Numbers that look random and follow from a seed (splitmix64). Lives on the stack and costs nothing to begin.
 */
typedef struct
{
  guint64 state;
} SimRandom;

static inline guint64
sim_random_next (SimRandom *self)
{
  guint64 z = (self->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/** sim_random_below: a number from 0 to below @n, which is not 0. */
static inline guint
sim_random_below (SimRandom *self, guint n)
{
  return (guint) (sim_random_next (self) % n);
}

/** sim_random_percent: whether something happens that does so @percent times of 100. */
static inline gboolean
sim_random_percent (SimRandom *self, guint percent)
{
  return sim_random_below (self, 100) < percent;
}

static inline void
sim_random_fill (SimRandom *self, guint8 *out, gsize size)
{
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8) sim_random_next (self);
}

G_END_DECLS
