/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-call"

#include "hub/flow-hub-call.h"

#include "base/flow-error.h"
#include "hub/flow-http-client.h"
#include "message/flow-json-writer.h"

/**
 * FlowHubCall:
 *
 * One `POST /control/VERB` on the running hub: members go in, a JSON value or an error comes out.
 */
struct _FlowHubCall
{
  FlowHttpClient *client;
  char *path;
  GString *body;
  FlowJsonWriter writer;
  GCancellable *cancellable; /* (nullable) */
};

/**
 * flow_hub_call_new:
 * @hub: where the hub is
 * @verb: what to do
 *
 * Begin a call.
 *
 * Returns: (transfer full): the call
 */
FlowHubCall *
flow_hub_call_new (const FlowDiscovery *hub, const char *verb)
{
  FlowHubCall *self = g_new0 (FlowHubCall, 1);

  self->client = flow_http_client_new (hub->port, hub->token);
  self->path = g_strdup_printf ("/control/%s", verb);
  self->body = g_string_new (NULL);
  flow_json_writer_init (&self->writer, self->body);
  flow_json_writer_begin_object (&self->writer);
  return self;
}

/**
 * flow_hub_call_free:
 * @self: (transfer full): a call
 *
 * Free it.
 */
void
flow_hub_call_free (FlowHubCall *self)
{
  flow_http_client_free (self->client);
  g_free (self->path);
  g_string_free (self->body, TRUE);
  g_clear_object (&self->cancellable);
  g_free (self);
}

/**
 * flow_hub_call_set_cancellable:
 * @self: a call
 * @cancellable: (nullable): what ends the waiting for the answer
 *
 * Make the call one that can be cancelled.
 */
void
flow_hub_call_set_cancellable (FlowHubCall *self, GCancellable *cancellable)
{
  g_set_object (&self->cancellable, cancellable);
}

/**
 * flow_hub_call_set_text:
 * @self: a call
 * @key: a member
 * @value: its value
 *
 * Add a string.
 */
void
flow_hub_call_set_text (FlowHubCall *self, const char *key, const char *value)
{
  flow_json_writer_key (&self->writer, key);
  flow_json_writer_string (&self->writer, value, -1);
}

/**
 * flow_hub_call_set_number:
 * @self: a call
 * @key: a member
 * @value: its value
 *
 * Add an integer.
 */
void
flow_hub_call_set_number (FlowHubCall *self, const char *key, gint64 value)
{
  flow_json_writer_key (&self->writer, key);
  flow_json_writer_int64 (&self->writer, value);
}

/**
 * flow_hub_call_set_list:
 * @self: a call
 * @key: a member
 * @values: (array zero-terminated=1): its values
 *
 * Add a list of strings.
 */
void
flow_hub_call_set_list (FlowHubCall *self, const char *key, const char *const *values)
{
  flow_json_writer_key (&self->writer, key);
  flow_json_writer_begin_array (&self->writer);
  for (; *values != NULL; values++)
    flow_json_writer_string (&self->writer, *values, -1);
  flow_json_writer_end_array (&self->writer);
}

/**
 * flow_hub_call_set_flag:
 * @self: a call
 * @key: a member
 * @value: its value
 *
 * Add a truth.
 */
void
flow_hub_call_set_flag (FlowHubCall *self, const char *key, gboolean value)
{
  flow_json_writer_key (&self->writer, key);
  flow_json_writer_bool (&self->writer, value);
}

/**
 * flow_hub_call_set_json:
 * @self: a call
 * @key: a member
 * @json: its value, in JSON
 *
 * Add anything.
 */
void
flow_hub_call_set_json (FlowHubCall *self, const char *key, const char *json)
{
  flow_json_writer_key (&self->writer, key);
  flow_json_writer_raw (&self->writer, json, -1);
}

/* {"error":{"code":…,"message":…}} becomes the error that the hub meant. */
static void
take_error (JsonObject *answer, guint status, GError **error)
{
  JsonObject *object = answer != NULL ? flow_json_get_object (answer, "error") : NULL;
  const char *code = object != NULL ? flow_json_get_string (object, "code") : NULL;
  const char *message = object != NULL ? flow_json_get_string (object, "message") : NULL;
  FlowError number = FLOW_ERROR_FAILED;

  if (code == NULL || !flow_error_from_code (code, &number))
    number = FLOW_ERROR_FAILED;
  if (message != NULL)
    g_set_error_literal (error, FLOW_ERROR, (int) number, message);
  else
    g_set_error (error, FLOW_ERROR, (int) number, "the hub answered with status %u", status);
}

/**
 * flow_hub_call_run:
 * @self: a call
 * @text: (out) (optional): the answer as it came
 * @error: return location
 *
 * Send it and wait for the answer.
 *
 * Returns: (transfer full): the answer, or %NULL with the hub's error
 */
JsonObject *
flow_hub_call_run (FlowHubCall *self, char **text, GError **error)
{
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (JsonObject) object = NULL;
  guint status = 0;
  gsize length;
  const char *data;

  flow_json_writer_end_object (&self->writer);
  body = g_bytes_new (self->body->str, self->body->len);
  answer = flow_http_client_send (self->client, "POST", self->path, "application/json", body, &status,
                                  self->cancellable, error);
  if (answer == NULL)
    return NULL;

  data = g_bytes_get_data (answer, &length);
  object = flow_json_read_object (data, length, NULL);
  if (status < 200 || status > 299 || object == NULL)
    {
      take_error (object, status, error);
      return NULL;
    }
  if (text != NULL)
    *text = g_strndup (data, length);
  return g_steal_pointer (&object);
}
