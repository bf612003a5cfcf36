/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-trace-reader.h"

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "store/flow-store.h"
#include "trace/flow-trace-key.h"
#include "trace/flow-trace-reader-private.h"
#include "trace/flow-trace-resources.h"
#include "trace/flow-trace-store-private.h"

/* Decoded columns kept by default, in bytes. */
#define DEFAULT_CACHE (64u << 20)

typedef struct
{
  FlowSegment *segment;
  gsize counted; /* bytes of it in `cached` */
  GList link;
} CacheEntry;

static void
cache_entry_free (gpointer data)
{
  CacheEntry *entry = data;

  flow_segment_unref (entry->segment);
  g_free (entry);
}

static gboolean
read_key (FlowTraceReader *self, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_trace_key_check (self->db, error))
    return FALSE;
  if (!flow_sql_prepare (self->db, "trace-meta-key", &stmt, error) || !flow_sql_step_row (stmt, &row, error))
    return FALSE;
  if (row && sqlite3_column_bytes (stmt, 0) == sizeof self->key)
    memcpy (&self->key, sqlite3_column_blob (stmt, 0), sizeof self->key);
  return TRUE;
}

/**
 * flow_trace_reader_open:
 * @database: path of the database
 *
 * Open the store for reading. Needs no hub and does not disturb one.
 *
 * Returns: (transfer full) (nullable): %NULL with %FLOW_ERROR_NOT_FOUND when there is no store yet,
 *   %FLOW_ERROR_SECRETS_LOCKED when it is encrypted and this process has no key, or the codes of
 *   flow_store_open_reader()
 */
FlowTraceReader *
flow_trace_reader_open (const char *database, GError **error)
{
  g_autoptr (FlowTraceReader) self = g_new0 (FlowTraceReader, 1);

  flow_trace_resources_ensure ();
  self->version = -1;
  self->max_cached = DEFAULT_CACHE;
  self->segments = g_hash_table_new_full (NULL, NULL, NULL, cache_entry_free);
  self->db = flow_store_open_reader (database, error);
  if (self->db == NULL || !read_key (self, error) || !flow_sql_prepare_text (self->db, "BEGIN", &self->begin, error) ||
      !flow_sql_prepare_text (self->db, "COMMIT", &self->commit, error) ||
      !flow_sql_prepare_text (self->db, "PRAGMA data_version", &self->version_stmt, error) ||
      !flow_sql_prepare (self->db, "trace-newest", &self->newest, error) ||
      !flow_sql_prepare (self->db, "segment-at", &self->segment_at, error))
    return NULL;
  return g_steal_pointer (&self);
}

static void
drop_directories (FlowTraceReader *self)
{
  for (guint signal = 0; signal < FLOW_N_SIGNALS; signal++)
    g_clear_pointer (&self->directory[signal], g_array_unref);
  g_clear_pointer (&self->service_names, g_ptr_array_unref);
  self->index_fresh = FALSE;
  self->facts_fresh = FALSE;
}

void
flow_trace_reader_free (FlowTraceReader *self)
{
  drop_directories (self);
  g_clear_pointer (&self->facts, g_hash_table_unref);
  g_clear_pointer (&self->index, flow_trace_index_free);
  g_queue_init (&self->recent);
  g_hash_table_unref (self->segments);
  sqlite3_finalize (self->begin);
  sqlite3_finalize (self->commit);
  sqlite3_finalize (self->version_stmt);
  sqlite3_finalize (self->newest);
  sqlite3_finalize (self->segment_at);
  sqlite3_close_v2 (self->db);
  g_free (self);
}

/** flow_trace_reader_set_cache: @bytes of decoded columns to keep. */
void
flow_trace_reader_set_cache (FlowTraceReader *self, gsize bytes)
{
  self->max_cached = bytes;
}

/** flow_trace_reader_get_connection: (transfer none): for `flowctl sql`. */
sqlite3 *
flow_trace_reader_get_connection (FlowTraceReader *self)
{
  return self->db;
}

/**
 * flow_trace_reader_get_version:
 *
 * A number that changes when somebody commits: what `flowctl tail` watches. -1 when it could not be read.
 */
gint64
flow_trace_reader_get_version (FlowTraceReader *self)
{
  gint64 version = -1;

  sqlite3_reset (self->version_stmt);
  if (sqlite3_step (self->version_stmt) == SQLITE_ROW)
    version = sqlite3_column_int64 (self->version_stmt, 0);
  sqlite3_reset (self->version_stmt);
  return version;
}

/** flow_trace_reader_refresh: drop what is cached of the directory when somebody has committed. In a transaction. */
void
flow_trace_reader_refresh (FlowTraceReader *self)
{
  gint64 version = flow_trace_reader_get_version (self);

  if (version != self->version)
    drop_directories (self);
  self->version = version;
}

/**
 * flow_trace_reader_begin:
 *
 * Begin one read: all of it sees one commit. What is cached of the directory is dropped when there was another.
 */
gboolean
flow_trace_reader_begin (FlowTraceReader *self, GError **error)
{
  if (!sqlite3_get_autocommit (self->db))
    return TRUE;
  if (!flow_sql_step_done (self->begin, error))
    return FALSE;
  flow_trace_reader_refresh (self);
  return TRUE;
}

void
flow_trace_reader_end (FlowTraceReader *self)
{
  if (!sqlite3_get_autocommit (self->db))
    flow_sql_step_done (self->commit, NULL);
}

/** flow_trace_reader_directory: (transfer none) (nullable): all segments of a signal, by id. */
GArray *
flow_trace_reader_directory (FlowTraceReader *self, FlowSignal signal, GError **error)
{
  if (self->directory[signal] == NULL)
    self->directory[signal] = flow_segment_entries (self->db, "segment-from", signal, 0, error);
  return self->directory[signal];
}

static void
forget_segment (FlowTraceReader *self, CacheEntry *entry)
{
  self->cached -= entry->counted;
  g_queue_unlink (&self->recent, &entry->link);
  g_hash_table_remove (self->segments, (gpointer) (gsize) entry->segment->id);
}

/**
 * flow_trace_reader_segment:
 *
 * A part or segment from the cache, or a fresh one in it. Call flow_trace_reader_settle() when done with it.
 *
 * Returns: (transfer full)
 */
FlowSegment *
flow_trace_reader_segment (FlowTraceReader *self, const FlowSegmentEntry *entry)
{
  CacheEntry *cached = g_hash_table_lookup (self->segments, (gpointer) (gsize) entry->id);

  if (cached != NULL && (cached->segment->revision != entry->revision || cached->segment->sealed != entry->sealed ||
                         cached->segment->rows != entry->rows))
    {
      forget_segment (self, cached);
      cached = NULL;
    }
  if (cached == NULL)
    {
      cached = g_new0 (CacheEntry, 1);
      cached->segment = flow_segment_new (entry);
      cached->link.data = cached;
      g_hash_table_insert (self->segments, (gpointer) (gsize) entry->id, cached);
    }
  else
    g_queue_unlink (&self->recent, &cached->link);
  g_queue_push_head_link (&self->recent, &cached->link);
  return flow_segment_ref (cached->segment);
}

/** flow_trace_reader_settle: (transfer full): give a segment back; the cache keeps to its bound. */
void
flow_trace_reader_settle (FlowTraceReader *self, FlowSegment *segment)
{
  CacheEntry *cached = g_hash_table_lookup (self->segments, (gpointer) (gsize) segment->id);

  if (cached != NULL && cached->segment == segment)
    {
      self->cached += segment->bytes - cached->counted;
      cached->counted = segment->bytes;
    }
  flow_segment_unref (segment);
  while (self->cached > self->max_cached && self->recent.tail != NULL)
    forget_segment (self, self->recent.tail->data);
}

/** flow_trace_reader_find: the number of a trace, 0 when there is none. */
gboolean
flow_trace_reader_find (FlowTraceReader *self, const guint8 trace_id[16], guint64 *number, GError **error)
{
  if (self->index == NULL)
    self->index = flow_trace_index_new (&self->key, FLOW_TRACE_RUN);
  if (!self->index_fresh && !flow_trace_index_refresh (self->index, self->db, error))
    return FALSE;
  self->index_fresh = TRUE;
  return flow_trace_index_find (self->index, self->db, trace_id, number, error);
}

static gboolean
load_services (FlowTraceReader *self, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  gboolean row = FALSE;

  if (self->service_names != NULL)
    return TRUE;
  if (!flow_sql_prepare (self->db, "service-list", &stmt, error))
    return FALSE;
  while (TRUE)
    {
      gint64 id;

      if (!flow_sql_step_row (stmt, &row, error))
        return FALSE;
      if (!row)
        break;
      id = sqlite3_column_int64 (stmt, 0);
      if (id <= 0 || id > G_MAXUINT16 * 16)
        continue;
      if (names->len <= id)
        g_ptr_array_set_size (names, (gint) id + 1);
      names->pdata[id] = g_strndup (sqlite3_column_blob (stmt, 1), (gsize) sqlite3_column_bytes (stmt, 1));
    }
  self->service_names = g_steal_pointer (&names);
  return TRUE;
}

/** flow_trace_reader_service: (transfer none): the name of a service, as long as `service_names` is the same. */
const char *
flow_trace_reader_service (FlowTraceReader *self, guint32 service)
{
  const char *name = NULL;

  if (load_services (self, NULL) && service < self->service_names->len)
    name = self->service_names->pdata[service];
  return name != NULL ? name : "";
}

/** flow_trace_reader_service_name: (transfer full): the name of a service by its number; empty when it is unknown. */
char *
flow_trace_reader_service_name (FlowTraceReader *self, guint32 service)
{
  return g_strdup (flow_trace_reader_service (self, service));
}

/** flow_trace_reader_service_number: 0 when no span has the service. */
gboolean
flow_trace_reader_service_number (FlowTraceReader *self, const char *name, guint32 *number, GError **error)
{
  *number = 0;
  if (!load_services (self, error))
    return FALSE;
  for (guint i = 0; i < self->service_names->len; i++)
    if (g_strcmp0 (self->service_names->pdata[i], name) == 0)
      *number = i;
  return TRUE;
}

static char **
service_names (FlowTraceReader *self, const guint8 *at, gsize length)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const guint8 *end = at + length;
  guint64 service;

  while (at < end && (at = flow_varint_get (at, end, &service)) != NULL)
    {
      const char *name = flow_trace_reader_service (self, (guint32) service);

      /* One whose last span is gone has no name any more. */
      if (*name != '\0')
        g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_steal (names, NULL);
}

/* Whose it is. What cannot be read is not known. */
static void
read_elsewhere (FlowTraceReader *self, FlowTraceInfo *info)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;
  const char *name;

  if (!flow_sql_prepare (self->db, "elsewhere-read", &stmt, NULL))
    return;
  sqlite3_bind_blob (stmt, 1, info->trace_id, 16, SQLITE_STATIC);
  if (!flow_sql_step_row (stmt, &row, NULL) || !row)
    return;
  name = (const char *) sqlite3_column_text (stmt, 0);
  info->device = name != NULL && *name != '\0' ? g_strdup (name) : NULL;
  info->fetchable = sqlite3_column_int (stmt, 1) != 0;
}

/** flow_trace_reader_info: (transfer full): of a row of trace-newest or trace-one. */
FlowTraceInfo *
flow_trace_reader_info (FlowTraceReader *self, sqlite3_stmt *row)
{
  FlowTraceInfo *info = g_new0 (FlowTraceInfo, 1);

  g_atomic_ref_count_init (&info->references);
  info->number = (guint64) sqlite3_column_int64 (row, 0);
  if (sqlite3_column_bytes (row, 1) == 16)
    memcpy (info->trace_id, sqlite3_column_blob (row, 1), 16);
  info->start_ns = sqlite3_column_int64 (row, 2);
  info->end_ns = sqlite3_column_int64 (row, 3);
  info->spans = (guint32) sqlite3_column_int64 (row, 4);
  info->logs = (guint32) sqlite3_column_int64 (row, 5);
  info->errors = (guint32) sqlite3_column_int64 (row, 6);
  info->has_location = (sqlite3_column_int64 (row, 7) & FLOW_TRACE_LOCATION) != 0;
  info->name = g_strndup ((const char *) sqlite3_column_text (row, 8), (gsize) sqlite3_column_bytes (row, 8));
  info->services = service_names (self, sqlite3_column_blob (row, 9), (gsize) sqlite3_column_bytes (row, 9));
  info->facts = flow_trace_reader_find_facts (self, info->trace_id);
  info->elsewhere = (sqlite3_column_int64 (row, 7) & FLOW_TRACE_ELSEWHERE) != 0;
  if (info->elsewhere)
    read_elsewhere (self, info);
  return info;
}

/** flow_trace_reader_info_by_number: (transfer full) (nullable): %NULL without @error when the row is gone. */
FlowTraceInfo *
flow_trace_reader_info_by_number (FlowTraceReader *self, guint64 number, GError **error)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  if (!flow_sql_prepare (self->db, "trace-one", &stmt, error))
    return NULL;
  sqlite3_bind_int64 (stmt, 1, (sqlite3_int64) number);
  if (!flow_sql_step_row (stmt, &row, error) || !row)
    return NULL;
  return flow_trace_reader_info (self, stmt);
}

/** flow_trace_reader_find_info: (transfer full) (nullable): %NULL with %FLOW_ERROR_NOT_FOUND when there is none. */
FlowTraceInfo *
flow_trace_reader_find_info (FlowTraceReader *self, const guint8 trace_id[16], GError **error)
{
  g_autoptr (GError) local = NULL;
  FlowTraceInfo *info = NULL;
  guint64 number;

  if (!flow_trace_reader_find (self, trace_id, &number, error))
    return NULL;
  if (number != 0)
    info = flow_trace_reader_info_by_number (self, number, &local);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else if (info == NULL)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "There is no such trace");
  return info;
}

FlowTraceInfo *
flow_trace_info_ref (FlowTraceInfo *info)
{
  g_atomic_ref_count_inc (&info->references);
  return info;
}

void
flow_trace_info_unref (FlowTraceInfo *info)
{
  if (!g_atomic_ref_count_dec (&info->references))
    return;
  g_free (info->device);
  g_free (info->name);
  g_strfreev (info->services);
  g_clear_pointer (&info->facts, flow_trace_facts_unref);
  g_free (info);
}

/** flow_trace_info_get_title: (transfer none): what the user calls the trace, else its name. */
const char *
flow_trace_info_get_title (const FlowTraceInfo *info)
{
  return info->facts != NULL && info->facts->title[0] != '\0' ? info->facts->title : info->name;
}
