/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-settings-snapshot"

#include "base/flow-settings-snapshot-private.h"

G_DEFINE_BOXED_TYPE (FlowSettingsSnapshot, flow_settings_snapshot, flow_settings_snapshot_ref,
                     flow_settings_snapshot_unref)

static void
snapshot_clear (gpointer data)
{
  FlowSettingsSnapshot *self = data;

  g_free ((gpointer) self->path_maps);
  g_free ((gpointer) self->editors_by_site);
  g_free ((gpointer) self->editors_by_type);
  g_free ((gpointer) self->edit_denied_hosts);
  g_free ((gpointer) self->workspace_folders);
  g_free ((gpointer) self->allowed_hosts);
  g_free ((gpointer) self->allowed_origins);
  g_free ((gpointer) self->denied_origins);
  g_variant_unref (self->backing);
}

static GVariant *
lookup (FlowSettingsSnapshot *self, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (self->backing, key, NULL);

  g_assert (value != NULL);
  /* The dictionary keeps the bytes alive. */
  return g_steal_pointer (&value);
}

static gboolean
lookup_boolean (FlowSettingsSnapshot *self, const char *key)
{
  g_autoptr (GVariant) value = lookup (self, key);

  return g_variant_get_boolean (value);
}

static guint
lookup_number (FlowSettingsSnapshot *self, const char *key)
{
  g_autoptr (GVariant) value = lookup (self, key);

  return g_variant_is_of_type (value, G_VARIANT_TYPE_UINT16) ? g_variant_get_uint16 (value)
                                                             : g_variant_get_uint32 (value);
}

static const char *const *
lookup_strv (FlowSettingsSnapshot *self, const char *key)
{
  g_autoptr (GVariant) value = lookup (self, key);

  return g_variant_get_strv (value, NULL);
}

static const char *
lookup_string (FlowSettingsSnapshot *self, const char *key)
{
  g_autoptr (GVariant) value = lookup (self, key);

  return g_variant_get_string (value, NULL);
}

static const FlowEditorRule *
lookup_rules (FlowSettingsSnapshot *self, const char *key, gsize *n)
{
  g_autoptr (GVariant) list = lookup (self, key);
  FlowEditorRule *rules;

  *n = g_variant_n_children (list);
  rules = g_new0 (FlowEditorRule, *n);
  for (gsize i = 0; i < *n; i++)
    g_variant_get_child (list, i, "(&s&s)", &rules[i].subject, &rules[i].choice);
  return rules;
}

static void
read_path_maps (FlowSettingsSnapshot *self)
{
  g_autoptr (GVariant) list = lookup (self, "path-maps");
  gsize n = g_variant_n_children (list);
  FlowPathMap *maps = g_new0 (FlowPathMap, n);

  for (gsize i = 0; i < n; i++)
    g_variant_get_child (list, i, "(&s&s&s)", &maps[i].service, &maps[i].remote, &maps[i].local);
  self->path_maps = maps;
  self->n_path_maps = n;
}

static void
read_ports (FlowSettingsSnapshot *self)
{
  self->hub_port = lookup_number (self, "ports.hub");
  self->otlp_http_port = lookup_number (self, "ports.otlp-http");
  self->otlp_http_enabled = lookup_boolean (self, "ports.otlp-http-enabled");
  self->web_dev_sync_port = lookup_number (self, "ports.web-dev-sync");
  self->web_dev_sync_enabled = lookup_boolean (self, "ports.web-dev-sync-enabled");
  self->ghosttext_port = lookup_number (self, "ports.ghosttext");
  self->ghosttext_enabled = lookup_boolean (self, "ports.ghosttext-enabled");
  self->atomic_chrome_port = lookup_number (self, "ports.atomic-chrome");
  self->atomic_chrome_enabled = lookup_boolean (self, "ports.atomic-chrome-enabled");
}

static void
read_edit (FlowSettingsSnapshot *self)
{
  self->edit_command = lookup_string (self, "edit.command");
  self->editors_by_site = lookup_rules (self, "edit.editors-by-site", &self->n_editors_by_site);
  self->editors_by_type = lookup_rules (self, "edit.editors-by-type", &self->n_editors_by_type);
  self->edit_denied_hosts = lookup_strv (self, "edit.denied-hosts");
  self->edit_journal_days = lookup_number (self, "edit.journal-days");
  self->edit_journal_size_mb = lookup_number (self, "edit.journal-size-mb");
}

static void
read_sync (FlowSettingsSnapshot *self)
{
  self->auto_sync = lookup_boolean (self, "sync.auto-sync");
  self->sync_interval = lookup_number (self, "sync.interval");
  self->sync_offline_mode = lookup_boolean (self, "sync.enable-offline-mode");
  self->sync_conflicts = lookup_string (self, "sync.conflict-resolution");
  self->sync_traces = lookup_boolean (self, "integrations.cloud.auto-upload") ? "all"
                                                                              : lookup_string (self, "sync.traces");
  self->sync_compress_from = lookup_number (self, "sync.compress-from-bytes");
  self->sync_compression_level = lookup_number (self, "sync.compression-level");
  self->local_only = lookup_boolean (self, "privacy.local-only");
  self->encrypt = lookup_boolean (self, "privacy.encrypt-sensitive-data");
}

/*
 * flow_settings_snapshot_new:
 * @values: (transfer floating): a dictionary `a{sv}` that holds every key with its proper type
 *
 * Make the plain C view of a set of values.
 *
 * Returns: (transfer full): the snapshot
 */
FlowSettingsSnapshot *
flow_settings_snapshot_new (GVariant *values)
{
  FlowSettingsSnapshot *self = g_atomic_rc_box_new0 (FlowSettingsSnapshot);

  /* Flat bytes: every string below points into the one buffer that backing owns. */
  g_variant_ref_sink (values);
  g_variant_get_data (values);
  self->backing = values;

  self->editor_command = lookup_string (self, "editor-command");
  read_path_maps (self);
  self->slow_query_ms = lookup_number (self, "slow-query-ms");
  self->workspace_folders = lookup_strv (self, "workspace-folders");
  self->vscode_auto_launch = lookup_boolean (self, "integrations.vscode.auto-launch");
  self->vscode_code_navigation = lookup_boolean (self, "integrations.vscode.code-navigation");
  self->allowed_hosts = lookup_strv (self, "allowed-hosts");
  self->allowed_origins = lookup_strv (self, "allowed-origins");
  self->denied_origins = lookup_strv (self, "denied-origins");
  self->allow_other_users = lookup_boolean (self, "allow-other-users");
  self->capture_enabled = lookup_boolean (self, "capture.enabled");
  self->retention_days = lookup_number (self, "capture.retention-days");
  self->retention_size_mb = lookup_number (self, "capture.retention-size-mb");
  self->body_mb = lookup_number (self, "limits.body-mb");
  self->queue_mb = lookup_number (self, "limits.queue-mb");
  read_ports (self);
  read_edit (self);
  read_sync (self);
  return self;
}

/**
 * flow_settings_snapshot_ref:
 * @self: a snapshot
 *
 * Take a reference.
 *
 * Returns: (transfer full): @self
 */
FlowSettingsSnapshot *
flow_settings_snapshot_ref (FlowSettingsSnapshot *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * flow_settings_snapshot_unref:
 * @self: (transfer full): a snapshot
 *
 * Give a reference back.
 */
void
flow_settings_snapshot_unref (FlowSettingsSnapshot *self)
{
  g_atomic_rc_box_release_full (self, snapshot_clear);
}

/**
 * flow_settings_snapshot_get:
 * @self: a snapshot
 * @key: any key of the settings, like `ui.theme`
 *
 * Get a value that has no member of its own, for what hands settings on.
 *
 * Returns: (transfer full) (nullable): the value, %NULL for an unknown key
 */
GVariant *
flow_settings_snapshot_get (const FlowSettingsSnapshot *self, const char *key)
{
  return g_variant_lookup_value (self->backing, key, NULL);
}
