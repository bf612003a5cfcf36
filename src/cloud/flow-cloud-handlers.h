/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-storage.h"
#include "cloud/flow-cloud.h"

G_BEGIN_DECLS

/** FLOW_CLOUD_MAX_BODY: bytes of a body with many operations or vectors. */
#define FLOW_CLOUD_MAX_BODY (4 * 1024 * 1024)
/** FLOW_CLOUD_MAX_BLOB: bytes of a blob. */
#define FLOW_CLOUD_MAX_BLOB (64 * 1024 * 1024)
/** FLOW_CLOUD_MAX_CONFLICTS: conflicts of a user that nobody has decided. */
#define FLOW_CLOUD_MAX_CONFLICTS 2000
/** FLOW_CLOUD_LETTER_MS: how long a letter waits. */
#define FLOW_CLOUD_LETTER_MS (10 * 60 * 1000)
/** FLOW_CLOUD_SILENT_MS: after how long nobody waits for a device that says nothing: 90 days. */
#define FLOW_CLOUD_SILENT_MS (G_GINT64_CONSTANT (90) * 24 * 3600 * 1000)

/* Who answers; each is a FlowCloudHandler. */
gboolean flow_cloud_hello (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_upload (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_resolve (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_download (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_ack (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_snapshot (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_put_conflict (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_list_conflicts (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_delete_conflict (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_count_data (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_delete_data (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_get_keys (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_put_keys (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_list_devices (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_remove_device (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_send_letter (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_list_letters (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_drop_letters (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_list_blobs (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_get_blob (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_put_blob (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_delete_blob (FlowCloudRequest *request, FlowCloudData *data, GError **error);
gboolean flow_cloud_export (FlowCloudRequest *request, FlowCloudData *data, GError **error);

/* What several of them do. */
gboolean flow_cloud_set_acks (FlowCloudData *data, const FlowCloudCaller *caller, JsonArray *scopes, GError **error);
gboolean flow_cloud_compact (FlowCloudData *data, gint64 user, const char *scope, guint *dropped, GError **error);
gboolean flow_cloud_note_digests (FlowCloudRequest *request, FlowCloudData *data, JsonArray *scopes, GError **error);
gboolean flow_cloud_drop_digests (FlowCloudRequest *request, FlowCloudData *data, const guint8 *device, gint64 number,
                                  GError **error);
gboolean flow_cloud_check_quota (FlowCloudRequest *request, FlowCloudData *data, gint64 more, GError **error);
gboolean flow_cloud_not_found (GError **error, const char *what);
void flow_cloud_publish_text (FlowCloudRequest *request, const guint8 *to, const GString *text, guint close);

G_END_DECLS
