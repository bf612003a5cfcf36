/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "cloud/flow-cloud-handlers.h"
#include "cloud/flow-cloud-read.h"
#include "cloud/flow-cloud-sqlite.h"
#include "store/flow-migration.h"

/* What the storage keeps without understanding it, in memory: two users, the first with two devices. */
typedef struct
{
  sqlite3 *db;
  FlowCloudData *data;
  gint64 users[2];
  FlowCloudDevice devices[2];
} Fixture;

static void
add_user (Fixture *fixture, guint i, const char *name)
{
  g_autoptr (GError) error = NULL;
  FlowCloudUser user = {
    .id = { (guint8) (i + 1) }, .name = (char *) name, .password = (char *) "hash", .created_ms = 1
  };

  g_assert_true (fixture->data->accounts->add_user (fixture->data, &user, &error));
  g_assert_no_error (error);
  fixture->users[i] = user.number;
}

static void
setup (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) migrations = NULL;
  g_autoptr (GError) error = NULL;

  flow_cloud_sqlite_resources_ensure ();
  g_assert_cmpint (sqlite3_open (":memory:", &fixture->db), ==, SQLITE_OK);
  migrations = flow_migrations_load (FLOW_CLOUD_SQLITE_MIGRATIONS, &error);
  g_assert_no_error (error);
  flow_migrations_apply (fixture->db, migrations, flow_migrations_newest (migrations), &error);
  g_assert_no_error (error);
  fixture->data = flow_cloud_sqlite_data_new (fixture->db);
  add_user (fixture, 0, "somebody");
  add_user (fixture, 1, "another");
  for (guint i = 0; i < 2; i++)
    {
      fixture->devices[i] = (FlowCloudDevice) { .user = fixture->users[0],
                                                .id = { (guint8) (i + 1) },
                                                .seen_ms = 1000 };
      g_assert_true (fixture->data->accounts->enter_device (fixture->data, &fixture->devices[i], &error));
      g_assert_no_error (error);
    }
}

static void
teardown (Fixture *fixture, gconstpointer unused)
{
  for (guint i = 0; i < 2; i++)
    flow_cloud_device_clear (&fixture->devices[i]);
  flow_cloud_sqlite_data_free (fixture->data);
  g_assert_cmpint (sqlite3_close (fixture->db), ==, SQLITE_OK);
}

/* The next batch of a device; its body is a number. */
static gint64
add_batch (Fixture *fixture, guint user, guint device, const char *scope, guint n_ops)
{
  const FlowCloudRecords *records = fixture->data->records;
  g_autoptr (GBytes) body = g_bytes_new_static ("12345678", 8);
  g_autoptr (GError) error = NULL;
  FlowCloudBatch batch = { .body = body };
  FlowCloudStream stream;

  g_assert_true (records->find_stream (fixture->data, fixture->users[user], scope, fixture->devices[device].id, 1,
                                       &stream, &error));
  batch.first = stream.seq + 1;
  batch.last = stream.seq + n_ops;
  memset (stream.chain, (int) batch.last, sizeof stream.chain);
  g_assert_true (records->add_batch (fixture->data, fixture->users[user], &stream, &batch, &error));
  g_assert_no_error (error);
  return batch.number;
}

static FlowCloudStream
find_stream (Fixture *fixture, guint user, guint device, const char *scope)
{
  g_autoptr (GError) error = NULL;
  FlowCloudStream stream;

  fixture->data->records->find_stream (fixture->data, fixture->users[user], scope, fixture->devices[device].id, 1,
                                       &stream, &error);
  g_assert_no_error (error);
  return stream;
}

static gboolean
note_number (const FlowCloudBatch *batch, gpointer user_data)
{
  GString *numbers = user_data;

  g_assert_cmpuint (g_bytes_get_size (batch->body), ==, 8);
  g_string_append_printf (numbers, "%" G_GINT64_FORMAT " ", batch->number);
  return numbers->len < 6;
}

static void
assert_walk (Fixture *fixture, const char *scope, gint64 from, GHashTable *known, const char *expected)
{
  g_autoptr (GString) numbers = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  fixture->data->records->walk_batches (fixture->data, fixture->users[0], scope, from, known, note_number, numbers,
                                        &error);
  g_assert_no_error (error);
  g_assert_cmpstr (numbers->str, ==, expected);
}

static void
test_batches (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (GError) error = NULL;
  FlowCloudStream stream;
  FlowCloudBatch batch;
  guint64 two = 2;

  g_assert_cmpint (find_stream (fixture, 0, 0, "account").number, ==, 0);
  g_assert_cmpint (add_batch (fixture, 0, 0, "account", 2), ==, 1);
  g_assert_cmpint (add_batch (fixture, 1, 0, "account", 1), ==, 1);
  g_assert_cmpint (add_batch (fixture, 0, 1, "account", 1), ==, 2);
  g_assert_cmpint (add_batch (fixture, 0, 0, "w-x", 1), ==, 3);
  g_assert_cmpint (add_batch (fixture, 0, 0, "account", 3), ==, 4);
  stream = find_stream (fixture, 0, 0, "account");
  g_assert_cmpuint (stream.seq, ==, 5);
  g_assert_cmpint (stream.latest, ==, 4);
  g_assert_cmpuint (stream.chain[31], ==, 5);
  g_assert_true (fixture->data->records->find_batch (fixture->data, stream.number, 4, &batch, &error));
  g_assert_cmpint (batch.number, ==, 4);
  g_assert_cmpuint (batch.first, ==, 3);
  g_assert_true (fixture->data->records->find_batch (fixture->data, stream.number, 6, &batch, &error));
  g_assert_cmpint (batch.number, ==, 0);
  assert_walk (fixture, "account", 0, NULL, "1 2 4 ");
  assert_walk (fixture, "account", 2, NULL, "2 4 ");
  assert_walk (fixture, NULL, 2, NULL, "2 3 4 ");
  g_hash_table_insert (known, &stream.number, &two);
  assert_walk (fixture, "account", 0, known, "2 4 ");
}

static void
ack (Fixture *fixture, guint device, guint64 seq)
{
  g_autoptr (GError) error = NULL;
  gint64 stream = find_stream (fixture, 0, 0, "account").number;

  g_assert_true (fixture->data->records->set_ack (fixture->data, fixture->devices[device].number, stream, seq, &error));
}

static void
say_hello (Fixture *fixture, guint device, guint64 epoch, gboolean expected)
{
  g_autoptr (GError) error = NULL;
  gboolean changed;

  g_assert_true (fixture->data->records->note_epoch (fixture->data, fixture->devices[device].number, "account", epoch,
                                                     &changed, &error));
  g_assert_cmpint (changed, ==, expected);
}

static guint
compact (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  guint dropped = 0;

  flow_cloud_compact (fixture->data, fixture->users[0], "account", &dropped, &error);
  g_assert_no_error (error);
  return dropped;
}

static void
set_snapshot (Fixture *fixture, guint64 seq)
{
  g_autoptr (FlowSyncVector) vector = flow_sync_vector_new ();
  g_auto (FlowCloudSnapshot) snapshot = { .scope = "account", .blob = { 9 }, .bytes = 77 };
  g_autoptr (GError) error = NULL;

  flow_sync_vector_set (vector, fixture->devices[0].id, 1, seq);
  snapshot.vector = flow_cloud_vector_pack (vector);
  g_assert_true (fixture->data->records->set_snapshot (fixture->data, fixture->users[0], &snapshot, &error));
}

/* Dropped is what the snapshot covers and all devices that count have acknowledged. */
static void
test_compaction (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  FlowCloudUsage usage;
  guint count = 0;

  for (guint i = 0; i < 5; i++)
    add_batch (fixture, 0, 0, "account", 2);
  g_assert_cmpuint (compact (fixture), ==, 0);
  set_snapshot (fixture, 8);
  say_hello (fixture, 0, 1, FALSE);
  say_hello (fixture, 1, 1, FALSE);
  g_assert_cmpuint (compact (fixture), ==, 0);
  ack (fixture, 0, 10);
  ack (fixture, 1, 5);
  ack (fixture, 1, 3);
  g_assert_cmpuint (compact (fixture), ==, 2);
  g_assert_cmpuint (find_stream (fixture, 0, 0, "account").dropped, ==, 4);
  assert_walk (fixture, "account", 0, NULL, "3 4 5 ");
  g_assert_true (fixture->data->accounts->see_device (fixture->data, fixture->devices[0].number, 5000, &error));
  g_assert_true (fixture->data->records->retire_devices (fixture->data, 2000, &count, &error));
  g_assert_cmpuint (count, ==, 1);
  g_assert_cmpuint (compact (fixture), ==, 2);
  g_assert_cmpuint (compact (fixture), ==, 0);
  g_assert_true (fixture->data->records->get_usage (fixture->data, fixture->users[0], &usage, &error));
  g_assert_cmpint (usage.batches, ==, 1);
  g_assert_cmpint (usage.bytes, ==, 8);
}

static void
test_epochs (Fixture *fixture, gconstpointer unused)
{
  say_hello (fixture, 0, 7, FALSE);
  say_hello (fixture, 0, 7, FALSE);
  say_hello (fixture, 1, 8, FALSE);
  say_hello (fixture, 0, 8, TRUE);
  say_hello (fixture, 0, 8, FALSE);
}

/* In another epoch a device may have less than it acknowledged: nothing of it counts any more. */
static void
test_epoch_forgets (Fixture *fixture, gconstpointer unused)
{
  add_batch (fixture, 0, 0, "account", 2);
  add_batch (fixture, 0, 0, "account", 2);
  set_snapshot (fixture, 4);
  say_hello (fixture, 1, 1, FALSE);
  ack (fixture, 1, 4);
  say_hello (fixture, 1, 2, TRUE);
  g_assert_cmpuint (compact (fixture), ==, 0);
  ack (fixture, 1, 2);
  g_assert_cmpuint (compact (fixture), ==, 1);
}

static void
test_vector (void)
{
  g_autoptr (FlowSyncVector) vector = flow_sync_vector_new ();
  g_autoptr (FlowSyncVector) again = NULL;
  g_autoptr (FlowSyncVector) none = flow_cloud_vector_unpack (NULL);
  g_autoptr (GBytes) packed = NULL;
  guint8 device[16] = { 0xfe };

  flow_sync_vector_set (vector, device, G_MAXINT64, 1);
  flow_sync_vector_set (vector, device, 2, G_MAXINT64);
  packed = flow_cloud_vector_pack (vector);
  g_assert_cmpuint (g_bytes_get_size (packed), ==, 64);
  again = flow_cloud_vector_unpack (packed);
  g_assert_true (flow_sync_vector_equal (vector, again));
  g_assert_cmpuint (flow_sync_vector_get_size (none), ==, 0);
}

static void
test_nul (void)
{
  static const char *const with[] = { "\"\\u0000\"", "\"a\\u0000b\"", "\"\\\\\\u0000\"" };
  static const char *const without[] = { "", "\"\\u0001\"", "\"\\\\u0000\"", "\"u0000\"", "\\u000", "\\" };

  for (guint i = 0; i < G_N_ELEMENTS (with); i++)
    g_assert_true (flow_cloud_read_has_nul (with[i], strlen (with[i])));
  for (guint i = 0; i < G_N_ELEMENTS (without); i++)
    g_assert_false (flow_cloud_read_has_nul (without[i], strlen (without[i])));
}

/* What deletes a user deletes everything of it. */
static void
test_removed_user (Fixture *fixture, gconstpointer unused)
{
  static const char *const tables[] = { "sync_usage", "sync_stream",  "sync_batch",    "sync_ack",
                                        "sync_epoch", "sync_digest",  "sync_snapshot", "sync_conflict",
                                        "sync_blob",  "key_envelope", "letter" };
  const FlowCloudRecords *records = fixture->data->records;
  g_autoptr (GBytes) body = g_bytes_new_static ("sealed", 6);
  FlowCloudConflict conflict = {
    .scope = (char *) "account", .table = (char *) "t", .kind = (char *) "k", .body = body
  };
  FlowCloudLetter letter = { .kind = (char *) "k", .body = body };
  FlowCloudBlob blob = { .bytes = 6 };
  const FlowCloudDigest digest = { .scope = "account", .vector = body, .body = (char *) "{}" };
  g_autoptr (GError) error = NULL;
  gboolean replaced;

  add_batch (fixture, 0, 0, "account", 1);
  records->set_digest (fixture->data, fixture->devices[0].number, &digest, &error);
  ack (fixture, 1, 1);
  say_hello (fixture, 1, 1, FALSE);
  set_snapshot (fixture, 1);
  records->set_conflict (fixture->data, fixture->users[0], &conflict, &error);
  records->put_blob (fixture->data, fixture->users[0], &blob, body, &replaced, &error);
  records->set_keys (fixture->data, fixture->users[0], 1, "{}", &error);
  records->add_letter (fixture->data, fixture->devices[0].number, &letter, &error);
  g_assert_no_error (error);
  for (int gone = 0; gone < 2; gone++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
        {
          g_autofree char *text = g_strdup_printf ("SELECT count (*) FROM %s", tables[i]);
          gint64 rows = -1;

          g_assert_true (flow_sql_get_int64 (fixture->db, text, &rows, &error));
          g_test_message ("%s", tables[i]);
          g_assert_cmpint (rows, ==, 1 - gone);
        }
      g_assert_true (fixture->data->accounts->remove_user (fixture->data, fixture->users[0], &error));
    }
}

/* Down and up again. */
static void
test_migrations (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GPtrArray) migrations = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (":memory:", &db), ==, SQLITE_OK);
  migrations = flow_migrations_load (FLOW_CLOUD_SQLITE_MIGRATIONS, &error);
  for (int round = 0; round < 2; round++)
    {
      gint64 tables = -1;

      flow_migrations_apply (db, migrations, flow_migrations_newest (migrations), &error);
      g_assert_no_error (error);
      flow_migrations_revert (db, migrations, 0, &error);
      g_assert_no_error (error);
      g_assert_true (
          flow_sql_get_int64 (db, "SELECT count (*) FROM sqlite_schema WHERE name LIKE 'sync%'", &tables, &error));
      g_assert_cmpint (tables, ==, 0);
    }
  sqlite3_close (db);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/cloud/records/batches", Fixture, NULL, setup, test_batches, teardown);
  g_test_add ("/cloud/records/compaction", Fixture, NULL, setup, test_compaction, teardown);
  g_test_add ("/cloud/records/epochs", Fixture, NULL, setup, test_epochs, teardown);
  g_test_add ("/cloud/records/epoch-forgets", Fixture, NULL, setup, test_epoch_forgets, teardown);
  g_test_add ("/cloud/records/removed-user", Fixture, NULL, setup, test_removed_user, teardown);
  g_test_add ("/cloud/records/migrations", Fixture, NULL, setup, test_migrations, teardown);
  g_test_add_func ("/cloud/records/vector", test_vector);
  g_test_add_func ("/cloud/records/nul", test_nul);
  return g_test_run ();
}
