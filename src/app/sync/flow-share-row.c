/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-share-row"

#include "app/sync/flow-share-row.h"

#include <glib/gi18n.h>

#include "app/shell/flow-toast.h"
#include "app/sync/flow-trace-share.h"

/**
 * FlowShareRow:
 *
 * Whether one trace is on the user's other devices too, with the switch for it, or why it cannot be.
 */
struct _FlowShareRow
{
  AdwActionRow parent_instance;

  FlowTraceShare *share;
  GtkWidget *spinner;
  GtkSwitch *button;
  gboolean showing; /* the switch moves because it is so */
};

G_DEFINE_FINAL_TYPE (FlowShareRow, flow_share_row, ADW_TYPE_ACTION_ROW)

static void
show (FlowShareRow *self)
{
  const char *reason = flow_trace_share_get_reason (self->share);
  gboolean is_slow = flow_trace_share_is_slow (self->share);

  self->showing = TRUE;
  gtk_switch_set_active (self->button, flow_trace_share_get_shared (self->share));
  self->showing = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self), reason == NULL);
  gtk_widget_set_visible (self->spinner, is_slow);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), is_slow);
  adw_action_row_set_subtitle (
      ADW_ACTION_ROW (self), reason != NULL ? reason : _ ("They fetch its spans, encrypted, when it is opened there"));
}

static void
active_cb (FlowShareRow *self)
{
  if (!self->showing)
    flow_trace_share_set_shared (self->share, gtk_switch_get_active (self->button));
  /* While a change is under way the switch says what is to be. */
  show (self);
}

static void
failed_cb (FlowShareRow *self, const char *reason)
{
  g_autofree char *text = g_strdup_printf (_ ("The trace stays as it was: %s"), reason);

  flow_toast (GTK_WIDGET (self), text);
}

static void
flow_share_row_dispose (GObject *object)
{
  g_clear_object (&FLOW_SHARE_ROW (object)->share);

  G_OBJECT_CLASS (flow_share_row_parent_class)->dispose (object);
}

static void
flow_share_row_class_init (FlowShareRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_share_row_dispose;
}

static void
flow_share_row_init (FlowShareRow *self)
{
  const char *title = _ ("On My Other Devices");

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 0);
  self->spinner = gtk_spinner_new ();
  gtk_widget_set_visible (self->spinner, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->spinner), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Under way"), -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->spinner);
  self->button = GTK_SWITCH (gtk_switch_new ());
  gtk_widget_set_valign (GTK_WIDGET (self->button), GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_signal_connect_swapped (self->button, "notify::active", G_CALLBACK (active_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), GTK_WIDGET (self->button));
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), GTK_WIDGET (self->button));
}

/**
 * flow_share_row_new:
 * @board: how syncing is
 *
 * Returns: (transfer floating): a row about no trace yet
 */
GtkWidget *
flow_share_row_new (FlowSyncBoard *board)
{
  FlowShareRow *self = g_object_new (FLOW_TYPE_SHARE_ROW, NULL);

  self->share = flow_trace_share_new (board);
  g_signal_connect_object (self->share, "changed", G_CALLBACK (show), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->share, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  show (self);
  return GTK_WIDGET (self);
}

/**
 * flow_share_row_set_trace:
 * @self: the row
 * @trace_id: (nullable): 16 bytes, %NULL for no trace
 *
 * Be about a trace.
 */
void
flow_share_row_set_trace (FlowShareRow *self, const guint8 *trace_id)
{
  g_return_if_fail (FLOW_IS_SHARE_ROW (self));

  flow_trace_share_set_trace (self->share, trace_id);
}
