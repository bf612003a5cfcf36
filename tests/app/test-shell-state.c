/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include "app/shell/flow-count-text.h"
#include "app/shell/flow-link.h"
#include "app/shell/flow-renderer.h"
#include "app/shell/flow-shortcuts.h"
#include "app/shell/flow-unit.h"
#include "app/shell/flow-window-state.h"
#include "base/flow-error.h"
#include "base/flow-worker.h"

#define TRACE "00112233445566778899aabbccddeeff"
#define SPAN "0123456789abcdef"

static void
test_links (void)
{
  static const struct
  {
    const char *text;
    const char *uri;
  } good[] = {
    { "flowscope://trace/" TRACE "?span=" SPAN, "flowscope://trace/" TRACE "?span=" SPAN },
    { "FLOWSCOPE://trace/" TRACE, "flowscope://trace/" TRACE },
    { "flowscope://trace/" TRACE "?from=mail&span=" SPAN, "flowscope://trace/" TRACE "?span=" SPAN },
    { TRACE "/" SPAN, "flowscope://trace/" TRACE "?span=" SPAN },
    { TRACE "/", "flowscope://trace/" TRACE },
    { TRACE, "flowscope://trace/" TRACE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *uri = NULL;
      FlowLink link;

      g_assert_true (flow_link_parse (good[i].text, &link, &error));
      g_assert_no_error (error);
      uri = flow_link_to_uri (&link);
      g_assert_cmpstr (uri, ==, good[i].uri);
    }
}

static void
test_sync_link (void)
{
  g_assert_true (flow_link_is_sync ("flowscope://sync"));
  g_assert_true (flow_link_is_sync ("flowscope://sync/"));
  g_assert_false (flow_link_is_sync ("flowscope://trace/1"));
  g_assert_false (flow_link_is_sync ("https://sync"));
  g_assert_false (flow_link_is_sync ("sync"));
}

static void
test_bad_links (void)
{
  static const char *const bad[] = {
    "",
    "flowscope:",
    "flowscope://",
    "flowscope://trace",
    "flowscope://trace/",
    "flowscope://trace/12",
    "flowscope://trace/" TRACE "00",
    "flowscope://trace/" TRACE "/" SPAN,
    "flowscope://trace/" TRACE "?span=12",
    "flowscope://span/" TRACE,
    "flowscope:trace/" TRACE,
    TRACE "/" SPAN "/" SPAN,
    TRACE "/zz",
    "https://trace/" TRACE,
    "flowscope://trace/%00" TRACE,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      FlowLink link;

      g_assert_false (flow_link_parse (bad[i], &link, &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
    }
}

static void
test_window_state (void)
{
  g_autoptr (FlowContext) context = flow_context_new (NULL, NULL);
  g_autofree char *path = g_build_filename (flow_context_get_state_dir (context), "window.ini", NULL);
  g_auto (FlowWindowState) first = { 0 };
  g_auto (FlowWindowState) again = { 0 };
  g_auto (FlowWindowState) broken = { 0 };
  FlowWindowState kept = { 640, 480, TRUE, (char *) "log" };
  g_autoptr (GError) error = NULL;

  flow_window_state_load (&first, context);
  g_assert_cmpint (first.width, >=, 360);
  g_assert_null (first.page);
  flow_window_state_save (&kept, context, &error);
  g_assert_no_error (error);
  flow_window_state_load (&again, context);
  g_assert_cmpint (again.width, ==, 640);
  g_assert_cmpint (again.height, ==, 480);
  g_assert_true (again.maximized);
  g_assert_cmpstr (again.page, ==, "log");

  g_file_set_contents (path, "[window]\nwidth=-5\nheight=a\n", -1, &error);
  g_assert_no_error (error);
  flow_window_state_load (&broken, context);
  g_assert_cmpint (broken.width, ==, first.width);
  g_assert_cmpint (broken.height, ==, first.height);
  g_assert_false (broken.maximized);
}

/* The keys of the table are the ones that GTK sets and shows. */
static void
test_shortcuts (void)
{
  g_autoptr (GtkApplication) application = gtk_application_new ("org.flowscope.Test", G_APPLICATION_NON_UNIQUE);
  GtkWidget *window = flow_shortcuts_window_new ();
  gpointer weak = window;
  g_auto (GStrv) quit = NULL;
  g_auto (GStrv) page = NULL;

  g_application_register (G_APPLICATION (application), NULL, NULL);
  flow_shortcuts_install (application);
  quit = gtk_application_get_accels_for_action (application, "app.quit");
  page = gtk_application_get_accels_for_action (application, "win.page::log");
  g_assert_cmpstr (quit[0], ==, "<Control>q");
  g_assert_cmpstr (page[0], ==, "<Alt>4");
  g_assert_true (GTK_IS_SHORTCUTS_WINDOW (window));
  g_object_add_weak_pointer (G_OBJECT (window), &weak);
  gtk_window_destroy (GTK_WINDOW (window));
  g_assert_null (weak);
}

typedef struct
{
  GDBusConnection *bus;
  guint object;
  guint name;
  gint owned;
  char *asked;
} FakeManager;

static void
called_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *method,
           GVariant *parameters, GDBusMethodInvocation *invocation, gpointer data)
{
  FakeManager *manager = data;
  g_autofree char *said = g_variant_print (parameters, FALSE);

  manager->asked = g_strdup_printf ("%s %s", method, g_variant_get_type_string (parameters));
  if (g_str_equal (said, "('flowscope-hub.service', 'replace')"))
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", "/org/freedesktop/systemd1/job/1"));
  else
    g_dbus_method_invocation_return_dbus_error (invocation, "org.freedesktop.systemd1.NoSuchUnit", "no such unit");
}

static void
owned_cb (GDBusConnection *bus, const char *name, gpointer data)
{
  g_atomic_int_set (&((FakeManager *) data)->owned, TRUE);
}

/* The part of systemd's interface that is asked, on a thread of its own, as the question waits for the answer. */
static void
manager_call (gpointer data)
{
  static const char xml[] = "<node><interface name='org.freedesktop.systemd1.Manager'><method name='StartUnit'>"
                            "<arg type='s' direction='in'/><arg type='s' direction='in'/>"
                            "<arg type='o' direction='out'/></method></interface></node>";
  static const GDBusInterfaceVTable vtable = { called_cb, NULL, NULL, { 0 } };
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (xml, NULL);
  FakeManager *manager = data;

  manager->object = g_dbus_connection_register_object (manager->bus, "/org/freedesktop/systemd1", info->interfaces[0],
                                                       &vtable, manager, NULL, NULL);
  manager->name = g_bus_own_name_on_connection (manager->bus, "org.freedesktop.systemd1", G_BUS_NAME_OWNER_FLAGS_NONE,
                                                owned_cb, NULL, manager, NULL);
}

static void
end_manager_call (gpointer data)
{
  FakeManager *manager = data;

  g_dbus_connection_unregister_object (manager->bus, manager->object);
  g_bus_unown_name (manager->name);
}

/* The service that had to give way is started again by its own manager; without one that is an error, not a wait. */
static void
test_unit (void)
{
  g_autoptr (FlowWorker) worker = flow_worker_new ("test-systemd");
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) error = NULL;
  FakeManager manager = { .bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL) };

  g_assert_nonnull (manager.bus);
  g_assert_false (flow_unit_start ("flowscope-hub.service", &missing));
  g_assert_error (missing, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER);
  flow_worker_call (worker, manager_call, &manager);
  while (!g_atomic_int_get (&manager.owned))
    g_thread_yield ();
  g_assert_true (flow_unit_start ("flowscope-hub.service", &error));
  g_assert_no_error (error);
  g_assert_cmpstr (manager.asked, ==, "StartUnit (ss)");
  flow_worker_call (worker, end_manager_call, &manager);
  g_free (manager.asked);
  g_object_unref (manager.bus);
}

static void
test_counts (void)
{
  g_autofree char *none = flow_count_text_traces (0);
  g_autofree char *one = flow_count_text_traces (1);
  g_autofree char *many = flow_count_text_spans (G_GUINT64_CONSTANT (10000000001));
  g_autofree char *errors = flow_count_text_errors (2);
  g_autofree char *rows = flow_count_text_rows_imported (1);

  g_assert_cmpstr (none, ==, "0 traces");
  g_assert_cmpstr (one, ==, "1 trace");
  g_assert_cmpstr (many, ==, "10000000001 spans");
  g_assert_cmpstr (errors, ==, "2 errors");
  g_assert_cmpstr (rows, ==, "1 row imported");
}

/* The user's word counts, and Mesa's own ways to say so. */
static void
test_renderer (void)
{
  g_setenv ("LIBGL_ALWAYS_SOFTWARE", "1", TRUE);
  g_assert_true (flow_renderer_is_software ());
  g_setenv ("GSK_RENDERER", "gl", TRUE);
  flow_renderer_choose ();
  g_assert_cmpstr (g_getenv ("GSK_RENDERER"), ==, "gl");
  g_unsetenv ("GSK_RENDERER");
  flow_renderer_choose ();
  g_assert_cmpstr (g_getenv ("GSK_RENDERER"), ==, "cairo");
  g_setenv ("LIBGL_ALWAYS_SOFTWARE", "0", TRUE);
  g_setenv ("GALLIUM_DRIVER", "llvmpipe", TRUE);
  g_assert_true (flow_renderer_is_software ());
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/shell/link/good", test_links);
  g_test_add_func ("/app/shell/link/bad", test_bad_links);
  g_test_add_func ("/app/shell/link/sync", test_sync_link);
  g_test_add_func ("/app/shell/window-state", test_window_state);
  g_test_add_func ("/app/shell/shortcuts", test_shortcuts);
  g_test_add_func ("/app/shell/unit", test_unit);
  g_test_add_func ("/app/shell/counts", test_counts);
  g_test_add_func ("/app/shell/renderer", test_renderer);
  return g_test_run ();
}
