/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-handlers"

#include "hub/handlers/flow-handlers-private.h"

#define EDITORS \
  (FLOW_CHANNEL_KIND_MASK (FLOW_CHANNEL_KIND_VSCODE_EXTENSION) | FLOW_CHANNEL_KIND_MASK (FLOW_CHANNEL_KIND_EDITOR))

#define CLOUD FLOW_CHANNEL_KIND_MASK (FLOW_CHANNEL_KIND_CLOUD_PLATFORM)

/* Who is meant to know which setting. What is not here leaves the hub for nobody. */
static const struct
{
  const char *key;
  guint kinds;
} sections[] = {
  { "ui.theme", EDITORS },
  { "ui.show-inline-metrics", EDITORS },
  { "ui.auto-open-traces", EDITORS },
  { "integrations.vscode.auto-launch", EDITORS },
  { "integrations.vscode.inline-metrics", EDITORS },
  { "integrations.vscode.code-navigation", EDITORS },
  { "integrations.vscode.edit-on-close", EDITORS },
  { "privacy.local-only", EDITORS },
  { "privacy.share-usage-metrics", EDITORS },
  { "sync.auto-sync", CLOUD },
  { "sync.interval", CLOUD },
  { "sync.enable-offline-mode", CLOUD },
  { "sync.conflict-resolution", CLOUD },
  { "integrations.cloud.auto-upload", CLOUD },
};

static gboolean
may_see (gsize section, FlowChannelKind kind)
{
  return (sections[section].kinds & FLOW_CHANNEL_KIND_MASK (kind)) != 0;
}

static void
write_value (FlowJsonWriter *writer, const char *key, GVariant *value)
{
  flow_json_writer_key (writer, key);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    flow_json_writer_bool (writer, g_variant_get_boolean (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    flow_json_writer_int64 (writer, g_variant_get_uint32 (value));
  else
    flow_json_writer_string (writer, g_variant_get_string (value, NULL), -1);
}

/* The settings that are meant for a kind; with @before those of them that were others. */
static guint
write_settings (FlowJsonWriter *writer, const FlowSettingsSnapshot *settings, const FlowSettingsSnapshot *before,
                FlowChannelKind kind)
{
  guint count = 0;

  flow_json_writer_begin_object (writer);
  for (gsize i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      g_autoptr (GVariant) value = flow_settings_snapshot_get (settings, sections[i].key);
      g_autoptr (GVariant) old = before != NULL ? flow_settings_snapshot_get (before, sections[i].key) : NULL;

      if (!may_see (i, kind) || (old != NULL && g_variant_equal (old, value)))
        continue;
      write_value (writer, sections[i].key, value);
      count++;
    }
  flow_json_writer_end_object (writer);
  return count;
}

/**
 * flow_settings_handler_write:
 * @settings: the settings
 * @kind: a kind of channel
 * @writer: where a value is due
 *
 * Write the settings that are meant for a kind, by their keys.
 */
void
flow_settings_handler_write (const FlowSettingsSnapshot *settings, FlowChannelKind kind, FlowJsonWriter *writer)
{
  write_settings (writer, settings, NULL, kind);
}

/* (transfer full) (nullable): nothing that the kind knows is another. */
static FlowMessage *
make_update (FlowHandlers *self, const FlowSettingsSnapshot *before, FlowChannel *channel)
{
  g_autoptr (FlowMessageBuilder) builder = flow_message_builder_new ("configuration_updated", FLOW_CHANNEL_HUB);
  FlowJsonWriter *writer = flow_message_builder_data (builder);
  FlowChannelKind kind = flow_channel_get_kind (channel);

  flow_message_builder_set_target (builder, flow_channel_get_name (channel));
  flow_json_writer_key (writer, "updates");
  if (write_settings (writer, self->settings, before, kind) == 0)
    return NULL;
  flow_json_writer_key (writer, "fullConfig");
  flow_settings_handler_write (self->settings, kind, writer);
  return flow_message_builder_end (g_steal_pointer (&builder));
}

/**
 * flow_settings_handler_changed:
 * @self: the handlers, with other settings
 * @before: the settings before
 *
 * Tell each channel what of its settings changed: `configuration_updated`.
 */
void
flow_settings_handler_changed (FlowHandlers *self, const FlowSettingsSnapshot *before)
{
  g_autoptr (GPtrArray) channels = flow_router_list (self->router);

  for (guint i = 0; i < channels->len; i++)
    {
      g_autoptr (FlowMessage) message = make_update (self, before, channels->pdata[i]);

      if (message != NULL)
        flow_router_send (self->router, message);
    }
}
