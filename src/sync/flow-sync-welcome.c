/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-welcome.h"

#include <string.h>

#include "base/flow-error.h"
#include "message/flow-json-check.h"
#include "sync/flow-sync-batch-header.h"
#include "sync/flow-sync-json.h"

/* The year 2100: a cloud that is later than that would spoil all clocks for good. */
#define TIME_MAX_MS G_GINT64_CONSTANT (4102444800000)
/* Scopes that a cloud may name at once. */
#define OTHERS_MAX 1024

static void
peer_clear (gpointer data)
{
  FlowSyncPeer *peer = data;

  g_clear_pointer (&peer->vector, flow_sync_vector_free);
  g_clear_pointer (&peer->digest, flow_sync_digest_free);
  g_free (peer);
}

static void
scope_free (gpointer data)
{
  FlowSyncWelcomeScope *self = data;

  g_clear_pointer (&self->vector, flow_sync_vector_free);
  g_clear_pointer (&self->covered, flow_sync_vector_free);
  g_clear_pointer (&self->snapshot_vector, flow_sync_vector_free);
  g_free (self->snapshot_blob);
  g_ptr_array_unref (self->live);
  g_free (self);
}

/**
 * flow_sync_welcome_free:
 * @self: (transfer full): a welcome
 *
 * Free it.
 */
void
flow_sync_welcome_free (FlowSyncWelcome *self)
{
  g_ptr_array_unref (self->scopes);
  g_strfreev (self->others);
  g_free (self);
}

/**
 * flow_sync_welcome_find:
 * @self: a welcome
 * @scope: name of a scope
 *
 * Returns: (nullable) (transfer none): what it says about the scope
 */
const FlowSyncWelcomeScope *
flow_sync_welcome_find (const FlowSyncWelcome *self, const char *scope)
{
  for (guint i = 0; i < self->scopes->len; i++)
    {
      const FlowSyncWelcomeScope *one = g_ptr_array_index (self->scopes, i);

      if (g_str_equal (one->scope, scope))
        return one;
    }
  return NULL;
}

static void
read_own (FlowSyncWelcomeScope *self, JsonObject *own)
{
  const char *text = flow_sync_json_text (own, "chain");
  g_autofree guint8 *chain = NULL;
  gsize size = 0;

  self->own_epoch = (guint64) MAX (flow_sync_json_int (own, "epoch"), 0);
  self->own_seq = (guint64) MAX (flow_sync_json_int (own, "seq"), 0);
  chain = text != NULL ? g_base64_decode (text, &size) : NULL;
  if (size == sizeof self->own_chain)
    memcpy (self->own_chain, chain, size);
}

static gboolean
read_live (FlowSyncWelcomeScope *self, JsonArray *live)
{
  for (guint i = 0; live != NULL && i < json_array_get_length (live); i++)
    {
      JsonObject *object = flow_sync_json_element (live, i);
      JsonObject *digest = flow_sync_json_object (object, "digest");
      FlowSyncPeer *peer = g_new0 (FlowSyncPeer, 1);

      g_ptr_array_add (self->live, peer);
      peer->vector = flow_sync_json_vector (flow_sync_json_array (object, "vector"));
      if (peer->vector == NULL || !flow_sync_json_device (object, peer->device))
        return FALSE;
      /* One that cannot be read only says that nothing can be compared. */
      if (digest != NULL)
        peer->digest = flow_sync_digest_read_json (digest, self->scope);
    }
  return TRUE;
}

static gboolean
read_snapshot (FlowSyncWelcomeScope *self, JsonObject *snapshot)
{
  if (snapshot == NULL)
    return TRUE;
  self->snapshot_blob = g_strdup (flow_sync_json_text (snapshot, "blob"));
  self->snapshot_bytes = (guint64) MAX (flow_sync_json_int (snapshot, "bytes"), 0);
  self->snapshot_vector = flow_sync_json_vector (flow_sync_json_array (snapshot, "vector"));
  return self->snapshot_vector != NULL && flow_sync_json_is_blob (self->snapshot_blob);
}

static gboolean
read_scope (FlowSyncWelcomeScope *self, JsonObject *object)
{
  const char *scope = flow_sync_json_text (object, "scope");

  self->live = g_ptr_array_new_with_free_func (peer_clear);
  if (scope == NULL || !flow_sync_scope_is_valid (scope))
    return FALSE;
  g_strlcpy (self->scope, scope, sizeof self->scope);
  self->vector = flow_sync_json_vector (flow_sync_json_array (object, "vector"));
  self->covered = flow_sync_json_vector (flow_sync_json_array (object, "covered"));
  self->restored = flow_sync_json_bool (object, "restored");
  read_own (self, flow_sync_json_object (object, "own"));
  return self->vector != NULL && self->covered != NULL &&
         read_snapshot (self, flow_sync_json_object (object, "snapshot")) &&
         read_live (self, flow_sync_json_array (object, "live"));
}

static FlowSyncDeviceState
read_state (const char *text)
{
  if (g_strcmp0 (text, "cloned") == 0)
    return FLOW_SYNC_DEVICE_CLONED;
  if (g_strcmp0 (text, "removed") == 0)
    return FLOW_SYNC_DEVICE_REMOVED;
  return g_strcmp0 (text, "retired") == 0 ? FLOW_SYNC_DEVICE_RETIRED : FLOW_SYNC_DEVICE_OK;
}

static char **
read_names (JsonArray *array)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  guint n = array != NULL ? MIN (json_array_get_length (array), OTHERS_MAX) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      const char *name = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";

      if (flow_sync_scope_is_valid (name))
        g_strv_builder_add (names, name);
    }
  return g_strv_builder_end (names);
}

static gboolean
read_welcome (FlowSyncWelcome *self, JsonObject *object)
{
  JsonArray *scopes = flow_sync_json_array (object, "scopes");
  JsonObject *limits = flow_sync_json_object (object, "limits");

  self->time_ms = flow_sync_json_int (object, "time_ms");
  self->device_state = read_state (flow_sync_json_text (object, "device_state"));
  self->others = read_names (flow_sync_json_array (object, "others"));
  self->keys_version = (guint64) MAX (flow_sync_json_int (object, "keys_version"), 0);
  self->max_batch = (gsize) MAX (flow_sync_json_int (limits, "batch"), 0);
  self->max_body = (gsize) MAX (flow_sync_json_int (limits, "body"), 0);
  for (guint i = 0; scopes != NULL && i < json_array_get_length (scopes); i++)
    {
      FlowSyncWelcomeScope *scope = g_new0 (FlowSyncWelcomeScope, 1);

      g_ptr_array_add (self->scopes, scope);
      if (!read_scope (scope, flow_sync_json_element (scopes, i)))
        return FALSE;
    }
  return self->time_ms > 0 && self->time_ms < TIME_MAX_MS && scopes != NULL;
}

/**
 * flow_sync_welcome_parse:
 * @json: what the cloud answered
 * @length: its bytes, -1 when it is terminated
 * @error: return location
 *
 * Read the answer to hello.
 *
 * Returns: (nullable) (transfer full): the welcome; %NULL with `FLOW_ERROR_BAD_ANSWER`
 */
FlowSyncWelcome *
flow_sync_welcome_parse (const char *json, gssize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (FlowSyncWelcome) self = g_new0 (FlowSyncWelcome, 1);
  gsize size = length < 0 ? strlen (json) : (gsize) length;
  JsonNode *root;

  self->scopes = g_ptr_array_new_with_free_func (scope_free);
  /* json-glib is lenient, and loses memory over some of what is no JSON. */
  if (g_utf8_validate_len (json, size, NULL) && flow_json_check (json, size) &&
      json_parser_load_from_data (parser, json, (gssize) size, NULL))
    {
      root = json_parser_get_root (parser);
      if (root != NULL && JSON_NODE_HOLDS_OBJECT (root) && read_welcome (self, json_node_get_object (root)))
        return g_steal_pointer (&self);
    }
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ANSWER, "The server's answer to hello cannot be read");
  return NULL;
}
