/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sqlite3.h>

#include "sync/flow-sync-table.h"

G_BEGIN_DECLS

/**
 * FlowSyncBackup:
 *
 * A file with all records of the tables that sync, as they were at one time; traces themselves are not in it, as
 * syncing never changes them. It is written on the writer thread a piece at a time, each in a transaction of its own.
 */
typedef struct _FlowSyncBackup FlowSyncBackup;

FlowSyncBackup *flow_sync_backup_open (const char *path, gboolean create, GError **error);
void flow_sync_backup_free (FlowSyncBackup *self);
gboolean flow_sync_backup_save (FlowSyncBackup *self, const FlowSyncTable *const *tables, guint n_tables, sqlite3 *db,
                                guint limit, gboolean *finished, GError **error);
gboolean flow_sync_backup_mark (FlowSyncBackup *self, sqlite3 *db, GError **error);
gboolean flow_sync_backup_save_changed (FlowSyncBackup *self, const FlowSyncTable *const *tables, guint n_tables,
                                        sqlite3 *db, GError **error);
gboolean flow_sync_backup_restore (FlowSyncBackup *self, const FlowSyncTable *const *tables, guint n_tables,
                                   sqlite3 *db, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncBackup, flow_sync_backup_free)

G_END_DECLS
