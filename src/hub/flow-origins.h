/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-json-writer.h"

G_BEGIN_DECLS

typedef struct _FlowOrigins FlowOrigins;

FlowOrigins *flow_origins_new (void);
void flow_origins_free (FlowOrigins *self);
gboolean flow_origins_asked (FlowOrigins *self, const char *origin);
void flow_origins_forget (FlowOrigins *self, const char *origin);
void flow_origins_write (FlowOrigins *self, const char *const *allowed, const char *const *denied,
                         FlowJsonWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowOrigins, flow_origins_free)

G_END_DECLS
