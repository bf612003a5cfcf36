/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-where-dialog"

#include "app/code/flow-where-dialog.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/code/flow-code-folders.h"
#include "app/code/flow-folder-chooser.h"
#include "launch/flow-path-guess.h"

/**
 * FlowWhereDialog:
 *
 * Asks where the files of a program elsewhere are on this machine: “Where is /app here?”. One folder answers it; which
 * part of the path it stands for is found by looking. The answer is remembered for the service.
 */
struct _FlowWhereDialog
{
  AdwWindow parent_instance;

  FlowServices *services;
  char *service;
  char *file;
  char *folder;
  char *prefix; /* what of the path the folder stands for; NULL: the file is not in it */

  AdwStatusPage *page;
  AdwActionRow *folder_row;
  GtkLabel *verdict;
  GtkButton *open_button;
  GtkWidget *choose_button;
  GtkFileChooserNative *chooser;
};

G_DEFINE_FINAL_TYPE (FlowWhereDialog, flow_where_dialog, ADW_TYPE_WINDOW)

enum
{
  ANSWERED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
show_verdict (FlowWhereDialog *self)
{
  g_autofree char *text = NULL;

  if (self->folder == NULL)
    text = g_strdup (_ ("The folder is remembered: you are asked once for each program."));
  else if (self->prefix == NULL)
    text = g_strdup (_ ("That file is not in this folder. Choose another one."));
  else if (self->prefix[0] == '\0')
    text = g_strdup (_ ("The file is there."));
  else
    text = g_strdup_printf (_ ("The file is there: this folder is “%s”."), self->prefix);
  gtk_label_set_text (self->verdict, text);
  if (self->folder != NULL && self->prefix == NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->verdict), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->verdict), "error");
  gtk_widget_set_sensitive (GTK_WIDGET (self->open_button), self->prefix != NULL);
  if (self->prefix != NULL)
    gtk_window_set_default_widget (GTK_WINDOW (self), GTK_WIDGET (self->open_button));
  /* Enter does the next thing there is to do. */
  gtk_window_set_focus (GTK_WINDOW (self), self->prefix != NULL ? GTK_WIDGET (self->open_button) : self->choose_button);
}

/**
 * flow_where_dialog_set_folder:
 * @self: the dialog
 * @folder: an absolute folder
 *
 * Choose a folder, as the user does; whether the file is in it is said.
 */
void
flow_where_dialog_set_folder (FlowWhereDialog *self, const char *folder)
{
  g_autofree char *shown = g_filename_display_name (folder);
  g_autofree char *escaped = g_markup_escape_text (shown, -1);
  char *copy = g_strdup (folder);

  g_free (self->folder);
  self->folder = copy;
  g_free (self->prefix);
  self->prefix = flow_path_guess_prefix (self->file, folder);
  adw_action_row_set_subtitle (self->folder_row, escaped);
  show_verdict (self);
}

static void
chosen_cb (FlowWhereDialog *self, int response)
{
  g_autofree char *path = flow_folder_chooser_take (&self->chooser, response);

  if (path != NULL)
    flow_where_dialog_set_folder (self, path);
}

static void
choose_cb (FlowWhereDialog *self)
{
  flow_folder_chooser_show (&self->chooser, GTK_WINDOW (self), _ ("Choose a Folder"), _ ("_Choose"),
                            G_CALLBACK (chosen_cb), self);
}

/* A relative path is looked for in every workspace; an absolute one needs a map. */
static gboolean
remember (FlowWhereDialog *self, GError **error)
{
  if (self->prefix[0] == '\0')
    return flow_code_add_workspace (self->services, self->folder, error);
  return flow_code_add_path_map (self->services, self->service[0] != '\0' ? self->service : "*", self->prefix,
                                 self->folder, error);
}

static void
open_cb (FlowWhereDialog *self)
{
  g_autoptr (GError) error = NULL;

  if (self->prefix == NULL)
    return;
  if (!remember (self, &error))
    {
      gtk_label_set_text (self->verdict, error->message);
      return;
    }
  g_signal_emit (self, signals[ANSWERED], 0);
  gtk_window_close (GTK_WINDOW (self));
}

static void
flow_where_dialog_dispose (GObject *object)
{
  FlowWhereDialog *self = FLOW_WHERE_DIALOG (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->services);
  g_clear_pointer (&self->service, g_free);
  g_clear_pointer (&self->file, g_free);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->prefix, g_free);

  G_OBJECT_CLASS (flow_where_dialog_parent_class)->dispose (object);
}

static void
flow_where_dialog_class_init (FlowWhereDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_where_dialog_dispose;

  /**
   * FlowWhereDialog::answered:
   * @self: the dialog
   *
   * Emitted when a folder was chosen that has the file, and it is remembered.
   */
  signals[ANSWERED] = g_signal_new ("answered", FLOW_TYPE_WHERE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/code/flow-where-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowWhereDialog, page);
  gtk_widget_class_bind_template_child (widget_class, FlowWhereDialog, folder_row);
  gtk_widget_class_bind_template_child (widget_class, FlowWhereDialog, verdict);
  gtk_widget_class_bind_template_child (widget_class, FlowWhereDialog, open_button);
  gtk_widget_class_bind_template_child (widget_class, FlowWhereDialog, choose_button);
  gtk_widget_class_bind_template_callback (widget_class, choose_cb);
  gtk_widget_class_bind_template_callback (widget_class, open_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
flow_where_dialog_init (FlowWhereDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* "/app" of "/app/src/users.ts": what people call the place. */
static char *
first_folder (const char *file)
{
  g_autofree char *path = g_str_has_prefix (file, "file:") ? g_filename_from_uri (file, NULL, NULL) : NULL;
  const char *at = path != NULL ? path : file;
  const char *end = at[0] != '\0' ? strpbrk (at + 1, "/\\") : NULL;

  return end != NULL ? g_strndup (at, (gsize) (end - at)) : g_strdup (at);
}

static void
set_texts (FlowWhereDialog *self)
{
  g_autofree char *folder = first_folder (self->file);
  g_autofree char *title = g_strdup_printf (_ ("Where Is “%s” Here?"), folder);
  g_autofree char *file = g_markup_escape_text (self->file, -1);
  g_autofree char *service = g_markup_escape_text (self->service, -1);
  g_autofree char *text = NULL;

  if (service[0] != '\0')
    text = g_strdup_printf (_ ("“%s” says that its code is in “%s”. Choose the folder of this computer that holds the "
                               "same files."),
                            service, file);
  else
    text = g_strdup_printf (_ ("The code is in “%s”. Choose the folder of this computer that holds the same files."),
                            file);
  gtk_window_set_title (GTK_WINDOW (self), title);
  adw_status_page_set_title (self->page, title);
  adw_status_page_set_description (self->page, text);
}

/**
 * flow_where_dialog_new:
 * @services: what pages work with
 * @parent: (nullable): its window
 * @service: the service that the file is of, empty when unknown
 * @file: what it said
 *
 * Ask where @file is. A folder that fits is proposed when a workspace has one.
 *
 * Returns: (transfer none): the dialog, not shown yet
 */
FlowWhereDialog *
flow_where_dialog_new (FlowServices *services, GtkWindow *parent, const char *service, const char *file)
{
  FlowWhereDialog *self = g_object_new (FLOW_TYPE_WHERE_DIALOG, "transient-for", parent, NULL);
  g_auto (GStrv) workspaces = flow_code_get_workspaces (services);
  g_autofree char *prefix = NULL;
  g_autofree char *folder = flow_path_guess_folder (file, (const char *const *) workspaces, &prefix);

  self->services = g_object_ref (services);
  self->service = g_strdup (service);
  self->file = g_strdup (file);
  set_texts (self);
  if (folder != NULL)
    flow_where_dialog_set_folder (self, folder);
  else
    show_verdict (self);
  return self;
}
