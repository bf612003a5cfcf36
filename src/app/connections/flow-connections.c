/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-connections"

#include "app/connections/flow-connections.h"

#include "hub/flow-json-read.h"

/* More than this nobody reads; a row is made for each. */
#define MAX_PEERS 200

/* Whatever comes within this time is asked for once; there is time while nobody looks. */
#define SOON_MS 100
#define LATER_MS 500
/* A request to pair that ends in so many seconds ends within the next one. */
#define GRACE_MS 1000
/* Numbers that nobody tells of, like messages that went by, are read so often while somebody looks. */
#define WATCH_MS 2000

/* The questions, each with the lists that its answer has. */
typedef enum
{
  ASK_CHANNELS,
  ASK_OUTBOX,
  ASK_PAIRS,
  ASK_HEALTH,
  N_ASKS
} Ask;

static const char *const ask_verbs[N_ASKS] = { "channels", "outbox", "pair-list", "health" };

/* Where a list is in an answer, and which member tells its entries apart. */
static const struct
{
  Ask ask;
  const char *member;
  const char *key;
  guint max;
} lists[FLOW_CONNECTIONS_N_LISTS] = {
  [FLOW_CONNECTIONS_CHANNELS] = { ASK_CHANNELS, "channels", "channel", MAX_PEERS },
  [FLOW_CONNECTIONS_WAITING] = { ASK_OUTBOX, "waiting", "number", FLOW_CONNECTIONS_MAX_LETTERS },
  [FLOW_CONNECTIONS_DEAD] = { ASK_OUTBOX, "dead", "number", FLOW_CONNECTIONS_MAX_LETTERS },
  [FLOW_CONNECTIONS_ORIGINS] = { ASK_PAIRS, "origins", "origin", MAX_PEERS },
  [FLOW_CONNECTIONS_CLIENTS] = { ASK_PAIRS, "clients", "client", MAX_PEERS },
  [FLOW_CONNECTIONS_REQUESTS] = { ASK_PAIRS, "requests", "request", MAX_PEERS },
};

static const char *const acts[] = {
  [FLOW_CONNECTIONS_RESEND] = "outbox-resend", [FLOW_CONNECTIONS_DROP] = "outbox-drop",
  [FLOW_CONNECTIONS_ALLOW] = "pair-allow",     [FLOW_CONNECTIONS_ALLOW_ONCE] = "pair-allow",
  [FLOW_CONNECTIONS_DENY] = "pair-deny",       [FLOW_CONNECTIONS_FORGET] = "pair-forget",
};

/**
 * FlowConnections:
 *
 * Who is connected with the hub, what waits for whom, who may connect, and how well all of it works: as lists that
 * follow the hub. While nobody watches, only who is connected and who may connect is followed.
 */
struct _FlowConnections
{
  GObject parent_instance;

  FlowVerbs *verbs;          /* NULL: there is no hub, and nothing to list */
  GCancellable *cancellable; /* ends the waiting for answers of these verbs */
  GListStore *stores[FLOW_CONNECTIONS_N_LISTS];
  guint64 totals[FLOW_CONNECTIONS_N_LISTS];
  GHashTable *hidden[FLOW_CONNECTIONS_N_LISTS]; /* keys of what seems gone but can be taken back */
  JsonObject *health;
  gboolean asking[N_ASKS];
  gboolean dirty[N_ASKS];
  guint soon;
  guint expiry; /* of the next request to pair */
  guint watch;
  guint watchers;
};

G_DEFINE_FINAL_TYPE (FlowConnections, flow_connections, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_LIVE,
  N_PROPS
};

enum
{
  HEALTH_CHANGED,
  PEERS_CHANGED,
  FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* --- Answers --------------------------------------------------------------------------------------------- */

/* Numbers are keys too. */
static char *
dup_key (JsonObject *members, const char *name)
{
  const char *text = flow_json_get_string (members, name);
  gint64 number = flow_json_get_int (members, name);

  if (text != NULL)
    return g_strdup (text);
  return number != 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, number) : NULL;
}

/* How many there are is told beside the list, of which not all may be there. What is hidden does not count. */
static guint64
read_total (JsonObject *answer, FlowConnectionsList list, JsonArray *array, guint n_hidden)
{
  JsonObject *counts = flow_json_get_object (answer, "counts");
  gint64 told = counts != NULL ? flow_json_get_int (counts, lists[list].member) : 0;
  gint64 listed = array != NULL ? (gint64) json_array_get_length (array) : 0;

  return (guint64) MAX (MAX (told, listed) - (gint64) n_hidden, 0);
}

static GPtrArray *
read_entries (FlowConnections *self, FlowConnectionsList list, JsonArray *array, guint *n_hidden)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = array != NULL ? json_array_get_length (array) : 0;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n && entries->len < lists[list].max; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *members = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      g_autofree char *key = members != NULL ? dup_key (members, lists[list].key) : NULL;

      if (key == NULL || g_hash_table_contains (seen, key))
        continue;
      if (g_hash_table_contains (self->hidden[list], key))
        {
          ++*n_hidden;
          continue;
        }
      g_ptr_array_add (entries, flow_entry_new (key, members));
      g_hash_table_add (seen, (char *) flow_entry_get_key (entries->pdata[entries->len - 1]));
    }
  return entries;
}

static void
take_health (FlowConnections *self, JsonObject *answer)
{
  g_clear_pointer (&self->health, json_object_unref);
  if (answer != NULL)
    self->health = json_object_ref (answer);
  g_signal_emit (self, signals[HEALTH_CHANGED], 0);
}

static void
expired_cb (gpointer data)
{
  FlowConnections *self = data;

  self->expiry = 0;
  flow_connections_refresh (self);
}

/* Nobody tells that a request to pair is too old. */
static void
await_expiry (FlowConnections *self)
{
  GListModel *requests = G_LIST_MODEL (self->stores[FLOW_CONNECTIONS_REQUESTS]);
  gint64 first = G_MAXINT64;

  g_clear_handle_id (&self->expiry, g_source_remove);
  for (guint i = 0; i < g_list_model_get_n_items (requests); i++)
    {
      g_autoptr (FlowEntry) request = g_list_model_get_item (requests, i);

      first = MIN (first, flow_entry_get_number (request, "expires_in"));
    }
  if (first == G_MAXINT64)
    return;
  self->expiry = g_timeout_add_once ((guint) CLAMP (first, 0, 3600) * 1000 + GRACE_MS, expired_cb, self);
  g_source_set_name_by_id (self->expiry, "flow-connections-expiry");
}

static void
take_peers (FlowConnections *self)
{
  await_expiry (self);
  g_signal_emit (self, signals[PEERS_CHANGED], 0);
}

static void
take (FlowConnections *self, Ask ask, JsonObject *answer)
{
  for (FlowConnectionsList list = 0; list < FLOW_CONNECTIONS_N_LISTS; list++)
    {
      JsonArray *array = lists[list].ask == ask ? flow_json_get_array (answer, lists[list].member) : NULL;
      g_autoptr (GPtrArray) entries = NULL;
      guint n_hidden = 0;

      if (lists[list].ask != ask)
        continue;
      entries = read_entries (self, list, array, &n_hidden);
      self->totals[list] = read_total (answer, list, array, n_hidden);
      flow_entry_sync (self->stores[list], entries);
    }
  if (ask == ASK_HEALTH)
    take_health (self, answer);
  if (ask == ASK_PAIRS)
    take_peers (self);
}

static void ask_soon (FlowConnections *self);

typedef struct
{
  FlowConnections *self;
  Ask ask;
} Question;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Question *question = data;
  g_autoptr (FlowConnections) self = question->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_verbs_run_finish (FLOW_VERBS (source), result, &error);

  /* An answer of a hub that is gone says nothing. */
  if (G_OBJECT (self->verbs) != source)
    return;
  self->asking[question->ask] = FALSE;
  if (answer != NULL)
    take (self, question->ask, answer);
  else
    g_debug ("%s: %s", ask_verbs[question->ask], error->message);
  if (self->dirty[question->ask])
    ask_soon (self);
}

/* --- Questions ------------------------------------------------------------------------------------------- */

static void
ask_now (FlowConnections *self)
{
  for (Ask ask = 0; ask < N_ASKS; ask++)
    {
      Question *question;

      if (self->verbs == NULL || !self->dirty[ask] || self->asking[ask])
        continue;
      self->dirty[ask] = FALSE;
      self->asking[ask] = TRUE;
      question = g_new (Question, 1);
      *question = (Question) { g_object_ref (self), ask };
      flow_verbs_run_async (self->verbs, ask_verbs[ask], NULL, self->cancellable, answered_cb, question);
    }
}

static void
soon_cb (gpointer data)
{
  FlowConnections *self = data;

  self->soon = 0;
  ask_now (self);
}

static void
ask_soon (FlowConnections *self)
{
  if (self->soon != 0 || self->verbs == NULL)
    return;
  self->soon = g_timeout_add_once (self->watchers > 0 ? SOON_MS : LATER_MS, soon_cb, self);
  g_source_set_name_by_id (self->soon, "flow-connections-soon");
}

static void
mark (FlowConnections *self)
{
  for (Ask ask = 0; ask < N_ASKS; ask++)
    self->dirty[ask] = self->dirty[ask] || ask == ASK_CHANNELS || ask == ASK_PAIRS || self->watchers > 0;
}

static gboolean
watch_cb (gpointer data)
{
  FlowConnections *self = data;

  mark (self);
  ask_now (self);
  return G_SOURCE_CONTINUE;
}

/* --- Acts ------------------------------------------------------------------------------------------------ */

typedef struct
{
  FlowConnections *self;
  FlowEntry *entry;
} Deed;

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Deed *deed = data;
  g_autoptr (FlowConnections) self = deed->self;
  g_autoptr (FlowEntry) entry = deed->entry;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = flow_verbs_run_finish (FLOW_VERBS (source), result, &error);

  for (int list = 0; list < FLOW_CONNECTIONS_N_LISTS; list++)
    g_hash_table_remove (self->hidden[list], flow_entry_get_key (entry));
  if (answer == NULL)
    g_signal_emit (self, signals[FAILED], 0, error->message);
  if (G_OBJECT (self->verbs) == source)
    flow_connections_refresh (self);
}

static JsonObject *
arguments_of (FlowEntry *entry)
{
  static const char *const names[] = { "origin", "request", "client" };
  JsonObject *arguments = json_object_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (flow_entry_get_text (entry, names[i]) != NULL)
        {
          json_object_set_string_member (arguments, names[i], flow_entry_get_text (entry, names[i]));
          return arguments;
        }
    }
  json_object_set_int_member (arguments, "number", flow_entry_get_number (entry, "number"));
  return arguments;
}

/* --- The whole ------------------------------------------------------------------------------------------- */

static void
flow_connections_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROP_LIVE)
    g_value_set_boolean (value, flow_connections_is_live (FLOW_CONNECTIONS (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
flow_connections_dispose (GObject *object)
{
  FlowConnections *self = FLOW_CONNECTIONS (object);

  g_clear_handle_id (&self->soon, g_source_remove);
  g_clear_handle_id (&self->expiry, g_source_remove);
  g_clear_handle_id (&self->watch, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->verbs);

  G_OBJECT_CLASS (flow_connections_parent_class)->dispose (object);
}

static void
flow_connections_finalize (GObject *object)
{
  FlowConnections *self = FLOW_CONNECTIONS (object);

  for (int list = 0; list < FLOW_CONNECTIONS_N_LISTS; list++)
    {
      g_object_unref (self->stores[list]);
      g_hash_table_unref (self->hidden[list]);
    }
  g_clear_pointer (&self->health, json_object_unref);
  g_object_unref (self->cancellable);

  G_OBJECT_CLASS (flow_connections_parent_class)->finalize (object);
}

static void
flow_connections_class_init (FlowConnectionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = flow_connections_get_property;
  object_class->dispose = flow_connections_dispose;
  object_class->finalize = flow_connections_finalize;

  /**
   * FlowConnections:live:
   *
   * Whether there is a hub.
   */
  properties[PROP_LIVE] = g_param_spec_boolean ("live", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * FlowConnections::health-changed:
   * @self: the connections
   *
   * Emitted when flow_connections_get_health() says something else.
   */
  signals[HEALTH_CHANGED] = g_signal_new ("health-changed", FLOW_TYPE_CONNECTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 0);

  /**
   * FlowConnections::peers-changed:
   * @self: the connections
   *
   * Emitted when the hub has told who may connect and who wants to; the entries of these lists may say something else.
   */
  signals[PEERS_CHANGED] = g_signal_new ("peers-changed", FLOW_TYPE_CONNECTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);

  /**
   * FlowConnections::failed:
   * @self: the connections
   * @reason: what the hub said
   *
   * Emitted when flow_connections_act() could not be done.
   */
  signals[FAILED] = g_signal_new ("failed", FLOW_TYPE_CONNECTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                  1, G_TYPE_STRING);
}

static void
flow_connections_init (FlowConnections *self)
{
  self->cancellable = g_cancellable_new ();
  for (int list = 0; list < FLOW_CONNECTIONS_N_LISTS; list++)
    {
      self->stores[list] = g_list_store_new (FLOW_TYPE_ENTRY);
      self->hidden[list] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    }
}

/**
 * flow_connections_new:
 *
 * Returns: (transfer full): connections without a hub: nothing is listed
 */
FlowConnections *
flow_connections_new (void)
{
  return g_object_new (FLOW_TYPE_CONNECTIONS, NULL);
}

/**
 * flow_connections_set_verbs:
 * @self: the connections
 * @verbs: (nullable): who answers; %NULL when there is no hub
 *
 * Follow another hub.
 */
void
flow_connections_set_verbs (FlowConnections *self, FlowVerbs *verbs)
{
  g_return_if_fail (FLOW_IS_CONNECTIONS (self));

  if (!g_set_object (&self->verbs, verbs))
    return;
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_clear_handle_id (&self->soon, g_source_remove);
  for (Ask ask = 0; ask < N_ASKS; ask++)
    self->asking[ask] = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIVE]);
  if (verbs != NULL)
    {
      mark (self);
      ask_now (self);
      return;
    }
  for (int list = 0; list < FLOW_CONNECTIONS_N_LISTS; list++)
    {
      self->totals[list] = 0;
      g_list_store_remove_all (self->stores[list]);
    }
  take_health (self, NULL);
  take_peers (self);
}

/**
 * flow_connections_is_live:
 * @self: the connections
 *
 * Returns: whether there is a hub
 */
gboolean
flow_connections_is_live (FlowConnections *self)
{
  g_return_val_if_fail (FLOW_IS_CONNECTIONS (self), FALSE);

  return self->verbs != NULL;
}

/**
 * flow_connections_get_list:
 * @self: the connections
 * @list: which
 *
 * Returns: (transfer none): a list of #FlowEntry, with the members that the verb writes
 */
GListModel *
flow_connections_get_list (FlowConnections *self, FlowConnectionsList list)
{
  g_return_val_if_fail (FLOW_IS_CONNECTIONS (self), NULL);

  return G_LIST_MODEL (self->stores[list]);
}

/**
 * flow_connections_get_total:
 * @self: the connections
 * @list: which
 *
 * Returns: how many there are, also of those that are too many to be listed
 */
guint64
flow_connections_get_total (FlowConnections *self, FlowConnectionsList list)
{
  g_return_val_if_fail (FLOW_IS_CONNECTIONS (self), 0);

  return self->totals[list];
}

/**
 * flow_connections_get_health:
 * @self: the connections
 *
 * Returns: (transfer none) (nullable): what the verb `health` answered, %NULL while nobody watches
 */
JsonObject *
flow_connections_get_health (FlowConnections *self)
{
  g_return_val_if_fail (FLOW_IS_CONNECTIONS (self), NULL);

  return self->health;
}

/**
 * flow_connections_refresh:
 * @self: the connections
 *
 * Something is otherwise: ask the hub, soon, and once for all that comes until then.
 */
void
flow_connections_refresh (FlowConnections *self)
{
  g_return_if_fail (FLOW_IS_CONNECTIONS (self));

  mark (self);
  ask_soon (self);
}

/**
 * flow_connections_watch:
 * @self: the connections
 *
 * Follow everything, until flow_connections_unwatch() is called as often.
 */
void
flow_connections_watch (FlowConnections *self)
{
  g_return_if_fail (FLOW_IS_CONNECTIONS (self));

  if (self->watchers++ > 0)
    return;
  self->watch = g_timeout_add (WATCH_MS, watch_cb, self);
  g_source_set_name_by_id (self->watch, "flow-connections-watch");
  mark (self);
  ask_now (self);
}

/**
 * flow_connections_unwatch:
 * @self: the connections
 *
 * Nobody looks any more.
 */
void
flow_connections_unwatch (FlowConnections *self)
{
  g_return_if_fail (FLOW_IS_CONNECTIONS (self));
  g_return_if_fail (self->watchers > 0);

  if (--self->watchers == 0)
    g_clear_handle_id (&self->watch, g_source_remove);
}

/**
 * flow_connections_act:
 * @self: the connections
 * @act: what to do
 * @entry: with what
 *
 * Have the hub do it. When that fails it is told by [signal@FlowConnections::failed].
 */
void
flow_connections_act (FlowConnections *self, FlowConnectionsAct act, FlowEntry *entry)
{
  g_autoptr (JsonObject) arguments = NULL;
  Deed *deed;

  g_return_if_fail (FLOW_IS_CONNECTIONS (self));
  g_return_if_fail (FLOW_IS_ENTRY (entry));

  if (self->verbs == NULL)
    return;
  arguments = arguments_of (entry);
  if (act == FLOW_CONNECTIONS_ALLOW_ONCE)
    json_object_set_boolean_member (arguments, "once", TRUE);
  deed = g_new (Deed, 1);
  *deed = (Deed) { g_object_ref (self), g_object_ref (entry) };
  flow_verbs_run_async (self->verbs, acts[act], arguments, NULL, done_cb, deed);
}

/**
 * flow_connections_hide:
 * @self: the connections
 * @list: where it is
 * @entry: what seems gone
 *
 * List an entry no more, until it is acted on or flow_connections_unhide() is called.
 */
void
flow_connections_hide (FlowConnections *self, FlowConnectionsList list, FlowEntry *entry)
{
  guint position;

  g_return_if_fail (FLOW_IS_CONNECTIONS (self));
  g_return_if_fail (FLOW_IS_ENTRY (entry));

  g_hash_table_add (self->hidden[list], g_strdup (flow_entry_get_key (entry)));
  if (!g_list_store_find (self->stores[list], entry, &position))
    return;
  self->totals[list] -= MIN (self->totals[list], 1);
  g_list_store_remove (self->stores[list], position);
}

/**
 * flow_connections_unhide:
 * @self: the connections
 * @list: where it was
 * @entry: what was hidden
 *
 * List it again.
 */
void
flow_connections_unhide (FlowConnections *self, FlowConnectionsList list, FlowEntry *entry)
{
  g_return_if_fail (FLOW_IS_CONNECTIONS (self));
  g_return_if_fail (FLOW_IS_ENTRY (entry));

  g_hash_table_remove (self->hidden[list], flow_entry_get_key (entry));
  flow_connections_refresh (self);
}
