/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-channel"

#include "router/flow-channel.h"

#include "router/flow-folders.h"

/* The close code of a connection that ended without one. */
#define LOST 1006

/**
 * FlowChannel:
 *
 * A program at the other end: an editor's window, a command line, a page. The transport is a subclass's matter; here
 * is what the router goes by, that is its name, what it can do, which folders it has open and when it was looked at.
 * Belongs to the hub thread but for flow_channel_count().
 */
typedef struct
{
  char *name;
  FlowChannelKind kind;
  char *client;
  char *version;
  char *origin; /* (nullable) */
  char **capabilities;
  FlowFolders *folders;
  gboolean focused;
  gint64 focused_at;   /* monotonic us, 0: never */
  gint64 connected_at; /* monotonic us */
  gint64 connected_ns;
  guint close_code;     /* the first one; 0: open */
  guint64 messages_in;  /* atomic */
  guint64 messages_out; /* atomic */
  FlowLatency latency;
} FlowChannelPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (FlowChannel, flow_channel, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

#define PRIVATE(self) ((FlowChannelPrivate *) flow_channel_get_instance_private (self))

static gsize
flow_channel_real_get_queued (FlowChannel *self)
{
  return 0;
}

static void
flow_channel_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  FlowChannelPrivate *priv = PRIVATE (FLOW_CHANNEL (object));

  switch (id)
    {
    case PROP_NAME:
      priv->name = g_value_dup_string (value);
      if (!flow_channel_name_split (priv->name, &priv->kind, NULL))
        g_critical ("“%s” is no name for a channel", priv->name);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
flow_channel_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, flow_channel_get_name (FLOW_CHANNEL (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
flow_channel_finalize (GObject *object)
{
  FlowChannelPrivate *priv = PRIVATE (FLOW_CHANNEL (object));

  g_free (priv->name);
  g_free (priv->client);
  g_free (priv->version);
  g_free (priv->origin);
  g_strfreev (priv->capabilities);
  flow_folders_free (priv->folders);
  G_OBJECT_CLASS (flow_channel_parent_class)->finalize (object);
}

static void
flow_channel_class_init (FlowChannelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = flow_channel_set_property;
  object_class->get_property = flow_channel_get_property;
  object_class->finalize = flow_channel_finalize;
  klass->get_queued = flow_channel_real_get_queued;

  /**
   * FlowChannel:name:
   *
   * The full name, `kind/instance`.
   */
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL,
                                               G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flow_channel_init (FlowChannel *self)
{
  FlowChannelPrivate *priv = PRIVATE (self);

  priv->client = g_strdup ("");
  priv->version = g_strdup ("");
  priv->capabilities = g_new0 (char *, 1);
  priv->folders = flow_folders_new (NULL, NULL, 0);
}

/**
 * flow_channel_send:
 * @self: a channel
 * @bytes: a whole message
 * @droppable: whether it is worth nothing later
 *
 * Pass on a message.
 *
 * Returns: what became of it
 */
FlowChannelSent
flow_channel_send (FlowChannel *self, GBytes *bytes, gboolean droppable)
{
  FlowChannelSent sent = FLOW_CHANNEL_GET_CLASS (self)->send (self, bytes, droppable);

  if (sent == FLOW_CHANNEL_SENT)
    flow_channel_count (self, 0, 1);
  return sent;
}

/**
 * flow_channel_close:
 * @self: a channel
 * @code: a WebSocket close code; 44xx means "do not connect again"
 * @reason: why, in English
 *
 * End the connection. Does not remove the channel from the router.
 */
void
flow_channel_close (FlowChannel *self, guint code, const char *reason)
{
  if (PRIVATE (self)->close_code == 0)
    PRIVATE (self)->close_code = code;
  FLOW_CHANNEL_GET_CLASS (self)->close (self, code, reason);
}

/**
 * flow_channel_set_close_code:
 * @self: a channel whose peer has ended the connection
 * @code: the WebSocket close code that it gave; 0 or 1006 when the connection was just gone
 *
 * Note how it ended, before it is closed here too and removed from the router.
 */
void
flow_channel_set_close_code (FlowChannel *self, guint code)
{
  PRIVATE (self)->close_code = code != 0 ? code : LOST;
}

/**
 * flow_channel_said_goodbye:
 * @self: a channel that is gone
 *
 * Check whether the connection was ended on purpose, by either side: "normal", "going away", without a code, or by a
 * code of the hub's own (44xx).
 *
 * Returns: %FALSE when it broke, or was ended because something was wrong
 */
gboolean
flow_channel_said_goodbye (FlowChannel *self)
{
  guint code = PRIVATE (self)->close_code;

  return code == 1000 || code == 1001 || code == 1005 || code >= 4000;
}

/**
 * flow_channel_get_queued:
 * @self: a channel
 *
 * Get how much it has to send that the peer has not taken.
 *
 * Returns: bytes
 */
gsize
flow_channel_get_queued (FlowChannel *self)
{
  return FLOW_CHANNEL_GET_CLASS (self)->get_queued (self);
}

/**
 * flow_channel_get_name:
 * @self: a channel
 *
 * Get its full name.
 *
 * Returns: (transfer none): `kind/instance`
 */
const char *
flow_channel_get_name (FlowChannel *self)
{
  return PRIVATE (self)->name;
}

/**
 * flow_channel_get_kind:
 * @self: a channel
 *
 * Get what it is.
 *
 * Returns: its kind
 */
FlowChannelKind
flow_channel_get_kind (FlowChannel *self)
{
  return PRIVATE (self)->kind;
}

/**
 * flow_channel_set_client:
 * @self: a channel
 * @client: the program's name
 * @version: its version
 *
 * Tell which program is there, as it says itself.
 */
void
flow_channel_set_client (FlowChannel *self, const char *client, const char *version)
{
  FlowChannelPrivate *priv = PRIVATE (self);

  g_free (priv->client);
  priv->client = g_strdup (client);
  g_free (priv->version);
  priv->version = g_strdup (version);
}

/**
 * flow_channel_set_origin:
 * @self: a channel
 * @origin: (nullable): the web origin that it came with, `https://app.example`
 *
 * Tell whose page it is. Unlike what a page says of itself this is true.
 */
void
flow_channel_set_origin (FlowChannel *self, const char *origin)
{
  FlowChannelPrivate *priv = PRIVATE (self);

  g_free (priv->origin);
  priv->origin = g_strdup (origin);
}

/**
 * flow_channel_get_origin:
 * @self: a channel
 *
 * Returns: (nullable) (transfer none): the web origin that it came with, %NULL for a program
 */
const char *
flow_channel_get_origin (FlowChannel *self)
{
  return PRIVATE (self)->origin;
}

/**
 * flow_channel_get_client:
 * @self: a channel
 *
 * Get the program's name.
 *
 * Returns: (transfer none): the name, "" when it gave none
 */
const char *
flow_channel_get_client (FlowChannel *self)
{
  return PRIVATE (self)->client;
}

/**
 * flow_channel_get_version:
 * @self: a channel
 *
 * Get the program's version.
 *
 * Returns: (transfer none): the version, "" when it gave none
 */
const char *
flow_channel_get_version (FlowChannel *self)
{
  return PRIVATE (self)->version;
}

/**
 * flow_channel_set_capabilities:
 * @self: a channel
 * @capabilities: (array zero-terminated=1): what it can do
 *
 * Tell what it can do, and so which messages without target it gets.
 */
void
flow_channel_set_capabilities (FlowChannel *self, const char *const *capabilities)
{
  FlowChannelPrivate *priv = PRIVATE (self);

  g_strfreev (priv->capabilities);
  priv->capabilities = g_strdupv ((char **) capabilities);
}

/**
 * flow_channel_get_capabilities:
 * @self: a channel
 *
 * Get what it can do.
 *
 * Returns: (transfer none) (array zero-terminated=1): its capabilities
 */
const char *const *
flow_channel_get_capabilities (FlowChannel *self)
{
  return (const char *const *) PRIVATE (self)->capabilities;
}

/**
 * flow_channel_has_capability:
 * @self: a channel
 * @capability: what it may be able to do
 *
 * Check whether it can do something.
 *
 * Returns: %TRUE when it says so
 */
gboolean
flow_channel_has_capability (FlowChannel *self, const char *capability)
{
  return g_strv_contains (flow_channel_get_capabilities (self), capability);
}

/**
 * flow_channel_set_workspaces:
 * @self: a channel
 * @folders: (array zero-terminated=1): the folders that it has open, as it calls them
 * @maps: (array length=n_maps): the path maps: an editor in a container has other names for its folders
 * @n_maps: how many
 *
 * Tell which folders it has open.
 */
void
flow_channel_set_workspaces (FlowChannel *self, const char *const *folders, const FlowPathMap *maps, gsize n_maps)
{
  FlowChannelPrivate *priv = PRIVATE (self);

  flow_folders_free (priv->folders);
  priv->folders = flow_folders_new (folders, maps, n_maps);
}

/**
 * flow_channel_get_workspaces:
 * @self: a channel
 *
 * Get the folders that it has open.
 *
 * Returns: (transfer none) (array zero-terminated=1): real paths, or what it said where there is no such folder here
 */
const char *const *
flow_channel_get_workspaces (FlowChannel *self)
{
  return flow_folders_list (PRIVATE (self)->folders);
}

/**
 * flow_channel_holds:
 * @self: a channel
 * @file: a real path
 *
 * Check whether a file lies in a folder that it has open.
 *
 * Returns: the length of the innermost such folder's path, so that nested folders compare; 0 when there is none
 */
gsize
flow_channel_holds (FlowChannel *self, const char *file)
{
  return flow_folders_depth (PRIVATE (self)->folders, file);
}

/**
 * flow_channel_set_focused:
 * @self: a channel
 * @focused: whether its window has the focus
 * @now_us: monotonic time
 *
 * Tell that its window got or lost the focus. Who had it last is asked first.
 */
void
flow_channel_set_focused (FlowChannel *self, gboolean focused, gint64 now_us)
{
  FlowChannelPrivate *priv = PRIVATE (self);

  if (focused || priv->focused)
    priv->focused_at = now_us;
  priv->focused = focused;
}

/**
 * flow_channel_get_focused:
 * @self: a channel
 *
 * Check whether its window has the focus.
 *
 * Returns: %TRUE when it has
 */
gboolean
flow_channel_get_focused (FlowChannel *self)
{
  return PRIVATE (self)->focused;
}

/**
 * flow_channel_get_focused_at:
 * @self: a channel
 *
 * Get when its window was last known to have the focus.
 *
 * Returns: monotonic us, 0 when never
 */
gint64
flow_channel_get_focused_at (FlowChannel *self)
{
  return PRIVATE (self)->focused_at;
}

/**
 * flow_channel_set_connected:
 * @self: a channel
 * @now_us: monotonic time
 * @now_ns: wall time, ns since 1970
 *
 * Note when it came.
 */
void
flow_channel_set_connected (FlowChannel *self, gint64 now_us, gint64 now_ns)
{
  PRIVATE (self)->connected_at = now_us;
  PRIVATE (self)->connected_ns = now_ns;
}

/**
 * flow_channel_get_connected_at:
 * @self: a channel
 *
 * Get when it came.
 *
 * Returns: monotonic us
 */
gint64
flow_channel_get_connected_at (FlowChannel *self)
{
  return PRIVATE (self)->connected_at;
}

/**
 * flow_channel_get_connected_ns:
 * @self: a channel
 *
 * Get when it came, for people.
 *
 * Returns: ns since 1970
 */
gint64
flow_channel_get_connected_ns (FlowChannel *self)
{
  return PRIVATE (self)->connected_ns;
}

/**
 * flow_channel_count:
 * @self: a channel
 * @messages_in: how many came from it
 * @messages_out: how many went to it past flow_channel_send()
 *
 * Count messages, from any thread.
 */
void
flow_channel_count (FlowChannel *self, guint64 messages_in, guint64 messages_out)
{
  FlowChannelPrivate *priv = PRIVATE (self);

  __atomic_fetch_add (&priv->messages_in, messages_in, __ATOMIC_RELAXED);
  __atomic_fetch_add (&priv->messages_out, messages_out, __ATOMIC_RELAXED);
}

/**
 * flow_channel_get_messages_in:
 * @self: a channel
 *
 * Get how many messages came from it.
 *
 * Returns: messages
 */
guint64
flow_channel_get_messages_in (FlowChannel *self)
{
  return __atomic_load_n (&PRIVATE (self)->messages_in, __ATOMIC_RELAXED);
}

/**
 * flow_channel_get_messages_out:
 * @self: a channel
 *
 * Get how many messages were sent to it.
 *
 * Returns: messages
 */
guint64
flow_channel_get_messages_out (FlowChannel *self)
{
  return __atomic_load_n (&PRIVATE (self)->messages_out, __ATOMIC_RELAXED);
}

/**
 * flow_channel_get_latency:
 * @self: a channel
 *
 * Get the round trips to it, to add one or to look at them.
 *
 * Returns: (transfer none): the channel's
 */
FlowLatency *
flow_channel_get_latency (FlowChannel *self)
{
  return &PRIVATE (self)->latency;
}
