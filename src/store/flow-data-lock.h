/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-context.h"

G_BEGIN_DECLS

typedef struct _FlowDataLock FlowDataLock;

gboolean flow_data_lock_acquire (FlowContext *context, FlowDataLock **out, GError **error);
FlowDataLock *flow_data_lock_ref (FlowDataLock *self);
void flow_data_lock_unref (FlowDataLock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowDataLock, flow_data_lock_unref)

G_END_DECLS
