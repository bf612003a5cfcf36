/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FLOW_ID_TABLE_NONE G_MAXUINT32

/**
 * FlowIdTable:
 *
 * From span ids to numbers. A trace may have a million of them, so it is two plain arrays and no boxes.
 */
typedef struct
{
  guint64 *ids;
  guint32 *values; /* FLOW_ID_TABLE_NONE: free */
  gsize mask;
  gsize used;
} FlowIdTable;

void flow_id_table_init (FlowIdTable *self, gsize expected);
void flow_id_table_clear (FlowIdTable *self);
guint32 flow_id_table_lookup (const FlowIdTable *self, guint64 id);
guint32 flow_id_table_add (FlowIdTable *self, guint64 id, guint32 value);
void flow_id_table_set (FlowIdTable *self, guint64 id, guint32 value);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowIdTable, flow_id_table_clear)

G_END_DECLS
