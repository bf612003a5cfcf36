/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FlowStoreStage:
 * @FLOW_STORE_STAGE_BACKUP: copying the database before its schema changes
 * @FLOW_STORE_STAGE_MIGRATION: changing the schema
 * @FLOW_STORE_STAGE_READING: reading what must be in memory
 *
 * What the opening of a store is at.
 */
typedef enum
{
  FLOW_STORE_STAGE_BACKUP,
  FLOW_STORE_STAGE_MIGRATION,
  FLOW_STORE_STAGE_READING,
} FlowStoreStage;

/**
 * FlowStoreWatch:
 * @stage: (nullable): hears on the store's thread how far the opening is; @total is 0 when that is not known
 * @data: for @stage
 * @cancellable: (nullable): ends the opening early, with `G_IO_ERROR_CANCELLED`
 *
 * Somebody who waits for a store to open.
 */
typedef struct
{
  void (*stage) (FlowStoreStage stage, gint64 done, gint64 total, gpointer data);
  gpointer data;
  GCancellable *cancellable;
} FlowStoreWatch;

G_END_DECLS
