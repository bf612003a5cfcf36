/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-guard.h"
#include "wire/flow-wire.h"

G_BEGIN_DECLS

/** FLOW_DOORWAY_PAGE_CONNECTIONS: connections that one web origin may have, over all doorways. */
#define FLOW_DOORWAY_PAGE_CONNECTIONS 32

/**
 * FlowDoorwayPage:
 * @origin: whose
 * @connections: that are open, or wait to be
 * @allowance_us: it may send while this is not ahead of time
 *
 * What all connections of one web origin have together. The wire thread's.
 */
typedef struct
{
  const char *origin;
  guint connections;
  gint64 allowance_us;
} FlowDoorwayPage;

/**
 * FlowDoorwayVisitor:
 * @connection: its number at the wire
 * @origin: (nullable): the web origin it comes with
 * @who: who it is to the counters: the origin, or the user
 * @has_token: its head had a token, and it is right
 * @client: (nullable): the id of the paired client whose token it was
 *
 * Who comes in, as far as the guard knows.
 */
typedef struct
{
  guint64 connection;
  const char *origin;
  const char *who;
  gboolean has_token;
  const char *client;
} FlowDoorwayVisitor;

typedef struct _FlowDoorwayGuest FlowDoorwayGuest;

/**
 * FlowDoorwayClass:
 * @area: what the guard needs to know
 * @admit: somebody comes in, or waits to; makes what is its data at the wire from then on, which begins with a
 *   [struct@DoorwayGuest]
 * @opened: the connection is open
 * @message: a message has come
 * @drained: a peer that was slow has taken everything
 * @pong: (nullable): a peer has answered a ping
 * @closed: it is gone; frees its data
 *
 * A protocol that is spoken over WebSockets. All of it is called on the wire's thread; none may block.
 */
typedef struct
{
  FlowGuardArea area;
  FlowDoorwayGuest *(*admit) (gpointer doorway, const FlowDoorwayVisitor *visitor);
  void (*opened) (gpointer doorway, FlowWireConnection *connection);
  void (*message) (gpointer doorway, FlowWireConnection *connection, FlowWireMessage *message);
  void (*drained) (gpointer doorway, FlowWireConnection *connection);
  void (*pong) (gpointer doorway, FlowWireConnection *connection, guint64 round_trip_us);
  void (*closed) (gpointer doorway, FlowWireConnection *connection, guint code);
} FlowDoorwayClass;

/**
 * FlowDoorway:
 * @klass: how it is spoken
 * @self: by whom
 *
 * One doorway.
 */
typedef struct
{
  const FlowDoorwayClass *klass;
  gpointer self;
} FlowDoorway;

/**
 * FlowDoorwayGuest:
 * @doorway: where it came in
 * @page: (nullable): what it has together with others of its origin
 * @waits: (nullable): how many wait to be let in for the same reason, while it does
 *
 * What whoever listens keeps about a connection, whatever it speaks. The wire thread's.
 */
struct _FlowDoorwayGuest
{
  const FlowDoorway *doorway;
  FlowDoorwayPage *page;
  guint *waits;
};

G_END_DECLS
