/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-message-type.h"

G_BEGIN_DECLS

/* The generated table, by length; and where names of each length begin in it. */
extern const FlowMessageType flow_message_types[];
extern const guint8 flow_message_first_type[];
extern const guint flow_message_n_types;
extern const guint flow_message_longest_type;

G_END_DECLS
