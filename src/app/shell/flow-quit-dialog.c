/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-quit-dialog"

#include "app/shell/flow-quit-dialog.h"

#include <glib/gi18n.h>

static char *
list_jobs (FlowJobs *jobs)
{
  GString *text = g_string_new (_ ("This is still under way, and what is not done yet will be missing:"));
  guint n = g_list_model_get_n_items (G_LIST_MODEL (jobs));

  g_string_append_c (text, '\n');
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (FlowJob) job = g_list_model_get_item (G_LIST_MODEL (jobs), i);

      if (flow_job_get_keep (job))
        g_string_append_printf (text, "\n%s", flow_job_get_title (job));
    }
  return g_string_free (text, FALSE);
}

/**
 * flow_quit_dialog_new:
 * @parent: (nullable): the window in front
 * @jobs: what runs
 *
 * Ask whether the program should end although something would be lost. The response is `quit` or `cancel`.
 *
 * Returns: (transfer none): an #AdwMessageDialog, not shown yet
 */
GtkWindow *
flow_quit_dialog_new (GtkWindow *parent, FlowJobs *jobs)
{
  GtkWidget *dialog = adw_message_dialog_new (parent, _ ("Quit Although Work Is Under Way?"), NULL);
  g_autofree char *body = list_jobs (jobs);

  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), body);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Go On"), "quit", _ ("_Quit"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "quit", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  return GTK_WINDOW (dialog);
}
