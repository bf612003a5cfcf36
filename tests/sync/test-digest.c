/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sync-test.h"

#include <json-glib/json-glib.h>

#include "sync/flow-sync-mend.h"
#include "sync/flow-sync-snapshot.h"

/* Digests of what holds, and repairs of what differs. */

#define HOUR_MS G_GINT64_CONSTANT (3600000)

static const guint8 key[FLOW_SYNC_DIGEST_KEY_SIZE] = { 1, 2, 3 };
static const guint8 other_key[FLOW_SYNC_DIGEST_KEY_SIZE] = { 3, 2, 1 };

/* A device, and what the cloud has of it. */
typedef struct
{
  TestReplica *replica;
  FlowSyncDigest *said; /* (nullable) */
  GBytes *repair;       /* (nullable): what it offers */
  guint read;           /* repairs of the other one */
} Device;

typedef struct
{
  Device a;
  Device b;
  TestCloud *cloud;
  guint blobs;
} Fixture;

static void
set_up_device (Device *device, const char *name)
{
  device->replica = test_replica_new (name);
  flow_sync_set_digest_key (device->replica->sync, key);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  set_up_device (&fixture->a, "a");
  set_up_device (&fixture->b, "b");
  fixture->cloud = test_cloud_new ();
}

static void
tear_down_device (Device *device)
{
  test_replica_free (device->replica);
  g_clear_pointer (&device->said, flow_sync_digest_free);
  g_clear_pointer (&device->repair, g_bytes_unref);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  test_cloud_free (fixture->cloud);
  tear_down_device (&fixture->a);
  tear_down_device (&fixture->b);
}

/* (transfer full): of the account. */
static FlowSyncDigest *
make (TestReplica *replica, const guint8 *with)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) digests = flow_sync_digest_make (replica->db, with, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (digests->len, ==, 1);
  return g_ptr_array_steal_index (digests, 0);
}

static void
assert_same (TestReplica *a, TestReplica *b)
{
  g_autoptr (FlowSyncDigest) first = make (a, key);
  g_autoptr (FlowSyncDigest) second = make (b, key);

  g_assert_true (flow_sync_digest_is_comparable (first, second));
  g_assert_cmpuint (flow_sync_digest_compare (first, second, NULL), ==, 0);
}

static gboolean
wants (TestReplica *replica)
{
  g_autoptr (GError) error = NULL;
  gboolean wanted;

  flow_sync_wants_digest (replica->sync, &wanted, &error);
  g_assert_no_error (error);
  return wanted;
}

static gboolean
look (TestReplica *replica)
{
  g_autoptr (GPtrArray) digests = NULL;
  g_autoptr (GError) error = NULL;
  gboolean fresh = FALSE;

  if (!wants (replica))
    return FALSE;
  digests = flow_sync_digest_make (replica->db, key, &error);
  flow_sync_take_digests (replica->sync, digests, &fresh, &error);
  g_assert_no_error (error);
  return fresh;
}

/* What hello says of the account, as the cloud keeps it. */
static void
hear_hello (Device *device)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  FlowJsonWriter json;
  JsonObject *scope;

  flow_json_writer_init (&json, text);
  flow_sync_write_hello (device->replica->sync, &json, &error);
  g_assert_no_error (error);
  node = json_from_string (text->str, NULL);
  scope = json_array_get_object_element (json_object_get_array_member (json_node_get_object (node), "scopes"), 0);
  if (!json_object_has_member (scope, "digest"))
    return;
  g_clear_pointer (&device->said, flow_sync_digest_free);
  device->said = flow_sync_digest_read_json (json_object_get_object_member (scope, "digest"), "account");
  g_assert_nonnull (device->said);
}

static void
add_live (FlowSyncWelcome *welcome, const Device *device)
{
  FlowSyncWelcomeScope *scope = g_ptr_array_index (welcome->scopes, 0);
  FlowSyncPeer *peer = g_new0 (FlowSyncPeer, 1);

  memcpy (peer->device, flow_sync_get_device (device->replica->sync), sizeof peer->device);
  peer->vector = flow_sync_vector_copy (scope->vector);
  peer->digest = device->said != NULL ? flow_sync_digest_copy (device->said) : NULL;
  g_ptr_array_add (scope->live, peer);
}

/* Says hello and hears what is to be done. */
static FlowSyncPlan
greet (Fixture *fixture, Device *self, const Device *other)
{
  TestReplica *replica = self->replica;
  g_autofree char *json = test_cloud_welcome (fixture->cloud, replica, replica->clock.now_ms, "ok");
  g_autoptr (FlowSyncWelcome) welcome = flow_sync_welcome_parse (json, -1, NULL);
  g_auto (FlowSyncPlans) plans = { 0 };
  g_autoptr (GError) error = NULL;

  hear_hello (self);
  add_live (welcome, self);
  add_live (welcome, other);
  test_begin (replica);
  flow_sync_take_welcome (replica->sync, welcome, &plans, &error);
  g_assert_no_error (error);
  test_commit (replica);
  return g_array_index (plans.plans, FlowSyncPlan, 0);
}

static FlowSyncApplied
read_repair (TestReplica *replica, const char *blob, GBytes *repair)
{
  FlowSyncApplied applied;
  GError *error = NULL;

  test_begin (replica);
  flow_sync_read_repair (replica->sync, FLOW_SYNC_SCOPE_ACCOUNT, blob, repair, &applied, &error);
  g_assert_no_error (error);
  test_commit (replica);
  return applied;
}

static GBytes *
write_repair (TestReplica *replica)
{
  GError *error = NULL;
  GBytes *repair;

  test_begin (replica);
  repair = flow_sync_write_repair (replica->sync, FLOW_SYNC_SCOPE_ACCOUNT, &error);
  g_assert_no_error (error);
  test_commit (replica);
  return repair;
}

/* What a pass does when there is nothing to send and to fetch; FALSE when there was nothing to do. */
static gboolean
mend (Fixture *fixture, Device *self, const Device *other)
{
  gboolean fresh = look (self->replica);
  FlowSyncPlan plan = greet (fixture, self, other);

  if (*plan.repair != '\0')
    {
      g_assert_cmpstr (plan.repair, ==, other->said->repair);
      read_repair (self->replica, plan.repair, other->repair);
      self->read++;
    }
  if (plan.mend)
    {
      g_autofree char *blob = g_strdup_printf ("%032x", ++fixture->blobs);

      g_clear_pointer (&self->repair, g_bytes_unref);
      self->repair = write_repair (self->replica);
      g_assert_cmpuint (g_bytes_get_size (self->repair), >, 0);
      flow_sync_offer_repair (self->replica->sync, FLOW_SYNC_SCOPE_ACCOUNT, blob);
    }
  return fresh || plan.mend || plan.tell || *plan.repair != '\0';
}

/* Until nobody has anything to say. */
static void
mend_all (Fixture *fixture)
{
  gboolean more = TRUE;

  for (guint i = 0; more && i < 20; i++)
    {
      more = mend (fixture, &fixture->a, &fixture->b);
      more = mend (fixture, &fixture->b, &fixture->a) || more;
      test_cloud_sync (fixture->cloud, fixture->a.replica, fixture->b.replica);
    }
  g_assert_false (more);
}

static void
sync_all (Fixture *fixture)
{
  test_cloud_sync (fixture->cloud, fixture->a.replica, fixture->b.replica);
}

/* A program that does not run has its database spoilt. */
static void
damage (Device *device, const char *sql)
{
  test_replica_reopen (device->replica, device->replica->old);
  flow_sync_set_digest_key (device->replica->sync, key);
  g_assert_true (flow_sql_exec_text (device->replica->db, sql, NULL));
  g_assert_cmpint (sqlite3_changes (device->replica->db), >, 0);
}

static void
furnish (Fixture *fixture)
{
  test_do (fixture->b.replica, "INSERT INTO fact (id, value) VALUES ('f', 7)");
  test_do (fixture->a.replica, "INSERT INTO item (id, title, note, pinned) VALUES ('i', 'one', 'text', 1), "
                               "('j', 'two', 'more', 1)");
  sync_all (fixture);
  test_do (fixture->b.replica, "UPDATE item SET title = 'changed' WHERE id = 'i'");
  sync_all (fixture);
}

/* Nobody has the operations any more. */
static void
forget_log (Fixture *fixture)
{
  g_assert_true (flow_sql_exec_text (fixture->a.replica->db, "DELETE FROM sync_op", NULL));
  g_assert_true (flow_sql_exec_text (fixture->b.replica->db, "DELETE FROM sync_op", NULL));
}

/* Whoever came by it in whatever order has the same. */
static void
test_same (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) late = test_replica_new ("late");

  furnish (fixture);
  assert_same (fixture->a.replica, fixture->b.replica);
  test_cloud_download (fixture->cloud, late);
  assert_same (fixture->a.replica, late);
  test_do (fixture->a.replica, "DELETE FROM item WHERE id = 'j'");
  sync_all (fixture);
  test_cloud_download (fixture->cloud, late);
  /* What one has forgotten and others have not makes no difference. */
  g_assert_true (flow_sql_exec_text (late->db, "DELETE FROM sync_cell WHERE key = x'6A'", NULL));
  assert_same (fixture->b.replica, late);
}

static void
test_concurrent (Fixture *fixture, gconstpointer data)
{
  furnish (fixture);
  test_do (fixture->a.replica, "UPDATE item SET title = 'here', note = 'text of a' WHERE id = 'i'");
  test_do (fixture->b.replica, "UPDATE item SET title = 'there', note = 'text of b' WHERE id = 'i'");
  sync_all (fixture);
  assert_same (fixture->a.replica, fixture->b.replica);
  mend_all (fixture);
  g_assert_cmpuint (fixture->a.read + fixture->b.read, ==, 0);
}

static void
test_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncDigest) mine = NULL;
  g_autoptr (FlowSyncDigest) theirs = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter json;

  furnish (fixture);
  mine = make (fixture->a.replica, key);
  theirs = make (fixture->a.replica, other_key);
  g_assert_false (flow_sync_digest_is_comparable (mine, theirs));
  flow_json_writer_init (&json, text);
  flow_sync_digest_write_json (mine, &json);
  g_assert_null (strstr (text->str, "item"));
  g_assert_cmpuint (mine->tables->len, ==, 2);
}

static void
test_json (Fixture *fixture, gconstpointer data)
{
  static const char *const bad[] = {
    "{}",
    "{\"key\":\"0\",\"vector\":[],\"tables\":[]}",
    "{\"key\":\"0011223344556677\",\"vector\":[{}],\"tables\":[]}",
    "{\"key\":\"0011223344556677\",\"vector\":[]}",
    "{\"key\":\"0011223344556677\",\"vector\":[],\"tables\":[1]}",
    "{\"key\":\"0011223344556677\",\"vector\":[],\"tables\":[{\"table\":\"0011223344556677\"}]}",
    "{\"key\":\"0011223344556677\",\"vector\":[],\"tables\":[],\"repair\":\"../../etc\"}",
  };
  g_autoptr (FlowSyncDigest) digest = NULL;
  g_autoptr (FlowSyncDigest) again = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (JsonNode) node = NULL;
  FlowJsonWriter json;

  furnish (fixture);
  digest = make (fixture->a.replica, key);
  g_strlcpy (digest->repair, "00112233445566778899aabbccddeeff", sizeof digest->repair);
  flow_json_writer_init (&json, text);
  flow_sync_digest_write_json (digest, &json);
  node = json_from_string (text->str, NULL);
  again = flow_sync_digest_read_json (json_node_get_object (node), "account");
  g_assert_true (flow_sync_digest_is_same (digest, again));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (JsonNode) wrong = json_from_string (bad[i], NULL);

      g_assert_null (flow_sync_digest_read_json (json_node_get_object (wrong), "account"));
    }
}

static void
let_pass (Fixture *fixture)
{
  fixture->a.replica->clock.now_ms += 2 * HOUR_MS;
  fixture->b.replica->clock.now_ms += 2 * HOUR_MS;
}

/* At once when a program begins, then every hour, and when somebody can be compared with. */
static void
test_due (Fixture *fixture, gconstpointer data)
{
  TestReplica *a = fixture->a.replica;

  g_assert_false (wants (a));
  furnish (fixture);
  g_assert_true (look (a));
  g_assert_false (wants (a));
  test_do (a, "UPDATE item SET title = 'unsent' WHERE id = 'i'");
  let_pass (fixture);
  g_assert_false (wants (a));
  sync_all (fixture);
  g_assert_true (look (a));
  test_do (a, "UPDATE item SET title = 'soon after' WHERE id = 'i'");
  sync_all (fixture);
  g_assert_false (wants (a));
  g_assert_true (look (fixture->b.replica));
  greet (fixture, &fixture->b, &fixture->a);
  greet (fixture, &fixture->a, &fixture->b);
  g_assert_true (look (a));
  flow_sync_set_digest_key (a->sync, NULL);
  let_pass (fixture);
  g_assert_false (wants (a));
}

/* Who has skipped something cannot have what others have. */
static void
test_skipped (Fixture *fixture, gconstpointer data)
{
  furnish (fixture);
  g_assert_true (flow_sql_exec_text (fixture->a.replica->db,
                                     "INSERT INTO sync_quarantine (scope, device, epoch, seq, n_ops, tbl, key, code, "
                                     "message, time, body) VALUES ('account', x'', 0, 1, 1, '', x'', 'c', 'm', 0, x'')",
                                     NULL));
  g_assert_false (wants (fixture->a.replica));
  g_assert_true (wants (fixture->b.replica));
}

/* What was said is said again only when the cloud has something else. */
static void
test_said_once (Fixture *fixture, gconstpointer data)
{
  furnish (fixture);
  mend_all (fixture);
  g_clear_pointer (&fixture->a.said, flow_sync_digest_free);
  hear_hello (&fixture->a);
  g_assert_null (fixture->a.said);
  greet (fixture, &fixture->a, &fixture->b);
  hear_hello (&fixture->a);
  g_assert_nonnull (fixture->a.said);
}

static void
test_lost (Fixture *fixture, gconstpointer data)
{
  static const char *const losses[] = {
    "DELETE FROM sync_cell WHERE field = 'note' AND key = x'69'",
    "DELETE FROM sync_cell WHERE key = x'69'",
    "DELETE FROM sync_cell WHERE tbl = 'fact'",
    "DELETE FROM sync_cell",
  };
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  Device *both[] = { &fixture->a, &fixture->b };

  furnish (fixture);
  before = test_dump (fixture->a.replica);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (losses); i++)
    {
      FlowSyncCounts counts;

      damage (both[i % 2], losses[i / 2]);
      mend_all (fixture);
      assert_same (fixture->a.replica, fixture->b.replica);
      test_assert_equal (fixture->a.replica, fixture->b.replica);
      g_assert_cmpint (test_number (both[i % 2]->replica->db, "SELECT count (*) FROM sync_cell WHERE tbl = 'fact'"), ==,
                       1);
      g_assert_cmpuint (both[i % 2]->read, >, 0);
      flow_sync_count (both[i % 2]->replica->sync, &counts, NULL);
      g_assert_cmpuint (counts.differs.tables, ==, 0);
      g_assert_cmpstr (both[i % 2]->said->repair, ==, "");
      g_assert_cmpuint (counts.pending, ==, 0);
    }
  test_assert_text (fixture->a.replica->db, "SELECT count (*) FROM sync_conflict", "0");
  after = test_dump (fixture->a.replica);
  g_assert_cmpstr (before, ==, after);
}

/* While something differs people can see it. */
static void
test_counted (Fixture *fixture, gconstpointer data)
{
  FlowSyncCounts counts;

  furnish (fixture);
  mend_all (fixture);
  damage (&fixture->b, "DELETE FROM sync_cell WHERE field = 'note'");
  mend (fixture, &fixture->b, &fixture->a);
  flow_sync_count (fixture->b.replica->sync, &counts, NULL);
  g_assert_cmpuint (counts.differs.tables, ==, 1);
  g_assert_false (counts.differs.stuck);
  g_assert_cmpmem (counts.differs.device, FLOW_SYNC_DEVICE_SIZE, flow_sync_get_device (fixture->a.replica->sync),
                   FLOW_SYNC_DEVICE_SIZE);
}

/* What the cloud has no room for is offered again when it is something else. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  FlowSync *sync;

  furnish (fixture);
  mend_all (fixture);
  damage (&fixture->b, "DELETE FROM sync_cell WHERE field = 'note'");
  sync = fixture->b.replica->sync;
  look (fixture->b.replica);
  g_assert_true (greet (fixture, &fixture->b, &fixture->a).mend);
  flow_sync_offer_repair (sync, FLOW_SYNC_SCOPE_ACCOUNT, NULL);
  g_assert_false (greet (fixture, &fixture->b, &fixture->a).mend);
  test_do (fixture->b.replica, "UPDATE item SET title = 'goes on' WHERE id = 'i'");
  sync_all (fixture);
  let_pass (fixture);
  look (fixture->a.replica);
  look (fixture->b.replica);
  greet (fixture, &fixture->a, &fixture->b);
  g_assert_true (greet (fixture, &fixture->b, &fixture->a).mend);
}

/* What the log proves holds, whoever has it. */
static void
test_altered (Fixture *fixture, gconstpointer data)
{
  static const char *const values[] = { "x'03726F74'", "x'00'", "x'FF'" };
  Device *both[] = { &fixture->a, &fixture->b };

  furnish (fixture);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (values); i++)
    {
      g_autofree char *sql = g_strdup_printf ("UPDATE sync_cell SET value = %s WHERE field = 'title' AND key = x'69'",
                                              values[i / 2]);

      damage (both[i % 2], sql);
      mend_all (fixture);
      assert_same (fixture->a.replica, fixture->b.replica);
      test_assert_equal (fixture->a.replica, fixture->b.replica);
      test_assert_text (both[i % 2]->replica->db, "SELECT title FROM item WHERE id = 'i'", "changed");
    }
  test_assert_text (fixture->a.replica->db, "SELECT count (*) FROM sync_conflict", "0");
}

/* Without a log its writer is believed; what was not taken can be had again. */
static void
test_unproved (Fixture *fixture, gconstpointer data)
{
  guint8 id[FLOW_SYNC_CONFLICT_ID_SIZE];
  GError *error = NULL;

  furnish (fixture);
  forget_log (fixture);
  damage (&fixture->a, "UPDATE sync_cell SET value = x'03726F74' WHERE field = 'title' AND key = x'69'");
  mend_all (fixture);
  assert_same (fixture->a.replica, fixture->b.replica);
  test_assert_text (fixture->a.replica->db, "SELECT title FROM item WHERE id = 'i'", "changed");
  damage (&fixture->b, "UPDATE sync_cell SET value = x'03726F74' WHERE field = 'title' AND key = x'69'");
  mend_all (fixture);
  assert_same (fixture->a.replica, fixture->b.replica);
  test_assert_text (fixture->a.replica->db, "SELECT title FROM item WHERE id = 'i'", "rot");
  test_conflict_id (fixture->a.replica, "state = 'auto'", id);
  test_begin (fixture->a.replica);
  flow_sync_conflict_restore (fixture->a.replica->sync, id, &error);
  g_assert_no_error (error);
  test_commit (fixture->a.replica);
  sync_all (fixture);
  test_assert_text (fixture->b.replica->db, "SELECT title FROM item WHERE id = 'i'", "changed");
}

/* What nobody knows to be right is decided alike by both. */
static void
test_by_nobody (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TestReplica) writer = test_replica_new ("writer");

  test_do (writer, "INSERT INTO item (id, title) VALUES ('i', 'written')");
  test_cloud_upload (fixture->cloud, writer);
  sync_all (fixture);
  forget_log (fixture);
  damage (&fixture->a, "UPDATE sync_cell SET value = x'037A' WHERE field = 'title'");
  mend_all (fixture);
  assert_same (fixture->a.replica, fixture->b.replica);
  test_assert_equal (fixture->a.replica, fixture->b.replica);
  test_assert_text (fixture->a.replica->db, "SELECT count (*) FROM sync_conflict WHERE state = 'auto'", "1");
  test_assert_text (fixture->b.replica->db, "SELECT count (*) FROM sync_conflict WHERE state = 'auto'", "1");
}

/* What was done since does not go away, and what was forgotten does not come back. */
static void
test_since (Fixture *fixture, gconstpointer data)
{
  TestReplica *a = fixture->a.replica;
  g_autoptr (GBytes) repair = NULL;

  furnish (fixture);
  test_do (a, "INSERT INTO item (id, title) VALUES ('k', 'to go')");
  test_do (a, "DELETE FROM item WHERE id = 'k'");
  sync_all (fixture);
  mend_all (fixture);
  damage (&fixture->b, "DELETE FROM sync_cell WHERE field = 'pinned'");
  mend (fixture, &fixture->b, &fixture->a);
  mend (fixture, &fixture->b, &fixture->a);
  repair = g_bytes_ref (fixture->b.repair);
  g_assert_true (flow_sql_exec_text (a->db, "DELETE FROM sync_cell WHERE key = x'6B'", NULL));
  test_do (a, "UPDATE item SET title = 'newer' WHERE id = 'i'");
  test_do (a, "DELETE FROM item WHERE id = 'j'");
  read_repair (a, "ff", repair);
  test_assert_text (a->db, "SELECT group_concat (id || title || pinned) FROM item", "inewer1");
  g_assert_cmpint (test_number (a->db, "SELECT count (*) FROM sync_cell WHERE key = x'6B'"), ==, 0);
  g_assert_cmpuint (read_repair (a, "fe", repair).records, ==, 0);
}

/* A program that does not know a table repairs it all the same. */
static void
test_old_program (Fixture *fixture, gconstpointer data)
{
  furnish (fixture);
  test_replica_reopen (fixture->b.replica, TRUE);
  damage (&fixture->b, "DELETE FROM sync_cell WHERE tbl = 'fact'");
  mend_all (fixture);
  assert_same (fixture->a.replica, fixture->b.replica);
}

/* What cannot be repaired is not tried for ever. */
static void
test_stuck (Fixture *fixture, gconstpointer data)
{
  FlowSyncCounts counts;

  furnish (fixture);
  mend_all (fixture);
  g_array_index (fixture->b.said->tables, FlowSyncTableDigest, 0).sum[0] ^= 1;
  for (guint i = 0; i <= FLOW_SYNC_JOINS_MAX; i++)
    {
      FlowSyncPlan plan;

      look (fixture->a.replica);
      g_snprintf (fixture->b.said->repair, sizeof fixture->b.said->repair, "%032x", i + 1);
      plan = greet (fixture, &fixture->a, &fixture->b);
      g_assert_cmpint (*plan.repair != '\0', ==, i < FLOW_SYNC_JOINS_MAX);
      if (*plan.repair == '\0')
        continue;
      fixture->a.repair = write_repair (fixture->a.replica);
      read_repair (fixture->a.replica, plan.repair, fixture->a.repair);
      g_clear_pointer (&fixture->a.repair, g_bytes_unref);
    }
  flow_sync_count (fixture->a.replica->sync, &counts, NULL);
  g_assert_true (counts.differs.stuck);
  /* Something else may hold where something else is known. */
  test_do (fixture->a.replica, "UPDATE item SET title = 'goes on' WHERE id = 'i'");
  sync_all (fixture);
  greet (fixture, &fixture->a, &fixture->b);
  flow_sync_count (fixture->a.replica->sync, &counts, NULL);
  g_assert_cmpuint (counts.differs.tables, ==, 0);
}

static void
refuse (TestReplica *replica, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  FlowSyncApplied applied;

  test_begin (replica);
  if (!flow_sync_read_repair (replica->sync, FLOW_SYNC_SCOPE_ACCOUNT, "ff", bytes, &applied, &error))
    g_assert_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT);
  g_assert_true (flow_sql_exec_text (replica->db, "ROLLBACK", NULL));
  flow_sync_forget (replica->sync);
}

/* Nothing that is no repair does anything. */
static void
test_broken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSyncVector) vector = NULL;
  g_autoptr (GBytes) snapshot = NULL;
  FlowSyncApplied applied;
  g_autoptr (GError) error = NULL;
  gsize size;
  const guint8 *bytes;

  furnish (fixture);
  mend_all (fixture);
  damage (&fixture->b, "DELETE FROM sync_cell WHERE field = 'note'");
  mend (fixture, &fixture->b, &fixture->a);
  mend (fixture, &fixture->a, &fixture->b);
  bytes = g_bytes_get_data (fixture->a.repair, &size);
  for (gsize i = 0; i < size; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes, size);
      g_autoptr (GBytes) cut = g_bytes_new (bytes, i);
      g_autoptr (GBytes) flipped = NULL;

      copy[i] ^= 0x5a;
      flipped = g_bytes_new (copy, size);
      refuse (fixture->b.replica, cut);
      refuse (fixture->b.replica, flipped);
    }
  test_begin (fixture->a.replica);
  snapshot = flow_sync_write_snapshot (fixture->a.replica->sync, FLOW_SYNC_SCOPE_ACCOUNT, &vector, NULL);
  g_assert_false (
      flow_sync_read_repair (fixture->a.replica->sync, FLOW_SYNC_SCOPE_ACCOUNT, "ff", snapshot, &applied, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_CORRUPT);
  g_assert_true (flow_sql_exec_text (fixture->a.replica->db, "ROLLBACK", NULL));
}

#define ADD(name, func) g_test_add ("/sync/digest/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("same", test_same);
  ADD ("concurrent", test_concurrent);
  ADD ("key", test_key);
  ADD ("json", test_json);
  ADD ("due", test_due);
  ADD ("skipped", test_skipped);
  ADD ("said-once", test_said_once);
  ADD ("lost", test_lost);
  ADD ("counted", test_counted);
  ADD ("refused", test_refused);
  ADD ("altered", test_altered);
  ADD ("unproved", test_unproved);
  ADD ("by-nobody", test_by_nobody);
  ADD ("since", test_since);
  ADD ("old-program", test_old_program);
  ADD ("stuck", test_stuck);
  ADD ("broken", test_broken);
  return g_test_run ();
}
