/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "store-test.h"

#include "store/flow-scrub.h"

/* Rows of all lengths, changed and deleted at random, so that pages are balanced and long rows have ends of pages. */
#define ROUNDS 3000
#define KEYS 400
#define CANARY "c4n4ry-7d1e"

typedef struct
{
  FlowContext *context;
  FlowStore *store;
  GRand *random;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->context = test_context_new ();
  fixture->store = test_store_open (fixture->context);
  fixture->random = g_rand_new_with_seed (7);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  flow_store_close (fixture->store);
  g_object_unref (fixture->store);
  g_rand_free (fixture->random);
  test_context_remove (fixture->context);
}

static gboolean
run_text (sqlite3 *db, gpointer text, GError **error)
{
  return flow_sql_exec_text (db, text, error);
}

static void
run (Fixture *fixture, const char *text)
{
  g_autoptr (GError) error = NULL;

  flow_store_run (fixture->store, run_text, (gpointer) text, &error);
  g_assert_no_error (error);
}

static char *
random_text (GRand *random, const char *word)
{
  guint words = (guint) g_rand_int_range (random, 1, g_rand_int_range (random, 0, 8) == 0 ? 9000 : 60);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < words; i++)
    g_string_append (text, word);
  return g_string_free (text, FALSE);
}

static gboolean
churn (sqlite3 *db, gpointer data, GError **error)
{
  GRand *random = data;
  g_autoptr (sqlite3_stmt) put = NULL, drop = NULL;

  if (!flow_sql_prepare_text (db, "INSERT OR REPLACE INTO page (key, text, odd) VALUES (?1, ?2, ?3)", &put, error) ||
      !flow_sql_prepare_text (db, "DELETE FROM page WHERE key = ?1", &drop, error))
    return FALSE;
  for (guint i = 0; i < 60; i++)
    {
      gint32 key = g_rand_int_range (random, 0, KEYS);
      gboolean odd = key % 2 != 0;
      g_autofree char *text = random_text (random, odd ? CANARY "." : "ordinary ");
      sqlite3_stmt *stmt = g_rand_int_range (random, 0, 4) == 0 ? drop : put;

      sqlite3_bind_int (stmt, 1, key);
      if (stmt == put)
        {
          sqlite3_bind_text (stmt, 2, text, -1, SQLITE_STATIC);
          sqlite3_bind_int (stmt, 3, odd);
        }
      if (!flow_sql_step_done (stmt, error))
        return FALSE;
    }
  return TRUE;
}

static guint
count_in_file (const char *path, const char *text)
{
  g_autofree char *bytes = NULL;
  gsize length = 0;
  guint count = 0;

  if (!g_file_get_contents (path, &bytes, &length, NULL))
    return 0;
  for (const char *at = bytes; (at = memmem (at, length - (gsize) (at - bytes), text, strlen (text))) != NULL; at++)
    count++;
  return count;
}

static void
test_remains (Fixture *fixture, gconstpointer data)
{
  const char *path = flow_context_get_database_path (fixture->context);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autoptr (GError) error = NULL;
  gint64 before, after;

  run (fixture, "CREATE TABLE page (key INTEGER PRIMARY KEY, text, odd); CREATE INDEX page_text ON page (text)");
  for (guint i = 0; i < ROUNDS / 60; i++)
    {
      flow_store_run (fixture->store, churn, fixture->random, &error);
      g_assert_no_error (error);
    }
  run (fixture, "DELETE FROM page WHERE odd = 1");
  before = test_count (path, "SELECT sum(length(text) * (key + 1)) FROM page");
  g_assert_true (flow_store_tidy (fixture->store, 0, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_in_file (path, CANARY), ==, 0);
  g_assert_cmpuint (count_in_file (wal, CANARY), ==, 0);
  after = test_count (path, "SELECT sum(length(text) * (key + 1)) FROM page");
  g_assert_cmpint (before, ==, after);
  g_assert_cmpint (test_count (path, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), ==, 1);
  g_assert_cmpint (test_count (path, "SELECT count(*) FROM page WHERE text NOT LIKE 'ordinary %'"), ==, 0);

  /* Nor does it come back with pages that the writer still had in memory. */
  run (fixture, "UPDATE page SET text = text || ' again'");
  g_assert_cmpuint (count_in_file (wal, CANARY), ==, 0);
  g_assert_true (flow_store_tidy (fixture->store, 0, &error));
  g_assert_cmpuint (count_in_file (path, CANARY), ==, 0);
  g_assert_cmpint (test_count (path, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), ==, 1);
}

/* A reader keeps the WAL; what it kept from being overwritten is overwritten later. */
static void
test_after_reader (Fixture *fixture, gconstpointer data)
{
  const char *path = flow_context_get_database_path (fixture->context);
  g_autoptr (sqlite3) reader = NULL;
  g_autoptr (GError) error = NULL;

  run (fixture, "INSERT INTO note (text) VALUES ('" CANARY "'), ('b')");
  reader = flow_database_open_reader (path, G_MAXINT, &error);
  g_assert_no_error (error);
  flow_sql_exec_text (reader, "BEGIN; SELECT count(*) FROM note", &error);
  g_assert_no_error (error);
  run (fixture, "DELETE FROM note WHERE text = '" CANARY "'");
  g_assert_false (flow_store_tidy (fixture->store, 0, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BUSY);
  g_clear_error (&error);
  flow_sql_exec_text (reader, "COMMIT", &error);
  g_assert_no_error (error);
  flow_store_close (fixture->store);
  g_assert_cmpuint (count_in_file (path, CANARY), ==, 0);
}

/* Whatever is wrong with the file, it is said, and nothing is read outside of it. */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  const char *path = flow_context_get_database_path (fixture->context);
  g_autofree char *copy = g_strconcat (path, ".copy", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  run (fixture, "CREATE TABLE page (key INTEGER PRIMARY KEY, text, odd); CREATE INDEX page_text ON page (text)");
  flow_store_run (fixture->store, churn, fixture->random, &error);
  flow_store_close (fixture->store);
  g_file_get_contents (path, &bytes, &length, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *damaged = g_memdup2 (bytes, length);
      sqlite3 *db = NULL;
      guint64 wiped;

      /* Past the header, or the connection does not take it for a database. */
      for (guint n = 0; n < 40; n++)
        {
          gsize page = (gsize) g_rand_int_range (fixture->random, 0, (gint32) (length / 16384));
          gint32 at = g_rand_int_range (fixture->random, page == 0 ? 3000 : 0, n % 2 == 0 ? 16384 : 3100);

          damaged[page * 16384 + (gsize) at] = (char) g_rand_int (fixture->random);
        }
      g_file_set_contents (copy, damaged, (gssize) length, NULL);
      g_assert_cmpint (sqlite3_open (copy, &db), ==, SQLITE_OK);
      if (!flow_scrub (db, &wiped, &error))
        g_assert_nonnull (error);
      g_clear_error (&error);
      sqlite3_close (db);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/store/scrub/remains", Fixture, NULL, set_up, test_remains, tear_down);
  g_test_add ("/store/scrub/after-reader", Fixture, NULL, set_up, test_after_reader, tear_down);
  g_test_add ("/store/scrub/damaged", Fixture, NULL, set_up, test_damaged, tear_down);
  return g_test_run ();
}
