/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-editor-preferences-page"

#include "app/code/flow-editor-preferences-page.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/code/flow-code-editor.h"
#include "app/code/flow-code-folders.h"
#include "app/code/flow-folder-chooser.h"
#include "app/code/flow-folder-list.h"
#include "app/code/flow-path-map-dialog.h"
#include "app/shell/flow-toast.h"
#include "launch/flow-editor-command.h"
#include "launch/flow-editor-terminal.h"

#define EDITOR_COMMAND "editor-command"
#define TRY_FILE "try-editor.txt"
#define TRY_LINE 4

/**
 * FlowEditorPreferencesPage:
 *
 * Which editor opens code, and which files it may open.
 */
struct _FlowEditorPreferencesPage
{
  AdwPreferencesPage parent_instance;

  FlowServices *services;
  gulong changed_handler;
  GPtrArray *commands; /* of char *: of the choices between the first, which is "automatic", and the last */
  gboolean showing;    /* the widgets change because the setting did */

  AdwComboRow *editor_row;
  AdwEntryRow *command_row;
  GtkLabel *verdict;
  GtkWidget *try_button;
  AdwPreferencesGroup *workspaces;
  AdwPreferencesGroup *maps;
  AdwPreferencesGroup *trusted;
  GtkFileChooserNative *chooser;
};

G_DEFINE_FINAL_TYPE (FlowEditorPreferencesPage, flow_editor_preferences_page, ADW_TYPE_PREFERENCES_PAGE)

/* --- The editor --------------------------------------------------------------------------------------------- */

static char *
get_setting (FlowEditorPreferencesPage *self)
{
  g_autoptr (FlowSettingsSnapshot) settings = flow_settings_snapshot (flow_services_get_settings (self->services));

  return g_strdup (settings->editor_command);
}

static char *
preset_command (const FlowEditorPreset *preset)
{
  return g_strdup_printf ("%s %s", preset->program, preset->arguments);
}

/* The first entry says what it comes to, the last is a command of one's own. */
static void
fill_editors (FlowEditorPreferencesPage *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  g_autofree char *command = flow_editor_command_default (TRUE, flow_editor_terminal_exists ());
  g_autofree char *name = command != NULL ? flow_code_editor_get_name (command) : NULL;
  g_autofree char *automatic = name != NULL ? g_strdup_printf (_ ("Automatic (%s)"), name)
                                            : g_strdup (_ ("Automatic (none found)"));
  const FlowEditorPreset *presets;
  gsize n;

  gtk_string_list_append (names, automatic);
  presets = flow_editor_presets (&n);
  for (gsize i = 0; i < n; i++)
    {
      if (!flow_editor_preset_is_installed (&presets[i]))
        continue;
      gtk_string_list_append (names, presets[i].name);
      g_ptr_array_add (self->commands, preset_command (&presets[i]));
    }
  gtk_string_list_append (names, _ ("Another Command"));
  adw_combo_row_set_model (self->editor_row, G_LIST_MODEL (names));
}

static guint
find_choice (FlowEditorPreferencesPage *self, const char *command)
{
  guint index;

  if (command[0] == '\0')
    return 0;
  if (g_ptr_array_find_with_equal_func (self->commands, command, g_str_equal, &index))
    return index + 1;
  return self->commands->len + 1;
}

/* What is wrong with a command, or, with @error unset, what to know about it. */
static char *
judge (const char *command, gboolean *bad)
{
  g_auto (GStrv) argv = NULL;
  g_autofree char *program = NULL;
  g_autoptr (GError) error = NULL;

  *bad = TRUE;
  if (command[0] == '\0')
    return g_strdup (_ ("Write a command, like: kate --line {line} --column {column} {file}"));
  argv = flow_editor_command_build (command, "/folder/file", 1, 1, &error);
  if (argv == NULL)
    return g_strdup (error->message);
  program = g_find_program_in_path (argv[0]);
  if (program == NULL)
    return g_strdup_printf (_ ("There is no program “%s” on this computer"), argv[0]);
  if (flow_editor_command_needs_terminal ((const char *const *) argv) && !flow_editor_terminal_exists ())
    return g_strdup_printf (_ ("“%s” needs a terminal, and none is installed"), argv[0]);
  *bad = FALSE;
  if (strstr (command, "{line}") == NULL && flow_editor_preset_for_program (argv[0]) == NULL)
    return g_strdup (_ ("It opens the file, but not at the line: {line} is missing"));
  return NULL;
}

static void
show_verdict (FlowEditorPreferencesPage *self)
{
  gboolean custom = gtk_widget_get_visible (GTK_WIDGET (self->command_row));
  gboolean bad = FALSE;
  g_autofree char *text = custom ? judge (gtk_editable_get_text (GTK_EDITABLE (self->command_row)), &bad) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->verdict), text != NULL);
  gtk_label_set_text (self->verdict, text != NULL ? text : "");
  if (bad)
    gtk_widget_add_css_class (GTK_WIDGET (self->verdict), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->verdict), "error");
}

static void
show_setting (FlowEditorPreferencesPage *self)
{
  g_autofree char *command = get_setting (self);
  guint choice = find_choice (self, command);
  gboolean custom = choice == self->commands->len + 1;

  self->showing = TRUE;
  adw_combo_row_set_selected (self->editor_row, choice);
  gtk_widget_set_visible (GTK_WIDGET (self->command_row), custom);
  if (custom)
    gtk_editable_set_text (GTK_EDITABLE (self->command_row), command);
  self->showing = FALSE;
  show_verdict (self);
}

static void
save (FlowEditorPreferencesPage *self, const char *command)
{
  g_autoptr (GError) error = NULL;

  if (!flow_settings_set (flow_services_get_settings (self->services), EDITOR_COMMAND, g_variant_new_string (command),
                          &error))
    flow_toast (GTK_WIDGET (self), error->message);
}

/* A command of one's own begins as what was there, and counts once it is applied. */
static void
start_custom (FlowEditorPreferencesPage *self)
{
  g_autofree char *command = flow_code_editor_get_command (self->services);

  gtk_widget_set_visible (GTK_WIDGET (self->command_row), TRUE);
  gtk_editable_set_text (GTK_EDITABLE (self->command_row), command != NULL ? command : "");
  gtk_widget_grab_focus (GTK_WIDGET (self->command_row));
  show_verdict (self);
}

static void
editor_chosen_cb (FlowEditorPreferencesPage *self)
{
  guint choice = adw_combo_row_get_selected (self->editor_row);

  if (self->services == NULL || self->showing || choice == GTK_INVALID_LIST_POSITION)
    return;
  if (choice == 0)
    save (self, "");
  else if (choice <= self->commands->len)
    save (self, g_ptr_array_index (self->commands, choice - 1));
  else
    start_custom (self);
}

static void
command_changed_cb (FlowEditorPreferencesPage *self)
{
  if (!self->showing)
    show_verdict (self);
}

static void
command_applied_cb (FlowEditorPreferencesPage *self)
{
  const char *command = gtk_editable_get_text (GTK_EDITABLE (self->command_row));
  gboolean bad = FALSE;
  g_autofree char *text = judge (command, &bad);

  if (bad)
    flow_toast (GTK_WIDGET (self), text);
  else
    save (self, command);
}

static gboolean
write_sample (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = g_strdup (_ ("FlowScope opens your editor at the line that a span comes from.\n"
                                       "\n"
                                       "\n"
                                       "The cursor should be in this line, the fourth one.\n"
                                       "If it is not, look at the command in the preferences.\n"));

  return flow_context_ensure_dir (folder, error) && g_file_set_contents (path, text, -1, error);
}

static void
try_cb (FlowEditorPreferencesPage *self)
{
  const FlowContext *context = flow_services_get_context (self->services);
  g_autofree char *path = g_build_filename (flow_context_get_cache_dir (context), TRY_FILE, NULL);
  gboolean custom = gtk_widget_get_visible (GTK_WIDGET (self->command_row));
  g_autofree char *command = custom ? g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->command_row)))
                                    : flow_code_editor_get_command (self->services);
  g_autoptr (GError) error = NULL;

  if (command == NULL)
    flow_toast (GTK_WIDGET (self), _ ("No editor was found on this computer"));
  else if (!write_sample (path, &error) || !flow_code_editor_start (command, path, TRY_LINE, 1, &error))
    flow_toast (GTK_WIDGET (self), error->message);
}

/* --- Folders ------------------------------------------------------------------------------------------------ */

static void
folder_chosen_cb (FlowEditorPreferencesPage *self, int response)
{
  g_autofree char *path = flow_folder_chooser_take (&self->chooser, response);
  g_autoptr (GError) error = NULL;

  if (path != NULL && !flow_code_add_workspace (self->services, path, &error))
    flow_toast (GTK_WIDGET (self), error->message);
}

static GtkWindow *
get_window (FlowEditorPreferencesPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

static void
add_workspace_cb (FlowEditorPreferencesPage *self)
{
  flow_folder_chooser_show (&self->chooser, get_window (self), _ ("Add a Source Folder"), _ ("_Add"),
                            G_CALLBACK (folder_chosen_cb), self);
}

static void
add_map_cb (FlowEditorPreferencesPage *self)
{
  gtk_window_present (GTK_WINDOW (flow_path_map_dialog_new (self->services, get_window (self))));
}

static void
add_list (FlowEditorPreferencesPage *self, AdwPreferencesGroup *group, FlowFolderListKind kind)
{
  GtkWidget *list = flow_folder_list_new (self->services, kind);

  adw_preferences_group_add (group, list);
  /* Nothing adds to it while this page is shown: a group about nothing is hidden. */
  if (kind == FLOW_FOLDER_LIST_TRUSTED)
    gtk_widget_set_visible (GTK_WIDGET (group), gtk_widget_get_visible (list));
}

static void
flow_editor_preferences_page_dispose (GObject *object)
{
  FlowEditorPreferencesPage *self = FLOW_EDITOR_PREFERENCES_PAGE (object);

  if (self->services != NULL)
    g_clear_signal_handler (&self->changed_handler, flow_services_get_settings (self->services));
  g_clear_object (&self->chooser);
  g_clear_object (&self->services);
  g_clear_pointer (&self->commands, g_ptr_array_unref);

  G_OBJECT_CLASS (flow_editor_preferences_page_parent_class)->dispose (object);
}

static void
flow_editor_preferences_page_class_init (FlowEditorPreferencesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = flow_editor_preferences_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/flowscope/FlowScope/code/flow-editor-preferences-page.ui");
  gtk_widget_class_bind_template_child (widget_class, FlowEditorPreferencesPage, editor_row);
  gtk_widget_class_bind_template_child (widget_class, FlowEditorPreferencesPage, command_row);
  gtk_widget_class_bind_template_child (widget_class, FlowEditorPreferencesPage, verdict);
  gtk_widget_class_bind_template_child (widget_class, FlowEditorPreferencesPage, try_button);
  gtk_widget_class_bind_template_child (widget_class, FlowEditorPreferencesPage, workspaces);
  gtk_widget_class_bind_template_child (widget_class, FlowEditorPreferencesPage, maps);
  gtk_widget_class_bind_template_child (widget_class, FlowEditorPreferencesPage, trusted);
  gtk_widget_class_bind_template_callback (widget_class, editor_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, command_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, command_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, try_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_workspace_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_map_cb);
}

static void
flow_editor_preferences_page_init (FlowEditorPreferencesPage *self)
{
  self->commands = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * flow_editor_preferences_page_new:
 * @services: what pages work with
 *
 * Returns: (transfer floating): the page "Editor" of the preferences, named "editor"
 */
GtkWidget *
flow_editor_preferences_page_new (FlowServices *services)
{
  FlowEditorPreferencesPage *self = g_object_new (FLOW_TYPE_EDITOR_PREFERENCES_PAGE, NULL);

  self->showing = TRUE;
  self->services = g_object_ref (services);
  fill_editors (self);
  show_setting (self);
  self->changed_handler = g_signal_connect_swapped (flow_services_get_settings (services), "changed::" EDITOR_COMMAND,
                                                    G_CALLBACK (show_setting), self);
  add_list (self, self->workspaces, FLOW_FOLDER_LIST_WORKSPACES);
  add_list (self, self->maps, FLOW_FOLDER_LIST_MAPS);
  add_list (self, self->trusted, FLOW_FOLDER_LIST_TRUSTED);
  return GTK_WIDGET (self);
}
