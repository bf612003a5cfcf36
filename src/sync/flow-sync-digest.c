/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-digest.h"

#include "base/flow-id.h"
#include "message/flow-json-member.h"
#include "sync/flow-sync-json.h"

/**
 * flow_sync_digest_new:
 * @scope: of which scope
 *
 * Returns: (transfer full): the digest of nothing
 */
FlowSyncDigest *
flow_sync_digest_new (const char *scope)
{
  FlowSyncDigest *self = g_new0 (FlowSyncDigest, 1);

  g_strlcpy (self->scope, scope, sizeof self->scope);
  self->vector = flow_sync_vector_new ();
  self->tables = g_array_new (FALSE, TRUE, sizeof (FlowSyncTableDigest));
  return self;
}

/** flow_sync_digest_copy: (transfer full): the same once more. */
FlowSyncDigest *
flow_sync_digest_copy (const FlowSyncDigest *self)
{
  FlowSyncDigest *copy = g_memdup2 (self, sizeof *self);

  copy->vector = flow_sync_vector_copy (self->vector);
  copy->tables = g_array_copy (self->tables);
  return copy;
}

/**
 * flow_sync_digest_free:
 * @self: (transfer full): a digest
 *
 * Free it.
 */
void
flow_sync_digest_free (FlowSyncDigest *self)
{
  flow_sync_vector_free (self->vector);
  g_array_unref (self->tables);
  g_free (self);
}

/**
 * flow_sync_digest_is_comparable:
 * @self: a digest
 * @other: another one
 *
 * Returns: whether they must be the same: who made them knew the same, and had the same key
 */
gboolean
flow_sync_digest_is_comparable (const FlowSyncDigest *self, const FlowSyncDigest *other)
{
  return memcmp (self->key, other->key, sizeof self->key) == 0 && flow_sync_vector_equal (self->vector, other->vector);
}

/* (nullable) */
static const FlowSyncTableDigest *
get_table (const FlowSyncDigest *self, guint index)
{
  return index < self->tables->len ? &g_array_index (self->tables, FlowSyncTableDigest, index) : NULL;
}

/**
 * flow_sync_digest_compare:
 * @self: a digest
 * @other: one that is comparable with it
 * @tables: (nullable) (element-type utf8): gets the names of those that differ, as far as @self has them
 *
 * A table that one of them does not name has nothing in it there.
 *
 * Returns: how many tables differ
 */
guint
flow_sync_digest_compare (const FlowSyncDigest *self, const FlowSyncDigest *other, GPtrArray *tables)
{
  guint differ = 0;

  for (guint i = 0, j = 0; i < self->tables->len || j < other->tables->len;)
    {
      const FlowSyncTableDigest *a = get_table (self, i);
      const FlowSyncTableDigest *b = get_table (other, j);
      int order = a == NULL ? 1 : b == NULL ? -1 : memcmp (a->name, b->name, sizeof a->name);

      i += order <= 0 ? 1 : 0;
      j += order >= 0 ? 1 : 0;
      if (order == 0 && memcmp (a->sum, b->sum, sizeof a->sum) == 0)
        continue;
      differ++;
      if (order <= 0 && tables != NULL && a->table != NULL && !g_ptr_array_find (tables, a->table, NULL))
        g_ptr_array_add (tables, (gpointer) a->table);
    }
  return differ;
}

/**
 * flow_sync_digest_is_same:
 * @self: a digest
 * @other: another one
 *
 * Returns: whether they say the same, the repair included
 */
gboolean
flow_sync_digest_is_same (const FlowSyncDigest *self, const FlowSyncDigest *other)
{
  return flow_sync_digest_is_comparable (self, other) && flow_sync_digest_compare (self, other, NULL) == 0 &&
         g_str_equal (self->repair, other->repair);
}

/**
 * flow_sync_digest_write_json:
 * @self: a digest
 * @json: where to
 *
 * Write it as an object of `key`, `vector`, `tables` and, when there is one, `repair`.
 */
void
flow_sync_digest_write_json (const FlowSyncDigest *self, FlowJsonWriter *json)
{
  flow_json_writer_begin_object (json);
  flow_json_member_id (json, "key", self->key, sizeof self->key);
  flow_json_writer_key (json, "vector");
  flow_sync_vector_write_json (self->vector, json);
  flow_json_writer_key (json, "tables");
  flow_json_writer_begin_array (json);
  for (guint i = 0; i < self->tables->len; i++)
    {
      const FlowSyncTableDigest *table = &g_array_index (self->tables, FlowSyncTableDigest, i);

      flow_json_writer_begin_object (json);
      flow_json_member_id (json, "table", table->name, sizeof table->name);
      flow_json_member_id (json, "digest", table->sum, sizeof table->sum);
      flow_json_writer_end_object (json);
    }
  flow_json_writer_end_array (json);
  if (*self->repair != '\0')
    flow_json_member_text (json, "repair", self->repair, -1);
  flow_json_writer_end_object (json);
}

static gboolean
read_hex (JsonObject *object, const char *name, guint8 *out, gsize size)
{
  const char *hex = flow_sync_json_text (object, name);

  return hex != NULL && strlen (hex) == 2 * size && flow_id_from_hex (hex, size, out);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return memcmp (((const FlowSyncTableDigest *) a)->name, ((const FlowSyncTableDigest *) b)->name,
                 FLOW_SYNC_DIGEST_NAME_SIZE);
}

static gboolean
read_tables (FlowSyncDigest *self, JsonArray *tables)
{
  guint n = tables != NULL ? json_array_get_length (tables) : 0;

  if (tables == NULL || n > FLOW_SYNC_DIGEST_TABLES_MAX)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      JsonObject *one = flow_sync_json_element (tables, i);
      FlowSyncTableDigest table = { 0 };

      if (!read_hex (one, "table", table.name, sizeof table.name) ||
          !read_hex (one, "digest", table.sum, sizeof table.sum))
        return FALSE;
      g_array_append_val (self->tables, table);
    }
  g_array_sort (self->tables, by_name);
  return TRUE;
}

/**
 * flow_sync_digest_read_json:
 * @object: what flow_sync_digest_write_json() wrote on another device
 * @scope: of which scope it is
 *
 * Returns: (nullable) (transfer full): the digest; %NULL when it is none
 */
FlowSyncDigest *
flow_sync_digest_read_json (JsonObject *object, const char *scope)
{
  g_autoptr (FlowSyncDigest) self = flow_sync_digest_new (scope);
  g_autoptr (FlowSyncVector) vector = flow_sync_json_vector (flow_sync_json_array (object, "vector"));
  const char *repair = flow_sync_json_text (object, "repair");

  if (vector == NULL || !read_hex (object, "key", self->key, sizeof self->key) ||
      !read_tables (self, flow_sync_json_array (object, "tables")) ||
      (repair != NULL && !flow_sync_json_is_blob (repair)))
    return NULL;
  flow_sync_vector_merge (self->vector, vector);
  if (repair != NULL)
    g_strlcpy (self->repair, repair, sizeof self->repair);
  return g_steal_pointer (&self);
}
