/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "message/flow-json-writer.h"
#include "trace/flow-attribute.h"
#include "trace/flow-dictionary.h"

G_BEGIN_DECLS

/** FlowStringVisitor: gets one string (UTF-8, not terminated) of a value. */
typedef void (*FlowStringVisitor) (const char *text, gsize length, gpointer data);

void flow_value_write_json (FlowJsonWriter *writer, const FlowDictionary *strings, const FlowAttribute *attribute);
char *flow_value_to_text (const FlowDictionary *strings, const FlowAttribute *attribute);

void flow_any_value_write_json (FlowJsonWriter *writer, gconstpointer any_value, gsize length);
void flow_any_value_visit_strings (gconstpointer any_value, gsize length, FlowStringVisitor visit, gpointer data);
char *flow_any_value_to_text (gconstpointer any_value, gsize length);

void flow_protobuf_attributes_write_json (FlowJsonWriter *writer, gconstpointer message, gsize length, guint field);
void flow_resource_write_json (FlowJsonWriter *writer, gconstpointer header, gsize length);
void flow_scope_write_json (FlowJsonWriter *writer, gconstpointer header, gsize length);
char *flow_protobuf_attribute_text (gconstpointer message, gsize length, guint field, const char *key);

G_END_DECLS
