/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-sync.h"

#include "cloud/flow-cloud-document.h"
#include "cloud/flow-cloud-handlers.h"

#define JSON FLOW_CLOUD_ROUTE_JSON
#define BYTES FLOW_CLOUD_ROUTE_BYTES
#define READS FLOW_CLOUD_ROUTE_READS
#define PASSWORD FLOW_CLOUD_ROUTE_PASSWORD

/* Bytes of a body of a few fields, of the key envelope, of a conflict and of a batch in base64. */
#define SMALL (64 * 1024)
#define ENVELOPE (65 * 1024)
#define CONFLICT (128 * 1024)
#define DECISION (2 * 1024 * 1024)

/**
 * flow_cloud_not_found:
 * @error: return location
 * @what: what there is not
 *
 * Say that the user has no such thing; that somebody else has one nobody learns.
 *
 * Returns: always %FALSE with `FLOW_CLOUD_ERROR_NOT_FOUND`
 */
gboolean
flow_cloud_not_found (GError **error, const char *what)
{
  g_set_error (error, FLOW_CLOUD_ERROR, FLOW_CLOUD_ERROR_NOT_FOUND, "There is no such %s", what);
  return FALSE;
}

/**
 * flow_cloud_publish_text:
 * @request: a request
 * @to: (nullable): the id of the device that it is for, %NULL for all but the asking one
 * @text: (nullable): a message
 * @close: the code with which the device is closed after it, 0 for none
 *
 * Tell the user's devices something, once what has been done for @request is durable.
 */
void
flow_cloud_publish_text (FlowCloudRequest *request, const guint8 *to, const GString *text, guint close)
{
  g_autoptr (GBytes) bytes = text != NULL ? g_bytes_new (text->str, text->len) : NULL;
  FlowCloudNote note = {
    .user = request->caller.user,
    .to = to,
    .except = to == NULL ? request->caller.device_id : NULL,
    .kind = FLOW_WIRE_TEXT,
    .bytes = bytes,
    .close = close,
    .reason = close != 0 ? "removed" : NULL,
  };

  flow_cloud_request_publish (request, &note);
}

static void
show_document (FlowCloudRequest *request)
{
  flow_cloud_request_answer_bytes (request, 200, "application/json", flow_cloud_document_get_json ());
}

static void
show_page (FlowCloudRequest *request)
{
  flow_cloud_request_add_header (request, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  flow_cloud_request_answer_bytes (request, 200, "text/html; charset=utf-8", flow_cloud_document_get_page ());
}

const FlowCloudRoute flow_cloud_sync_routes[] = {
  { "POST", "/api/sync/hello", JSON, FLOW_CLOUD_MAX_BODY, flow_cloud_hello, NULL },
  { "POST", "/api/sync/upload", BYTES, FLOW_CLOUD_MAX_BODY, flow_cloud_upload, NULL },
  { "POST", "/api/sync/download", JSON | READS, FLOW_CLOUD_MAX_BODY, flow_cloud_download, NULL },
  { "POST", "/api/sync/ack", JSON, FLOW_CLOUD_MAX_BODY, flow_cloud_ack, NULL },
  { "POST", "/api/sync/snapshot", JSON, FLOW_CLOUD_MAX_BODY, flow_cloud_snapshot, NULL },
  { "POST", "/api/sync/conflicts", JSON, CONFLICT, flow_cloud_put_conflict, NULL },
  { "GET", "/api/sync/conflicts", READS, 0, flow_cloud_list_conflicts, NULL },
  { "DELETE", "/api/sync/conflicts/{id}", 0, 0, flow_cloud_delete_conflict, NULL },
  { "POST", "/api/sync/resolve", JSON, DECISION, flow_cloud_resolve, NULL },
  { "GET", "/api/sync/data", READS, 0, flow_cloud_count_data, NULL },
  { "DELETE", "/api/sync/data", JSON | PASSWORD, SMALL, flow_cloud_delete_data, NULL },
  { "GET", "/api/keys", READS, 0, flow_cloud_get_keys, NULL },
  { "PUT", "/api/keys", JSON, ENVELOPE, flow_cloud_put_keys, NULL },
  { "GET", "/api/devices", READS, 0, flow_cloud_list_devices, NULL },
  { "DELETE", "/api/devices/{id}", 0, 0, flow_cloud_remove_device, NULL },
  { "POST", "/api/devices/messages", JSON, SMALL, flow_cloud_send_letter, NULL },
  { "GET", "/api/devices/messages", READS, 0, flow_cloud_list_letters, NULL },
  { "DELETE", "/api/devices/messages", JSON, SMALL, flow_cloud_drop_letters, NULL },
  { "GET", "/api/blobs", READS, 0, flow_cloud_list_blobs, NULL },
  { "PUT", "/api/blobs/{id}", BYTES, FLOW_CLOUD_MAX_BLOB, flow_cloud_put_blob, NULL },
  { "GET", "/api/blobs/{id}", READS, 0, flow_cloud_get_blob, NULL },
  { "DELETE", "/api/blobs/{id}", 0, 0, flow_cloud_delete_blob, NULL },
  { "GET", "/api/export", READS, 0, flow_cloud_export, NULL },
  { "GET", "/openapi.json", FLOW_CLOUD_ROUTE_PUBLIC, 0, NULL, show_document },
  { "GET", "/docs", FLOW_CLOUD_ROUTE_PUBLIC, 0, NULL, show_page },
  { NULL },
};

static gboolean
retire_devices (FlowCloudData *data, gpointer cloud, GError **error)
{
  guint count = 0;

  if (!data->records->retire_devices (data, flow_cloud_now_ms (cloud) - FLOW_CLOUD_SILENT_MS, &count, error))
    return FALSE;
  if (count > 0)
    g_message ("%u devices were silent for 90 days: nobody waits for them any more", count);
  return TRUE;
}

static gboolean
end_letters (FlowCloudData *data, gpointer cloud, GError **error)
{
  return data->records->end_letters (data, flow_cloud_now_ms (cloud) - FLOW_CLOUD_LETTER_MS, error);
}

const FlowCloudChore flow_cloud_sync_chores[] = {
  { "retire", 3600, retire_devices },
  { "letters", 60, end_letters },
  { NULL },
};

/* An acknowledgement that came over a connection. */
typedef struct
{
  FlowCloudCaller caller;
  JsonArray *scopes;
} Said;

static void
said_free (gpointer data)
{
  Said *self = data;

  json_array_unref (self->scopes);
  g_free (self);
}

static gboolean
keep_ack (FlowCloudData *data, gpointer user_data, GError **error)
{
  Said *self = user_data;

  return flow_cloud_set_acks (data, &self->caller, self->scopes, error);
}

static JsonObject *
get_ack_schema (void)
{
  JsonObject *components = json_object_get_object_member (flow_cloud_document_get (), "components");

  return json_object_get_object_member (json_object_get_object_member (components, "schemas"), "AckMessage");
}

/* What does not fit is a mistake; what can't be kept for now the device says again. */
static gboolean
hear (FlowCloud *cloud, const FlowCloudCaller *caller, JsonObject *message)
{
  g_autoptr (GError) error = NULL;
  Said *said;

  if (!flow_cloud_document_check (get_ack_schema (), message, NULL))
    return FALSE;
  said = g_new0 (Said, 1);
  said->caller = *caller;
  /* References of JSON are counted without a lock: from here on nobody else has one. */
  said->scopes = json_array_ref (json_object_get_array_member (message, "scopes"));
  json_object_remove_member (message, "scopes");
  if (!flow_cloud_push (cloud, TRUE, keep_ack, said, said_free, &error))
    g_debug ("an acknowledgement is not kept: %s", error->message);
  return TRUE;
}

const FlowCloudSocketHandler flow_cloud_sync_sockets = {
  .message = hear,
};
