/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/doorways/flow-field-doorway.h"
#include "hub/flow-http-server.h"

G_BEGIN_DECLS

/** FLOW_GHOST_TEXT_PATH: where it is on the hub's own port. */
#define FLOW_GHOST_TEXT_PATH "/ghosttext"

extern const FlowFieldProtocol flow_ghost_text;

/* Its data is the port, as a pointer. */
extern const FlowHttpHandler flow_ghost_text_handler;

G_END_DECLS
