/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "message/flow-message-type.h"

G_BEGIN_DECLS

#define FLOW_TYPE_MESSAGE (flow_message_get_type ())

typedef struct _FlowMessage FlowMessage;

GType flow_message_get_type (void);
FlowMessage *flow_message_new_from_bytes (GBytes *bytes, GError **error);
FlowMessage *flow_message_new_with_seq (FlowMessage *message, guint64 seq);
FlowMessage *flow_message_ref (FlowMessage *self);
void flow_message_unref (FlowMessage *self);

GBytes *flow_message_get_bytes (FlowMessage *self);
const FlowMessageType *flow_message_get_info (FlowMessage *self);
const char *flow_message_get_id (FlowMessage *self);
const char *flow_message_get_type_name (FlowMessage *self);
const char *flow_message_get_source (FlowMessage *self);
const char *flow_message_get_target (FlowMessage *self);
const char *flow_message_get_reply_to (FlowMessage *self);
const char *flow_message_get_timestamp (FlowMessage *self);
const char *flow_message_get_expires (FlowMessage *self);
gint64 flow_message_get_expires_ns (FlowMessage *self);
int flow_message_get_priority (FlowMessage *self);
gboolean flow_message_get_ack (FlowMessage *self);
guint64 flow_message_get_seq (FlowMessage *self);
gboolean flow_message_is (FlowMessage *self, const char *type);

JsonObject *flow_message_get_data (FlowMessage *self);
const char *flow_message_get_data_text (FlowMessage *self, gsize *length);
gboolean flow_message_has (FlowMessage *self, const char *name);
gboolean flow_message_get_string (FlowMessage *self, const char *name, const char **value);
gboolean flow_message_get_int (FlowMessage *self, const char *name, gint64 *value);
gboolean flow_message_get_double (FlowMessage *self, const char *name, double *value);
gboolean flow_message_get_bool (FlowMessage *self, const char *name, gboolean *value);
gboolean flow_message_get_strv (FlowMessage *self, const char *name, char ***value);
const char *flow_message_get_metadata (FlowMessage *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowMessage, flow_message_unref)

G_END_DECLS
