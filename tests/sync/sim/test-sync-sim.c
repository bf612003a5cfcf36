/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sim-world.h"

static GPtrArray *pool;
static SimFigures usual_figures, all_figures;

static char *
run (const SimScript *script, SimFigures *figures)
{
  g_autoptr (SimWorld) world = sim_world_new (script, pool);

  for (guint i = 0; i < script->events->len && world->failure == NULL; i++)
    sim_world_happen (world, &g_array_index (script->events, SimEvent, i));
  if (world->failure == NULL)
    sim_world_settle (world);
  if (world->failure == NULL)
    sim_world_check_all (world, NULL);
  *figures = world->figures;
  return g_steal_pointer (&world->failure);
}

static gboolean
fails (const SimScript *script)
{
  SimFigures figures;
  g_autofree char *failure = run (script, &figures);

  return failure != NULL;
}

int
main (int argc, char **argv)
{
  guint64 from = g_ascii_strtoull (argv[1], NULL, 10), to = g_ascii_strtoull (argv[2], NULL, 10);
  guint failed = 0;

  pool = g_ptr_array_new ();
  for (guint64 s = from; s < to; s++)
    {
      g_autoptr (SimScript) script = sim_script_new (s);
      SimFigures figures;
      g_autofree char *failure = run (script, &figures);
      if (failure)
        {
          failed++;
          g_print ("seed %lu: %s\n", (unsigned long) s, failure);
          if (failed <= 1)
          {
          sim_script_shrink (script, fails);
          sim_script_print (script);
          g_clear_pointer (&failure, g_free);
          failure = run (script, &figures);
          g_print ("shrunk: %s\n", failure);
          }
          if (failed > 5) break;
        }
    }
  return failed > 0;
}
