/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-message.h"

G_BEGIN_DECLS

gboolean flow_message_validate (FlowMessage *message, GError **error);
JsonObject *flow_message_schema (const FlowMessageType *type);

G_END_DECLS
