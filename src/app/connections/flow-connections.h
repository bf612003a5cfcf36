/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/connections/flow-board.h"

G_BEGIN_DECLS

/**
 * FLOW_CONNECTIONS_MAX_LETTERS:
 *
 * So many messages are listed that wait, and as many that were given up.
 */
#define FLOW_CONNECTIONS_MAX_LETTERS 50

#define FLOW_TYPE_CONNECTIONS (flow_connections_get_type ())
G_DECLARE_FINAL_TYPE (FlowConnections, flow_connections, FLOW, CONNECTIONS, FlowBoard)

/**
 * FlowConnectionsList:
 * @FLOW_CONNECTIONS_CHANNELS: who is connected
 * @FLOW_CONNECTIONS_WAITING: messages that wait for their receiver
 * @FLOW_CONNECTIONS_DEAD: messages that were given up
 * @FLOW_CONNECTIONS_ORIGINS: web pages that are allowed, denied, or asked
 * @FLOW_CONNECTIONS_CLIENTS: programs that have paired
 * @FLOW_CONNECTIONS_REQUESTS: programs that want to pair
 * @FLOW_CONNECTIONS_N_LISTS: how many lists there are
 *
 * What is listed.
 */
typedef enum
{
  FLOW_CONNECTIONS_CHANNELS,
  FLOW_CONNECTIONS_WAITING,
  FLOW_CONNECTIONS_DEAD,
  FLOW_CONNECTIONS_ORIGINS,
  FLOW_CONNECTIONS_CLIENTS,
  FLOW_CONNECTIONS_REQUESTS,
  FLOW_CONNECTIONS_N_LISTS,
} FlowConnectionsList;

/**
 * FlowConnectionsAct:
 * @FLOW_CONNECTIONS_RESEND: give a message another chance
 * @FLOW_CONNECTIONS_DROP: forget a message
 * @FLOW_CONNECTIONS_ALLOW: let a page or a program in
 * @FLOW_CONNECTIONS_ALLOW_ONCE: let a page in that asks now, and remember nothing
 * @FLOW_CONNECTIONS_DENY: refuse it
 * @FLOW_CONNECTIONS_FORGET: as if it had never asked
 *
 * What can be done with an entry.
 */
typedef enum
{
  FLOW_CONNECTIONS_RESEND,
  FLOW_CONNECTIONS_DROP,
  FLOW_CONNECTIONS_ALLOW,
  FLOW_CONNECTIONS_ALLOW_ONCE,
  FLOW_CONNECTIONS_DENY,
  FLOW_CONNECTIONS_FORGET,
} FlowConnectionsAct;

FlowConnections *flow_connections_new (void);
JsonObject *flow_connections_get_health (FlowConnections *self);
void flow_connections_act (FlowConnections *self, FlowConnectionsAct act, FlowEntry *entry);

G_END_DECLS
