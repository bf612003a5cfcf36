/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

#include "base/flow-context.h"
#include "base/flow-settings-snapshot.h"

G_BEGIN_DECLS

#define FLOW_TYPE_SETTINGS (flow_settings_get_type ())

G_DECLARE_FINAL_TYPE (FlowSettings, flow_settings, FLOW, SETTINGS, GObject)

FlowSettings *flow_settings_new (FlowContext *context, GError **error);
const char *const *flow_settings_list (FlowSettings *self);
GVariant *flow_settings_get (FlowSettings *self, const char *key, GError **error);
gboolean flow_settings_set (FlowSettings *self, const char *key, GVariant *value, GError **error);
gboolean flow_settings_reset (FlowSettings *self, const char *key, GError **error);
gboolean flow_settings_is_default (FlowSettings *self, const char *key);
const char *flow_settings_get_summary (FlowSettings *self, const char *key);
const char *flow_settings_get_description (FlowSettings *self, const char *key);
GVariant *flow_settings_get_range (FlowSettings *self, const char *key);
GVariant *flow_settings_get_default (FlowSettings *self, const char *key, GError **error);
char *flow_settings_to_text (FlowSettings *self, const char *key, GError **error);
gboolean flow_settings_from_text (FlowSettings *self, const char *key, const char *text, GError **error);
void flow_settings_reload (FlowSettings *self);
FlowSettingsSnapshot *flow_settings_snapshot (FlowSettings *self);
const char *flow_settings_get_path (FlowSettings *self);

G_END_DECLS
