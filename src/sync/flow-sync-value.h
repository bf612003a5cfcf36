/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FLOW_SYNC_VALUE_MAX: bytes of a value at most; what is larger is a blob of its own that the value names. */
#define FLOW_SYNC_VALUE_MAX (960 * 1024)

/**
 * FlowSyncValueKind:
 * @FLOW_SYNC_VALUE_NULL: there is none
 * @FLOW_SYNC_VALUE_INT: a whole number
 * @FLOW_SYNC_VALUE_REAL: a finite number
 * @FLOW_SYNC_VALUE_TEXT: UTF-8
 * @FLOW_SYNC_VALUE_BLOB: bytes
 * @FLOW_SYNC_VALUE_GROUP: named values that are written together
 *
 * What a value is. The numbers are on the wire.
 */
typedef enum
{
  FLOW_SYNC_VALUE_NULL = 0,
  FLOW_SYNC_VALUE_INT = 1,
  FLOW_SYNC_VALUE_REAL = 2,
  FLOW_SYNC_VALUE_TEXT = 3,
  FLOW_SYNC_VALUE_BLOB = 4,
  FLOW_SYNC_VALUE_GROUP = 5,
} FlowSyncValueKind;

/* A value is its canonical encoding, a byte of the kind and what follows: equal values have equal bytes. */

/**
 * FlowSyncMemberFunc:
 * @name: of a member
 * @value: its value
 * @data: the caller's
 *
 * Hears one member of a group.
 */
typedef void (*FlowSyncMemberFunc) (const char *name, GBytes *value, gpointer data);

GBytes *flow_sync_value_new (gconstpointer data, gsize size);
GBytes *flow_sync_value_new_null (void);
GBytes *flow_sync_value_new_int (gint64 value);
GBytes *flow_sync_value_new_real (double value);
GBytes *flow_sync_value_new_text (const char *text, gssize length);
GBytes *flow_sync_value_new_blob (gconstpointer data, gsize size);
GBytes *flow_sync_value_new_group (const char *const *names, GBytes *const *values, guint n);

gboolean flow_sync_value_is_valid (gconstpointer data, gsize size);
FlowSyncValueKind flow_sync_value_get_kind (GBytes *value);
gboolean flow_sync_value_get_int (GBytes *value, gint64 *out);
gboolean flow_sync_value_get_real (GBytes *value, double *out);
const char *flow_sync_value_get_text (GBytes *value, gsize *length);
gconstpointer flow_sync_value_get_blob (GBytes *value, gsize *size);
void flow_sync_value_foreach_member (GBytes *value, FlowSyncMemberFunc func, gpointer data);

G_END_DECLS
