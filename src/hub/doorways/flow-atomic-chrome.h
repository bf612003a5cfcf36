/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/doorways/flow-field-doorway.h"

G_BEGIN_DECLS

/** FLOW_ATOMIC_CHROME_PATH: where it is on the hub's own port. */
#define FLOW_ATOMIC_CHROME_PATH "/atomic-chrome"

extern const FlowFieldProtocol flow_atomic_chrome;

GBytes *flow_atomic_chrome_write_register (FlowEditSession *session);

G_END_DECLS
