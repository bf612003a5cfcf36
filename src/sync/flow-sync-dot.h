/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/** FLOW_SYNC_DEVICE_SIZE: bytes of the id of a device, random. */
#define FLOW_SYNC_DEVICE_SIZE 16

/** FLOW_SYNC_SCOPE_MAX: characters of the name of a scope at most. */
#define FLOW_SYNC_SCOPE_MAX 64

/** FLOW_SYNC_SCOPE_ACCOUNT: the scope that every account has. */
#define FLOW_SYNC_SCOPE_ACCOUNT "account"

/**
 * FlowSyncDot:
 * @device: who made the operation
 * @epoch: in which life of its database: a restored one counts anew
 * @seq: its place among all operations of that device, epoch and scope, from 1, without a gap
 *
 * The name of one operation in a scope; in a vector: the highest seq up to which all are known.
 */
typedef struct
{
  guint8 device[FLOW_SYNC_DEVICE_SIZE];
  guint64 epoch;
  guint64 seq;
} FlowSyncDot;

/** flow_sync_dot_compare_stream: orders by device and epoch, not by seq. */
static inline int
flow_sync_dot_compare_stream (const FlowSyncDot *a, const FlowSyncDot *b)
{
  int order = memcmp (a->device, b->device, FLOW_SYNC_DEVICE_SIZE);

  if (order != 0)
    return order;
  return a->epoch < b->epoch ? -1 : a->epoch > b->epoch;
}

/** flow_sync_dot_compare: a total order of the dots of a scope. */
static inline int
flow_sync_dot_compare (const FlowSyncDot *a, const FlowSyncDot *b)
{
  int order = flow_sync_dot_compare_stream (a, b);

  if (order != 0)
    return order;
  return a->seq < b->seq ? -1 : a->seq > b->seq;
}

G_END_DECLS
