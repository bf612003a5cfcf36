/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-reader.h"

G_BEGIN_DECLS

/**
 * FlowExtra:
 * @strings: what the ids mean
 * @bytes: the extra of a span or log record (flow-attribute.h)
 * @length: bytes
 *
 * The attributes, events and links of one row.
 */
typedef struct
{
  const FlowDictionary *strings;
  const guint8 *bytes;
  gsize length;
} FlowExtra;

/**
 * FlowExtraFieldFunc:
 * @extra: what is walked
 * @item: a field
 * @attributes: (array length=n_attributes): its attributes, for events, links and bodies
 * @n_attributes: how many
 * @data: for the function
 *
 * Sees one field.
 */
typedef void (*FlowExtraFieldFunc) (const FlowExtra *extra, const FlowExtraItem *item, const FlowAttribute *attributes,
                                    guint n_attributes, gpointer data);

FlowExtra flow_extra_of_span (const FlowTraceSpan *span);
FlowExtra flow_extra_of_log (const FlowTraceLog *record);
GArray *flow_extra_get_attributes (const FlowExtra *extra);
void flow_extra_walk_fields (const FlowExtra *extra, FlowField field, FlowExtraFieldFunc func, gpointer data);
gboolean flow_extra_find (const FlowExtra *extra, const char *key, FlowAttribute *attribute);
FlowString flow_extra_find_string (const FlowExtra *extra, const char *key);
guint flow_extra_find_number (const FlowExtra *extra, const char *key);
FlowString flow_extra_find_field_string (const FlowExtra *extra, FlowField field);
char *flow_extra_find_function (const FlowExtra *extra);

FlowString flow_extra_string (const FlowExtra *extra, guint32 id);
gboolean flow_extra_attribute_is (const FlowExtra *extra, const FlowAttribute *attribute, const char *key);

G_END_DECLS
