/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/flow-error.h"
#include "secret/flow-secrets.h"

/* No keyring on any bus: what a server or a container has. tests/secret/test-keyring.c has one. */

typedef struct
{
  FlowContext *context;
  char *path;
  GBytes *secret;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *dir = g_build_filename (g_get_user_data_dir (), "hub", NULL);

  self->context = flow_context_new (dir, NULL);
  g_assert_true (flow_context_ensure_dir (dir, NULL));
  self->path = flow_context_build_path (self->context, "secrets.json");
  self->secret = g_bytes_new_static ("a \0 canary", 10);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  flow_context_unref (self->context);
  g_bytes_unref (self->secret);
  g_free (self->path);
}

static void
assert_found (FlowSecrets *secrets, const char *name, GBytes *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) found = flow_secrets_lookup (secrets, name, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (flow_secrets_get_state (secrets), ==, FLOW_SECRETS_OK);
  if (expected == NULL)
    g_assert_null (found);
  else
    g_assert_true (g_bytes_equal (found, expected));
}

static void
assert_stored (FlowSecrets *secrets, const char *name, GBytes *secret)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_secrets_store (secrets, name, "A secret", secret, NULL, &error));
  g_assert_no_error (error);
}

/* Without a keyring the file takes them, and says so. */
static void
test_file (Fixture *self, gconstpointer data)
{
  g_autoptr (FlowSecrets) secrets = flow_secrets_new (self->context, FLOW_SECRETS_AUTO);
  g_autoptr (FlowSecrets) later = flow_secrets_new (self->context, FLOW_SECRETS_AUTO);
  g_autoptr (GBytes) other = g_bytes_new_static ("other", 5);
  GStatBuf info;

  assert_found (secrets, "account", NULL);
  assert_stored (secrets, "account", self->secret);
  g_assert_cmpint (flow_secrets_get_kind (secrets), ==, FLOW_SECRETS_FILE);
  g_assert_cmpint (g_stat (self->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);

  assert_found (later, "account", self->secret);
  assert_stored (later, "account", other);
  assert_stored (later, FLOW_SECRETS_OF_USER "store", self->secret);
  assert_found (secrets, "account", other);
  g_assert_true (flow_secrets_clear (secrets, "account", NULL, NULL));
  g_assert_true (flow_secrets_clear (secrets, "account", NULL, NULL));
  assert_found (later, "account", NULL);
  assert_found (later, FLOW_SECRETS_OF_USER "store", self->secret);
}

static void
test_session (Fixture *self, gconstpointer data)
{
  g_autoptr (FlowSecrets) secrets = flow_secrets_new (self->context, FLOW_SECRETS_SESSION);
  g_autoptr (FlowSecrets) later = flow_secrets_new (self->context, FLOW_SECRETS_SESSION);
  g_autofree char *text = NULL;

  assert_stored (secrets, "account", self->secret);
  assert_found (secrets, "account", self->secret);
  assert_found (later, "account", NULL);
  g_assert_true (g_file_get_contents (self->path, &text, NULL, NULL));
  g_assert_null (strstr (text, "account"));
  g_assert_true (flow_secrets_clear (secrets, "account", NULL, NULL));
  assert_found (secrets, "account", NULL);
}

/* A secret is found where it was stored, whatever is wanted for the next one. */
static void
test_moved (Fixture *self, gconstpointer data)
{
  g_autoptr (FlowSecrets) file = flow_secrets_new (self->context, FLOW_SECRETS_FILE);
  g_autoptr (FlowSecrets) session = flow_secrets_new (self->context, FLOW_SECRETS_SESSION);
  g_autofree char *text = NULL;

  assert_stored (file, "account", self->secret);
  assert_found (session, "account", self->secret);
  assert_stored (session, "account", self->secret);
  g_assert_true (g_file_get_contents (self->path, &text, NULL, NULL));
  g_assert_null (strstr (text, "account"));
  assert_found (file, "account", NULL);
}

static void
assert_refused (Fixture *self, FlowSecretsKind kind, FlowSecretsState state)
{
  g_autoptr (FlowSecrets) secrets = flow_secrets_new (self->context, kind);
  g_autoptr (GError) looked = NULL;
  g_autoptr (GError) stored = NULL;
  g_autoptr (GError) cleared = NULL;
  int code = state == FLOW_SECRETS_REFUSED ? FLOW_ERROR_SECRETS_REFUSED : FLOW_ERROR_SECRETS_MISSING;

  g_assert_null (flow_secrets_lookup (secrets, "account", NULL, &looked));
  g_assert_error (looked, FLOW_ERROR, code);
  g_assert_false (flow_secrets_store (secrets, "account", "A secret", self->secret, NULL, &stored));
  g_assert_error (stored, FLOW_ERROR, code);
  g_assert_false (flow_secrets_clear (secrets, "account", NULL, &cleared));
  g_assert_error (cleared, FLOW_ERROR, code);
  g_assert_cmpint (flow_secrets_get_state (secrets), ==, state);
  g_assert_cmpstr (flow_secrets_get_message (secrets), ==, cleared->message);
}

/* Who wants the keyring does not get the file behind his back. */
static void
test_keyring_wanted (Fixture *self, gconstpointer data)
{
  assert_refused (self, FLOW_SECRETS_KEYRING, FLOW_SECRETS_MISSING);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
}

/* Nor what was in the keyring before it went away. */
static void
test_keyring_gone (Fixture *self, gconstpointer data)
{
  static const char text[] = "{\"format\":1,\"kind\":\"keyring\",\"items\":{\"account\":\"keyring\"}}";

  g_assert_true (g_file_set_contents_full (self->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  assert_refused (self, FLOW_SECRETS_AUTO, FLOW_SECRETS_MISSING);
}

static void
test_readable_by_others (Fixture *self, gconstpointer data)
{
  g_autoptr (FlowSecrets) secrets = flow_secrets_new (self->context, FLOW_SECRETS_FILE);

  assert_stored (secrets, "account", self->secret);
  g_assert_cmpint (g_chmod (self->path, 0640), ==, 0);
  assert_refused (self, FLOW_SECRETS_FILE, FLOW_SECRETS_REFUSED);
  g_assert_cmpint (g_chmod (self->path, 0600), ==, 0);
  assert_found (secrets, "account", self->secret);
}

static void
test_damaged (Fixture *self, gconstpointer data)
{
  static const char *const texts[] = {
    "",
    "[]",
    "{\"kind\":\"file\"",
    "{\"kind\":\"file\"}",
    "{\"kind\":3,\"items\":{}}",
    "{\"kind\":\"cupboard\",\"items\":{}}",
    "{\"kind\":\"file\",\"items\":[]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *after = NULL;

      g_assert_true (g_file_set_contents_full (self->path, texts[i], -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
      assert_refused (self, FLOW_SECRETS_FILE, FLOW_SECRETS_REFUSED);
      g_assert_true (g_file_get_contents (self->path, &after, NULL, NULL));
      g_assert_cmpstr (after, ==, texts[i]);
    }
}

/* What a later FlowScope wrote into it is nothing to this one. */
static void
test_unknown_items (Fixture *self, gconstpointer data)
{
  static const char text[] =
      "{\"kind\":\"file\",\"items\":{\"a\":3,\"b\":\"elsewhere\",\"account\":\"base64:YQAgY2FuYXJ5\"}}";
  g_autoptr (FlowSecrets) secrets = flow_secrets_new (self->context, FLOW_SECRETS_AUTO);
  g_autoptr (GBytes) expected = g_bytes_new_static ("a\0 canary", 9);

  g_assert_true (g_file_set_contents_full (self->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  assert_found (secrets, "a", NULL);
  assert_found (secrets, "b", NULL);
  assert_found (secrets, "account", expected);
}

static void
test_cannot_write (Fixture *self, gconstpointer data)
{
  g_autoptr (FlowSecrets) secrets = flow_secrets_new (self->context, FLOW_SECRETS_FILE);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_rmdir (flow_context_get_data_dir (self->context)), ==, 0);
  g_assert_false (flow_secrets_store (secrets, "account", "A secret", self->secret, NULL, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_SECRETS_REFUSED);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **out = data;

  *out = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (result);
}

static void
test_async (Fixture *self, gconstpointer data)
{
  g_autoptr (FlowSecrets) secrets = flow_secrets_new (self->context, FLOW_SECRETS_FILE);
  g_autoptr (GAsyncResult) stored = NULL;
  g_autoptr (GAsyncResult) looked = NULL;
  g_autoptr (GAsyncResult) cleared = NULL;
  g_autoptr (GAsyncResult) unlocked = NULL;
  g_autoptr (GBytes) found = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  flow_secrets_store_async (secrets, "account", "A secret", self->secret, NULL, done_cb, &result);
  stored = wait_for (&result);
  g_assert_true (flow_secrets_store_finish (secrets, stored, NULL));
  flow_secrets_lookup_async (secrets, "account", NULL, done_cb, &result);
  looked = wait_for (&result);
  found = flow_secrets_lookup_finish (secrets, looked, NULL);
  g_assert_true (g_bytes_equal (found, self->secret));
  flow_secrets_clear_async (secrets, "account", NULL, done_cb, &result);
  cleared = wait_for (&result);
  g_assert_true (flow_secrets_clear_finish (secrets, cleared, NULL));
  flow_secrets_unlock_async (secrets, NULL, done_cb, &result);
  unlocked = wait_for (&result);
  g_assert_false (flow_secrets_unlock_finish (secrets, unlocked, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_SECRETS_MISSING);
}

/* --- Threads ---------------------------------------------------------------------------------------- */

#define THREADS 4
#define NAMES 8

typedef struct
{
  FlowContext *context;
  guint number;
} Keeper;

static gpointer
keep_thread (gpointer data)
{
  Keeper *keeper = data;
  g_autoptr (FlowSecrets) secrets = flow_secrets_new (keeper->context, FLOW_SECRETS_FILE);

  for (guint i = 0; i < NAMES; i++)
    {
      g_autofree char *name = g_strdup_printf ("secret-%u-%u", keeper->number, i);
      g_autoptr (GBytes) secret = g_bytes_new (name, strlen (name));

      assert_stored (secrets, name, secret);
    }
  return NULL;
}

/* The sync and the store keep theirs at the same time: none writes over another. */
static void
test_threads (Fixture *self, gconstpointer data)
{
  g_autoptr (FlowSecrets) secrets = flow_secrets_new (self->context, FLOW_SECRETS_FILE);
  Keeper keepers[THREADS];
  GThread *threads[THREADS];

  for (guint i = 0; i < THREADS; i++)
    {
      keepers[i] = (Keeper) { self->context, i };
      threads[i] = g_thread_new ("keeper", keep_thread, &keepers[i]);
    }
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < THREADS * NAMES; i++)
    {
      g_autofree char *name = g_strdup_printf ("secret-%u-%u", i / NAMES, i % NAMES);
      g_autoptr (GBytes) expected = g_bytes_new (name, strlen (name));

      assert_found (secrets, name, expected);
    }
}

static void
test_texts (void)
{
  g_autoptr (GError) error = NULL;
  FlowSecretsKind kind;

  g_assert_true (flow_secrets_kind_from_text ("session", &kind, NULL));
  g_assert_cmpint (kind, ==, FLOW_SECRETS_SESSION);
  g_assert_cmpstr (flow_secrets_kind_to_text (FLOW_SECRETS_KEYRING), ==, "keyring");
  g_assert_cmpstr (flow_secrets_state_to_text (FLOW_SECRETS_REFUSED), ==, "refused");
  g_assert_false (flow_secrets_kind_from_text ("cupboard", &kind, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT);
}

int
main (int argc, char **argv)
{
  /* Nobody's session bus. */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/secrets/file", Fixture, NULL, set_up, test_file, tear_down);
  g_test_add ("/secrets/session", Fixture, NULL, set_up, test_session, tear_down);
  g_test_add ("/secrets/moved", Fixture, NULL, set_up, test_moved, tear_down);
  g_test_add ("/secrets/keyring-wanted", Fixture, NULL, set_up, test_keyring_wanted, tear_down);
  g_test_add ("/secrets/keyring-gone", Fixture, NULL, set_up, test_keyring_gone, tear_down);
  g_test_add ("/secrets/readable-by-others", Fixture, NULL, set_up, test_readable_by_others, tear_down);
  g_test_add ("/secrets/damaged", Fixture, NULL, set_up, test_damaged, tear_down);
  g_test_add ("/secrets/unknown-items", Fixture, NULL, set_up, test_unknown_items, tear_down);
  g_test_add ("/secrets/cannot-write", Fixture, NULL, set_up, test_cannot_write, tear_down);
  g_test_add ("/secrets/async", Fixture, NULL, set_up, test_async, tear_down);
  g_test_add ("/secrets/threads", Fixture, NULL, set_up, test_threads, tear_down);
  g_test_add_func ("/secrets/texts", test_texts);
  return g_test_run ();
}
