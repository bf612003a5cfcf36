/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-retention-row"

#include "app/shell/flow-retention-row.h"

#include <glib/gi18n.h>

#include "app/shell/flow-setting-row.h"

/**
 * FlowRetentionRow:
 *
 * How long, or how much, is kept. More is kept at once; less erases traces, so it has to be said twice.
 */
struct _FlowRetentionRow
{
  AdwActionRow parent_instance;

  FlowSettings *settings;
  char *key;
  GtkWidget *spin;
  GtkWidget *apply;
};

G_DEFINE_FINAL_TYPE (FlowRetentionRow, flow_retention_row, ADW_TYPE_ACTION_ROW)

static guint
kept (FlowRetentionRow *self)
{
  g_autoptr (GVariant) value = flow_settings_get (self->settings, self->key, NULL);

  return value != NULL ? g_variant_get_uint32 (value) : 0;
}

static guint
wanted (FlowRetentionRow *self)
{
  return (guint) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->spin));
}

static void
show_value (FlowRetentionRow *self)
{
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->spin), kept (self));
  gtk_widget_set_visible (self->apply, FALSE);
}

static void
setting_cb (FlowSettings *settings, const char *key, FlowRetentionRow *self)
{
  show_value (self);
}

static void
write_wanted (FlowRetentionRow *self)
{
  flow_setting_row_write (GTK_WIDGET (self), self->settings, self->key, g_variant_new_uint32 (wanted (self)));
}

static void
value_cb (FlowRetentionRow *self)
{
  if (wanted (self) > kept (self))
    write_wanted (self);
  gtk_widget_set_visible (self->apply, wanted (self) < kept (self));
}

static void
response_cb (AdwMessageDialog *dialog, const char *response, FlowRetentionRow *self)
{
  if (g_str_equal (response, "erase"))
    write_wanted (self);
  else
    show_value (self);
}

static char *
describe (FlowRetentionRow *self)
{
  guint n = wanted (self);

  if (g_str_equal (self->key, "capture.retention-days"))
    return g_strdup_printf (ngettext ("Traces that came more than %u day ago are erased and cannot be brought back.",
                                      "Traces that came more than %u days ago are erased and cannot be brought back.",
                                      n),
                            n);
  return g_strdup_printf (_ ("The oldest traces are erased until the rest needs %u MiB. They cannot be brought back."),
                          n);
}

static void
apply_cb (FlowRetentionRow *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autofree char *consequence = describe (self);
  g_autofree char *body = g_strconcat (consequence, " ", _ ("Pinned traces and those with a note or a tag stay."),
                                       NULL);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (root), _ ("Erase Older Traces?"), body);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Keep All"), "erase",
                                    _ ("_Erase Older Traces"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "erase", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
flow_retention_row_dispose (GObject *object)
{
  FlowRetentionRow *self = FLOW_RETENTION_ROW (object);

  g_clear_object (&self->settings);
  g_clear_pointer (&self->key, g_free);

  G_OBJECT_CLASS (flow_retention_row_parent_class)->dispose (object);
}

static void
flow_retention_row_class_init (FlowRetentionRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_retention_row_dispose;
}

static void
flow_retention_row_init (FlowRetentionRow *self)
{
}

static void
add_controls (FlowRetentionRow *self)
{
  g_autoptr (GVariant) range = flow_settings_get_range (self->settings, self->key);
  g_autoptr (GVariant) detail = NULL;
  guint least;
  guint most;

  g_variant_get_child (range, 1, "v", &detail);
  g_variant_get (detail, "(uu)", &least, &most);
  self->apply = gtk_button_new_with_mnemonic (_ ("_Apply"));
  self->spin = gtk_spin_button_new_with_range (least, most, 1);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (self->spin), TRUE);
  gtk_widget_set_valign (self->apply, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (self->spin, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->apply, "destructive-action");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->spin), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  flow_settings_get_summary (self->settings, self->key), -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->apply);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->spin);
}

/**
 * flow_retention_row_new:
 * @settings: the settings
 * @key: `capture.retention-days` or `capture.retention-size-mb`
 *
 * Returns: (transfer floating): the row
 */
GtkWidget *
flow_retention_row_new (FlowSettings *settings, const char *key)
{
  FlowRetentionRow *self = g_object_new (FLOW_TYPE_RETENTION_ROW, NULL);
  g_autofree char *detail = g_strconcat ("changed::", key, NULL);

  self->settings = g_object_ref (settings);
  self->key = g_strdup (key);
  flow_setting_row_describe (GTK_WIDGET (self), settings, key);
  add_controls (self);
  show_value (self);
  g_signal_connect_swapped (self->spin, "value-changed", G_CALLBACK (value_cb), self);
  g_signal_connect_swapped (self->apply, "clicked", G_CALLBACK (apply_cb), self);
  g_signal_connect_object (settings, detail, G_CALLBACK (setting_cb), self, 0);
  return GTK_WIDGET (self);
}
