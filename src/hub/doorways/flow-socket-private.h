/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/doorways/flow-socket-doorway.h"

G_BEGIN_DECLS

struct _FlowSocketDoorway
{
  const char *name;
  FlowSocketParts parts;

  /* The hub thread's */
  FlowSocketFuncs funcs;
  gpointer data;
  GQueue peers; /* of FlowSocketPeer, each with a reference */
  gboolean closed;
};

/**
 * FlowSocketCall:
 * @call: first
 * @peer: about whom
 * @bytes: (nullable): a message
 *
 * What the wire's thread tells the hub's.
 */
typedef struct
{
  FlowCall call;
  FlowSocketPeer *peer;
  GBytes *bytes;
} FlowSocketCall;

void flow_socket_call_free (FlowSocketCall *self);

/* flow-socket-doorway.c: run on the hub thread */
void flow_socket_opened_call (FlowCall *call);
void flow_socket_message_call (FlowCall *call);
void flow_socket_drained_call (FlowCall *call);
void flow_socket_closed_call (FlowCall *call);

/* flow-socket-wire.c */
FlowSocketPeer *flow_socket_peer_new (FlowSocketDoorway *doorway, const FlowDoorwayVisitor *visitor);
gboolean flow_socket_peer_end (FlowSocketPeer *self, gsize length);
void flow_socket_wire_send (FlowSocketPeer *peer, GBytes *bytes);

G_END_DECLS
