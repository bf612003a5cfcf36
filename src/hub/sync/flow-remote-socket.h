/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "hub/sync/flow-remote.h"

G_BEGIN_DECLS

/**
 * FlowRemoteSocketEnd:
 * @FLOW_REMOTE_SOCKET_LOST: the network, or the cloud stopped, or lets nobody in for now: come back later
 * @FLOW_REMOTE_SOCKET_EXPIRED: with another access token
 * @FLOW_REMOTE_SOCKET_REMOVED: this device was removed
 * @FLOW_REMOTE_SOCKET_CLONED: another computer is connected as this device
 *
 * Why a connection ended.
 */
typedef enum
{
  FLOW_REMOTE_SOCKET_LOST,
  FLOW_REMOTE_SOCKET_EXPIRED,
  FLOW_REMOTE_SOCKET_REMOVED,
  FLOW_REMOTE_SOCKET_CLONED,
} FlowRemoteSocketEnd;

/**
 * FlowRemoteSocketFuncs:
 * @opened: the cloud has let us in
 * @batch: another device's batch: its acceptance number, and itself
 * @told: a message in JSON, with its `type`
 * @ended: the connection is no more, or could not be made; the socket tells nothing behind that
 *
 * Whom a socket tells.
 */
typedef struct
{
  void (*opened) (gpointer data);
  void (*batch) (GBytes *frame, gpointer data);
  void (*told) (const char *type, JsonObject *message, gpointer data);
  void (*ended) (FlowRemoteSocketEnd end, const char *message, gpointer data);
} FlowRemoteSocketFuncs;

/**
 * FlowRemoteSocket:
 *
 * The connection by which the cloud says at once what other devices did. Belongs to the thread that made it.
 */
typedef struct _FlowRemoteSocket FlowRemoteSocket;

FlowRemoteSocket *flow_remote_socket_open (FlowRemote *remote, const char *access, const char *instance,
                                           const FlowRemoteSocketFuncs *funcs, gpointer data);
void flow_remote_socket_free (FlowRemoteSocket *self);
gboolean flow_remote_socket_is_open (FlowRemoteSocket *self);
void flow_remote_socket_send (FlowRemoteSocket *self, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowRemoteSocket, flow_remote_socket_free)

G_END_DECLS
