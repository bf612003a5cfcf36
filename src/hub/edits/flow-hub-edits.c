/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-edits"

#include "hub/edits/flow-hub-edits.h"

#include "hub/edits/flow-edit-opener.h"
#include "hub/edits/flow-edit-user-files.h"

#define MEBIBYTE (G_GUINT64_CONSTANT (1024) * 1024)

struct _FlowHubEdits
{
  FlowHubNews *news;
  FlowEdits *edits;
  FlowEditChannels *channels;
  FlowEditOpener *opener;
  FlowEditUserFiles *user_files;
  GSource *tick;
};

typedef struct
{
  GSource source;
  FlowHubEdits *edits;
} TickSource;

static gboolean
tick_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  FlowHubEdits *self = ((TickSource *) source)->edits;

  g_source_set_ready_time (source, -1);
  g_source_set_ready_time (source, flow_edits_tick (self->edits));
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs tick_funcs = { .dispatch = tick_dispatch };

static GSource *
tick_new (FlowHubEdits *self)
{
  GSource *tick = g_source_new (&tick_funcs, sizeof (TickSource));

  ((TickSource *) tick)->edits = self;
  g_source_set_name (tick, "flow-hub-edits");
  g_source_attach (tick, g_main_context_get_thread_default ());
  return tick;
}

static void
changed (FlowEdits *edits, gpointer data)
{
  FlowHubEdits *self = data;

  flow_hub_news_edits (self->news);
  if (self->user_files != NULL)
    flow_edit_user_files_changed (self->user_files);
}

static void
notice (FlowEdits *edits, FlowEditNotice kind, const char *id, const char *title, const char *detail, gpointer data)
{
  FlowHubEdits *self = data;

  flow_hub_news_edit_notice (self->news, flow_edit_notice_name (kind), id != NULL ? id : "", title != NULL ? title : "",
                             "", detail != NULL ? detail : "");
}

static void
open_editor (FlowEdits *edits, FlowEditSession *session, gpointer data)
{
  flow_edit_opener_open (((FlowHubEdits *) data)->opener, session);
}

static void
show_editor (FlowEdits *edits, FlowEditSession *session, FlowEditEndpoint *editor, gpointer data)
{
  flow_edit_opener_show (((FlowHubEdits *) data)->opener, session, editor);
}

static void
due (FlowEdits *edits, gint64 due_us, gpointer data)
{
  FlowHubEdits *self = data;
  gint64 ready = g_source_get_ready_time (self->tick);

  if (ready < 0 || due_us < ready)
    g_source_set_ready_time (self->tick, due_us);
}

static const FlowEditsFuncs edits_funcs = { changed, notice, open_editor, show_editor, NULL, due };

static void
declined (FlowEditSession *session, const char *channel, FlowError code, const char *message, gpointer data)
{
  flow_edit_opener_declined (((FlowHubEdits *) data)->opener, session, channel, code, message);
}

static void
came_back (FlowEditSession *session, gpointer data)
{
  flow_edit_user_files_came_back (((FlowHubEdits *) data)->user_files, session);
}

static gboolean
lend (FlowEditSession *session, const char *command, gpointer data)
{
  return flow_edit_user_files_lend (((FlowHubEdits *) data)->user_files, session, command);
}

static void
failed (FlowEditSession *session, FlowError code, const char *message, gpointer data)
{
  flow_edit_user_files_failed (((FlowHubEdits *) data)->user_files, session, code, message);
}

static void
apply_settings (FlowHubEdits *self, const FlowSettingsSnapshot *settings)
{
  const FlowEditsSettings applied = {
    .denied_hosts = settings->edit_denied_hosts,
    .journal_days = settings->edit_journal_days,
    .journal_bytes = settings->edit_journal_size_mb * MEBIBYTE,
  };

  flow_edits_set_settings (self->edits, &applied);
}

/**
 * flow_hub_edits_new:
 * @setup: what they work with
 * @settings: (transfer none): the settings
 * @error: return location
 *
 * Read the texts that are kept. On the hub thread, with an open store.
 *
 * Returns: (transfer full): the edits, or %NULL when they cannot be read
 */
FlowHubEdits *
flow_hub_edits_new (const FlowHubEditsSetup *setup, FlowSettingsSnapshot *settings, GError **error)
{
  static const FlowEditChannelsFuncs channels_funcs = { declined, came_back };
  static const FlowEditOpenerFuncs opener_funcs = { lend, failed };
  FlowHubEdits *self = g_new0 (FlowHubEdits, 1);

  self->news = setup->news;
  self->tick = tick_new (self);
  self->edits = flow_edits_new (flow_router_get_clock (setup->router), setup->journal, &edits_funcs, self);
  self->channels = flow_edit_channels_new (self->edits, setup->router, &channels_funcs, self);
  self->opener = flow_edit_opener_new (setup, self->edits, self->channels, settings);
  self->user_files = flow_edit_user_files_new (self->edits, self->opener);
  flow_edit_opener_set_funcs (self->opener, &opener_funcs, self);
  apply_settings (self, settings);
  if (!flow_edits_start (self->edits, error))
    {
      flow_hub_edits_free (self);
      return NULL;
    }
  flow_edit_opener_start (self->opener);
  return self;
}

/**
 * flow_hub_edits_stop:
 * @self: edits
 *
 * Let go of all ends, while the store still takes what is to be kept. What they have is there again after the next
 * start.
 */
void
flow_hub_edits_stop (FlowHubEdits *self)
{
  flow_edit_files_stop (flow_edit_opener_get_files (self->opener));
  flow_edit_user_files_stop (self->user_files);
  flow_edits_stop (self->edits);
}

/**
 * flow_hub_edits_free:
 * @self: (transfer full): edits of which the store has heard everything
 *
 * Free them.
 */
void
flow_hub_edits_free (FlowHubEdits *self)
{
  g_source_destroy (self->tick);
  flow_hub_edits_stop (self);
  flow_edit_opener_free (self->opener);
  g_clear_pointer (&self->user_files, flow_edit_user_files_free);
  flow_edit_channels_free (self->channels);
  flow_edits_free (self->edits);
  g_source_unref (self->tick);
  g_free (self);
}

/**
 * flow_hub_edits_set_settings:
 * @self: edits
 * @settings: (transfer none): the settings
 *
 * Go by other settings.
 */
void
flow_hub_edits_set_settings (FlowHubEdits *self, FlowSettingsSnapshot *settings)
{
  apply_settings (self, settings);
  flow_edit_opener_set_settings (self->opener, settings);
}

/**
 * flow_hub_edits_get_edits:
 * @self: edits
 *
 * Returns: (transfer none): the texts
 */
FlowEdits *
flow_hub_edits_get_edits (FlowHubEdits *self)
{
  return self->edits;
}

/**
 * flow_hub_edits_get_channels:
 * @self: edits
 *
 * Returns: (transfer none): the ends that are channels
 */
FlowEditChannels *
flow_hub_edits_get_channels (FlowHubEdits *self)
{
  return self->channels;
}

/**
 * flow_hub_edits_add_editor:
 * @self: edits
 * @editor: an editor that a doorway brings; its strings must stay
 * @data: for its functions; must live until the edits are stopped
 *
 * Know one more editor that can be chosen.
 */
void
flow_hub_edits_add_editor (FlowHubEdits *self, const FlowHubEditor *editor, gpointer data)
{
  flow_edit_opener_add_editor (self->opener, editor, data);
}

/**
 * flow_hub_edits_get_files:
 * @self: edits
 *
 * Returns: (transfer none): the texts that are in files
 */
FlowEditFiles *
flow_hub_edits_get_files (FlowHubEdits *self)
{
  return flow_edit_opener_get_files (self->opener);
}

/**
 * flow_hub_edits_left:
 * @self: edits
 * @channel: a channel that is gone
 *
 * Have its texts wait for it.
 */
void
flow_hub_edits_left (FlowHubEdits *self, FlowChannel *channel)
{
  flow_edit_channels_left (self->channels, channel);
}

/**
 * flow_hub_edits_write_editors:
 * @self: edits
 * @writer: inside an object
 *
 * Write what the verb `edit-editors` answers.
 */
void
flow_hub_edits_write_editors (FlowHubEdits *self, FlowJsonWriter *writer)
{
  flow_edit_opener_write (self->opener, writer);
}

/**
 * flow_hub_edits_get_user_files:
 * @self: edits
 *
 * Returns: (transfer none): files of the user's that are edited
 */
FlowEditUserFiles *
flow_hub_edits_get_user_files (FlowHubEdits *self)
{
  return self->user_files;
}
