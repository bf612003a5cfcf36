/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-record.h"

#include <string.h>

/* One element of a set, one key of a map. */
typedef struct
{
  char *key;
  GBytes *value;
} Item;

/* One field: a value, or items in the order of the bytes of their keys. */
typedef struct
{
  GBytes *value;
  GArray *items;
} Slot;

struct _FlowSyncRecord
{
  const FlowSyncTable *table;
  gint64 time_ms;
  Slot slots[];
};

static void
item_clear (gpointer data)
{
  Item *item = data;

  g_free (item->key);
  g_bytes_unref (item->value);
}

/**
 * flow_sync_record_new:
 * @table: of which table
 *
 * Returns: (transfer full): a record of which nothing is set
 */
FlowSyncRecord *
flow_sync_record_new (const FlowSyncTable *table)
{
  FlowSyncRecord *self = g_malloc0 (sizeof *self + table->n_fields * sizeof (Slot));

  self->table = table;
  return self;
}

/**
 * flow_sync_record_free:
 * @self: (transfer full): a record
 *
 * Free it.
 */
void
flow_sync_record_free (FlowSyncRecord *self)
{
  for (guint i = 0; i < self->table->n_fields; i++)
    {
      g_clear_pointer (&self->slots[i].value, g_bytes_unref);
      g_clear_pointer (&self->slots[i].items, g_array_unref);
    }
  g_free (self);
}

/**
 * flow_sync_record_get_table:
 * @self: a record
 *
 * Returns: (transfer none): of which table it is
 */
const FlowSyncTable *
flow_sync_record_get_table (const FlowSyncRecord *self)
{
  return self->table;
}

static gboolean
find_item (const Slot *slot, const char *key, guint *index)
{
  guint low = 0, high = slot->items != NULL ? slot->items->len : 0;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      int order = strcmp (g_array_index (slot->items, Item, middle).key, key);

      if (order == 0)
        {
          *index = middle;
          return TRUE;
        }
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  *index = low;
  return FALSE;
}

static void
set_item (Slot *slot, const char *key, GBytes *value)
{
  gboolean gone = flow_sync_value_get_kind (value) == FLOW_SYNC_VALUE_NULL;
  guint index;

  if (slot->items == NULL)
    {
      slot->items = g_array_new (FALSE, FALSE, sizeof (Item));
      g_array_set_clear_func (slot->items, item_clear);
    }
  if (find_item (slot, key, &index))
    g_array_remove_index (slot->items, index);
  if (!gone)
    {
      Item item = { g_strdup (key), g_bytes_ref (value) };

      g_array_insert_val (slot->items, index, item);
    }
}

/**
 * flow_sync_record_set_value:
 * @self: a record
 * @field: number of the field
 * @key: (nullable): the element of a set, the key of a map; %NULL for other fields
 * @value: a value
 *
 * Set a value as it is on the wire. No value in a set or a map means: not in it.
 */
void
flow_sync_record_set_value (FlowSyncRecord *self, guint field, const char *key, GBytes *value)
{
  g_return_if_fail (field < self->table->n_fields);

  if (key != NULL)
    {
      set_item (&self->slots[field], key, value);
      return;
    }
  g_clear_pointer (&self->slots[field].value, g_bytes_unref);
  if (flow_sync_value_get_kind (value) != FLOW_SYNC_VALUE_NULL)
    self->slots[field].value = g_bytes_ref (value);
}

/**
 * flow_sync_record_get_value:
 * @self: a record
 * @field: number of the field
 * @key: (nullable): the element of a set, the key of a map; %NULL for other fields
 *
 * Returns: (nullable) (transfer none): the value as it is on the wire, %NULL when there is none
 */
GBytes *
flow_sync_record_get_value (const FlowSyncRecord *self, guint field, const char *key)
{
  const Slot *slot = &self->slots[field];
  guint index;

  g_return_val_if_fail (field < self->table->n_fields, NULL);

  if (key == NULL)
    return slot->value;
  return find_item (slot, key, &index) ? g_array_index (slot->items, Item, index).value : NULL;
}

/**
 * flow_sync_record_set_int:
 * @self: a record
 * @field: number of the field
 * @value: what it holds
 */
void
flow_sync_record_set_int (FlowSyncRecord *self, guint field, gint64 value)
{
  g_autoptr (GBytes) bytes = flow_sync_value_new_int (value);

  flow_sync_record_set_value (self, field, NULL, bytes);
}

/**
 * flow_sync_record_set_real:
 * @self: a record
 * @field: number of the field
 * @value: what it holds
 */
void
flow_sync_record_set_real (FlowSyncRecord *self, guint field, double value)
{
  g_autoptr (GBytes) bytes = flow_sync_value_new_real (value);

  flow_sync_record_set_value (self, field, NULL, bytes);
}

/**
 * flow_sync_record_set_text:
 * @self: a record
 * @field: number of the field
 * @text: (nullable): what it holds
 */
void
flow_sync_record_set_text (FlowSyncRecord *self, guint field, const char *text)
{
  g_autoptr (GBytes) bytes = text != NULL ? flow_sync_value_new_text (text, -1) : flow_sync_value_new_null ();

  flow_sync_record_set_value (self, field, NULL, bytes);
}

/**
 * flow_sync_record_set_blob:
 * @self: a record
 * @field: number of the field
 * @data: (array length=size) (nullable): what it holds
 * @size: bytes
 */
void
flow_sync_record_set_blob (FlowSyncRecord *self, guint field, gconstpointer data, gsize size)
{
  g_autoptr (GBytes) bytes = data != NULL ? flow_sync_value_new_blob (data, size) : flow_sync_value_new_null ();

  flow_sync_record_set_value (self, field, NULL, bytes);
}

/**
 * flow_sync_record_add:
 * @self: a record
 * @field: number of a set
 * @element: what is in it
 */
void
flow_sync_record_add (FlowSyncRecord *self, guint field, const char *element)
{
  g_autoptr (GBytes) bytes = flow_sync_value_new_int (1);

  flow_sync_record_set_value (self, field, element, bytes);
}

/**
 * flow_sync_record_put:
 * @self: a record
 * @field: number of a map
 * @key: a key
 * @text: what is under it
 */
void
flow_sync_record_put (FlowSyncRecord *self, guint field, const char *key, const char *text)
{
  g_autoptr (GBytes) bytes = flow_sync_value_new_text (text, -1);

  flow_sync_record_set_value (self, field, key, bytes);
}

/**
 * flow_sync_record_set_time_ms:
 * @self: a record
 * @time_ms: when the domain says that it changed last, ms since 1970
 *
 * Say how old a record is. Of one that was there before syncing was turned on it decides whether it counts as later
 * than what other devices wrote meanwhile.
 */
void
flow_sync_record_set_time_ms (FlowSyncRecord *self, gint64 time_ms)
{
  self->time_ms = time_ms;
}

/**
 * flow_sync_record_get_time_ms:
 * @self: a record
 *
 * Returns: when it changed last, wherever that was; 0 when that is not known
 */
gint64
flow_sync_record_get_time_ms (const FlowSyncRecord *self)
{
  return self->time_ms;
}

/**
 * flow_sync_record_has:
 * @self: a record
 * @field: number of the field
 *
 * Returns: whether it has a value, a set or a map at least one element
 */
gboolean
flow_sync_record_has (const FlowSyncRecord *self, guint field)
{
  g_return_val_if_fail (field < self->table->n_fields, FALSE);

  return self->slots[field].value != NULL || flow_sync_record_get_n (self, field) > 0;
}

/**
 * flow_sync_record_get_int:
 * @self: a record
 * @field: number of the field
 *
 * Returns: the number, 0 when there is none
 */
gint64
flow_sync_record_get_int (const FlowSyncRecord *self, guint field)
{
  GBytes *value = flow_sync_record_get_value (self, field, NULL);
  gint64 number = 0;

  return value != NULL && flow_sync_value_get_int (value, &number) ? number : 0;
}

/**
 * flow_sync_record_get_real:
 * @self: a record
 * @field: number of the field
 *
 * Returns: the number, 0 when there is none
 */
double
flow_sync_record_get_real (const FlowSyncRecord *self, guint field)
{
  GBytes *value = flow_sync_record_get_value (self, field, NULL);
  double number = 0;

  return value != NULL && flow_sync_value_get_real (value, &number) ? number : 0;
}

/**
 * flow_sync_record_get_text:
 * @self: a record
 * @field: number of the field
 *
 * Returns: (nullable) (transfer none): the text, as long as the record does not change
 */
const char *
flow_sync_record_get_text (const FlowSyncRecord *self, guint field)
{
  GBytes *value = flow_sync_record_get_value (self, field, NULL);

  return value != NULL ? flow_sync_value_get_text (value, NULL) : NULL;
}

/**
 * flow_sync_record_get_blob:
 * @self: a record
 * @field: number of the field
 * @size: (out): how many bytes
 *
 * Returns: (nullable) (transfer none): the bytes, as long as the record does not change
 */
gconstpointer
flow_sync_record_get_blob (const FlowSyncRecord *self, guint field, gsize *size)
{
  GBytes *value = flow_sync_record_get_value (self, field, NULL);

  *size = 0;
  return value != NULL ? flow_sync_value_get_blob (value, size) : NULL;
}

/**
 * flow_sync_record_get_n:
 * @self: a record
 * @field: number of a set or a map
 *
 * Returns: how many elements it has
 */
guint
flow_sync_record_get_n (const FlowSyncRecord *self, guint field)
{
  const Slot *slot = &self->slots[field];

  return slot->items != NULL ? slot->items->len : 0;
}

/**
 * flow_sync_record_foreach:
 * @self: a record
 * @field: number of a set or a map
 * @func: hears each element
 * @data: for @func
 *
 * Walk through a set or a map in the order of the bytes of its keys.
 */
void
flow_sync_record_foreach (const FlowSyncRecord *self, guint field, FlowSyncRecordFunc func, gpointer data)
{
  const Slot *slot = &self->slots[field];

  for (guint i = 0; i < flow_sync_record_get_n (self, field); i++)
    {
      const Item *item = &g_array_index (slot->items, Item, i);

      func (item->key, flow_sync_value_get_text (item->value, NULL), data);
    }
}
