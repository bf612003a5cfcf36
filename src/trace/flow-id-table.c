/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-id-table"

#include "trace/flow-id-table.h"

#define MIN_SLOTS 16

static void
allocate (FlowIdTable *self, gsize slots)
{
  self->mask = slots - 1;
  self->used = 0;
  self->ids = g_new (guint64, slots);
  self->values = g_new (guint32, slots);
  for (gsize i = 0; i < slots; i++)
    self->values[i] = FLOW_ID_TABLE_NONE;
}

/* Senders choose the ids, and some count from 1. */
static inline gsize
first_slot (const FlowIdTable *self, guint64 id)
{
  id ^= id >> 32;
  id *= G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return (gsize) (id >> 20) & self->mask;
}

static gsize
find_slot (const FlowIdTable *self, guint64 id)
{
  gsize slot = first_slot (self, id);

  while (self->values[slot] != FLOW_ID_TABLE_NONE && self->ids[slot] != id)
    slot = (slot + 1) & self->mask;
  return slot;
}

static void
grow (FlowIdTable *self)
{
  g_autofree guint64 *ids = self->ids;
  g_autofree guint32 *values = self->values;
  gsize slots = self->mask + 1;

  allocate (self, slots * 2);
  for (gsize i = 0; i < slots; i++)
    if (values[i] != FLOW_ID_TABLE_NONE)
      flow_id_table_set (self, ids[i], values[i]);
}

/**
 * flow_id_table_init:
 * @self: uninitialised
 * @expected: how many ids will come, about
 *
 * Make an empty table.
 */
void
flow_id_table_init (FlowIdTable *self, gsize expected)
{
  gsize slots = MIN_SLOTS;

  while (slots < expected + expected / 2)
    slots *= 2;
  allocate (self, slots);
}

void
flow_id_table_clear (FlowIdTable *self)
{
  g_clear_pointer (&self->ids, g_free);
  g_clear_pointer (&self->values, g_free);
}

/**
 * flow_id_table_lookup:
 * @self: a table
 * @id: an id
 *
 * Returns: its number, %FLOW_ID_TABLE_NONE when it has none
 */
guint32
flow_id_table_lookup (const FlowIdTable *self, guint64 id)
{
  return self->values[find_slot (self, id)];
}

/**
 * flow_id_table_add:
 * @self: a table
 * @id: an id
 * @value: its number, not %FLOW_ID_TABLE_NONE
 *
 * Give an id a number if it has none.
 *
 * Returns: the number that it has now
 */
guint32
flow_id_table_add (FlowIdTable *self, guint64 id, guint32 value)
{
  gsize slot = find_slot (self, id);

  if (self->values[slot] == FLOW_ID_TABLE_NONE)
    flow_id_table_set (self, id, value);
  else
    value = self->values[slot];
  return value;
}

/**
 * flow_id_table_set:
 * @self: a table
 * @id: an id
 * @value: its number, not %FLOW_ID_TABLE_NONE
 *
 * Give an id a number, another one if it has one.
 */
void
flow_id_table_set (FlowIdTable *self, guint64 id, guint32 value)
{
  gsize slot = find_slot (self, id);

  if (self->values[slot] == FLOW_ID_TABLE_NONE)
    {
      if (self->used >= self->mask - self->mask / 4)
        {
          grow (self);
          slot = find_slot (self, id);
        }
      self->used++;
    }
  self->ids[slot] = id;
  self->values[slot] = value;
}
