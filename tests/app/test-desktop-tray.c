/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include "app/desktop/flow-dbus-menu-tree.h"
#include "app/desktop/flow-menu-label.h"
#include "app/desktop/flow-tray-icon.h"
#include "app/desktop/flow-tray.h"
#include "verbs-fixture.h"

static const char *const no_names[] = { NULL };

static void
count_cb (GObject *object, guint *n)
{
  (*n)++;
}

static void
set_capture (FlowServices *services, gboolean on)
{
  g_autoptr (GError) error = NULL;

  flow_settings_set (flow_services_get_settings (services), "capture.enabled", g_variant_new_boolean (on), &error);
  g_assert_no_error (error);
}

/* Each state has its cause, and of several the one that needs the user most is shown. */
static void
test_states (void)
{
  const FlowAnswer answers[] = { { "yes", "Yes" } };
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_autoptr (FlowQuestions) questions = flow_questions_new ();
  g_autoptr (FlowQuestion) question = flow_question_new ("one", "Really?", NULL, answers, 1);
  FlowJobs *jobs = flow_services_get_jobs (services);
  g_autoptr (FlowTray) tray = flow_tray_new (services, questions, G_LIST_MODEL (jobs));
  g_autoptr (FlowJob) job = NULL;
  guint n_changes = 0;

  g_signal_connect (tray, "changed", G_CALLBACK (count_cb), &n_changes);
  g_assert_cmpint (flow_tray_get_state (tray), ==, FLOW_TRAY_OK);
  job = g_object_ref (flow_jobs_begin (jobs, "Importing", NULL));
  g_assert_cmpint (flow_tray_get_state (tray), ==, FLOW_TRAY_BUSY);
  g_assert_cmpstr (flow_tray_get_text (tray), ==, "Importing");
  set_capture (services, FALSE);
  g_assert_cmpint (flow_tray_get_state (tray), ==, FLOW_TRAY_PAUSED);
  flow_tray_set_problem (tray, "It is locked");
  g_assert_cmpint (flow_tray_get_state (tray), ==, FLOW_TRAY_OFFLINE);
  g_assert_cmpstr (flow_tray_get_text (tray), ==, "It is locked");
  flow_questions_add (questions, question);
  g_assert_cmpint (flow_tray_get_state (tray), ==, FLOW_TRAY_ATTENTION);
  g_assert_cmpstr (flow_tray_get_text (tray), ==, "Really?");
  g_assert_cmpuint (n_changes, ==, 4);

  flow_questions_answer (questions, "one", "yes");
  g_assert_cmpint (flow_tray_get_state (tray), ==, FLOW_TRAY_OFFLINE);
  flow_tray_set_problem (tray, NULL);
  g_assert_cmpint (flow_tray_get_state (tray), ==, FLOW_TRAY_PAUSED);
  set_capture (services, TRUE);
  g_assert_cmpint (flow_tray_get_state (tray), ==, FLOW_TRAY_BUSY);
  flow_job_finish (job, NULL);
  g_assert_cmpint (flow_tray_get_state (tray), ==, FLOW_TRAY_OK);
}

/* Two devices changed the same: the icon says so, and the menu leads there. */
static void
test_conflicts (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_autoptr (FlowQuestions) questions = flow_questions_new ();
  g_autoptr (FlowTray) tray = flow_tray_new (services, questions, NULL);
  FlowBoard *sync = FLOW_BOARD (flow_services_get_sync (services));
  g_autoptr (VerbsFixture) verbs = verbs_fixture_new ();
  g_autoptr (GMenuModel) asked = g_menu_model_get_item_link (flow_tray_get_menu (tray), 1, G_MENU_LINK_SECTION);
  g_autofree char *action = NULL;

  flow_board_set_verbs (sync, FLOW_VERBS (verbs));
  app_test_wait (flow_tray_get_state (tray) == FLOW_TRAY_ATTENTION);
  g_assert_cmpstr (flow_tray_get_text (tray), ==, "2 conflicts of your devices need a decision");
  g_assert_cmpint (g_menu_model_get_n_items (asked), ==, 1);
  g_assert_true (g_menu_model_get_item_attribute (asked, 0, G_MENU_ATTRIBUTE_ACTION, "s", &action));
  g_assert_cmpstr (action, ==, "app.show-sync");
  flow_board_set_verbs (sync, NULL);
  g_assert_cmpint (flow_tray_get_state (tray), ==, FLOW_TRAY_OK);
  g_assert_cmpint (g_menu_model_get_n_items (asked), ==, 0);
}

/* Programs that look where they were told to find nobody there, though the hub listens elsewhere. */
static void
test_port_taken (void)
{
  const FlowHubOptions options = { .ports = { [FLOW_HUB_DOORWAY_OTLP] = FLOW_HUB_PORT_FROM_SETTINGS } };
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_autoptr (FlowQuestions) questions = flow_questions_new ();
  g_autoptr (FlowTray) tray = flow_tray_new (services, questions, NULL);
  g_autoptr (GSocketListener) taken = g_socket_listener_new ();
  g_autofree char *port = NULL;
  g_autoptr (FlowHub) hub = NULL;
  g_autoptr (GError) error = NULL;

  port = g_strdup_printf ("%u", g_socket_listener_add_any_inet_port (taken, NULL, &error));
  g_assert_no_error (error);
  flow_settings_from_text (flow_services_get_settings (services), "ports.otlp-http", port, &error);
  g_assert_no_error (error);
  hub = flow_hub_new (flow_services_get_context (services), flow_services_get_settings (services), &options);
  g_test_expect_message ("flow-hub", G_LOG_LEVEL_MESSAGE, "*listens on port*");
  flow_hub_start (hub, &error);
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  flow_services_set_hub (services, hub);
  g_assert_cmpint (flow_tray_get_state (tray), ==, FLOW_TRAY_OFFLINE);
  g_assert_nonnull (strstr (flow_tray_get_text (tray), port));

  flow_services_set_hub (services, NULL);
  g_assert_cmpint (flow_tray_get_state (tray), ==, FLOW_TRAY_OK);
  flow_hub_stop (hub);
}

/* Off because the user wants it off. */
static void
test_port_off (void)
{
  const FlowHubOptions options = { .ports = { [FLOW_HUB_DOORWAY_OTLP] = FLOW_HUB_PORT_FROM_SETTINGS } };
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_autoptr (FlowQuestions) questions = flow_questions_new ();
  g_autoptr (FlowTray) tray = flow_tray_new (services, questions, NULL);
  g_autoptr (FlowHub) hub = NULL;
  g_autoptr (GError) error = NULL;

  flow_settings_from_text (flow_services_get_settings (services), "ports.otlp-http-enabled", "false", &error);
  g_assert_no_error (error);
  hub = flow_hub_new (flow_services_get_context (services), flow_services_get_settings (services), &options);
  flow_hub_start (hub, &error);
  g_assert_no_error (error);
  flow_services_set_hub (services, hub);
  g_assert_cmpint (flow_tray_get_state (tray), ==, FLOW_TRAY_OK);
  flow_services_set_hub (services, NULL);
  flow_hub_stop (hub);
}

/* --- The icon -------------------------------------------------------------------------------------------- */

static guint
count_pixels (cairo_surface_t *surface, int size, guint32 rgb)
{
  const guint8 *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  guint n = 0;

  for (int y = 0; y < size; y++)
    {
      for (int x = 0; x < size; x++)
        {
          guint32 pixel;

          memcpy (&pixel, data + y * stride + x * 4, sizeof pixel);
          n += pixel == (0xff000000u | rgb);
        }
    }
  return n;
}

/* At the smallest size there is a symbol, and a mark for every state but one. */
static void
test_icon (void)
{
  const struct
  {
    guint32 symbol;
    guint32 mark;
  } looks[FLOW_TRAY_N_STATES] = {
    [FLOW_TRAY_OK] = { 0x3584e4, 0 },
    [FLOW_TRAY_BUSY] = { 0x3584e4, 0x9141ac },
    [FLOW_TRAY_PAUSED] = { 0x77767b, 0x5e5c64 },
    [FLOW_TRAY_OFFLINE] = { 0x77767b, 0xe01b24 },
    [FLOW_TRAY_ATTENTION] = { 0x3584e4, 0xc64600 },
  };

  for (int state = 0; state < FLOW_TRAY_N_STATES; state++)
    {
      cairo_surface_t *small = flow_tray_icon_draw ((FlowTrayState) state, 16);
      cairo_surface_t *large = flow_tray_icon_draw ((FlowTrayState) state, 64);

      g_assert_cmpuint (count_pixels (small, 16, looks[state].symbol), >, 10);
      g_assert_cmpuint (count_pixels (large, 64, looks[state].symbol), >, 200);
      if (looks[state].mark != 0)
        g_assert_cmpuint (count_pixels (small, 16, looks[state].mark), >, 10);
      cairo_surface_destroy (small);
      cairo_surface_destroy (large);
    }
}

/* --- The menu -------------------------------------------------------------------------------------------- */

static void
test_labels (void)
{
  g_autofree char *plain = flow_menu_label ("GET /a_b");
  g_autofree char *lines = flow_menu_label ("a\nb\tc\u202e");
  g_autofree char *broken = flow_menu_label ("a\xff");
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *shortened = NULL;

  g_assert_cmpstr (plain, ==, "GET /a__b");
  g_assert_cmpstr (lines, ==, "a b c ");
  g_assert_true (g_utf8_validate (broken, -1, NULL));
  for (guint i = 0; i < 10000; i++)
    g_string_append (text, "ä");
  shortened = flow_menu_label (text->str);
  g_assert_cmpint (g_utf8_strlen (shortened, -1), <=, FLOW_MENU_LABEL_LENGTH);
  g_assert_nonnull (strstr (shortened, "…"));
}

static GVariant *
property (const FlowDbusMenuNode *node, const char *name)
{
  return g_hash_table_lookup (node->properties, name);
}

static const FlowDbusMenuNode *
child (const FlowDbusMenuNode *node, guint i)
{
  g_assert_cmpuint (i, <, node->children->len);
  return g_ptr_array_index (node->children, i);
}

/* Two sections, one of them empty, an action that is off, one with a state, and a submenu. */
static void
test_tree (void)
{
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();
  g_autoptr (GSimpleAction) open = g_simple_action_new ("open", NULL);
  g_autoptr (GSimpleAction) pause = g_simple_action_new_stateful ("pause", NULL, g_variant_new_boolean (TRUE));
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) first = g_menu_new ();
  g_autoptr (GMenu) empty = g_menu_new ();
  g_autoptr (GMenu) last = g_menu_new ();
  g_autoptr (GMenu) sub = g_menu_new ();
  g_autoptr (FlowDbusMenuTree) tree = NULL;
  g_autoptr (FlowDbusMenuTree) next = NULL;
  int pause_id, missing_id;

  g_simple_action_set_enabled (open, FALSE);
  g_action_map_add_action (G_ACTION_MAP (actions), G_ACTION (open));
  g_action_map_add_action (G_ACTION_MAP (actions), G_ACTION (pause));
  g_menu_append (first, "Open", "app.open");
  g_menu_append (first, "Pause", "app.pause");
  g_menu_append (sub, "Missing", "app.missing");
  g_menu_append_submenu (last, "More", G_MENU_MODEL (sub));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (empty));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (first));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (empty));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (last));

  tree = flow_dbus_menu_tree_new (G_MENU_MODEL (menu), G_ACTION_GROUP (actions), NULL);
  g_assert_cmpuint (tree->root->children->len, ==, 4);
  g_assert_false (g_variant_get_boolean (property (child (tree->root, 0), "enabled")));
  g_assert_null (property (child (tree->root, 1), "enabled"));
  g_assert_cmpint (g_variant_get_int32 (property (child (tree->root, 1), "toggle-state")), ==, 1);
  g_assert_cmpstr (g_variant_get_string (property (child (tree->root, 2), "type"), NULL), ==, "separator");
  g_assert_cmpuint (child (tree->root, 3)->children->len, ==, 1);
  pause_id = child (tree->root, 1)->id;
  missing_id = child (child (tree->root, 3), 0)->id;

  /* An item keeps its number when others come and go; the number of one that is gone is not used again. */
  g_menu_remove (first, 0);
  g_menu_remove (last, 0);
  g_menu_append (last, "New", "app.new");
  next = flow_dbus_menu_tree_new (G_MENU_MODEL (menu), G_ACTION_GROUP (actions), tree);
  g_assert_cmpint (child (next->root, 0)->id, ==, pause_id);
  g_assert_null (flow_dbus_menu_tree_find (next, missing_id));
  g_assert_cmpint (child (next->root, 2)->id, >, missing_id);
}

/* What hosts ask for: all levels, one, or none; all properties or some. */
static void
test_layout (void)
{
  const char *names[] = { "label", NULL };
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) sub = g_menu_new ();
  g_autoptr (FlowDbusMenuTree) tree = NULL;
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GVariant) one = NULL;
  g_autoptr (GVariant) none = NULL;
  g_autofree char *text = NULL;

  g_menu_append (sub, "In", "app.in");
  g_menu_append_submenu (menu, "More", G_MENU_MODEL (sub));
  tree = flow_dbus_menu_tree_new (G_MENU_MODEL (menu), G_ACTION_GROUP (actions), NULL);
  all = g_variant_ref_sink (flow_dbus_menu_node_get_layout (tree->root, -1, names));
  one = g_variant_ref_sink (flow_dbus_menu_node_get_layout (tree->root, 1, no_names));
  none = g_variant_ref_sink (flow_dbus_menu_node_get_layout (tree->root, 0, no_names));
  text = g_variant_print (all, FALSE);
  g_assert_cmpstr (text, ==, "(0, {}, [<(1, {'label': <'More'>}, [<(2, {'label': <'In'>}, @av [])>])>])");
  g_assert_true (g_variant_is_of_type (all, G_VARIANT_TYPE ("(ia{sv}av)")));
  g_free (text);
  text = g_variant_print (none, FALSE);
  g_assert_cmpstr (text, ==, "(0, {'children-display': <'submenu'>}, [])");
  g_free (text);
  text = g_variant_print (one, FALSE);
  g_assert_null (strstr (text, "'In'"));
  g_assert_nonnull (strstr (text, "'More'"));
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/tray/states", test_states);
  g_test_add_func ("/app/tray/conflicts", test_conflicts);
  g_test_add_func ("/app/tray/port-taken", test_port_taken);
  g_test_add_func ("/app/tray/port-off", test_port_off);
  g_test_add_func ("/app/tray/icon", test_icon);
  g_test_add_func ("/app/tray/labels", test_labels);
  g_test_add_func ("/app/tray/tree", test_tree);
  g_test_add_func ("/app/tray/layout", test_layout);
  return g_test_run ();
}
