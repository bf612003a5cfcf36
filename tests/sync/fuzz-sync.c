/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "../fuzz/fuzz.h"

#include "store/flow-migration.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-batch.h"
#include "sync/flow-sync-mend.h"
#include "sync/flow-sync-op.h"
#include "sync/flow-sync-ops-private.h"
#include "sync/flow-sync-snapshot.h"
#include "sync/flow-sync-welcome.h"

static void
read_header (const guint8 *data, gsize size)
{
  FlowSyncBatchHeader header;
  g_autoptr (GByteArray) again = NULL;

  if (!flow_sync_batch_header_parse (&header, data, size, NULL))
    return;
  g_assert_cmpuint (flow_sync_batch_header_get_total (&header), <=, size);
  again = g_byte_array_new ();
  flow_sync_batch_header_append (&header, again);
  g_assert_cmpmem (again->data, again->len, data, header.header_size);
}

static void
read_op (const guint8 *data, gsize size)
{
  g_autoptr (FlowSyncOp) op = flow_sync_op_decode (data, size, NULL);
  g_autoptr (GBytes) again = NULL;

  if (op == NULL)
    return;
  again = flow_sync_op_encode (op);
  g_assert_cmpmem (g_bytes_get_data (again, NULL), g_bytes_get_size (again), data, size);
}

static void
read_payload (const guint8 *data, gsize size)
{
  FlowSyncBatchHeader header = { .scope = "account", .dot = { { 1 }, 1, 1 }, .n_ops = 2 };
  g_autoptr (GBytes) payload = g_bytes_new (data, size);
  g_autoptr (FlowSyncOps) ops = flow_sync_ops_parse (&header, payload, NULL);

  for (guint i = 0; ops != NULL && i < flow_sync_ops_get_n (ops); i++)
    {
      gsize op_size;
      const guint8 *op = flow_sync_ops_get_op (ops, i, &op_size);

      read_op (op, op_size);
    }
}

static gint64
stand_still (const FlowClock *clock)
{
  return G_GINT64_CONSTANT (1780000000000000000);
}

/* A device that knows a thousand operations of another one, and has one write of it. */
static FlowSync *
open_engine (sqlite3 **out)
{
  static const FlowClock clock = { stand_still, stand_still };
  static const FlowSyncSetup setup = { .clock = &clock, .machine = "fuzz" };
  FlowSync *sync = flow_sync_new (&setup);
  g_autoptr (GPtrArray) migrations = NULL;
  sqlite3 *db = NULL;

  flow_store_resources_ensure ();
  migrations = flow_migrations_load (FLOW_STORE_MIGRATIONS_PATH, NULL);
  g_assert_cmpint (sqlite3_open (":memory:", &db), ==, SQLITE_OK);
  g_assert_true (flow_migrations_apply (db, migrations, flow_migrations_newest (migrations), NULL) &&
                 flow_sync_open (sync, db, NULL) && flow_sql_exec_text (db, "BEGIN", NULL) &&
                 flow_sync_turn_on (sync, NULL) && flow_sql_exec_text (db, "COMMIT", NULL) &&
                 flow_sql_exec_text (db,
                                     "INSERT INTO sync_stream VALUES (9, 'account', zeroblob (16), 1, 1000, 1, "
                                     "zeroblob (32), 0); INSERT INTO sync_context VALUES (9, x'0903'); "
                                     "INSERT INTO sync_cell VALUES ('t', x'6B', 'f', '', 9, 5, 1, 9, 0, x'00')",
                                     NULL));
  flow_sync_forget (sync);
  *out = db;
  return sync;
}

/* What another device wrote down, of which nothing is kept. */
static void
read_holdings (gboolean repair, const guint8 *data, gsize size)
{
  static FlowSync *sync;
  static sqlite3 *db;
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  FlowSyncApplied applied;

  if (sync == NULL)
    sync = open_engine (&db);
  g_assert_true (flow_sql_exec_text (db, "BEGIN", NULL));
  if (repair)
    flow_sync_read_repair (sync, "account", "fuzz", bytes, &applied, NULL);
  else
    flow_sync_read_snapshot (sync, "account", bytes, &applied, NULL);
  g_assert_true (flow_sql_exec_text (db, "ROLLBACK", NULL));
  flow_sync_forget (sync);
}

/* What comes from a cloud and what was sealed: the first byte says which of them it is to be. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (FlowSyncWelcome) welcome = NULL;

  if (size == 0)
    return 0;
  switch (data[0] % 6)
    {
    case 0:
      read_header (data + 1, size - 1);
      break;
    case 1:
      read_op (data + 1, size - 1);
      break;
    case 2:
      read_payload (data + 1, size - 1);
      break;
    case 4:
      read_holdings (TRUE, data + 1, size - 1);
      break;
    case 5:
      read_holdings (FALSE, data + 1, size - 1);
      break;
    default:
      welcome = flow_sync_welcome_parse ((const char *) data + 1, (gssize) size - 1, NULL);
      break;
    }
  return 0;
}
