/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-candidates-dialog"

#include "app/code/flow-candidates-dialog.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/code/flow-code-folders.h"
#include "app/code/flow-folder-chooser.h"
#include "launch/flow-function-search.h"

/**
 * FlowCandidatesDialog:
 *
 * Where a function may be declared, when a span says its name but no place: what a search of the user's source folders
 * finds, the likeliest first, to choose from.
 */
struct _FlowCandidatesDialog
{
  AdwWindow parent_instance;

  FlowServices *services;
  char *function;
  GPtrArray *matches; /* FlowFunctionMatch */
  GCancellable *cancellable;

  GtkStack *stack;
  AdwPreferencesGroup *group;
  GtkListBox *list;
  AdwStatusPage *empty_page;
  GtkFileChooserNative *chooser;
};

G_DEFINE_FINAL_TYPE (FlowCandidatesDialog, flow_candidates_dialog, ADW_TYPE_WINDOW)

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* What the search thread works on. */
typedef struct
{
  char **folders;
  char *function;
  gboolean complete;
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_strfreev (search->folders);
  g_free (search->function);
  g_free (search);
}

static void
search_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Search *search = data;
  GError *error = NULL;
  GPtrArray *matches = flow_function_search_run ((const char *const *) search->folders, search->function, NULL,
                                                 &search->complete, cancellable, &error);

  if (matches != NULL)
    g_task_return_pointer (task, matches, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static char *
shown_path (const char *file)
{
  const char *home = g_get_home_dir ();
  g_autofree char *shown = g_filename_display_name (file);
  gsize length = strlen (home);

  if (g_str_has_prefix (shown, home) && shown[length] == G_DIR_SEPARATOR)
    return g_strconcat ("~", shown + length, NULL);
  return g_steal_pointer (&shown);
}

static GtkWidget *
make_row (const FlowFunctionMatch *match)
{
  g_autofree char *path = shown_path (match->file);
  g_autofree char *place = g_strdup_printf ("%s:%u", path, match->line);
  g_autofree char *title = g_markup_escape_text (match->text, -1);
  g_autofree char *subtitle = g_markup_escape_text (place, -1);
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 2);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("go-next-symbolic"));
  return row;
}

static void
show_matches (FlowCandidatesDialog *self, gboolean complete)
{
  GtkListBoxRow *first;

  for (guint i = 0; i < self->matches->len; i++)
    gtk_list_box_append (self->list, make_row (g_ptr_array_index (self->matches, i)));
  adw_preferences_group_set_description (
      self->group, complete ? _ ("The span does not say where it is from. Its function may be here:")
                            : _ ("There is more source code than could be searched. The function may be here:"));
  gtk_stack_set_visible_child_name (self->stack, "list");
  first = gtk_list_box_get_row_at_index (self->list, 0);
  gtk_list_box_select_row (self->list, first);
  gtk_widget_grab_focus (GTK_WIDGET (first));
}

static void
show_empty (FlowCandidatesDialog *self, gboolean has_folders)
{
  g_autofree char *name = g_markup_escape_text (self->function, -1);
  g_autofree char *none = g_strdup_printf (_ ("No function called “%s” was found in your source folders. Add the one "
                                              "that has it, or set code.file.path and code.line.number on the span."),
                                           name);

  adw_status_page_set_title (self->empty_page, has_folders ? _ ("Not Found") : _ ("Where Is Your Source Code?"));
  adw_status_page_set_description (self->empty_page,
                                   has_folders ? none
                                               : _ ("The span names a function but no file. Add a folder with your "
                                                    "source code to have the function looked for."));
  gtk_stack_set_visible_child_name (self->stack, "empty");
}

/* The task holds no reference, as a window must not outlive the one that it is above; disposing cancels it. */
static void
searched_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  FlowCandidatesDialog *self = data;
  const Search *search = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  GPtrArray *matches = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_pointer (&self->matches, g_ptr_array_unref);
  self->matches = matches;
  if (matches != NULL && matches->len > 0)
    show_matches (self, search->complete);
  else
    show_empty (self, search->folders[0] != NULL);
}

static void
start_search (FlowCandidatesDialog *self)
{
  g_autoptr (GTask) task = NULL;
  Search *search = g_new0 (Search, 1);
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  gtk_stack_set_visible_child_name (self->stack, "searching");
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  search->folders = flow_code_get_workspaces (self->services);
  search->function = g_strdup (self->function);
  task = g_task_new (NULL, self->cancellable, searched_cb, self);
  g_task_set_source_tag (task, start_search);
  g_task_set_task_data (task, search, search_free);
  g_task_run_in_thread (task, search_thread);
}

/**
 * flow_candidates_dialog_add_folder:
 * @self: the dialog
 * @folder: an absolute folder with source code
 *
 * Remember a folder, as the user adds it, and search again.
 */
void
flow_candidates_dialog_add_folder (FlowCandidatesDialog *self, const char *folder)
{
  g_autoptr (GError) error = NULL;

  if (!flow_code_add_workspace (self->services, folder, &error))
    {
      g_autofree char *text = g_markup_escape_text (error->message, -1);

      adw_status_page_set_description (self->empty_page, text);
      return;
    }
  start_search (self);
}

static void
chosen_folder_cb (FlowCandidatesDialog *self, int response)
{
  g_autofree char *path = flow_folder_chooser_take (&self->chooser, response);

  if (path != NULL)
    flow_candidates_dialog_add_folder (self, path);
}

static void
add_folder_cb (FlowCandidatesDialog *self)
{
  flow_folder_chooser_show (&self->chooser, GTK_WINDOW (self), _ ("Add a Source Folder"), _ ("_Add"),
                            G_CALLBACK (chosen_folder_cb), self);
}

static void
row_activated_cb (FlowCandidatesDialog *self, GtkListBoxRow *row)
{
  const FlowFunctionMatch *match = g_ptr_array_index (self->matches, (guint) gtk_list_box_row_get_index (row));

  g_signal_emit (self, signals[CHOSEN], 0, match->file, match->line, match->column);
  gtk_window_close (GTK_WINDOW (self));
}

static void
flow_candidates_dialog_dispose (GObject *object)
{
  FlowCandidatesDialog *self = FLOW_CANDIDATES_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->services);
  g_clear_pointer (&self->function, g_free);
  g_clear_pointer (&self->matches, g_ptr_array_unref);

  G_OBJECT_CLASS (flow_candidates_dialog_parent_class)->dispose (object);
}

static gboolean
flow_candidates_dialog_close_request (GtkWindow *window)
{
  g_cancellable_cancel (FLOW_CANDIDATES_DIALOG (window)->cancellable);
  return GTK_WINDOW_CLASS (flow_candidates_dialog_parent_class)->close_request (window);
}

static void
flow_candidates_dialog_class_init (FlowCandidatesDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_candidates_dialog_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = flow_candidates_dialog_close_request;

  /**
   * FlowCandidatesDialog::chosen:
   * @self: the dialog
   * @file: an absolute path
   * @line: 1-based
   * @column: 1-based
   *
   * Emitted when the user chose a place.
   */
  signals[CHOSEN] = g_signal_new ("chosen", FLOW_TYPE_CANDIDATES_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_UINT);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/flowscope/FlowScope/code/flow-candidates-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowCandidatesDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, FlowCandidatesDialog, group);
  gtk_widget_class_bind_template_child (widget_class, FlowCandidatesDialog, list);
  gtk_widget_class_bind_template_child (widget_class, FlowCandidatesDialog, empty_page);
  gtk_widget_class_bind_template_callback (widget_class, add_folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, gtk_spinner_start);
  gtk_widget_class_bind_template_callback (widget_class, gtk_spinner_stop);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
flow_candidates_dialog_init (FlowCandidatesDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * flow_candidates_dialog_new:
 * @services: what pages work with
 * @parent: (nullable): its window
 * @function: the function's name
 *
 * Look for @function in the source folders.
 *
 * Returns: (transfer none): the dialog, not shown yet
 */
FlowCandidatesDialog *
flow_candidates_dialog_new (FlowServices *services, GtkWindow *parent, const char *function)
{
  FlowCandidatesDialog *self = g_object_new (FLOW_TYPE_CANDIDATES_DIALOG, "transient-for", parent, NULL);
  g_autofree char *title = g_strdup_printf (_ ("Where Is “%s”?"), function);

  self->services = g_object_ref (services);
  self->function = g_strdup (function);
  gtk_window_set_title (GTK_WINDOW (self), title);
  start_search (self);
  return self;
}
