/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-edits"

#include "hub/edits/flow-edit-opener.h"

#include <string.h>

#include "edit/flow-edit-pick.h"
#include "launch/flow-editor-command.h"
#include "launch/flow-editor-start.h"

#define CAPABILITY "edit"

/* An editor that a doorway brings. */
typedef struct
{
  FlowHubEditor editor;
  gpointer data;
} Brought;

struct _FlowEditOpener
{
  FlowEdits *edits;
  FlowRouter *router;
  FlowEditChannels *channels;
  FlowSettingsSnapshot *settings;
  FlowEditFiles *files;
  GArray *brought; /* of Brought */
  FlowEditOpenerFuncs funcs;
  gpointer data;
};

/**
 * flow_edit_opener_new:
 * @setup: what edits in the hub work with
 * @edits: the texts
 * @channels: the ends that are channels
 * @settings: (transfer none): the settings
 *
 * Returns: (transfer full): somebody who knows no editor but channels and commands
 */
FlowEditOpener *
flow_edit_opener_new (const FlowHubEditsSetup *setup, FlowEdits *edits, FlowEditChannels *channels,
                      FlowSettingsSnapshot *settings)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  FlowEditOpener *self = g_new0 (FlowEditOpener, 1);

  self->edits = edits;
  self->router = setup->router;
  self->channels = channels;
  self->settings = flow_settings_snapshot_ref (settings);
  self->files = flow_edit_files_new (edits, setup->runtime_dir, context);
  self->brought = g_array_new (FALSE, FALSE, sizeof (Brought));
  return self;
}

/**
 * flow_edit_opener_free:
 * @self: (transfer full): somebody whom nobody asks any more
 *
 * Free it.
 */
void
flow_edit_opener_free (FlowEditOpener *self)
{
  flow_edit_files_free (self->files);
  g_array_unref (self->brought);
  flow_settings_snapshot_unref (self->settings);
  g_free (self);
}

/**
 * flow_edit_opener_set_funcs:
 * @self: the opener
 * @funcs: what it asks and tells; copied
 * @data: for @funcs
 *
 * Before the first session needs an editor.
 */
void
flow_edit_opener_set_funcs (FlowEditOpener *self, const FlowEditOpenerFuncs *funcs, gpointer data)
{
  self->funcs = *funcs;
  self->data = data;
}

/**
 * flow_edit_opener_start:
 * @self: the opener, with texts that are started
 *
 * Take up the files of editors that are left from before.
 */
void
flow_edit_opener_start (FlowEditOpener *self)
{
  g_autoptr (GError) error = NULL;

  if (!flow_edit_files_start (self->files, &error))
    g_message ("Texts cannot be given to editors that know files alone: %s", error->message);
}

/**
 * flow_edit_opener_get_files:
 * @self: the opener
 *
 * Returns: (transfer none): the texts that are in files
 */
FlowEditFiles *
flow_edit_opener_get_files (FlowEditOpener *self)
{
  return self->files;
}

/**
 * flow_edit_opener_set_settings:
 * @self: the opener
 * @settings: (transfer none): the settings
 *
 * Go by other settings.
 */
void
flow_edit_opener_set_settings (FlowEditOpener *self, FlowSettingsSnapshot *settings)
{
  flow_settings_snapshot_unref (self->settings);
  self->settings = flow_settings_snapshot_ref (settings);
}

/**
 * flow_edit_opener_add_editor:
 * @self: the opener
 * @editor: an editor that a doorway brings; its strings must stay
 * @data: for its functions
 *
 * Know one more editor.
 */
void
flow_edit_opener_add_editor (FlowEditOpener *self, const FlowHubEditor *editor, gpointer data)
{
  Brought brought = { *editor, data };

  g_array_append_val (self->brought, brought);
}

static const Brought *
find_brought (FlowEditOpener *self, FlowEditPickKind kind)
{
  for (guint i = 0; i < self->brought->len; i++)
    {
      const Brought *brought = &g_array_index (self->brought, Brought, i);

      if (flow_edit_choice_get_kind (brought->editor.choice) == kind)
        return brought;
    }
  return NULL;
}

/* Full name of the connected editor that fits best. */
static char *
find_channel (const char *choice, gpointer data)
{
  FlowEditOpener *self = data;
  FlowChannelKind kind = FLOW_CHANNEL_KIND_EDITOR;
  const char *instance = NULL;
  FlowChannel *channel;

  if (choice != NULL && !flow_channel_name_split (choice, &kind, &instance))
    return NULL;
  channel = instance != NULL ? flow_router_find (self->router, choice)
                             : flow_router_best (self->router, kind, CAPABILITY, NULL);
  if (channel == NULL || !flow_channel_has_capability (channel, CAPABILITY))
    return NULL;
  return g_strdup (flow_channel_get_name (channel));
}

static gboolean
is_there (FlowEditPickKind kind, gpointer data)
{
  const Brought *brought = find_brought (data, kind);

  return brought != NULL && brought->editor.is_connected (brought->data);
}

static const FlowEditPickFuncs pick_funcs = { find_channel, is_there };

static gboolean
open_channel (FlowEditOpener *self, FlowEditSession *session, const FlowEditPick *pick, GError **error)
{
  FlowChannel *channel = flow_router_find (self->router, pick->name);
  const char *client = flow_channel_get_client (channel);

  flow_edit_session_set_editor (session, pick->choice[0] != '\0' ? pick->choice : pick->name,
                                client[0] != '\0' ? client : pick->name);
  return flow_edit_channels_open (self->channels, session, channel, error);
}

static gboolean
open_brought (FlowEditOpener *self, FlowEditSession *session, FlowEditPickKind kind, GError **error)
{
  const Brought *brought = find_brought (self, kind);

  flow_edit_session_set_editor (session, brought->editor.choice, brought->editor.name);
  return brought->editor.open (session, brought->data, error);
}

static gboolean
draws_in_terminal (const char *command)
{
  g_auto (GStrv) argv = NULL;

  return g_shell_parse_argv (command, NULL, &argv, NULL) &&
         flow_editor_command_needs_terminal ((const char *const *) argv);
}

static gboolean
open_command (FlowEditOpener *self, FlowEditSession *session, const char *choice, const char *command, GError **error)
{
  g_autofree char *name = flow_editor_name (command);

  flow_edit_session_set_editor (session, choice[0] != '\0' ? choice : command, name);
  if (draws_in_terminal (command) && self->funcs.lend (session, command, self->data))
    return TRUE;
  return flow_edit_files_open (self->files, session, command, error);
}

static gboolean
open_pick (FlowEditOpener *self, FlowEditSession *session, const FlowEditPick *pick, GError **error)
{
  switch (pick->kind)
    {
    case FLOW_EDIT_PICK_CHANNEL:
      return open_channel (self, session, pick, error);
    case FLOW_EDIT_PICK_FOREIGN:
    case FLOW_EDIT_PICK_ATOMIC_CHROME:
      return open_brought (self, session, pick->kind, error);
    case FLOW_EDIT_PICK_COMMAND:
    case FLOW_EDIT_PICK_NONE:
      break;
    }
  return open_command (self, session, pick->choice, pick->name, error);
}

static FlowEditNotice
notice_of (FlowError code)
{
  switch (code)
    {
    case FLOW_ERROR_EDITOR_NOT_FOUND:
    case FLOW_ERROR_NO_EDITOR:
      return FLOW_EDIT_NOTICE_EDITOR_NOT_FOUND;
    case FLOW_ERROR_FOLDER_NOT_WRITABLE:
      return FLOW_EDIT_NOTICE_NO_PERMISSION;
    default:
      return FLOW_EDIT_NOTICE_UNEXPECTED;
    }
}

/* Who waits for the editor hears of it, and so does the user. */
static void
tell_failure (FlowEditOpener *self, FlowEditSession *session, FlowError code, const char *message)
{
  g_message ("no editor for “%s”: %s", flow_edit_session_get_title (session), message);
  flow_edit_session_editor_failed (session, code, message);
  flow_edits_notice (self->edits, notice_of (code), session, message);
  self->funcs.failed (session, code, message, self->data);
}

static void
tell_error (FlowEditOpener *self, FlowEditSession *session, const GError *error)
{
  tell_failure (self, session, error->domain == FLOW_ERROR ? (FlowError) error->code : FLOW_ERROR_EDITOR_FAILED,
                error->message);
}

/**
 * flow_edit_opener_open:
 * @self: the opener
 * @session: a session that needs an editor
 *
 * Find one for it. That there is none, or that it does not work, is told to the session.
 */
void
flow_edit_opener_open (FlowEditOpener *self, FlowEditSession *session)
{
  g_auto (FlowEditPick) pick = { 0 };
  g_autoptr (GError) error = NULL;

  if (flow_edit_pick (self->settings, flow_edit_session_get_choice (session), flow_edit_session_get_site (session),
                      flow_edit_session_get_file_type (session), &pick_funcs, self, &pick, &error))
    open_pick (self, session, &pick, &error);
  else if (self->funcs.lend (session, NULL, self->data))
    return;
  if (error != NULL)
    tell_error (self, session, error);
}

/**
 * flow_edit_opener_show:
 * @self: the opener
 * @session: a session
 * @editor: the editor's end of it
 *
 * Have an editor show a text that it has open, because the user has asked for it again.
 */
void
flow_edit_opener_show (FlowEditOpener *self, FlowEditSession *session, FlowEditEndpoint *editor)
{
  if (flow_edit_channels_show (self->channels, editor))
    return;
  for (guint i = 0; i < self->brought->len; i++)
    {
      const Brought *brought = &g_array_index (self->brought, Brought, i);

      if (brought->editor.show != NULL)
        brought->editor.show (session, editor, brought->data);
    }
}

/**
 * flow_edit_opener_declined:
 * @self: the opener
 * @session: a session
 * @channel: full name of the editor that does not open it
 * @code: why
 * @message: the same in a sentence
 *
 * Go on without a connected editor that does not want a text: with the command, unless the user has chosen this editor.
 */
void
flow_edit_opener_declined (FlowEditOpener *self, FlowEditSession *session, const char *channel, FlowError code,
                           const char *message)
{
  const char *choice = flow_edit_session_get_choice (session);
  g_autoptr (GError) error = NULL;
  g_autofree char *command = NULL;

  g_message ("%s does not open “%s”: %s", channel, flow_edit_session_get_title (session), message);
  if (choice != NULL && flow_edit_choice_get_kind (choice) == FLOW_EDIT_PICK_CHANNEL)
    {
      tell_failure (self, session, code, message);
      return;
    }
  command = flow_edit_default_command (self->settings, &error);
  if (command == NULL || !open_command (self, session, "", command, &error))
    tell_error (self, session, error);
}

static void
write_editor (FlowJsonWriter *writer, const char *choice, const char *name, const char *kind, gboolean connected,
              gboolean installed)
{
  const char *const texts[][2] = { { "choice", choice }, { "name", name }, { "kind", kind } };

  flow_json_writer_begin_object (writer);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      flow_json_writer_key (writer, texts[i][0]);
      flow_json_writer_string (writer, texts[i][1], -1);
    }
  flow_json_writer_key (writer, "connected");
  flow_json_writer_bool (writer, connected);
  flow_json_writer_key (writer, "installed");
  flow_json_writer_bool (writer, installed);
  flow_json_writer_end_object (writer);
}

static void
write_channels (FlowEditOpener *self, FlowJsonWriter *writer)
{
  const char *vscode = flow_channel_kind_get_name (FLOW_CHANNEL_KIND_VSCODE_EXTENSION);
  gboolean has_vscode = flow_router_best (self->router, FLOW_CHANNEL_KIND_VSCODE_EXTENSION, CAPABILITY, NULL) != NULL;
  g_autoptr (GPtrArray) channels = flow_router_list (self->router);

  write_editor (writer, vscode, "Visual Studio Code", "channel", has_vscode, has_vscode);
  for (guint i = 0; i < channels->len; i++)
    {
      FlowChannel *channel = channels->pdata[i];
      const char *client = flow_channel_get_client (channel);
      const char *name = flow_channel_get_name (channel);

      if (flow_channel_get_kind (channel) == FLOW_CHANNEL_KIND_EDITOR &&
          flow_channel_has_capability (channel, CAPABILITY))
        write_editor (writer, name, client[0] != '\0' ? client : name, "channel", TRUE, TRUE);
    }
}

static gboolean
is_named_before (const FlowEditorPreset *presets, gsize i)
{
  for (gsize before = 0; before < i; before++)
    {
      if (g_str_equal (presets[before].name, presets[i].name))
        return TRUE;
    }
  return FALSE;
}

/* One that goes by several names is there once, unless it is installed under them. */
static void
write_commands (FlowJsonWriter *writer)
{
  gsize n;
  const FlowEditorPreset *presets = flow_editor_presets (&n);

  for (gsize i = 0; i < n; i++)
    {
      gboolean installed = flow_editor_preset_is_installed (&presets[i]);

      if (installed || !is_named_before (presets, i))
        write_editor (writer, presets[i].program, presets[i].name, "command", FALSE, installed);
    }
}

/**
 * flow_edit_opener_write:
 * @self: the opener
 * @writer: inside an object
 *
 * Write what the verb `edit-editors` answers: what can be chosen.
 */
void
flow_edit_opener_write (FlowEditOpener *self, FlowJsonWriter *writer)
{
  flow_json_writer_key (writer, "choices");
  flow_json_writer_begin_array (writer);
  write_channels (self, writer);
  for (guint i = 0; i < self->brought->len; i++)
    {
      const Brought *brought = &g_array_index (self->brought, Brought, i);
      gboolean connected = brought->editor.is_connected (brought->data);

      write_editor (writer, brought->editor.choice, brought->editor.name, "foreign", connected, connected);
    }
  write_commands (writer);
  flow_json_writer_end_array (writer);
}
