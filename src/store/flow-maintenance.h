/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define FLOW_STORE_NEWEST (-1)

/**
 * FlowMigrationStatus:
 * @number: the migration's number
 * @name: its name
 * @applied_at: when it was applied, ns since the epoch, 0 when it is not
 * @applied: whether the database has it
 * @changed: whether its text is another one than the one that was applied
 */
typedef struct
{
  int number;
  char *name;
  gint64 applied_at;
  gboolean applied;
  gboolean changed;
} FlowMigrationStatus;

/**
 * FlowStoreStatus:
 * @path: the database
 * @size: bytes of the database file
 * @wal_size: bytes of its write-ahead log, 0 when there is none
 * @page_size: bytes a page
 * @page_count: pages of the file
 * @freelist_count: of these, unused ones
 * @application_id: the file's mark, 0x464C4F57 for ours
 * @schema_version: number of the newest applied migration
 * @newest_version: number of the newest migration this program has
 * @migrations: (element-type FlowMigrationStatus): all that this program has, ascending
 *
 * What `flowctl db status` shows.
 */
typedef struct
{
  char *path;
  gint64 size;
  gint64 wal_size;
  gint64 page_size;
  gint64 page_count;
  gint64 freelist_count;
  gint64 application_id;
  int schema_version;
  int newest_version;
  GPtrArray *migrations;
} FlowStoreStatus;

/**
 * FlowStoreProgressFunc:
 * @done: pages done
 * @total: pages in all
 * @data: the caller's
 *
 * Hears how far a long operation is.
 */
typedef void (*FlowStoreProgressFunc) (gint64 done, gint64 total, gpointer data);

FlowStoreStatus *flow_store_status (const char *path, GError **error);
void flow_store_status_free (FlowStoreStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowStoreStatus, flow_store_status_free)

gboolean flow_store_migrate (const char *path, int to, GError **error);
gboolean flow_store_rollback_to (const char *path, int to, GError **error);
gboolean flow_store_backup (const char *path, const char *destination, FlowStoreProgressFunc progress, gpointer data,
                            GCancellable *cancellable, GError **error);
gboolean flow_store_remove_backups (const char *path, GError **error);
gboolean flow_store_check (const char *path, GPtrArray **problems, GError **error);
gboolean flow_store_vacuum (const char *path, GError **error);
gboolean flow_store_validate (const char *path, GPtrArray **problems, GError **error);

G_END_DECLS
