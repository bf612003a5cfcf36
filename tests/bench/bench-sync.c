/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "base/flow-id.h"
#include "bench/bench-util.h"
#include "sync-test.h"
#include "sync/flow-sync-batch.h"
#include "sync/flow-sync-snapshot.h"

/* What the engine of syncing costs by itself, on databases in memory: changes that are written down, batches that are
 * packed and taken in, and the first sync of many records, with and without a snapshot; bytes beside plain JSON. */

#define EDITS 20000
#define RECORDS 100000
#define PAGE 1000
#define WORDS 3000
/* Less than the same as plain JSON by this part. */
#define GOAL 0.60

static void
demand (gboolean done, const GError *error)
{
  if (!done)
    g_error ("%s", error != NULL ? error->message : "it did not work");
}

static char *
make_text (GRand *random, guint words)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < words; i++)
    g_string_append_printf (text, "%sword%d", i > 0 ? " " : "", g_rand_int_range (random, 0, WORDS));
  return g_string_free (text, FALSE);
}

/* Notes on traces, as people make them. Returns the bytes of the same as JSON. */
static gsize
fill (TestReplica *replica, guint n)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20261121);
  g_autoptr (sqlite3_stmt) item = NULL;
  g_autoptr (sqlite3_stmt) tag = NULL;
  gsize plain = 0;

  flow_sql_prepare_text (replica->db, "INSERT INTO item (id, title, note, pinned) VALUES (?1, ?2, ?3, 1)", &item, NULL);
  flow_sql_prepare_text (replica->db, "INSERT INTO item_tag (id, tag) VALUES (?1, ?2)", &tag, NULL);
  test_begin (replica);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("%08x%08x%08x%08x", g_rand_int (random), g_rand_int (random),
                                             g_rand_int (random), i);
      g_autofree char *title = make_text (random, 3);
      g_autofree char *note = make_text (random, 12);
      g_autofree char *word = make_text (random, 1);
      g_autofree char *json = g_strdup_printf (
          "{\"type\":\"upsert\",\"table\":\"item\",\"id\":\"%s\",\"fields\":{\"title\":\"%s\",\"note\":\"%s\","
          "\"tags\":[\"%s\"],\"pinned\":true},\"updatedAt\":\"2026-11-21T00:00:00.000Z\",\"deviceId\":\"%s\"}",
          id, title, note, word, id);

      plain += strlen (json);
      sqlite3_bind_text (item, 1, id, -1, SQLITE_STATIC);
      sqlite3_bind_text (item, 2, title, -1, SQLITE_STATIC);
      sqlite3_bind_text (item, 3, note, -1, SQLITE_STATIC);
      sqlite3_bind_text (tag, 1, id, -1, SQLITE_STATIC);
      sqlite3_bind_text (tag, 2, word, -1, SQLITE_STATIC);
      demand (flow_sql_step_done (item, NULL) && flow_sql_step_done (tag, NULL), NULL);
    }
  test_commit (replica);
  return plain;
}

static void
bench_edits (void)
{
  g_autoptr (TestReplica) replica = test_replica_new ("edits");
  g_autoptr (sqlite3_stmt) stmt = NULL;
  guint64 ops = 0;
  double start;

  fill (replica, 1000);
  flow_sql_prepare_text (replica->db,
                         "UPDATE item SET title = ?1 WHERE id = (SELECT id FROM item ORDER BY id LIMIT 1 OFFSET ?2)",
                         &stmt, NULL);
  start = bench_wall_s ();
  for (guint i = 0; i < EDITS; i++)
    {
      GError *error = NULL;
      guint made = 0;

      test_begin (replica);
      sqlite3_bind_int64 (stmt, 1, i);
      sqlite3_bind_int64 (stmt, 2, i % 100);
      demand (flow_sql_step_done (stmt, &error) && flow_sync_capture (replica->sync, &made, &error), error);
      demand (flow_sql_exec_text (replica->db, "COMMIT", &error), error);
      ops += made;
    }
  bench_title ("The engine, in memory");
  bench_row ("changes written down, each in its transaction", "%.0f operations/s", ops / (bench_wall_s () - start));
}

static double
seed (TestReplica *replica)
{
  g_auto (FlowSyncSeed) at = { 0 };
  double start = bench_wall_s ();
  GError *error = NULL;

  test_begin (replica);
  demand (flow_sync_turn_on (replica->sync, &error), error);
  demand (flow_sql_exec_text (replica->db, "COMMIT", &error), error);
  while (!at.finished)
    {
      test_begin (replica);
      demand (flow_sync_seed (replica->sync, &at, PAGE, &error), error);
      demand (flow_sql_exec_text (replica->db, "COMMIT", &error), error);
    }
  return bench_wall_s () - start;
}

static GBytes *
seal_next (FlowSync *sync, guint64 *after, guint64 *n_ops)
{
  FlowSyncSeal with = { .key = { 1 }, .key_id = { 2 }, .day = 20000, .zstd_from = 256, .zstd_level = 3 };
  g_autoptr (FlowSyncOps) ops = NULL;
  GError *error = NULL;
  GBytes *sealed;

  demand (flow_sync_collect (sync, FLOW_SYNC_SCOPE_ACCOUNT, *after, 0, &ops, &error), error);
  if (ops == NULL)
    return NULL;
  *after = flow_sync_ops_get_last (ops);
  *n_ops += flow_sync_ops_get_n (ops);
  flow_id_random (with.nonce, sizeof with.nonce);
  sealed = flow_sync_batch_seal (ops, &with, &error);
  demand (sealed != NULL, error);
  return sealed;
}

static GPtrArray *
pack (TestReplica *replica, gsize *bytes, guint64 *n_ops)
{
  GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  guint64 after = 0;
  GBytes *sealed;

  while ((sealed = seal_next (replica->sync, &after, n_ops)) != NULL)
    {
      *bytes += g_bytes_get_size (sealed);
      g_ptr_array_add (batches, sealed);
    }
  return batches;
}

static void
take (TestReplica *replica, GPtrArray *batches)
{
  static const guint8 key[FLOW_SYNC_KEY_SIZE] = { 1 };

  for (guint i = 0; i < batches->len; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (batches, i), &size);
      GError *error = NULL;
      g_autoptr (FlowSyncOps) ops = flow_sync_batch_open (data, size, key, &error);
      FlowSyncApplied applied;

      demand (ops != NULL, error);
      test_begin (replica);
      demand (flow_sync_apply (replica->sync, ops, i + 1, &applied, &error), error);
      demand (flow_sql_exec_text (replica->db, "COMMIT", &error), error);
    }
}

static void
bench_snapshot (TestReplica *from)
{
  g_autoptr (TestReplica) to = test_replica_new ("late");
  g_autoptr (FlowSyncVector) vector = NULL;
  g_autoptr (GBytes) snapshot = NULL;
  FlowSyncApplied applied;
  GError *error = NULL;
  double start = bench_wall_s ();

  test_begin (from);
  snapshot = flow_sync_write_snapshot (from->sync, FLOW_SYNC_SCOPE_ACCOUNT, &vector, &error);
  demand (snapshot != NULL && vector != NULL, error);
  demand (flow_sql_exec_text (from->db, "COMMIT", &error), error);
  bench_row ("a snapshot written", "%.2f s, %.1f MiB before it is compressed", bench_wall_s () - start,
             (double) g_bytes_get_size (snapshot) / (1 << 20));
  start = bench_wall_s ();
  test_begin (to);
  demand (flow_sync_read_snapshot (to->sync, FLOW_SYNC_SCOPE_ACCOUNT, snapshot, &applied, &error), error);
  demand (flow_sql_exec_text (to->db, "COMMIT", &error), error);
  bench_row ("the same records from the snapshot", "%.2f s, %.0f records/s", bench_wall_s () - start,
             RECORDS / (bench_wall_s () - start));
  g_assert_cmpint (test_number (to->db, "SELECT count (*) FROM item"), ==, RECORDS);
}

/* All devices have everything: operations are not needed any more. */
static void
bench_tidy (TestReplica *replica)
{
  GError *error = NULL;
  double start;

  demand (flow_sql_exec_text (replica->db,
                              "INSERT OR REPLACE INTO sync_vector (peer, stream, seq) "
                              "SELECT CAST ('all' AS BLOB), id, seq FROM sync_stream",
                              &error),
          error);
  start = bench_wall_s ();
  test_begin (replica);
  demand (flow_sync_tidy (replica->sync, &error), error);
  demand (flow_sql_exec_text (replica->db, "COMMIT", &error), error);
  bench_row ("what nobody needs any more forgotten", "%.2f s, %" G_GINT64_FORMAT " operations are left",
             bench_wall_s () - start, test_number (replica->db, "SELECT count (*) FROM sync_op"));
}

static void
bench_first_sync (void)
{
  g_autoptr (TestReplica) a = test_replica_new_off ("a", FALSE);
  g_autoptr (TestReplica) b = test_replica_new ("b");
  g_autoptr (GPtrArray) batches = NULL;
  gsize plain = fill (a, RECORDS);
  guint64 n_ops = 0;
  gsize bytes = 0;
  double start, took;

  took = seed (a);
  bench_title ("First sync of 100,000 records");
  bench_row ("written down", "%.2f s, %.0f records/s", took, RECORDS / took);
  start = bench_wall_s ();
  batches = pack (a, &bytes, &n_ops);
  took = bench_wall_s () - start;
  bench_row ("compressed and sealed", "%.2f s, %.0f operations/s, %u batches", took, (double) n_ops / took,
             batches->len);
  bench_row ("bytes", "%.1f MiB, as plain JSON %.1f MiB: %.0f %% less  goal 60 %%: %s", (double) bytes / (1 << 20),
             (double) plain / (1 << 20), 100 * (1 - (double) bytes / (double) plain),
             (double) bytes <= (1 - GOAL) * (double) plain ? "ok" : "MISSED");
  start = bench_wall_s ();
  take (b, batches);
  took = bench_wall_s () - start;
  bench_row ("taken in by another device", "%.2f s, %.0f operations/s", took, (double) n_ops / took);
  g_assert_cmpint (test_number (b->db, "SELECT count (*) FROM item"), ==, RECORDS);
  bench_snapshot (b);
  bench_tidy (b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  bench_edits ();
  bench_first_sync ();
  return 0;
}
