/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sqlite3.h>

#include "store/flow-maintenance.h"
#include "store/flow-store-watch.h"

G_BEGIN_DECLS

gboolean flow_maintenance_migrate (sqlite3 *db, const char *path, GPtrArray *migrations, int to,
                                   const FlowStoreWatch *watch, GError **error);
gboolean flow_maintenance_migrate_with (const char *path, const char *resource_path, int to, GError **error);
gboolean flow_maintenance_rollback_with (const char *path, const char *resource_path, int to, GError **error);
gboolean flow_maintenance_validate_with (const char *path, const char *resource_path, GPtrArray **problems,
                                         GError **error);
FlowStoreStatus *flow_maintenance_status_with (const char *path, const char *resource_path, GError **error);

G_END_DECLS
