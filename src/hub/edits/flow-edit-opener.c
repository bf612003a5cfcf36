/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-edits"

#include "hub/edits/flow-edit-opener.h"

#include <string.h>

#include "launch/flow-editor-preset.h"

#define CAPABILITY "edit"

/* An editor that a doorway brings. */
typedef struct
{
  FlowHubEditor editor;
  gpointer data;
} Brought;

struct _FlowEditOpener
{
  FlowRouter *router;
  FlowEditChannels *channels;
  FlowSettingsSnapshot *settings;
  GArray *brought; /* of Brought */
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
  FlowEditOpener *self = g_new0 (FlowEditOpener, 1);

  self->router = setup->router;
  self->channels = channels;
  self->settings = flow_settings_snapshot_ref (settings);
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
  g_array_unref (self->brought);
  flow_settings_snapshot_unref (self->settings);
  g_free (self);
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
find_brought (FlowEditOpener *self, const char *choice)
{
  for (guint i = 0; i < self->brought->len; i++)
    {
      const Brought *brought = &g_array_index (self->brought, Brought, i);

      if (g_str_equal (brought->editor.choice, choice))
        return brought;
    }
  return NULL;
}

static const char *
find_rule (const FlowEditorRule *rules, gsize n, const char *subject)
{
  for (gsize i = 0; subject[0] != '\0' && i < n; i++)
    {
      if (g_ascii_strcasecmp (rules[i].subject, subject) == 0)
        return rules[i].choice;
    }
  return NULL;
}

/* What the user has chosen: for this text, its site, with port or without, or its type. */
static const char *
find_choice (FlowEditOpener *self, FlowEditSession *session)
{
  const FlowSettingsSnapshot *settings = self->settings;
  const char *choice = flow_edit_session_get_choice (session);
  const char *site = flow_edit_session_get_site (session);
  g_autofree char *host = g_strndup (site, strcspn (site, ":"));

  if (choice != NULL && choice[0] != '\0')
    return choice;
  choice = find_rule (settings->editors_by_site, settings->n_editors_by_site, site);
  if (choice == NULL)
    choice = find_rule (settings->editors_by_site, settings->n_editors_by_site, host);
  if (choice == NULL)
    choice = find_rule (settings->editors_by_type, settings->n_editors_by_type,
                        flow_edit_session_get_file_type (session));
  return choice;
}

static void
set_error_not_found (const char *choice, GError **error)
{
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_EDITOR_NOT_FOUND, "the editor “%s” is not connected", choice);
}

/* A connected editor by its kind or its full name. */
static FlowChannel *
find_channel (FlowEditOpener *self, const char *choice, gboolean *is_channel)
{
  FlowChannel *channel;
  FlowChannelKind kind;

  *is_channel = TRUE;
  if (flow_channel_kind_from_name (choice, strlen (choice), &kind))
    return flow_router_best (self->router, kind, CAPABILITY, NULL);
  if (!flow_channel_name_split (choice, &kind, NULL))
    {
      *is_channel = FALSE;
      return NULL;
    }
  channel = flow_router_find (self->router, choice);
  return channel != NULL && flow_channel_has_capability (channel, CAPABILITY) ? channel : NULL;
}

static gboolean
open_channel (FlowEditOpener *self, FlowEditSession *session, FlowChannel *channel, const char *choice, GError **error)
{
  flow_edit_session_set_editor (session, choice, flow_channel_get_client (channel));
  return flow_edit_channels_open (self->channels, session, channel, error);
}

static gboolean
open_brought (const Brought *brought, FlowEditSession *session, GError **error)
{
  flow_edit_session_set_editor (session, brought->editor.choice, brought->editor.name);
  return brought->editor.open (session, brought->data, error);
}

static gboolean
open_choice (FlowEditOpener *self, FlowEditSession *session, const char *choice, GError **error)
{
  const Brought *brought = find_brought (self, choice);
  gboolean is_channel;
  FlowChannel *channel;

  if (brought != NULL)
    return open_brought (brought, session, error);
  channel = find_channel (self, choice, &is_channel);
  if (channel != NULL)
    return open_channel (self, session, channel, choice, error);
  if (!is_channel)
    return open_command (self, session, choice, error);
  set_error_not_found (choice, error);
  return FALSE;
}

static gboolean
open_best (FlowEditOpener *self, FlowEditSession *session, GError **error)
{
  FlowChannel *channel = flow_router_best (self->router, FLOW_CHANNEL_KIND_EDITOR, CAPABILITY, NULL);

  if (channel != NULL)
    return open_channel (self, session, channel, flow_channel_get_name (channel), error);
  return open_command (self, session, NULL, error);
}
