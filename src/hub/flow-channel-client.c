/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-channel"

#include "hub/flow-channel-client.h"

#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "base/flow-version.h"
#include "hub/flow-channel-memory.h"
#include "hub/flow-channel-socket.h"
#include "hub/flow-discovery.h"
#include "message/flow-message-validate.h"

/* Until a hub that was found has said welcome. */
#define JOIN_MS (15 * 1000)
/* Until a hub that was told goodbye has answered. */
#define LEAVE_MS 2000
#define FIRST_RETRY_MS 100
#define LAST_RETRY_MS 2000

typedef enum
{
  PHASE_AWAY,
  PHASE_CONNECTING,
  PHASE_GREETING,
  PHASE_JOINED,
  PHASE_LEAVING,
  PHASE_STOPPED,
} Phase;

/**
 * FlowChannelClient:
 *
 * One end of the native protocol, for programs that are not the hub: finds the hub, says hello, keeps the connection,
 * answers pings, and acknowledges stored messages after they were handled, each of them once. The name stays the same
 * from one connection to the next. Lives on the main context of the thread that made it.
 */
struct _FlowChannelClient
{
  GObject parent;
  FlowContext *context;
  FlowChannelKind kind;
  char *instance;
  char *name;     /* kind/instance */
  char *data_dir; /* (nullable) */
  char *client;
  GStrv capabilities;
  GStrv workspaces;
  gboolean focused;
  gboolean untold; /* hello did not tell of folders or focus as they are */
  gboolean reconnect;

  Phase phase;
  FlowChannelMemory *memory;
  FlowChannelCalls *calls;
  FlowChannelSocket *socket; /* (nullable) */
  GSource *timer;            /* (nullable): the next attempt, or the end of this one */
  guint retry_ms;
  GError *refusal; /* (nullable): what the hub said before it closes */
};

G_DEFINE_FINAL_TYPE (FlowChannelClient, flow_channel_client, G_TYPE_OBJECT)

enum
{
  SIGNAL_JOINED,
  SIGNAL_MESSAGE,
  SIGNAL_LEFT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void attempt (FlowChannelClient *self);

static void
clear_timer (FlowChannelClient *self)
{
  if (self->timer == NULL)
    return;
  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static void
set_timer (FlowChannelClient *self, guint ms, const char *name, GSourceFunc func)
{
  clear_timer (self);
  self->timer = g_timeout_source_new (ms);
  g_source_set_name (self->timer, name);
  g_source_set_callback (self->timer, func, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static gboolean
retry_cb (gpointer data)
{
  FlowChannelClient *self = data;

  clear_timer (self);
  attempt (self);
  return G_SOURCE_REMOVE;
}

static GError *
ended_error (void)
{
  return g_error_new_literal (FLOW_ERROR, FLOW_ERROR_CANCELLED, "the connection was ended");
}

/* The one way out of a connection, or of an attempt. */
static void
leave (FlowChannelClient *self, GError *error, gboolean final)
{
  g_autoptr (FlowChannelClient) keep G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (GError) owned G_GNUC_UNUSED = error;

  if (self->phase == PHASE_STOPPED)
    return;
  final = final || !self->reconnect || self->phase == PHASE_LEAVING;
  self->phase = final ? PHASE_STOPPED : PHASE_AWAY;
  g_clear_error (&self->refusal);
  clear_timer (self);
  g_clear_pointer (&self->socket, flow_channel_socket_free);
  flow_channel_calls_fail (self->calls, final, error);
  if (!final)
    {
      /* Not all of those who lost the hub come back in the same moment. */
      set_timer (self, self->retry_ms + (guint) g_random_int_range (0, (gint32) self->retry_ms), "flow-channel-retry",
                 retry_cb);
      self->retry_ms = MIN (2 * self->retry_ms, LAST_RETRY_MS);
    }
  g_signal_emit (self, signals[SIGNAL_LEFT], 0, error, final);
}

static gboolean
join_timeout_cb (gpointer data)
{
  leave (data, g_error_new_literal (FLOW_ERROR, FLOW_ERROR_TIMEOUT, "the hub did not answer in time"), FALSE);
  return G_SOURCE_REMOVE;
}

static void
write_list (FlowJsonWriter *writer, const char *key, const char *const *texts)
{
  flow_json_writer_key (writer, key);
  flow_json_writer_begin_array (writer);
  for (; texts != NULL && *texts != NULL; texts++)
    flow_json_writer_string (writer, *texts, -1);
  flow_json_writer_end_array (writer);
}

static void
write_workspaces (FlowChannelClient *self, FlowJsonWriter *writer)
{
  write_list (writer, "workspaces", (const char *const *) self->workspaces);
  flow_json_writer_key (writer, "focused");
  flow_json_writer_bool (writer, self->focused);
}

static void
say_hello (FlowChannelClient *self)
{
  FlowMessageBuilder *builder = flow_message_builder_new ("hello", NULL);
  FlowJsonWriter *writer = flow_message_builder_data (builder);
  g_autoptr (FlowMessage) hello = NULL;

  flow_json_writer_key (writer, "client");
  flow_json_writer_string (writer, self->client, -1);
  flow_json_writer_key (writer, "version");
  flow_json_writer_string (writer, FLOW_VERSION, -1);
  flow_json_writer_key (writer, "kind");
  flow_json_writer_string (writer, flow_channel_kind_get_name (self->kind), -1);
  flow_json_writer_key (writer, "instance");
  flow_json_writer_string (writer, self->instance, -1);
  write_list (writer, "capabilities", (const char *const *) self->capabilities);
  write_workspaces (self, writer);
  self->untold = FALSE;
  hello = flow_message_builder_end (builder);
  flow_channel_socket_send (self->socket, hello);
}

/* Tells the hub what `hello` has told before. */
static void
send_workspaces (FlowChannelClient *self)
{
  FlowMessageBuilder *builder;
  g_autoptr (FlowMessage) message = NULL;

  self->untold = self->phase != PHASE_JOINED;
  if (self->untold)
    return;
  builder = flow_channel_client_build (self, "workspace_changed");
  write_workspaces (self, flow_message_builder_data (builder));
  message = flow_message_builder_end (builder);
  flow_channel_socket_send (self->socket, message);
}

static void
take_welcome (FlowChannelClient *self, FlowMessage *message)
{
  JsonObject *data = flow_message_get_data (message);
  JsonObject *delivery = flow_message_validate (message, NULL) ? json_object_get_object_member (data, "delivery")
                                                               : NULL;
  g_autoptr (GPtrArray) unsafe = NULL;
  const char *name = NULL;

  if (delivery == NULL || !flow_message_get_string (message, "channel", &name) || strcmp (name, self->name) != 0)
    {
      leave (self, g_error_new_literal (FLOW_ERROR, FLOW_ERROR_UNSUPPORTED, "the hub's welcome is not understood"),
             TRUE);
      return;
    }
  flow_channel_memory_begin (self->memory, json_object_get_string_member (delivery, "epoch"),
                             (guint64) json_object_get_int_member (delivery, "seq"));
  clear_timer (self);
  self->phase = PHASE_JOINED;
  self->retry_ms = FIRST_RETRY_MS;
  unsafe = flow_channel_calls_list_unsafe (self->calls);
  for (guint i = 0; i < unsafe->len; i++)
    flow_channel_socket_send (self->socket, g_ptr_array_index (unsafe, i));
  if (self->untold)
    send_workspaces (self);
  g_signal_emit (self, signals[SIGNAL_JOINED], 0, message);
}

static void
take_greeting (FlowChannelClient *self, FlowMessage *message)
{
  if (flow_message_is (message, "welcome"))
    take_welcome (self, message);
  else if (flow_message_is (message, "error"))
    {
      g_clear_error (&self->refusal);
      self->refusal = flow_channel_error_new (message);
    }
}

static void
answer_ping (FlowChannelClient *self, FlowMessage *ping)
{
  FlowMessageBuilder *builder = flow_message_builder_new ("pong", self->name);
  JsonNode *time = json_object_get_member (flow_message_get_data (ping), "pingTime");
  g_autofree char *text = time != NULL ? json_to_string (time, FALSE) : NULL;
  g_autoptr (FlowMessage) pong = NULL;

  flow_message_builder_set_target (builder, flow_message_get_source (ping));
  flow_message_builder_set_reply_to (builder, flow_message_get_id (ping));
  if (text != NULL)
    {
      flow_json_writer_key (flow_message_builder_data (builder), "pingTime");
      flow_json_writer_raw (flow_message_builder_data (builder), text, -1);
    }
  pong = flow_message_builder_end (builder);
  flow_channel_socket_send (self->socket, pong);
}

static void
acknowledge (FlowChannelClient *self, FlowMessage *message)
{
  FlowMessageBuilder *builder = flow_message_builder_new ("ack", self->name);
  g_autoptr (FlowMessage) ack = NULL;

  flow_message_builder_set_reply_to (builder, flow_message_get_id (message));
  flow_json_writer_key (flow_message_builder_data (builder), "id");
  flow_json_writer_string (flow_message_builder_data (builder), flow_message_get_id (message), -1);
  ack = flow_message_builder_end (builder);
  flow_channel_socket_send (self->socket, ack);
}

/* A stored message comes again until it is acknowledged. Whoever stops while handling it has not handled it, nor has
 * a program that takes no messages: it is for another channel of the kind. */
static void
handle_stored (FlowChannelClient *self, FlowMessage *message)
{
  guint64 seq = flow_message_get_seq (message);
  g_autoptr (GError) error = NULL;

  if (!g_signal_has_handler_pending (self, signals[SIGNAL_MESSAGE], 0, FALSE))
    return;
  if (flow_channel_memory_is_new (self->memory, seq))
    {
      g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, message);
      if (self->phase == PHASE_STOPPED)
        return;
      if (!flow_channel_memory_handled (self->memory, seq, &error))
        g_warning ("%s", error->message);
    }
  if (self->socket != NULL)
    acknowledge (self, message);
}

static void
take_message (FlowChannelClient *self, FlowMessage *message)
{
  if (self->phase == PHASE_LEAVING)
    return;
  if (self->phase == PHASE_GREETING)
    take_greeting (self, message);
  else if (flow_message_is (message, "ping"))
    answer_ping (self, message);
  else if (flow_message_get_seq (message) == 0)
    {
      if (!flow_channel_calls_take (self->calls, message))
        g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, message);
    }
  else
    handle_stored (self, message);
}

static void
opened_cb (gpointer data)
{
  FlowChannelClient *self = data;

  self->phase = PHASE_GREETING;
  say_hello (self);
}

static void
message_cb (FlowMessage *message, gpointer data)
{
  g_autoptr (FlowChannelClient) self = g_object_ref (data);

  take_message (self, message);
}

static void
closed_cb (const GError *error, gboolean final, gpointer data)
{
  FlowChannelClient *self = data;
  GError *refusal = g_steal_pointer (&self->refusal);

  leave (self, refusal != NULL ? refusal : g_error_copy (error), final);
}

static const FlowChannelSocketFuncs socket_funcs = { opened_cb, message_cb, closed_cb };

static void
attempt (FlowChannelClient *self)
{
  g_autoptr (FlowDiscovery) hub = NULL;
  GError *error = NULL;

  self->phase = PHASE_CONNECTING;
  hub = flow_discovery_find (self->context, self->data_dir, &error);
  if (hub == NULL)
    {
      leave (self, error, FALSE);
      return;
    }
  self->socket = flow_channel_socket_open (hub->url, hub->token, &socket_funcs, self);
  if (self->socket == NULL)
    {
      leave (self, g_error_new (FLOW_ERROR, FLOW_ERROR_FAILED, "%s is no address", hub->url), FALSE);
      return;
    }
  set_timer (self, JOIN_MS, "flow-channel-join", join_timeout_cb);
}

static void
flow_channel_client_dispose (GObject *object)
{
  FlowChannelClient *self = FLOW_CHANNEL_CLIENT (object);

  flow_channel_client_stop (self);
  g_clear_pointer (&self->calls, flow_channel_calls_free);
  G_OBJECT_CLASS (flow_channel_client_parent_class)->dispose (object);
}

static void
flow_channel_client_finalize (GObject *object)
{
  FlowChannelClient *self = FLOW_CHANNEL_CLIENT (object);

  g_clear_pointer (&self->memory, flow_channel_memory_free);
  flow_context_unref (self->context);
  g_free (self->instance);
  g_free (self->name);
  g_free (self->data_dir);
  g_free (self->client);
  g_strfreev (self->capabilities);
  g_strfreev (self->workspaces);
  G_OBJECT_CLASS (flow_channel_client_parent_class)->finalize (object);
}

static void
flow_channel_client_class_init (FlowChannelClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = flow_channel_client_dispose;
  object_class->finalize = flow_channel_client_finalize;

  /**
   * FlowChannelClient::joined:
   * @welcome: (type FlowMessage): what the hub said
   *
   * The hub has taken us in; after each reconnection again.
   */
  signals[SIGNAL_JOINED] = g_signal_new ("joined", FLOW_TYPE_CHANNEL_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, FLOW_TYPE_MESSAGE);
  /**
   * FlowChannelClient::message:
   * @message: (type FlowMessage): a message that is no answer to a call of ours
   *
   * A message to be handled. A stored one is acknowledged when the handlers have returned, unless one of them stops the
   * client; without handlers it is not.
   */
  signals[SIGNAL_MESSAGE] = g_signal_new ("message", FLOW_TYPE_CHANNEL_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, FLOW_TYPE_MESSAGE);
  /**
   * FlowChannelClient::left:
   * @error: why
   * @final: whether it will not come back by itself
   *
   * The connection was lost, or an attempt has failed.
   */
  signals[SIGNAL_LEFT] = g_signal_new ("left", FLOW_TYPE_CHANNEL_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 2, G_TYPE_ERROR, G_TYPE_BOOLEAN);
}

static void
flow_channel_client_init (FlowChannelClient *self)
{
  self->retry_ms = FIRST_RETRY_MS;
  self->calls = flow_channel_calls_new ();
}

/* Where what was handled is remembered, for a name that was chosen. */
static char *
memory_path (FlowContext *context, FlowChannelKind kind, const char *instance)
{
  g_autofree char *folder = g_build_filename (flow_context_get_state_dir (context), "channels", NULL);
  g_autofree char *name = g_strdup_printf ("%s-%s.json", flow_channel_kind_get_name (kind), instance);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    g_warning ("%s cannot be made; what was handled is not remembered", folder);
  return g_build_filename (folder, name, NULL);
}

/**
 * flow_channel_client_new:
 * @context: where files live
 * @kind: what we are
 * @instance: (nullable): a name to keep, see flow_channel_instance_is_valid(): what was handled is remembered under it.
 *   %NULL for a name of this process
 *
 * Make a client; flow_channel_client_start() connects it.
 *
 * Returns: (transfer full): the client
 */
FlowChannelClient *
flow_channel_client_new (FlowContext *context, FlowChannelKind kind, const char *instance)
{
  FlowChannelClient *self = g_object_new (FLOW_TYPE_CHANNEL_CLIENT, NULL);
  g_autofree char *path = instance != NULL ? memory_path (context, kind, instance) : NULL;

  self->context = flow_context_ref (context);
  self->kind = kind;
  self->instance = instance != NULL ? g_strdup (instance) : flow_id_new_uuid (NULL);
  self->name = g_strdup_printf ("%s/%s", flow_channel_kind_get_name (kind), self->instance);
  self->client = g_strdup ("flowctl");
  self->memory = flow_channel_memory_new (path);
  return self;
}

/**
 * flow_channel_client_set_data_dir:
 * @self: a client that was not started
 * @data_dir: (nullable): connect to the hub of this data directory; %NULL: to the user's first
 *
 * Choose the hub.
 */
void
flow_channel_client_set_data_dir (FlowChannelClient *self, const char *data_dir)
{
  g_free (self->data_dir);
  self->data_dir = g_strdup (data_dir);
}

/**
 * flow_channel_client_set_client:
 * @self: a client that was not started
 * @client: the name of the program, for people
 *
 * Say which program it is; "flowctl" if it does not say.
 */
void
flow_channel_client_set_client (FlowChannelClient *self, const char *client)
{
  g_free (self->client);
  self->client = g_strdup (client);
}

/**
 * flow_channel_client_set_capabilities:
 * @self: a client that was not started
 * @capabilities: (array zero-terminated=1): `traces`, `presence`, `code`...
 *
 * Say what it wants to get, and can do.
 */
void
flow_channel_client_set_capabilities (FlowChannelClient *self, const char *const *capabilities)
{
  g_strfreev (self->capabilities);
  self->capabilities = g_strdupv ((char **) capabilities);
}

/**
 * flow_channel_client_set_reconnect:
 * @self: a client
 * @reconnect: whether it comes back when the hub does
 *
 * Choose what happens when there is no hub: try again for ever, or end at once, as at first.
 */
void
flow_channel_client_set_reconnect (FlowChannelClient *self, gboolean reconnect)
{
  self->reconnect = reconnect;
}

/**
 * flow_channel_client_set_workspaces:
 * @self: a client
 * @folders: (array zero-terminated=1): absolute paths
 *
 * Say which folders are open.
 */
void
flow_channel_client_set_workspaces (FlowChannelClient *self, const char *const *folders)
{
  g_strfreev (self->workspaces);
  self->workspaces = g_strdupv ((char **) folders);
  send_workspaces (self);
}

/**
 * flow_channel_client_set_focused:
 * @self: a client
 * @focused: whether its window has the focus
 *
 * Say whether people look at it.
 */
void
flow_channel_client_set_focused (FlowChannelClient *self, gboolean focused)
{
  self->focused = focused;
  send_workspaces (self);
}

/**
 * flow_channel_client_start:
 * @self: a client that was not started
 *
 * Look for the hub and connect.
 */
void
flow_channel_client_start (FlowChannelClient *self)
{
  g_return_if_fail (self->phase == PHASE_AWAY && self->timer == NULL);

  attempt (self);
}

static gboolean
leave_timeout_cb (gpointer data)
{
  leave (data, ended_error (), TRUE);
  return G_SOURCE_REMOVE;
}

static gboolean
say_goodbye_cb (gpointer data)
{
  FlowChannelClient *self = data;

  set_timer (self, LEAVE_MS, "flow-channel-leave-timeout", leave_timeout_cb);
  flow_channel_socket_close (self->socket);
  return G_SOURCE_REMOVE;
}

/**
 * flow_channel_client_leave:
 * @self: a client
 *
 * Leave, for good, after what was sent has reached the hub; #FlowChannelClient::left tells when. A message that is
 * being handled is still acknowledged, those that come after it are not.
 */
void
flow_channel_client_leave (FlowChannelClient *self)
{
  if (self->phase != PHASE_JOINED)
    {
      leave (self, ended_error (), TRUE);
      return;
    }
  self->phase = PHASE_LEAVING;
  set_timer (self, 0, "flow-channel-goodbye", say_goodbye_cb);
}

/**
 * flow_channel_client_stop:
 * @self: a client
 *
 * Leave, for good and at once. Calls that wait fail with %FLOW_ERROR_CANCELLED; nothing is told any more.
 */
void
flow_channel_client_stop (FlowChannelClient *self)
{
  g_autoptr (GError) error = ended_error ();

  if (self->phase == PHASE_STOPPED)
    return;
  self->phase = PHASE_STOPPED;
  g_clear_error (&self->refusal);
  clear_timer (self);
  g_clear_pointer (&self->socket, flow_channel_socket_free);
  flow_channel_calls_fail (self->calls, TRUE, error);
}

/**
 * flow_channel_client_get_name:
 * @self: a client
 *
 * Get the full name of the channel.
 *
 * Returns: (transfer none): `KIND/INSTANCE`
 */
const char *
flow_channel_client_get_name (FlowChannelClient *self)
{
  return self->name;
}

/**
 * flow_channel_client_is_joined:
 * @self: a client
 *
 * Find out whether the hub has taken us in.
 *
 * Returns: %TRUE when messages go out
 */
gboolean
flow_channel_client_is_joined (FlowChannelClient *self)
{
  return self->phase == PHASE_JOINED;
}

/**
 * flow_channel_client_build:
 * @self: a client
 * @type: a type
 *
 * Begin a message of ours.
 *
 * Returns: (transfer full): the builder
 */
FlowMessageBuilder *
flow_channel_client_build (FlowChannelClient *self, const char *type)
{
  return flow_message_builder_new (type, self->name);
}

/**
 * flow_channel_client_send:
 * @self: a client
 * @message: a message of ours
 *
 * Send a message and forget it. While there is no connection it is lost.
 */
void
flow_channel_client_send (FlowChannelClient *self, FlowMessage *message)
{
  if (self->phase == PHASE_JOINED)
    flow_channel_socket_send (self->socket, message);
}

/**
 * flow_channel_client_call_async:
 * @self: a client
 * @message: a message of ours
 * @until: what to wait for
 * @timeout_ms: how long
 * @cancellable: (nullable): what ends the waiting
 * @callback: called on the client's thread
 * @data: for @callback
 *
 * Send a message and wait for what comes back. One with `ack` is sent again, with the same id, after each reconnection
 * until the hub has it; another one fails with the connection.
 */
void
flow_channel_client_call_async (FlowChannelClient *self, FlowMessage *message, FlowChannelUntil until, guint timeout_ms,
                                GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, flow_channel_client_call_async);
  if (self->phase >= PHASE_LEAVING || (self->phase != PHASE_JOINED && !flow_message_get_ack (message)))
    {
      g_task_return_new_error (task, FLOW_ERROR, FLOW_ERROR_NOT_RUNNING, "there is no connection to the hub");
      return;
    }
  flow_channel_calls_add (self->calls, message, until, timeout_ms, task);
  if (self->phase == PHASE_JOINED)
    flow_channel_socket_send (self->socket, message);
}

/**
 * flow_channel_client_call_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location
 *
 * Get what came back: the answer, or the `ack`.
 *
 * Returns: (transfer full): the message, or %NULL with what an `error` said, %FLOW_ERROR_TIMEOUT,
 *   %FLOW_ERROR_NOT_RUNNING or %FLOW_ERROR_CANCELLED
 */
FlowMessage *
flow_channel_client_call_finish (FlowChannelClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
