/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sim-world.h"

static GPtrArray *pool;
static SimReplica *spare;
static guint64 first_seed, n_seeds;

/* (nullable) (transfer full): what is wrong with a run. */
static char *
run (const SimScript *script, SimFigures *figures)
{
  g_autoptr (SimWorld) world = sim_world_new (script, pool);

  for (guint i = 0; i < script->events->len && world->failure == NULL; i++)
    sim_world_happen (world, &g_array_index (script->events, SimEvent, i));
  if (world->failure == NULL)
    sim_world_settle (world);
  if (world->failure == NULL)
    sim_world_check_all (world, spare);
  figures->made += world->figures.made;
  figures->asked += world->figures.asked;
  figures->decided += world->figures.decided;
  figures->batches += world->figures.batches;
  figures->snapshots += world->figures.snapshots;
  figures->repairs += world->figures.repairs;
  return g_steal_pointer (&world->failure);
}

static gboolean
fails (const SimScript *script)
{
  SimFigures figures = { 0 };
  g_autofree char *failure = run (script, &figures);

  return failure != NULL;
}

/* Says what went wrong in as few words as possible. */
static void
explain (SimScript *script, const char *failure)
{
  SimFigures figures = { 0 };
  g_autofree char *last = NULL;

  g_test_message ("seed %" G_GUINT64_FORMAT ", again with FLOW_SIM_SEED=%" G_GUINT64_FORMAT ": %s", script->seed,
                  script->seed, failure);
  sim_script_shrink (script, fails);
  sim_script_print (script);
  last = run (script, &figures);
  g_test_message ("shrunk: %s", last != NULL ? last : "nothing");
}

static void
print_figures (const char *who, const SimFigures *figures)
{
  guint64 conflicts = figures->asked + figures->decided;

  g_test_message ("%s: %" G_GUINT64_FORMAT " operations, %" G_GUINT64_FORMAT " batches, %" G_GUINT64_FORMAT
                  " snapshots, %" G_GUINT64_FORMAT " repairs, %" G_GUINT64_FORMAT
                  " conflicts, %.1f %% of them without a question",
                  who, figures->made, figures->batches, figures->snapshots, figures->repairs, conflicts,
                  conflicts > 0 ? 100.0 * (double) figures->decided / (double) conflicts : 100.0);
}

static void
test_seeds (void)
{
  SimFigures usual = { 0 }, hard = { 0 };
  guint failed = 0;

  for (guint64 seed = first_seed; seed < first_seed + n_seeds && failed < 3; seed++)
    {
      g_autoptr (SimScript) script = sim_script_new (seed);
      g_autofree char *failure = run (script, script->usual && !script->damage ? &usual : &hard);

      if (failure == NULL)
        continue;
      explain (script, failure);
      failed++;
    }
  print_figures ("what people do", &usual);
  print_figures ("what breaks things", &hard);
  g_assert_cmpuint (failed, ==, 0);
  if (n_seeds >= 1000)
    g_assert_cmpuint (usual.asked * 20, <=, usual.asked + usual.decided);
}

static void
quiet (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
}

int
main (int argc, char **argv)
{
  const char *seed = g_getenv ("FLOW_SIM_SEED");
  int result;

  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
  g_test_init (&argc, &argv, NULL);
  first_seed = argc > 1 ? g_ascii_strtoull (argv[1], NULL, 10) : 0;
  n_seeds = argc > 2 ? g_ascii_strtoull (argv[2], NULL, 10) : 100;
  if (seed != NULL)
    {
      first_seed = g_ascii_strtoull (seed, NULL, 10);
      n_seeds = 1;
    }
  g_log_set_handler ("flow-sync", G_LOG_LEVEL_MESSAGE, quiet, NULL);
  pool = g_ptr_array_new_with_free_func ((GDestroyNotify) sim_replica_free);
  spare = sim_replica_new ();
  g_test_add_func ("/sync/simulation", test_seeds);
  result = g_test_run ();
  g_ptr_array_unref (pool);
  sim_replica_free (spare);
  return result;
}
