/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-cloud"

#include "cloud/flow-cloud-exchange.h"

#include "cloud/flow-cloud-private.h"

#define JSON "application/json"

/* A note that owns what it points to. */
typedef struct
{
  FlowCloudNote note;
  guint8 to[FLOW_CLOUD_ID_SIZE];
  guint8 except[FLOW_CLOUD_ID_SIZE];
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_clear_pointer (&kept->note.bytes, g_bytes_unref);
  g_free ((char *) kept->note.reason);
  g_free (kept);
}

/**
 * flow_cloud_exchange_new:
 * @cloud: whom it is put to
 * @message: the request as HTTP
 *
 * Returns: (transfer full): an exchange whose head has come
 */
FlowCloudExchange *
flow_cloud_exchange_new (FlowCloud *cloud, SoupServerMessage *message)
{
  FlowCloudExchange *self = g_new0 (FlowCloudExchange, 1);

  self->request.cloud = cloud;
  self->request.now_ms = flow_cloud_now_ms (cloud);
  self->message = message;
  self->started_us = g_get_monotonic_time ();
  return self;
}

/** flow_cloud_exchange_free: free it. */
void
flow_cloud_exchange_free (FlowCloudExchange *self)
{
  FlowCloudRequest *request = &self->request;

  for (guint i = 0; i < FLOW_CLOUD_N_BOUNDS; i++)
    flow_cloud_bounds_give_back (self, (FlowCloudBound) i);
  g_free (request->instance);
  g_free (request->id);
  g_free (request->query);
  g_free (request->peer);
  g_free (request->hash);
  g_free (self->allow);
  g_free (self->name_key);
  g_clear_pointer (&request->json, json_object_unref);
  g_clear_pointer (&request->body, g_bytes_unref);
  for (guint i = 0; i < G_N_ELEMENTS (self->limit_keys); i++)
    g_free (self->limit_keys[i]);
  flow_cloud_password_clear (&self->password);
  g_clear_pointer (&self->answer, g_bytes_unref);
  g_clear_pointer (&self->headers, g_ptr_array_unref);
  g_clear_pointer (&self->notes, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_free (self);
}

static FlowCloudExchange *
exchange_of (FlowCloudRequest *request)
{
  return (FlowCloudExchange *) request;
}

static void
set_answer (FlowCloudExchange *self, guint status, const char *content_type, GBytes *bytes)
{
  self->status = status;
  self->content_type = content_type;
  self->code = NULL;
  g_clear_pointer (&self->answer, g_bytes_unref);
  self->answer = bytes;
}

/**
 * flow_cloud_request_answer_json:
 * @self: a request
 * @status: the HTTP status
 * @json: what to answer; copied
 *
 * Answer with JSON.
 */
void
flow_cloud_request_answer_json (FlowCloudRequest *self, guint status, const GString *json)
{
  set_answer (exchange_of (self), status, JSON, g_bytes_new (json->str, json->len));
}

/**
 * flow_cloud_request_answer_bytes:
 * @self: a request
 * @status: the HTTP status
 * @content_type: (transfer none): a literal
 * @bytes: what to answer
 *
 * Answer with bytes.
 */
void
flow_cloud_request_answer_bytes (FlowCloudRequest *self, guint status, const char *content_type, GBytes *bytes)
{
  set_answer (exchange_of (self), status, content_type, g_bytes_ref (bytes));
}

/**
 * flow_cloud_request_answer_empty:
 * @self: a request
 * @status: the HTTP status
 *
 * Answer without a body.
 */
void
flow_cloud_request_answer_empty (FlowCloudRequest *self, guint status)
{
  set_answer (exchange_of (self), status, NULL, NULL);
}

/**
 * flow_cloud_request_answer_error:
 * @self: a request
 * @error: what is wrong
 * @message: the same for people
 *
 * Answer with an error, and keep what the transaction has done.
 */
void
flow_cloud_request_answer_error (FlowCloudRequest *self, FlowCloudError error, const char *message)
{
  FlowCloudExchange *exchange = exchange_of (self);
  const FlowCloudErrorInfo *info = flow_cloud_error_get_info (error);

  set_answer (exchange, info->status, JSON, flow_cloud_error_write (error, message));
  exchange->code = info->code;
  if (exchange->allow != NULL)
    flow_cloud_request_add_header (self, "Allow", exchange->allow);
  if (info->retry_s != 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%u", MAX (info->retry_s, exchange->retry_s));

      flow_cloud_request_add_header (self, "Retry-After", seconds);
    }
}

/**
 * flow_cloud_request_add_header:
 * @self: a request
 * @name: name of a header line of the answer; one that is there is replaced
 * @value: its value
 *
 * Add a header line to the answer.
 */
void
flow_cloud_request_add_header (FlowCloudRequest *self, const char *name, const char *value)
{
  FlowCloudExchange *exchange = exchange_of (self);

  if (exchange->headers == NULL)
    exchange->headers = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (exchange->headers, g_strdup (name));
  g_ptr_array_add (exchange->headers, g_strdup (value));
}

/**
 * flow_cloud_request_publish:
 * @self: a request
 * @note: what connections are to hear; copied
 *
 * Have something published once the transaction is durable, in the order of the calls. Nobody hears of what was not
 * kept.
 */
void
flow_cloud_request_publish (FlowCloudRequest *self, const FlowCloudNote *note)
{
  FlowCloudExchange *exchange = exchange_of (self);
  Kept *kept = g_new0 (Kept, 1);

  kept->note = *note;
  if (note->to != NULL)
    kept->note.to = memcpy (kept->to, note->to, sizeof kept->to);
  if (note->except != NULL)
    kept->note.except = memcpy (kept->except, note->except, sizeof kept->except);
  kept->note.bytes = note->bytes != NULL ? g_bytes_ref (note->bytes) : NULL;
  kept->note.reason = g_strdup (note->reason);
  if (exchange->notes == NULL)
    exchange->notes = g_ptr_array_new_with_free_func (kept_free);
  g_ptr_array_add (exchange->notes, kept);
}

/**
 * flow_cloud_request_forget:
 * @self: a request
 *
 * Have what the transaction deletes overwritten on the disk soon.
 */
void
flow_cloud_request_forget (FlowCloudRequest *self)
{
  exchange_of (self)->forget = TRUE;
}

/**
 * flow_cloud_exchange_fail:
 * @self: an exchange
 * @error: why nothing of it was kept
 *
 * Answer with an error. What nobody outside can help with is logged and not told.
 */
void
flow_cloud_exchange_fail (FlowCloudExchange *self, const GError *error)
{
  FlowCloudError code = flow_cloud_error_from (error);

  g_clear_pointer (&self->headers, g_ptr_array_unref);
  if (error->domain != FLOW_CLOUD_ERROR && code != FLOW_CLOUD_ERROR_BAD_REQUEST)
    g_warning ("%s: %s", self->request.route != NULL ? self->request.route->path : "request", error->message);
  if (code == FLOW_CLOUD_ERROR_FAILED && error->domain != FLOW_CLOUD_ERROR)
    flow_cloud_request_answer_error (&self->request, code, "something went wrong in the cloud");
  else if (code == FLOW_CLOUD_ERROR_DISK_FULL)
    flow_cloud_request_answer_error (&self->request, code, "the cloud's disk is full");
  else
    flow_cloud_request_answer_error (&self->request, code, error->message);
}

/** flow_cloud_exchange_get_header: (nullable): a header line of the request. On the cloud's thread. */
const char *
flow_cloud_exchange_get_header (FlowCloudExchange *self, const char *name)
{
  return soup_message_headers_get_list (soup_server_message_get_request_headers (self->message), name);
}

/** flow_cloud_exchange_publish: have everybody hear what its handler wanted; its transaction is durable. */
void
flow_cloud_exchange_publish (FlowCloudExchange *self)
{
  FlowCloudFanout *fanout = flow_cloud_get_fanout (self->request.cloud);

  for (guint i = 0; self->notes != NULL && i < self->notes->len; i++)
    flow_cloud_fanout_publish (fanout, &((Kept *) g_ptr_array_index (self->notes, i))->note);
}

/** flow_cloud_exchange_forget: have what was deleted overwritten, if its handler wanted that. On the cloud's thread. */
void
flow_cloud_exchange_forget (FlowCloudExchange *self)
{
  FlowCloud *cloud = self->request.cloud;

  if (self->forget && !cloud->stopping)
    cloud->storage->klass->forget (cloud->storage);
}
