/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "store-test.h"

#include <glib/gstdio.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  FlowContext *context;
  FlowStore *store;
  TestAnswers answers;
  TestGate gate;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->context = test_context_new ();
  fixture->store = test_store_open (fixture->context);
  test_answers_init (&fixture->answers);
  test_gate_init (&fixture->gate);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  flow_store_close (fixture->store);
  g_clear_object (&fixture->store);
  test_answers_clear (&fixture->answers);
  test_gate_clear (&fixture->gate);
  test_context_remove (fixture->context);
}

static const char *
path_of (Fixture *fixture)
{
  return flow_context_get_database_path (fixture->context);
}

static gboolean
insert_one (sqlite3 *db, gpointer data, GError **error)
{
  return test_insert (db, (gpointer) "one", error);
}

static gboolean
insert_and_fail (sqlite3 *db, gpointer data, GError **error)
{
  if (!test_insert (db, (gpointer) "bad", error))
    return FALSE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST, "not wanted");
  return FALSE;
}

static gboolean
fail_without_reason (sqlite3 *db, gpointer data, GError **error)
{
  return FALSE;
}

static void
push (Fixture *fixture, FlowStoreFunc run)
{
  g_autoptr (GError) error = NULL;

  flow_store_push (fixture->store, 100, run, test_answers_done, &fixture->answers, NULL, &error);
  g_assert_no_error (error);
}

static void
test_push (Fixture *fixture, gconstpointer data)
{
  FlowStoreStats stats;

  push (fixture, insert_one);
  test_answers_wait (&fixture->answers, 1);
  g_assert_cmpuint (fixture->answers.ok, ==, 1);
  g_assert_cmpint (test_count (path_of (fixture), "SELECT count (*) FROM note"), ==, 1);
  flow_store_get_stats (fixture->store, &stats);
  g_assert_cmpuint (stats.jobs, ==, 2);
  g_assert_cmpuint (stats.commits, ==, 2);
  g_assert_cmpuint (stats.waiting, ==, 0);
  g_assert_cmpuint (stats.waiting_bytes, ==, 0);
  g_assert_cmpstr (stats.last_error, ==, "");
}

static void
test_group (Fixture *fixture, gconstpointer data)
{
  FlowStoreStats before;
  FlowStoreStats stats;

  test_gate_push (&fixture->gate, fixture->store);
  for (int i = 0; i < 10; i++)
    push (fixture, insert_one);
  flow_store_get_stats (fixture->store, &before);
  g_assert_cmpuint (before.waiting, ==, 11);
  g_assert_cmpuint (before.waiting_bytes, ==, 1000);
  test_gate_open (&fixture->gate);
  test_answers_wait (&fixture->answers, 10);
  flow_store_get_stats (fixture->store, &stats);
  g_assert_cmpuint (stats.commits, ==, before.commits + 2);
  g_assert_cmpuint (stats.jobs, ==, before.jobs + 11);
  g_assert_cmpint (test_count (path_of (fixture), "SELECT count (*) FROM note"), ==, 10);
}

static void
test_one_fails_alone (Fixture *fixture, gconstpointer data)
{
  FlowStoreStats stats;

  test_gate_push (&fixture->gate, fixture->store);
  push (fixture, insert_one);
  push (fixture, insert_and_fail);
  push (fixture, fail_without_reason);
  push (fixture, insert_one);
  test_gate_open (&fixture->gate);
  test_answers_wait (&fixture->answers, 4);
  g_assert_cmpuint (fixture->answers.ok, ==, 2);
  g_assert_cmpuint (fixture->answers.failed, ==, 2);
  g_assert_cmpint (test_count (path_of (fixture), "SELECT count (*) FROM note WHERE text = 'one'"), ==, 2);
  g_assert_cmpint (test_count (path_of (fixture), "SELECT count (*) FROM note WHERE text = 'bad'"), ==, 0);
  flow_store_get_stats (fixture->store, &stats);
  g_assert_cmpuint (stats.failed, ==, 2);
  g_assert_cmpuint (stats.rollbacks, ==, 0);
  g_assert_cmpstr (stats.last_error, !=, "");
}

static void
test_run (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_store_run (fixture->store, insert_one, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (flow_store_run (fixture->store, insert_and_fail, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_REQUEST);
  g_assert_cmpint (test_count (path_of (fixture), "SELECT count (*) FROM note"), ==, 1);
}

static gboolean
run_inside (sqlite3 *db, gpointer data, GError **error)
{
  return flow_store_run (data, insert_one, NULL, error);
}

static void
test_run_on_own_thread (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (flow_store_run (fixture->store, run_inside, fixture->store, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
}

static void
test_busy_by_count (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  FlowStoreStats stats;

  flow_store_set_limits (fixture->store, 3, 1000);
  test_gate_push (&fixture->gate, fixture->store);
  push (fixture, insert_one);
  push (fixture, insert_one);
  g_assert_false (flow_store_push (fixture->store, 1, insert_one, NULL, NULL, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BUSY);
  flow_store_get_stats (fixture->store, &stats);
  g_assert_cmpuint (stats.refused, ==, 1);
  test_gate_open (&fixture->gate);
  test_answers_wait (&fixture->answers, 2);
  push (fixture, insert_one);
  test_answers_wait (&fixture->answers, 3);
  g_assert_cmpuint (fixture->answers.ok, ==, 3);
}

static void
test_busy_by_bytes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  flow_store_set_limits (fixture->store, 1000, 250);
  test_gate_push (&fixture->gate, fixture->store);
  push (fixture, insert_one);
  push (fixture, insert_one);
  g_assert_false (flow_store_push (fixture->store, 51, insert_one, NULL, NULL, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BUSY);
  g_assert_true (flow_store_push (fixture->store, 50, insert_one, NULL, NULL, NULL, NULL));
  test_gate_open (&fixture->gate);
  test_answers_wait (&fixture->answers, 2);
}

/* Nothing waits: then one job is taken, however large it is. */
static void
test_large_alone (Fixture *fixture, gconstpointer data)
{
  flow_store_set_limits (fixture->store, 10, 50);
  push (fixture, insert_one);
  test_answers_wait (&fixture->answers, 1);
  g_assert_cmpuint (fixture->answers.ok, ==, 1);
}

static void
count_destroy (gpointer data)
{
  g_atomic_int_inc ((int *) data);
}

static gboolean
do_nothing (sqlite3 *db, gpointer data, GError **error)
{
  return TRUE;
}

static void
test_stopped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int destroyed = 0;

  g_assert_true (flow_store_push (fixture->store, 1, do_nothing, NULL, &destroyed, count_destroy, NULL));
  flow_store_close (fixture->store);
  g_assert_cmpint (destroyed, ==, 1);
  g_assert_false (flow_store_push (fixture->store, 1, do_nothing, NULL, &destroyed, count_destroy, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_STOPPING);
  g_assert_cmpint (destroyed, ==, 1);
  g_clear_error (&error);
  g_assert_false (flow_store_run (fixture->store, do_nothing, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_STOPPING);
  flow_store_close (fixture->store);
}

static void
test_close_drains (Fixture *fixture, gconstpointer data)
{
  test_gate_push (&fixture->gate, fixture->store);
  for (int i = 0; i < 100; i++)
    push (fixture, insert_one);
  test_gate_open (&fixture->gate);
  flow_store_close (fixture->store);
  g_assert_cmpuint (fixture->answers.ok, ==, 100);
  g_assert_cmpint (test_count (path_of (fixture), "SELECT count (*) FROM note"), ==, 100);
}

static void
test_reopen (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_store_run (fixture->store, insert_one, NULL, &error));
  flow_store_close (fixture->store);
  g_assert_true (flow_store_open (fixture->store, &error));
  g_assert_no_error (error);
  g_assert_true (flow_store_run (fixture->store, insert_one, NULL, &error));
  g_assert_cmpint (test_count (path_of (fixture), "SELECT count (*) FROM note"), ==, 2);
}

static void
test_closed_is_one_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (path_of (fixture), "-wal", NULL);
  g_autofree char *shm = g_strconcat (path_of (fixture), "-shm", NULL);

  push (fixture, insert_one);
  test_answers_wait (&fixture->answers, 1);
  g_assert_true (g_file_test (wal, G_FILE_TEST_EXISTS));
  flow_store_close (fixture->store);
  g_assert_false (g_file_test (wal, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (shm, G_FILE_TEST_EXISTS));
}

static gboolean
limit_pages (sqlite3 *db, gpointer data, GError **error)
{
  g_autofree char *text = g_strdup_printf ("PRAGMA max_page_count = %d", GPOINTER_TO_INT (data));

  return flow_sql_exec_text (db, text, error);
}

static gboolean
insert_large (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, "INSERT INTO note (text) VALUES (zeroblob (4000000))", error);
}

static void
test_disk_full (Fixture *fixture, gconstpointer data)
{
  FlowStoreStats stats;

  g_assert_true (flow_store_run (fixture->store, limit_pages, GINT_TO_POINTER (20), NULL));
  test_gate_push (&fixture->gate, fixture->store);
  push (fixture, insert_one);
  push (fixture, insert_large);
  push (fixture, insert_one);
  test_gate_open (&fixture->gate);
  test_answers_wait (&fixture->answers, 3);
  g_assert_cmpuint (fixture->answers.failed, ==, 3);
  g_assert_cmpint (fixture->answers.last_code, ==, FLOW_ERROR_DISK_FULL);
  flow_store_get_stats (fixture->store, &stats);
  g_assert_cmpuint (stats.rollbacks, ==, 1);
  g_assert_cmpint (test_count (path_of (fixture), "SELECT count (*) FROM note"), ==, 0);

  push (fixture, insert_one);
  g_assert_true (flow_store_run (fixture->store, limit_pages, GINT_TO_POINTER (1000000), NULL));
  push (fixture, insert_large);
  test_answers_wait (&fixture->answers, 5);
  g_assert_cmpuint (fixture->answers.ok, ==, 2);
  g_assert_cmpint (test_count (path_of (fixture), "SELECT count (*) FROM note"), ==, 2);
}

static gboolean
damage (sqlite3 *db, gpointer data, GError **error)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, "damaged");
  return FALSE;
}

static void
test_corrupt_ends_group (Fixture *fixture, gconstpointer data)
{
  test_gate_push (&fixture->gate, fixture->store);
  push (fixture, insert_one);
  push (fixture, damage);
  test_gate_open (&fixture->gate);
  test_answers_wait (&fixture->answers, 2);
  g_assert_cmpuint (fixture->answers.failed, ==, 2);
  g_assert_cmpint (fixture->answers.last_code, ==, FLOW_ERROR_CORRUPT);
  push (fixture, insert_one);
  test_answers_wait (&fixture->answers, 3);
  g_assert_cmpuint (fixture->answers.ok, ==, 1);
}

static gboolean
end_transaction (sqlite3 *db, gpointer data, GError **error)
{
  flow_sql_exec_text (db, "ROLLBACK", NULL);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_FAILED, "rolled back by itself");
  return FALSE;
}

static void
test_transaction_gone (Fixture *fixture, gconstpointer data)
{
  test_gate_push (&fixture->gate, fixture->store);
  push (fixture, insert_one);
  push (fixture, end_transaction);
  push (fixture, insert_one);
  test_gate_open (&fixture->gate);
  test_answers_wait (&fixture->answers, 3);
  g_assert_cmpuint (fixture->answers.failed, ==, 3);
  g_assert_cmpint (test_count (path_of (fixture), "SELECT count (*) FROM note"), ==, 0);
}

/* Another program that holds the write lock: the group is answered, nothing is lost of the next. */
static void
test_locked_by_another (Fixture *fixture, gconstpointer data)
{
  g_autoptr (sqlite3) other = NULL;

  g_assert_cmpint (sqlite3_open (path_of (fixture), &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  push (fixture, insert_one);
  test_answers_wait (&fixture->answers, 1);
  g_assert_cmpint (fixture->answers.last_code, ==, FLOW_ERROR_BUSY);
  g_assert_cmpint (sqlite3_exec (other, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
  push (fixture, insert_one);
  test_answers_wait (&fixture->answers, 2);
  g_assert_cmpuint (fixture->answers.ok, ==, 1);
}

static gboolean
delete_canary (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, "DELETE FROM note WHERE text LIKE 'canary%'", error);
}

static gboolean
insert_canary (sqlite3 *db, gpointer data, GError **error)
{
  return test_insert (db, (gpointer) "canary-5b1f", error);
}

static gboolean
file_contains (const char *path, const char *text)
{
  g_autofree char *bytes = NULL;
  gsize length = 0;

  return g_file_get_contents (path, &bytes, &length, NULL) && memmem (bytes, length, text, strlen (text)) != NULL;
}

static void
test_erase (Fixture *fixture, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (path_of (fixture), "-wal", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_store_run (fixture->store, insert_canary, NULL, &error));
  g_assert_true (flow_store_tidy (fixture->store, 0, &error));
  g_assert_no_error (error);
  g_assert_true (file_contains (path_of (fixture), "canary-5b1f"));
  g_assert_true (flow_store_run (fixture->store, delete_canary, NULL, &error));
  g_assert_true (flow_store_tidy (fixture->store, 0, &error));
  g_assert_no_error (error);
  g_assert_false (file_contains (path_of (fixture), "canary-5b1f"));
  g_assert_false (file_contains (wal, "canary-5b1f"));
}

static void
test_tidy_waits_for_reader (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3) reader = flow_database_open_reader (path_of (fixture), 1, &error);
  FlowStoreStats stats;
  gint64 count = 0;

  g_assert_true (flow_sql_exec_text (reader, "BEGIN", &error));
  g_assert_true (flow_sql_get_int64 (reader, "SELECT count (*) FROM note", &count, &error));
  push (fixture, insert_one);
  test_answers_wait (&fixture->answers, 1);
  g_assert_true (flow_sql_get_int64 (reader, "SELECT count (*) FROM note", &count, &error));
  g_assert_cmpint (count, ==, 0);
  g_assert_false (flow_store_tidy (fixture->store, 0, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "read by this program;"));
  g_clear_error (&error);
  flow_store_get_stats (fixture->store, &stats);
  g_assert_cmpuint (stats.checkpoints_blocked, ==, 1);

  g_assert_true (flow_sql_exec_text (reader, "COMMIT", &error));
  g_assert_true (flow_sql_get_int64 (reader, "SELECT count (*) FROM note", &count, &error));
  g_assert_cmpint (count, ==, 1);
  g_assert_true (flow_store_tidy (fixture->store, 0, &error));
  g_assert_no_error (error);
}

/* A reader in another process is told by its name and number. */
static void
test_tidy_names_reader (Fixture *fixture, gconstpointer data)
{
  g_autofree char *process = NULL;
  g_autoptr (GError) error = NULL;
  int reads[2];
  int ends[2];
  char byte;
  pid_t child;

  g_assert_cmpint (pipe (reads), ==, 0);
  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  if (child == 0)
    {
      sqlite3 *db = flow_database_open_reader (path_of (fixture), 1, NULL);
      gint64 count = 0;
      gboolean good = flow_sql_exec_text (db, "BEGIN", NULL) &&
                      flow_sql_get_int64 (db, "SELECT count (*) FROM note", &count, NULL) &&
                      write (reads[1], "x", 1) == 1 && read (ends[0], &byte, 1) == 1;

      _exit (good ? 0 : 1);
    }
  g_assert_cmpint (read (reads[0], &byte, 1), ==, 1);
  push (fixture, insert_one);
  test_answers_wait (&fixture->answers, 1);
  g_assert_false (flow_store_tidy (fixture->store, 0, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BUSY);
  process = g_strdup_printf ("(process %d)", (int) child);
  g_assert_nonnull (strstr (error->message, process));
  g_clear_error (&error);
  g_assert_cmpint (write (ends[1], "x", 1), ==, 1);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  g_assert_true (flow_store_tidy (fixture->store, 0, &error));
  g_assert_no_error (error);
  for (int i = 0; i < 2; i++)
    {
      close (reads[i]);
      close (ends[i]);
    }
}

static void
test_wal_stays_short (Fixture *fixture, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (path_of (fixture), "-wal", NULL);
  FlowStoreStats stats;
  GStatBuf info;

  for (guint i = 1; i <= 24; i++)
    {
      push (fixture, insert_large);
      test_answers_wait (&fixture->answers, i);
    }
  g_assert_true (flow_store_run (fixture->store, do_nothing, NULL, NULL));
  flow_store_get_stats (fixture->store, &stats);
  g_assert_cmpuint (stats.checkpoints, >=, 6);
  g_assert_cmpint (g_stat (wal, &info), ==, 0);
  g_assert_cmpint (info.st_size, <, 24 * 1024 * 1024);
}

static void
test_reserve (Fixture *fixture, gconstpointer data)
{
  g_autofree char *reserve = flow_context_build_path (fixture->context, "reserve");
  g_autoptr (GError) error = NULL;
  FlowStoreStats stats;
  GStatBuf info;

  flow_store_get_stats (fixture->store, &stats);
  g_assert_true (stats.reserve_ready);
  g_assert_cmpint (g_stat (reserve, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, 16 * 1024 * 1024);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_true (flow_store_release_reserve (fixture->store, &error));
  g_assert_true (flow_store_release_reserve (fixture->store, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (reserve, G_FILE_TEST_EXISTS));
  g_assert_true (flow_store_tidy (fixture->store, 0, &error));
  g_assert_true (g_file_test (reserve, G_FILE_TEST_EXISTS));

  g_assert_cmpint (g_remove (reserve), ==, 0);
  g_assert_cmpint (g_mkdir (reserve, 0700), ==, 0);
  g_assert_false (flow_store_release_reserve (fixture->store, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
}

#define THREADS 4
#define JOBS_A_THREAD 500

static gpointer
push_many_thread (gpointer data)
{
  Fixture *fixture = data;
  FlowStoreStats stats;

  for (int i = 0; i < JOBS_A_THREAD; i++)
    push (fixture, i % 10 == 0 ? insert_and_fail : insert_one);
  flow_store_get_stats (fixture->store, &stats);
  g_assert_true (flow_store_run (fixture->store, insert_one, NULL, NULL));
  return NULL;
}

static void
test_many_threads (Fixture *fixture, gconstpointer data)
{
  GThread *threads[THREADS];
  g_autoptr (sqlite3) reader = flow_database_open_reader (path_of (fixture), 1, NULL);
  gint64 count = 0;

  for (int i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("push", push_many_thread, fixture);
  while (count < THREADS * JOBS_A_THREAD / 2)
    g_assert_true (flow_sql_get_int64 (reader, "SELECT count (*) FROM note", &count, NULL));
  for (int i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  test_answers_wait (&fixture->answers, THREADS * JOBS_A_THREAD);
  g_assert_cmpuint (fixture->answers.failed, ==, THREADS * JOBS_A_THREAD / 10);
  g_assert_cmpint (test_count (path_of (fixture), "SELECT count (*) FROM note"), ==,
                   THREADS * JOBS_A_THREAD * 9 / 10 + THREADS);
}

#define ADD(name, func) g_test_add ("/store/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("push", test_push);
  ADD ("group", test_group);
  ADD ("one-fails-alone", test_one_fails_alone);
  ADD ("run", test_run);
  ADD ("run-on-own-thread", test_run_on_own_thread);
  ADD ("busy-by-count", test_busy_by_count);
  ADD ("busy-by-bytes", test_busy_by_bytes);
  ADD ("large-alone", test_large_alone);
  ADD ("stopped", test_stopped);
  ADD ("close-drains", test_close_drains);
  ADD ("reopen", test_reopen);
  ADD ("closed-is-one-file", test_closed_is_one_file);
  ADD ("disk-full", test_disk_full);
  ADD ("corrupt-ends-group", test_corrupt_ends_group);
  ADD ("transaction-gone", test_transaction_gone);
  ADD ("locked-by-another", test_locked_by_another);
  ADD ("erase", test_erase);
  ADD ("tidy-waits-for-reader", test_tidy_waits_for_reader);
  ADD ("tidy-names-reader", test_tidy_names_reader);
  ADD ("wal-stays-short", test_wal_stays_short);
  ADD ("reserve", test_reserve);
  ADD ("many-threads", test_many_threads);
  return g_test_run ();
}
