/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-clock.h"
#include "hub/sync/flow-remote.h"

G_BEGIN_DECLS

/**
 * FlowRemoteSessionFuncs:
 * @renewed: there is another refresh token, which must be kept instead of the one before
 * @ended: the cloud does not know the refresh token any more: the user must sign in again
 *
 * Whom a session tells.
 */
typedef struct
{
  void (*renewed) (const char *refresh, gpointer data);
  void (*ended) (const GError *error, gpointer data);
} FlowRemoteSessionFuncs;

/**
 * FlowRemoteAccess:
 * @access: (nullable): an access token that is good for some time
 * @error: (nullable): why there is none
 * @data: what was given with it
 *
 * Hears what a connection may be opened with.
 */
typedef void (*FlowRemoteAccess) (const char *access, const GError *error, gpointer data);

/**
 * FlowRemoteSession:
 *
 * What the user has signed in to: it sends requests with an access token, and gets another one by the refresh token
 * when that has expired, once for all requests that wait for it. Belongs to the thread that made it.
 */
typedef struct _FlowRemoteSession FlowRemoteSession;

FlowRemoteSession *flow_remote_session_new (FlowRemote *remote, const FlowClock *clock, const char *mark,
                                            const FlowRemoteSessionFuncs *funcs, gpointer data);
void flow_remote_session_free (FlowRemoteSession *self);
void flow_remote_session_set_tokens (FlowRemoteSession *self, const char *access, const char *refresh,
                                     guint expires_in_s);
const char *flow_remote_session_get_refresh (FlowRemoteSession *self);
void flow_remote_session_send (FlowRemoteSession *self, const FlowRemoteCall *call, FlowRemoteDone done, gpointer data);
void flow_remote_session_get_access (FlowRemoteSession *self, FlowRemoteAccess done, gpointer data);
void flow_remote_session_expire (FlowRemoteSession *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowRemoteSession, flow_remote_session_free)

G_END_DECLS
