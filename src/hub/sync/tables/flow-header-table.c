/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-records"

#include <json-glib/json-glib.h>

#include "base/flow-error.h"
#include "hub/sync/tables/flow-record-tables-private.h"
#include "message/flow-json-writer.h"
#include "trace/flow-trace-encryption.h"
#include "trace/flow-trace-header.h"

/* Headers of traces: machines write them, so nobody is asked. */

/* Bytes of a text of a header; what is longer is nobody's name. */
#define TEXT_MAX (64 * 1024)

enum
{
  STATUS,
  COMPLETED,
  DURATION,
  SOURCE_FILE,
  SOURCE_LINE,
  DEVICE,
  WORKSPACE,
  SESSION,
  NAME,
  SERVICES,
  STARTED,
  SPANS,
  ERRORS,
  METADATA,
  PARTS,
  N_FIELDS,
};

static const FlowSyncField fields[N_FIELDS] = {
  [STATUS] = { "status", FLOW_SYNC_TEXT, FLOW_SYNC_FINAL, "outcome" },
  [COMPLETED] = { "completed_at", FLOW_SYNC_INT, FLOW_SYNC_LATEST, "outcome" },
  [DURATION] = { "duration", FLOW_SYNC_INT, FLOW_SYNC_LATEST, "outcome" },
  [SOURCE_FILE] = { "source_file", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, "source" },
  [SOURCE_LINE] = { "source_line", FLOW_SYNC_INT, FLOW_SYNC_LATEST, "source" },
  [DEVICE] = { "device", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  [WORKSPACE] = { "workspace_id", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  [SESSION] = { "session_id", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  [NAME] = { "name", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  [SERVICES] = { "services", FLOW_SYNC_TEXT, FLOW_SYNC_LATEST, NULL },
  [STARTED] = { "started_at", FLOW_SYNC_INT, FLOW_SYNC_LATEST, NULL },
  [SPANS] = { "spans", FLOW_SYNC_INT, FLOW_SYNC_LATEST, NULL },
  [ERRORS] = { "errors", FLOW_SYNC_INT, FLOW_SYNC_LATEST, NULL },
  [METADATA] = { "metadata", FLOW_SYNC_MAP, FLOW_SYNC_LATEST, NULL },
  [PARTS] = { "parts", FLOW_SYNC_MAP, FLOW_SYNC_LATEST, NULL },
};

static const char *const finals[] = { FLOW_TRACE_STATUS_OK, FLOW_TRACE_STATUS_ERROR, NULL };

static void
put_map (FlowSyncRecord *record, guint field, const char *json)
{
  g_autoptr (JsonNode) root = json_from_string (json, NULL);
  JsonObjectIter iter;
  const char *key;
  JsonNode *value;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return;
  json_object_iter_init (&iter, json_node_get_object (root));
  while (json_object_iter_next (&iter, &key, &value))
    if (JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING)
      flow_sync_record_put (record, field, key, json_node_get_string (value));
}

static void
write_member (const char *key, const char *value, gpointer data)
{
  flow_json_writer_key (data, key);
  flow_json_writer_string (data, value, -1);
}

static char *
get_map (const FlowSyncRecord *record, guint field)
{
  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_sync_record_foreach (record, field, write_member, &writer);
  flow_json_writer_end_object (&writer);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
fill_record (const FlowTraceHeader *header, FlowSyncRecord *record)
{
  flow_sync_record_set_text (record, STATUS, header->status);
  flow_sync_record_set_int (record, COMPLETED, header->completed_ns);
  flow_sync_record_set_int (record, DURATION, header->duration_ns);
  flow_sync_record_set_text (record, SOURCE_FILE, header->source_file);
  flow_sync_record_set_int (record, SOURCE_LINE, header->source_line);
  flow_sync_record_set_text (record, DEVICE, header->device);
  flow_sync_record_set_text (record, WORKSPACE, header->workspace);
  flow_sync_record_set_text (record, SESSION, header->session);
  flow_sync_record_set_text (record, NAME, header->name);
  flow_sync_record_set_text (record, SERVICES, header->services);
  flow_sync_record_set_int (record, STARTED, header->started_ns);
  flow_sync_record_set_int (record, SPANS, header->spans);
  flow_sync_record_set_int (record, ERRORS, header->errors);
  put_map (record, METADATA, header->metadata);
  put_map (record, PARTS, header->parts);
}

static gboolean
read_header (const FlowSyncTable *self, sqlite3 *db, GBytes *key, FlowSyncRecord *record, gboolean *exists,
             GError **error)
{
  g_autoptr (FlowTraceHeader) header = NULL;

  *exists = FALSE;
  if (!flow_records_check_trace (key, error) ||
      !flow_trace_header_read (db, g_bytes_get_data (key, NULL), &header, error))
    return FALSE;
  if (header == NULL)
    return TRUE;
  *exists = TRUE;
  fill_record (header, record);
  return TRUE;
}

static gboolean
take_text (const FlowSyncRecord *record, guint field, char **text, GError **error)
{
  const char *value = flow_records_text (record, field);

  if (strlen (value) > TEXT_MAX)
    {
      g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_LARGE, "“%s” of a trace is too long", fields[field].name);
      return FALSE;
    }
  g_free (*text);
  *text = g_strdup (value);
  return TRUE;
}

static FlowTraceHeader *
from_record (GBytes *key, const FlowSyncRecord *record, GError **error)
{
  g_autoptr (FlowTraceHeader) header = flow_trace_header_new (g_bytes_get_data (key, NULL));
  char **const texts[] = { &header->status,  &header->source_file, &header->device,  &header->workspace,
                           &header->session, &header->name,        &header->services };
  static const guint which[] = { STATUS, SOURCE_FILE, DEVICE, WORKSPACE, SESSION, NAME, SERVICES };

  for (guint i = 0; i < G_N_ELEMENTS (which); i++)
    if (!take_text (record, which[i], texts[i], error))
      return NULL;
  header->completed_ns = flow_sync_record_get_int (record, COMPLETED);
  header->duration_ns = flow_sync_record_get_int (record, DURATION);
  header->source_line = flow_sync_record_get_int (record, SOURCE_LINE);
  header->started_ns = flow_sync_record_get_int (record, STARTED);
  header->spans = flow_sync_record_get_int (record, SPANS);
  header->errors = flow_sync_record_get_int (record, ERRORS);
  g_free (header->metadata);
  header->metadata = get_map (record, METADATA);
  g_free (header->parts);
  header->parts = get_map (record, PARTS);
  return g_steal_pointer (&header);
}

static gboolean
apply_header (const FlowSyncTable *self, sqlite3 *db, GBytes *key, const FlowSyncRecord *record, GError **error)
{
  FlowRecordTables *tables = self->data;
  g_autoptr (FlowTraceHeader) header = NULL;

  if (!flow_records_check_trace (key, error) || !flow_trace_store_require_key (tables->traces, error))
    return FALSE;
  flow_records_header_changed (self, key);
  if (record == NULL)
    return flow_trace_header_delete (db, g_bytes_get_data (key, NULL), error);
  header = from_record (key, record, error);
  return header != NULL && flow_trace_header_write (header, db, error);
}

static gboolean
list_headers (const FlowSyncTable *self, sqlite3 *db, GBytes *after, guint limit, GPtrArray *keys, GError **error)
{
  return flow_records_list (db, "records/header-keys", NULL, after, limit, keys, error);
}

static char *
name_header (const FlowSyncTable *self, sqlite3 *db, GBytes *key)
{
  g_autoptr (FlowTraceHeader) header = NULL;

  if (g_bytes_get_size (key) != sizeof header->trace_id ||
      !flow_trace_header_read (db, g_bytes_get_data (key, NULL), &header, NULL) || header == NULL)
    return NULL;
  return g_strdup (header->name);
}

const FlowSyncTable flow_header_table = {
  .name = FLOW_RECORDS_HEADERS,
  .schema = 1,
  .deletion = FLOW_SYNC_MACHINE,
  .fields = fields,
  .n_fields = N_FIELDS,
  .finals = finals,
  .read = read_header,
  .apply = apply_header,
  .list = list_headers,
  .title = name_header,
};
