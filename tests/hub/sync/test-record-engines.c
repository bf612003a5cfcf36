/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "records-test.h"

#include "base/flow-settings.h"
#include "sync/flow-sync-conflicts.h"
#include "sync/flow-sync.h"
#include "trace/flow-fact-change.h"

/* Records of two devices with the engine between them. The cloud is a counter: what it accepts first holds. */

typedef struct
{
  TestRecords records;
  FlowSync *sync;
  guint64 sent; /* seq of the last operation that the cloud accepted */
} Device;

typedef struct
{
  Device a, b;
  guint64 number;
} World;

static gboolean
before_commit (gpointer data, sqlite3 *db, GError **error)
{
  Device *device = data;
  guint n_ops = 0;

  return !flow_sync_is_on (device->sync) || flow_sync_capture (device->sync, &n_ops, error);
}

static void
rolled_back (gpointer data, sqlite3 *db)
{
  flow_sync_forget (((Device *) data)->sync);
}

static gboolean
open_sync (gpointer data, sqlite3 *db, GError **error)
{
  return flow_sync_open (((Device *) data)->sync, db, error);
}

static void
close_sync (gpointer data, sqlite3 *db)
{
  flow_sync_close (((Device *) data)->sync);
}

static gboolean
turn_on_run (TestRecords *records, sqlite3 *db, gpointer data, GError **error)
{
  Device *device = data;
  g_auto (FlowSyncSeed) seed = { 0 };

  if (!flow_sync_turn_on (device->sync, error))
    return FALSE;
  while (!seed.finished)
    if (!flow_sync_seed (device->sync, &seed, 10, error))
      return FALSE;
  return TRUE;
}

static void
device_init (Device *device, const char *id)
{
  static const FlowStoreParticipant participant = {
    .open = open_sync,
    .before_commit = before_commit,
    .rolled_back = rolled_back,
    .close = close_sync,
  };
  FlowSyncSetup setup = { .clock = flow_clock_system (), .machine = id };
  FlowTraceStore *traces;

  memset (device, 0, sizeof *device);
  device->records.context = test_records_new_context ();
  device->records.path = flow_context_get_database_path (device->records.context);
  device->records.store = flow_store_new (device->records.context);
  traces = device->records.traces = flow_trace_store_new (device->records.store);
  device->records.tables = flow_record_tables_new (device->records.store, traces, NULL, NULL);
  device->records.calls = flow_call_queue_new (NULL, "test-calls");
  setup.tables = flow_record_tables_get (device->records.tables, &setup.n_tables);
  device->sync = flow_sync_new (&setup);
  flow_store_add_participant (device->records.store, &participant, device);
  g_assert_true (flow_store_open (device->records.store, NULL));
}

static gboolean
know_device_run (TestRecords *records, sqlite3 *db, gpointer device, GError **error)
{
  flow_record_tables_set_device (records->tables, device);
  return TRUE;
}

static void
turn_on (Device *device, const char *id)
{
  test_records_run (&device->records, know_device_run, (gpointer) id);
  test_records_run (&device->records, turn_on_run, device);
}

static void
device_clear (Device *device)
{
  test_records_clear (&device->records);
  flow_sync_free (device->sync);
}

static void
set_up (World *world, gconstpointer data)
{
  device_init (&world->a, "a");
  device_init (&world->b, "b");
  world->number = 0;
}

static void
tear_down (World *world, gconstpointer data)
{
  device_clear (&world->a);
  device_clear (&world->b);
}

typedef struct
{
  Device *device;
  FlowSyncOps *ops;
  guint64 number;
  FlowSyncApplied applied;
} Step;

static gboolean
collect_run (TestRecords *records, sqlite3 *db, gpointer data, GError **error)
{
  Step *step = data;

  return flow_sync_collect (step->device->sync, "account", step->device->sent, 0, &step->ops, error);
}

static gboolean
accept_run (TestRecords *records, sqlite3 *db, gpointer data, GError **error)
{
  Step *step = data;
  FlowSyncDot last = *flow_sync_ops_get_first (step->ops);

  last.seq = flow_sync_ops_get_last (step->ops);
  return flow_sync_accept (step->device->sync, "account", &last, step->number, error);
}

static gboolean
apply_run (TestRecords *records, sqlite3 *db, gpointer data, GError **error)
{
  Step *step = data;

  return flow_sync_apply (step->device->sync, step->ops, step->number, &step->applied, error);
}

/* All that a device has goes to the cloud, and from there to the other one. Returns how many batches. */
static guint
sync_from (World *world, Device *from, Device *to)
{
  guint batches = 0;

  while (TRUE)
    {
      Step step = { .device = from };

      test_records_run (&from->records, collect_run, &step);
      if (step.ops == NULL)
        return batches;
      step.number = ++world->number;
      test_records_run (&from->records, accept_run, &step);
      from->sent = flow_sync_ops_get_last (step.ops);
      step.device = to;
      test_records_run (&to->records, apply_run, &step);
      g_assert_cmpint (step.applied.outcome, ==, FLOW_SYNC_TAKEN);
      flow_sync_ops_unref (step.ops);
      batches++;
    }
}

/* Until nobody has anything to say. */
static void
sync_both (World *world, Device *first, Device *second)
{
  guint rounds = 0;

  while (sync_from (world, first, second) + sync_from (world, second, first) > 0)
    g_assert_cmpuint (rounds++, <, 10);
}

static FlowFactChange *
change_of (guint trace)
{
  guint8 id[16];

  test_records_trace_id (trace, id);
  return flow_fact_change_new (id);
}

static void
say (Device *device, FlowFactChange *change)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTraceFacts) facts = flow_trace_store_change_facts_wait (device->records.traces, change, &error);

  g_assert_no_error (error);
  g_assert_nonnull (facts);
}

static void
note (Device *device, guint trace, const char *text)
{
  FlowFactChange *change = change_of (trace);

  flow_fact_change_set_note (change, text, NULL);
  say (device, change);
}

static void
tag (Device *device, guint trace, const char *add, const char *remove)
{
  FlowFactChange *change = change_of (trace);

  if (add != NULL)
    flow_fact_change_add_tag (change, add, NULL);
  if (remove != NULL)
    flow_fact_change_remove_tag (change, remove, NULL);
  say (device, change);
}

static void
assert_text (Device *device, const char *query, const char *expected)
{
  g_autofree char *text = test_records_text (&device->records, query);

  g_assert_cmpstr (text, ==, expected);
}

static void
assert_both (World *world, const char *query, const char *expected)
{
  assert_text (&world->a, query, expected);
  assert_text (&world->b, query, expected);
}

static void
both_on (World *world)
{
  turn_on (&world->a, TEST_DEVICE_A);
  turn_on (&world->b, TEST_DEVICE_B);
}

/* On A the trace is complete and well; on B, which had a part of it that failed, it is an error, and the cloud knew
 * that first: an error it is, although A's success is of the same moment, and came to the cloud as well. */
static void
test_conflict_cloud_status_wins (World *world, gconstpointer data)
{
  both_on (world);
  test_records_add_spans (&world->a.records, 1, 2, FALSE);
  test_records_add_spans (&world->b.records, 1, 3, TRUE);
  tag (&world->a, 1, "mine", NULL);
  tag (&world->b, 1, "theirs", NULL);
  assert_text (&world->a, "SELECT status FROM trace_header", "ok");
  assert_text (&world->b, "SELECT status FROM trace_header", "error");
  sync_from (world, &world->b, &world->a);
  sync_both (world, &world->a, &world->b);
  assert_both (world, "SELECT status FROM trace_header", "error");
  assert_both (world, "SELECT completed FROM trace_header", "2999");
  assert_both (world, "SELECT group_concat (tag) FROM (SELECT tag FROM trace_tag ORDER BY tag)", "mine,theirs");
  assert_both (world, "SELECT count(*) FROM sync_conflict WHERE state = 'open'", "0");
}

/* The other way round: what the cloud accepted first holds, whoever was later. */
static void
test_first_accepted_wins (World *world, gconstpointer data)
{
  both_on (world);
  test_records_add_spans (&world->a.records, 1, 2, FALSE);
  test_records_add_spans (&world->b.records, 1, 3, TRUE);
  tag (&world->a, 1, "x", NULL);
  tag (&world->b, 1, "x", NULL);
  sync_from (world, &world->a, &world->b);
  sync_both (world, &world->b, &world->a);
  assert_both (world, "SELECT status FROM trace_header", "ok");
}

/* Days of work without a network arrive, once, and in one go. */
static void
test_offline_queued_then_synced (World *world, gconstpointer data)
{
  both_on (world);
  for (guint trace = 1; trace <= 20; trace++)
    {
      g_autofree char *text = g_strdup_printf ("note %u", trace);

      test_records_add_spans (&world->a.records, trace, 1, FALSE);
      note (&world->a, trace, "first");
      note (&world->a, trace, text);
      tag (&world->a, trace, "keep", NULL);
      tag (&world->a, trace, "drop", NULL);
      tag (&world->a, trace, NULL, "drop");
    }
  g_assert_cmpuint (sync_from (world, &world->a, &world->b), >, 0);
  g_assert_cmpuint (sync_from (world, &world->b, &world->a), ==, 0);
  assert_both (world, "SELECT count(*) FROM trace_fact", "20");
  assert_both (world, "SELECT note FROM trace_fact WHERE trace_id = x'00000000000000000000000000000014'", "note 20");
  assert_both (world, "SELECT group_concat (DISTINCT tag) FROM trace_tag", "keep");
  assert_text (&world->b, "SELECT count(*) FROM trace WHERE flags & 4", "20");
  g_assert_cmpuint (sync_from (world, &world->a, &world->b), ==, 0);
}

static void
test_note_merges (World *world, gconstpointer data)
{
  both_on (world);
  test_records_add_spans (&world->a.records, 1, 1, FALSE);
  note (&world->a, 1, "one\ntwo\nthree\nfour\nfive\n");
  sync_both (world, &world->a, &world->b);
  note (&world->a, 1, "ONE\ntwo\nthree\nfour\nfive\n");
  note (&world->b, 1, "one\ntwo\nthree\nfour\nFIVE\n");
  sync_both (world, &world->a, &world->b);
  assert_both (world, "SELECT trim (note, char (10)) FROM trace_fact", "ONE\ntwo\nthree\nfour\nFIVE");
  assert_both (world, "SELECT count(*) FROM sync_conflict WHERE state = 'open'", "0");
}

/* A trace that is erased on one device, while somebody writes about it on another, is asked about. */
static void
test_erase_against_note (World *world, gconstpointer data)
{
  guint8 id[16];

  both_on (world);
  test_records_add_spans (&world->a.records, 1, 1, FALSE);
  note (&world->a, 1, "old");
  sync_both (world, &world->a, &world->b);
  test_records_trace_id (1, id);
  g_assert_true (flow_trace_store_erase_trace (world->a.records.traces, id, NULL));
  note (&world->b, 1, "do not lose this");
  sync_both (world, &world->a, &world->b);
  assert_both (world, "SELECT note FROM trace_fact", "do not lose this");
  assert_both (world, "SELECT kind || ' ' || state FROM sync_conflict WHERE tbl = 'trace_fact' LIMIT 1",
               "delete_vs_modify open");
}

static void
test_erase (World *world, gconstpointer data)
{
  guint8 id[16];

  both_on (world);
  test_records_add_spans (&world->a.records, 1, 1, FALSE);
  note (&world->a, 1, "old");
  sync_both (world, &world->a, &world->b);
  test_records_trace_id (1, id);
  g_assert_true (flow_trace_store_erase_trace (world->a.records.traces, id, NULL));
  sync_both (world, &world->a, &world->b);
  assert_both (world, "SELECT count(*) FROM trace_fact", "0");
  assert_both (world, "SELECT count(*) FROM trace_header", "0");
  assert_both (world, "SELECT count(*) FROM trace", "0");
}

/* What is said no more is no deletion: the other device's words stay. */
static void
test_cleared_against_note (World *world, gconstpointer data)
{
  both_on (world);
  test_records_add_spans (&world->a.records, 1, 1, FALSE);
  tag (&world->a, 1, "slow", NULL);
  sync_both (world, &world->a, &world->b);
  tag (&world->a, 1, NULL, "slow");
  tag (&world->b, 1, "seen", NULL);
  sync_both (world, &world->a, &world->b);
  assert_both (world, "SELECT group_concat (tag) FROM trace_tag", "seen");
  assert_both (world, "SELECT count(*) FROM sync_conflict WHERE state = 'open'", "0");
}

/* What was there before: of the settings the account's hold, of what people made nothing is lost. */
static void
test_joins (World *world, gconstpointer data)
{
  test_records_exec (&world->a.records, "INSERT INTO mirrored VALUES ('setting', 'sync.traces', '''kept''', 0, 5, '')");
  test_records_exec (&world->b.records, "INSERT INTO mirrored VALUES ('setting', 'sync.traces', '''all''', 0, 9, '')");
  test_records_exec (&world->b.records,
                     "INSERT INTO mirrored VALUES ('origin', 'https://b.example', 'denied', 0, 9, '')");
  test_records_exec (&world->b.records, "INSERT INTO workspace VALUES ('w-1', '/home/b/shop', 'shop', 1, 1)");
  turn_on (&world->a, TEST_DEVICE_A);
  test_records_exec (&world->a.records, "UPDATE mirrored SET value = '''errors'''");
  turn_on (&world->b, TEST_DEVICE_B);
  sync_both (world, &world->a, &world->b);
  assert_both (world, "SELECT value FROM mirrored WHERE tbl = 'setting'", "'errors'");
  assert_both (world, "SELECT value FROM mirrored WHERE tbl = 'origin'", "denied");
  assert_text (&world->a, "SELECT name FROM workspace_elsewhere", "shop");
  assert_text (&world->a, "SELECT count(*) FROM workspace", "0");
}

/* Workspaces that are forgotten to make room are known elsewhere as before. */
static void
test_forgotten (World *world, gconstpointer data)
{
  both_on (world);
  test_records_exec (&world->a.records, "INSERT INTO workspace VALUES ('w-1', '/home/a/shop', 'shop', 1, 1)");
  test_records_exec (&world->a.records, "INSERT INTO debug_session VALUES ('s-1', 'w-1', 'me', 'Cart', 1, 2)");
  sync_both (world, &world->a, &world->b);
  test_records_exec (&world->a.records, "DELETE FROM workspace");
  test_records_exec (&world->a.records, "DELETE FROM debug_session");
  sync_both (world, &world->a, &world->b);
  assert_text (&world->b, "SELECT name FROM workspace_elsewhere", "shop");
  assert_text (&world->b, "SELECT name FROM debug_session", "Cart");
}

#define ADD(name, func) g_test_add ("/hub/sync/record-engines/" name, World, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("conflict_cloud_status_wins", test_conflict_cloud_status_wins);
  ADD ("first_accepted_wins", test_first_accepted_wins);
  ADD ("offline_queued_then_synced", test_offline_queued_then_synced);
  ADD ("note-merges", test_note_merges);
  ADD ("erase-against-note", test_erase_against_note);
  ADD ("erase", test_erase);
  ADD ("cleared-against-note", test_cleared_against_note);
  ADD ("joins", test_joins);
  ADD ("forgotten", test_forgotten);
  return g_test_run ();
}
