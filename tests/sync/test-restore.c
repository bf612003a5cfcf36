/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Databases that are not what they were: restored from a backup, copied, retired, of another version, with a wrong
   clock, with something in quarantine. */

#include "sync-test.h"

#include "base/flow-id.h"
#include "sync/flow-sync-batch.h"
#include "sync/flow-sync-hlc.h"
#include "sync/flow-sync-op.h"
#include "sync/flow-sync-ops-private.h"
#include "sync/flow-sync-quarantine.h"

typedef struct
{
  TestCloud *cloud;
  TestReplica *a;
  TestReplica *b;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->cloud = test_cloud_new ();
  fixture->a = test_replica_new ("a");
  fixture->b = test_replica_new ("b");
  test_do (fixture->a, "INSERT INTO item (id, title, note) VALUES ('i', 'Title', 'Note')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  test_cloud_free (fixture->cloud);
  test_replica_free (fixture->a);
  test_replica_free (fixture->b);
}

/* Until hello has nothing against it, then everything. */
static void
come_back (Fixture *fixture, TestReplica *replica)
{
  for (guint i = 0; i < 4; i++)
    {
      g_auto (FlowSyncPlans) plans = { 0 };

      if (test_cloud_hello (fixture->cloud, replica, &plans))
        continue;
      test_cloud_download (fixture->cloud, replica);
      test_cloud_sync (fixture->cloud, replica, fixture->b);
      test_assert_equal (replica, fixture->b);
      return;
    }
  g_assert_not_reached ();
}

/* Nothing is missing: the plan is to do nothing. */
static void
test_welcome (Fixture *fixture, gconstpointer data)
{
  g_auto (FlowSyncPlans) plans = { 0 };
  const FlowSyncPlan *plan;

  g_assert_false (test_cloud_hello (fixture->cloud, fixture->a, &plans));
  g_assert_cmpuint (plans.plans->len, ==, 1);
  plan = &g_array_index (plans.plans, FlowSyncPlan, 0);
  g_assert_cmpstr (plan->scope, ==, FLOW_SYNC_SCOPE_ACCOUNT);
  g_assert_false (plan->upload);
  g_assert_false (plan->download);
  flow_sync_plans_clear (&plans);
  test_do (fixture->a, "UPDATE item SET title = 'New'");
  g_assert_false (test_cloud_hello (fixture->cloud, fixture->a, &plans));
  plan = &g_array_index (plans.plans, FlowSyncPlan, 0);
  g_assert_true (plan->upload);
  g_assert_cmpuint (plan->upload_after, ==, 1);
}

/* What was sent after the backup comes back; what was written after it was restored is sent; nothing is twice. */
static void
test_restored_backup (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) backup = test_replica_copy (fixture->a, NULL);
  guint64 epoch = flow_sync_get_epoch (backup->sync);

  test_do (fixture->a, "UPDATE item SET title = 'after the backup'");
  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('j', 'after the backup')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  backup->clock.now_ms += 30000;
  test_do (backup, "INSERT INTO item (id, title) VALUES ('k', 'after it was restored')");
  come_back (fixture, backup);
  g_assert_cmpuint (flow_sync_get_epoch (backup->sync), >, epoch);
  g_assert_cmpint (test_number (backup->db, "SELECT count (*) FROM item"), ==, 3);
  test_assert_text (backup->db, "SELECT title FROM item WHERE id = 'i'", "after the backup");
  g_assert_cmpint (test_number (backup->db, "SELECT count (*) FROM sync_conflict"), ==, 0);
}

/* What was not sent when the backup was made, and was sent since, is the same: it is not sent twice. */
static void
test_restored_with_unsent (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) backup = NULL;

  test_do (fixture->a, "UPDATE item SET title = 'unsent'");
  test_do (fixture->a, "UPDATE item SET note = 'unsent as well'");
  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('j', 'unsent')");
  backup = test_replica_copy (fixture->a, NULL);
  g_assert_cmpuint (test_cloud_upload (fixture->cloud, fixture->a), >, 0);
  test_do (fixture->a, "UPDATE item SET title = 'after the backup' WHERE id = 'i'");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  backup->clock.now_ms += 30000;
  test_do (backup, "UPDATE item SET title = 'after it was restored' WHERE id = 'j'");
  come_back (fixture, backup);
  test_assert_text (backup->db, "SELECT title FROM item WHERE id = 'i'", "after the backup");
  test_assert_text (backup->db, "SELECT title FROM item WHERE id = 'j'", "after it was restored");
  g_assert_cmpint (test_number (backup->db, "SELECT count (*) FROM sync_conflict"), ==, 0);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM sync_op"), ==, 6);
}

/* Both lives wrote the same: a conflict like others. */
static void
test_restored_and_different (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) backup = test_replica_copy (fixture->a, NULL);

  test_do (fixture->a, "UPDATE item SET title = 'of the old life'");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  backup->clock.now_ms += 30000;
  test_do (backup, "UPDATE item SET title = 'of the new life'");
  come_back (fixture, backup);
  test_assert_text (fixture->b->db, "SELECT title FROM item", "of the new life");
  g_assert_cmpint (test_number (backup->db, "SELECT count (*) FROM sync_conflict WHERE state = 'auto'"), ==, 1);
}

/* A copied disk is a device of its own; what was not sent is sent by both and is the same. */
static void
test_cloned_machine (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) clone = NULL;

  test_do (fixture->a, "UPDATE item SET title = 'unsent'");
  clone = test_replica_copy (fixture->a, "another machine");
  g_assert_true (memcmp (flow_sync_get_device (clone->sync), flow_sync_get_device (fixture->a->sync), 16) != 0);
  test_do (clone, "INSERT INTO item (id, title) VALUES ('c', 'of the clone')");
  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('o', 'of the original')");
  come_back (fixture, clone);
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_cloud_sync (fixture->cloud, fixture->a, clone);
  test_assert_equal (fixture->a, clone);
  test_assert_equal (fixture->a, fixture->b);
  g_assert_cmpint (test_number (clone->db, "SELECT count (*) FROM item"), ==, 3);
}

static void
test_becomes_new (Fixture *fixture, gconstpointer data)
{
  guint8 before[16];

  memcpy (before, flow_sync_get_device (fixture->a->sync), sizeof before);
  test_do (fixture->a, "UPDATE item SET title = 'unsent'");
  test_begin (fixture->a);
  g_assert_true (flow_sync_become_new (fixture->a->sync, NULL));
  test_commit (fixture->a);
  g_assert_true (memcmp (before, flow_sync_get_device (fixture->a->sync), sizeof before) != 0);
  g_assert_null (test_collect (fixture->a, 0));
  come_back (fixture, fixture->a);
  test_assert_text (fixture->b->db, "SELECT title FROM item", "unsent");
}

/* Nobody waited for it: it begins afresh, with what it has not sent, and without what others deleted. */
static void
test_retired (Fixture *fixture, gconstpointer data)
{
  g_autofree char *json = NULL;
  g_autoptr (FlowSyncWelcome) welcome = NULL;
  g_auto (FlowSyncPlans) plans = { 0 };

  test_do (fixture->b, "INSERT INTO item (id, title) VALUES ('j', 'deleted while away')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('k', 'unsent')");
  test_do (fixture->b, "DELETE FROM item WHERE id = 'j'");
  test_do (fixture->b, "UPDATE item SET title = 'changed while away'");
  test_cloud_upload (fixture->cloud, fixture->b);
  json = test_cloud_welcome (fixture->cloud, fixture->a, fixture->a->clock.now_ms, "retired");
  welcome = flow_sync_welcome_parse (json, -1, NULL);
  test_begin (fixture->a);
  g_assert_true (flow_sync_take_welcome (fixture->a->sync, welcome, &plans, NULL));
  test_commit (fixture->a);
  g_assert_true (plans.again);
  come_back (fixture, fixture->a);
  test_assert_text (fixture->a->db, "SELECT group_concat (id || title) FROM item", "ichanged while away,kunsent");
}

/* A clock that is an hour ahead: what nobody has gets its time from the cloud. */
static void
test_clock_ahead (Fixture *fixture, gconstpointer data)
{
  gint64 now_ms = fixture->b->clock.now_ms;
  g_auto (FlowSyncPlans) plans = { 0 };
  g_autofree char *json = NULL;
  g_autoptr (FlowSyncWelcome) welcome = NULL;
  g_autoptr (FlowSyncOps) ops = NULL;
  FlowSyncApplied applied;

  fixture->a->clock.now_ms += 3600 * 1000;
  test_do (fixture->a, "UPDATE item SET title = 'an hour ahead'");
  test_do (fixture->a, "UPDATE item SET title = 'and a bit'");
  ops = test_collect (fixture->a, 1);
  applied = test_apply (fixture->b, ops, 2);
  g_assert_cmpint (applied.outcome, ==, FLOW_SYNC_AHEAD);
  json = test_cloud_welcome (fixture->cloud, fixture->a, now_ms, "ok");
  welcome = flow_sync_welcome_parse (json, -1, NULL);
  test_begin (fixture->a);
  g_assert_true (flow_sync_take_welcome (fixture->a->sync, welcome, &plans, NULL));
  test_commit (fixture->a);
  g_assert_cmpint (flow_sync_get_offset_ms (fixture->a->sync), <, -3500 * 1000);
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_equal (fixture->a, fixture->b);
  test_assert_text (fixture->b->db, "SELECT title FROM item", "and a bit");
  fixture->b->clock.now_ms += 1000;
  test_do (fixture->b, "UPDATE item SET title = 'later'");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_text (fixture->a->db, "SELECT title FROM item", "later");
}

/* Fields and tables of a newer program are kept, passed by, and applied after the update. */
static void
test_old_schema (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) old = test_replica_new_off ("old", TRUE);

  test_begin (old);
  g_assert_true (flow_sync_turn_on (old->sync, NULL));
  test_commit (old);
  test_do (fixture->a, "UPDATE item SET weight = 2.5, picture = x'01'; INSERT INTO fact VALUES ('f', 7)");
  test_cloud_sync (fixture->cloud, fixture->a, old);
  test_assert_text (old->db, "SELECT title FROM item WHERE weight IS NULL", "Title");
  test_do (old, "UPDATE item SET title = 'of the old program'");
  test_cloud_sync (fixture->cloud, fixture->a, old);
  test_assert_text (fixture->a->db, "SELECT title || weight FROM item", "of the old program2.5");
  test_replica_reopen (old, FALSE);
  test_assert_equal (fixture->a, old);
  g_assert_cmpuint (test_do (old, "SELECT 1"), ==, 0);
}

/* Records of a kind that did not sync before the update do so after it. */
static void
test_new_table (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) old = test_replica_new_off ("old", TRUE);

  test_begin (old);
  g_assert_true (flow_sync_turn_on (old->sync, NULL));
  test_commit (old);
  g_assert_cmpuint (test_do (old, "INSERT INTO fact VALUES ('f', 7)"), ==, 0);
  test_replica_reopen (old, FALSE);
  g_assert_cmpuint (test_do (old, "SELECT 1"), ==, 1);
  test_cloud_sync (fixture->cloud, fixture->a, old);
  test_assert_text (fixture->a->db, "SELECT value FROM fact", "7");
}

/* What the domain does not take waits, and holds nothing else up. */
static void
test_refused_record (Fixture *fixture, gconstpointer data)
{
  FlowSyncCounts counts;
  guint taken;
  g_autoptr (GString) out = g_string_new (NULL);
  FlowJsonWriter json;

  fixture->b->refuse = TRUE;
  test_do (fixture->a, "INSERT INTO item (id, title) VALUES ('j', 'refused'), ('k', 'taken')");
  test_cloud_sync (fixture->cloud, fixture->a, fixture->b);
  test_assert_text (fixture->b->db, "SELECT group_concat (id) FROM item", "i,k");
  g_assert_true (flow_sync_count (fixture->b->sync, &counts, NULL));
  g_assert_cmpuint (counts.quarantined, ==, 1);
  flow_json_writer_init (&json, out);
  g_assert_true (flow_sync_quarantine_write (fixture->b->sync, &json, NULL));
  g_assert_nonnull (strstr (out->str, "This title is not taken"));
  test_do (fixture->b, "INSERT INTO sync_dirty VALUES ('item', x'6a')");
  fixture->b->refuse = FALSE;
  test_begin (fixture->b);
  g_assert_true (flow_sync_quarantine_retry (fixture->b->sync, NULL, NULL, &taken, NULL));
  test_commit (fixture->b);
  test_assert_equal (fixture->a, fixture->b);
  g_assert_true (flow_sync_count (fixture->b->sync, &counts, NULL));
  g_assert_cmpuint (counts.quarantined, ==, 0);
}

static const FlowSyncSeal seal = { { 1, 2, 3 }, { 4, 5 }, 20000, { 6 }, 64, 3 };

static FlowSyncOps *
open_batch (GBytes *batch, gpointer data, GError **error)
{
  return flow_sync_batch_open (g_bytes_get_data (batch, NULL), g_bytes_get_size (batch), data, error);
}

static FlowSyncVector *
test_vector (TestReplica *replica)
{
  FlowSyncVector *vector;

  test_begin (replica);
  vector = flow_sync_get_vector (replica->sync, FLOW_SYNC_SCOPE_ACCOUNT, NULL);
  test_commit (replica);
  g_assert_nonnull (vector);
  return vector;
}

/* What becomes of a batch that does not open, when the cloud holds that much. */
static FlowSyncOutcome
unread (Fixture *fixture, GBytes *batch, const FlowSyncVector *held)
{
  g_autoptr (GError) why = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC, "It does not open");
  FlowSyncApplied applied;

  test_begin (fixture->b);
  g_assert_true (flow_sync_apply_unreadable (fixture->b->sync, batch, why, held, &applied, NULL));
  test_commit (fixture->b);
  return applied.outcome;
}

/* (transfer full): another batch with the same header. */
static GBytes *
forge (FlowSyncOps *ops)
{
  g_autoptr (GBytes) batch = flow_sync_batch_seal (ops, &seal, NULL);
  gsize size;
  guint8 *data = g_bytes_unref_to_data (g_steal_pointer (&batch), &size);

  data[size - 1] ^= 1;
  return g_bytes_new_take (data, size);
}

/* A header that nobody has sealed keeps the real operations from nobody: neither pushed, nor before the cloud says that
 * it holds them, nor once; and where it was skipped they still come in, one batch after the other. */
static void
test_forged_header (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncOps) both = NULL;
  g_autoptr (FlowSyncOps) second = NULL;
  g_autoptr (GBytes) forged = NULL;
  g_autoptr (FlowSyncVector) before = test_vector (fixture->b);
  g_autoptr (FlowSyncVector) held = NULL;
  g_autoptr (FlowSyncVector) lowered = NULL;

  test_do (fixture->a, "UPDATE item SET title = 'one'");
  test_do (fixture->a, "UPDATE item SET note = 'two'");
  both = test_collect (fixture->a, 1);
  second = test_collect (fixture->a, 2);
  forged = forge (both);
  held = test_vector (fixture->a);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (unread (fixture, forged, NULL), ==, FLOW_SYNC_UNREAD);
      g_assert_cmpint (unread (fixture, forged, before), ==, FLOW_SYNC_UNREAD);
    }
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM sync_quarantine"), ==, 0);
  g_assert_cmpint (unread (fixture, forged, held), ==, FLOW_SYNC_UNREAD);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM sync_quarantine"), ==, 1);
  g_assert_cmpint (unread (fixture, forged, held), ==, FLOW_SYNC_REFUSED);
  lowered = test_vector (fixture->b);
  g_assert_true (flow_sync_vector_covers (lowered, held));
  g_assert_true (flow_sync_lower_vector (fixture->b->sync, FLOW_SYNC_SCOPE_ACCOUNT, lowered, NULL));
  g_assert_true (flow_sync_vector_equal (lowered, before));
  g_assert_cmpint (test_apply (fixture->b, second, 3).outcome, ==, FLOW_SYNC_KNOWN);
  g_assert_cmpint (test_apply (fixture->b, both, 3).outcome, ==, FLOW_SYNC_TAKEN);
  g_assert_cmpint (test_apply (fixture->b, both, 3).outcome, ==, FLOW_SYNC_KNOWN);
  test_assert_text (fixture->b->db, "SELECT title || note FROM item", "onetwo");
  test_assert_equal (fixture->a, fixture->b);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM sync_quarantine"), ==, 0);
}

/* What opens the second time is taken as if nothing had been. */
static void
test_damaged_once (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncOps) ops = NULL;
  g_autoptr (GBytes) forged = NULL;
  g_autoptr (FlowSyncVector) held = NULL;

  test_do (fixture->a, "UPDATE item SET title = 'one'");
  ops = test_collect (fixture->a, 1);
  forged = forge (ops);
  held = test_vector (fixture->a);
  g_assert_cmpint (unread (fixture, forged, held), ==, FLOW_SYNC_UNREAD);
  g_assert_cmpint (test_apply (fixture->b, ops, 3).outcome, ==, FLOW_SYNC_TAKEN);
  test_assert_equal (fixture->a, fixture->b);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM sync_quarantine"), ==, 0);
}

/* A batch that does not open is kept, others go on, and once it opens it comes in where nobody was later. */
static void
test_unreadable_batch (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncOps) bad = NULL;
  g_autoptr (FlowSyncOps) good = NULL;
  g_autoptr (GBytes) batch = NULL;
  g_autoptr (FlowSyncVector) held = NULL;
  FlowSyncApplied applied;
  guint8 wrong[32] = { 9 };
  guint taken;

  test_do (fixture->a, "UPDATE item SET title = 'lost', note = 'not lost'");
  bad = test_collect (fixture->a, 1);
  batch = flow_sync_batch_seal (bad, &seal, NULL);
  test_do (fixture->a, "UPDATE item SET title = 'later'");
  good = test_collect (fixture->a, 2);
  g_assert_cmpint (unread (fixture, batch, NULL), ==, FLOW_SYNC_UNREAD);
  g_assert_cmpint (test_apply (fixture->b, good, 3).outcome, ==, FLOW_SYNC_GAP);
  held = test_vector (fixture->a);
  g_assert_cmpint (unread (fixture, batch, held), ==, FLOW_SYNC_UNREAD);
  g_assert_cmpint (unread (fixture, batch, held), ==, FLOW_SYNC_REFUSED);
  applied = test_apply (fixture->b, good, 3);
  g_assert_cmpint (applied.outcome, ==, FLOW_SYNC_TAKEN);
  test_assert_text (fixture->b->db, "SELECT title || note FROM item", "laterNote");
  for (guint i = 0; i < 2; i++)
    {
      test_begin (fixture->b);
      g_assert_true (flow_sync_quarantine_retry (fixture->b->sync, open_batch, i == 0 ? wrong : (gpointer) seal.key,
                                                 &taken, NULL));
      test_commit (fixture->b);
      g_assert_cmpuint (taken, ==, i);
    }
  test_assert_equal (fixture->a, fixture->b);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM sync_quarantine"), ==, 0);
}

/* Operations that do not follow those before are not what their device made. */
static void
test_broken_chain (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) backup = test_replica_copy (fixture->a, NULL);
  g_autoptr (FlowSyncOps) first = NULL;
  g_autoptr (FlowSyncOps) other = NULL;
  FlowSyncApplied applied;
  guint taken;

  test_do (fixture->a, "UPDATE item SET title = 'one'");
  first = test_collect (fixture->a, 1);
  test_apply (fixture->b, first, 2);
  test_do (backup, "UPDATE item SET title = 'another one'");
  test_do (backup, "UPDATE item SET note = 'forged'");
  other = test_collect (backup, 2);
  applied = test_apply (fixture->b, other, 3);
  g_assert_cmpint (applied.outcome, ==, FLOW_SYNC_REFUSED);
  test_assert_text (fixture->b->db, "SELECT title || note FROM item", "oneNote");
  test_begin (fixture->b);
  g_assert_true (flow_sync_quarantine_retry (fixture->b->sync, NULL, NULL, &taken, NULL));
  g_assert_cmpuint (taken, ==, 1);
  test_commit (fixture->b);
  test_assert_text (fixture->b->db, "SELECT note FROM item", "forged");
}

/* Operations that no program of this version would make. */
static FlowSyncOps *
make_ops (GBytes *const *bodies, guint n)
{
  static const FlowSyncDot first = { { 'x' }, 1, 1 };
  g_auto (FlowSyncOpsBuilder) builder = { .n_ops = 0 };
  guint8 chain[FLOW_SYNC_CHAIN_SIZE];

  flow_sync_chain_begin ("account", first.device, first.epoch, chain);
  flow_sync_ops_builder_init (&builder, "account", &first, flow_sync_vector_new ());
  for (guint i = 0; i < n; i++)
    {
      gsize size;
      gconstpointer body = g_bytes_get_data (bodies[i], &size);

      flow_sync_chain_add (chain, body, size);
      flow_sync_ops_builder_add (&builder, body, size, chain);
    }
  return flow_sync_ops_builder_end (&builder);
}

static GBytes *
make_body (const char *field, GBytes *value)
{
  g_autoptr (GBytes) key = g_bytes_new_static ("k", 1);
  g_autoptr (FlowSyncOp) op = flow_sync_op_new ("item", 9, key);

  op->hlc = flow_sync_hlc_make (1000, 0);
  flow_sync_op_add (op, field, "", value);
  return flow_sync_op_encode (op);
}

/* A value of another type: it is kept, asked about, and not overwritten by what the domain has not got. */
static void
test_schema_conflict (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) text = flow_sync_value_new_text ("very", -1);
  g_autoptr (GBytes) title = flow_sync_value_new_text ("Title", -1);
  g_autoptr (GBytes) pinned = make_body ("pinned", text);
  g_autoptr (GBytes) titled = make_body ("title", title);
  GBytes *bodies[] = { titled, pinned };
  g_autoptr (FlowSyncOps) ops = make_ops (bodies, 2);

  test_apply (fixture->b, ops, 9);
  test_assert_text (fixture->b->db, "SELECT title FROM item WHERE id = 'k' AND pinned IS NULL", "Title");
  test_assert_text (fixture->b->db, "SELECT kind || state FROM sync_conflict", "schema_conflictopen");
  g_assert_cmpuint (test_do (fixture->b, "UPDATE item SET title = 'changed' WHERE id = 'k'"), ==, 1);
  g_assert_cmpint (test_number (fixture->b->db, "SELECT count (*) FROM sync_cell WHERE field = 'pinned' AND "
                                                "value = x'0376657279'"),
                   ==, 1);
  test_assert_text (fixture->b->db, "SELECT state FROM sync_conflict", "open");
  test_resolve (fixture->b, "state = 'open'", NULL, "value", "1");
  test_assert_text (fixture->b->db, "SELECT title || pinned FROM item WHERE id = 'k'", "changed1");
  test_assert_text (fixture->b->db, "SELECT state FROM sync_conflict", "resolved");
}

/* An operation that cannot be read is kept; the others of its batch are taken, and it once it can be read. */
static void
test_unreadable_op (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) title = flow_sync_value_new_text ("Title", -1);
  g_autoptr (GBytes) note = flow_sync_value_new_text ("Note", -1);
  g_autoptr (GBytes) first = make_body ("title", title);
  g_autoptr (GBytes) garbage = g_bytes_new_static ("\0\0\0\0\0\0\0\0\0\0\1garbage", 18);
  g_autoptr (GBytes) last = make_body ("note", note);
  GBytes *bodies[] = { first, garbage, last };
  g_autoptr (FlowSyncOps) ops = make_ops (bodies, 3);
  g_autoptr (GBytes) late = NULL;
  g_autofree char *hex = NULL;
  g_autofree char *sql = NULL;
  guint taken;

  g_assert_cmpint (test_apply (fixture->b, ops, 9).outcome, ==, FLOW_SYNC_TAKEN);
  test_assert_text (fixture->b->db, "SELECT title || note FROM item WHERE id = 'k'", "TitleNote");
  g_assert_cmpint (test_number (fixture->b->db, "SELECT seq FROM sync_quarantine"), ==, 2);
  test_begin (fixture->b);
  g_assert_true (flow_sync_quarantine_retry (fixture->b->sync, NULL, NULL, &taken, NULL));
  test_commit (fixture->b);
  g_assert_cmpuint (taken, ==, 0);
  late = make_body ("title", note);
  hex = g_malloc0 (g_bytes_get_size (late) * 2 + 1);
  flow_id_to_hex (g_bytes_get_data (late, NULL), g_bytes_get_size (late), hex);
  sql = g_strdup_printf ("UPDATE sync_quarantine SET body = x'%s'", hex);
  test_do (fixture->b, sql);
  test_begin (fixture->b);
  g_assert_true (flow_sync_quarantine_retry (fixture->b->sync, NULL, NULL, &taken, NULL));
  test_commit (fixture->b);
  g_assert_cmpuint (taken, ==, 1);
  test_assert_text (fixture->b->db, "SELECT title || note FROM item WHERE id = 'k'", "NoteNote");
}

static void
test_quarantine_dropped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  test_do (fixture->b, "INSERT INTO sync_quarantine VALUES (5, '', x'', 0, 0, 0, 'item', x'6a', 'x', 'y', 1, x'')");
  test_begin (fixture->b);
  g_assert_true (flow_sync_quarantine_drop (fixture->b->sync, 5, NULL));
  g_assert_false (flow_sync_quarantine_drop (fixture->b->sync, 5, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  test_commit (fixture->b);
}

static void
test_bad_welcome (void)
{
  static const char *const bad[] = {
    "",
    "[]",
    "{}",
    "{\"time_ms\":1}",
    "{\"time_ms\":1,\"scopes\":[1]}",
    "{\"time_ms\":1,\"scopes\":[{\"scope\":\"no scope\"}]}",
    "{\"time_ms\":1,\"scopes\":[{\"scope\":\"account\",\"vector\":[{\"device\":\"00\",\"epoch\":1,\"seq\":1}]}]}",
    "{\"time_ms\":\"1\",\"scopes\":[]}",
    "{\"time_ms\":9223372036854775807,\"scopes\":[]}",
    ("{\"time_ms\":1,\"scopes\":[{\"scope\":\"account\",\"vector\":[],\"covered\":[],"
     "\"snapshot\":{\"blob\":\"../../auth/logout\",\"bytes\":1,\"vector\":[]}}]}"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (flow_sync_welcome_parse (bad[i], -1, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ANSWER);
    }
}

static void
test_full_welcome (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowSyncWelcome) welcome = flow_sync_welcome_parse (
      "{\"time_ms\":5,\"device_state\":\"removed\",\"others\":[\"w-x\",7],\"keys_version\":3,"
      "\"limits\":{\"batch\":1,\"body\":2},\"scopes\":[{\"scope\":\"account\",\"vector\":[],\"own\":null,"
      "\"restored\":true,\"covered\":[{\"device\":\"000102030405060708090a0b0c0d0e0f\",\"epoch\":1,\"seq\":9}],"
      "\"snapshot\":{\"blob\":\"000102030405060708090a0b0c0d0e0f\",\"bytes\":12,\"vector\":[]},"
      "\"live\":[{\"device\":\"000102030405060708090a0b0c0d0e0f\",\"vector\":[]}]}]}",
      -1, &error);
  const FlowSyncWelcomeScope *scope;

  g_assert_no_error (error);
  scope = flow_sync_welcome_find (welcome, "account");
  g_assert_cmpint (welcome->device_state, ==, FLOW_SYNC_DEVICE_REMOVED);
  g_assert_cmpstr (welcome->others[0], ==, "w-x");
  g_assert_cmpuint (g_strv_length (welcome->others), ==, 1);
  g_assert_cmpuint (welcome->keys_version, ==, 3);
  g_assert_cmpuint (welcome->max_body, ==, 2);
  g_assert_true (scope->restored);
  g_assert_cmpstr (scope->snapshot_blob, ==, "000102030405060708090a0b0c0d0e0f");
  g_assert_cmpuint (scope->snapshot_bytes, ==, 12);
  g_assert_cmpuint (scope->live->len, ==, 1);
  g_assert_cmpuint (flow_sync_vector_get_size (scope->covered), ==, 1);
  g_assert_null (flow_sync_welcome_find (welcome, "another"));
}

#define ADD(name, func) g_test_add ("/sync/restore/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("welcome", test_welcome);
  ADD ("restored-backup", test_restored_backup);
  ADD ("restored-with-unsent", test_restored_with_unsent);
  ADD ("restored-and-different", test_restored_and_different);
  ADD ("cloned-machine", test_cloned_machine);
  ADD ("becomes-new", test_becomes_new);
  ADD ("retired", test_retired);
  ADD ("clock-ahead", test_clock_ahead);
  ADD ("old-schema", test_old_schema);
  ADD ("new-table", test_new_table);
  ADD ("refused-record", test_refused_record);
  ADD ("unreadable-batch", test_unreadable_batch);
  ADD ("forged-header", test_forged_header);
  ADD ("damaged-once", test_damaged_once);
  ADD ("broken-chain", test_broken_chain);
  ADD ("schema-conflict", test_schema_conflict);
  ADD ("unreadable-op", test_unreadable_op);
  ADD ("quarantine-dropped", test_quarantine_dropped);
  g_test_add_func ("/sync/restore/bad-welcome", test_bad_welcome);
  g_test_add_func ("/sync/restore/full-welcome", test_full_welcome);
  return g_test_run ();
}
