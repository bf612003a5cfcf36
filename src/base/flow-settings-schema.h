/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FlowSettingsSchema FlowSettingsSchema;

FlowSettingsSchema *flow_settings_schema_new (GError **error);
void flow_settings_schema_free (FlowSettingsSchema *self);
const char *const *flow_settings_schema_get_sections (void);
GSettingsSchema *flow_settings_schema_get_section (FlowSettingsSchema *self, const char *section);
const char *const *flow_settings_schema_list (FlowSettingsSchema *self);
GSettingsSchemaKey *flow_settings_schema_find (FlowSettingsSchema *self, const char *key, GError **error);
gboolean flow_settings_schema_check (GSettingsSchemaKey *schema_key, const char *key, GVariant *value, GError **error);
GVariant *flow_settings_schema_parse (GSettingsSchemaKey *schema_key, const char *key, const char *text,
                                      GError **error);
char *flow_settings_key_join (const char *section, const char *name);
char *flow_settings_key_section (const char *key);
const char *flow_settings_key_name (const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSettingsSchema, flow_settings_schema_free)

G_END_DECLS
