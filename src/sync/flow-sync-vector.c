/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-vector.h"

#include "message/flow-json-member.h"

struct _FlowSyncVector
{
  GArray *entries; /* FlowSyncDot, by device and epoch; none with seq 0 */
};

/**
 * flow_sync_vector_new:
 *
 * Returns: (transfer full): a vector that knows of nothing
 */
FlowSyncVector *
flow_sync_vector_new (void)
{
  FlowSyncVector *self = g_new (FlowSyncVector, 1);

  self->entries = g_array_new (FALSE, FALSE, sizeof (FlowSyncDot));
  return self;
}

/**
 * flow_sync_vector_copy:
 * @self: a vector
 *
 * Returns: (transfer full): another one that says the same
 */
FlowSyncVector *
flow_sync_vector_copy (const FlowSyncVector *self)
{
  FlowSyncVector *copy = g_new (FlowSyncVector, 1);

  copy->entries = g_array_copy (self->entries);
  return copy;
}

/**
 * flow_sync_vector_free:
 * @self: (transfer full): a vector
 *
 * Free it.
 */
void
flow_sync_vector_free (FlowSyncVector *self)
{
  g_array_unref (self->entries);
  g_free (self);
}

/* Where the stream is, or where it would be. */
static gboolean
find (const FlowSyncVector *self, const FlowSyncDot *stream, guint *index)
{
  guint low = 0, high = self->entries->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      int order = flow_sync_dot_compare_stream (&g_array_index (self->entries, FlowSyncDot, middle), stream);

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

static FlowSyncDot
make_dot (const guint8 *device, guint64 epoch, guint64 seq)
{
  FlowSyncDot dot = { .epoch = epoch, .seq = seq };

  memcpy (dot.device, device, FLOW_SYNC_DEVICE_SIZE);
  return dot;
}

/**
 * flow_sync_vector_get:
 * @self: a vector
 * @device: (array fixed-size=16): a device
 * @epoch: its epoch
 *
 * Returns: up to which seq all of that are known, 0: none
 */
guint64
flow_sync_vector_get (const FlowSyncVector *self, const guint8 *device, guint64 epoch)
{
  FlowSyncDot stream = make_dot (device, epoch, 0);
  guint index;

  return find (self, &stream, &index) ? g_array_index (self->entries, FlowSyncDot, index).seq : 0;
}

/**
 * flow_sync_vector_set:
 * @self: a vector
 * @device: (array fixed-size=16): a device
 * @epoch: its epoch
 * @seq: up to which all are known, 0: none
 *
 * Set what is known of one stream.
 */
void
flow_sync_vector_set (FlowSyncVector *self, const guint8 *device, guint64 epoch, guint64 seq)
{
  FlowSyncDot dot = make_dot (device, epoch, seq);
  guint index;

  if (!find (self, &dot, &index))
    {
      if (seq > 0)
        g_array_insert_val (self->entries, index, dot);
    }
  else if (seq == 0)
    g_array_remove_index (self->entries, index);
  else
    g_array_index (self->entries, FlowSyncDot, index).seq = seq;
}

/**
 * flow_sync_vector_raise:
 * @self: a vector
 * @device: (array fixed-size=16): a device
 * @epoch: its epoch
 * @seq: up to which all are known
 *
 * As flow_sync_vector_set(), but what is known already stays known.
 */
void
flow_sync_vector_raise (FlowSyncVector *self, const guint8 *device, guint64 epoch, guint64 seq)
{
  if (seq > flow_sync_vector_get (self, device, epoch))
    flow_sync_vector_set (self, device, epoch, seq);
}

/**
 * flow_sync_vector_merge:
 * @self: a vector
 * @other: another one
 *
 * Make @self know what either knows.
 */
void
flow_sync_vector_merge (FlowSyncVector *self, const FlowSyncVector *other)
{
  for (guint i = 0; i < other->entries->len; i++)
    {
      const FlowSyncDot *dot = flow_sync_vector_get_entry (other, i);

      flow_sync_vector_raise (self, dot->device, dot->epoch, dot->seq);
    }
}

/**
 * flow_sync_vector_has:
 * @self: a vector
 * @dot: an operation
 *
 * Returns: whether @self knows of it
 */
gboolean
flow_sync_vector_has (const FlowSyncVector *self, const FlowSyncDot *dot)
{
  return flow_sync_vector_get (self, dot->device, dot->epoch) >= dot->seq;
}

/**
 * flow_sync_vector_covers:
 * @self: a vector
 * @other: another one
 *
 * Returns: whether @self knows of all that @other knows of
 */
gboolean
flow_sync_vector_covers (const FlowSyncVector *self, const FlowSyncVector *other)
{
  for (guint i = 0; i < other->entries->len; i++)
    if (!flow_sync_vector_has (self, flow_sync_vector_get_entry (other, i)))
      return FALSE;
  return TRUE;
}

/**
 * flow_sync_vector_equal:
 * @self: a vector
 * @other: another one
 *
 * Returns: whether both know the same
 */
gboolean
flow_sync_vector_equal (const FlowSyncVector *self, const FlowSyncVector *other)
{
  return flow_sync_vector_covers (self, other) && flow_sync_vector_covers (other, self);
}

/**
 * flow_sync_vector_get_size:
 * @self: a vector
 *
 * Returns: of how many streams it knows anything
 */
guint
flow_sync_vector_get_size (const FlowSyncVector *self)
{
  return self->entries->len;
}

/**
 * flow_sync_vector_get_entry:
 * @self: a vector
 * @index: less than its size
 *
 * Returns: (transfer none): one of them, in the order of device and epoch
 */
const FlowSyncDot *
flow_sync_vector_get_entry (const FlowSyncVector *self, guint index)
{
  g_return_val_if_fail (index < self->entries->len, NULL);

  return &g_array_index (self->entries, FlowSyncDot, index);
}

/**
 * flow_sync_vector_write_json:
 * @self: a vector
 * @json: where to
 *
 * Write it as an array of objects of `device` (hex), `epoch` and `seq`.
 */
void
flow_sync_vector_write_json (const FlowSyncVector *self, FlowJsonWriter *json)
{
  flow_json_writer_begin_array (json);
  for (guint i = 0; i < self->entries->len; i++)
    {
      const FlowSyncDot *dot = flow_sync_vector_get_entry (self, i);

      flow_json_writer_begin_object (json);
      flow_json_member_id (json, "device", dot->device, FLOW_SYNC_DEVICE_SIZE);
      flow_json_member_uint (json, "epoch", dot->epoch);
      flow_json_member_uint (json, "seq", dot->seq);
      flow_json_writer_end_object (json);
    }
  flow_json_writer_end_array (json);
}
