/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-native"

#include "hub/doorways/flow-native-hello.h"

#include <string.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "base/flow-version.h"
#include "hub/doorways/flow-native-private.h"
#include "hub/flow-discovery.h"
#include "message/flow-message-builder.h"
#include "message/flow-message-validate.h"

#define INSTANCE_BITS 64
#define ORIGIN_DIGITS 12

static gboolean
fail (GError **error, FlowError code, const char *message)
{
  g_set_error_literal (error, FLOW_ERROR, (int) code, message);
  return FALSE;
}

/* A page is let in for its origin, a program for a token, of this run or of its own. */
static gboolean
check_token (FlowNativeDoorway *doorway, FlowNativePeer *peer, FlowMessage *message, GError **error)
{
  g_autofree char *client = NULL;
  const char *token;

  if (peer->welcome)
    return TRUE;
  if (!flow_message_get_string (message, "token", &token) ||
      !flow_gate_find_token (doorway->parts.gate, token, &client))
    return fail (error, FLOW_ERROR_UNAUTHORIZED, "the token of the discovery file is missing or wrong");
  g_free (peer->client);
  peer->client = g_steal_pointer (&client);
  return TRUE;
}

static gboolean
read_kind (FlowNativeDoorway *doorway, FlowNativePeer *peer, FlowMessage *message, FlowChannelKind *kind,
           GError **error)
{
  const char *name;

  if (!flow_message_get_string (message, "kind", &name) || !flow_channel_kind_from_name (name, strlen (name), kind))
    return fail (error, FLOW_ERROR_BAD_REQUEST, "\"kind\" is none that there is");
  if (*kind == FLOW_CHANNEL_KIND_DESKTOP_APP)
    return fail (error, FLOW_ERROR_FORBIDDEN, "only the hub itself is a desktop_app");
  if ((*kind == FLOW_CHANNEL_KIND_BROWSER_PAGE) != (peer->origin != NULL))
    return fail (error, FLOW_ERROR_FORBIDDEN, "who has an Origin is a browser_page, and nobody else");
  if (peer->client != NULL && !doorway->funcs.client_used (peer->client, *kind, doorway->data))
    return fail (error, FLOW_ERROR_FORBIDDEN, "this client was paired as another kind");
  return TRUE;
}

/* A page's own name is one among those of its origin, so that no page can take the name of another's. */
static char *
make_instance (FlowNativePeer *peer, const char *wanted)
{
  g_autofree char *hash = NULL;

  if (wanted == NULL)
    return flow_id_new_token (INSTANCE_BITS);
  if (peer->origin == NULL)
    return g_strdup (wanted);
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, peer->origin, -1);
  return g_strdup_printf ("%.*s-%s", ORIGIN_DIGITS, hash, wanted);
}

static char *
read_name (FlowNativePeer *peer, FlowMessage *message, FlowChannelKind kind, GError **error)
{
  g_autofree char *instance = NULL;
  const char *wanted = NULL;

  flow_message_get_string (message, "instance", &wanted);
  instance = make_instance (peer, wanted);
  if (flow_channel_instance_is_valid (instance, strlen (instance)))
    return g_strdup_printf ("%s/%s", flow_channel_kind_get_name (kind), instance);
  fail (error, FLOW_ERROR_BAD_REQUEST, "\"instance\" is up to 64 letters, digits, dots, underlines and hyphens");
  return NULL;
}

/**
 * flow_native_hello_read:
 * @doorway: a doorway
 * @peer: who said it; gets the client whose token it sent
 * @message: what came
 * @hello: (out caller-allocates): what it says; strings of @message are borrowed
 * @error: return location
 *
 * Read a `hello`, and judge whether it may come in, and as what.
 *
 * Errors: %FLOW_ERROR_BAD_REQUEST, %FLOW_ERROR_UNAUTHORIZED, %FLOW_ERROR_FORBIDDEN.
 *
 * Returns: whether it may
 */
gboolean
flow_native_hello_read (FlowNativeDoorway *doorway, FlowNativePeer *peer, FlowMessage *message, FlowNativeHello *hello,
                        GError **error)
{
  FlowChannelKind kind;

  if (!check_token (doorway, peer, message, error) || !flow_message_validate (message, error) ||
      !read_kind (doorway, peer, message, &kind, error))
    return FALSE;
  hello->name = read_name (peer, message, kind, error);
  if (hello->name == NULL)
    return FALSE;
  flow_message_get_string (message, "client", &hello->client);
  flow_message_get_string (message, "version", &hello->version);
  flow_message_get_bool (message, "focused", &hello->focused);
  if (!flow_message_get_strv (message, "capabilities", &hello->capabilities))
    hello->capabilities = g_new0 (char *, 1);
  /* A page names no folder. */
  if (peer->origin != NULL || !flow_message_get_strv (message, "workspaces", &hello->workspaces))
    hello->workspaces = g_new0 (char *, 1);
  return TRUE;
}

/**
 * flow_native_hello_clear:
 * @self: what was read
 *
 * Free what it holds.
 */
void
flow_native_hello_clear (FlowNativeHello *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->capabilities, g_strfreev);
  g_clear_pointer (&self->workspaces, g_strfreev);
}

/**
 * flow_native_hello_apply:
 * @self: what a client said
 * @channel: its channel
 * @settings: the settings, for the path maps
 * @now_us: monotonic time
 * @now_ns: wall time
 *
 * Tell a new channel who is at its other end.
 */
void
flow_native_hello_apply (const FlowNativeHello *self, FlowChannel *channel, const FlowSettingsSnapshot *settings,
                         gint64 now_us, gint64 now_ns)
{
  flow_channel_set_client (channel, self->client, self->version);
  flow_channel_set_capabilities (channel, (const char *const *) self->capabilities);
  flow_channel_set_workspaces (channel, (const char *const *) self->workspaces, settings->path_maps,
                               settings->n_path_maps);
  flow_channel_set_focused (channel, self->focused, now_us);
  flow_channel_set_connected (channel, now_us, now_ns);
}

static void
write_hub (FlowJsonWriter *data)
{
  flow_json_writer_key (data, "hub");
  flow_json_writer_begin_object (data);
  flow_json_writer_key (data, "version");
  flow_json_writer_string (data, FLOW_VERSION, -1);
  flow_json_writer_key (data, "protocol");
  flow_json_writer_int64 (data, FLOW_HUB_PROTOCOL);
  flow_json_writer_key (data, "pid");
  flow_json_writer_int64 (data, getpid ());
  flow_json_writer_end_object (data);
}

static void
write_presence (FlowNativeDoorway *doorway, FlowChannel *channel, FlowJsonWriter *data)
{
  flow_json_writer_key (data, "presence");
  if (flow_channel_get_kind (channel) != FLOW_CHANNEL_KIND_BROWSER_PAGE)
    flow_router_write_presence (doorway->router, data, channel);
  else
    {
      flow_json_writer_begin_array (data);
      flow_json_writer_end_array (data);
    }
}

static void
write_delivery (FlowNativeDoorway *doorway, const char *name, FlowJsonWriter *data)
{
  flow_json_writer_key (data, "delivery");
  flow_json_writer_begin_object (data);
  flow_json_writer_key (data, "epoch");
  flow_json_writer_string (data, flow_router_get_epoch (doorway->router), -1);
  flow_json_writer_key (data, "seq");
  flow_json_writer_uint64 (data, flow_router_get_seq (doorway->router, name));
  flow_json_writer_end_object (data);
}

/**
 * flow_native_hello_welcome:
 * @doorway: a doorway
 * @message: the `hello`
 * @channel: the channel that came of it
 *
 * Write the answer: its name, who the hub is, the settings meant for its kind, who else is there, and how far what
 * was delivered to its name is counted. A page is told nothing of others.
 *
 * Returns: (transfer full): a `welcome`
 */
FlowMessage *
flow_native_hello_welcome (FlowNativeDoorway *doorway, FlowMessage *message, FlowChannel *channel)
{
  FlowMessageBuilder *builder = flow_message_builder_new ("welcome", FLOW_CHANNEL_HUB);
  FlowJsonWriter *data = flow_message_builder_data (builder);
  const char *name = flow_channel_get_name (channel);

  flow_message_builder_set_target (builder, name);
  flow_message_builder_set_reply_to (builder, flow_message_get_id (message));
  flow_json_writer_key (data, "channel");
  flow_json_writer_string (data, name, -1);
  write_hub (data);
  flow_json_writer_key (data, "settings");
  doorway->funcs.write_settings (flow_channel_get_kind (channel), data, doorway->data);
  write_presence (doorway, channel, data);
  write_delivery (doorway, name, data);
  return flow_message_builder_end (builder);
}
