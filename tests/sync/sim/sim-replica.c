/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sim-replica.h"

#include "store/flow-migration.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-mend.h"

/* What a run leaves in a database. */
static const char *const used_tables[SIM_USED_TABLES] = {
  "sync_meta",       "sync_stream", "sync_context",  "sync_op",    "sync_cell",  "sync_base",
  "sync_vector",     "sync_number", "sync_conflict", "sync_dirty", "sim_record", "sync_conflict_side",
  "sync_quarantine", "sync_orphan", "sync_mute",     "sim_tag",    "sim_meta",
};

static const guint8 digest_key[FLOW_SYNC_DIGEST_KEY_SIZE] = { 7 };

static sqlite3 *
open_empty (void)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (
      sqlite3_open_v2 (":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL), ==,
      SQLITE_OK);
  return db;
}

static void
copy (sqlite3 *to, sqlite3 *from)
{
  sqlite3_backup *backup = sqlite3_backup_init (to, "main", from, "main");

  g_assert_nonnull (backup);
  g_assert_cmpint (sqlite3_backup_step (backup, -1), ==, SQLITE_DONE);
  g_assert_cmpint (sqlite3_backup_finish (backup), ==, SQLITE_OK);
}

/* The product's schema and the simulation's tables; made once. */
static sqlite3 *
get_template (void)
{
  static sqlite3 *template;
  g_autoptr (GPtrArray) migrations = NULL;
  g_autoptr (GError) error = NULL;

  if (template != NULL)
    return template;
  flow_store_resources_ensure ();
  migrations = flow_migrations_load (FLOW_STORE_MIGRATIONS_PATH, &error);
  g_assert_no_error (error);
  template = open_empty ();
  g_assert_true (flow_migrations_apply (template, migrations, flow_migrations_newest (migrations), &error) &&
                 sim_tables_create (template, &error));
  return template;
}

static gint64
wall_ns (const FlowClock *clock)
{
  const SimReplica *self = (const SimReplica *) clock;

  return (*self->now_ms + self->skew_ms) * 1000000;
}

static gint64
monotonic_us (const FlowClock *clock)
{
  return *((const SimReplica *) clock)->now_ms * 1000;
}

static void
fill_random (guint8 *out, gsize size, gpointer data)
{
  sim_random_fill (((SimReplica *) data)->random, out, size);
}

/** sim_replica_new: a computer that was never on. */
SimReplica *
sim_replica_new (void)
{
  SimReplica *self = g_new0 (SimReplica, 1);

  self->clock = (FlowClock) { wall_ns, monotonic_us };
  self->db = open_empty ();
  copy (self->db, get_template ());
  self->vectors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) flow_sync_vector_free);
  return self;
}

static void
stop (SimReplica *self)
{
  if (!sqlite3_get_autocommit (self->db))
    g_assert_true (flow_sql_exec_text (self->db, "ROLLBACK", NULL));
  g_clear_pointer (&self->engine, flow_sync_free);
  g_clear_pointer (&self->tables, sim_tables_free);
}

/** sim_replica_free: throw it away. */
void
sim_replica_free (SimReplica *self)
{
  stop (self);
  sqlite3_finalize (self->begin);
  sqlite3_finalize (self->commit);
  for (guint i = 0; i < G_N_ELEMENTS (used_tables); i++)
    sqlite3_finalize (self->clear[i]);
  g_hash_table_unref (self->vectors);
  g_assert_cmpint (sqlite3_close (self->db), ==, SQLITE_OK);
  sqlite3_close (self->backup);
  g_free (self);
}

static void
start (SimReplica *self)
{
  g_autoptr (GError) error = NULL;
  FlowSyncSetup setup = { .clock = &self->clock, .random = fill_random, .random_data = self, .machine = self->machine };

  if (self->engine != NULL)
    return;
  self->tables = sim_tables_new (self->db, self->old);
  setup.tables = sim_tables_get (self->tables, &setup.n_tables);
  self->engine = flow_sync_new (&setup);
  flow_sync_open (self->engine, self->db, &error);
  g_assert_no_error (error);
  flow_sync_set_digest_key (self->engine, digest_key);
}

/** sim_replica_restart: the program ends and begins again; what was under way is gone. */
void
sim_replica_restart (SimReplica *self)
{
  stop (self);
  start (self);
}

/** sim_replica_save: make a backup of its database. */
void
sim_replica_save (SimReplica *self)
{
  if (self->backup == NULL)
    self->backup = open_empty ();
  copy (self->backup, self->db);
  self->has_backup = TRUE;
}

/** sim_replica_load: take the database of another one, or its own backup. */
void
sim_replica_load (SimReplica *self, SimReplica *from)
{
  stop (self);
  copy (self->db, from == self ? self->backup : from->db);
  g_hash_table_remove_all (self->vectors);
  start (self);
}

/* Runs a statement that is prepared once for all runs. */
static void
run (SimReplica *self, sqlite3_stmt **stmt, const char *sql)
{
  if (*stmt == NULL)
    g_assert_true (flow_sql_prepare_text (self->db, sql, stmt, NULL));
  g_assert_true (flow_sql_step_done (*stmt, NULL));
}

/** sim_replica_begin: begin a transaction. */
void
sim_replica_begin (SimReplica *self)
{
  run (self, &self->begin, "BEGIN IMMEDIATE");
}

/**
 * sim_replica_end:
 * @self: a computer in a transaction
 * @crash: the power fails before it is durable
 *
 * End the transaction.
 *
 * Returns: whether it was kept
 */
gboolean
sim_replica_end (SimReplica *self, gboolean crash)
{
  if (crash)
    sim_replica_restart (self);
  else
    run (self, &self->commit, "COMMIT");
  return !crash;
}

/**
 * sim_replica_reset:
 * @self: a computer
 * @machine: its name
 * @old: whether its program is of the version before
 * @now_ms: where the time is; must stay there
 * @random: where its random bytes come from
 *
 * Make it as good as new.
 */
void
sim_replica_reset (SimReplica *self, const char *machine, gboolean old, const gint64 *now_ms, SimRandom *random)
{
  stop (self);
  sim_replica_begin (self);
  for (guint i = 0; i < G_N_ELEMENTS (used_tables); i++)
    {
      g_autofree char *text = g_strconcat ("DELETE FROM ", used_tables[i], NULL);

      run (self, &self->clear[i], text);
    }
  sim_replica_end (self, FALSE);
  g_strlcpy (self->machine, machine, sizeof self->machine);
  self->old = old;
  self->now_ms = now_ms;
  self->skew_ms = 0;
  self->random = random;
  self->has_backup = FALSE;
  g_hash_table_remove_all (self->vectors);
  start (self);
}

/** sim_replica_turn_on: turn syncing on and take in what is there, as the product does. */
void
sim_replica_turn_on (SimReplica *self)
{
  g_auto (FlowSyncSeed) seed = { 0 };
  g_autoptr (GError) error = NULL;

  sim_replica_begin (self);
  flow_sync_turn_on (self->engine, &error);
  g_assert_no_error (error);
  while (error == NULL && !seed.finished)
    flow_sync_seed (self->engine, &seed, 2, &error);
  g_assert_no_error (error);
  sim_replica_end (self, FALSE);
}

static void
dump (SimReplica *self, const char *sql, GString *out)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (self->db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
  while (sqlite3_step (stmt) == SQLITE_ROW)
    {
      g_string_append (out, (const char *) sqlite3_column_text (stmt, 0));
      g_string_append_c (out, '\n');
    }
}

/* An empty text and a zero are what a column has when nobody set it. */
#define SET(column) "quote (nullif (nullif (" column ", 0), ''))"

/** sim_replica_dump_domain: append what its tables say, of a version before what that one knows. */
void
sim_replica_dump_domain (SimReplica *self, gboolean old, GString *out)
{
  if (old)
    dump (
        self,
        "SELECT hex (key) || ' ' || " SET ("title") " || " SET ("status") " || " SET (
            "completed") " || "
                         "ifnull ((SELECT group_concat (tag) FROM (SELECT tag FROM sim_tag t WHERE t.tbl = r.tbl AND t.key = r.key "
                         "ORDER BY tag)), '') FROM sim_record r WHERE tbl = 'sim_note' ORDER BY key",
        out);
  else
    dump (
        self,
        "SELECT tbl || hex (key) || ' ' || " SET ("title") " || " SET ("pinned") " || " SET ("status") " || " SET ("completed") " || " SET (
            "took") " || " SET ("note") " || " SET ("file") " || " SET ("line") " || " SET ("weight") " || " SET ("picture") " || "
                                                                                                                             "ifnull ((SELECT group_concat (tag) FROM (SELECT tag FROM sim_tag t WHERE t.tbl = r.tbl AND t.key = r.key "
                                                                                                                             "ORDER BY tag)), '') || "
                                                                                                                             "ifnull ((SELECT group_concat (name || value) FROM (SELECT name, value FROM sim_meta t WHERE t.tbl = r.tbl "
                                                                                                                             "AND t.key = r.key ORDER BY name)), '') FROM sim_record r ORDER BY tbl, key",
        out);
}

/** sim_replica_dump_cells: append all writes that hold, in words that are the same everywhere. */
void
sim_replica_dump_cells (SimReplica *self, GString *out)
{
  dump (self,
        "SELECT tbl || hex (key) || ' ' || field || ' ' || item || ' ' || hex (device) || epoch || '/' || c.seq || ' ' "
        "|| c.hlc || ' ' || flags || ' ' || hex (value) FROM sync_cell c JOIN sync_stream s ON s.id = c.stream "
        "ORDER BY tbl, key, field, item, device, epoch, c.seq",
        out);
}

/** sim_replica_make_digests: (transfer full) (element-type FlowSyncDigest): what holds, in a few bytes. */
GPtrArray *
sim_replica_make_digests (SimReplica *self)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *digests = flow_sync_digest_make (self->db, digest_key, &error);

  g_assert_no_error (error);
  return digests;
}

/* Some write of a record that nobody has deleted; what is deleted is not compared. */
#define VICTIM                                                                                           \
  "(tbl, key, field, item, stream, seq) IN (SELECT tbl, key, field, item, stream, seq FROM sync_cell c " \
  "WHERE NOT EXISTS (SELECT 1 FROM sync_cell d WHERE d.tbl = c.tbl AND d.key = c.key AND d.field = '') " \
  "ORDER BY (c.seq * 7919 + length (c.value) * 31 + c.hlc) * ?1 % 1009 LIMIT 1)"

/**
 * sim_replica_damage:
 * @self: a computer
 * @loses: it loses something; else it may also say something else
 * @random: what
 *
 * Spoil its database while its program does not run.
 */
void
sim_replica_damage (SimReplica *self, gboolean loses, SimRandom *random)
{
  static const char *const damages[] = {
    "DELETE FROM sync_cell WHERE " VICTIM,
    "DELETE FROM sync_cell WHERE (tbl, key) IN (SELECT tbl, key FROM sync_cell WHERE " VICTIM ")",
    "UPDATE OR IGNORE sync_cell SET value = (SELECT o.value FROM sync_cell o WHERE o.field = sync_cell.field AND "
    "o.value <> sync_cell.value LIMIT 1) WHERE " VICTIM,
    "UPDATE sync_cell SET value = x'ff', hlc = hlc + 1 WHERE " VICTIM,
  };
  g_autoptr (sqlite3_stmt) stmt = NULL;
  guint kind = sim_random_below (random, loses ? 2 : G_N_ELEMENTS (damages));

  stop (self);
  g_assert_true (flow_sql_prepare_text (self->db, damages[kind], &stmt, NULL));
  sqlite3_bind_int64 (stmt, 1, 1 + sim_random_below (random, 1000));
  g_assert_true (flow_sql_step_done (stmt, NULL));
  start (self);
}

/** sim_replica_ask: the number that a query gives. */
gint64
sim_replica_ask (SimReplica *self, const char *sql)
{
  gint64 number = 0;

  g_assert_true (flow_sql_get_int64 (self->db, sql, &number, NULL));
  return number;
}
