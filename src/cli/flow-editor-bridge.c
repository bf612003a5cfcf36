/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-editor-bridge"

#include "cli/flow-editor-bridge.h"

#include <string.h>

#include "base/flow-error.h"
#include "launch/flow-editor-command.h"
#include "launch/flow-locator.h"
#include "launch/flow-nvim.h"
#include "launch/flow-real-path.h"
#include "launch/flow-spawn.h"
#include "launch/flow-trusted-paths.h"
#include "message/flow-json-member.h"
#include "message/flow-message-validate.h"

#define HIGHLIGHT_MS 3000

/**
 * FlowEditorBridge:
 *
 * Speaks for an editor that does not know the protocol: does what the hub asks with a running Neovim, or with a
 * command, and tells the hub which folders are open and who looks. The hub has looked at the file before, unless
 * somebody named this channel; so it is looked at here again.
 */
struct _FlowEditorBridge
{
  FlowChannelClient *client;
  FlowSettings *settings;
  char *trusted_file;
  char *nvim;         /* (nullable) */
  char *command;      /* (nullable) */
  GPtrArray *folders; /* real paths */
  GQueue jobs;        /* of Job: for Neovim, the first of them is being done; one after the other keeps their order */
  GCancellable *cancellable;
};

/* A message that is to be done. */
typedef struct
{
  FlowEditorBridge *bridge;
  FlowMessage *message;
  char *file; /* its real path */
  guint line;
  guint column;
  FlowNvimRange range; /* what to mark, with a line from 1; else it is a jump */
  guint ms;
} Job;

static void
job_free (Job *job)
{
  flow_message_unref (job->message);
  g_free (job->file);
  g_free (job);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

static FlowMessageBuilder *
begin_answer (FlowEditorBridge *self, FlowMessage *message, const char *type)
{
  FlowMessageBuilder *builder = flow_channel_client_build (self->client, type);

  flow_message_builder_set_target (builder, flow_message_get_source (message));
  flow_message_builder_set_reply_to (builder, flow_message_get_id (message));
  return builder;
}

static void
end_answer (FlowEditorBridge *self, FlowMessageBuilder *builder)
{
  g_autoptr (FlowMessage) answer = flow_message_builder_end (builder);

  flow_channel_client_send (self->client, answer);
}

static void
answer_error (FlowEditorBridge *self, FlowMessage *message, const GError *error)
{
  const FlowErrorInfo *info = flow_error_info_for (error);
  FlowMessageBuilder *builder = begin_answer (self, message, "error");
  FlowJsonWriter *writer = flow_message_builder_data (builder);

  flow_json_member_text (writer, "code", info->code, -1);
  flow_json_member_text (writer, "message", error->message, -1);
  flow_json_member_text (writer, "suggestion", info->advice, -1);
  flow_json_member_text (writer, "in_reply_to", flow_message_get_id (message), -1);
  end_answer (self, builder);
}

static void
answer_opened (Job *job)
{
  FlowMessageBuilder *builder = begin_answer (job->bridge, job->message, "code_opened");
  FlowJsonWriter *writer = flow_message_builder_data (builder);

  flow_json_member_text (writer, "file", job->file, -1);
  flow_json_member_uint (writer, "line", job->line);
  flow_json_member_uint (writer, "column", job->column);
  end_answer (job->bridge, builder);
}

static void start_job (FlowEditorBridge *self);

static void
nvim_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean done = flow_nvim_finish (result, &error);
  FlowEditorBridge *self = data;
  g_autoptr (Job) job = NULL;

  /* Then the bridge is gone. */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;
  job = g_queue_pop_head (&self->jobs);
  if (!done)
    answer_error (self, job->message, error);
  else if (job->range.start_line == 0)
    answer_opened (job);
  start_job (self);
}

static void
start_job (FlowEditorBridge *self)
{
  Job *job = g_queue_peek_head (&self->jobs);

  if (job == NULL)
    return;
  if (job->range.start_line > 0)
    flow_nvim_highlight_async (self->nvim, job->file, &job->range, job->ms, self->cancellable, nvim_cb, self);
  else
    flow_nvim_open_async (self->nvim, job->file, job->line, job->column, self->cancellable, nvim_cb, self);
}

static void
queue_job (FlowEditorBridge *self, Job *job)
{
  g_queue_push_tail (&self->jobs, job);
  if (self->jobs.length == 1)
    start_job (self);
}

/* The real path of a regular file in a folder that is known here, to the settings, or to the user who said yes. */
static char *
find_file (FlowEditorBridge *self, const char *file, GError **error)
{
  g_autoptr (FlowSettingsSnapshot) settings = flow_settings_snapshot (self->settings);
  g_autoptr (FlowTrustedPaths) trusted = flow_trusted_paths_new (self->trusted_file);
  g_autoptr (FlowLocator) locator = flow_locator_new (NULL, 0);
  g_autofree char *outside = NULL;

  for (guint i = 0; i < self->folders->len; i++)
    flow_locator_add_folder (locator, g_ptr_array_index (self->folders, i));
  for (const char *const *folder = settings->workspace_folders; *folder != NULL; folder++)
    flow_locator_add_folder (locator, *folder);
  for (const char *const *path = flow_trusted_paths_list (trusted); *path != NULL; path++)
    flow_locator_add_folder (locator, *path);
  return flow_locator_resolve (locator, "", file, &outside, error);
}

static Job *
begin_job (FlowEditorBridge *self, FlowMessage *message, GError **error)
{
  g_autoptr (Job) job = g_new0 (Job, 1);
  const char *file = "";
  gint64 line = 1, column = 1;

  job->bridge = self;
  job->message = flow_message_ref (message);
  flow_message_get_string (message, "file", &file);
  flow_message_get_int (message, "line", &line);
  flow_message_get_int (message, "column", &column);
  job->line = (guint) CLAMP (line, 1, G_MAXINT32);
  job->column = (guint) CLAMP (column, 1, G_MAXINT32);
  job->file = find_file (self, file, error);
  return job->file != NULL ? g_steal_pointer (&job) : NULL;
}

static gboolean
run_command (Job *job, GError **error)
{
  g_auto (GStrv) argv = flow_editor_command_build (job->bridge->command, job->file, job->line, job->column, error);

  if (argv == NULL || !flow_spawn_detached ((const char *const *) argv, error))
    return FALSE;
  answer_opened (job);
  return TRUE;
}

static gboolean
jump (FlowEditorBridge *self, FlowMessage *message, GError **error)
{
  g_autoptr (Job) job = begin_job (self, message, error);

  if (job == NULL)
    return FALSE;
  if (self->nvim == NULL)
    return run_command (job, error);
  queue_job (self, g_steal_pointer (&job));
  return TRUE;
}

static guint
get_position (JsonObject *range, const char *end, const char *name)
{
  JsonObject *position = json_object_get_object_member (range, end);

  return (guint) CLAMP (json_object_get_int_member_with_default (position, name, 0), 0, G_MAXINT32);
}

static gboolean
highlight (FlowEditorBridge *self, FlowMessage *message, GError **error)
{
  g_autoptr (Job) job = begin_job (self, message, error);
  JsonObject *object;
  gint64 ms = HIGHLIGHT_MS;

  if (job == NULL)
    return FALSE;
  if (self->nvim == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_UNSUPPORTED, "this editor marks no lines");
      return FALSE;
    }
  object = json_object_get_object_member (flow_message_get_data (message), "range");
  job->range = (FlowNvimRange) { get_position (object, "start", "line"), get_position (object, "start", "column"),
                                 get_position (object, "end", "line"), get_position (object, "end", "column") };
  flow_message_get_int (message, "ms", &ms);
  job->ms = (guint) ms;
  queue_job (self, g_steal_pointer (&job));
  return TRUE;
}

static void
message_cb (FlowChannelClient *client, FlowMessage *message, FlowEditorBridge *self)
{
  gboolean is_jump = flow_message_is (message, "jump_to_code");
  g_autoptr (GError) error = NULL;

  if (!is_jump && !flow_message_is (message, "highlight_code"))
    {
      /* What must arrive is acknowledged behind this, so its sender is told that nothing was done. */
      error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_UNSUPPORTED, "this editor only shows code");
      if (flow_message_get_ack (message))
        answer_error (self, message, error);
      return;
    }
  if (!flow_message_validate (message, &error) || !(is_jump ? jump : highlight) (self, message, &error))
    answer_error (self, message, error);
}

/**
 * flow_editor_bridge_new:
 * @client: a channel of the kind `editor`
 * @settings: whose `workspace-folders` are known
 * @trusted_file: where it is kept what the user said yes to
 *
 * Do what comes to a channel.
 *
 * Returns: (transfer full): the bridge
 */
FlowEditorBridge *
flow_editor_bridge_new (FlowChannelClient *client, FlowSettings *settings, const char *trusted_file)
{
  FlowEditorBridge *self = g_new0 (FlowEditorBridge, 1);

  self->client = g_object_ref (client);
  self->settings = g_object_ref (settings);
  self->trusted_file = g_strdup (trusted_file);
  self->folders = g_ptr_array_new_with_free_func (g_free);
  self->cancellable = g_cancellable_new ();
  g_signal_connect (client, "message", G_CALLBACK (message_cb), self);
  return self;
}

/**
 * flow_editor_bridge_free:
 * @self: (transfer full): a bridge
 *
 * Leave the channel alone.
 */
void
flow_editor_bridge_free (FlowEditorBridge *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_queue_clear_full (&self->jobs, (GDestroyNotify) job_free);
  g_signal_handlers_disconnect_by_data (self->client, self);
  g_object_unref (self->client);
  g_object_unref (self->settings);
  g_free (self->trusted_file);
  g_free (self->nvim);
  g_free (self->command);
  g_ptr_array_unref (self->folders);
  g_free (self);
}

/**
 * flow_editor_bridge_set_nvim:
 * @self: a bridge
 * @server: the address of a running Neovim
 *
 * Have Neovim show files.
 */
void
flow_editor_bridge_set_nvim (FlowEditorBridge *self, const char *server)
{
  g_free (self->nvim);
  self->nvim = g_strdup (server);
}

/**
 * flow_editor_bridge_set_command:
 * @self: a bridge
 * @command: a command with `{file}`, `{line}` and `{column}`
 *
 * Have a command show files.
 */
void
flow_editor_bridge_set_command (FlowEditorBridge *self, const char *command)
{
  g_free (self->command);
  self->command = g_strdup (command);
}

static void
tell_folders (FlowEditorBridge *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) folders = NULL;

  for (guint i = 0; i < self->folders->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (self->folders, i));
  folders = g_strv_builder_end (builder);
  flow_channel_client_set_workspaces (self->client, (const char *const *) folders);
}

/* The real path of a folder. */
static char *
find_folder (const char *folder)
{
  g_autofree char *absolute = g_canonicalize_filename (folder, NULL);
  FlowPathType type;
  char *real = flow_real_path (absolute, &type);

  if (real != NULL && type == FLOW_PATH_FOLDER)
    return real;
  g_message ("%s is no folder", folder);
  g_free (real);
  return NULL;
}

/* The one in which the editor is from here on. */
static void
set_folder (FlowEditorBridge *self, const char *folder)
{
  char *real = find_folder (folder);

  if (real == NULL)
    return;
  g_ptr_array_set_size (self->folders, 0);
  g_ptr_array_add (self->folders, real);
  tell_folders (self);
}

/**
 * flow_editor_bridge_add_folder:
 * @self: a bridge
 * @folder: a path, absolute or from the current folder
 *
 * Have a folder open. What is none is left out.
 */
void
flow_editor_bridge_add_folder (FlowEditorBridge *self, const char *folder)
{
  char *real = find_folder (folder);

  if (real == NULL)
    return;
  g_ptr_array_add (self->folders, real);
  tell_folders (self);
}

/**
 * flow_editor_bridge_take_line:
 * @self: a bridge
 * @line: `focus`, `blur` or `folder PATH`
 *
 * Take what the editor says: whether people look at it, and which folder it is in from here on. Anything else, and what
 * is no folder, is left alone.
 */
void
flow_editor_bridge_take_line (FlowEditorBridge *self, const char *line)
{
  if (strcmp (line, "focus") == 0)
    flow_channel_client_set_focused (self->client, TRUE);
  else if (strcmp (line, "blur") == 0)
    flow_channel_client_set_focused (self->client, FALSE);
  else if (g_str_has_prefix (line, "folder "))
    {
      set_folder (self, line + strlen ("folder "));
    }
}
