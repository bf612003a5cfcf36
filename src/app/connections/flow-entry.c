/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-entry"

#include "app/connections/flow-entry.h"

#include "hub/flow-json-read.h"
#include "trace/flow-time-text.h"

/**
 * FlowEntry:
 *
 * One of the things that the hub lists: a channel, a message that waits, somebody who may connect. It has the members
 * that the hub wrote, and stays the same object from one answer to the next, so that a row stays where it is, unfolded
 * and with the focus, while its numbers change.
 */
struct _FlowEntry
{
  GObject parent_instance;

  char *key;
  JsonObject *members;
};

G_DEFINE_FINAL_TYPE (FlowEntry, flow_entry, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
flow_entry_finalize (GObject *object)
{
  FlowEntry *self = FLOW_ENTRY (object);

  json_object_unref (self->members);
  g_free (self->key);

  G_OBJECT_CLASS (flow_entry_parent_class)->finalize (object);
}

static void
flow_entry_class_init (FlowEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flow_entry_finalize;

  /**
   * FlowEntry::changed:
   * @self: the entry
   *
   * Emitted when the hub wrote other members than before.
   */
  signals[CHANGED] = g_signal_new ("changed", FLOW_TYPE_ENTRY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
flow_entry_init (FlowEntry *self)
{
}

/**
 * flow_entry_new:
 * @key: tells it from the others of its list
 * @members: what the hub wrote
 *
 * Returns: (transfer full): the entry
 */
FlowEntry *
flow_entry_new (const char *key, JsonObject *members)
{
  FlowEntry *self;

  g_return_val_if_fail (key != NULL && members != NULL, NULL);

  self = g_object_new (FLOW_TYPE_ENTRY, NULL);
  self->key = g_strdup (key);
  self->members = json_object_ref (members);
  return self;
}

/**
 * flow_entry_get_key:
 * @self: an entry
 *
 * Returns: (transfer none): what tells it from the others of its list
 */
const char *
flow_entry_get_key (FlowEntry *self)
{
  return self->key;
}

/**
 * flow_entry_take:
 * @self: an entry
 * @members: what the hub wrote this time
 *
 * Have it say what @members say.
 */
void
flow_entry_take (FlowEntry *self, JsonObject *members)
{
  g_autoptr (JsonNode) before = json_node_init_object (json_node_alloc (), self->members);
  g_autoptr (JsonNode) after = json_node_init_object (json_node_alloc (), members);

  if (json_node_equal (before, after))
    return;
  json_object_ref (members);
  json_object_unref (self->members);
  self->members = members;
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * flow_entry_get_text:
 * @self: an entry
 * @member: a name
 *
 * Returns: (transfer none) (nullable): the string, %NULL when there is none
 */
const char *
flow_entry_get_text (FlowEntry *self, const char *member)
{
  return flow_json_get_string (self->members, member);
}

/**
 * flow_entry_get_number:
 * @self: an entry
 * @member: a name
 *
 * Returns: the integer, 0 when there is none
 */
gint64
flow_entry_get_number (FlowEntry *self, const char *member)
{
  return flow_json_get_int (self->members, member);
}

/**
 * flow_entry_get_flag:
 * @self: an entry
 * @member: a name
 *
 * Returns: whether the member is true
 */
gboolean
flow_entry_get_flag (FlowEntry *self, const char *member)
{
  return flow_json_get_bool (self->members, member);
}

/**
 * flow_entry_get_time:
 * @self: an entry
 * @member: a name
 *
 * Returns: the time that the member tells, nanoseconds since 1970, 0 when there is none
 */
gint64
flow_entry_get_time (FlowEntry *self, const char *member)
{
  const char *text = flow_json_get_string (self->members, member);
  gint64 time_ns = 0;

  return text != NULL && flow_time_parse (text, 0, &time_ns, NULL) ? time_ns : 0;
}

/**
 * flow_entry_get_list:
 * @self: an entry
 * @member: a name
 *
 * Returns: (transfer none) (nullable): the array, %NULL when there is none
 */
JsonArray *
flow_entry_get_list (FlowEntry *self, const char *member)
{
  return flow_json_get_array (self->members, member);
}

/**
 * flow_entry_get_object:
 * @self: an entry
 * @member: a name
 *
 * Returns: (transfer none) (nullable): the object, %NULL when there is none
 */
JsonObject *
flow_entry_get_object (FlowEntry *self, const char *member)
{
  return flow_json_get_object (self->members, member);
}

/* The position of the entry with this key, at or after `start`. */
static gboolean
find (GListStore *store, const char *key, guint start, guint *position)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (store));

  for (guint i = start; i < n; i++)
    {
      g_autoptr (FlowEntry) entry = g_list_model_get_item (G_LIST_MODEL (store), i);

      if (g_str_equal (entry->key, key))
        {
          *position = i;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
is_wanted (GPtrArray *entries, const char *key)
{
  for (guint i = 0; i < entries->len; i++)
    {
      FlowEntry *entry = g_ptr_array_index (entries, i);

      if (g_str_equal (entry->key, key))
        return TRUE;
    }
  return FALSE;
}

static void
remove_others (GListStore *store, GPtrArray *entries)
{
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (store)); i > 0; i--)
    {
      g_autoptr (FlowEntry) entry = g_list_model_get_item (G_LIST_MODEL (store), i - 1);

      if (!is_wanted (entries, entry->key))
        g_list_store_remove (store, i - 1);
    }
}

/**
 * flow_entry_sync:
 * @store: a list of entries
 * @entries: (element-type FlowEntry): what it should have, a few hundred at most, each key once
 *
 * Make @store the list of @entries with as few changes as can be: who stays is the same object, with the new members.
 */
void
flow_entry_sync (GListStore *store, GPtrArray *entries)
{
  remove_others (store, entries);
  for (guint i = 0; i < entries->len; i++)
    {
      FlowEntry *fresh = g_ptr_array_index (entries, i);
      g_autoptr (FlowEntry) old = NULL;
      guint position;

      if (!find (store, fresh->key, i, &position))
        {
          g_list_store_insert (store, i, fresh);
          continue;
        }
      old = g_list_model_get_item (G_LIST_MODEL (store), position);
      if (position != i)
        {
          g_list_store_remove (store, position);
          g_list_store_insert (store, i, old);
        }
      flow_entry_take (old, fresh->members);
    }
}
