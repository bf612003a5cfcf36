/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include "app/connections/flow-connection-text.h"
#include "app/connections/flow-connections-page.h"
#include "app/connections/flow-sparkline.h"
#include "app/shell/flow-toast.h"
#include "verbs-fixture.h"

typedef struct
{
  VerbsFixture *verbs;
  FlowConnections *connections;
} Fixture;

static guint
count (FlowConnections *connections, FlowConnectionsList list)
{
  return g_list_model_get_n_items (flow_board_get_list (FLOW_BOARD (connections), list));
}

static FlowEntry *
entry_at (FlowConnections *connections, FlowConnectionsList list, guint position)
{
  FlowEntry *entry = g_list_model_get_item (flow_board_get_list (FLOW_BOARD (connections), list), position);

  g_assert_nonnull (entry);
  g_object_unref (entry); /* the list has it */
  return entry;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->verbs = verbs_fixture_new ();
  fixture->connections = flow_connections_new ();
  flow_board_watch (FLOW_BOARD (fixture->connections));
  flow_board_set_verbs (FLOW_BOARD (fixture->connections), FLOW_VERBS (fixture->verbs));
  app_test_wait (flow_connections_get_health (fixture->connections) != NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  flow_board_unwatch (FLOW_BOARD (fixture->connections));
  app_test_settle ();
  g_assert_finalize_object (fixture->connections);
  g_object_unref (fixture->verbs);
}

/* --- The lists ------------------------------------------------------------------------------------------- */

static void
test_lists (Fixture *fixture, gconstpointer data)
{
  static const guint wanted[FLOW_CONNECTIONS_N_LISTS] = { 3, 2, 1, 3, 2, 1 };
  FlowEntry *first = entry_at (fixture->connections, FLOW_CONNECTIONS_CHANNELS, 0);

  for (FlowConnectionsList list = 0; list < FLOW_CONNECTIONS_N_LISTS; list++)
    g_assert_cmpuint (count (fixture->connections, list), ==, wanted[list]);
  g_assert_cmpuint (flow_board_get_total (FLOW_BOARD (fixture->connections), FLOW_CONNECTIONS_WAITING), ==, 1342);
  g_assert_cmpstr (flow_entry_get_key (first), ==, "vscode_extension/7f3a");
  g_assert_cmpstr (flow_entry_get_text (first, "client"), ==, "Visual Studio Code");
  g_assert_cmpint (flow_entry_get_number (first, "messagesIn"), ==, 1204);
  g_assert_true (flow_entry_get_flag (first, "focused"));
  g_assert_cmpint (flow_entry_get_time (first, "since"), ==, G_GINT64_CONSTANT (1795162350250000000));
  g_assert_null (flow_entry_get_object (entry_at (fixture->connections, FLOW_CONNECTIONS_CHANNELS, 2), "latency"));

  flow_board_set_verbs (FLOW_BOARD (fixture->connections), NULL);
  for (FlowConnectionsList list = 0; list < FLOW_CONNECTIONS_N_LISTS; list++)
    g_assert_cmpuint (count (fixture->connections, list), ==, 0);
  g_assert_null (flow_connections_get_health (fixture->connections));
}

static void
count_cb (GListModel *list, guint position, guint removed, guint added, guint *changes)
{
  *changes += removed + added;
}

static void
changed_cb (FlowEntry *entry, guint *changes)
{
  ++*changes;
}

/* Who stays is the same object; the list tells only of who came and went. */
static void
test_follow (Fixture *fixture, gconstpointer data)
{
  FlowConnections *connections = fixture->connections;
  FlowEntry *nvim = entry_at (connections, FLOW_CONNECTIONS_CHANNELS, 1);
  guint list_changes = 0, entry_changes = 0;

  g_signal_connect (flow_board_get_list (FLOW_BOARD (connections), FLOW_CONNECTIONS_CHANNELS), "items-changed",
                    G_CALLBACK (count_cb), &list_changes);
  g_signal_connect (nvim, "changed", G_CALLBACK (changed_cb), &entry_changes);
  verbs_fixture_set_answer (fixture->verbs, "channels",
                            "{\"channels\":[{\"channel\":\"cli/new\",\"kind\":\"cli\"},"
                            "{\"channel\":\"editor/nvim-2211\",\"messagesIn\":13},{\"kind\":\"cli\"},7,"
                            "{\"channel\":\"cli/new\"}]}");
  flow_board_refresh (FLOW_BOARD (connections));
  app_test_wait (count (connections, FLOW_CONNECTIONS_CHANNELS) == 2 && entry_changes > 0);
  g_assert_true (entry_at (connections, FLOW_CONNECTIONS_CHANNELS, 1) == nvim);
  g_assert_cmpint (flow_entry_get_number (nvim, "messagesIn"), ==, 13);
  g_assert_cmpuint (entry_changes, ==, 1);
  /* Two went, one came. */
  g_assert_cmpuint (list_changes, ==, 3);
  g_signal_handlers_disconnect_by_data (nvim, &entry_changes);
}

/* Nobody looks: only who is connected is asked for, once for all that comes in a while. */
static void
test_unwatched (void)
{
  g_autoptr (VerbsFixture) verbs = verbs_fixture_new ();
  g_autoptr (FlowConnections) connections = flow_connections_new ();

  flow_board_set_verbs (FLOW_BOARD (connections), FLOW_VERBS (verbs));
  app_test_wait (count (connections, FLOW_CONNECTIONS_CHANNELS) == 3);
  for (guint i = 0; i < 100; i++)
    flow_board_refresh (FLOW_BOARD (connections));
  app_test_wait (verbs_fixture_count (verbs, "channels") == 2);
  app_test_settle ();
  g_assert_cmpuint (verbs_fixture_count (verbs, "channels"), ==, 2);
  g_assert_cmpuint (verbs_fixture_count (verbs, "outbox"), ==, 0);
  g_assert_cmpuint (verbs_fixture_count (verbs, "health"), ==, 0);
}

/* --- Acts ------------------------------------------------------------------------------------------------ */

static void
test_acts (Fixture *fixture, gconstpointer data)
{
  FlowConnections *connections = fixture->connections;
  g_autofree char *calls = NULL;

  flow_connections_act (connections, FLOW_CONNECTIONS_RESEND, entry_at (connections, FLOW_CONNECTIONS_DEAD, 0));
  flow_connections_act (connections, FLOW_CONNECTIONS_DENY, entry_at (connections, FLOW_CONNECTIONS_ORIGINS, 1));
  flow_connections_act (connections, FLOW_CONNECTIONS_ALLOW_ONCE, entry_at (connections, FLOW_CONNECTIONS_ORIGINS, 1));
  flow_connections_act (connections, FLOW_CONNECTIONS_ALLOW, entry_at (connections, FLOW_CONNECTIONS_REQUESTS, 0));
  flow_connections_act (connections, FLOW_CONNECTIONS_FORGET, entry_at (connections, FLOW_CONNECTIONS_CLIENTS, 0));
  calls = verbs_fixture_take_calls (fixture->verbs);
  g_assert_cmpstr (calls, ==,
                   "outbox-resend{\"number\":7} pair-deny{\"origin\":\"http://localhost:3000\"} "
                   "pair-allow{\"origin\":\"http://localhost:3000\",\"once\":true} "
                   "pair-allow{\"request\":\"00112233445566778899aabbccddeeff\"} pair-forget{\"client\":\"c1\"} ");
}

static void
failed_cb (FlowConnections *connections, const char *reason, GString *told)
{
  g_string_append (told, reason);
}

static void
test_failure (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) told = g_string_new (NULL);

  g_signal_connect (fixture->connections, "failed", G_CALLBACK (failed_cb), told);
  verbs_fixture_set_answer (fixture->verbs, "outbox-drop", NULL);
  flow_connections_act (fixture->connections, FLOW_CONNECTIONS_DROP,
                        entry_at (fixture->connections, FLOW_CONNECTIONS_WAITING, 0));
  app_test_wait (told->len > 0);
  g_assert_cmpstr (told->str, ==, "not today");
}

/* What seems gone stays away while the hub goes on listing it, and comes back when it is taken back. */
static void
test_hide (Fixture *fixture, gconstpointer data)
{
  FlowConnections *connections = fixture->connections;
  g_autoptr (FlowEntry) letter = g_object_ref (entry_at (connections, FLOW_CONNECTIONS_WAITING, 0));
  guint before;

  flow_board_hide (FLOW_BOARD (connections), letter);
  g_assert_cmpuint (count (connections, FLOW_CONNECTIONS_WAITING), ==, 1);
  g_assert_cmpuint (flow_board_get_total (FLOW_BOARD (connections), FLOW_CONNECTIONS_WAITING), ==, 1341);
  before = verbs_fixture_count (fixture->verbs, "outbox");
  flow_board_refresh (FLOW_BOARD (connections));
  app_test_wait (verbs_fixture_count (fixture->verbs, "outbox") > before);
  app_test_settle ();
  g_assert_cmpuint (count (connections, FLOW_CONNECTIONS_WAITING), ==, 1);
  flow_board_unhide (FLOW_BOARD (connections), letter);
  app_test_wait (count (connections, FLOW_CONNECTIONS_WAITING) == 2);
}

/* --- Words ----------------------------------------------------------------------------------------------- */

static void
test_texts (Fixture *fixture, gconstpointer data)
{
  GListModel *channels = flow_board_get_list (FLOW_BOARD (fixture->connections), FLOW_CONNECTIONS_CHANNELS);
  g_autofree char *counts = flow_connection_text_counts (channels);
  g_autofree char *none = NULL;
  g_autofree char *name = flow_connection_text_name (entry_at (fixture->connections, FLOW_CONNECTIONS_CHANNELS, 1));
  g_autofree char *today = flow_connection_text_when (36000000000000, 40000000000000);
  g_autofree char *other = flow_connection_text_when (36000000000000, 400000000000000);
  g_autofree char *never = flow_connection_text_when (0, 40000000000000);
  g_autofree char *quick = flow_connection_text_ms (0.423);
  g_autofree char *slow = flow_connection_text_ms (1234.5);

  g_assert_cmpstr (counts, ==, "2 editors, 1 page");
  g_assert_cmpstr (name, ==, "Neovim 0.9.5");
  g_assert_cmpstr (today, ==, "10:00");
  g_assert_true (g_str_has_suffix (other, "1 Jan 1970 10:00"));
  g_assert_cmpstr (never, ==, "–");
  g_assert_cmpstr (quick, ==, "0.42 ms");
  g_assert_cmpstr (slow, ==, "1234 ms");
  g_assert_cmpstr (flow_connection_text_kind ("of the future"), ==, "of the future");
  flow_board_set_verbs (FLOW_BOARD (fixture->connections), NULL);
  none = flow_connection_text_counts (channels);
  g_assert_null (none);
}

/* --- The page -------------------------------------------------------------------------------------------- */

typedef struct
{
  FlowServices *services;
  VerbsFixture *verbs;
  GtkWidget *page;
  GtkWindow *window;
} PageFixture;

static void
page_set_up (PageFixture *fixture, gconstpointer data)
{
  g_autoptr (FlowHubKeeper) keeper = NULL;
  GtkWidget *overlay = adw_toast_overlay_new ();

  fixture->services = app_test_services_new ();
  fixture->verbs = verbs_fixture_new ();
  keeper = flow_hub_keeper_new (fixture->services);
  fixture->page = flow_connections_page_new (fixture->services, keeper);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), fixture->page);
  fixture->window = app_test_show (overlay, 360, 700);
  flow_board_set_verbs (FLOW_BOARD (flow_services_get_connections (fixture->services)), FLOW_VERBS (fixture->verbs));
  app_test_wait (flow_connections_get_health (flow_services_get_connections (fixture->services)) != NULL);
  app_test_settle ();
}

static void
page_tear_down (PageFixture *fixture, gconstpointer data)
{
  gtk_window_destroy (fixture->window);
  app_test_settle ();
  g_object_unref (fixture->services);
  g_object_unref (fixture->verbs);
}

/* A button by its accessible name, which is its tooltip or its label. */
static GtkWidget *
find_button (GtkWidget *root, const char *name)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (root) && (g_strcmp0 (gtk_widget_get_tooltip_text (root), name) == 0 ||
                               g_strcmp0 (gtk_button_get_label (GTK_BUTTON (root)), name) == 0))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_button (child, name);
  return found;
}

/* Whether a label that is shown says this. */
static gboolean
says (GtkWidget *root, const char *text)
{
  if (GTK_IS_LABEL (root) && gtk_widget_get_mapped (root) &&
      g_strcmp0 (gtk_label_get_label (GTK_LABEL (root)), text) == 0)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (says (child, text))
      return TRUE;
  return FALSE;
}

static void
press (PageFixture *fixture, const char *name)
{
  GtkWidget *button = find_button (GTK_WIDGET (fixture->window), name);

  g_test_message ("%s", name);
  g_assert_nonnull (button);
  g_assert_true (gtk_widget_get_mapped (button));
  g_signal_emit_by_name (button, "clicked");
}

static void
assert_calls (PageFixture *fixture, const char *wanted)
{
  g_autofree char *calls = verbs_fixture_take_calls (fixture->verbs);

  g_assert_cmpstr (calls, ==, wanted);
}

static void
test_page (PageFixture *fixture, gconstpointer data)
{
  FlowConnections *connections = flow_services_get_connections (fixture->services);

  press (fixture, "_Allow");
  g_assert_cmpuint (count (connections, FLOW_CONNECTIONS_REQUESTS), ==, 0);
  assert_calls (fixture, "pair-allow{\"request\":\"00112233445566778899aabbccddeeff\"} ");
  app_test_wait (count (connections, FLOW_CONNECTIONS_REQUESTS) == 1);
  app_test_settle ();
  press (fixture, "_Deny");
  assert_calls (fixture, "pair-deny{\"request\":\"00112233445566778899aabbccddeeff\"} ");
  press (fixture, "Allow https://ads.example");
  assert_calls (fixture, "pair-allow{\"origin\":\"https://ads.example\"} ");
  press (fixture, "Undo");
  assert_calls (fixture, "pair-deny{\"origin\":\"https://ads.example\"} ");
  press (fixture, "Send session_started again");
  assert_calls (fixture, "outbox-resend{\"number\":7} ");
}

/* Unfolded, a channel says all that is known, and goes on doing so. */
static void
test_page_channel (PageFixture *fixture, gconstpointer data)
{
  GtkWidget *row = app_test_find (fixture->page, ADW_TYPE_EXPANDER_ROW, NULL);
  FlowConnections *connections = flow_services_get_connections (fixture->services);

  g_assert_false (says (row, "vscode_extension/7f3a"));
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  app_test_wait (says (row, "vscode_extension/7f3a"));
  g_assert_true (says (row, "/home/anna/code/shop\n/home/anna/code/shared"));
  g_assert_true (says (row, "1204 received, 8731 sent"));
  g_assert_true (says (row, "last 0.38 ms, median 0.42 ms, 99 % within 3.10 ms"));
  g_assert_true (says (row, "new traces, showing code, numbers in the code"));
  verbs_fixture_set_answer (fixture->verbs, "channels",
                            "{\"channels\":[{\"channel\":\"vscode_extension/7f3a\",\"messagesIn\":1205}]}");
  flow_board_refresh (FLOW_BOARD (connections));
  app_test_wait (says (row, "1205 received, 0 sent"));
  g_assert_true (says (row, "Not measured yet"));
}

/* What cannot be taken back later is done only when it was not taken back in time. */
static void
test_page_undo (PageFixture *fixture, gconstpointer data)
{
  FlowConnections *connections = flow_services_get_connections (fixture->services);

  press (fixture, "Forget laptop");
  g_assert_cmpuint (count (connections, FLOW_CONNECTIONS_CLIENTS), ==, 1);
  assert_calls (fixture, "");
  press (fixture, "Undo");
  app_test_wait (count (connections, FLOW_CONNECTIONS_CLIENTS) == 2);
  press (fixture, "Drop trace_updated");
  assert_calls (fixture, "");
  flow_toast_settle ();
  assert_calls (fixture, "outbox-drop{\"number\":41} ");
}

/* At 200 % text there is room for all of it on the narrowest window. */
static void
test_page_narrow (PageFixture *fixture, gconstpointer data)
{
  GtkSettings *settings = gtk_settings_get_default ();
  int before, minimum;

  g_object_get (settings, "gtk-xft-dpi", &before, NULL);
  g_object_set (settings, "gtk-xft-dpi", 2 * 96 * 1024, NULL);
  gtk_widget_measure (fixture->page, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_object_set (settings, "gtk-xft-dpi", before, NULL);
  g_assert_cmpint (minimum, <=, 360);
}

/* What programs call themselves is no markup, and there need not be any of it. */
static void
test_page_hostile (PageFixture *fixture, gconstpointer data)
{
  FlowConnections *connections = flow_services_get_connections (fixture->services);

  verbs_fixture_set_answer (
      fixture->verbs, "channels",
      "{\"channels\":[{\"channel\":\"<b>&\",\"kind\":\"<i>\",\"client\":\"&<\",\"version\":\"%s\","
      "\"workspaces\":[\"/\",7,\"\",null],\"capabilities\":{},\"since\":\"never\",\"queued\":-1,"
      "\"messagesIn\":\"many\",\"outbox\":-5,\"latency\":{\"samples_ms\":[\"x\",-1,1e300],\"p50_ms\":null}},"
      "{\"channel\":\"bare\"}]}");
  verbs_fixture_set_answer (
      fixture->verbs, "outbox",
      "{\"waiting\":[{\"number\":1}],\"dead\":[{\"number\":2,\"reason\":\"<&\",\"size\":-1}],\"counts\":7}");
  verbs_fixture_set_answer (
      fixture->verbs, "pair-list",
      "{\"origins\":[{\"origin\":\"<&\"}],\"clients\":[{\"client\":\"&\"}],\"requests\":[{\"request\":\"<\"}]}");
  verbs_fixture_set_answer (fixture->verbs, "health", "{\"overall\":\"good\",\"parts\":[],\"advice\":[\"<&\",7,null]}");
  flow_board_refresh (FLOW_BOARD (connections));
  app_test_wait (count (connections, FLOW_CONNECTIONS_CHANNELS) == 2 &&
                 count (connections, FLOW_CONNECTIONS_WAITING) == 1 &&
                 count (connections, FLOW_CONNECTIONS_ORIGINS) == 1);
  app_test_settle ();
  g_assert_nonnull (find_button (fixture->page, "Forget &"));
}

static void
test_page_without_hub (PageFixture *fixture, gconstpointer data)
{
  GtkStack *stack = GTK_STACK (app_test_find (fixture->page, GTK_TYPE_STACK, "stack"));

  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "connections");
  flow_board_set_verbs (FLOW_BOARD (flow_services_get_connections (fixture->services)), NULL);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "no-hub");
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
#define ADD(path, func) g_test_add ("/app/connections/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("lists", test_lists);
  ADD ("follow", test_follow);
  g_test_add_func ("/app/connections/unwatched", test_unwatched);
  ADD ("acts", test_acts);
  ADD ("failure", test_failure);
  ADD ("hide", test_hide);
  ADD ("texts", test_texts);
#define ADD_PAGE(path, func) \
  g_test_add ("/app/connections/page/" path, PageFixture, NULL, page_set_up, func, page_tear_down)
  ADD_PAGE ("acts", test_page);
  ADD_PAGE ("channel", test_page_channel);
  ADD_PAGE ("undo", test_page_undo);
  ADD_PAGE ("narrow", test_page_narrow);
  ADD_PAGE ("hostile", test_page_hostile);
  ADD_PAGE ("without-hub", test_page_without_hub);
  return g_test_run ();
}
