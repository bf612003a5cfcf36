/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowPeerState:
 * @FLOW_PEER_KNOWN: the user is known
 * @FLOW_PEER_GONE: the peer has closed its socket, so nobody can say whose it was
 * @FLOW_PEER_UNSUPPORTED: this machine does not tell
 *
 * What can be said about the user at the other end of a connection.
 */
typedef enum
{
  FLOW_PEER_KNOWN,
  FLOW_PEER_GONE,
  FLOW_PEER_UNSUPPORTED,
} FlowPeerState;

/**
 * FlowPeerUid:
 *
 * Tells which user of this machine is at the other end of a TCP connection over loopback. Not thread safe.
 */
typedef struct _FlowPeerUid FlowPeerUid;

FlowPeerUid *flow_peer_uid_new (void);
void flow_peer_uid_free (FlowPeerUid *self);
FlowPeerState flow_peer_uid_lookup (FlowPeerUid *self, int fd, guint32 *uid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowPeerUid, flow_peer_uid_free)

G_END_DECLS
