/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-verb-editor"

#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "cli/flow-cli-channel.h"
#include "cli/flow-editor-bridge.h"
#include "cli/flow-verbs.h"

static const FlowOption options[] = {
  { "nvim", 0, FLOW_OPTION_TEXT, "SERVER", N_ ("Show files in the Neovim with this address; without it in $NVIM"),
    NULL },
  { "command", 'c', FLOW_OPTION_TEXT, "COMMAND", N_ ("Show files with COMMAND, like 'kak {file} +{line}'"), NULL },
  { "folder", 'C', FLOW_OPTION_LIST, "DIR", N_ ("Have this folder open, instead of this one; may be given again"),
    NULL },
  { "name", 0, FLOW_OPTION_TEXT, "NAME", N_ ("The editor's name, for people"), NULL },
  { "instance", 'i', FLOW_OPTION_TEXT, "NAME", N_ ("Be editor/NAME"), NULL },
  { NULL },
};

typedef struct
{
  FlowCli *cli;
  GMainLoop *loop;
  FlowEditorBridge *bridge;
  GCancellable *reading;
  gboolean told; /* that the hub is away */
  gboolean done;
  GError *error;
} Editor;

static void
joined_cb (FlowChannelClient *client, FlowMessage *welcome, Editor *editor)
{
  editor->told = FALSE;
  flow_cli_note (editor->cli, _ ("flowctl: connected as %s"), flow_channel_client_get_name (client));
}

static void
left_cb (FlowChannelClient *client, const GError *error, gboolean final, Editor *editor)
{
  if (!editor->told && !final)
    flow_cli_note (editor->cli, "flowctl: %s", error->message);
  editor->told = TRUE;
  if (!final)
    return;
  editor->done = TRUE;
  if (!g_error_matches (error, FLOW_ERROR, FLOW_ERROR_CANCELLED))
    editor->error = g_error_copy (error);
  g_main_loop_quit (editor->loop);
}

static void
read_cb (GObject *input, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (input), result, NULL, &error);
  Editor *editor = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (line == NULL)
    {
      /* The editor that started us has ended. */
      editor->done = TRUE;
      g_main_loop_quit (editor->loop);
      return;
    }
  flow_editor_bridge_take_line (editor->bridge, line);
  g_data_input_stream_read_line_async (G_DATA_INPUT_STREAM (input), G_PRIORITY_DEFAULT, editor->reading, read_cb,
                                       editor);
}

/* What ends with its standard input must have one that somebody writes to. */
static gboolean
has_input (void)
{
  struct stat input, null;

  return fstat (STDIN_FILENO, &input) == 0 && stat ("/dev/null", &null) == 0 &&
         (!S_ISCHR (input.st_mode) || input.st_rdev != null.st_rdev);
}

static void
add_folders (FlowEditorBridge *bridge, FlowArguments *arguments)
{
  const char *const *folders = flow_arguments_list (arguments, "folder");

  if (folders == NULL)
    flow_editor_bridge_add_folder (bridge, ".");
  for (; folders != NULL && *folders != NULL; folders++)
    flow_editor_bridge_add_folder (bridge, *folders);
}

static gboolean
choose_editor (FlowEditorBridge *bridge, FlowChannelClient *client, FlowArguments *arguments, GError **error)
{
  const char *command = flow_arguments_text (arguments, "command");
  const char *server = flow_arguments_text (arguments, "nvim");
  const char *name = flow_arguments_text (arguments, "name");

  if (server == NULL && command == NULL)
    server = g_getenv ("NVIM");
  if ((server == NULL) == (command == NULL))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT,
                           _ ("it needs --nvim or --command, and not both"));
      return FALSE;
    }
  if (server != NULL)
    flow_editor_bridge_set_nvim (bridge, server);
  else
    flow_editor_bridge_set_command (bridge, command);
  flow_channel_client_set_client (client, name != NULL ? name : server != NULL ? "Neovim" : _ ("An editor"));
  return TRUE;
}

static gboolean
run_bridge (Editor *editor, FlowChannelClient *client)
{
  static const char *const capabilities[] = { "code", NULL };
  g_autoptr (GInputStream) raw = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) input = g_data_input_stream_new (raw);
  g_autoptr (GCancellable) reading = g_cancellable_new ();

  editor->reading = reading;
  flow_channel_client_set_capabilities (client, capabilities);
  flow_channel_client_set_reconnect (client, TRUE);
  g_signal_connect (client, "joined", G_CALLBACK (joined_cb), editor);
  g_signal_connect (client, "left", G_CALLBACK (left_cb), editor);
  if (has_input ())
    g_data_input_stream_read_line_async (input, G_PRIORITY_DEFAULT, reading, read_cb, editor);
  flow_channel_client_start (client);
  if (!editor->done)
    g_main_loop_run (editor->loop);
  g_cancellable_cancel (reading);
  flow_channel_client_stop (client);
  return editor->error == NULL;
}

static gboolean
run (FlowCli *cli, FlowArguments *arguments, GError **error)
{
  FlowSettings *settings = flow_cli_get_settings (cli, error);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (FlowChannelClient) client = NULL;
  g_autoptr (FlowEditorBridge) bridge = NULL;
  g_autofree char *trusted = NULL;
  Editor editor = { .cli = cli, .loop = loop };

  if (settings == NULL)
    return FALSE;
  client = flow_cli_channel_new (cli, FLOW_CHANNEL_KIND_EDITOR, flow_arguments_text (arguments, "instance"), error);
  if (client == NULL)
    return FALSE;
  trusted = g_build_filename (flow_context_get_state_dir (flow_cli_get_context (cli, NULL)), "trusted-paths", NULL);
  bridge = flow_editor_bridge_new (client, settings, trusted);
  editor.bridge = bridge;
  if (!choose_editor (bridge, client, arguments, error))
    return FALSE;
  add_folders (bridge, arguments);
  if (run_bridge (&editor, client))
    return TRUE;
  g_propagate_error (error, editor.error);
  return FALSE;
}

const FlowVerb flow_verb_editor = {
  .name = "editor",
  .synopsis = "",
  .summary = N_ ("Connect a running editor, so that code opens in it"),
  .description = N_ (
      "An editor starts it as a job and writes lines to it: “focus” and “blur” when its window gets or loses the "
      "focus, “folder PATH” when it goes to another folder. It ends when the editor does. Files are opened only in "
      "its folders, in workspace-folders, and where you said yes.\n\n"
      "For Neovim put these lines into init.lua:\n\n"
      "local job = vim.fn.jobstart({'flowctl', 'editor', '--nvim', vim.v.servername})\n"
      "local function tell(line) pcall(vim.fn.chansend, job, {line, ''}) end\n"
      "local on = vim.api.nvim_create_autocmd\n"
      "on({'VimEnter', 'FocusGained'}, {callback = function() tell('focus') end})\n"
      "on('FocusLost', {callback = function() tell('blur') end})\n"
      "on('DirChanged', {callback = function() tell('folder ' .. vim.fn.getcwd()) end})"),
  .options = options,
  .run = run,
};
