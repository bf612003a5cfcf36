/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-control"

#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/flow-control.h"
#include "hub/flow-hub-private.h"
#include "hub/flow-json-read.h"
#include "hub/sync/flow-hub-sync.h"
#include "hub/sync/flow-sync-parcel.h"
#include "hub/sync/flow-sync-setup.h"
#include "message/flow-json-member.h"
#include "store/flow-statement.h"
#include "sync/flow-sync-conflicts.h"
#include "sync/flow-sync-quarantine.h"
#include "sync/flow-sync-run.h"

/* What people and programs ask about syncing. What is in the database is asked on the writer thread. */

#define HISTORY_MAX 1000
#define HISTORY_USUAL 50
#define WAIT_MS (60 * 1000)
#define WAIT_MAX_MS (3600 * 1000)

/* A verb that is answered on the writer thread. */
typedef struct
{
  FlowHub *hub;
  FlowControlReply *reply;
  JsonObject *arguments;
  gboolean (*run) (FlowSync *sync, sqlite3 *db, JsonObject *arguments, FlowJsonWriter *writer, GError **error);
  gboolean decides;
  FlowSecretKeys *keys; /* (nullable) */
} Ask;

static gboolean
ask_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Ask *ask = data;

  if (ask->decides)
    flow_sync_engine_made (ask->hub->sync_engine);
  return ask->run (sync, db, ask->arguments, flow_control_reply_get_writer (ask->reply), error);
}

static void
ask_done (gpointer data, const GError *error)
{
  Ask *ask = data;

  flow_control_reply_end (ask->reply, error);
  g_clear_pointer (&ask->keys, flow_secret_keys_unref);
  json_object_unref (ask->arguments);
  g_free (ask);
}

static Ask *
ask_new (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  Ask *self = g_new0 (Ask, 1);

  self->hub = hub;
  self->reply = reply;
  self->arguments = json_object_ref (arguments);
  return self;
}

static void
ask (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply,
     gboolean (*run) (FlowSync *, sqlite3 *, JsonObject *, FlowJsonWriter *, GError **))
{
  Ask *self = ask_new (hub, arguments, reply);

  self->run = run;
  flow_sync_engine_run (hub->sync_engine, ask_run, ask_done, self);
}

/* The same for what people decide, which the other devices are to hear. */
static void
decide (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply,
        gboolean (*run) (FlowSync *, sqlite3 *, JsonObject *, FlowJsonWriter *, GError **))
{
  Ask *self = ask_new (hub, arguments, reply);

  self->run = run;
  self->decides = TRUE;
  flow_sync_engine_run (hub->sync_engine, ask_run, ask_done, self);
}

static void
done_cb (const GError *error, gpointer reply)
{
  flow_control_reply_end (reply, error);
}

/* Traces that the cloud refuses. */
static void
write_unsent (FlowHub *hub, FlowJsonWriter *answer)
{
  FlowTraceSharing *sharing = flow_hub_records_get_sharing (hub->records);

  flow_json_writer_key (answer, "unsent_traces");
  if (sharing != NULL)
    flow_trace_sharing_write_troubles (sharing, answer);
  else
    flow_json_writer_null (answer);
}

static gboolean
run_status (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  if (hub->sync == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BUSY, "the hub is starting or stopping");
      return FALSE;
    }
  flow_hub_sync_write_status (hub->sync, answer);
  write_unsent (hub, answer);
  return TRUE;
}

static gint64
get_number (JsonObject *arguments, const char *name, gint64 usual, gint64 most)
{
  return json_object_has_member (arguments, name) ? CLAMP (flow_json_get_int (arguments, name), 0, most) : usual;
}

static void
begin_now (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  flow_hub_sync_now (hub->sync, done_cb, reply);
}

static void
begin_wait (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  flow_hub_sync_wait (hub->sync, (guint) get_number (arguments, "timeout_ms", WAIT_MS, WAIT_MAX_MS), done_cb, reply);
}

static void
begin_pause (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  g_autoptr (GError) error = NULL;

  flow_hub_sync_pause (hub->sync, flow_json_get_bool (arguments, "paused"), &error);
  flow_control_reply_end (reply, error);
}

static gboolean
write_history (FlowSync *sync, sqlite3 *db, JsonObject *arguments, FlowJsonWriter *writer, GError **error)
{
  gint64 limit = get_number (arguments, "limit", HISTORY_USUAL, HISTORY_MAX);
  gint64 before = get_number (arguments, "before", 0, G_MAXINT64);

  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter object;

  flow_json_writer_init (&object, text);
  if (!flow_sync_runs_write_json (db, (guint64) before, (guint) limit, &object, error))
    return FALSE;
  /* Its members are the answer's. */
  flow_json_writer_raw (writer, text->str + 1, (gssize) text->len - 2);
  return TRUE;
}

static void
begin_history (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  ask (hub, arguments, reply, write_history);
}

/* The names of devices are a short list, so it is read again for each answer. */
static char *
name_device (const guint8 *device, gpointer db)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  char hex[2 * FLOW_SYNC_DEVICE_SIZE + 1];
  gboolean row;

  flow_id_to_hex (device, FLOW_SYNC_DEVICE_SIZE, hex);
  if (!flow_sql_prepare (db, "hub-sync/device-names", &stmt, NULL))
    return NULL;
  while (flow_sql_step_row (stmt, &row, NULL) && row)
    if (g_str_equal ((const char *) sqlite3_column_text (stmt, 0), hex))
      return g_strdup ((const char *) sqlite3_column_text (stmt, 1));
  return NULL;
}

static gboolean
write_conflicts (FlowSync *sync, sqlite3 *db, JsonObject *arguments, FlowJsonWriter *writer, GError **error)
{
  flow_json_writer_key (writer, "conflicts");
  return flow_sync_conflicts_write (sync, flow_json_get_bool (arguments, "all"), name_device, db, writer, error);
}

static void
begin_conflicts (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  ask (hub, arguments, reply, write_conflicts);
}

static gboolean
read_id (JsonObject *arguments, guint8 id[FLOW_SYNC_CONFLICT_ID_SIZE], GError **error)
{
  const char *hex = flow_control_require_string (arguments, "id", error);

  if (hex == NULL)
    return FALSE;
  if (strlen (hex) == 2 * FLOW_SYNC_CONFLICT_ID_SIZE && flow_id_from_hex (hex, FLOW_SYNC_CONFLICT_ID_SIZE, id))
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "\"id\" must be 32 hex digits");
  return FALSE;
}

static gboolean
read_choice (const char *word, FlowSyncChoice *choice, GError **error)
{
  if (word != NULL && flow_sync_choice_parse (word, choice))
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                       "a choice must be mine, theirs, both, keep_deleted or restore, or hold a value");
  return FALSE;
}

static gboolean
resolve_field (FlowSync *sync, const guint8 *id, const char *field, JsonNode *node, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *text = object != NULL ? flow_json_get_string (object, "value") : NULL;
  FlowSyncChoice choice = FLOW_SYNC_CHOICE_VALUE;

  if (text == NULL && !read_choice (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
                                        ? json_node_get_string (node)
                                        : NULL,
                                    &choice, error))
    return FALSE;
  return flow_sync_conflict_resolve (sync, id, field, choice, text, error);
}

static gboolean
run_resolve (FlowSync *sync, sqlite3 *db, JsonObject *arguments, FlowJsonWriter *writer, GError **error)
{
  JsonObject *fields = flow_json_get_object (arguments, "fields");
  guint8 id[FLOW_SYNC_CONFLICT_ID_SIZE];
  FlowSyncChoice choice;
  JsonObjectIter iter;
  const char *field;
  JsonNode *node;

  if (!read_id (arguments, id, error))
    return FALSE;
  if (fields == NULL)
    return read_choice (flow_json_get_string (arguments, "choice"), &choice, error) &&
           flow_sync_conflict_resolve (sync, id, NULL, choice, NULL, error);
  json_object_iter_init (&iter, fields);
  while (json_object_iter_next (&iter, &field, &node))
    if (!resolve_field (sync, id, field, node, error))
      return FALSE;
  return TRUE;
}

static void
begin_resolve (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  decide (hub, arguments, reply, run_resolve);
}

static gboolean
run_restore (FlowSync *sync, sqlite3 *db, JsonObject *arguments, FlowJsonWriter *writer, GError **error)
{
  guint8 id[FLOW_SYNC_CONFLICT_ID_SIZE];

  return read_id (arguments, id, error) && flow_sync_conflict_restore (sync, id, error);
}

static void
begin_restore (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  decide (hub, arguments, reply, run_restore);
}

static FlowSyncOps *
open_batch (GBytes *batch, gpointer keys, GError **error)
{
  gboolean unknown_key;

  if (keys != NULL)
    return flow_sync_parcel_open (batch, keys, &unknown_key, error);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NEEDS_PASSPHRASE, "this device does not have the account's key");
  return NULL;
}

/* A key that is a text is shown as one. */
static void
write_record (const char *hex, FlowJsonWriter *writer)
{
  gsize size = strlen (hex) / 2;
  g_autofree guint8 *key = g_malloc0 (size + 1);

  flow_json_writer_key (writer, "record");
  if (size > 0 && flow_id_from_hex (hex, size, key) && g_utf8_validate ((const char *) key, (gssize) size, NULL))
    flow_json_writer_string (writer, (const char *) key, (gssize) size);
  else
    flow_json_writer_string (writer, hex, -1);
}

static void
write_entry (JsonObject *entry, sqlite3 *db, FlowJsonWriter *writer)
{
  static const char *const texts[] = { "device", "scope", "table", "code", "time" };
  const char *device = flow_json_get_string (entry, "device");
  guint8 id[FLOW_SYNC_DEVICE_SIZE];
  g_autofree char *name = NULL;

  if (device != NULL && strlen (device) == 2 * sizeof id && flow_id_from_hex (device, sizeof id, id))
    name = name_device (id, db);
  flow_json_writer_begin_object (writer);
  flow_json_member_int (writer, "id", flow_json_get_int (entry, "number"));
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    flow_json_member_text (writer, texts[i], flow_json_get_string (entry, texts[i]), -1);
  flow_json_member_text (writer, "name", name, -1);
  flow_json_member_int (writer, "seq", flow_json_get_int (entry, "seq"));
  write_record (flow_json_get_string (entry, "key"), writer);
  flow_json_member_text (writer, "reason", flow_json_get_string (entry, "message"), -1);
  flow_json_writer_end_object (writer);
}

static gboolean
write_quarantine (FlowSync *sync, sqlite3 *db, FlowJsonWriter *writer, GError **error)
{
  g_autoptr (GString) text = g_string_new ("{\"entries\":");
  g_autoptr (JsonObject) object = NULL;
  FlowJsonWriter array;
  JsonArray *entries;

  flow_json_writer_init (&array, text);
  if (!flow_sync_quarantine_write (sync, &array, error))
    return FALSE;
  g_string_append_c (text, '}');
  object = flow_json_read_object (text->str, text->len, error);
  if (object == NULL)
    return FALSE;
  entries = flow_json_get_array (object, "entries");
  flow_json_writer_key (writer, "entries");
  flow_json_writer_begin_array (writer);
  for (guint i = 0; i < json_array_get_length (entries); i++)
    write_entry (json_array_get_object_element (entries, i), db, writer);
  flow_json_writer_end_array (writer);
  return TRUE;
}

static gboolean
quarantine_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Ask *self = data;
  guint taken;

  if (json_object_has_member (self->arguments, "forget") &&
      !flow_sync_quarantine_drop (sync, flow_json_get_int (self->arguments, "forget"), error))
    return FALSE;
  /* What is taken makes operations; a list is asked for again at every news, and must make none. */
  if (json_object_has_member (self->arguments, "retry"))
    {
      flow_sync_engine_made (self->hub->sync_engine);
      if (!flow_sync_quarantine_retry (sync, open_batch, self->keys, &taken, error))
        return FALSE;
    }
  return write_quarantine (sync, db, flow_control_reply_get_writer (self->reply), error);
}

static void
quarantine_done (gpointer data, const GError *error)
{
  Ask *self = data;

  if (json_object_has_member (self->arguments, "forget"))
    flow_hub_sync_count (self->hub->sync);
  ask_done (self, error);
}

static void
begin_quarantine (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  Ask *self = ask_new (hub, arguments, reply);
  FlowSecretKeys *keys = flow_hub_sync_get_keys (hub->sync);

  self->keys = keys != NULL ? flow_secret_keys_ref (keys) : NULL;
  if (json_object_has_member (arguments, "retry"))
    flow_hub_sync_refetch (hub->sync);
  flow_sync_engine_run (hub->sync_engine, quarantine_run, quarantine_done, self);
}

static gboolean
estimate_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Ask *self = data;

  return flow_sync_setup_write_estimate (sync, flow_sync_engine_get_records (self->hub->sync_engine),
                                         flow_control_reply_get_writer (self->reply), error);
}

static void
estimate (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  flow_sync_engine_run (hub->sync_engine, estimate_run, ask_done, ask_new (hub, arguments, reply));
}

static void
begin_setup (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  g_autoptr (GError) error = NULL;
  const char *action = flow_control_require_string (arguments, "action", &error);

  if (action != NULL && g_str_equal (action, "estimate"))
    {
      estimate (hub, arguments, reply);
      return;
    }
  if (action != NULL)
    flow_hub_sync_set_up (hub->sync, action, flow_control_reply_get_writer (reply), &error);
  flow_control_reply_end (reply, error);
}

/* What the user has to set here. */
static gboolean
run_editors (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  if (hub->records == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BUSY, "the hub is starting or stopping");
      return FALSE;
    }
  flow_hub_records_write_held (hub->records, answer);
  return TRUE;
}

const FlowControlVerb flow_control_sync_verbs[] = {
  { "sync-status", FLOW_CONTROL_HUB, run_status },
  { "sync-editors", FLOW_CONTROL_MAIN, run_editors },
  { "sync-now", FLOW_CONTROL_LATER, NULL, begin_now },
  { "sync-wait", FLOW_CONTROL_LATER, NULL, begin_wait },
  { "sync-pause", FLOW_CONTROL_LATER, NULL, begin_pause },
  { "sync-history", FLOW_CONTROL_LATER, NULL, begin_history },
  { "sync-conflicts", FLOW_CONTROL_LATER, NULL, begin_conflicts },
  { "sync-resolve", FLOW_CONTROL_LATER, NULL, begin_resolve },
  { "sync-restore", FLOW_CONTROL_LATER, NULL, begin_restore },
  { "sync-quarantine", FLOW_CONTROL_LATER, NULL, begin_quarantine },
  { "sync-setup", FLOW_CONTROL_LATER, NULL, begin_setup },
  { NULL },
};
