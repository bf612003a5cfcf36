/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-accounts.h"

G_BEGIN_DECLS

/** FLOW_CLOUD_ACCESS_S: how long an access token is good for, in seconds. */
#define FLOW_CLOUD_ACCESS_S 600

/**
 * FlowCloudClaims:
 * @user: the id of the user
 * @device: the id of the device
 * @session: the id of the session
 * @expires_s: until when it is so, s since the epoch
 *
 * What an access token says.
 */
typedef struct
{
  guint8 user[FLOW_CLOUD_ID_SIZE];
  guint8 device[FLOW_CLOUD_ID_SIZE];
  guint8 session[FLOW_CLOUD_ID_SIZE];
  gint64 expires_s;
} FlowCloudClaims;

typedef struct _FlowCloudTokens FlowCloudTokens;

FlowCloudTokens *flow_cloud_tokens_new (const char *data_dir, const char *issuer, GError **error);
void flow_cloud_tokens_free (FlowCloudTokens *self);
gboolean flow_cloud_tokens_reload (FlowCloudTokens *self, GError **error);
char *flow_cloud_tokens_issue (FlowCloudTokens *self, const FlowCloudClaims *claims, gint64 now_s, GError **error);
gboolean flow_cloud_tokens_verify (FlowCloudTokens *self, const char *token, gint64 now_s, FlowCloudClaims *claims,
                                   GError **error);
char *flow_cloud_tokens_make_refresh (FlowCloudTokens *self, const guint8 *session, guint32 generation);
gboolean flow_cloud_tokens_read_refresh (FlowCloudTokens *self, const char *token, guint8 *session,
                                         guint32 *generation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCloudTokens, flow_cloud_tokens_free)

G_END_DECLS
