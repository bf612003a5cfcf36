/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "store-test.h"

#include <glib/gstdio.h>

/* Tidies only when closing, so that no test depends on when. */
FlowStore *
test_store_new (FlowContext *context)
{
  FlowStore *store = flow_store_new (context);

  flow_store_set_migrations_path (store, TEST_MIGRATIONS_ONE);
  flow_store_set_idle_us (store, G_MAXINT64 / 4);
  return store;
}

FlowStore *
test_store_open (FlowContext *context)
{
  g_autoptr (GError) error = NULL;
  FlowStore *store = test_store_new (context);

  flow_store_open (store, &error);
  g_assert_no_error (error);
  flow_store_run (store, test_make_table, NULL, &error);
  g_assert_no_error (error);
  return store;
}

void
test_answers_init (TestAnswers *answers)
{
  *answers = (TestAnswers) { 0 };
  g_mutex_init (&answers->mutex);
  g_cond_init (&answers->cond);
}

void
test_answers_clear (TestAnswers *answers)
{
  g_mutex_clear (&answers->mutex);
  g_cond_clear (&answers->cond);
  g_free (answers->last_message);
}

void
test_answers_wait (TestAnswers *answers, guint count)
{
  g_mutex_lock (&answers->mutex);
  while (answers->ok + answers->failed < count)
    g_cond_wait (&answers->cond, &answers->mutex);
  g_mutex_unlock (&answers->mutex);
}

void
test_answers_done (gpointer data, const GError *error)
{
  TestAnswers *answers = data;

  g_mutex_lock (&answers->mutex);
  answers->ok += error == NULL;
  answers->failed += error != NULL;
  if (error != NULL)
    {
      answers->last_code = error->code;
      g_free (answers->last_message);
      answers->last_message = g_strdup (error->message);
    }
  g_cond_broadcast (&answers->cond);
  g_mutex_unlock (&answers->mutex);
}

void
test_gate_init (TestGate *gate)
{
  *gate = (TestGate) { 0 };
  g_mutex_init (&gate->mutex);
  g_cond_init (&gate->cond);
}

void
test_gate_clear (TestGate *gate)
{
  g_mutex_clear (&gate->mutex);
  g_cond_clear (&gate->cond);
}

static gboolean
gate_run (sqlite3 *db, gpointer data, GError **error)
{
  TestGate *gate = data;

  g_mutex_lock (&gate->mutex);
  gate->entered = TRUE;
  g_cond_broadcast (&gate->cond);
  while (!gate->open)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
  return TRUE;
}

void
test_gate_push (TestGate *gate, FlowStore *store)
{
  g_autoptr (GError) error = NULL;

  flow_store_push (store, 0, gate_run, NULL, gate, NULL, &error);
  g_assert_no_error (error);
  g_mutex_lock (&gate->mutex);
  while (!gate->entered)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
}

void
test_gate_open (TestGate *gate)
{
  g_mutex_lock (&gate->mutex);
  gate->open = TRUE;
  g_cond_broadcast (&gate->cond);
  g_mutex_unlock (&gate->mutex);
}

gboolean
test_make_table (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, "CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, text)", error);
}

gboolean
test_insert (sqlite3 *db, gpointer text, GError **error)
{
  g_autoptr (sqlite3_stmt) insert = NULL;

  if (!flow_sql_prepare_text (db, "INSERT INTO note (text) VALUES (?)", &insert, error))
    return FALSE;
  sqlite3_bind_text (insert, 1, text, -1, SQLITE_STATIC);
  return flow_sql_step_done (insert, error);
}

gint64
test_count (const char *path, const char *query)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3) db = flow_database_open_reader (path, G_MAXINT, &error);
  gint64 count = -1;

  g_assert_no_error (error);
  flow_sql_get_int64 (db, query, &count, &error);
  g_assert_no_error (error);
  return count;
}

static gint
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names, modes and contents of a folder's files, to see that nothing was changed. */
char *
test_digest_folder (const char *folder)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *text = NULL;
      g_autofree char *sum = NULL;
      gsize length = 0;
      GStatBuf info;

      g_assert_cmpint (g_stat (path, &info), ==, 0);
      if (g_file_get_contents (path, &text, &length, NULL))
        sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text, length);
      g_ptr_array_add (lines, g_strdup_printf ("%s %o %s", name, (guint) info.st_mode, sum));
    }
  g_ptr_array_sort (lines, by_text);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}
