/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sim-world.h"

#include "sync/flow-sync-op.h"
#include "sync/flow-sync-ops-private.h"

/* Says what must hold from nothing but the operations that the cloud was given, without an engine. */

/* One value that an operation wrote. */
typedef struct
{
  const FlowSyncOp *op;
  const FlowSyncWrite *write;
  FlowSyncDot dot;
  const FlowSyncVector *context;
} Write;

typedef struct
{
  GPtrArray *ops;      /* FlowSyncOp */
  GPtrArray *contexts; /* FlowSyncVector */
  GArray *writes;
} History;

static void
history_clear (History *self)
{
  g_clear_pointer (&self->ops, g_ptr_array_unref);
  g_clear_pointer (&self->contexts, g_ptr_array_unref);
  g_clear_pointer (&self->writes, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (History, history_clear)

static void
read_batch (History *self, const SimBatch *batch)
{
  g_autoptr (FlowSyncOps) ops = sim_batch_open (batch);
  g_autoptr (FlowSyncVector) known = flow_sync_vector_copy (flow_sync_ops_get_context (ops));
  FlowSyncDot dot = *flow_sync_ops_get_first (ops);

  for (guint i = 0; i < flow_sync_ops_get_n (ops); i++, dot.seq++)
    {
      gsize size;
      const guint8 *body = flow_sync_ops_get_op (ops, i, &size);
      FlowSyncOp *op = flow_sync_op_decode (body, size, NULL);
      FlowSyncVector *context;

      g_assert_nonnull (op);
      for (guint j = 0; j < op->context->len; j++)
        {
          const FlowSyncDot *other = &g_array_index (op->context, FlowSyncDot, j);

          flow_sync_vector_raise (known, other->device, other->epoch, other->seq);
        }
      context = flow_sync_vector_copy (known);
      g_ptr_array_add (self->ops, op);
      g_ptr_array_add (self->contexts, context);
      for (guint j = 0; j < op->writes->len; j++)
        {
          Write write = { op, &g_array_index (op->writes, FlowSyncWrite, j), dot, context };

          g_array_append_val (self->writes, write);
        }
    }
}

static void
read_history (History *self, GPtrArray *archive)
{
  self->ops = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_sync_op_free);
  self->contexts = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_sync_vector_free);
  self->writes = g_array_new (FALSE, FALSE, sizeof (Write));
  for (guint i = 0; i < archive->len; i++)
    read_batch (self, g_ptr_array_index (archive, i));
}

static gboolean
knew (const Write *write, const Write *other)
{
  if (flow_sync_dot_compare_stream (&write->dot, &other->dot) == 0)
    return write->dot.seq > other->dot.seq;
  return flow_sync_vector_has (write->context, &other->dot);
}

static gboolean
is_same_row (const Write *a, const Write *b)
{
  return g_bytes_equal (a->op->key, b->op->key) && g_str_equal (a->op->table, b->op->table);
}

static gboolean
is_record (const Write *write)
{
  return write->write->field[0] == '\0';
}

/* It was written over by somebody who knew it; a record that was known to be deleted is there again by writing it. */
static gboolean
is_over (const Write *write, const Write *other)
{
  if (!is_same_row (write, other) || !knew (other, write))
    return FALSE;
  if (is_record (write) && !is_record (other))
    return (other->op->flags & FLOW_SYNC_OP_AUTO) == 0;
  return g_str_equal (write->write->field, other->write->field) && g_str_equal (write->write->item, other->write->item);
}

static void
append_hex (GString *out, const guint8 *data, gsize size)
{
  static const char digits[] = "0123456789ABCDEF";

  for (gsize i = 0; i < size; i++)
    {
      g_string_append_c (out, digits[data[i] >> 4]);
      g_string_append_c (out, digits[data[i] & 15]);
    }
}

static char *
describe (const Write *write)
{
  GString *out = g_string_new (write->op->table);
  gsize size;
  const guint8 *data = g_bytes_get_data (write->op->key, &size);

  append_hex (out, data, size);
  g_string_append_printf (out, " %s %s ", write->write->field, write->write->item);
  append_hex (out, write->dot.device, sizeof write->dot.device);
  g_string_append_printf (out, "%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %u ",
                          write->dot.epoch, write->dot.seq, write->op->hlc, write->op->flags);
  data = g_bytes_get_data (write->write->value, &size);
  append_hex (out, data, size);
  return g_string_free (out, FALSE);
}

static int
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Whether the device has something of the record of a write; it has nothing of one that all know to be deleted. */
static gboolean
is_there (const Write *write, const char *dump)
{
  g_autoptr (GString) name = g_string_new (write->op->table);
  gsize size;
  const guint8 *data = g_bytes_get_data (write->op->key, &size);

  append_hex (name, data, size);
  g_string_append_c (name, ' ');
  return strstr (dump, name->str) != NULL;
}

/* All writes that nobody has written over, of records that are there in a dump, if there is one. */
static GPtrArray *
list_holding (const History *history, const char *dump)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < history->writes->len; i++)
    {
      const Write *write = &g_array_index (history->writes, Write, i);
      gboolean over = FALSE;

      for (guint j = 0; !over && j < history->writes->len; j++)
        over = is_over (write, &g_array_index (history->writes, Write, j));
      if (!over && (dump == NULL || is_there (write, dump)))
        g_ptr_array_add (lines, describe (write));
    }
  g_ptr_array_sort (lines, by_text);
  return lines;
}

/* Nothing that the cloud has accepted is lost: it holds, or whoever wrote over it knew it. */
static void
check_cells (SimWorld *self, const History *history, const SimNode *node)
{
  g_autoptr (GPtrArray) expected = NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;

  sim_replica_dump_cells (node->replica, text);
  expected = list_holding (history, self->tidied ? text->str : NULL);
  lines = g_strsplit (text->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_ptr_array_add (found, lines[i]);
  g_ptr_array_sort (found, by_text);
  for (guint i = 0; i < MAX (found->len, expected->len); i++)
    {
      const char *here = i < found->len ? found->pdata[i] : "nothing";
      const char *there = i < expected->len ? expected->pdata[i] : "nothing";

      if (!g_str_equal (here, there))
        {
          sim_world_fail (self, "what holds is not what was written: %s instead of %s", here, there);
          return;
        }
    }
}

static gboolean
is_deletion (const Write *write)
{
  gint64 alive = 1;

  return is_record (write) && flow_sync_value_get_int (write->write->value, &alive) && alive == 0;
}

/* Whether its device did something to the record later. */
static gboolean
has_successor (const History *history, const Write *write)
{
  for (guint i = 0; i < history->writes->len; i++)
    {
      const Write *other = &g_array_index (history->writes, Write, i);

      if (is_same_row (write, other) && other->dot.seq > write->dot.seq &&
          flow_sync_dot_compare_stream (&write->dot, &other->dot) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_conflict (SimWorld *self, const Write *deletion)
{
  g_autoptr (GString) sql = g_string_new ("SELECT count (*) FROM sync_conflict WHERE kind = 'delete_vs_modify' AND "
                                          "key = x'");
  gsize size;
  const guint8 *key = g_bytes_get_data (deletion->op->key, &size);

  append_hex (sql, key, size);
  g_string_append_printf (sql, "' AND tbl = '%s'", deletion->op->table);
  for (guint i = 0; i < self->n; i++)
    if (sim_replica_ask (self->nodes[i].replica, sql->str) > 0)
      return TRUE;
  return FALSE;
}

/* Deleted here, changed there: whatever becomes of it, somebody is told. */
static void
check_deletion (SimWorld *self, const History *history, const Write *deletion)
{
  if (!g_str_equal (deletion->op->table, "sim_note") || has_successor (history, deletion))
    return;
  for (guint i = 0; i < history->writes->len; i++)
    {
      const Write *write = &g_array_index (history->writes, Write, i);

      if (is_record (write) || (write->op->flags & FLOW_SYNC_OP_AUTO) != 0 || !is_same_row (write, deletion) ||
          knew (write, deletion) || knew (deletion, write) || has_successor (history, write))
        continue;
      if (!has_conflict (self, deletion))
        sim_world_fail (self, "a record was deleted and changed, and nobody is told");
    }
}

/**
 * sim_world_check_history:
 * @self: a world that has settled
 *
 * Check that what all devices have follows from what all of them did.
 */
void
sim_world_check_history (SimWorld *self)
{
  g_auto (History) history = { 0 };

  read_history (&history, sim_cloud_get_archive (self->cloud));
  for (guint i = 0; i < self->n; i++)
    if (!self->nodes[i].gone)
      {
        check_cells (self, &history, &self->nodes[i]);
        break;
      }
  for (guint i = 0; !self->mishaps && i < history.writes->len; i++)
    {
      const Write *write = &g_array_index (history.writes, Write, i);

      if (is_deletion (write))
        check_deletion (self, &history, write);
    }
}
