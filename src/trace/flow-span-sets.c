/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "flow-trace"

#include "trace/flow-span-sets.h"

#include "base/flow-id.h"

/* Below this a set is searched from end to end. */
#define SMALL 16
#define SET_BYTES (sizeof (FlowSpanSet) + 64)

struct _FlowSpanSets
{
  GHashTable *by_trace; /* number -> FlowSpanSet */
  GQueue recent;        /* most recent first */
  gsize bytes;
  gsize max_bytes;
  guint64 seed; /* random, so that nobody can choose ids that all collide */
};

static void
free_set (gpointer data)
{
  FlowSpanSet *set = data;

  g_array_unref (set->keys);
  g_free (set->slots);
  g_free (set);
}

/**
 * flow_span_sets_new:
 * @max_bytes: memory to keep to
 */
FlowSpanSets *
flow_span_sets_new (gsize max_bytes)
{
  FlowSpanSets *self = g_new0 (FlowSpanSets, 1);

  self->by_trace = g_hash_table_new_full (NULL, NULL, NULL, free_set);
  self->max_bytes = max_bytes;
  flow_id_random ((guint8 *) &self->seed, sizeof self->seed);
  return self;
}

void
flow_span_sets_clear (FlowSpanSets *self)
{
  g_queue_init (&self->recent);
  g_hash_table_remove_all (self->by_trace);
  self->bytes = 0;
}

void
flow_span_sets_free (FlowSpanSets *self)
{
  flow_span_sets_clear (self);
  g_hash_table_unref (self->by_trace);
  g_free (self);
}

static gpointer
key_of (guint64 trace)
{
  return (gpointer) (gsize) trace;
}

/** flow_span_sets_get: (nullable): the set of a trace, now the most recent one. */
FlowSpanSet *
flow_span_sets_get (FlowSpanSets *self, guint64 trace)
{
  FlowSpanSet *set = g_hash_table_lookup (self->by_trace, key_of (trace));

  if (set != NULL)
    {
      g_queue_unlink (&self->recent, &set->link);
      g_queue_push_head_link (&self->recent, &set->link);
    }
  return set;
}

/** flow_span_sets_add: an empty set for a trace that has none. */
FlowSpanSet *
flow_span_sets_add (FlowSpanSets *self, guint64 trace)
{
  FlowSpanSet *set = g_new0 (FlowSpanSet, 1);

  set->trace = trace;
  set->seed = self->seed;
  set->keys = g_array_sized_new (FALSE, FALSE, sizeof (FlowSpanKey), 8);
  set->link.data = set;
  g_hash_table_insert (self->by_trace, key_of (trace), set);
  g_queue_push_head_link (&self->recent, &set->link);
  self->bytes += SET_BYTES;
  return set;
}

static gsize
set_bytes (const FlowSpanSet *set)
{
  return SET_BYTES + set->keys->len * sizeof (FlowSpanKey) + (set->slots != NULL ? (set->mask + 1) * 4 : 0);
}

void
flow_span_sets_remove (FlowSpanSets *self, guint64 trace)
{
  FlowSpanSet *set = g_hash_table_lookup (self->by_trace, key_of (trace));

  if (set == NULL)
    return;
  g_queue_unlink (&self->recent, &set->link);
  self->bytes -= MIN (set_bytes (set), self->bytes);
  g_hash_table_remove (self->by_trace, key_of (trace));
}

/** flow_span_sets_trim: drop the sets used longest ago until the bound holds. Call between transactions. */
void
flow_span_sets_trim (FlowSpanSets *self)
{
  while (self->bytes > self->max_bytes && self->recent.tail != NULL)
    flow_span_sets_remove (self, ((FlowSpanSet *) self->recent.tail->data)->trace);
}

/* Every bit of both counts: the ids of a sender that counts differ in a few bits alone. */
static guint32
slot_of (const FlowSpanSet *set, guint64 span_id, guint32 identity)
{
  guint64 mixed = span_id ^ set->seed ^ identity * 0xc2b2ae3d27d4eb4fu;

  mixed = (mixed ^ mixed >> 32) * 0xff51afd7ed558ccdu;
  mixed = (mixed ^ mixed >> 29) * 0x9e3779b97f4a7c15u;
  return (guint32) (mixed >> 32) & set->mask;
}

static const FlowSpanKey *
key_at (const FlowSpanSet *set, guint32 slot)
{
  return &g_array_index (set->keys, FlowSpanKey, set->slots[slot] - 1);
}

/* The first key with this id, or the free slot where it would be. */
static guint32
probe_id (const FlowSpanSet *set, guint64 span_id)
{
  guint32 at = slot_of (set, span_id, 0);

  while (set->slots[at] != 0 && key_at (set, at)->span_id != span_id)
    at = (at + 1) & set->mask;
  return at;
}

/* The same for one of the others with the id. */
static guint32
probe_identity (const FlowSpanSet *set, guint64 span_id, guint32 identity)
{
  guint32 at = slot_of (set, span_id, identity | 1);

  while (set->slots[at] != 0 && (key_at (set, at)->span_id != span_id || key_at (set, at)->identity != identity))
    at = (at + 1) & set->mask;
  return at;
}

static void
put_slot (FlowSpanSet *set, guint32 index)
{
  const FlowSpanKey *key = &g_array_index (set->keys, FlowSpanKey, index);
  guint32 at = probe_id (set, key->span_id);

  if (set->slots[at] != 0 && key_at (set, at)->identity != key->identity)
    at = probe_identity (set, key->span_id, key->identity);
  if (set->slots[at] == 0)
    set->slots[at] = index + 1;
}

static void
rebuild_slots (FlowSpanSet *set)
{
  set->mask = MAX (63, set->mask);
  while (set->mask < set->keys->len * 4)
    set->mask = set->mask * 2 + 1;
  g_free (set->slots);
  set->slots = g_new0 (guint32, set->mask + 1);
  for (guint32 i = 0; i < set->keys->len; i++)
    put_slot (set, i);
}

/** flow_span_set_add: add a key that is not there. */
void
flow_span_set_add (FlowSpanSets *self, FlowSpanSet *set, const FlowSpanKey *key)
{
  gsize before = set_bytes (set);

  g_array_append_vals (set->keys, key, 1);
  if (set->keys->len > SMALL && (set->slots == NULL || set->keys->len * 2 > set->mask))
    rebuild_slots (set);
  else if (set->slots != NULL)
    put_slot (set, set->keys->len - 1);
  self->bytes += set_bytes (set) - before;
}

/**
 * flow_span_set_find:
 * @identity: of flow_span_identity()
 * @shared: (out): whether a key with this id and another identity came before it
 *
 * Returns: (transfer none) (nullable): the key, valid until the next add
 */
FlowSpanKey *
flow_span_set_find (const FlowSpanSet *set, guint64 span_id, guint32 identity, gboolean *shared)
{
  FlowSpanKey *keys = (FlowSpanKey *) set->keys->data, *found;
  guint32 at;

  *shared = FALSE;
  if (set->slots == NULL)
    {
      for (guint i = 0; i < set->keys->len; i++)
        {
          if (keys[i].span_id == span_id && keys[i].identity == identity)
            return &keys[i];
          *shared |= keys[i].span_id == span_id;
        }
      return NULL;
    }
  at = probe_id (set, span_id);
  if (set->slots[at] == 0)
    return NULL;
  found = &keys[set->slots[at] - 1];
  if (found->identity == identity)
    return found;
  *shared = TRUE;
  at = probe_identity (set, span_id, identity);
  return set->slots[at] != 0 ? &keys[set->slots[at] - 1] : NULL;
}

/** flow_span_identity: the part of a span's key that its ids do not tell. */
guint32
flow_span_identity (guint64 start_ns, guint32 service, guint8 kind)
{
  guint64 mixed = start_ns * 0x9e3779b97f4a7c15u;

  mixed ^= ((guint64) service << 8 | kind) * 0xff51afd7ed558ccdu;
  mixed ^= mixed >> 29;
  return (guint32) (mixed * 0x94d049bb133111ebu >> 32);
}
