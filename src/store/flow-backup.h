/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

#include "store/flow-maintenance.h"
#include "store/flow-store-watch.h"

G_BEGIN_DECLS

gboolean flow_backup_copy (sqlite3 *db, const char *destination, FlowStoreProgressFunc progress, gpointer data,
                           GCancellable *cancellable, GError **error);
gboolean flow_backup_before_change (sqlite3 *db, const char *path, int version, const FlowStoreWatch *watch,
                                    GError **error);

G_END_DECLS
