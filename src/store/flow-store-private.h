/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "store/flow-store.h"

G_BEGIN_DECLS

void flow_store_set_migrations_path (FlowStore *self, const char *resource_path);
void flow_store_set_idle_us (FlowStore *self, gint64 idle_us);

G_END_DECLS
