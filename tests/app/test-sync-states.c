/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include "app/sync/flow-sync-page.h"
#include "hub/flow-json-read.h"
#include "verbs-fixture.h"

/* Every state of the page Sync has room in a narrow window with large text. With a
 * folder as $FLOW_TEST_PICTURES each is kept there as a picture, also in a wide window and as seen by day. */

#define NARROW 360
#define WIDE 1000
#define HEIGHT 1100
#define DPI 96
#define FRAMES 3

typedef struct
{
  const char *name;
  const char *status; /* the file of tests/fixtures/sync, without its suffix */
  const char *other;  /* (nullable): members that differ from the file's */
  const char *action; /* (nullable): what is activated then */
  const char *answer; /* (nullable): `verb=FILE` */
} State;

static const State states[] = {
  { "begin", "sync-status-off", NULL, NULL, NULL },
  { "sign-in", "sync-status-off", NULL, "sync.sign-in", NULL },
  { "signing-in", "sync-status-signed-out", NULL, "busy", NULL },
  { "idle", "sync-status", "{\"conflicts\":0}", NULL, "sync-conflicts=sync-conflicts-none" },
  { "conflicts", "sync-status", NULL, NULL, NULL },
  { "conflict", "sync-status", NULL, "open:11112222333344445555666677778888", NULL },
  { "delete", "sync-status", NULL, "open:22223333444455556666777788889999", NULL },
  { "decided", "sync-status", NULL, "open:33334444555566667777888899990000", NULL },
  { "history", "sync-status", NULL, "sync.history", NULL },
  { "syncing", "sync-status-syncing", NULL, NULL, NULL },
  { "connecting", "sync-status-connecting", NULL, NULL, NULL },
  { "offline", "sync-status-offline", NULL, NULL, NULL },
  { "paused", "sync-status-paused", NULL, NULL, NULL },
  { "error", "sync-status-error", NULL, NULL, NULL },
  { "local-only", "sync-status-local-only", NULL, NULL, NULL },
  { "signed-out", "sync-status-signed-out", NULL, NULL, NULL },
  { "needs-passphrase", "sync-status-needs-passphrase", NULL, NULL, NULL },
  { "differs", "sync-status",
    "{\"differs\":{\"device\":\"00112233445566778899aabbccddeeff\",\"name\":\"Laptop\",\"tables\":2,\"stuck\":false},"
    "\"repaired\":{\"records\":3,\"time\":\"2026-01-02T03:04:05Z\"}}",
    NULL, NULL },
  { "differs-stuck", "sync-status",
    "{\"differs\":{\"device\":\"00112233445566778899aabbccddeeff\",\"name\":\"\",\"tables\":1,\"stuck\":true}}", NULL,
    NULL },
  { "clock", "sync-status-error", "{\"error\":{\"code\":\"clock_wrong\",\"message\":\"an hour ahead\"}}", NULL, NULL },
  { "cloned", "sync-status-error", "{\"error\":{\"code\":\"cloned\",\"message\":\"\"}}", NULL, NULL },
  { "removed", "sync-status-error", "{\"error\":{\"code\":\"device_removed\",\"message\":\"\"}}", NULL, NULL },
  { "secrets-locked", "sync-status-secrets-locked", NULL, NULL, NULL },
  { "secrets-missing", "sync-status", "{\"secrets\":{\"kind\":\"keyring\",\"state\":\"missing\"}}", NULL, NULL },
  { "secrets-refused", "sync-status", "{\"secrets\":{\"kind\":\"keyring\",\"state\":\"refused\"}}", NULL, NULL },
  { "setup-backing-up", "sync-status", "{\"setup\":{\"state\":\"backing_up\",\"total\":2038}}", NULL, NULL },
  { "setup-running", "sync-status-setup", NULL, NULL, NULL },
  { "setup-paused", "sync-status",
    "{\"setup\":{\"state\":\"paused\",\"done\":41200,\"total\":100000,\"bytes\":12582912}}", NULL, NULL },
  { "setup-done", "sync-status", "{\"setup\":{\"state\":\"done\",\"backup\":\"/home/ada/backups/before-sync.db\"}}",
    NULL, NULL },
  { "setup-failed", "sync-status-error",
    "{\"setup\":{\"state\":\"failed\",\"done\":41200,\"total\":100000,\"bytes\":12582912}}", NULL, NULL },
  { "setup-rolling-back", "sync-status", "{\"setup\":{\"state\":\"rolling_back\"}}", NULL, NULL },
  { "setup-rolled-back", "sync-status", "{\"setup\":{\"state\":\"rolled_back\"}}", NULL, NULL },
  { "unlock", "sync-status-needs-passphrase", NULL, "sync.unlock", NULL },
  { "change-passphrase", "sync-status", NULL, "sync.change-passphrase", NULL },
  { "sign-out", "sync-status", NULL, "sync.sign-out", NULL },
  { "delete-account", "sync-status", NULL, "sync.delete", NULL },
  { "words", "sync-status", NULL, "words", "sync-keys=sync-keys-recovery" },
  { "pair-offer", "sync-status", NULL, "sync.pair::add", "sync-pair=sync-pair-offer" },
  { "pair-join", "sync-status-needs-passphrase", NULL, "sync.pair::join", NULL },
  { "pair-compare", "sync-status", NULL, "sync.pair::add", "sync-pair=sync-pair-compare" },
  { "pair-done", "sync-status", NULL, "sync.pair::add", "sync-pair=sync-pair-done" },
};

typedef struct
{
  int width;
  int scale;
  gboolean dark;
} Look;

static const Look looks[] = {
  { WIDE, 1, FALSE },
  { WIDE, 1, TRUE },
  { NARROW, 1, FALSE },
  { NARROW, 2, TRUE },
};

static char *
read_fixture (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".json", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "sync", file, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* The file's members, some of them replaced. */
static char *
make_status (const State *state)
{
  g_autofree char *text = read_fixture (state->status);
  g_autoptr (JsonObject) status = flow_json_read_object (text, strlen (text), NULL);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), status);
  g_autoptr (JsonObject) other = NULL;
  g_autoptr (GList) members = NULL;

  if (state->other == NULL)
    return g_steal_pointer (&text);
  other = flow_json_read_object (state->other, strlen (state->other), NULL);
  members = json_object_get_members (other);
  for (GList *l = members; l != NULL; l = l->next)
    json_object_set_member (status, l->data, json_object_dup_member (other, l->data));
  return json_to_string (node, FALSE);
}

static void
set_answer (VerbsFixture *verbs, const State *state)
{
  g_autofree char *status = make_status (state);
  g_auto (GStrv) parts = g_strsplit (state->answer != NULL ? state->answer : "", "=", 2);
  g_autofree char *answer = parts[0] != NULL ? read_fixture (parts[1]) : NULL;

  verbs_fixture_set_answer (verbs, "sync-status", status);
  if (answer != NULL)
    verbs_fixture_set_answer (verbs, parts[0], answer);
}

static gboolean
frame_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer frames)
{
  return ++*(guint *) frames < FRAMES ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* What a widget is as a picture is known once it was drawn. */
static void
await_frames (GtkWidget *widget)
{
  guint frames = 0;

  gtk_widget_add_tick_callback (widget, frame_cb, &frames, NULL);
  app_test_wait (frames == FRAMES);
}

static void
keep_picture (GtkWidget *widget, const State *state, const Look *look)
{
  const char *folder = g_getenv ("FLOW_TEST_PICTURES");
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  GtkSnapshot *snapshot = NULL;
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree char *name = g_strdup_printf ("%s-%d-%d%s.png", state->name, look->width, look->scale,
                                           look->dark ? "-dark" : "");
  g_autofree char *path = folder != NULL ? g_build_filename (folder, name, NULL) : NULL;

  if (folder == NULL)
    return;
  await_frames (widget);
  snapshot = gtk_snapshot_new ();
  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  node = gtk_snapshot_free_to_node (snapshot);
  g_assert_nonnull (node);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (widget)), node, NULL);
  g_assert_true (gdk_texture_save_to_png (texture, path));
}

static void
act (GtkWidget *page, const State *state)
{
  if (state->action == NULL)
    return;
  if (g_str_has_prefix (state->action, "open:"))
    flow_sync_page_open (FLOW_SYNC_PAGE (page), state->action + strlen ("open:"));
  else if (g_str_equal (state->action, "words"))
    gtk_widget_activate_action (page, "sync.rotate", NULL);
  else if (g_str_equal (state->action, "busy"))
    gtk_widget_activate_action (page, "sync.delete", NULL);
  else
    {
      g_autofree char *name = NULL;
      g_autoptr (GVariant) target = NULL;

      g_assert_true (g_action_parse_detailed_name (state->action, &name, &target, NULL));
      gtk_widget_activate_action_variant (page, name, target);
    }
}

static void
press_default (GtkWidget *front)
{
  app_test_settle ();
  g_signal_emit_by_name (gtk_window_get_default_widget (GTK_WINDOW (front)), "clicked");
}

/* The hub takes its time. */
static void
begin (GtkWidget *front, VerbsFixture *verbs)
{
  verbs_fixture_set_silent (verbs, TRUE);
  gtk_editable_set_text (GTK_EDITABLE (app_test_find (front, ADW_TYPE_PASSWORD_ENTRY_ROW, NULL)), "secret");
  press_default (front);
}

static void
test_state (const State *state, const Look *look)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  FlowBoard *board = FLOW_BOARD (flow_services_get_sync (services));
  g_autoptr (VerbsFixture) verbs = verbs_fixture_new ();
  GtkWidget *overlay = adw_toast_overlay_new (), *page = flow_sync_page_new (services), *front;
  GtkWindow *window;
  int least;

  g_test_message ("%s at %d, text %d00 %%", state->name, look->width, look->scale);
  set_answer (verbs, state);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), page);
  gtk_widget_add_css_class (overlay, "background");
  window = app_test_show (overlay, look->width, HEIGHT);
  flow_board_set_verbs (board, FLOW_VERBS (verbs));
  app_test_wait (flow_board_is_current (board));
  app_test_settle ();
  act (page, state);
  app_test_settle ();
  front = GTK_WIDGET (app_test_find_front (window));
  if (g_strcmp0 (state->action, "words") == 0)
    press_default (front);
  if (g_strcmp0 (state->action, "busy") == 0)
    begin (front, verbs);
  if (front != GTK_WIDGET (window))
    gtk_window_set_default_size (GTK_WINDOW (front), look->width, HEIGHT);
  app_test_settle ();
  gtk_widget_measure (front, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  keep_picture (front, state, look);
  g_assert_cmpint (least, <=, NARROW);
  verbs_fixture_set_silent (verbs, FALSE);
  app_test_settle ();
  front = GTK_WIDGET (app_test_find_front (window));
  if (front != GTK_WIDGET (window))
    gtk_window_destroy (GTK_WINDOW (front));
  gtk_window_destroy (window);
  app_test_settle ();
}

static void
test_look (gconstpointer data)
{
  const Look *look = data;

  g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", DPI * 1024 * look->scale, NULL);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      look->dark ? ADW_COLOR_SCHEME_FORCE_DARK : ADW_COLOR_SCHEME_FORCE_LIGHT);
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    test_state (&states[i], look);
}

/* What the program itself adds to every page. */
static void
load_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/org/flowscope/FlowScope/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  load_style ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  /* The last one has the least room. */
  for (gsize i = g_getenv ("FLOW_TEST_PICTURES") != NULL ? 0 : G_N_ELEMENTS (looks) - 1; i < G_N_ELEMENTS (looks); i++)
    {
      g_autofree char *path = g_strdup_printf ("/sync-states/%d-%d%s", looks[i].width, looks[i].scale,
                                               looks[i].dark ? "-dark" : "");

      g_test_add_data_func (path, &looks[i], test_look);
    }
  return g_test_run ();
}
