/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include "app/edits/flow-edit-chooser.h"
#include "app/edits/flow-edit-hunk-row.h"
#include "app/edits/flow-edit-journal-row.h"
#include "app/edits/flow-edit-text.h"
#include "app/edits/flow-edits-page.h"
#include "app/shell/flow-page.h"
#include "app/shell/flow-toast.h"
#include "verbs-fixture.h"

#define DESCRIPTION "Zk3pQ8vW1xTn5yRb7uMd2A"
#define REPLY "9hXc4LmB6sEq0JtVwYfK3g"
#define MAIN_JS "aB2dE5gH8jK1mN4pQ7sT0w"
#define COMMENT "Lr6fD9wS3aZx8cVb5nMq1g"

typedef struct
{
  FlowServices *services;
  FlowEditBoard *board;
  VerbsFixture *verbs;
  FlowEditsPage *page;
  GtkWindow *window;
} Fixture;

static guint
count (Fixture *fixture, FlowEditList list)
{
  return g_list_model_get_n_items (flow_board_get_list (FLOW_BOARD (fixture->board), list));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  GtkWidget *overlay = adw_toast_overlay_new ();

  fixture->services = app_test_services_new ();
  fixture->board = flow_services_get_edits (fixture->services);
  fixture->verbs = verbs_fixture_new ();
  fixture->page = FLOW_EDITS_PAGE (flow_edits_page_new (fixture->services));
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), GTK_WIDGET (fixture->page));
  fixture->window = app_test_show (overlay, 360, 700);
  flow_board_set_verbs (FLOW_BOARD (fixture->board), FLOW_VERBS (fixture->verbs));
  app_test_wait (count (fixture, FLOW_EDIT_LIST_OPEN) == 3);
  app_test_settle ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (fixture->window);
  app_test_settle ();
  g_object_unref (fixture->services);
  g_object_unref (fixture->verbs);
}

static void
press (Fixture *fixture, const char *name)
{
  app_test_press (GTK_WIDGET (fixture->window), name);
}

static gboolean
page_says (Fixture *fixture, const char *text)
{
  return app_test_says (GTK_WIDGET (fixture->page), text);
}

static void
assert_calls (Fixture *fixture, const char *wanted)
{
  g_autofree char *calls = verbs_fixture_take_calls (fixture->verbs);

  g_assert_cmpstr (calls, ==, wanted);
}

static void
open_edit (Fixture *fixture, const char *id)
{
  flow_edits_page_open (fixture->page, id);
  app_test_settle ();
}

static guint
count_rows (GtkWidget *root, GType type)
{
  guint n = g_type_is_a (G_OBJECT_TYPE (root), type) ? 1 : 0;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_rows (child, type);
  return n;
}

static void
drop_calls (Fixture *fixture)
{
  g_free (verbs_fixture_take_calls (fixture->verbs));
}

/* --- The list -------------------------------------------------------------------------------------------- */

static void
test_list (Fixture *fixture, gconstpointer data)
{
  g_assert_true (page_says (fixture, "Description"));
  g_assert_true (page_says (fixture, "mail.example · txt · 211 characters\nmail.example: connected ⇄ "
                                     "Visual Studio Code: connected"));
  press (fixture, "Bring Comment back");
  assert_calls (fixture, "edit-recover{\"id\":\"" COMMENT "\"} ");
  press (fixture, "Forget Comment");
  g_assert_cmpuint (count (fixture, FLOW_EDIT_LIST_LEFT), ==, 1);
  assert_calls (fixture, "");
  press (fixture, "Undo");
  app_test_wait (count (fixture, FLOW_EDIT_LIST_LEFT) == 2);
  app_test_settle ();
  press (fixture, "Forget Comment");
  flow_toast_settle ();
  assert_calls (fixture, "edit-forget{\"id\":\"" COMMENT "\"} ");
}

static void
test_states (Fixture *fixture, gconstpointer data)
{
  GtkStack *stack = GTK_STACK (app_test_find (GTK_WIDGET (fixture->page), GTK_TYPE_STACK, "states"));

  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "list");
  verbs_fixture_set_answer (fixture->verbs, "edits", "{\"sessions\":[],\"recoverable\":[]}");
  flow_board_refresh (FLOW_BOARD (fixture->board));
  app_test_wait (g_str_equal (gtk_stack_get_visible_child_name (stack), "empty"));
  flow_board_set_verbs (FLOW_BOARD (fixture->board), NULL);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "no-hub");
}

/* --- One of them ----------------------------------------------------------------------------------------- */

static void
test_open (Fixture *fixture, gconstpointer data)
{
  FlowPage *page = FLOW_PAGE (fixture->page);

  g_assert_null (flow_page_get_title (page));
  g_assert_false (gtk_widget_get_visible (flow_page_get_start (page)));
  open_edit (fixture, DESCRIPTION);
  g_assert_cmpstr (flow_page_get_title (page), ==, "Description");
  g_assert_true (gtk_widget_get_visible (flow_page_get_start (page)));
  g_assert_true (page_says (fixture, "https://tracker.example/issues/17"));
  press (fixture, "Redo");
  press (fixture, "End Editing");
  g_assert_null (flow_page_get_title (page));
  g_assert_cmpuint (count (fixture, FLOW_EDIT_LIST_OPEN), ==, 2);
  flow_toast_settle ();
  assert_calls (fixture, "edit-journal{\"id\":\"" DESCRIPTION "\",\"limit\":50} edit-redo{\"id\":\"" DESCRIPTION "\"} "
                         "edit-end{\"id\":\"" DESCRIPTION "\"} ");
}

/* What is gone elsewhere is left; what can be brought back is shown as that. */
static void
test_open_moves (Fixture *fixture, gconstpointer data)
{
  FlowPage *page = FLOW_PAGE (fixture->page);

  open_edit (fixture, DESCRIPTION);
  g_assert_nonnull (app_test_find_button (GTK_WIDGET (fixture->window), "End Editing"));
  verbs_fixture_set_answer (fixture->verbs, "edits",
                            "{\"recoverable\":[{\"id\":\"" DESCRIPTION "\",\"title\":\"D\"}]}");
  flow_board_refresh (FLOW_BOARD (fixture->board));
  app_test_wait (g_strcmp0 (flow_page_get_title (page), "D") == 0);
  app_test_settle ();
  g_assert_null (app_test_find_button (GTK_WIDGET (fixture->window), "End Editing"));
  g_assert_nonnull (app_test_find_button (GTK_WIDGET (fixture->window), "Bring Back"));
  verbs_fixture_set_answer (fixture->verbs, "edits", "{}");
  flow_board_refresh (FLOW_BOARD (fixture->board));
  app_test_wait (flow_page_get_title (page) == NULL);
}

/* An edit that a notification leads to is opened as soon as it is listed. */
static void
test_open_later (Fixture *fixture, gconstpointer data)
{
  FlowPage *page = FLOW_PAGE (fixture->page);

  open_edit (fixture, "later");
  g_assert_null (flow_page_get_title (page));
  verbs_fixture_set_answer (fixture->verbs, "edits", "{\"sessions\":[{\"id\":\"later\",\"site\":\"wiki.example\"}]}");
  flow_board_refresh (FLOW_BOARD (fixture->board));
  app_test_wait (g_strcmp0 (flow_page_get_title (page), "wiki.example") == 0);
}

static void
test_journal (Fixture *fixture, gconstpointer data)
{
  GtkWidget *page = GTK_WIDGET (fixture->page);

  open_edit (fixture, DESCRIPTION);
  app_test_wait (count_rows (page, FLOW_TYPE_EDIT_JOURNAL_ROW) == 4);
  app_test_settle ();
  g_assert_true (page_says (fixture, "Changed by Neovim"));
  g_assert_true (page_says (fixture, "The cart is emptyrejected twice."));
  verbs_fixture_set_answer (fixture->verbs, "edit-journal",
                            "{\"entries\":[{\"number\":0,\"what\":\"open\"}],\"more\":false}");
  drop_calls (fixture);
  press (fixture, "Show _Older");
  app_test_wait (count_rows (page, FLOW_TYPE_EDIT_JOURNAL_ROW) == 5);
  assert_calls (fixture, "edit-journal{\"id\":\"" DESCRIPTION "\",\"limit\":50,\"before\":1} ");
  app_test_settle ();
  g_assert_null (app_test_find_button (page, "Show _Older"));

  /* What comes is put on top, and what was read stays. */
  verbs_fixture_set_answer (fixture->verbs, "edit-journal",
                            "{\"entries\":[{\"number\":43,\"what\":\"save\",\"by\":\"Emacs\"},{\"number\":42}]}");
  verbs_fixture_set_answer (fixture->verbs, "edits",
                            "{\"sessions\":[{\"id\":\"" DESCRIPTION "\",\"state\":\"open\",\"revision\":43}]}");
  flow_board_refresh (FLOW_BOARD (fixture->board));
  app_test_wait (page_says (fixture, "Saved by Emacs"));
  g_assert_cmpuint (count_rows (page, FLOW_TYPE_EDIT_JOURNAL_ROW), ==, 6);
}

static void
test_text (Fixture *fixture, gconstpointer data)
{
  GtkWidget *view;

  open_edit (fixture, DESCRIPTION);
  press (fixture, "Text");
  app_test_settle ();
  view = app_test_find (app_test_find (GTK_WIDGET (fixture->page), FLOW_TYPE_EDIT_TEXT, NULL), GTK_TYPE_TEXT_VIEW,
                        NULL);
  app_test_wait (gtk_text_buffer_get_line_count (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view))) == 5);
  g_assert_false (gtk_text_view_get_editable (GTK_TEXT_VIEW (view)));
  press (fixture, "_Copy Text");
}

/* --- A conflict ------------------------------------------------------------------------------------------ */

static void
test_conflict (Fixture *fixture, gconstpointer data)
{
  GtkWidget *page = GTK_WIDGET (fixture->page);

  open_edit (fixture, REPLY);
  app_test_wait (count_rows (page, FLOW_TYPE_EDIT_HUNK_ROW) == 2);
  app_test_settle ();
  g_assert_true (page_says (fixture, "Line 3 · Both changed this"));
  g_assert_true (page_says (fixture, "Line 6 · Only mail.example changed this"));
  g_assert_true (page_says (fixture, "we meet on Monday."));
  drop_calls (fixture);
  press (fixture, "Keep mail.example");
  press (fixture, "_Use the Merged Text");
  assert_calls (fixture, "edit-resolve{\"id\":\"" REPLY "\",\"text\":\"Dear Anna,\\n\\nwe meet on Friday.\\n\\nSee you"
                         "\\nBen\\n\",\"revision\":7} ");
  press (fixture, "Keep All of Visual Studio Code");
  assert_calls (fixture, "edit-resolve{\"id\":\"" REPLY "\",\"choice\":\"mine\"} ");
  press (fixture, "Keep Both Everywhere");
  assert_calls (fixture, "edit-resolve{\"id\":\"" REPLY "\",\"choice\":\"both\"} ");
}

/* What goes on meanwhile takes nothing away that was decided; once it is decided it is nowhere to be seen. */
static void
test_conflict_goes_on (Fixture *fixture, gconstpointer data)
{
  GtkWidget *page = GTK_WIDGET (fixture->page);

  open_edit (fixture, REPLY);
  app_test_wait (count_rows (page, FLOW_TYPE_EDIT_HUNK_ROW) == 2);
  app_test_settle ();
  g_assert_null (app_test_find_button (page, "Read _Again"));
  press (fixture, "Keep mail.example");
  verbs_fixture_set_answer (fixture->verbs, "edits",
                            "{\"sessions\":[{\"id\":\"" REPLY
                            "\",\"state\":\"open\",\"conflict\":true,\"revision\":8}]}");
  flow_board_refresh (FLOW_BOARD (fixture->board));
  app_test_wait (app_test_find_button (page, "Read _Again") != NULL);
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (app_test_find_button (page, "Keep mail.example"))));
  press (fixture, "Read _Again");
  app_test_wait (!gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (app_test_find_button (page, "Keep mail.example"))));
  verbs_fixture_set_answer (fixture->verbs, "edits",
                            "{\"sessions\":[{\"id\":\"" REPLY "\",\"state\":\"open\",\"revision\":9}]}");
  flow_board_refresh (FLOW_BOARD (fixture->board));
  app_test_wait (app_test_find_button (page, "Conflict") == NULL);
  app_test_settle ();
  g_assert_cmpuint (count_rows (page, FLOW_TYPE_EDIT_HUNK_ROW), ==, 0);
}

/* What would keep the window waiting is not laid out; it can be decided all the same. */
static void
test_conflict_long (Fixture *fixture, gconstpointer data)
{
  GtkWidget *page = GTK_WIDGET (fixture->page);
  g_autofree char *text = g_strnfill (2 * 1024 * 1024, 'x');
  g_autofree char *json = g_strdup_printf ("{\"revision\":7,\"merged\":\"%s\",\"hunks\":[{\"kind\":\"conflict\"}]}",
                                           text);

  verbs_fixture_set_answer (fixture->verbs, "edit-conflicts", json);
  open_edit (fixture, REPLY);
  app_test_wait (app_test_find_button (page, "Keep Both Everywhere") != NULL);
  app_test_settle ();
  g_assert_cmpuint (count_rows (page, FLOW_TYPE_EDIT_HUNK_ROW), ==, 0);
  g_assert_null (app_test_find_button (page, "_Use the Merged Text"));
  drop_calls (fixture);
  press (fixture, "Keep Both Everywhere");
  assert_calls (fixture, "edit-resolve{\"id\":\"" REPLY "\",\"choice\":\"both\"} ");
}

/* --- Editors --------------------------------------------------------------------------------------------- */

static void
test_trouble (Fixture *fixture, gconstpointer data)
{
  open_edit (fixture, MAIN_JS);
  g_assert_true (page_says (fixture, "There is no program “kate” on this computer"));
  drop_calls (fixture);
  press (fixture, "Use Default");
  app_test_settle ();
  assert_calls (fixture, "edit-choose{\"id\":\"" MAIN_JS "\",\"choice\":\"vscode_extension\"} ");
}

static GtkWidget *
find_row (GtkWidget *root, GType type, const char *title)
{
  GtkWidget *found = NULL;

  if (g_type_is_a (G_OBJECT_TYPE (root), type) &&
      g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (root)), title))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_row (child, type, title);
  return found;
}

static GtkWidget *
show_chooser (Fixture *fixture, const char *id)
{
  g_autoptr (FlowEntry) edit = flow_board_find (FLOW_BOARD (fixture->board), id);
  GtkWidget *chooser = GTK_WIDGET (flow_edit_chooser_show (GTK_WIDGET (fixture->page), fixture->board, edit));

  drop_calls (fixture);
  app_test_wait (find_row (chooser, ADW_TYPE_ACTION_ROW, "GNOME Text Editor") != NULL &&
                 gtk_widget_get_mapped (chooser));
  app_test_settle ();
  return chooser;
}

static void
test_chooser (Fixture *fixture, gconstpointer data)
{
  GtkWidget *chooser = show_chooser (fixture, DESCRIPTION);
  GtkWidget *row = find_row (chooser, ADW_TYPE_ACTION_ROW, "GNOME Text Editor");
  GtkWidget *scope = find_row (chooser, ADW_TYPE_COMBO_ROW, "Use it for");

  g_assert_null (find_row (chooser, ADW_TYPE_ACTION_ROW, "Kate"));
  g_assert_null (find_row (chooser, ADW_TYPE_ACTION_ROW, "Another program that edits"));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (adw_action_row_get_activatable_widget (ADW_ACTION_ROW (row))), TRUE);
  adw_combo_row_set_selected (ADW_COMBO_ROW (scope), 1);
  app_test_press (chooser, "C_hoose");
  assert_calls (fixture, "edit-choose{\"site\":\"tracker.example\",\"choice\":\"gnome-text-editor\"} "
                         "edit-choose{\"id\":\"" DESCRIPTION "\",\"choice\":\"gnome-text-editor\"} ");
  app_test_settle ();

  chooser = show_chooser (fixture, DESCRIPTION);
  row = find_row (chooser, ADW_TYPE_ACTION_ROW, "The usual one");
  gtk_check_button_set_active (GTK_CHECK_BUTTON (adw_action_row_get_activatable_widget (ADW_ACTION_ROW (row))), TRUE);
  app_test_press (chooser, "C_hoose");
  assert_calls (fixture, "edit-choose{\"id\":\"" DESCRIPTION "\",\"choice\":null} ");
  app_test_settle ();

  chooser = show_chooser (fixture, DESCRIPTION);
  row = find_row (chooser, ADW_TYPE_ENTRY_ROW, "Command with {file}");
  gtk_editable_set_text (GTK_EDITABLE (row), "ed {file}");
  app_test_press (chooser, "C_hoose");
  assert_calls (fixture, "edit-choose{\"id\":\"" DESCRIPTION "\",\"choice\":\"ed {file}\"} ");
}

/* --- Everything ------------------------------------------------------------------------------------------ */

/* At 200 % text there is room for all of it on the narrowest window. */
static void
test_narrow (Fixture *fixture, gconstpointer data)
{
  GtkSettings *settings = gtk_settings_get_default ();
  int before, list, conflict;

  g_object_get (settings, "gtk-xft-dpi", &before, NULL);
  g_object_set (settings, "gtk-xft-dpi", 2 * 96 * 1024, NULL);
  gtk_widget_measure (GTK_WIDGET (fixture->page), GTK_ORIENTATION_HORIZONTAL, -1, &list, NULL, NULL, NULL);
  open_edit (fixture, REPLY);
  app_test_wait (count_rows (GTK_WIDGET (fixture->page), FLOW_TYPE_EDIT_HUNK_ROW) == 2);
  app_test_settle ();
  gtk_widget_measure (GTK_WIDGET (fixture->page), GTK_ORIENTATION_HORIZONTAL, -1, &conflict, NULL, NULL, NULL);
  g_object_set (settings, "gtk-xft-dpi", before, NULL);
  g_assert_cmpint (list, <=, 360);
  g_assert_cmpint (conflict, <=, 360);
}

/* What pages call their fields is no markup, and there need not be any of it. */
static void
test_hostile (Fixture *fixture, gconstpointer data)
{
  verbs_fixture_set_answer (
      fixture->verbs, "edits",
      "{\"sessions\":[{\"id\":\"<&\",\"title\":\"<b>&\\n%s\",\"site\":\"<i>\",\"type\":7,\"state\":\"<\",\"length\":-1,"
      "\"conflict\":true,\"endpoints\":[7,null,{},{\"name\":\"&<\",\"state\":\"?\",\"since\":\"never\"}],"
      "\"editor\":{\"choice\":\"<&\"},\"error\":{\"code\":\"editor_not_found\",\"message\":\"<b>%s\"}},"
      "{\"id\":\"bare\"}],\"recoverable\":[{\"id\":\"left\",\"reason\":\"<&%s\"}],\"counts\":[]}");
  verbs_fixture_set_answer (
      fixture->verbs, "edit-conflicts",
      "{\"mine_by\":\"<b>%s\",\"theirs_by\":7,\"hunks\":[{\"kind\":\"conflict\",\"mine\":\"<b>&\"}]}");
  flow_board_refresh (FLOW_BOARD (fixture->board));
  app_test_wait (count (fixture, FLOW_EDIT_LIST_OPEN) == 2);
  app_test_settle ();
  g_assert_true (page_says (fixture, "<b>& %s"));
  open_edit (fixture, "<&");
  app_test_wait (count_rows (GTK_WIDGET (fixture->page), FLOW_TYPE_EDIT_HUNK_ROW) == 1);
  app_test_settle ();
  g_assert_true (page_says (fixture, "<b>%s"));
  press (fixture, "Keep <b>%s");
  gtk_window_destroy (flow_edit_chooser_show_for (GTK_WIDGET (fixture->page), fixture->board, "site", "<&%s", "<&"));
  open_edit (fixture, "bare");
  open_edit (fixture, "left");
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
#define ADD(path, func) g_test_add ("/app/edits-page/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("list", test_list);
  ADD ("states", test_states);
  ADD ("open", test_open);
  ADD ("open-moves", test_open_moves);
  ADD ("open-later", test_open_later);
  ADD ("journal", test_journal);
  ADD ("text", test_text);
  ADD ("conflict", test_conflict);
  ADD ("conflict-goes-on", test_conflict_goes_on);
  ADD ("conflict-long", test_conflict_long);
  ADD ("trouble", test_trouble);
  ADD ("chooser", test_chooser);
  ADD ("narrow", test_narrow);
  ADD ("hostile", test_hostile);
  return g_test_run ();
}
