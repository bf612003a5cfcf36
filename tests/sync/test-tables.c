/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What tables say about themselves, and what is kept beside records: runs. */

#include "sync-test.h"

#include "sync-test-tables.h"
#include "sync/flow-sync-record.h"
#include "sync/flow-sync-run.h"

static void
test_check (void)
{
  static const char *const finals[] = { "done", NULL };
  const struct
  {
    FlowSyncField fields[4];
    guint n;
    gboolean good;
  } cases[] = {
    { { { "a", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL } }, 1, TRUE },
    { { { "a.b", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL } }, 1, FALSE },
    { { { "", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL } }, 1, FALSE },
    { { { "a", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL }, { "a", FLOW_SYNC_INT, FLOW_SYNC_LATEST, NULL } }, 2, FALSE },
    { { { "a", FLOW_SYNC_SET, FLOW_SYNC_LATEST, NULL } }, 1, FALSE },
    { { { "a", FLOW_SYNC_TEXT, FLOW_SYNC_UNION, NULL } }, 1, FALSE },
    { { { "a", FLOW_SYNC_INT, FLOW_SYNC_MERGE, NULL } }, 1, FALSE },
    { { { "a", FLOW_SYNC_MAP, FLOW_SYNC_LATEST, "g" } }, 1, FALSE },
    { { { "a", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, "a" } }, 1, FALSE },
    { { { "a", FLOW_SYNC_TEXT, FLOW_SYNC_FINAL, NULL } }, 1, FALSE },
    { { { "a", FLOW_SYNC_TEXT, FLOW_SYNC_FINAL, "g" }, { "b", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, "g" } }, 2, TRUE },
    { { { "a", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, "g" }, { "b", FLOW_SYNC_TEXT, FLOW_SYNC_FINAL, "g" } }, 2, FALSE },
    { { { "a", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, "g" },
        { "b", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
        { "c", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, "g" } },
      3,
      FALSE },
    { { { NULL } }, 0, FALSE },
  };
  TestReplica replica = { NULL };
  FlowSyncTable table, fact;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      test_tables_init (&table, &fact, &replica);
      table.fields = cases[i].fields;
      table.n_fields = cases[i].n;
      table.finals = finals;
      g_assert_cmpint (flow_sync_table_check (&table, &error), ==, cases[i].good);
      if (!cases[i].good)
        g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
    }
  table.fields = cases[0].fields;
  table.n_fields = 1;
  table.read = NULL;
  g_assert_false (flow_sync_table_check (&table, NULL));
}

static void
join (const char *key, const char *value, gpointer data)
{
  g_string_append_printf (data, "%s:%s ", key, value != NULL ? value : "");
}

static void
test_record (void)
{
  TestReplica replica = { NULL };
  FlowSyncTable table, fact;
  g_autoptr (FlowSyncRecord) record = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GBytes) none = flow_sync_value_new_null ();
  gsize size;

  test_tables_init (&table, &fact, &replica);
  record = flow_sync_record_new (&table);
  g_assert_true (flow_sync_record_get_table (record) == &table);
  g_assert_null (flow_sync_record_get_text (record, TEST_TITLE));
  g_assert_null (flow_sync_record_get_blob (record, TEST_PICTURE, &size));
  g_assert_cmpint (flow_sync_record_get_int (record, TEST_PINNED), ==, 0);
  g_assert_cmpfloat (flow_sync_record_get_real (record, TEST_WEIGHT), ==, 0);
  g_assert_false (flow_sync_record_has (record, TEST_TAGS));
  flow_sync_record_add (record, TEST_TAGS, "b");
  flow_sync_record_add (record, TEST_TAGS, "a");
  flow_sync_record_add (record, TEST_TAGS, "b");
  flow_sync_record_put (record, TEST_META, "key", "value");
  flow_sync_record_set_text (record, TEST_TITLE, "title");
  flow_sync_record_set_text (record, TEST_TITLE, NULL);
  flow_sync_record_set_blob (record, TEST_PICTURE, NULL, 0);
  g_assert_false (flow_sync_record_has (record, TEST_TITLE));
  g_assert_cmpuint (flow_sync_record_get_n (record, TEST_TAGS), ==, 2);
  flow_sync_record_foreach (record, TEST_TAGS, join, out);
  flow_sync_record_foreach (record, TEST_META, join, out);
  g_assert_cmpstr (out->str, ==, "a: b: key:value ");
  flow_sync_record_set_value (record, TEST_TAGS, "a", none);
  g_assert_cmpuint (flow_sync_record_get_n (record, TEST_TAGS), ==, 1);
}

/* A table that makes no sense is refused before anything is written. */
static void
test_bad_table (void)
{
  g_autoptr (TestReplica) replica = test_replica_new ("a");
  FlowSyncTable table = replica->tables[0];
  const FlowSyncTable *tables[] = { &table };
  FlowSyncSetup setup = { .tables = tables, .n_tables = 1, .clock = &replica->clock.clock, .machine = "a" };
  g_autoptr (FlowSync) sync = flow_sync_new (&setup);
  g_autoptr (GError) error = NULL;

  table.schema = 0;
  g_assert_false (flow_sync_open (sync, replica->db, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
  g_assert_true (sqlite3_get_autocommit (replica->db));
}

static void
test_runs (void)
{
  g_autoptr (TestReplica) replica = test_replica_new ("a");
  g_autoptr (GString) out = g_string_new (NULL);
  FlowJsonWriter json;

  for (guint i = 1; i <= 3; i++)
    {
      FlowSyncRun run = { 0, i * G_GINT64_CONSTANT (1000000000), 2, "commit", i, 0, 10, 20, 30,
                          1, i == 2 ? "offline" : NULL };

      g_assert_true (flow_sync_run_write (&run, replica->db, NULL));
    }
  flow_json_writer_init (&json, out);
  g_assert_true (flow_sync_runs_write_json (replica->db, 0, 2, &json, NULL));
  g_assert_nonnull (strstr (out->str, "{\"runs\":[{\"number\":3,"));
  g_assert_nonnull (strstr (out->str, "\"sent\":2,"));
  g_assert_nonnull (strstr (out->str, "\"error\":{\"code\":\"offline\",\"message\":\"\"}}],\"more\":true}"));
  g_string_truncate (out, 0);
  flow_json_writer_init (&json, out);
  g_assert_true (flow_sync_runs_write_json (replica->db, 2, 2, &json, NULL));
  g_assert_nonnull (strstr (out->str, "{\"runs\":[{\"number\":1,"));
  g_assert_nonnull (strstr (out->str, "\"error\":null}],\"more\":false}"));
}

static void
test_hello (void)
{
  g_autoptr (TestReplica) replica = test_replica_new ("a");
  g_autoptr (GString) out = g_string_new (NULL);
  FlowJsonWriter json;

  flow_json_writer_init (&json, out);
  g_assert_true (flow_sync_write_hello (replica->sync, &json, NULL));
  g_assert_nonnull (strstr (out->str, "\"format\":1,"));
  g_assert_nonnull (strstr (out->str, "\"seq\":0,\"chain\":\"\",\"vector\":[]}]}"));
  test_do (replica, "INSERT INTO item (id) VALUES ('i')");
  g_string_truncate (out, 0);
  flow_json_writer_init (&json, out);
  g_assert_true (flow_sync_write_hello (replica->sync, &json, NULL));
  g_assert_nonnull (strstr (out->str, "\"seq\":1,\"chain\":\""));
  g_assert_nonnull (strstr (out->str, "\"vector\":[{\"device\":\""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sync/tables/check", test_check);
  g_test_add_func ("/sync/tables/record", test_record);
  g_test_add_func ("/sync/tables/bad-table", test_bad_table);
  g_test_add_func ("/sync/tables/runs", test_runs);
  g_test_add_func ("/sync/tables/hello", test_hello);
  return g_test_run ();
}
