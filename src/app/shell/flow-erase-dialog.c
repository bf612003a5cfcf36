/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-erase-dialog"

#include "app/shell/flow-erase-dialog.h"

#include <glib/gi18n.h>

#include "app/shell/flow-count-text.h"
#include "app/shell/flow-storage-work.h"

static char *
describe (FlowServices *services)
{
  FlowHub *hub = flow_services_get_hub (services);
  FlowHubSummary summary = { 0 };
  g_autofree char *traces = NULL;
  g_autofree char *spans = NULL;

  if (hub != NULL)
    flow_hub_get_summary (hub, &summary);
  traces = flow_count_text_traces (summary.traces);
  spans = flow_count_text_spans (summary.spans);
  /* Translators: “12 traces”, “345 spans”, and what has to be typed. */
  return g_strdup_printf (_ ("%s with %s, all logs and metrics, and your own notes, tags and pins are erased from the "
                             "disk; those that you sync, on your other devices too. They cannot be brought back.\n\n"
                             "Type “%s” to go on."),
                          traces, spans, _ ("erase all"));
}

static void
typed_cb (GtkEditable *entry, AdwMessageDialog *dialog)
{
  g_autofree char *text = g_utf8_casefold (gtk_editable_get_text (entry), -1);
  g_autofree char *word = g_utf8_casefold (_ ("erase all"), -1);

  adw_message_dialog_set_response_enabled (dialog, "erase", g_str_equal (g_strstrip (text), word));
}

static void
response_cb (AdwMessageDialog *dialog, const char *response, FlowServices *services)
{
  if (g_str_equal (response, "erase"))
    flow_storage_work_erase_all (services);
}

/**
 * flow_erase_dialog_new:
 * @parent: (nullable): the window in front
 * @services: the hub that erases
 *
 * Ask whether everything should be erased. The answer has to be typed, as nothing brings it back.
 *
 * Returns: (transfer none): an #AdwMessageDialog, not shown yet
 */
GtkWindow *
flow_erase_dialog_new (GtkWindow *parent, FlowServices *services)
{
  GtkWidget *dialog = adw_message_dialog_new (parent, _ ("Erase All Traces?"), NULL);
  GtkWidget *entry = gtk_entry_new ();
  g_autofree char *body = describe (services);

  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), body);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Confirmation"), -1);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "erase",
                                    _ ("_Erase All Traces"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "erase", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (dialog), "erase", FALSE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect (entry, "changed", G_CALLBACK (typed_cb), dialog);
  g_signal_connect_object (dialog, "response", G_CALLBACK (response_cb), services, 0);
  return GTK_WINDOW (dialog);
}
