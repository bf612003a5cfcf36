/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-test"

#include "base/flow-settings.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/flow-error.h"

typedef struct
{
  FlowContext *context;
  FlowSettings *settings;
  GString *changes;
} Fixture;

static void
changed_cb (Fixture *fixture, const char *key)
{
  g_string_append_printf (fixture->changes, "%s ", key);
}

static void
open_settings (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->settings);
  g_string_truncate (fixture->changes, 0);
  fixture->settings = flow_settings_new (fixture->context, &error);
  g_assert_no_error (error);
  g_signal_connect_swapped (fixture->settings, "changed", G_CALLBACK (changed_cb), fixture);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->changes = g_string_new (NULL);
  fixture->context = flow_context_new (NULL, &error);
  g_assert_no_error (error);
  open_settings (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->settings);
  flow_context_unref (fixture->context);
  g_string_free (fixture->changes, TRUE);
}

static void
write_file (Fixture *fixture, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (flow_settings_get_path (fixture->settings), text, -1, &error);
  g_assert_no_error (error);
}

static void
assert_text (Fixture *fixture, const char *key, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = flow_settings_to_text (fixture->settings, key, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static gboolean
has_range (FlowSettings *settings, const char *key)
{
  g_autoptr (GVariant) range = flow_settings_get_range (settings, key);

  return range != NULL && g_variant_is_of_type (range, G_VARIANT_TYPE ("(sv)"));
}

static void
test_defaults (Fixture *fixture, gconstpointer data)
{
  const char *const *keys = flow_settings_list (fixture->settings);

  for (gsize i = 0; keys[i] != NULL; i++)
    {
      g_assert_true (flow_settings_is_default (fixture->settings, keys[i]));
      g_assert_cmpint (strlen (flow_settings_get_summary (fixture->settings, keys[i])), >, 0);
      g_assert_cmpint (strlen (flow_settings_get_description (fixture->settings, keys[i])), >, 0);
      g_assert_true (has_range (fixture->settings, keys[i]));
      if (i > 0)
        g_assert_cmpstr (keys[i - 1], <, keys[i]);
    }
  g_assert_true (g_strv_contains (keys, "capture.retention-size-mb"));
  g_assert_true (g_strv_contains (keys, "slow-query-ms"));
  assert_text (fixture, "capture.enabled", "true");
  assert_text (fixture, "capture.retention-days", "30");
  assert_text (fixture, "ports.hub", "31847");
  assert_text (fixture, "editor-command", "");
  assert_text (fixture, "path-maps", "[]");
  g_assert_true (g_str_has_suffix (flow_settings_get_path (fixture->settings), "/flowscope/settings.ini"));
}

static void
test_set_and_reopen (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = NULL;

  g_assert_true (flow_settings_from_text (fixture->settings, "capture.enabled", "false", &error));
  g_assert_true (flow_settings_from_text (fixture->settings, "editor-command", "code -g {file}:{line}", &error));
  g_assert_true (flow_settings_from_text (fixture->settings, "ports.otlp-http", "0", &error));
  g_assert_true (flow_settings_from_text (fixture->settings, "path-maps", "[('*','/app','/src/app')]", &error));
  g_assert_true (flow_settings_from_text (fixture->settings, "allowed-hosts", "devbox, devbox.local", &error));
  g_assert_true (flow_settings_from_text (fixture->settings, "allowed-origins", "['https://a.example']", &error));
  g_assert_true (flow_settings_set (fixture->settings, "slow-query-ms", g_variant_new_uint32 (5), &error));
  g_assert_no_error (error);
  g_assert_cmpstr (fixture->changes->str, ==,
                   "capture.enabled editor-command ports.otlp-http path-maps allowed-hosts allowed-origins "
                   "slow-query-ms ");

  g_assert_true (g_file_get_contents (flow_settings_get_path (fixture->settings), &file, NULL, &error));
  g_assert_nonnull (strstr (file, "[capture]\nenabled=false\n"));
  g_assert_nonnull (strstr (file, "[general]\neditor-command='code -g {file}:{line}'\n"));

  open_settings (fixture);
  assert_text (fixture, "capture.enabled", "false");
  assert_text (fixture, "editor-command", "code -g {file}:{line}");
  assert_text (fixture, "ports.otlp-http", "0");
  assert_text (fixture, "path-maps", "[('*', '/app', '/src/app')]");
  assert_text (fixture, "allowed-hosts", "['devbox', 'devbox.local']");
  assert_text (fixture, "slow-query-ms", "5");
  g_assert_false (flow_settings_is_default (fixture->settings, "slow-query-ms"));

  g_assert_true (flow_settings_reset (fixture->settings, "slow-query-ms", &error));
  g_assert_true (flow_settings_reset (fixture->settings, "slow-query-ms", &error));
  assert_text (fixture, "slow-query-ms", "100");
  open_settings (fixture);
  assert_text (fixture, "slow-query-ms", "100");
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *key;
    const char *text;
    int code;
  } cases[] = {
    { "no-such-key", "1", FLOW_ERROR_NOT_FOUND },
    { "capture", "1", FLOW_ERROR_NOT_FOUND },
    { "", "1", FLOW_ERROR_NOT_FOUND },
    { ".editor-command", "x", FLOW_ERROR_NOT_FOUND },
    { "capture.no-such-key", "1", FLOW_ERROR_NOT_FOUND },
    { "nowhere.enabled", "true", FLOW_ERROR_NOT_FOUND },
    { "capture.enabled", "maybe", FLOW_ERROR_BAD_ARGUMENT },
    { "capture.enabled", "1", FLOW_ERROR_BAD_ARGUMENT },
    { "capture.retention-days", "0", FLOW_ERROR_BAD_ARGUMENT },
    { "capture.retention-days", "-1", FLOW_ERROR_BAD_ARGUMENT },
    { "capture.retention-days", "3651", FLOW_ERROR_BAD_ARGUMENT },
    { "capture.retention-days", "99999999999999999999", FLOW_ERROR_BAD_ARGUMENT },
    { "capture.retention-days", "", FLOW_ERROR_BAD_ARGUMENT },
    { "ports.hub", "65536", FLOW_ERROR_BAD_ARGUMENT },
    { "path-maps", "[('a','b')]", FLOW_ERROR_BAD_ARGUMENT },
    { "allowed-hosts", "[1]", FLOW_ERROR_BAD_ARGUMENT },
    { "editor-command", "code 'unclosed", FLOW_ERROR_BAD_ARGUMENT },
    { "edit.command", "code 'unclosed", FLOW_ERROR_BAD_ARGUMENT },
    { "edit.editors-by-site", "[('a.example', 'vi {file}'), ('b.example', 'vi \"{file}')]", FLOW_ERROR_BAD_ARGUMENT },
    { "edit.editors-by-type", "['md']", FLOW_ERROR_BAD_ARGUMENT },
    { "edit.journal-days", "0", FLOW_ERROR_BAD_ARGUMENT },
    { "edit.journal-size-mb", "65537", FLOW_ERROR_BAD_ARGUMENT },
    { "integrations.vscode.edit-on-close", "ask", FLOW_ERROR_BAD_ARGUMENT },
    { "ports.ghosttext", "65536", FLOW_ERROR_BAD_ARGUMENT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (flow_settings_from_text (fixture->settings, cases[i].key, cases[i].text, &error));
      g_assert_error (error, FLOW_ERROR, cases[i].code);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
  g_assert_cmpstr (fixture->changes->str, ==, "");
  g_assert_false (g_file_test (flow_settings_get_path (fixture->settings), G_FILE_TEST_EXISTS));
}

static void
test_unknown_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) get_error = NULL;
  g_autoptr (GError) set_error = NULL;
  g_autoptr (GError) reset_error = NULL;
  g_autoptr (GError) default_error = NULL;

  g_assert_null (flow_settings_get (fixture->settings, "nothing", &get_error));
  g_assert_error (get_error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_assert_false (flow_settings_set (fixture->settings, "nothing", g_variant_new_boolean (TRUE), &set_error));
  g_assert_error (set_error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_assert_false (flow_settings_reset (fixture->settings, "nothing", &reset_error));
  g_assert_error (reset_error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_assert_null (flow_settings_get_default (fixture->settings, "nothing", &default_error));
  g_assert_error (default_error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND);
  g_assert_null (flow_settings_to_text (fixture->settings, "nothing", NULL));
  g_assert_null (flow_settings_get_summary (fixture->settings, "nothing"));
  g_assert_null (flow_settings_get_description (fixture->settings, "nothing"));
  g_assert_null (flow_settings_get_range (fixture->settings, "nothing"));
  g_assert_true (flow_settings_is_default (fixture->settings, "nothing"));
}

static void
test_bad_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowSettingsSnapshot) snapshot = NULL;

  write_file (fixture, "[capture]\nenabled=maybe\nretention-days=0\nretention-size-mb=100\n"
                       "[ports]\nhub=70000\n[general]\nslow-query-ms='x'\nfuture-key=1\n[future]\nkey=2\n");
  g_test_expect_message ("flow-settings", G_LOG_LEVEL_WARNING, "*maybe*capture.enabled*default*");
  g_test_expect_message ("flow-settings", G_LOG_LEVEL_WARNING, "*0*capture.retention-days*default*");
  g_test_expect_message ("flow-settings", G_LOG_LEVEL_WARNING, "*70000*ports.hub*default*");
  g_test_expect_message ("flow-settings", G_LOG_LEVEL_WARNING, "*slow-query-ms*default*");
  open_settings (fixture);
  g_test_assert_expected_messages ();

  snapshot = flow_settings_snapshot (fixture->settings);
  g_assert_true (snapshot->capture_enabled);
  g_assert_cmpint (snapshot->retention_days, ==, 30);
  g_assert_cmpint (snapshot->retention_size_mb, ==, 100);
  g_assert_cmpint (snapshot->hub_port, ==, 31847);
  g_assert_cmpint (snapshot->slow_query_ms, ==, 100);

  /* A good value takes the place of the bad one. */
  g_assert_true (flow_settings_from_text (fixture->settings, "capture.retention-days", "7", &error));
  g_assert_no_error (error);
  assert_text (fixture, "capture.retention-days", "7");
}

static void
test_no_keyfile (Fixture *fixture, gconstpointer data)
{
  write_file (fixture, "this is no key file\n");
  g_test_expect_message ("flow-settings", G_LOG_LEVEL_WARNING, "*settings.ini cannot be read*");
  open_settings (fixture);
  g_test_assert_expected_messages ();
  assert_text (fixture, "capture.retention-days", "30");
}

static void
test_reload (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSettingsSnapshot) before = flow_settings_snapshot (fixture->settings);
  g_autoptr (FlowSettingsSnapshot) after = NULL;

  write_file (fixture, "[capture]\nenabled=false\n[ports]\nhub=4000\n");
  flow_settings_reload (fixture->settings);
  g_assert_cmpstr (fixture->changes->str, ==, "capture.enabled ports.hub ");
  after = flow_settings_snapshot (fixture->settings);
  g_assert_true (before->capture_enabled);
  g_assert_false (after->capture_enabled);
  g_assert_cmpint (after->hub_port, ==, 4000);

  g_string_truncate (fixture->changes, 0);
  flow_settings_reload (fixture->settings);
  g_assert_cmpstr (fixture->changes->str, ==, "");
}

static void
test_snapshot (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSettingsSnapshot) snapshot = NULL;
  FlowSettingsSnapshot *again;

  write_file (fixture, "[general]\nallowed-hosts=['a', 'b']\nallow-other-users=true\neditor-command='vi {file}'\n"
                       "allowed-origins=['https://x']\n"
                       "path-maps=[('web-*', '/app', '/src'), ('*', '/', '/mnt')]\n"
                       "workspace-folders=['/src']\n[integrations/vscode]\nauto-launch=true\n"
                       "[limits]\nbody-mb=8\nqueue-mb=9\n[ports]\notlp-http=1\notlp-http-enabled=false\n");
  open_settings (fixture);
  snapshot = flow_settings_snapshot (fixture->settings);
  again = flow_settings_snapshot_ref (snapshot);
  g_clear_object (&fixture->settings);

  g_assert_cmpstr (again->allowed_hosts[0], ==, "a");
  g_assert_cmpstr (again->allowed_hosts[1], ==, "b");
  g_assert_null (again->allowed_hosts[2]);
  g_assert_cmpstr (again->allowed_origins[0], ==, "https://x");
  g_assert_true (again->allow_other_users);
  g_assert_cmpstr (again->editor_command, ==, "vi {file}");
  g_assert_cmpint (again->n_path_maps, ==, 2);
  g_assert_cmpstr (again->path_maps[0].service, ==, "web-*");
  g_assert_cmpstr (again->path_maps[0].local, ==, "/src");
  g_assert_cmpstr (again->path_maps[1].remote, ==, "/");
  g_assert_cmpint (again->body_mb, ==, 8);
  g_assert_cmpint (again->queue_mb, ==, 9);
  g_assert_cmpint (again->otlp_http_port, ==, 1);
  g_assert_false (again->otlp_http_enabled);
  g_assert_cmpstr (again->workspace_folders[0], ==, "/src");
  g_assert_true (again->vscode_auto_launch);
  g_assert_true (again->vscode_code_navigation);
  flow_settings_snapshot_unref (again);
  open_settings (fixture);
}

static void
test_snapshot_edit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSettingsSnapshot) plain = flow_settings_snapshot (fixture->settings);
  g_autoptr (FlowSettingsSnapshot) snapshot = NULL;

  g_assert_cmpstr (plain->edit_command, ==, "");
  g_assert_cmpint (plain->n_editors_by_site, ==, 0);
  g_assert_cmpint (plain->edit_journal_days, ==, 14);
  g_assert_cmpint (plain->edit_journal_size_mb, ==, 256);
  g_assert_cmpint (plain->web_dev_sync_port, ==, 8071);
  g_assert_cmpint (plain->ghosttext_port, ==, 4001);
  g_assert_cmpint (plain->atomic_chrome_port, ==, 64292);
  g_assert_true (plain->web_dev_sync_enabled && plain->ghosttext_enabled && plain->atomic_chrome_enabled);

  write_file (fixture, "[edit]\ncommand='nvim {file}'\ndenied-hosts=['bank.example']\njournal-days=3\n"
                       "journal-size-mb=9\neditors-by-site=[('a.example', 'emacsclient')]\n"
                       "editors-by-type=[('md', 'editor/abc'), ('js', 'code')]\n"
                       "[ports]\nweb-dev-sync=1\nweb-dev-sync-enabled=false\nghosttext=2\n"
                       "ghosttext-enabled=false\natomic-chrome=3\natomic-chrome-enabled=false\n");
  open_settings (fixture);
  snapshot = flow_settings_snapshot (fixture->settings);
  g_assert_cmpstr (snapshot->edit_command, ==, "nvim {file}");
  g_assert_cmpstr (snapshot->edit_denied_hosts[0], ==, "bank.example");
  g_assert_null (snapshot->edit_denied_hosts[1]);
  g_assert_cmpint (snapshot->n_editors_by_site, ==, 1);
  g_assert_cmpstr (snapshot->editors_by_site[0].subject, ==, "a.example");
  g_assert_cmpstr (snapshot->editors_by_site[0].choice, ==, "emacsclient");
  g_assert_cmpint (snapshot->n_editors_by_type, ==, 2);
  g_assert_cmpstr (snapshot->editors_by_type[1].subject, ==, "js");
  g_assert_cmpint (snapshot->edit_journal_days, ==, 3);
  g_assert_cmpint (snapshot->edit_journal_size_mb, ==, 9);
  g_assert_cmpint (snapshot->web_dev_sync_port, ==, 1);
  g_assert_cmpint (snapshot->ghosttext_port, ==, 2);
  g_assert_cmpint (snapshot->atomic_chrome_port, ==, 3);
  g_assert_false (snapshot->web_dev_sync_enabled || snapshot->ghosttext_enabled || snapshot->atomic_chrome_enabled);
}

/* A section within a section: integrations.vscode. */
static void
test_nested_section (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowSettingsSnapshot) snapshot = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_settings_from_text (fixture->settings, "integrations.vscode.code-navigation", "false", &error));
  g_assert_no_error (error);
  g_assert_cmpstr (fixture->changes->str, ==, "integrations.vscode.code-navigation ");
  snapshot = flow_settings_snapshot (fixture->settings);
  g_assert_false (snapshot->vscode_code_navigation);
  value = flow_settings_snapshot_get (snapshot, "integrations.vscode.code-navigation");
  g_assert_false (g_variant_get_boolean (value));
  g_assert_null (flow_settings_snapshot_get (snapshot, "vscode.code-navigation"));

  write_file (fixture, "[integrations/vscode]\nauto-launch=maybe\n");
  g_test_expect_message ("flow-settings", G_LOG_LEVEL_WARNING, "*maybe*integrations.vscode.auto-launch*default*");
  open_settings (fixture);
  g_test_assert_expected_messages ();
}

static void
test_unwritable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  /* A folder where the file should be: not even root can write it. */
  g_assert_cmpint (g_mkdir (flow_settings_get_path (fixture->settings), 0700), ==, 0);
  g_test_expect_message ("GLib-GIO", G_LOG_LEVEL_WARNING, "*Failed to write keyfile*");
  g_assert_false (flow_settings_from_text (fixture->settings, "capture.enabled", "false", &error));
  g_test_assert_expected_messages ();
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "settings.ini"));
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("/base/settings/defaults", test_defaults);
  ADD ("/base/settings/set-and-reopen", test_set_and_reopen);
  ADD ("/base/settings/refused", test_refused);
  ADD ("/base/settings/unknown-key", test_unknown_key);
  ADD ("/base/settings/bad-file", test_bad_file);
  ADD ("/base/settings/no-keyfile", test_no_keyfile);
  ADD ("/base/settings/reload", test_reload);
  ADD ("/base/settings/snapshot", test_snapshot);
  ADD ("/base/settings/snapshot-edit", test_snapshot_edit);
  ADD ("/base/settings/nested-section", test_nested_section);
  ADD ("/base/settings/unwritable", test_unwritable);
  return g_test_run ();
}
