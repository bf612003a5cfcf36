/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-call-queue.h"
#include "hub/doorways/flow-socket-peer.h"
#include "hub/flow-refusals.h"

G_BEGIN_DECLS

/**
 * FlowSocketFuncs:
 * @opened: somebody is there
 * @message: a text has come
 * @drained: (nullable): a peer that was slow has taken everything
 * @closed: it is gone, or is told to go; the last that is heard of it
 *
 * A protocol of text messages. All of it is called on the hub thread.
 */
typedef struct
{
  void (*opened) (FlowSocketPeer *peer, gpointer data);
  void (*message) (FlowSocketPeer *peer, GBytes *bytes, gpointer data);
  void (*drained) (FlowSocketPeer *peer, gpointer data);
  void (*closed) (FlowSocketPeer *peer, gpointer data);
} FlowSocketFuncs;

/**
 * FlowSocketParts:
 * @wire: what carries it
 * @calls: the way to the hub thread
 * @refusals: what was refused
 *
 * What a doorway is built on; all of it lives longer.
 */
typedef struct
{
  FlowWire *wire;
  FlowCallQueue *calls;
  FlowRefusals *refusals;
} FlowSocketParts;

/* The wire's thread goes by it. */
extern const FlowDoorwayClass flow_socket_doorway_class;

/* On the hub thread. */
FlowSocketDoorway *flow_socket_doorway_new (const char *name, const FlowSocketParts *parts,
                                            const FlowSocketFuncs *funcs, gpointer data);
void flow_socket_doorway_free (FlowSocketDoorway *self);
const GQueue *flow_socket_doorway_get_peers (FlowSocketDoorway *self);
void flow_socket_doorway_close (FlowSocketDoorway *self);
void flow_socket_doorway_close_client (FlowSocketDoorway *self, const char *client);
void flow_socket_doorway_close_origin (FlowSocketDoorway *self, const char *origin);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSocketDoorway, flow_socket_doorway_free)

G_END_DECLS
