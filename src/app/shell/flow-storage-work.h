/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/flow-services.h"

G_BEGIN_DECLS

void flow_storage_work_erase_all (FlowServices *services);
void flow_storage_work_compact (FlowServices *services);

G_END_DECLS
