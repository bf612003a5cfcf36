/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cloud/flow-cloud-storage.h"

G_BEGIN_DECLS

/**
 * FlowCloudAdminWish:
 * @name: (nullable): whom it is about
 * @hash: (nullable): hash of a password
 * @forget: whether what is deleted is overwritten
 *
 * What whoever runs the cloud wants done.
 */
typedef struct
{
  const char *name;
  char *hash;
  gboolean forget;
} FlowCloudAdminWish;

/**
 * FlowCloudAdminFunc:
 * @data: the storage, in a transaction that writes
 * @wish: what is wanted
 * @error: return location
 *
 * Does something for whoever runs the cloud. Must not wait for anything: a cloud that runs waits for it.
 *
 * Returns: %FALSE when nothing of it must be kept
 */
typedef gboolean (*FlowCloudAdminFunc) (FlowCloudData *data, const FlowCloudAdminWish *wish, GError **error);

gboolean flow_cloud_admin_data_run (const char *data_dir, FlowCloudAdminFunc run, const FlowCloudAdminWish *wish,
                                    GError **error);
gboolean flow_cloud_admin_data_wants_forget (const char *data_dir);
gboolean flow_cloud_admin_data_migrate (const char *data_dir, int to, GError **error);
gboolean flow_cloud_admin_data_backup (const char *data_dir, const char *file, GError **error);
gboolean flow_cloud_admin_data_restore (const char *data_dir, const char *file, GError **error);

G_END_DECLS
