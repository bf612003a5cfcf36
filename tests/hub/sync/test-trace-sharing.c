/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "records-test.h"

#include "base/flow-settings.h"
#include "hub/sync/traces/flow-trace-pack.h"
#include "hub/sync/traces/flow-trace-sharing.h"
#include "trace/flow-fact-change.h"

/* Traces between two devices: a table stands for the cloud, and headers are carried by hand. */

typedef struct
{
  GHashTable *blobs; /* id in hex -> GBytes */
  guint puts;
  guint refusals;
  int refuses;    /* the next one with this code; 0: it does not */
  gsize refused;  /* bytes of what it refused last */
  gboolean loses; /* the answer to the next one, which it takes */
  gboolean down;
} Cloud;

typedef struct
{
  TestRecords records;
  FlowTraceSharing *sharing;
  Cloud *cloud;
} Device;

typedef struct
{
  Cloud cloud;
  Device a, b;
} World;

typedef struct
{
  gboolean done;
  guint64 spans;
  GError *error;
} Ended;

static char *
hex_of (const guint8 *id)
{
  GString *hex = g_string_new (NULL);

  for (guint i = 0; i < FLOW_TRACE_BLOB_ID_SIZE; i++)
    g_string_append_printf (hex, "%02x", id[i]);
  return g_string_free (hex, FALSE);
}

static gboolean
is_down (Cloud *cloud, FlowTraceBlobDone done, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!cloud->down)
    return FALSE;
  cloud->refusals++;
  g_set_error_literal (&error, FLOW_ERROR, FLOW_ERROR_OFFLINE, "down");
  done (NULL, error, data);
  return TRUE;
}

static void
put (gpointer blobs, const guint8 *id, GBytes *sealed, FlowTraceBlobDone done, gpointer data)
{
  Cloud *cloud = blobs;
  g_autoptr (GError) error = NULL;

  if (is_down (cloud, done, data))
    return;
  if (cloud->refuses != 0)
    {
      g_set_error_literal (&error, FLOW_ERROR, cloud->refuses, "not this one");
      cloud->refuses = 0;
      cloud->refused = g_bytes_get_size (sealed);
      done (NULL, error, data);
      return;
    }
  cloud->puts++;
  g_hash_table_insert (cloud->blobs, hex_of (id), g_bytes_ref (sealed));
  if (cloud->loses)
    g_set_error_literal (&error, FLOW_ERROR, FLOW_ERROR_OFFLINE, "lost");
  cloud->loses = FALSE;
  done (NULL, error, data);
}

static void
get (gpointer blobs, const guint8 *id, FlowTraceBlobDone done, gpointer data)
{
  Cloud *cloud = blobs;
  g_autofree char *hex = hex_of (id);
  g_autoptr (GError) error = NULL;
  GBytes *blob = g_hash_table_lookup (cloud->blobs, hex);

  if (is_down (cloud, done, data))
    return;
  if (blob == NULL)
    g_set_error_literal (&error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "gone");
  done (blob, error, data);
}

static void
remove_blob (gpointer blobs, const guint8 *id, FlowTraceBlobDone done, gpointer data)
{
  Cloud *cloud = blobs;
  g_autofree char *hex = hex_of (id);

  if (is_down (cloud, done, data))
    return;
  g_hash_table_remove (cloud->blobs, hex);
  done (NULL, NULL, data);
}

static void
device_init (Device *device, const char *id, Cloud *cloud)
{
  static const FlowTraceBlobs funcs = { put, get, remove_blob };
  FlowTraceSharingSetup setup = { .funcs = &funcs, .blobs = cloud };
  g_autoptr (FlowSettings) settings = NULL;
  g_autoptr (FlowSettingsSnapshot) snapshot = NULL;

  test_records_init (&device->records, id);
  device->cloud = cloud;
  setup.store = device->records.store;
  setup.traces = device->records.traces;
  setup.records = device->records.tables;
  setup.calls = device->records.calls;
  setup.database = device->records.path;
  settings = flow_settings_new (device->records.context, NULL);
  snapshot = flow_settings_snapshot (settings);
  device->sharing = flow_trace_sharing_new (&setup, snapshot);
}

static void
device_clear (Device *device)
{
  flow_store_close (device->records.store);
  flow_trace_sharing_free (device->sharing);
  test_records_clear (&device->records);
}

static void
set_up (World *world, gconstpointer data)
{
  world->cloud.blobs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  device_init (&world->a, TEST_DEVICE_A, &world->cloud);
  device_init (&world->b, TEST_DEVICE_B, &world->cloud);
  flow_trace_sharing_set_state (world->a.sharing, TRUE, TRUE);
  flow_trace_sharing_set_state (world->b.sharing, TRUE, TRUE);
}

static void
tear_down (World *world, gconstpointer data)
{
  device_clear (&world->a);
  device_clear (&world->b);
  g_hash_table_unref (world->cloud.blobs);
}

static void
ended (guint64 spans, const GError *error, gpointer data)
{
  Ended *self = data;

  self->done = TRUE;
  self->spans = spans;
  self->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
wait_ended (Ended *self)
{
  while (!self->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_idle (Device *device)
{
  while (!flow_trace_sharing_is_idle (device->sharing))
    g_main_context_iteration (NULL, TRUE);
}

static void
share (Device *device, guint trace, gboolean stop)
{
  Ended end = { FALSE };
  guint8 id[16];

  test_records_trace_id (trace, id);
  flow_trace_sharing_share (device->sharing, id, stop, ended, &end);
  wait_ended (&end);
  g_assert_no_error (end.error);
  wait_idle (device);
}

static void
looked (gboolean shared, const GError *error, gpointer data)
{
  g_assert_no_error (error);
  *(int *) data = shared;
}

static gboolean
is_shared (Device *device, guint trace)
{
  int shared = -1;
  guint8 id[16];

  test_records_trace_id (trace, id);
  flow_trace_sharing_look (device->sharing, id, looked, &shared);
  while (shared < 0)
    g_main_context_iteration (NULL, TRUE);
  return shared;
}

/* As many spans as have come; @error when it failed. */
static guint64
fetch (Device *device, guint trace, GError **error)
{
  Ended end = { FALSE };
  guint8 id[16];

  test_records_trace_id (trace, id);
  flow_trace_sharing_fetch (device->sharing, id, ended, &end);
  wait_ended (&end);
  if (end.error != NULL)
    g_propagate_error (error, end.error);
  return end.spans;
}

static void
carry (Device *from, Device *to, guint trace)
{
  g_autoptr (GBytes) key = test_records_trace_key (trace);
  g_autoptr (FlowSyncRecord) header = test_records_read (&from->records, FLOW_RECORDS_HEADERS, key);

  test_records_apply (&to->records, FLOW_RECORDS_HEADERS, key, header);
}

static void
use_mode (Device *device, const char *mode)
{
  g_autoptr (FlowSettings) settings = flow_settings_new (device->records.context, NULL);
  g_autoptr (FlowSettingsSnapshot) snapshot = NULL;

  g_assert_true (flow_settings_from_text (settings, "sync.traces", mode, NULL));
  snapshot = flow_settings_snapshot (settings);
  flow_trace_sharing_set_settings (device->sharing, snapshot);
  wait_idle (device);
}

static void
pin (Device *device, guint trace)
{
  g_autoptr (FlowTraceFacts) facts = NULL;
  FlowFactChange *change;
  guint8 id[16];

  test_records_trace_id (trace, id);
  change = flow_fact_change_new (id);
  flow_fact_change_set_pinned (change, TRUE);
  facts = flow_trace_store_change_facts_wait (device->records.traces, change, NULL);
  g_assert_nonnull (facts);
}

static void
test_share (World *world, gconstpointer data)
{
  g_autoptr (FlowTrace) listed = NULL;
  g_autoptr (FlowTrace) there = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *source = NULL;

  test_records_add_spans (&world->a.records, 1, 5, TRUE);
  g_assert_false (is_shared (&world->a, 1));
  share (&world->a, 1, FALSE);
  g_assert_true (is_shared (&world->a, 1));
  g_assert_false (is_shared (&world->b, 1));
  g_assert_cmpuint (g_hash_table_size (world->cloud.blobs), ==, 1);
  carry (&world->a, &world->b, 1);
  listed = test_records_load (&world->b.records, 1);
  g_assert_true (listed->info->elsewhere);
  g_assert_true (listed->info->fetchable);
  g_assert_cmpuint (listed->info->spans, ==, 5);
  g_assert_cmpuint (listed->info->errors, ==, 1);
  source = test_records_text (&world->b.records, "SELECT source_file || ':' || source_line || ' ' || status FROM "
                                                 "trace_header");
  g_assert_cmpstr (source, ==, "/src/cart.c:7 error");

  g_assert_cmpuint (fetch (&world->b, 1, &error), ==, 5);
  g_assert_no_error (error);
  there = test_records_load (&world->b.records, 1);
  g_assert_false (there->info->elsewhere);
  g_assert_cmpuint (there->n_spans, ==, 5);
  g_assert_cmpuint (there->info->errors, ==, 1);
  g_assert_cmpuint (fetch (&world->b, 1, &error), ==, 0);
  g_assert_no_error (error);

  /* What was fetched is not sent back as this device's own. */
  use_mode (&world->b, "all");
  g_assert_cmpuint (world->cloud.puts, ==, 1);
}

static void
test_stop (World *world, gconstpointer data)
{
  g_autoptr (FlowTrace) there = NULL;
  g_autoptr (GError) error = NULL;

  test_records_add_spans (&world->a.records, 1, 2, FALSE);
  share (&world->a, 1, FALSE);
  carry (&world->a, &world->b, 1);
  share (&world->a, 1, TRUE);
  g_assert_false (is_shared (&world->a, 1));
  g_assert_cmpuint (g_hash_table_size (world->cloud.blobs), ==, 0);
  g_assert_cmpuint (fetch (&world->b, 1, &error), ==, 0);
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  carry (&world->a, &world->b, 1);
  there = test_records_load (&world->b.records, 1);
  g_assert_null (there);
  /* The settings do not overrule what the user said. */
  use_mode (&world->a, "all");
  g_assert_cmpuint (world->cloud.puts, ==, 1);
}

static void
test_modes (World *world, gconstpointer data)
{
  test_records_add_spans (&world->a.records, 1, 1, FALSE);
  test_records_add_spans (&world->a.records, 2, 1, TRUE);
  test_records_add_spans (&world->a.records, 3, 1, FALSE);
  pin (&world->a, 3);
  wait_idle (&world->a);
  g_assert_cmpuint (world->cloud.puts, ==, 0);
  g_assert_cmpint (test_records_number (&world->a.records, "SELECT count(*) FROM trace_header"), ==, 1);
  use_mode (&world->a, "kept");
  g_assert_cmpuint (world->cloud.puts, ==, 1);
  use_mode (&world->a, "errors");
  g_assert_cmpuint (world->cloud.puts, ==, 2);
  use_mode (&world->a, "all");
  g_assert_cmpuint (world->cloud.puts, ==, 3);
  use_mode (&world->a, "all");
  g_assert_cmpuint (world->cloud.puts, ==, 3);
}

static gboolean
commit_of (TestRecords *self, sqlite3 *db, gpointer data, GError **error)
{
  guint8 id[16];

  test_records_trace_id (1, id);
  return flow_trace_store_find_number (self->traces, db, id, data, error);
}

/* A trace that grows is sent again when it has come to rest, and the blob before goes. */
static void
test_grows (World *world, gconstpointer data)
{
  g_autoptr (FlowCommit) commit = flow_commit_new ();
  g_autoptr (FlowTrace) there = NULL;
  guint64 number = 0;

  test_records_add_spans (&world->a.records, 1, 2, FALSE);
  share (&world->a, 1, FALSE);
  carry (&world->a, &world->b, 1);
  g_assert_cmpuint (fetch (&world->b, 1, NULL), ==, 2);
  test_records_add_spans (&world->a.records, 1, 4, FALSE);
  test_records_run (&world->a.records, commit_of, &number);
  commit->traces = g_memdup2 (&number, sizeof number);
  commit->n_traces = 1;
  flow_trace_sharing_committed (world->a.sharing, commit);
  wait_idle (&world->a);
  g_assert_cmpuint (world->cloud.puts, ==, 2);
  g_assert_cmpuint (g_hash_table_size (world->cloud.blobs), ==, 1);
  carry (&world->a, &world->b, 1);
  g_assert_cmpuint (fetch (&world->b, 1, NULL), ==, 2);
  there = test_records_load (&world->b.records, 1);
  g_assert_cmpuint (there->n_spans, ==, 4);
}

/* Without a connection what is to be sent waits; an erased trace is deleted from the cloud. */
static void
test_offline (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint8 id[16];

  world->cloud.down = TRUE;
  test_records_add_spans (&world->a.records, 1, 2, FALSE);
  share (&world->a, 1, FALSE);
  g_assert_cmpuint (world->cloud.puts, ==, 0);
  world->cloud.down = FALSE;
  flow_trace_sharing_set_state (world->a.sharing, TRUE, FALSE);
  flow_trace_sharing_set_state (world->a.sharing, TRUE, TRUE);
  wait_idle (&world->a);
  g_assert_cmpuint (g_hash_table_size (world->cloud.blobs), ==, 1);

  test_records_trace_id (1, id);
  flow_trace_store_erase_trace (world->a.records.traces, id, &error);
  g_assert_no_error (error);
  flow_trace_sharing_set_state (world->a.sharing, TRUE, TRUE);
  wait_idle (&world->a);
  g_assert_cmpuint (g_hash_table_size (world->cloud.blobs), ==, 0);
}

/* A cloud that takes records but no traces does not get the same trace after each record. */
static void
test_refused (World *world, gconstpointer data)
{
  world->cloud.down = TRUE;
  test_records_add_spans (&world->a.records, 1, 2, FALSE);
  share (&world->a, 1, FALSE);
  wait_idle (&world->a);
  g_assert_cmpuint (world->cloud.refusals, ==, 1);
  for (guint i = 0; i < 3; i++)
    {
      flow_trace_sharing_set_state (world->a.sharing, TRUE, TRUE);
      wait_idle (&world->a);
    }
  g_assert_cmpuint (world->cloud.refusals, ==, 1);

  /* Who asks for it has it tried at once. */
  share (&world->a, 1, FALSE);
  wait_idle (&world->a);
  g_assert_cmpuint (world->cloud.refusals, ==, 2);
}

/* Who erases everything takes what he sent back, but not what others sent. */
static void
test_erase_all (World *world, gconstpointer data)
{
  g_autoptr (FlowTrace) listed = NULL;
  g_autoptr (GError) error = NULL;

  test_records_add_spans (&world->a.records, 1, 2, FALSE);
  test_records_add_spans (&world->b.records, 2, 2, FALSE);
  share (&world->a, 1, FALSE);
  share (&world->b, 2, FALSE);
  carry (&world->b, &world->a, 2);
  g_assert_cmpuint (fetch (&world->a, 2, NULL), ==, 2);
  g_assert_true (flow_trace_store_erase_all (world->a.records.traces, &error));
  g_assert_no_error (error);
  flow_trace_sharing_set_state (world->a.sharing, TRUE, TRUE);
  wait_idle (&world->a);
  g_assert_cmpuint (g_hash_table_size (world->cloud.blobs), ==, 1);
  listed = test_records_load (&world->a.records, 2);
  g_assert_true (listed->info->elsewhere);
  g_assert_null (test_records_load (&world->a.records, 1));
  g_assert_cmpuint (fetch (&world->a, 2, &error), ==, 2);
  g_assert_no_error (error);
}

/* Spans of one trace from two devices become one trace; that one of them saw an error stays, also when the other one,
   to whom all went well, offers it again. */
static void
test_both (World *world, gconstpointer data)
{
  g_autoptr (FlowTrace) whole = NULL;
  g_autofree char *device = NULL, *status = NULL;

  test_records_add_spans (&world->a.records, 1, 2, FALSE);
  test_records_add_spans (&world->b.records, 1, 5, TRUE);
  share (&world->a, 1, FALSE);
  carry (&world->a, &world->b, 1);
  share (&world->b, 1, FALSE);
  carry (&world->b, &world->a, 1);
  device = test_records_text (&world->a.records, "SELECT device FROM trace_header");
  g_assert_cmpstr (device, ==, TEST_DEVICE_A);
  share (&world->a, 1, FALSE);
  status = test_records_text (&world->a.records, "SELECT status || errors FROM trace_header");
  g_assert_cmpstr (status, ==, "error1");
  g_assert_cmpuint (fetch (&world->a, 1, NULL), ==, 3);
  whole = test_records_load (&world->a.records, 1);
  g_assert_cmpuint (whole->n_spans, ==, 5);
}

static void
test_signed_out (World *world, gconstpointer data)
{
  Ended end = { FALSE };
  guint8 id[16];

  device_clear (&world->b);
  device_init (&world->b, NULL, &world->cloud);
  test_records_trace_id (1, id);
  flow_trace_sharing_share (world->b.sharing, id, FALSE, ended, &end);
  wait_ended (&end);
  g_assert_error (end.error, FLOW_ERROR, FLOW_ERROR_SIGNED_OUT);
  g_clear_error (&end.error);
}

/* A sealed trace opens only as the one that it is. */
static void
test_pack (World *world, gconstpointer data)
{
  g_autoptr (FlowTrace) trace = NULL;
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (GPtrArray) batches = NULL;
  g_autofree char *text = NULL;
  g_autofree guint8 *bytes = NULL;
  FlowTracePart part, again, other;
  guint8 id[16], wrong[16];
  gsize size;

  test_records_add_spans (&world->a.records, 1, 3, FALSE);
  trace = test_records_load (&world->a.records, 1);
  sealed = flow_trace_pack (trace, &part, NULL);
  text = flow_trace_part_to_text (&part);
  g_assert_true (flow_trace_part_from_text (text, &again));
  g_assert_cmpmem (&part, sizeof part, &again, sizeof again);
  g_assert_false (flow_trace_part_from_text ("", &again));
  g_assert_false (flow_trace_part_from_text ("00 00 1 1", &again));

  test_records_trace_id (1, id);
  test_records_trace_id (2, wrong);
  batches = flow_trace_unpack (sealed, &part, id, NULL);
  g_assert_cmpuint (batches->len, ==, 1);
  g_assert_null (flow_trace_unpack (sealed, &part, wrong, NULL));
  other = part;
  other.blob[0] ^= 1;
  g_assert_null (flow_trace_unpack (sealed, &other, id, NULL));
  bytes = g_memdup2 (g_bytes_get_data (sealed, &size), g_bytes_get_size (sealed));
  for (gsize i = 0; i < size; i++)
    {
      g_autoptr (GBytes) changed = NULL;
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (sealed, 0, i);

      bytes[i] ^= 0x20;
      changed = g_bytes_new (bytes, size);
      bytes[i] ^= 0x20;
      g_assert_null (flow_trace_unpack (changed, &part, id, NULL));
      g_assert_null (flow_trace_unpack (cut, &part, id, NULL));
    }
}

static char *
say_troubles (Device *device)
{
  GString *text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_trace_sharing_write_troubles (device->sharing, &writer);
  return g_string_free (text, FALSE);
}

static void
assert_no_trouble (Device *device)
{
  g_autofree char *troubles = say_troubles (device);

  g_assert_cmpstr (troubles, ==, "null");
}

static void
reconnect (Device *device)
{
  flow_trace_sharing_set_state (device->sharing, TRUE, FALSE);
  flow_trace_sharing_set_state (device->sharing, TRUE, TRUE);
  wait_idle (device);
}

/* One that the cloud refuses keeps no other one waiting, and the user hears of it. */
static void
test_too_large (World *world, gconstpointer data)
{
  g_autofree char *troubles = NULL;

  test_records_add_spans (&world->a.records, 1, 5, TRUE);
  test_records_add_spans (&world->a.records, 2, 3, TRUE);
  world->cloud.refuses = FLOW_ERROR_TOO_LARGE;
  share (&world->a, 1, FALSE);
  share (&world->a, 2, FALSE);
  g_assert_cmpuint (world->cloud.puts, ==, 1);
  carry (&world->a, &world->b, 2);
  g_assert_cmpuint (fetch (&world->b, 2, NULL), ==, 3);
  troubles = say_troubles (&world->a);
  g_assert_cmpstr (troubles, ==, "{\"count\":1,\"message\":\"not this one\"}");
  reconnect (&world->a);
  g_assert_cmpuint (world->cloud.puts, ==, 1);
  share (&world->a, 1, FALSE);
  g_assert_cmpuint (world->cloud.puts, ==, 2);
  assert_no_trouble (&world->a);
}

static gboolean
forget_run (TestRecords *records, sqlite3 *db, gpointer data, GError **error)
{
  return flow_sql_exec_text (db, "DELETE FROM trace_share", error);
}

/* Of what is gone nothing is said. */
static void
test_too_large_and_gone (World *world, gconstpointer data)
{
  test_records_add_spans (&world->a.records, 1, 5, TRUE);
  world->cloud.refuses = FLOW_ERROR_QUOTA;
  share (&world->a, 1, FALSE);
  test_records_run (&world->a.records, forget_run, NULL);
  reconnect (&world->a);
  assert_no_trouble (&world->a);
}

/* What was stored without an answer is deleted before it is stored again. */
static void
test_lost (World *world, gconstpointer data)
{
  test_records_add_spans (&world->a.records, 1, 5, TRUE);
  world->cloud.loses = TRUE;
  share (&world->a, 1, FALSE);
  g_assert_cmpuint (g_hash_table_size (world->cloud.blobs), ==, 1);
  reconnect (&world->a);
  g_assert_cmpuint (world->cloud.puts, ==, 2);
  g_assert_cmpuint (g_hash_table_size (world->cloud.blobs), ==, 1);
  carry (&world->a, &world->b, 1);
  g_assert_cmpuint (fetch (&world->b, 1, NULL), ==, 5);
}

/* What failed is tried behind what did not. */
static void
test_failed_last (World *world, gconstpointer data)
{
  gsize first;

  test_records_add_spans (&world->a.records, 1, 50, TRUE);
  test_records_add_spans (&world->a.records, 2, 3, TRUE);
  wait_idle (&world->a);
  flow_trace_sharing_set_state (world->a.sharing, TRUE, FALSE);
  share (&world->a, 1, FALSE);
  share (&world->a, 2, FALSE);
  world->cloud.refuses = FLOW_ERROR_CLOUD_FAILED;
  reconnect (&world->a);
  first = world->cloud.refused;
  g_assert_cmpuint (first, >, 0);
  world->cloud.refuses = FLOW_ERROR_CLOUD_FAILED;
  reconnect (&world->a);
  g_assert_cmpuint (world->cloud.refused, !=, first);
  reconnect (&world->a);
  g_assert_cmpuint (world->cloud.puts, ==, 2);
}

#define ADD(name, func) g_test_add ("/hub/sync/trace-sharing/" name, World, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("share", test_share);
  ADD ("stop", test_stop);
  ADD ("modes", test_modes);
  ADD ("grows", test_grows);
  ADD ("offline", test_offline);
  ADD ("refused", test_refused);
  ADD ("too-large", test_too_large);
  ADD ("too-large-and-gone", test_too_large_and_gone);
  ADD ("lost", test_lost);
  ADD ("failed-last", test_failed_last);
  ADD ("erase-all", test_erase_all);
  ADD ("both", test_both);
  ADD ("signed-out", test_signed_out);
  ADD ("pack", test_pack);
  return g_test_run ();
}
