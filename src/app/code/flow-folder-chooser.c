/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-folder-chooser"

#include "app/code/flow-folder-chooser.h"

/**
 * flow_folder_chooser_show:
 * @chooser: (inout): where the owner keeps it; %NULL while none is open
 * @parent: (nullable): the window that asks
 * @title: what is asked for
 * @accept: what the button says that takes the folder
 * @response: gets the owner and the response, see flow_folder_chooser_take()
 * @owner: (type GObject): whose chooser it is; nothing is called when it is gone
 *
 * Ask for a folder. One that is open already comes to the front.
 */
void
flow_folder_chooser_show (GtkFileChooserNative **chooser, GtkWindow *parent, const char *title, const char *accept,
                          GCallback response, gpointer owner)
{
  if (*chooser == NULL)
    {
      *chooser = gtk_file_chooser_native_new (title, parent, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, accept, NULL);
      gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (*chooser), TRUE);
      g_signal_connect_object (*chooser, "response", response, owner, G_CONNECT_SWAPPED);
    }
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (*chooser));
}

/**
 * flow_folder_chooser_take:
 * @chooser: (inout): the chooser that answered; %NULL afterwards
 * @response: what it answered
 *
 * Get what was chosen.
 *
 * Returns: (transfer full) (nullable): the folder; %NULL when none was chosen, or none on this machine
 */
char *
flow_folder_chooser_take (GtkFileChooserNative **chooser, int response)
{
  g_autoptr (GtkFileChooserNative) answered = g_steal_pointer (chooser);
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (answered));
  return file != NULL ? g_file_get_path (file) : NULL;
}
