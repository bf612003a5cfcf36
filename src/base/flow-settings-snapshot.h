/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define FLOW_TYPE_SETTINGS_SNAPSHOT (flow_settings_snapshot_get_type ())

/**
 * FlowPathMap:
 * @service: a glob pattern of service names, `*` for all
 * @remote: the prefix that paths have where the program runs
 * @local: the folder that holds the same files here
 *
 * One line of `path-maps`.
 */
typedef struct
{
  const char *service;
  const char *remote;
  const char *local;
} FlowPathMap;

/**
 * FlowEditorRule:
 * @subject: a host, with or without port, or a file extension
 * @choice: the editor to use for it
 *
 * One line of `edit.editors-by-site` or `edit.editors-by-type`.
 */
typedef struct
{
  const char *subject;
  const char *choice;
} FlowEditorRule;

/**
 * FlowSettingsSnapshot:
 * @capture_enabled: whether spans are taken in
 * @retention_days: delete traces older than this
 * @retention_size_mb: delete the oldest traces beyond this size of the database, MiB
 * @editor_command: the command line for `flowctl open`, empty for the preset that fits
 * @path_maps: (array length=n_path_maps): the path maps in their order
 * @n_path_maps: how many
 * @hub_port: the hub's own port, 0 = a free one
 * @otlp_http_enabled: whether the OTLP/HTTP doorway listens
 * @otlp_http_port: its port, 0 = a free one
 * @body_mb: the largest OTLP body after inflating, MiB
 * @queue_mb: the most that may wait for the writer, MiB
 * @slow_query_ms: queries that take longer are logged with their plan
 * @workspace_folders: (array zero-terminated=1): folders with source code
 * @vscode_auto_launch: whether a jump to code may start Visual Studio Code
 * @vscode_code_navigation: whether Visual Studio Code may be asked to open files
 * @allowed_hosts: (array zero-terminated=1): further names that `Host` may have
 * @allowed_origins: (array zero-terminated=1): further web origins that may speak
 * @denied_origins: (array zero-terminated=1): web origins that are refused without asking
 * @allow_other_users: whether other users of this machine may send spans
 * @edit_command: the command line that opens the text of a page, empty for @editor_command
 * @editors_by_site: (array length=n_editors_by_site): which editor the pages of a site get
 * @n_editors_by_site: how many
 * @editors_by_type: (array length=n_editors_by_type): which editor a file extension gets
 * @n_editors_by_type: how many
 * @edit_denied_hosts: (array zero-terminated=1): hosts whose pages are never edited
 * @edit_journal_days: keep the journal of edits for this many days
 * @edit_journal_size_mb: and in this much space, MiB
 * @web_dev_sync_enabled: whether the web-dev-sync doorway has a port
 * @web_dev_sync_port: which, 0 = a free one
 * @ghosttext_enabled: whether the GhostText doorway has a port
 * @ghosttext_port: which, 0 = a free one
 * @atomic_chrome_enabled: whether the Atomic Chrome doorway has a port
 * @atomic_chrome_port: which, 0 = a free one
 * @auto_sync: whether changes go to the user's other devices by themselves
 * @sync_interval: seconds between two looks at the cloud
 * @sync_offline_mode: whether syncing goes on by itself after a time without a network
 * @sync_conflicts: `auto_merge`, `manual`, `cloud_wins` or `local_wins`
 * @sync_traces: which traces the other devices get: `none`, `kept`, `errors` or `all`
 * @sync_compress_from: batches of operations from this size on are compressed, bytes
 * @sync_compression_level: how hard, a level of zstd
 * @local_only: whether no connection to another computer may be made
 * @encrypt: whether traces are encrypted on the disk
 *
 * What the settings said at one moment. Immutable and reference-counted, for any thread.
 */
typedef struct
{
  gboolean capture_enabled;
  guint retention_days;
  guint retention_size_mb;
  const char *editor_command;
  const FlowPathMap *path_maps;
  gsize n_path_maps;
  guint hub_port;
  gboolean otlp_http_enabled;
  guint otlp_http_port;
  guint body_mb;
  guint queue_mb;
  guint slow_query_ms;
  const char *const *workspace_folders;
  gboolean vscode_auto_launch;
  gboolean vscode_code_navigation;
  const char *const *allowed_hosts;
  const char *const *allowed_origins;
  const char *const *denied_origins;
  gboolean allow_other_users;
  const char *edit_command;
  const FlowEditorRule *editors_by_site;
  gsize n_editors_by_site;
  const FlowEditorRule *editors_by_type;
  gsize n_editors_by_type;
  const char *const *edit_denied_hosts;
  guint edit_journal_days;
  guint edit_journal_size_mb;
  gboolean web_dev_sync_enabled;
  guint web_dev_sync_port;
  gboolean ghosttext_enabled;
  guint ghosttext_port;
  gboolean atomic_chrome_enabled;
  guint atomic_chrome_port;
  gboolean auto_sync;
  guint sync_interval;
  gboolean sync_offline_mode;
  const char *sync_conflicts;
  const char *sync_traces;
  guint sync_compress_from;
  guint sync_compression_level;
  gboolean local_only;
  gboolean encrypt;

  /*< private >*/
  GVariant *backing; /* owns the strings above */
} FlowSettingsSnapshot;

GType flow_settings_snapshot_get_type (void) G_GNUC_CONST;
FlowSettingsSnapshot *flow_settings_snapshot_ref (FlowSettingsSnapshot *self);
void flow_settings_snapshot_unref (FlowSettingsSnapshot *self);
GVariant *flow_settings_snapshot_get (const FlowSettingsSnapshot *self, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowSettingsSnapshot, flow_settings_snapshot_unref)

G_END_DECLS
