/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-import-dialog"

#include "app/shell/flow-import-dialog.h"

#include <glib/gi18n.h>

static void
chosen_cb (GtkNativeDialog *dialog, int response, FlowImporter *importer)
{
  g_autoptr (GListModel) files = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
      for (guint i = 0; i < g_list_model_get_n_items (files); i++)
        {
          g_autoptr (GFile) file = g_list_model_get_item (files, i);

          flow_importer_add (importer, file);
        }
    }
  g_object_unref (dialog);
}

static void
add_filter (GtkFileChooser *chooser, const char *name, const char *const *patterns)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (gsize i = 0; patterns[i] != NULL; i++)
    gtk_file_filter_add_pattern (filter, patterns[i]);
  gtk_file_chooser_add_filter (chooser, filter);
}

/**
 * flow_import_dialog_show:
 * @parent: the window in front
 * @importer: takes what is chosen
 *
 * Ask which files should be imported.
 */
void
flow_import_dialog_show (GtkWindow *parent, FlowImporter *importer)
{
  static const char *const known[] = { "*.json",    "*.jsonl",    "*.otlp",    "*.pb",    "*.binpb",
                                       "*.json.gz", "*.jsonl.gz", "*.otlp.gz", "*.pb.gz", NULL };
  static const char *const any[] = { "*", NULL };
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_ ("Import Traces, Logs or Metrics"), parent,
                                                              GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Import"), NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (dialog), TRUE);
  add_filter (GTK_FILE_CHOOSER (dialog), _ ("OTLP files"), known);
  add_filter (GTK_FILE_CHOOSER (dialog), _ ("All files"), any);
  g_signal_connect_object (dialog, "response", G_CALLBACK (chosen_cb), importer, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
