/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include <glib/gstdio.h>

#include "app/desktop/flow-autostart.h"

#define KEY "ui.autostart"
#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"

/* org.freedesktop.portal.Background version 1 and org.freedesktop.portal.Request, as published. */
static const char portal_xml[] =
    "<node>"
    "<interface name='org.freedesktop.portal.Background'>"
    "<method name='RequestBackground'><arg type='s' name='parent_window' direction='in'/>"
    "<arg type='a{sv}' name='options' direction='in'/><arg type='o' name='handle' direction='out'/></method>"
    "<property name='version' type='u' access='read'/></interface>"
    "<interface name='org.freedesktop.portal.Request'><method name='Close'/>"
    "<signal name='Response'><arg type='u' name='response'/><arg type='a{sv}' name='results'/></signal></interface>"
    "</node>";

static gboolean
is_on (FlowServices *services)
{
  g_autoptr (GVariant) value = flow_settings_get (flow_services_get_settings (services), KEY, NULL);

  return g_variant_get_boolean (value);
}

static void
set (FlowServices *services, gboolean on)
{
  g_autoptr (GError) error = NULL;

  flow_settings_set (flow_services_get_settings (services), KEY, g_variant_new_boolean (on), &error);
  g_assert_no_error (error);
}

static char *
build_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "autostart", "org.flowscope.FlowScope.desktop", NULL);
}

static void
count_cb (FlowAutostart *autostart, const char *reason, guint *n)
{
  g_assert_cmpstr (reason, !=, "");
  (*n)++;
}

static void
test_file (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_autoptr (FlowAutostart) autostart = flow_autostart_new (flow_services_get_settings (services), FLOW_AUTOSTART_FILE);
  g_autofree char *path = build_path ();
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *command = NULL;
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;

  flow_autostart_start (autostart);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));

  set (services, TRUE);
  app_test_wait (g_file_test (path, G_FILE_TEST_EXISTS));
  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  command = g_key_file_get_string (file, "Desktop Entry", "Exec", &error);
  g_assert_no_error (error);
  g_assert_true (g_shell_parse_argv (command, NULL, &argv, &error));
  g_assert_true (g_path_is_absolute (argv[0]));
  g_assert_true (g_file_test (argv[0], G_FILE_TEST_IS_EXECUTABLE));
  g_assert_cmpstr (argv[1], ==, "--background");

  set (services, FALSE);
  app_test_wait (!g_file_test (path, G_FILE_TEST_EXISTS));
}

/* The setting was changed by another program, or the file was, while this one did not run. */
static void
test_meanwhile (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_autofree char *path = build_path ();
  g_autoptr (GError) error = NULL;
  FlowAutostart *autostart;

  set (services, TRUE);
  autostart = flow_autostart_new (flow_services_get_settings (services), FLOW_AUTOSTART_FILE);
  flow_autostart_start (autostart);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_object_unref (autostart);

  g_file_set_contents (path, "[Desktop Entry]\nType=Application\nHidden=true\n", -1, &error);
  g_assert_no_error (error);
  autostart = flow_autostart_new (flow_services_get_settings (services), FLOW_AUTOSTART_FILE);
  flow_autostart_start (autostart);
  g_assert_false (is_on (services));
  g_object_unref (autostart);

  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_not_writable (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_autofree char *folder = g_build_filename (g_get_user_config_dir (), "autostart", NULL);
  g_autoptr (FlowAutostart) autostart = NULL;
  guint failures = 0;

  /* A file where a folder should be stops root too. */
  g_assert_cmpint (g_mkdir_with_parents (g_get_user_config_dir (), 0700), ==, 0);
  g_assert_true (g_file_set_contents (folder, "", 0, NULL));
  autostart = flow_autostart_new (flow_services_get_settings (services), FLOW_AUTOSTART_FILE);
  g_signal_connect (autostart, "failed", G_CALLBACK (count_cb), &failures);
  set (services, TRUE);
  app_test_wait (failures == 1);
  g_assert_false (is_on (services));
}

/* --- A portal -------------------------------------------------------------------------------------------- */

typedef struct
{
  GDBusConnection *connection;
  GDBusNodeInfo *node;
  guint owner;
  gboolean owned;
  guint32 response;
  guint asked;
  gboolean autostart;
  char *command;
} Portal;

static void
call_cb (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
         GVariant *parameters, GDBusMethodInvocation *invocation, gpointer data)
{
  Portal *portal = data;
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 1);
  g_autofree char *name = g_strdelimit (g_strdup (sender + 1), ".", '_');
  g_auto (GStrv) command = NULL;
  g_autofree char *handle = NULL;
  const char *token;
  GVariantBuilder results;

  portal->autostart = FALSE;
  g_assert_true (g_variant_lookup (options, "handle_token", "&s", &token));
  g_variant_lookup (options, "autostart", "b", &portal->autostart);
  if (g_variant_lookup (options, "commandline", "^as", &command))
    {
      g_free (portal->command);
      portal->command = g_strjoinv (" ", command);
    }
  handle = g_strdup_printf ("%s/request/%s/%s", PORTAL_PATH, name, token);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", handle));

  g_variant_builder_init (&results, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&results, "{sv}", "background", g_variant_new_boolean (portal->response == 0));
  g_variant_builder_add (&results, "{sv}", "autostart",
                         g_variant_new_boolean (portal->response == 0 && portal->autostart));
  g_dbus_connection_emit_signal (connection, sender, handle, "org.freedesktop.portal.Request", "Response",
                                 g_variant_new ("(ua{sv})", portal->response, &results), NULL);
  portal->asked++;
}

static GVariant *
get_cb (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *name,
        GError **error, gpointer data)
{
  return g_variant_new_uint32 (1);
}

static void
owned_cb (GDBusConnection *connection, const char *name, gpointer data)
{
  ((Portal *) data)->owned = TRUE;
}

static void
portal_start (Portal *portal)
{
  static const GDBusInterfaceVTable vtable = { call_cb, get_cb, NULL, { 0 } };
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GError) error = NULL;

  *portal = (Portal) { 0 };
  portal->node = g_dbus_node_info_new_for_xml (portal_xml, &error);
  g_assert_no_error (error);
  portal->connection = g_dbus_connection_new_for_address_sync (
      address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL,
      NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_register_object (portal->connection, PORTAL_PATH, portal->node->interfaces[0], &vtable, portal,
                                     NULL, &error);
  g_assert_no_error (error);
  portal->owner = g_bus_own_name_on_connection (portal->connection, PORTAL, G_BUS_NAME_OWNER_FLAGS_NONE, owned_cb, NULL,
                                                portal, NULL);
  app_test_wait (portal->owned);
}

static void
portal_stop (Portal *portal)
{
  g_bus_unown_name (portal->owner);
  g_dbus_connection_close_sync (portal->connection, NULL, NULL);
  g_object_unref (portal->connection);
  g_dbus_node_info_unref (portal->node);
  g_free (portal->command);
}

static void
test_portal (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_autoptr (FlowAutostart) autostart = flow_autostart_new (flow_services_get_settings (services),
                                                            FLOW_AUTOSTART_PORTAL);
  g_autofree char *path = build_path ();
  guint failures = 0;
  Portal portal;

  portal_start (&portal);
  g_signal_connect (autostart, "failed", G_CALLBACK (count_cb), &failures);
  flow_autostart_start (autostart);
  set (services, TRUE);
  app_test_wait (portal.asked == 1);
  g_assert_true (portal.autostart);
  g_assert_cmpstr (portal.command, ==, "flowscope --background");
  set (services, FALSE);
  app_test_wait (portal.asked == 2);
  g_assert_false (portal.autostart);

  /* The user says no. */
  portal.response = 1;
  set (services, TRUE);
  app_test_wait (failures == 1);
  g_assert_false (is_on (services));
  g_assert_cmpuint (portal.asked, ==, 3);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  portal_stop (&portal);
}

/* A sandbox whose desktop has no such portal. */
static void
test_no_portal (void)
{
  g_autoptr (FlowServices) services = app_test_services_new ();
  g_autoptr (FlowAutostart) autostart = flow_autostart_new (flow_services_get_settings (services),
                                                            FLOW_AUTOSTART_PORTAL);
  guint failures = 0;

  g_signal_connect (autostart, "failed", G_CALLBACK (count_cb), &failures);
  set (services, TRUE);
  app_test_wait (failures == 1);
  g_assert_false (is_on (services));
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/autostart/file", test_file);
  g_test_add_func ("/app/autostart/meanwhile", test_meanwhile);
  g_test_add_func ("/app/autostart/not-writable", test_not_writable);
  g_test_add_func ("/app/autostart/portal", test_portal);
  g_test_add_func ("/app/autostart/no-portal", test_no_portal);
  return g_test_run ();
}
