/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace-test.h"

#include "trace/flow-trace-header.h"

/* Traces whose spans are on another device: what is known of them is listed until the spans are here. */

static FlowTraceHeader *
header_of (guint trace)
{
  guint8 id[16];
  FlowTraceHeader *header;

  test_trace_id (trace, id);
  header = flow_trace_header_new (id);
  g_free (header->device);
  header->device = g_strdup ("laptop");
  g_free (header->name);
  header->name = g_strdup ("GET /far");
  g_free (header->services);
  header->services = g_strdup ("[\"far\",7,\"near\"]");
  g_free (header->workspace);
  header->workspace = g_strdup ("their-workspace");
  header->started_ns = 1000;
  header->duration_ns = 500;
  header->spans = 40;
  header->errors = 2;
  return header;
}

/* One step of a test: a header is written or deleted, and the trace settled. */
typedef struct
{
  TestStore *store;
  guint trace;
  const char *parts; /* (nullable): JSON */
  gboolean gone;
} Step;

static gboolean
step_run (sqlite3 *db, gpointer data, GError **error)
{
  Step *step = data;
  g_autoptr (FlowTraceHeader) header = header_of (step->trace);

  if (step->parts != NULL)
    {
      g_free (header->parts);
      header->parts = g_strdup (step->parts);
    }
  return (step->gone ? flow_trace_header_delete (db, header->trace_id, error)
                     : flow_trace_header_write (header, db, error)) &&
         flow_trace_store_settle_header (step->store->traces, db, header->trace_id, error);
}

static void
put (TestStore *store, guint trace)
{
  Step step = { store, trace, NULL, FALSE };

  test_store_run (store, step_run, &step);
}

static void
drop (TestStore *store, guint trace)
{
  Step step = { store, trace, NULL, TRUE };

  test_store_run (store, step_run, &step);
}

static void
add_span (TestStore *store, guint trace)
{
  TestSpan span = test_span (trace, 1);

  g_assert_cmpuint (test_store_spans (store, &span, 1).stored, ==, 1);
}

static GPtrArray *
list (FlowTraceReader *reader, const FlowTraceFilter *filter)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *traces = flow_trace_reader_list (reader, filter, &error);

  g_assert_no_error (error);
  return traces;
}

static guint
count (TestStore *store, const FlowTraceFilter *filter)
{
  g_autoptr (FlowTraceReader) reader = test_store_reader (store);
  g_autoptr (GPtrArray) traces = list (reader, filter);

  return traces->len;
}

static gboolean
name_device (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, "INSERT INTO device VALUES ('laptop', 'My laptop', 'x', 1)", error);
}

static void
test_listed (void)
{
  g_autoptr (FlowTraceReader) reader = NULL;
  g_autoptr (GPtrArray) traces = NULL;
  const FlowTraceInfo *info;
  TestStore store;

  test_store_init (&store);
  add_span (&store, 1);
  put (&store, 2);
  test_store_run (&store, name_device, NULL);
  test_store_reopen (&store);
  reader = test_store_reader (&store);
  traces = list (reader, &(FlowTraceFilter) { 0 });
  g_assert_cmpuint (traces->len, ==, 2);
  info = traces->pdata[0];
  g_assert_true (info->elsewhere);
  g_assert_false (info->fetchable);
  g_assert_cmpstr (info->device, ==, "My laptop");
  g_assert_cmpstr (info->name, ==, "GET /far");
  g_assert_cmpstr (info->services[0], ==, "far");
  g_assert_cmpstr (info->services[1], ==, "near");
  g_assert_cmpint (info->end_ns - info->start_ns, ==, 500);
  g_assert_cmpuint (info->spans, ==, 40);
  g_assert_cmpuint (info->errors, ==, 2);
  g_assert_false (((FlowTraceInfo *) traces->pdata[1])->elsewhere);

  g_assert_cmpuint (count (&store, &(FlowTraceFilter) { .service = "far" }), ==, 1);
  g_assert_cmpuint (count (&store, &(FlowTraceFilter) { .errors_only = TRUE }), ==, 1);
  test_store_clear (&store);
}

/* What is said of it there, its spans say here. */
static void
test_arrives (void)
{
  g_autoptr (FlowTrace) before = NULL;
  g_autoptr (FlowTrace) after = NULL;
  TestStore store;

  test_store_init (&store);
  put (&store, 1);
  before = test_store_load (&store, 1);
  g_assert_cmpuint (before->n_spans, ==, 0);
  add_span (&store, 1);
  after = test_store_load (&store, 1);
  g_assert_cmpuint (after->n_spans, ==, 1);
  g_assert_false (after->info->elsewhere);
  g_assert_cmpuint (after->info->spans, ==, 1);
  g_assert_cmpuint (after->info->errors, ==, 0);
  g_assert_cmpstr (after->info->name, !=, "GET /far");
  g_assert_cmpuint (after->info->number, ==, before->info->number);

  /* From here on the header is for others. */
  put (&store, 1);
  drop (&store, 1);
  g_assert_cmpuint (count (&store, &(FlowTraceFilter) { 0 }), ==, 1);
  test_store_clear (&store);
}

static void
test_goes (void)
{
  g_autoptr (GError) error = NULL;
  guint8 id[16];
  TestStore store;
  Step step = { &store, 3, "{\"laptop\":\"00112233445566778899aabbccddeeff 00 9 40\"}", FALSE };

  test_store_init (&store);
  put (&store, 1);
  put (&store, 2);
  test_store_run (&store, step_run, &step);
  drop (&store, 1);
  g_assert_cmpuint (count (&store, &(FlowTraceFilter) { 0 }), ==, 2);
  add_span (&store, 1);
  g_assert_cmpuint (count (&store, &(FlowTraceFilter) { 0 }), ==, 3);

  test_trace_id (3, id);
  g_assert_true (flow_trace_store_erase_trace (store.traces, id, &error));
  g_assert_no_error (error);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_header"), ==, 1);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_blob_gone"), ==, 1);

  /* What is on other devices is not erased from here, but what is here is gone everywhere. */
  g_assert_true (flow_trace_store_erase_all (store.traces, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count (&store, &(FlowTraceFilter) { .service = "far" }), ==, 1);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_header"), ==, 1);
  test_store_reopen (&store);
  g_assert_cmpuint (count (&store, &(FlowTraceFilter) { 0 }), ==, 1);
  test_store_clear (&store);
}

static gboolean
fetched_run (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, "INSERT INTO trace_fetched SELECT trace_id, 'blob', 1 FROM trace_header", error);
}

/* Who erases the copies of traces of other devices takes neither their traces nor what was said about them away. */
static void
test_copies (void)
{
  g_autoptr (GError) error = NULL;
  FlowFactChange *change;
  guint8 id[16];
  TestStore store;

  test_store_init (&store);
  put (&store, 1);
  add_span (&store, 1);
  test_store_run (&store, fetched_run, NULL);
  test_trace_id (1, id);
  change = flow_fact_change_new (id);
  flow_fact_change_set_pinned (change, TRUE);
  flow_trace_facts_unref (flow_trace_store_change_facts_wait (store.traces, change, NULL));

  g_assert_true (flow_trace_store_erase_all (store.traces, &error));
  g_assert_no_error (error);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_header"), ==, 1);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_fact"), ==, 1);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_blob_gone"), ==, 0);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_fetched"), ==, 0);
  g_assert_cmpuint (count (&store, &(FlowTraceFilter) { .pinned = TRUE }), ==, 1);
  test_store_clear (&store);
}

/* So does who erases one of them; it is listed as the other device's again. */
static void
test_copy (void)
{
  g_autoptr (GError) error = NULL;
  FlowFactChange *change;
  guint8 id[16];
  TestStore store;

  test_store_init (&store);
  put (&store, 1);
  add_span (&store, 1);
  test_store_run (&store, fetched_run, NULL);
  test_trace_id (1, id);
  change = flow_fact_change_new (id);
  flow_fact_change_set_pinned (change, TRUE);
  flow_trace_facts_unref (flow_trace_store_change_facts_wait (store.traces, change, NULL));

  g_assert_true (flow_trace_store_erase_trace (store.traces, id, &error));
  g_assert_no_error (error);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_header"), ==, 1);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_fact"), ==, 1);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_blob_gone"), ==, 0);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_fetched"), ==, 0);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace WHERE flags & 4"), ==, 1);
  g_assert_cmpuint (count (&store, &(FlowTraceFilter) { .pinned = TRUE }), ==, 1);
  test_store_clear (&store);
}

static gboolean
roll_back_run (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db,
                             "INSERT INTO sync_mute VALUES ('roll-back'); DELETE FROM trace_header;"
                             "DELETE FROM sync_mute",
                             error);
}

/* What is as it was before syncing takes nothing from other devices. */
static void
test_rolled_back (void)
{
  TestStore store;
  Step step = { &store, 1, "{\"laptop\":\"00112233445566778899aabbccddeeff 00 9 40\"}", FALSE };

  test_store_init (&store);
  test_store_run (&store, step_run, &step);
  test_store_run (&store, roll_back_run, NULL);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_header"), ==, 0);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_blob_gone"), ==, 0);
  test_store_clear (&store);
}

static gboolean
retain_run (sqlite3 *db, gpointer traces, GError **error)
{
  gboolean more = FALSE;

  return flow_trace_retain (traces, db, &more, error);
}

/* As many as are listed; what is said something about is not counted, and no header goes. */
static void
test_bounded (void)
{
  FlowFactChange *change;
  guint8 id[16];
  TestStore store;

  test_store_init (&store);
  store.traces->elsewhere_max = 5;
  for (guint trace = 1; trace <= 12; trace++)
    put (&store, trace);
  test_trace_id (1, id);
  change = flow_fact_change_new (id);
  flow_fact_change_set_pinned (change, TRUE);
  flow_trace_facts_unref (flow_trace_store_change_facts_wait (store.traces, change, NULL));
  for (guint i = 0; i < 3; i++)
    test_store_run (&store, retain_run, store.traces);
  g_assert_cmpuint (count (&store, &(FlowTraceFilter) { 0 }), ==, 7);
  g_assert_cmpuint (count (&store, &(FlowTraceFilter) { .pinned = TRUE }), ==, 1);
  g_assert_cmpint (test_store_number (&store, "SELECT count(*) FROM trace_header"), ==, 12);
  test_store_clear (&store);
}

static gboolean
name_workspaces (sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db,
                             "INSERT INTO workspace VALUES ('mine', '/home/me/shop', 'shop', 1, 1);"
                             "INSERT INTO workspace_elsewhere VALUES ('their-workspace', 'laptop', 'shop', 1)",
                             error);
}

/* A project that has one name on both devices is one for who looks for its traces. */
static void
test_workspace (void)
{
  TestStore store;

  test_store_init (&store);
  put (&store, 1);
  g_assert_cmpuint (count (&store, &(FlowTraceFilter) { .workspace = "shop" }), ==, 0);
  test_store_run (&store, name_workspaces, NULL);
  put (&store, 2);
  g_assert_cmpuint (count (&store, &(FlowTraceFilter) { .workspace = "shop" }), ==, 1);
  g_assert_cmpuint (count (&store, &(FlowTraceFilter) { .workspace = "their-workspace" }), ==, 1);
  test_store_clear (&store);
}

static void
test_logs_alone (void)
{
  g_autoptr (FlowTrace) trace = NULL;
  TestLog log = { .trace = 1, .time_ns = 5, .body = "hello", .service = "near", .severity = 9 };
  TestStore store;

  test_store_init (&store);
  put (&store, 1);
  test_store_take (&store, test_logs (&log, 1));
  trace = test_store_load (&store, 1);
  g_assert_true (trace->info->elsewhere);
  g_assert_cmpuint (trace->info->spans, ==, 40);
  g_assert_cmpuint (trace->n_logs, ==, 1);
  test_store_clear (&store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/trace/elsewhere/listed", test_listed);
  g_test_add_func ("/trace/elsewhere/arrives", test_arrives);
  g_test_add_func ("/trace/elsewhere/goes", test_goes);
  g_test_add_func ("/trace/elsewhere/copies", test_copies);
  g_test_add_func ("/trace/elsewhere/copy", test_copy);
  g_test_add_func ("/trace/elsewhere/rolled-back", test_rolled_back);
  g_test_add_func ("/trace/elsewhere/bounded", test_bounded);
  g_test_add_func ("/trace/elsewhere/workspace", test_workspace);
  g_test_add_func ("/trace/elsewhere/logs-alone", test_logs_alone);
  return g_test_run ();
}
