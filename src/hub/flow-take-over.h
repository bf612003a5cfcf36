/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "store/flow-data-lock.h"

G_BEGIN_DECLS

FlowDataLock *flow_take_over (FlowContext *context, void (*waiting) (gpointer data), gpointer data, char **unit,
                              GCancellable *cancellable, GError **error);

G_END_DECLS
