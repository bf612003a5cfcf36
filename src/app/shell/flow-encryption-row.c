/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-encryption-row"

#include "app/shell/flow-encryption-row.h"

#include <glib/gi18n.h>

#include "hub/flow-json-read.h"

/* While traces are being encrypted or decrypted, and while the key is missed. */
#define LOOK_MS 500

/**
 * FlowEncryptionRow:
 *
 * How far traces are encrypted on the disk, below the switch that wants it: what is under way, what keeps it from being
 * so, and the button that asks for the keyring. It asks the hub as long as it is seen.
 */
struct _FlowEncryptionRow
{
  AdwActionRow parent_instance;

  FlowServices *services;
  GtkWidget *progress;
  GtkWidget *unlock;
  GCancellable *cancellable; /* while it is seen */
  GSource *timer;
};

G_DEFINE_FINAL_TYPE (FlowEncryptionRow, flow_encryption_row, ADW_TYPE_ACTION_ROW)

static void look (FlowEncryptionRow *self);

static const char *
describe (JsonObject *status)
{
  const char *state = flow_json_get_string (status, "state");
  const char *message = flow_json_get_string (status, "message");

  if (flow_json_get_bool (status, "locked") || (message != NULL && !flow_json_get_bool (status, "settled")))
    return message != NULL ? message : _ ("The key is not at hand: nothing is taken in");
  if (g_strcmp0 (state, "encrypting") == 0)
    return _ ("Being encrypted; FlowScope can be used meanwhile");
  if (g_strcmp0 (state, "wiping") == 0)
    return _ ("Encrypted; what is left of the plain bytes is being overwritten");
  if (g_strcmp0 (state, "decrypting") == 0)
    return _ ("Being decrypted; FlowScope can be used meanwhile");
  if (g_strcmp0 (state, "encrypted") == 0)
    return _ ("Encrypted");
  return _ ("Not encrypted");
}

static void
show (FlowEncryptionRow *self, JsonObject *status)
{
  gint64 total = flow_json_get_int (status, "total");
  const char *state = flow_json_get_string (status, "state");
  gboolean moving = g_strcmp0 (state, "encrypting") == 0 || g_strcmp0 (state, "decrypting") == 0;
  gboolean settled = flow_json_get_bool (status, "settled");

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), describe (status));
  gtk_widget_set_visible (self->progress, moving && total > 0);
  if (moving && total > 0)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress),
                                   CLAMP ((double) flow_json_get_int (status, "done") / (double) total, 0, 1));
  gtk_widget_set_visible (self->unlock, !settled && flow_json_get_string (status, "message") != NULL);
}

static void
clear_timer (FlowEncryptionRow *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static gboolean
timer_cb (gpointer data)
{
  FlowEncryptionRow *self = data;

  clear_timer (self);
  look (self);
  return G_SOURCE_REMOVE;
}

static void
look_again (FlowEncryptionRow *self)
{
  clear_timer (self);
  self->timer = g_timeout_source_new (LOOK_MS);
  g_source_set_static_name (self->timer, "flow-encryption-row");
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, NULL);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowEncryptionRow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) status = flow_hub_run_verb_finish (FLOW_HUB (source), result, &error);

  if (self->cancellable == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (status != NULL)
    show (self, status);
  look_again (self);
}

static void
look (FlowEncryptionRow *self)
{
  FlowHub *hub = flow_services_get_hub (self->services);

  if (hub != NULL)
    {
      flow_hub_run_verb_async (hub, "encryption", NULL, self->cancellable, looked_cb, g_object_ref (self));
      return;
    }
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), _ ("The hub does not run"));
  look_again (self);
}

static void
unlock_cb (GtkButton *button, FlowEncryptionRow *self)
{
  FlowHub *hub = flow_services_get_hub (self->services);

  if (hub != NULL)
    flow_hub_run_verb_async (hub, "encryption-unlock", NULL, NULL, NULL, NULL);
}

static void
flow_encryption_row_map (GtkWidget *widget)
{
  FlowEncryptionRow *self = FLOW_ENCRYPTION_ROW (widget);

  GTK_WIDGET_CLASS (flow_encryption_row_parent_class)->map (widget);
  self->cancellable = g_cancellable_new ();
  look (self);
}

static void
stop (FlowEncryptionRow *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  clear_timer (self);
}

static void
flow_encryption_row_unmap (GtkWidget *widget)
{
  stop (FLOW_ENCRYPTION_ROW (widget));
  GTK_WIDGET_CLASS (flow_encryption_row_parent_class)->unmap (widget);
}

static void
flow_encryption_row_dispose (GObject *object)
{
  FlowEncryptionRow *self = FLOW_ENCRYPTION_ROW (object);

  stop (self);
  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_encryption_row_parent_class)->dispose (object);
}

static void
flow_encryption_row_class_init (FlowEncryptionRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_encryption_row_dispose;
  GTK_WIDGET_CLASS (klass)->map = flow_encryption_row_map;
  GTK_WIDGET_CLASS (klass)->unmap = flow_encryption_row_unmap;
}

static void
flow_encryption_row_init (FlowEncryptionRow *self)
{
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _ ("Traces on the Disk"));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 0);
  self->progress = gtk_progress_bar_new ();
  gtk_widget_set_valign (self->progress, GTK_ALIGN_CENTER);
  gtk_widget_set_visible (self->progress, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("How much is done"), -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->progress);
  self->unlock = gtk_button_new_with_mnemonic (_ ("_Unlock Keyring"));
  gtk_widget_set_valign (self->unlock, GTK_ALIGN_CENTER);
  gtk_widget_set_visible (self->unlock, FALSE);
  g_signal_connect (self->unlock, "clicked", G_CALLBACK (unlock_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->unlock);
}

/**
 * flow_encryption_row_new:
 * @services: the hub
 *
 * Make a row that says how far traces are encrypted.
 *
 * Returns: (transfer floating): the row
 */
GtkWidget *
flow_encryption_row_new (FlowServices *services)
{
  FlowEncryptionRow *self = g_object_new (FLOW_TYPE_ENCRYPTION_ROW, NULL);

  self->services = g_object_ref (services);
  return GTK_WIDGET (self);
}
