/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "records-test.h"

#include "store/flow-workspace.h"
#include "trace/flow-fact-change.h"
#include "trace/flow-trace-store-private.h"

/* Records as the sync engine sees them: what one device reads, another one applies and then reads the same. */

static GBytes *
text_key (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
assert_same (const FlowSyncRecord *a, const FlowSyncRecord *b)
{
  const FlowSyncTable *table = flow_sync_record_get_table (a);

  for (guint i = 0; i < table->n_fields; i++)
    {
      GBytes *left, *right;

      if (table->fields[i].type == FLOW_SYNC_SET || table->fields[i].type == FLOW_SYNC_MAP)
        {
          g_assert_cmpuint (flow_sync_record_get_n (a, i), ==, flow_sync_record_get_n (b, i));
          continue;
        }
      left = flow_sync_record_get_value (a, i, NULL);
      right = flow_sync_record_get_value (b, i, NULL);
      g_assert_nonnull (left);
      g_assert_true (g_bytes_equal (left, right));
    }
}

/* From one device to the other, where it is read as it was. */
static void
carry (TestRecords *from, TestRecords *to, const char *table, GBytes *key)
{
  g_autoptr (FlowSyncRecord) record = test_records_read (from, table, key);
  g_autoptr (FlowSyncRecord) there = NULL;

  test_records_apply (to, table, key, record);
  there = test_records_read (to, table, key);
  if (record == NULL)
    g_assert_null (there);
  else
    assert_same (record, there);
}

static void
say (TestRecords *self, guint trace, const char *title, const char *note, const char *tag, gboolean pinned)
{
  g_autoptr (FlowTraceFacts) facts = NULL;
  g_autoptr (GError) error = NULL;
  FlowFactChange *change;
  guint8 id[16];

  test_records_trace_id (trace, id);
  change = flow_fact_change_new (id);
  flow_fact_change_set_title (change, title, NULL);
  flow_fact_change_set_note (change, note, NULL);
  flow_fact_change_clear_tags (change);
  if (tag != NULL)
    flow_fact_change_add_tag (change, tag, NULL);
  flow_fact_change_set_pinned (change, pinned);
  facts = flow_trace_store_change_facts_wait (self->traces, change, &error);
  g_assert_no_error (error);
}

/* What is said about a trace is on the other device with a name for it, and what is taken back is no deletion. */
static void
test_facts (void)
{
  g_autoptr (GBytes) key = test_records_trace_key (1);
  g_autoptr (FlowTrace) there = NULL;
  g_autoptr (FlowSyncRecord) cleared = NULL;
  TestRecords a, b;

  test_records_init (&a, TEST_DEVICE_A);
  test_records_init (&b, TEST_DEVICE_B);
  test_records_add_spans (&a, 1, 3, FALSE);
  say (&a, 1, "Cart", "slow\nagain", "later", TRUE);
  g_assert_cmpint (test_records_number (&a, "SELECT count(*) FROM sync_dirty WHERE tbl = 'trace_fact'"), ==, 1);
  g_assert_cmpint (test_records_number (&a, "SELECT count(*) FROM sync_dirty WHERE tbl = 'trace_header'"), ==, 1);
  carry (&a, &b, FLOW_RECORDS_FACTS, key);
  carry (&a, &b, FLOW_RECORDS_HEADERS, key);
  g_assert_cmpint (test_records_number (&b, "SELECT count(*) FROM sync_dirty"), ==, 0);

  there = test_records_load (&b, 1);
  g_assert_true (there->info->elsewhere);
  g_assert_false (there->info->fetchable);
  g_assert_cmpstr (there->info->name, ==, "GET /cart 1");
  g_assert_cmpstr (there->info->services[0], ==, "shop");
  g_assert_cmpstr (there->info->facts->note, ==, "slow\nagain");
  g_assert_cmpstr (there->info->facts->tags[0], ==, "later");

  /* A note on a trace that is on another device alone. */
  say (&b, 1, "Cart", "I know why", "later", FALSE);
  carry (&b, &a, FLOW_RECORDS_FACTS, key);
  say (&b, 1, "", "", NULL, FALSE);
  cleared = test_records_read (&b, FLOW_RECORDS_FACTS, key);
  g_assert_nonnull (cleared);
  g_assert_cmpuint (flow_sync_record_get_n (cleared, 3), ==, 0);
  g_clear_pointer (&cleared, flow_sync_record_free);
  carry (&b, &a, FLOW_RECORDS_FACTS, key);
  test_records_clear (&a);
  test_records_clear (&b);
}

static void
test_erase (void)
{
  g_autoptr (GBytes) key = test_records_trace_key (1);
  g_autoptr (FlowTrace) there = NULL;
  g_autoptr (GError) error = NULL;
  guint8 id[16];
  TestRecords a, b;

  test_records_init (&a, TEST_DEVICE_A);
  test_records_init (&b, TEST_DEVICE_B);
  test_records_add_spans (&a, 1, 3, FALSE);
  say (&a, 1, "Cart", "", NULL, FALSE);
  carry (&a, &b, FLOW_RECORDS_HEADERS, key);
  carry (&a, &b, FLOW_RECORDS_FACTS, key);
  test_records_trace_id (1, id);
  g_assert_true (flow_trace_store_erase_trace (a.traces, id, &error));
  g_assert_no_error (error);
  carry (&a, &b, FLOW_RECORDS_HEADERS, key);
  carry (&a, &b, FLOW_RECORDS_FACTS, key);
  there = test_records_load (&b, 1);
  g_assert_null (there);
  test_records_clear (&a);
  test_records_clear (&b);
}

/* Retention spares what another device said something about, and takes what nobody did. */
static gboolean
seal_run (TestRecords *self, sqlite3 *db, gpointer data, GError **error)
{
  return flow_trace_flush (self->traces, db, error) && flow_trace_seal_open (self->traces, FLOW_SIGNAL_TRACES, error) &&
         flow_sql_exec_text (db, "UPDATE segment SET arrived = 0", error);
}

static gboolean
retain_run (TestRecords *self, sqlite3 *db, gpointer data, GError **error)
{
  gboolean more = FALSE;

  return flow_trace_retain (self->traces, db, &more, error);
}

static void
test_retention (void)
{
  g_autoptr (GBytes) key = test_records_trace_key (1);
  g_autoptr (FlowTrace) kept = NULL;
  g_autoptr (FlowTrace) gone = NULL;
  TestRecords a, b;

  test_records_init (&a, TEST_DEVICE_A);
  test_records_init (&b, TEST_DEVICE_B);
  test_records_add_spans (&a, 1, 2, FALSE);
  test_records_add_spans (&b, 1, 2, FALSE);
  test_records_add_spans (&b, 2, 2, FALSE);
  say (&a, 1, "", "keep", NULL, FALSE);
  carry (&a, &b, FLOW_RECORDS_FACTS, key);
  flow_trace_store_set_retention (b.traces, (FlowRetention) { .days = 1 });
  test_records_run (&b, seal_run, NULL);
  test_records_run (&b, retain_run, NULL);
  gone = test_records_load (&b, 2);
  g_assert_null (gone);
  kept = test_records_load (&b, 1);
  g_assert_cmpstr (kept->info->facts->note, ==, "keep");
  g_assert_cmpuint (kept->n_spans, ==, 2);
  test_records_clear (&a);
  test_records_clear (&b);
}

static gboolean
write_workspaces (TestRecords *self, sqlite3 *db, gpointer n, GError **error)
{
  for (guint i = 0; i < GPOINTER_TO_UINT (n); i++)
    {
      g_autofree char *id = g_strdup_printf ("workspace-%05u", i);
      g_autofree char *folder = g_strdup_printf ("/home/me/project%u", i);
      g_autoptr (FlowWorkspace) workspace = flow_workspace_new (id, folder, 1000 + i);

      if (!flow_workspace_write (workspace, db, error))
        return FALSE;
    }
  return TRUE;
}

/* Folders stay on their device, and what is forgotten to make room is deleted nowhere. */
static void
test_workspaces (void)
{
  g_autoptr (GBytes) key = text_key ("workspace-00001");
  g_autoptr (GPtrArray) keys = NULL;
  g_autofree char *folder = NULL;
  TestRecords a, b;

  test_records_init (&a, TEST_DEVICE_A);
  test_records_init (&b, TEST_DEVICE_B);
  test_records_run (&a, write_workspaces, GUINT_TO_POINTER (3));
  carry (&a, &b, FLOW_RECORDS_WORKSPACES, key);
  g_assert_cmpint (test_records_number (&b, "SELECT count(*) FROM workspace"), ==, 0);
  g_assert_cmpint (test_records_number (&b, "SELECT count(*) FROM workspace_elsewhere"), ==, 1);
  g_assert_cmpint (b.changed & FLOW_RECORDS_CHANGED_PLACES, !=, 0);

  /* It is named on the other device. */
  test_records_exec (&b, "UPDATE workspace_elsewhere SET name = 'The shop'");
  carry (&b, &a, FLOW_RECORDS_WORKSPACES, key);
  folder = test_records_text (&a, "SELECT folder || ' ' || name FROM workspace WHERE id = 'workspace-00001'");
  g_assert_cmpstr (folder, ==, "/home/me/project1 The shop");

  keys = test_records_list (&a, FLOW_RECORDS_WORKSPACES, 2);
  g_assert_cmpuint (keys->len, ==, 3);
  test_records_exec (&a, "DELETE FROM sync_dirty");
  test_records_run (&a, write_workspaces, GUINT_TO_POINTER (FLOW_WORKSPACES_MAX + 5));
  g_assert_cmpint (test_records_number (&a, "SELECT count(*) FROM workspace"), ==, FLOW_WORKSPACES_MAX);
  g_assert_cmpint (test_records_number (&a, "SELECT count(*) FROM sync_dirty WHERE key = CAST ('workspace-00000' AS "
                                            "BLOB)"),
                   ==, 0);
  test_records_clear (&a);
  test_records_clear (&b);
}

static void
test_sessions (void)
{
  g_autoptr (GBytes) key = text_key ("session-1");
  TestRecords a, b;

  test_records_init (&a, TEST_DEVICE_A);
  test_records_init (&b, TEST_DEVICE_B);
  test_records_exec (&a, "INSERT INTO debug_session VALUES ('session-1', 'workspace-1', 'me', 'Cart', 5, 0)");
  carry (&a, &b, FLOW_RECORDS_SESSIONS, key);
  test_records_exec (&a, "UPDATE debug_session SET ended = 9");
  carry (&a, &b, FLOW_RECORDS_SESSIONS, key);
  g_assert_cmpint (test_records_number (&b, "SELECT ended FROM debug_session"), ==, 9);
  test_records_clear (&a);
  test_records_clear (&b);
}

static gboolean
write_device (TestRecords *self, sqlite3 *db, gpointer name, GError **error)
{
  return flow_record_tables_write_device (db, TEST_DEVICE_A, name, "linux", 7, error);
}

static void
test_devices (void)
{
  g_autoptr (GBytes) key = text_key (TEST_DEVICE_A);
  g_autoptr (GPtrArray) keys = NULL;
  TestRecords a, b;

  test_records_init (&a, TEST_DEVICE_A);
  test_records_init (&b, TEST_DEVICE_B);
  test_records_run (&a, write_device, (gpointer) "Laptop");
  carry (&a, &b, FLOW_RECORDS_DEVICES, key);
  g_assert_cmpint (b.changed & FLOW_RECORDS_CHANGED_DEVICES, !=, 0);
  test_records_exec (&a, "DELETE FROM sync_dirty");
  test_records_run (&a, write_device, (gpointer) "Laptop");
  g_assert_cmpint (test_records_number (&a, "SELECT count(*) FROM sync_dirty"), ==, 0);
  keys = test_records_list (&b, FLOW_RECORDS_DEVICES, 10);
  g_assert_cmpuint (keys->len, ==, 1);
  test_records_exec (&a, "DELETE FROM device");
  carry (&a, &b, FLOW_RECORDS_DEVICES, key);
  test_records_clear (&a);
  test_records_clear (&b);
}

static gboolean
refuse_run (TestRecords *self, sqlite3 *db, gpointer name, GError **error)
{
  g_autoptr (GBytes) key = g_bytes_new_static ("\xff", 1);
  const FlowSyncTable *table = test_records_table (self, name);
  g_autoptr (FlowSyncRecord) record = flow_sync_record_new (table);
  g_autoptr (GError) local = NULL;

  g_assert_false (table->apply (table, db, key, record, &local));
  g_assert_error (local, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
  return TRUE;
}

/* What is no key is refused, with an error that has it set aside. */
static void
test_foreign_keys (void)
{
  guint n;
  const FlowSyncTable *const *tables;
  TestRecords a;

  test_records_init (&a, TEST_DEVICE_A);
  tables = flow_record_tables_get (a.tables, &n);
  g_assert_cmpuint (n, ==, 8);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (flow_sync_table_check (tables[i], &error));
      g_assert_no_error (error);
      test_records_run (&a, refuse_run, (gpointer) tables[i]->name);
    }
  test_records_clear (&a);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/hub/sync/record-tables/facts", test_facts);
  g_test_add_func ("/hub/sync/record-tables/erase", test_erase);
  g_test_add_func ("/hub/sync/record-tables/retention", test_retention);
  g_test_add_func ("/hub/sync/record-tables/workspaces", test_workspaces);
  g_test_add_func ("/hub/sync/record-tables/sessions", test_sessions);
  g_test_add_func ("/hub/sync/record-tables/devices", test_devices);
  g_test_add_func ("/hub/sync/record-tables/foreign-keys", test_foreign_keys);
  return g_test_run ();
}
