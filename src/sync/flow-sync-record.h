/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sync/flow-sync-table.h"
#include "sync/flow-sync-value.h"

G_BEGIN_DECLS

/*
 * FlowSyncRecord: the values of one record, by the number of the field in its table. A field that nobody set has no
 * value: a getter gives 0, %NULL or nothing then, which is what an absent column means. Belongs to one thread.
 */

/**
 * FlowSyncRecordFunc:
 * @key: an element of a set, a key of a map
 * @value: (nullable): what a map has under it, %NULL for a set
 * @data: the caller's
 *
 * Hears one element; they come in the order of their bytes.
 */
typedef void (*FlowSyncRecordFunc) (const char *key, const char *value, gpointer data);

FlowSyncRecord *flow_sync_record_new (const FlowSyncTable *table);
void flow_sync_record_free (FlowSyncRecord *self);
const FlowSyncTable *flow_sync_record_get_table (const FlowSyncRecord *self);

void flow_sync_record_set_int (FlowSyncRecord *self, guint field, gint64 value);
void flow_sync_record_set_real (FlowSyncRecord *self, guint field, double value);
void flow_sync_record_set_text (FlowSyncRecord *self, guint field, const char *text);
void flow_sync_record_set_blob (FlowSyncRecord *self, guint field, gconstpointer data, gsize size);
void flow_sync_record_add (FlowSyncRecord *self, guint field, const char *element);
void flow_sync_record_put (FlowSyncRecord *self, guint field, const char *key, const char *text);
void flow_sync_record_set_time_ms (FlowSyncRecord *self, gint64 time_ms);

gboolean flow_sync_record_has (const FlowSyncRecord *self, guint field);
gint64 flow_sync_record_get_int (const FlowSyncRecord *self, guint field);
double flow_sync_record_get_real (const FlowSyncRecord *self, guint field);
const char *flow_sync_record_get_text (const FlowSyncRecord *self, guint field);
gconstpointer flow_sync_record_get_blob (const FlowSyncRecord *self, guint field, gsize *size);
guint flow_sync_record_get_n (const FlowSyncRecord *self, guint field);
void flow_sync_record_foreach (const FlowSyncRecord *self, guint field, FlowSyncRecordFunc func, gpointer data);
gint64 flow_sync_record_get_time_ms (const FlowSyncRecord *self);

GBytes *flow_sync_record_get_value (const FlowSyncRecord *self, guint field, const char *key);
void flow_sync_record_set_value (FlowSyncRecord *self, guint field, const char *key, GBytes *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSyncRecord, flow_sync_record_free)

G_END_DECLS
