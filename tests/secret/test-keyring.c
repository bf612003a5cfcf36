/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <gio/gio.h>
#include <string.h>

#include "base/flow-error.h"
#include "secret/flow-secrets.h"
#include "support/test-folder.h"

/*
 * With GNOME's keyring on a bus of its own: absent, then unlocked, then locked, then gone. Its login keyring is made by
 * the first start with a password.
 */

#define SERVICE "org.freedesktop.secrets"
#define COLLECTION "/org/freedesktop/secrets/collection/login"

static const char *daemon_path;
static GSubprocess *keyring;
static char *data_home;

static FlowSecrets *
make_secrets (FlowSecretsKind kind)
{
  g_autofree char *dir = g_build_filename (g_get_user_data_dir (), "hub", NULL);
  g_autoptr (FlowContext) context = flow_context_new (dir, NULL);

  g_assert_true (flow_context_ensure_dir (dir, NULL));
  return flow_secrets_new (context, kind);
}

static GBytes *
make_secret (void)
{
  return g_bytes_new_static ("a \0 canary", 10);
}

static GVariant *
call (const char *path, const char *interface, const char *method, GVariant *arguments)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GError) error = NULL;
  GVariant *answer = g_dbus_connection_call_sync (bus, SERVICE, path, interface, method, arguments, NULL,
                                                  G_DBUS_CALL_FLAGS_NO_AUTO_START, 10000, NULL, &error);

  g_assert_no_error (error);
  return answer;
}

static void
name_cb (GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
no_name_cb (GDBusConnection *bus, const char *name, gpointer data)
{
  *(gboolean *) data = FALSE;
}

static void
wait_for_keyring (gboolean there)
{
  gboolean seen = !there;
  guint watch = g_bus_watch_name (G_BUS_TYPE_SESSION, SERVICE, G_BUS_NAME_WATCHER_FLAGS_NONE, name_cb, no_name_cb,
                                  &seen, NULL);

  while (seen != there)
    g_main_context_iteration (NULL, TRUE);
  g_bus_unwatch_name (watch);
}

/* Without a password nothing is unlocked, nor made. */
static void
start_keyring (const char *password)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  GOutputStream *input;

  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", data_home, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", data_home, TRUE);
  g_subprocess_launcher_unsetenv (launcher, "DISPLAY");
  g_subprocess_launcher_unsetenv (launcher, "WAYLAND_DISPLAY");
  keyring = g_subprocess_launcher_spawn (launcher, NULL, daemon_path, "--foreground", "--components=secrets",
                                         password == NULL ? NULL : "--unlock", NULL);
  g_assert_nonnull (keyring);
  if (password == NULL)
    password = "";
  input = g_subprocess_get_stdin_pipe (keyring);
  g_assert_true (g_output_stream_write_all (input, password, strlen (password), NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (input, NULL, NULL));
  wait_for_keyring (TRUE);
}

static void
stop_keyring (void)
{
  g_subprocess_force_exit (keyring);
  g_assert_true (g_subprocess_wait (keyring, NULL, NULL));
  g_clear_object (&keyring);
  wait_for_keyring (FALSE);
}

static void
lock_keyring (void)
{
  const char *collections[] = { COLLECTION, NULL };
  g_autoptr (GVariant) answer = NULL;

  answer = call ("/org/freedesktop/secrets", "org.freedesktop.Secret.Service", "Lock",
                 g_variant_new ("(^ao)", collections));
}

static void
assert_error_everywhere (FlowSecrets *secrets, int code, FlowSecretsState state)
{
  g_autoptr (GBytes) secret = make_secret ();
  g_autoptr (GError) looked = NULL;
  g_autoptr (GError) stored = NULL;
  g_autoptr (GError) cleared = NULL;

  g_assert_null (flow_secrets_lookup (secrets, "account", NULL, &looked));
  g_assert_error (looked, FLOW_ERROR, code);
  g_assert_cmpint (flow_secrets_get_state (secrets), ==, state);
  g_assert_cmpstr (flow_secrets_get_message (secrets), ==, looked->message);
  g_assert_false (flow_secrets_store (secrets, "account", "A secret", secret, NULL, &stored));
  g_assert_error (stored, FLOW_ERROR, code);
  g_assert_false (flow_secrets_clear (secrets, "account", NULL, &cleared));
  g_assert_error (cleared, FLOW_ERROR, code);
}

/* A bus without a Secret Service: who wants the keyring is told, everybody else gets the file. */
static void
test_absent (void)
{
  g_autoptr (FlowSecrets) strict = make_secrets (FLOW_SECRETS_KEYRING);
  g_autoptr (FlowSecrets) secrets = make_secrets (FLOW_SECRETS_AUTO);
  g_autoptr (GBytes) secret = make_secret ();

  assert_error_everywhere (strict, FLOW_ERROR_SECRETS_MISSING, FLOW_SECRETS_MISSING);
  g_assert_true (flow_secrets_store (secrets, "account", "A secret", secret, NULL, NULL));
  g_assert_cmpint (flow_secrets_get_kind (secrets), ==, FLOW_SECRETS_FILE);
}

/* A keyring that was never set up is no place for anything. */
static void
test_never_set_up (void)
{
  g_autoptr (FlowSecrets) secrets = make_secrets (FLOW_SECRETS_KEYRING);
  g_autoptr (GBytes) secret = make_secret ();
  g_autoptr (GError) error = NULL;

  start_keyring (NULL);
  g_assert_null (flow_secrets_lookup (secrets, "account", NULL, &error));
  g_assert_no_error (error);
  g_assert_false (flow_secrets_store (secrets, "account", "A secret", secret, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_SECRETS_MISSING);
  stop_keyring ();
  start_keyring ("test");
}

static void
test_unlocked (void)
{
  g_autoptr (FlowSecrets) secrets = make_secrets (FLOW_SECRETS_AUTO);
  g_autoptr (FlowSecrets) later = make_secrets (FLOW_SECRETS_AUTO);
  g_autoptr (GBytes) secret = make_secret ();
  g_autoptr (GBytes) other = g_bytes_new_static ("other", 5);
  g_autoptr (GBytes) found = NULL;
  g_autoptr (GBytes) changed = NULL;
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "hub", "secrets.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_secrets_lookup (secrets, "account", NULL, &error));
  g_assert_no_error (error);
  g_assert_true (flow_secrets_store (secrets, "account", "A secret", secret, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (flow_secrets_get_kind (secrets), ==, FLOW_SECRETS_KEYRING);
  found = flow_secrets_lookup (later, "account", NULL, NULL);
  g_assert_true (g_bytes_equal (found, secret));
  g_assert_true (flow_secrets_store (later, "account", "A secret", other, NULL, NULL));
  changed = flow_secrets_lookup (secrets, "account", NULL, NULL);
  g_assert_true (g_bytes_equal (changed, other));
  /* The file says where it is, and no more. */
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "\"keyring\""));
  g_assert_null (strstr (text, "base64"));
}

/* What another data directory keeps under the same name is another secret; what is the user's is the same. */
static void
test_directories (void)
{
  g_autofree char *dir = g_build_filename (g_get_user_data_dir (), "other-hub", NULL);
  g_autoptr (FlowContext) context = flow_context_new (dir, NULL);
  g_autoptr (FlowSecrets) here = make_secrets (FLOW_SECRETS_KEYRING);
  g_autoptr (FlowSecrets) there = flow_secrets_new (context, FLOW_SECRETS_KEYRING);
  g_autoptr (GBytes) secret = make_secret ();
  g_autoptr (GBytes) found = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_context_ensure_dir (dir, NULL));
  g_assert_true (flow_secrets_store (here, "account", "A secret", secret, NULL, NULL));
  g_assert_true (flow_secrets_store (here, FLOW_SECRETS_OF_USER "store", "A secret", secret, NULL, NULL));
  g_assert_null (flow_secrets_lookup (there, "account", NULL, &error));
  g_assert_no_error (error);
  found = flow_secrets_lookup (there, FLOW_SECRETS_OF_USER "store", NULL, NULL);
  g_assert_true (g_bytes_equal (found, secret));
  g_assert_true (flow_secrets_clear (here, "account", NULL, NULL));
  g_assert_null (flow_secrets_lookup (here, "account", NULL, NULL));
}

static void
unlocked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GError **out = data;

  flow_secrets_unlock_finish (FLOW_SECRETS (source), result, out);
  if (*out == NULL)
    *out = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_FAILED, "it is open");
}

static GError *
unlock (FlowSecrets *secrets)
{
  GError *error = NULL;

  flow_secrets_unlock_async (secrets, NULL, unlocked_cb, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  return error;
}

/* A locked keyring is not an empty one, and nothing goes to the file instead. Without a display it stays locked. */
static void
test_locked (void)
{
  g_autoptr (FlowSecrets) secrets = make_secrets (FLOW_SECRETS_AUTO);
  g_autoptr (GBytes) secret = make_secret ();
  g_autoptr (GError) open = NULL;
  g_autoptr (GError) closed = NULL;

  g_assert_true (flow_secrets_store (secrets, "account", "A secret", secret, NULL, NULL));
  open = unlock (secrets);
  g_assert_cmpstr (open->message, ==, "it is open");
  lock_keyring ();
  assert_error_everywhere (secrets, FLOW_ERROR_SECRETS_LOCKED, FLOW_SECRETS_LOCKED);
#ifndef __SANITIZE_ADDRESS__
  /* libsecret does not free what it has of a prompt that cannot be shown. */
  closed = unlock (secrets);
  g_assert_cmpstr (closed->message, !=, "it is open");
  g_assert_cmpint (flow_secrets_get_state (secrets), !=, FLOW_SECRETS_OK);
#endif
}

/* It was started again: the same secrets answer. With a wrong password it stays locked. */
static void
test_restarted (void)
{
  g_autoptr (FlowSecrets) secrets = make_secrets (FLOW_SECRETS_AUTO);
  g_autoptr (GBytes) secret = make_secret ();
  g_autoptr (GBytes) found = NULL;
  g_autoptr (GError) error = NULL;

  stop_keyring ();
  start_keyring ("test");
  g_assert_true (flow_secrets_store (secrets, "account", "A secret", secret, NULL, &error));
  g_assert_no_error (error);
  stop_keyring ();
  start_keyring ("wrong");
  assert_error_everywhere (secrets, FLOW_ERROR_SECRETS_LOCKED, FLOW_SECRETS_LOCKED);
  stop_keyring ();
  start_keyring ("test");
  found = flow_secrets_lookup (secrets, "account", NULL, NULL);
  g_assert_true (g_bytes_equal (found, secret));
}

/* It stands still: the caller gets an answer all the same. */
static void
test_hangs (void)
{
  g_autoptr (FlowSecrets) secrets = make_secrets (FLOW_SECRETS_AUTO);

  g_subprocess_send_signal (keyring, SIGSTOP);
  flow_secrets_set_timeout (secrets, 50);
  /* Nothing was ever stored here, so there is no keyring that the file could stand in for. */
  g_assert_null (flow_secrets_lookup (secrets, "account", NULL, NULL));
  g_assert_cmpint (flow_secrets_get_kind (secrets), ==, FLOW_SECRETS_FILE);
  g_subprocess_send_signal (keyring, SIGCONT);
}

static void
cancel_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GError **out = data;

  g_assert_null (flow_secrets_lookup_finish (FLOW_SECRETS (source), result, out));
}

static void
test_cancelled (void)
{
  g_autoptr (FlowSecrets) secrets = make_secrets (FLOW_SECRETS_KEYRING);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  flow_secrets_lookup_async (secrets, "account", cancellable, cancel_cb, &error);
  g_cancellable_cancel (cancellable);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_CANCELLED);
}

static void
test_gone (void)
{
  g_autoptr (FlowSecrets) secrets = make_secrets (FLOW_SECRETS_AUTO);
  g_autoptr (GBytes) secret = make_secret ();

  g_assert_true (flow_secrets_store (secrets, "account", "A secret", secret, NULL, NULL));
  stop_keyring ();
  assert_error_everywhere (secrets, FLOW_ERROR_SECRETS_MISSING, FLOW_SECRETS_MISSING);
}

int
main (int argc, char **argv)
{
  g_autoptr (GTestDBus) bus = NULL;
  int result;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  daemon_path = argv[1];
  data_home = g_dir_make_tmp ("flow-keyring-XXXXXX", NULL);
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  /* In this order: the keyring goes on from case to case. */
  g_test_add_func ("/keyring/absent", test_absent);
  g_test_add_func ("/keyring/never-set-up", test_never_set_up);
  g_test_add_func ("/keyring/unlocked", test_unlocked);
  g_test_add_func ("/keyring/directories", test_directories);
  g_test_add_func ("/keyring/hangs", test_hangs);
  g_test_add_func ("/keyring/cancelled", test_cancelled);
  g_test_add_func ("/keyring/locked", test_locked);
  g_test_add_func ("/keyring/restarted", test_restarted);
  g_test_add_func ("/keyring/gone", test_gone);
  result = g_test_run ();
  if (keyring != NULL)
    stop_keyring ();
  test_remove_tree (data_home);
  g_free (data_home);
  g_test_dbus_stop (bus);
  return result;
}
