/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include "app/shell/flow-page.h"
#include "app/shell/flow-toast.h"
#include "app/sync/flow-sync-conflict-row.h"
#include "app/sync/flow-sync-dialog.h"
#include "app/sync/flow-sync-page.h"
#include "app/sync/flow-sync-pairing.h"
#include "app/sync/flow-sync-run-row.h"
#include "app/sync/flow-sync-words-view.h"
#include "verbs-fixture.h"

#define NOTE "11112222333344445555666677778888"
#define DELETED "22223333444455556666777788889999"
#define DECIDED "33334444555566667777888899990000"
#define LAPTOP "a1b2c3d4e5f60718293a4b5c6d7e8f90"

typedef struct
{
  FlowServices *services;
  FlowBoard *board;
  VerbsFixture *verbs;
  FlowSyncPage *page;
  GtkWindow *window;
} Fixture;

static void
drop_calls (Fixture *fixture)
{
  g_free (verbs_fixture_take_calls (fixture->verbs));
}

static void
settle (Fixture *fixture)
{
  app_test_settle ();
  app_test_wait (flow_board_is_current (fixture->board));
  app_test_settle ();
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  GtkWidget *overlay = adw_toast_overlay_new ();

  fixture->services = app_test_services_new ();
  fixture->board = FLOW_BOARD (flow_services_get_sync (fixture->services));
  fixture->verbs = verbs_fixture_new ();
  fixture->page = FLOW_SYNC_PAGE (flow_sync_page_new (fixture->services));
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), GTK_WIDGET (fixture->page));
  fixture->window = app_test_show (overlay, 700, 900);
  flow_board_set_verbs (fixture->board, FLOW_VERBS (fixture->verbs));
  settle (fixture);
  drop_calls (fixture);
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
set_status (Fixture *fixture, const char *json)
{
  verbs_fixture_set_answer (fixture->verbs, "sync-status", json);
  flow_board_refresh (fixture->board);
  settle (fixture);
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

/* Without the questions that are asked again and again. */
static void
assert_calls (Fixture *fixture, const char *wanted)
{
  g_autofree char *calls = verbs_fixture_take_calls (fixture->verbs);
  g_autoptr (GString) text = g_string_new (calls);

  g_string_replace (text, "sync-conflicts{\"all\":true} ", "", 0);
  g_string_replace (text, "sync-pair{\"action\":\"show\"} ", "", 0);
  g_assert_cmpstr (text->str, ==, wanted);
}

static guint
count (GtkWidget *root, GType type)
{
  guint n = g_type_is_a (G_OBJECT_TYPE (root), type) && gtk_widget_get_mapped (root) ? 1 : 0;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count (child, type);
  return n;
}

static void
activate (Fixture *fixture, const char *action)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;

  g_assert_true (g_action_parse_detailed_name (action, &name, &target, NULL));
  g_assert_true (gtk_widget_activate_action_variant (GTK_WIDGET (fixture->page), name, target));
  app_test_settle ();
}

/* --- The page -------------------------------------------------------------------------------------------- */

static void
test_states (Fixture *fixture, gconstpointer data)
{
  GtkStack *stack = GTK_STACK (app_test_find (GTK_WIDGET (fixture->page), GTK_TYPE_STACK, "states"));

  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "account");
  g_assert_true (page_says (fixture, "Everything is synced"));
  g_assert_false (page_says (fixture, "The server does not take"));
  set_status (fixture, "{\"state\":\"idle\",\"unsent_traces\":{\"count\":2,\"message\":\"There is no room\"}}");
  g_assert_true (page_says (fixture, "The server does not take"));
  g_assert_true (page_says (fixture, "2 traces\nThere is no room"));
  g_assert_false (page_says (fixture, "Not the same on another device"));
  set_status (fixture, "{\"state\":\"idle\",\"differs\":{\"device\":\"d1\",\"name\":\"\",\"tables\":1,\"stuck\":true},"
                       "\"repaired\":{\"records\":3,\"time\":\"2026-01-02T03:04:05Z\"}}");
  g_assert_true (page_says (fixture, "Not the same on another device"));
  g_assert_true (page_says (fixture, "1 table differs from d1 and could not be repaired"));
  g_assert_true (page_says (fixture, "Repaired"));
  set_status (fixture, "{\"state\":\"off\"}");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "begin");
  flow_board_set_verbs (fixture->board, NULL);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (stack), ==, "no-hub");
}

static void
test_acts (Fixture *fixture, gconstpointer data)
{
  press (fixture, "Sync now");
  press (fixture, "Pause syncing");
  settle (fixture);
  assert_calls (fixture, "sync-pause{\"paused\":true} ");
  g_assert_cmpuint (verbs_fixture_count (fixture->verbs, "sync-now"), ==, 1);
  set_status (fixture, "{\"state\":\"paused\"}");
  press (fixture, "Go on syncing");
  settle (fixture);
  assert_calls (fixture, "sync-pause{\"paused\":false} ");
  verbs_fixture_set_answer (fixture->verbs, "sync-now", NULL);
  press (fixture, "Sync now");
  app_test_settle ();
  g_assert_true (app_test_says (GTK_WIDGET (fixture->window), "not today"));
}

static void
test_trouble (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) local = NULL;

  set_status (fixture, "{\"state\":\"idle\",\"secrets\":{\"kind\":\"keyring\",\"state\":\"locked\"}}");
  press (fixture, "_Unlock…");
  g_assert_cmpuint (verbs_fixture_count (fixture->verbs, "sync-unlock"), ==, 1);
  set_status (fixture, "{\"state\":\"error\",\"error\":{\"code\":\"local_only\",\"message\":\"\"}}");
  g_assert_true (page_says (fixture, "Everything stays on this computer"));
  press (fixture, "_Allow It");
  local = flow_settings_get (flow_services_get_settings (fixture->services), "privacy.local-only", NULL);
  g_assert_false (g_variant_get_boolean (local));
}

static void
test_held (Fixture *fixture, gconstpointer data)
{
  press (fixture, "Try to take this change again");
  settle (fixture);
  assert_calls (fixture, "sync-quarantine{\"retry\":5} ");
  press (fixture, "Forget this change");
  g_assert_false (page_says (fixture, "the title is longer than 1 KiB"));
  press (fixture, "Undo");
  settle (fixture);
  g_assert_true (page_says (fixture, "the title is longer than 1 KiB"));
  press (fixture, "Forget this change");
  flow_toast_settle ();
  settle (fixture);
  assert_calls (fixture, "sync-quarantine{\"forget\":5} ");
}

static void
test_history (Fixture *fixture, gconstpointer data)
{
  FlowPage *page = FLOW_PAGE (fixture->page);

  activate (fixture, "sync.history");
  app_test_wait (count (GTK_WIDGET (fixture->page), FLOW_TYPE_SYNC_RUN_ROW) == 3);
  g_assert_cmpstr (flow_page_get_title (page), ==, "History");
  g_assert_true (page_says (fixture, "Another device changed something"));
  g_assert_nonnull (app_test_find_button (GTK_WIDGET (fixture->page), "Show _Older"));
  g_assert_true (flow_page_go_back (page));
  g_assert_null (flow_page_get_title (page));
}

/* --- Conflicts ------------------------------------------------------------------------------------------- */

static void
test_conflict (Fixture *fixture, gconstpointer data)
{
  GtkWidget *row = app_test_find (GTK_WIDGET (fixture->page), FLOW_TYPE_SYNC_CONFLICT_ROW, NULL);
  GtkWidget *use;

  g_assert_cmpuint (count (GTK_WIDGET (fixture->page), FLOW_TYPE_SYNC_CONFLICT_ROW), ==, 3);
  g_signal_emit_by_name (gtk_widget_get_parent (row), "row-activated", row);
  app_test_settle ();
  g_assert_cmpstr (flow_page_get_title (FLOW_PAGE (fixture->page)), ==, "GET /checkout");
  use = app_test_find_button (GTK_WIDGET (fixture->page), "_Use What Is Chosen");
  g_assert_false (gtk_widget_get_sensitive (use));
  press (fixture, "Keep Laptop");
  press (fixture, "_Use What Is Chosen");
  assert_calls (fixture, "sync-resolve{\"id\":\"" NOTE "\",\"fields\":{\"note\":\"theirs\"}} ");
  press (fixture, "Write Another");
  gtk_text_buffer_set_text (
      gtk_text_view_get_buffer (GTK_TEXT_VIEW (app_test_find (GTK_WIDGET (fixture->page), GTK_TYPE_TEXT_VIEW, NULL))),
      "slow", -1);
  press (fixture, "_Use What Is Chosen");
  assert_calls (fixture, "sync-resolve{\"id\":\"" NOTE "\",\"fields\":{\"note\":{\"value\":\"slow\"}}} ");
  press (fixture, "Keep All of Desk");
  assert_calls (fixture, "sync-resolve{\"id\":\"" NOTE "\",\"choice\":\"mine\"} ");
}

static void
test_delete (Fixture *fixture, gconstpointer data)
{
  flow_sync_page_open (fixture->page, DELETED);
  app_test_settle ();
  g_assert_true (page_says (fixture, "(deleted)"));
  g_assert_null (app_test_find_button (GTK_WIDGET (fixture->page), "_Use What Is Chosen"));
  press (fixture, "Restore and Update");
  assert_calls (fixture, "sync-resolve{\"id\":\"" DELETED "\",\"choice\":\"restore\"} ");
  press (fixture, "Keep It Deleted");
  assert_calls (fixture, "sync-resolve{\"id\":\"" DELETED "\",\"choice\":\"keep_deleted\"} ");
}

static void
test_undo (Fixture *fixture, gconstpointer data)
{
  flow_sync_page_open (fixture->page, DECIDED);
  app_test_settle ();
  press (fixture, "_Undo This Decision");
  assert_calls (fixture, "sync-restore{\"id\":\"" DECIDED "\"} ");
}

/* One that a notification leads to is opened as soon as it is listed, and left when it is gone. */
static void
test_open_later (Fixture *fixture, gconstpointer data)
{
  FlowPage *page = FLOW_PAGE (fixture->page);

  flow_sync_page_open (fixture->page, "later");
  g_assert_null (flow_page_get_title (page));
  verbs_fixture_set_answer (fixture->verbs, "sync-conflicts",
                            "{\"conflicts\":[{\"id\":\"later\",\"title\":\"T\",\"state\":\"open\"}]}");
  flow_board_refresh (fixture->board);
  app_test_wait (g_strcmp0 (flow_page_get_title (page), "T") == 0);
  verbs_fixture_set_answer (fixture->verbs, "sync-conflicts", "{\"conflicts\":[]}");
  flow_board_refresh (fixture->board);
  app_test_wait (flow_page_get_title (page) == NULL);
}

/* --- Signing in ------------------------------------------------------------------------------------------ */

static GtkWidget *
find_entry (GtkWidget *root, const char *title)
{
  GtkWidget *found = NULL;

  if (ADW_IS_ENTRY_ROW (root) && g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (root)), title))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_entry (child, title);
  return found;
}

static GtkWidget *
find_group (GtkWidget *root, const char *title)
{
  GtkWidget *found = NULL;

  if (ADW_IS_PREFERENCES_GROUP (root) &&
      g_str_equal (adw_preferences_group_get_title (ADW_PREFERENCES_GROUP (root)), title))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_group (child, title);
  return found;
}

static GtkWidget *
write_into (GtkWidget *dialog, const char *title, const char *text)
{
  GtkWidget *entry = find_entry (dialog, title);

  g_test_message ("%s", title);
  g_assert_nonnull (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  return entry;
}

static GtkWidget *
open_sign_in (Fixture *fixture)
{
  GtkWidget *dialog;

  set_status (fixture, "{\"state\":\"off\"}");
  press (fixture, "Sign _In…");
  app_test_settle ();
  dialog = GTK_WIDGET (app_test_find_front (fixture->window));
  write_into (dialog, "Server", "cloud.example");
  write_into (dialog, "User name", "ada");
  write_into (dialog, "Password", "secret");
  write_into (dialog, "Name for your other devices", "Desk");
  drop_calls (fixture);
  return dialog;
}

static void
test_sign_in (Fixture *fixture, gconstpointer data)
{
  GtkWidget *dialog = open_sign_in (fixture), *entry = find_entry (dialog, "Passphrase");

  g_assert_true (gtk_widget_get_mapped (find_group (dialog, "What Goes to Your Account")));
  app_test_press (dialog, "_Sign In");
  g_assert_true (app_test_says (dialog, "Something is not written yet."));
  g_assert_true (gtk_widget_has_css_class (entry, "error"));
  gtk_editable_set_text (GTK_EDITABLE (entry), "secret");
  app_test_press (dialog, "_Sign In");
  g_assert_true (app_test_says (dialog, "The server knows the password. The passphrase must be another one."));
  gtk_editable_set_text (GTK_EDITABLE (entry), "a long passphrase");
  assert_calls (fixture, "");
  verbs_fixture_set_answer (fixture->verbs, "cloud-login", "{\"user\":\"ada\",\"recovery\":null}");
  app_test_press (dialog, "_Sign In");
  settle (fixture);
  assert_calls (fixture, "cloud-login{\"url\":\"https://cloud.example\",\"user\":\"ada\",\"password\":\"secret\","
                         "\"passphrase\":\"a long passphrase\",\"device_name\":\"Desk\",\"secrets\":\"keyring\"} ");
  g_assert_true (app_test_find_front (fixture->window) == fixture->window);
}

static void
test_sign_in_fails (Fixture *fixture, gconstpointer data)
{
  const struct
  {
    FlowError code;
    const char *entry;
  } errors[] = {
    { FLOW_ERROR_BAD_CREDENTIALS, "Password" },
    { FLOW_ERROR_BAD_PASSPHRASE, "Passphrase" },
    { FLOW_ERROR_OFFLINE, "Server" },
    { FLOW_ERROR_INSECURE_URL, "Server" },
  };
  GtkWidget *dialog = open_sign_in (fixture);

  write_into (dialog, "Passphrase", "a long passphrase");
  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      verbs_fixture_set_error (fixture->verbs, "cloud-login", errors[i].code, "It is wrong");
      app_test_press (dialog, "_Sign In");
      app_test_settle ();
      g_assert_true (app_test_says (dialog, "It is wrong"));
      g_assert_true (gtk_widget_has_css_class (find_entry (dialog, errors[i].entry), "error"));
    }
  gtk_window_close (GTK_WINDOW (dialog));
  app_test_settle ();
  g_assert_true (app_test_find_front (fixture->window) == fixture->window);
}

/* Words that come only once are shown even when the dialog was closed before, until they are kept. */
static void
test_words (Fixture *fixture, gconstpointer data)
{
  GtkWidget *dialog = open_sign_in (fixture), *check;

  gtk_switch_set_active (GTK_SWITCH (app_test_find (dialog, GTK_TYPE_SWITCH, NULL)), TRUE);
  write_into (dialog, "Passphrase", "a long passphrase");
  write_into (dialog, "The same again", "another");
  app_test_press (dialog, "C_reate Account");
  g_assert_true (app_test_says (dialog, "The two are not the same."));
  write_into (dialog, "The same again", "a long passphrase");
  app_test_press (dialog, "C_reate Account");
  gtk_window_close (GTK_WINDOW (dialog));
  g_assert_false (gtk_widget_get_visible (dialog));
  app_test_wait (gtk_widget_get_visible (dialog));
  app_test_settle ();
  g_assert_true (app_test_says (dialog, "1. legal"));
  g_assert_true (app_test_says (dialog, "12. yellow"));
  gtk_window_close (GTK_WINDOW (dialog));
  app_test_settle ();
  g_assert_true (gtk_widget_get_visible (dialog));
  g_assert_false (gtk_widget_get_sensitive (app_test_find_button (dialog, "_Done")));
  check = app_test_find (dialog, GTK_TYPE_CHECK_BUTTON, NULL);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
  app_test_press (dialog, "_Done");
  app_test_settle ();
  g_assert_true (app_test_find_front (fixture->window) == fixture->window);
}

/* --- Keys ------------------------------------------------------------------------------------------------ */

static GtkWidget *
ask (Fixture *fixture, const char *action)
{
  activate (fixture, action);
  drop_calls (fixture);
  return GTK_WIDGET (app_test_find_front (fixture->window));
}

static void
test_device (Fixture *fixture, gconstpointer data)
{
  GtkWidget *dialog;

  press (fixture, "Remove Laptop");
  app_test_settle ();
  dialog = GTK_WIDGET (app_test_find_front (fixture->window));
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (dialog)), ==, "Remove “Laptop”?");
  assert_calls (fixture, "");
  write_into (dialog, "Passphrase", "a long passphrase");
  verbs_fixture_set_answer (fixture->verbs, "sync-device-remove", "{\"recovery\":null}");
  app_test_press (dialog, "_Remove");
  settle (fixture);
  assert_calls (fixture, "sync-device-remove{\"device\":\"" LAPTOP "\",\"passphrase\":\"a long passphrase\"} ");
}

static void
test_ask (Fixture *fixture, gconstpointer data)
{
  GtkWidget *dialog = ask (fixture, "sync.unlock");

  app_test_press (dialog, "_Go On");
  g_assert_true (app_test_says (dialog, "Write one of them."));
  write_into (dialog, "Or recovery words", "a b c");
  app_test_press (dialog, "_Go On");
  settle (fixture);
  assert_calls (fixture, "sync-keys{\"action\":\"open\",\"recovery\":\"a b c\"} ");

  dialog = ask (fixture, "sync.change-passphrase");
  write_into (dialog, "New passphrase", "new");
  write_into (dialog, "The same again", "newer");
  app_test_press (dialog, "_Change");
  g_assert_true (app_test_says (dialog, "The two are not the same."));
  write_into (dialog, "The same again", "new");
  verbs_fixture_set_error (fixture->verbs, "sync-keys", FLOW_ERROR_WEAK_PASSPHRASE, "too short");
  app_test_press (dialog, "_Change");
  app_test_settle ();
  g_assert_true (gtk_widget_has_css_class (find_entry (dialog, "New passphrase"), "error"));
  assert_calls (fixture, "sync-keys{\"action\":\"passphrase\",\"new\":\"new\"} ");
  gtk_window_close (GTK_WINDOW (dialog));

  dialog = ask (fixture, "sync.replace");
  app_test_press (dialog, "_Replace");
  g_assert_true (app_test_says (dialog, "Something is not written yet."));
  write_into (dialog, "Passphrase", "mistyped");
  verbs_fixture_set_error (fixture->verbs, "sync-keys", FLOW_ERROR_BAD_PASSPHRASE, "not the one");
  app_test_press (dialog, "_Replace");
  app_test_settle ();
  g_assert_true (gtk_widget_has_css_class (find_entry (dialog, "Passphrase"), "error"));
  assert_calls (fixture, "sync-keys{\"action\":\"replace\",\"passphrase\":\"mistyped\"} ");
  verbs_fixture_set_answer (fixture->verbs, "sync-keys", "{\"generation\":3,\"recovery\":[\"legal\",\"yellow\"]}");
  write_into (dialog, "Passphrase", "a long passphrase");
  app_test_press (dialog, "_Replace");
  settle (fixture);
  g_assert_true (app_test_says (dialog, "2. yellow"));
  drop_calls (fixture);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (app_test_find (dialog, GTK_TYPE_CHECK_BUTTON, NULL)), TRUE);
  app_test_press (dialog, "_Done");
  app_test_settle ();

  dialog = ask (fixture, "sync.sign-out");
  app_test_press (dialog, "_Sign Out");
  settle (fixture);
  assert_calls (fixture, "cloud-logout{\"erase\":false} ");
}

static void
test_pairing (Fixture *fixture, gconstpointer data)
{
  GtkWidget *dialog;

  verbs_fixture_set_error (fixture->verbs, "sync-pair", FLOW_ERROR_NOT_FOUND, "nobody has asked");
  press (fixture, "Add a device");
  app_test_settle ();
  assert_calls (fixture, "sync-pair{\"action\":\"accept\"} sync-pair{\"action\":\"offer\"} ");
  verbs_fixture_set_answer (fixture->verbs, "sync-pair", "{\"state\":\"waiting\",\"code\":\"RQ3M-7T0P\"}");
  flow_board_refresh (fixture->board);
  settle (fixture);
  dialog = GTK_WIDGET (app_test_find_front (fixture->window));
  g_assert_true (app_test_says (dialog, "RQ3M-7T0P"));
  verbs_fixture_set_answer (fixture->verbs, "sync-pair",
                            "{\"state\":\"compare\",\"digits\":\"482915\",\"name\":\"Laptop\"}");
  flow_board_refresh (fixture->board);
  app_test_wait (app_test_says (dialog, "482 915"));
  drop_calls (fixture);
  verbs_fixture_set_answer (fixture->verbs, "sync-pair", "{\"state\":\"done\",\"name\":\"Laptop\"}");
  app_test_press (dialog, "The _Same");
  app_test_settle ();
  assert_calls (fixture, "sync-pair{\"action\":\"confirm\"} ");
  g_assert_true (app_test_says (dialog, "“Laptop” has the key, and gets everything that you sync."));
  gtk_window_close (GTK_WINDOW (dialog));
  app_test_settle ();
  assert_calls (fixture, "");
}

/* Digits that differ end it; a code is typed on the device that joins. */
static void
test_pairing_ends (Fixture *fixture, gconstpointer data)
{
  GtkWidget *dialog;

  verbs_fixture_set_answer (fixture->verbs, "sync-pair", "{\"state\":\"waiting\"}");
  activate (fixture, "sync.pair::join");
  dialog = GTK_WIDGET (app_test_find_front (fixture->window));
  drop_calls (fixture);
  g_signal_emit_by_name (write_into (dialog, "Code", "RQ3M"), "apply");
  app_test_settle ();
  assert_calls (fixture, "sync-pair{\"action\":\"accept\",\"code\":\"RQ3M\"} ");
  verbs_fixture_set_answer (fixture->verbs, "sync-pair", "{\"state\":\"compare\",\"digits\":\"1\"}");
  flow_board_refresh (fixture->board);
  app_test_wait (app_test_says (dialog, "1"));
  drop_calls (fixture);
  gtk_window_close (GTK_WINDOW (dialog));
  app_test_settle ();
  assert_calls (fixture, "sync-pair{\"action\":\"cancel\"} ");

  verbs_fixture_set_answer (fixture->verbs, "sync-pair", "{\"state\":\"opening\"}");
  activate (fixture, "sync.pair::join");
  dialog = GTK_WIDGET (app_test_find_front (fixture->window));
  g_assert_true (app_test_says (dialog, "The key came; what it opens is being fetched."));
  verbs_fixture_set_answer (fixture->verbs, "sync-pair", "{\"state\":\"failed\",\"reason\":\"no network\"}");
  flow_board_refresh (fixture->board);
  app_test_wait (app_test_says (dialog, "It did not work: no network. Begin again on both devices."));
  app_test_press (dialog, "C_lose");
  app_test_settle ();
}

static void
test_setup (Fixture *fixture, gconstpointer data)
{
  set_status (fixture, "{\"state\":\"syncing\",\"setup\":{\"state\":\"running\",\"done\":1,\"total\":2}}");
  drop_calls (fixture);
  press (fixture, "_Cancel");
  assert_calls (fixture, "sync-setup{\"action\":\"cancel\"} ");
  set_status (fixture, "{\"state\":\"idle\",\"setup\":{\"state\":\"paused\",\"done\":1,\"total\":2}}");
  drop_calls (fixture);
  press (fixture, "_Go On");
  press (fixture, "_Undo All of It");
  assert_calls (fixture, "sync-setup{\"action\":\"resume\"} sync-setup{\"action\":\"rollback\"} ");
  set_status (fixture, "{\"state\":\"idle\",\"setup\":{\"state\":\"done\",\"backup\":\"/b\"}}");
  g_assert_true (page_says (fixture, "The backup is kept as /b."));
  press (fixture, "C_lose");
  g_assert_false (page_says (fixture, "The backup is kept as /b."));
}

#define ADD(path, func) g_test_add ("/app/sync-page/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, "gtk-cursor-blink", FALSE, NULL);
  ADD ("states", test_states);
  ADD ("acts", test_acts);
  ADD ("trouble", test_trouble);
  ADD ("device", test_device);
  ADD ("held", test_held);
  ADD ("history", test_history);
  ADD ("conflict", test_conflict);
  ADD ("delete", test_delete);
  ADD ("undo", test_undo);
  ADD ("open-later", test_open_later);
  ADD ("sign-in", test_sign_in);
  ADD ("sign-in-fails", test_sign_in_fails);
  ADD ("words", test_words);
  ADD ("ask", test_ask);
  ADD ("pairing", test_pairing);
  ADD ("pairing-ends", test_pairing_ends);
  ADD ("setup", test_setup);
  return g_test_run ();
}
