/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/flow-http-exchange.h"

G_BEGIN_DECLS

extern const FlowHttpHandler flow_pair_handler;

gboolean flow_pair_has_path (const char *path);

G_END_DECLS
