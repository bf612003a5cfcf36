/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sim-event.h"

/* How often each happens, and how often to people who are not out to break something. */
static const struct
{
  const char *name;
  guint weight;
  guint usual;
} kinds[SIM_N_KINDS] = {
  [SIM_EDIT] = { "edit", 36, 80 },       [SIM_DELETE] = { "delete", 3, 1 },
  [SIM_PASS] = { "pass", 24, 60 },       [SIM_PUSH] = { "push", 10, 20 },
  [SIM_WAIT] = { "wait", 6, 24 },        [SIM_SKEW] = { "skew", 2, 0 },
  [SIM_CUT] = { "cut", 4, 16 },          [SIM_CRASH] = { "crash", 2, 0 },
  [SIM_SAVE] = { "save", 1, 0 },         [SIM_RESTORE] = { "restore", 1, 0 },
  [SIM_CLONE] = { "clone", 1, 0 },       [SIM_REMOVE] = { "remove", 1, 0 },
  [SIM_DECIDE] = { "decide", 3, 0 },     [SIM_UNDO] = { "undo", 2, 0 },
  [SIM_UPGRADE] = { "upgrade", 1, 0 },   [SIM_RESOLUTION] = { "resolution", 1, 0 },
  [SIM_SNAPSHOT] = { "snapshot", 2, 0 }, [SIM_DAMAGE] = { "damage", 0, 0 },
};

static SimEventKind
pick (SimRandom *random, gboolean usual)
{
  guint sum = 0;
  guint at;

  for (guint i = 0; i < SIM_N_KINDS; i++)
    sum += usual ? kinds[i].usual : kinds[i].weight;
  at = sim_random_below (random, sum);
  for (guint i = 0;; i++)
    {
      guint weight = usual ? kinds[i].usual : kinds[i].weight;

      if (at < weight)
        return (SimEventKind) i;
      at -= weight;
    }
}

/**
 * sim_script_new:
 * @seed: any number
 *
 * Returns: (transfer full): the run of that number
 */
SimScript *
sim_script_new (guint64 seed)
{
  SimScript *self = g_new0 (SimScript, 1);
  SimRandom random = { seed * 2654435761 + 1 };
  guint n;

  self->seed = seed;
  self->usual = seed % 4 == 3;
  self->damage = seed % 20 == 7;
  self->n_nodes = 2 + sim_random_below (&random, sim_random_percent (&random, 15) ? 4 : 2);
  self->noise = self->usual ? 0 : sim_random_below (&random, 3) * 12;
  self->sealed = sim_random_percent (&random, 5);
  self->events = g_array_new (FALSE, FALSE, sizeof (SimEvent));
  n = 8 + sim_random_below (&random, sim_random_percent (&random, 5) ? 120 : 28);
  for (guint i = 0; i < n; i++)
    {
      SimEvent event = { pick (&random, self->usual), sim_random_below (&random, 60), sim_random_next (&random) };

      /* What is deleted is not compared. */
      if (self->damage && (event.kind == SIM_DELETE || event.seed % 12 == 0))
        event.kind = SIM_DAMAGE;
      g_array_append_val (self->events, event);
    }
  return self;
}

/** sim_script_free: free it. */
void
sim_script_free (SimScript *self)
{
  g_array_unref (self->events);
  g_free (self);
}

static gboolean
fails_without (SimScript *self, guint start, guint n, SimRunFunc fails)
{
  GArray *all = self->events;
  gboolean failed;

  self->events = g_array_new (FALSE, FALSE, sizeof (SimEvent));
  g_array_append_vals (self->events, all->data, start);
  g_array_append_vals (self->events, &g_array_index (all, SimEvent, start + n), all->len - start - n);
  failed = fails (self);
  g_array_unref (failed ? all : self->events);
  if (!failed)
    self->events = all;
  return failed;
}

/**
 * sim_script_shrink:
 * @self: a run that fails
 * @fails: runs it
 *
 * Leave events out as long as it still fails: many at once first, then one by one.
 */
void
sim_script_shrink (SimScript *self, SimRunFunc fails)
{
  for (guint n = MAX (self->events->len / 2, 1);; n = MAX (n / 2, 1))
    {
      gboolean less = FALSE;

      for (guint start = 0; start < self->events->len;)
        {
          guint some = MIN (n, self->events->len - start);

          if (fails_without (self, start, some, fails))
            less = TRUE;
          else
            start += some;
        }
      if (n == 1 && !less)
        return;
    }
}

/** sim_script_print: say what happens in it, in the words of a test's output. */
void
sim_script_print (const SimScript *self)
{
  g_test_message ("seed %" G_GUINT64_FORMAT ": %u devices, %u %% noise%s%s", self->seed, self->n_nodes, self->noise,
                  self->sealed ? ", sealed" : "", self->usual ? ", usual" : "");
  for (guint i = 0; i < self->events->len; i++)
    {
      const SimEvent *event = &g_array_index (self->events, SimEvent, i);

      g_test_message ("  %s node %u seed %" G_GUINT64_FORMAT, kinds[event->kind].name, event->node, event->seed);
    }
}
