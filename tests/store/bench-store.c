/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the store adds to the work of its jobs: CPU time of the whole process, best of several runs, beside the same
 * statements on a bare connection.
 */

#include "store-test.h"

#include <time.h>

#define JOBS 100000
#define SINGLE 300
#define RUNS 5

static double
cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

static gboolean
do_nothing (sqlite3 *db, gpointer data, GError **error)
{
  return TRUE;
}

static sqlite3_stmt *insert = NULL;

static gboolean
insert_row (sqlite3 *db, gpointer data, GError **error)
{
  if (insert == NULL && !flow_sql_prepare_text (db, "INSERT INTO note (text) VALUES (?)", &insert, error))
    return FALSE;
  sqlite3_bind_text (insert, 1, "a row of forty characters, more or less", -1, SQLITE_STATIC);
  return flow_sql_step_done (insert, error);
}

static gboolean
finalize (sqlite3 *db, gpointer data, GError **error)
{
  g_clear_pointer (&insert, sqlite3_finalize);
  return TRUE;
}

/* One producer as fast as it can, waiting when the queue is full. */
static double
run_pushed (FlowStore *store, FlowStoreFunc run, guint *groups)
{
  double best = G_MAXDOUBLE;

  for (int r = 0; r < RUNS; r++)
    {
      TestAnswers answers;
      FlowStoreStats before;
      FlowStoreStats after;
      double start;

      test_answers_init (&answers);
      flow_store_get_stats (store, &before);
      start = cpu_us ();
      for (int i = 0; i < JOBS; i++)
        if (!flow_store_push (store, 100, run, test_answers_done, &answers, NULL, NULL))
          {
            test_answers_wait (&answers, i);
            i--;
          }
      test_answers_wait (&answers, JOBS);
      best = MIN (best, (cpu_us () - start) / JOBS);
      flow_store_get_stats (store, &after);
      *groups = (guint) (after.commits - before.commits);
      test_answers_clear (&answers);
    }
  return best;
}

static double
run_single (FlowStore *store, FlowStoreFunc run, double *wall_us)
{
  double best = G_MAXDOUBLE;

  *wall_us = G_MAXDOUBLE;
  for (int r = 0; r < RUNS; r++)
    {
      double start = cpu_us ();
      gint64 from = g_get_monotonic_time ();

      for (int i = 0; i < SINGLE; i++)
        flow_store_run (store, run, NULL, NULL);
      best = MIN (best, (cpu_us () - start) / SINGLE);
      *wall_us = MIN (*wall_us, (double) (g_get_monotonic_time () - from) / SINGLE);
    }
  return best;
}

static double
run_bare (FlowContext *context, guint rows_a_commit, guint rows)
{
  sqlite3 *db = flow_database_open_writer (flow_context_get_database_path (context), 1, NULL);
  double best = G_MAXDOUBLE;

  for (int r = 0; r < RUNS; r++)
    {
      double start = cpu_us ();

      for (guint i = 0; i < rows; i++)
        {
          if (i % rows_a_commit == 0)
            flow_store_begin (db, NULL);
          insert_row (db, NULL, NULL);
          if ((i + 1) % rows_a_commit == 0)
            flow_store_commit (db, NULL);
        }
      best = MIN (best, (cpu_us () - start) / rows);
      sqlite3_wal_checkpoint_v2 (db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
  finalize (db, NULL, NULL);
  flow_database_close_writer (db);
  return best;
}

int
main (int argc, char **argv)
{
  FlowContext *context = test_context_new ();
  FlowStore *store = test_store_open (context);
  guint groups = 0;
  double us;
  double wall;

  us = run_pushed (store, do_nothing, &groups);
  g_print ("job that does nothing, pushed       %8.2f us a job (%u commits for %d jobs)\n", us, groups, JOBS);
  us = run_pushed (store, insert_row, &groups);
  g_print ("one row a job, pushed               %8.2f us a job (%u commits)\n", us, groups);
  us = run_single (store, do_nothing, &wall);
  g_print ("job that does nothing, one a commit %8.2f us CPU, %8.2f us wall\n", us, wall);
  us = run_single (store, insert_row, &wall);
  g_print ("one row, one a commit               %8.2f us CPU, %8.2f us wall\n", us, wall);
  flow_store_run (store, finalize, NULL, NULL);
  flow_store_close (store);
  g_object_unref (store);
  g_print ("floor: bare connection, %d a commit %8.2f us a row\n", JOBS / 10, run_bare (context, JOBS / 10, JOBS));
  g_print ("floor: bare connection, 1 a commit  %8.2f us CPU a row\n", run_bare (context, 1, SINGLE));
  test_context_remove (context);
  return 0;
}
