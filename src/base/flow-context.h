/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define FLOW_TYPE_CONTEXT (flow_context_get_type ())

typedef struct _FlowContext FlowContext;

GType flow_context_get_type (void) G_GNUC_CONST;
FlowContext *flow_context_new (const char *data_dir, GError **error);
FlowContext *flow_context_ref (FlowContext *self);
void flow_context_unref (FlowContext *self);
const char *flow_context_get_data_dir (const FlowContext *self);
const char *flow_context_get_config_dir (const FlowContext *self);
const char *flow_context_get_cache_dir (const FlowContext *self);
const char *flow_context_get_state_dir (const FlowContext *self);
const char *flow_context_get_runtime_dir (const FlowContext *self);
const char *flow_context_get_database_path (const FlowContext *self);
char *flow_context_build_path (const FlowContext *self, const char *name);
gboolean flow_context_ensure_dir (const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowContext, flow_context_unref)

G_END_DECLS
