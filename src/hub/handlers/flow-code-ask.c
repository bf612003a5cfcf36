/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-code"

#include "hub/handlers/flow-code-ask.h"

#include <string.h>

#include "launch/flow-editor-command.h"
#include "launch/flow-editor-terminal.h"
#include "launch/flow-locator.h"
#include "launch/flow-trusted-paths.h"
#include "message/flow-json-check.h"

/* What a message says about where. Whatever is missing shows as no line. */
static void
read_place (FlowCodeAsk *self, FlowMessage *message)
{
  const char *file = "", *service = "";
  gint64 line = 0, column = 0;

  flow_message_get_string (message, "file", &file);
  flow_message_get_string (message, "service", &service);
  flow_message_get_int (message, "line", &line);
  flow_message_get_int (message, "column", &column);
  self->file = g_strdup (file);
  self->service = g_strdup (service);
  self->line = (guint) CLAMP (line, 0, G_MAXINT32);
  self->column = (guint) CLAMP (column, 0, G_MAXINT32);
}

/**
 * flow_code_ask_new:
 * @handlers: the handlers
 * @message: a `jump_to_code` or `highlight_code`
 *
 * Take what is asked for.
 *
 * Returns: (transfer full): the question
 */
FlowCodeAsk *
flow_code_ask_new (FlowHandlers *handlers, FlowMessage *message)
{
  FlowCodeAsk *self = g_new0 (FlowCodeAsk, 1);

  read_place (self, message);
  self->settings = flow_settings_snapshot_ref (handlers->settings);
  self->folders = flow_workspaces_list_folders (handlers->workspaces);
  self->trusted_file = g_strdup (handlers->trusted_file);
  return self;
}

/**
 * flow_code_ask_free:
 * @self: (transfer full): a question
 *
 * Free it.
 */
void
flow_code_ask_free (FlowCodeAsk *self)
{
  g_free (self->file);
  g_free (self->service);
  flow_settings_snapshot_unref (self->settings);
  g_strfreev (self->folders);
  g_free (self->trusted_file);
  g_free (self->real);
  g_free (self->outside);
  g_clear_error (&self->error);
  g_free (self);
}

/**
 * flow_code_ask_find:
 * @self: a question
 *
 * Find the file. On any thread; may wait for disks.
 */
void
flow_code_ask_find (FlowCodeAsk *self)
{
  g_autoptr (FlowLocator) locator = flow_locator_new (self->settings->path_maps, self->settings->n_path_maps);
  g_autoptr (FlowTrustedPaths) trusted = flow_trusted_paths_new (self->trusted_file);

  for (gsize i = 0; self->settings->workspace_folders[i] != NULL; i++)
    flow_locator_add_folder (locator, self->settings->workspace_folders[i]);
  for (gsize i = 0; self->folders[i] != NULL; i++)
    flow_locator_add_folder (locator, self->folders[i]);
  for (const char *const *path = flow_trusted_paths_list (trusted); *path != NULL; path++)
    flow_locator_add_folder (locator, *path);
  self->real = flow_locator_resolve (locator, self->service, self->file, &self->outside, &self->error);
}

static void
copy_member (JsonObject *object, const char *name, JsonNode *node, gpointer data)
{
  FlowJsonWriter *writer = data;
  g_autofree char *text = NULL;

  if (g_str_equal (name, "file"))
    return;
  text = json_to_string (node, FALSE);
  /* A number that is too large for any is written as "inf". */
  if (!flow_json_check (text, strlen (text)))
    return;
  flow_json_writer_key (writer, name);
  flow_json_writer_raw (writer, text, -1);
}

/**
 * flow_code_ask_rewrite:
 * @self: a question
 * @message: the message that asked
 * @file: the file's path for an editor
 * @target: (nullable): who is to get it; %NULL as it was
 *
 * Make the message that an editor gets: the same but for the path of the file and who it is for.
 *
 * Returns: (transfer full): a message; @message itself when nothing is another
 */
FlowMessage *
flow_code_ask_rewrite (const FlowCodeAsk *self, FlowMessage *message, const char *file, const char *target)
{
  static const char *const metadata[] = { "userId", "workspaceId", "sessionId" };
  FlowMessageBuilder *builder;
  FlowJsonWriter *writer;

  if (g_str_equal (file, self->file) && target == NULL)
    return flow_message_ref (message);
  builder = flow_message_builder_new (flow_message_get_type_name (message), flow_message_get_source (message));
  flow_message_builder_set_id (builder, flow_message_get_id (message));
  flow_message_builder_set_target (builder, target != NULL ? target : flow_message_get_target (message));
  flow_message_builder_set_reply_to (builder, flow_message_get_reply_to (message));
  flow_message_builder_set_ack (builder, flow_message_get_ack (message));
  flow_message_builder_set_priority (builder, flow_message_get_priority (message));
  flow_message_builder_set_expires (builder, flow_message_get_expires (message));
  for (gsize i = 0; i < G_N_ELEMENTS (metadata); i++)
    flow_message_builder_set_metadata (builder, metadata[i], flow_message_get_metadata (message, metadata[i]));
  writer = flow_message_builder_data (builder);
  flow_json_writer_key (writer, "file");
  flow_json_writer_string (writer, file, -1);
  json_object_foreach_member (flow_message_get_data (message), copy_member, writer);
  return flow_message_builder_end (builder);
}

static gboolean
is_vscode (const FlowEditorPreset *preset)
{
  return g_str_equal (preset->name, "Visual Studio Code") || g_str_equal (preset->name, "VSCodium") ||
         g_str_equal (preset->name, "Visual Studio Code Insiders");
}

/* The first installed editor; Visual Studio Code first of all, or not at all, as the settings say. */
static const FlowEditorPreset *
find_preset (gboolean vscode, gboolean graphical, gboolean terminal)
{
  gsize n;
  const FlowEditorPreset *presets = flow_editor_presets (&n);

  for (gsize i = 0; i < n; i++)
    if ((vscode || !is_vscode (&presets[i])) && (presets[i].terminal ? terminal : graphical) &&
        flow_editor_preset_is_installed (&presets[i]))
      return &presets[i];
  return NULL;
}

/**
 * flow_code_ask_find_command:
 * @self: a question
 * @error: return location
 *
 * Find the command line of the editor to start when none is connected: the setting `editor-command`, else the first
 * known editor that is installed and can show itself. Visual Studio Code is started only when
 * `integrations.vscode.auto-launch` allows it. On any thread; looks for programs.
 *
 * Returns: (transfer full): a command line, or %NULL with %FLOW_ERROR_NO_EDITOR
 */
char *
flow_code_ask_find_command (const FlowCodeAsk *self, GError **error)
{
  gboolean graphical = g_getenv ("WAYLAND_DISPLAY") != NULL || g_getenv ("DISPLAY") != NULL;
  const FlowEditorPreset *preset;

  if (self->settings->editor_command[0] != '\0')
    return g_strdup (self->settings->editor_command);
  preset = find_preset (self->settings->vscode_auto_launch, graphical, graphical && flow_editor_terminal_exists ());
  if (preset != NULL)
    return g_strdup_printf ("%s %s", preset->program, preset->arguments);
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NO_EDITOR, "no editor is connected, and none is chosen");
  return NULL;
}
