/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "store-test.h"

#define IDLE_STEPS 3

/* Gathers notes in memory and writes them once a transaction, as a trace store does. */
typedef struct
{
  FlowContext *context;
  FlowStore *store;
  TestAnswers answers;
  TestGate gate;
  GMutex mutex;
  GCond cond;
  GString *calls;
  int gathered;
  int idle_left;
  gboolean refuse_open;
  gboolean refuse_commit;
} Fixture;

static void
note_call (Fixture *fixture, const char *name)
{
  g_mutex_lock (&fixture->mutex);
  g_string_append_printf (fixture->calls, "%s ", name);
  g_cond_broadcast (&fixture->cond);
  g_mutex_unlock (&fixture->mutex);
}

static gboolean
participant_open (gpointer self, sqlite3 *db, GError **error)
{
  Fixture *fixture = self;

  note_call (fixture, "open");
  if (!fixture->refuse_open)
    return test_make_table (db, NULL, error);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_CORRUPT, "not this one");
  return FALSE;
}

static gboolean
participant_before_commit (gpointer self, sqlite3 *db, GError **error)
{
  Fixture *fixture = self;
  g_autofree char *text = g_strdup_printf ("%d together", fixture->gathered);

  note_call (fixture, "before");
  if (fixture->refuse_commit)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_FAILED, "not now");
      return FALSE;
    }
  return fixture->gathered == 0 || test_insert (db, text, error);
}

static void
participant_after_commit (gpointer self, sqlite3 *db)
{
  Fixture *fixture = self;

  g_assert_true (sqlite3_get_autocommit (db));
  fixture->gathered = 0;
  note_call (fixture, "after");
}

static void
participant_rolled_back (gpointer self, sqlite3 *db)
{
  Fixture *fixture = self;

  g_assert_true (sqlite3_get_autocommit (db));
  fixture->gathered = 0;
  note_call (fixture, "rolled-back");
}

static gint64
participant_idle (gpointer self, sqlite3 *db, gint64 now_us)
{
  Fixture *fixture = self;
  gint64 count = 0;

  note_call (fixture, "idle");
  g_assert_true (flow_store_begin (db, NULL));
  g_assert_true (test_insert (db, (gpointer) "idle", NULL));
  g_assert_true (flow_store_commit (db, NULL));
  g_assert_true (flow_store_begin (db, NULL));
  g_assert_true (test_insert (db, (gpointer) "undone", NULL));
  flow_store_rollback (db);
  flow_store_rollback (db);
  g_assert_true (flow_sql_get_int64 (db, "SELECT count (*) FROM note WHERE text = 'undone'", &count, NULL));
  g_assert_cmpint (count, ==, 0);
  fixture->idle_left--;
  if (fixture->idle_left == 1)
    return now_us + 1;
  return fixture->idle_left > 0 ? 0 : -1;
}

static void
participant_close (gpointer self, sqlite3 *db)
{
  note_call (self, "close");
}

static const FlowStoreParticipant participant = {
  .open = participant_open,
  .before_commit = participant_before_commit,
  .after_commit = participant_after_commit,
  .rolled_back = participant_rolled_back,
  .idle = participant_idle,
  .close = participant_close,
};

static const FlowStoreParticipant silent = { NULL };

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->context = test_context_new ();
  fixture->store = test_store_new (fixture->context);
  test_answers_init (&fixture->answers);
  test_gate_init (&fixture->gate);
  g_mutex_init (&fixture->mutex);
  g_cond_init (&fixture->cond);
  fixture->calls = g_string_new (NULL);
  flow_store_add_participant (fixture->store, &silent, NULL);
  flow_store_add_participant (fixture->store, &participant, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->store);
  test_answers_clear (&fixture->answers);
  test_gate_clear (&fixture->gate);
  g_mutex_clear (&fixture->mutex);
  g_cond_clear (&fixture->cond);
  g_string_free (fixture->calls, TRUE);
  test_context_remove (fixture->context);
}

static guint
count_calls (Fixture *fixture, const char *name)
{
  g_auto (GStrv) calls = g_strsplit (fixture->calls->str, " ", -1);
  guint count = 0;

  for (char **call = calls; *call != NULL; call++)
    count += strcmp (*call, name) == 0;
  return count;
}

static void
wait_for_calls (Fixture *fixture, const char *name, guint count)
{
  g_mutex_lock (&fixture->mutex);
  while (count_calls (fixture, name) < count)
    g_cond_wait (&fixture->cond, &fixture->mutex);
  g_mutex_unlock (&fixture->mutex);
}

static void
open_store (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  flow_store_open (fixture->store, &error);
  g_assert_no_error (error);
}

static gboolean
gather (sqlite3 *db, gpointer data, GError **error)
{
  Fixture *fixture = data;

  fixture->gathered++;
  return TRUE;
}

static void
gathered_done (gpointer data, const GError *error)
{
  Fixture *fixture = data;

  note_call (fixture, error == NULL ? "ok" : "failed");
  test_answers_done (&fixture->answers, error);
}

static void
push_gather (Fixture *fixture)
{
  g_assert_true (flow_store_push (fixture->store, 1, gather, gathered_done, fixture, NULL, NULL));
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  const char *path = flow_context_get_database_path (fixture->context);

  fixture->idle_left = G_MAXINT;
  open_store (fixture);
  test_gate_push (&fixture->gate, fixture->store);
  g_mutex_lock (&fixture->mutex);
  g_string_truncate (fixture->calls, 0);
  g_mutex_unlock (&fixture->mutex);
  push_gather (fixture);
  push_gather (fixture);
  push_gather (fixture);
  test_gate_open (&fixture->gate);
  test_answers_wait (&fixture->answers, 3);
  flow_store_close (fixture->store);
  g_assert_true (g_str_has_prefix (fixture->calls->str, "before after before after ok ok ok "));
  g_assert_true (g_str_has_suffix (fixture->calls->str, "close "));
  g_assert_cmpint (test_count (path, "SELECT count (*) FROM note WHERE text = '3 together'"), ==, 1);
}

static void
test_before_commit_fails (Fixture *fixture, gconstpointer data)
{
  FlowStoreStats stats;

  open_store (fixture);
  test_gate_push (&fixture->gate, fixture->store);
  fixture->refuse_commit = TRUE;
  push_gather (fixture);
  push_gather (fixture);
  test_gate_open (&fixture->gate);
  test_answers_wait (&fixture->answers, 2);
  g_assert_cmpuint (fixture->answers.failed, ==, 2);
  g_assert_cmpstr (fixture->answers.last_message, ==, "not now");
  flow_store_get_stats (fixture->store, &stats);
  g_assert_cmpuint (stats.rollbacks, >=, 1);
  g_assert_cmpuint (count_calls (fixture, "rolled-back"), ==, stats.rollbacks);
  g_assert_cmpstr (stats.last_error, ==, "not now");
}

static void
test_idle_steps (Fixture *fixture, gconstpointer data)
{
  const char *path = flow_context_get_database_path (fixture->context);

  fixture->idle_left = IDLE_STEPS;
  open_store (fixture);
  wait_for_calls (fixture, "idle", IDLE_STEPS);
  push_gather (fixture);
  wait_for_calls (fixture, "idle", IDLE_STEPS + 1);
  flow_store_close (fixture->store);
  g_assert_cmpuint (count_calls (fixture, "idle"), ==, IDLE_STEPS + 1);
  g_assert_cmpint (test_count (path, "SELECT count (*) FROM note WHERE text = 'idle'"), ==, IDLE_STEPS + 1);
}

static void
test_open_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->refuse_open = TRUE;
  g_assert_false (flow_store_open (fixture->store, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT);
  g_assert_cmpuint (count_calls (fixture, "close"), ==, 0);
  fixture->refuse_open = FALSE;
  open_store (fixture);
}

static gboolean
fill_and_empty (sqlite3 *db, gpointer data, GError **error)
{
  return test_make_table (db, NULL, error) &&
         flow_sql_exec_text (db, "INSERT INTO note (text) VALUES (zeroblob (5000000)); DELETE FROM note", error);
}

/* With the real delay: free pages go back to the disk and the WAL is empty, with nobody asking. */
static void
test_tidies_by_itself (Fixture *fixture, gconstpointer data)
{
  const char *path = flow_context_get_database_path (fixture->context);
  FlowStoreStats stats = { 0 };

  flow_store_set_idle_us (fixture->store, 1000);
  fixture->idle_left = 1;
  open_store (fixture);
  g_assert_true (flow_store_run (fixture->store, fill_and_empty, NULL, NULL));
  while (stats.tidied == 0 || stats.wal_bytes > 0)
    {
      flow_store_get_stats (fixture->store, &stats);
      g_thread_yield ();
    }
  g_assert_cmpint (test_count (path, "PRAGMA freelist_count"), ==, 0);
  g_assert_cmpint (test_count (path, "PRAGMA page_count"), <, 20);
}

#define ADD(name, func) g_test_add ("/store/participant/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("order", test_order);
  ADD ("before-commit-fails", test_before_commit_fails);
  ADD ("idle-steps", test_idle_steps);
  ADD ("open-refused", test_open_refused);
  ADD ("tidies-by-itself", test_tidies_by_itself);
  return g_test_run ();
}
