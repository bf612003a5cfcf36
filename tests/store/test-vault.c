/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "base/flow-error.h"
#include "store/flow-statement.h"
#include "store/flow-vault.h"

/* Sealed values in a database of their own; what a store does with them is in tests/trace/test-encryption.c. */

typedef struct
{
  sqlite3 *db;
  FlowVault *vault;
  FlowVaultSealer *sealer;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->vault = flow_vault_new ();
  self->sealer = flow_vault_sealer_new (self->vault);
  g_assert_cmpint (sqlite3_open (":memory:", &self->db), ==, SQLITE_OK);
  g_assert_true (flow_vault_add_functions (self->db, NULL));
  g_assert_true (flow_sql_exec_text (self->db, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, data BLOB)", NULL));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  flow_vault_withdraw (flow_vault_get_id (self->vault));
  flow_vault_sealer_free (self->sealer);
  flow_vault_unref (self->vault);
  sqlite3_close (self->db);
}

static void
insert (Fixture *self, FlowVaultSealer *sealer, gint64 id, const char *name, gconstpointer bytes, gsize size)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;

  g_assert_true (flow_sql_prepare_text (self->db, "INSERT INTO t VALUES (?1, ?2, ?3)", &stmt, NULL));
  sqlite3_bind_int64 (stmt, 1, id);
  flow_vault_bind_text (sealer, stmt, 2, "name", id, name, name == NULL ? 0 : strlen (name));
  flow_vault_bind_blob (sealer, stmt, 3, "data", id, bytes, size);
  g_assert_true (flow_sql_step_done (stmt, NULL));
}

static void
assert_opens (Fixture *self, gint64 id, const char *name, gconstpointer bytes, gsize size)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  gboolean row = FALSE;

  g_assert_true (flow_sql_prepare_text (
      self->db, "SELECT open_text(name, 'name', id), open_blob(data, 'data', id) FROM t WHERE id = ?1", &stmt, NULL));
  sqlite3_bind_int64 (stmt, 1, id);
  g_assert_true (flow_sql_step_row (stmt, &row, NULL));
  g_assert_true (row);
  g_assert_cmpint (sqlite3_column_type (stmt, 0), ==, SQLITE_TEXT);
  g_assert_cmpstr ((const char *) sqlite3_column_text (stmt, 0), ==, name);
  g_assert_cmpint (sqlite3_column_type (stmt, 1), ==, SQLITE_BLOB);
  g_assert_cmpmem (sqlite3_column_blob (stmt, 1), sqlite3_column_bytes (stmt, 1), bytes, size);
}

static void
test_open (Fixture *self, gconstpointer data)
{
  g_autofree guint8 *large = g_malloc0 (3 * 1024 * 1024);

  flow_vault_publish (self->vault);
  flow_vault_publish (self->vault);
  insert (self, self->sealer, 1, "a name", "a\0b", 3);
  insert (self, self->sealer, 2, NULL, NULL, 0);
  insert (self, self->sealer, 3, "large", large, 3 * 1024 * 1024);
  insert (self, NULL, 4, "plain", "c\0d", 3);
  insert (self, NULL, 5, NULL, NULL, 0);
  assert_opens (self, 1, "a name", "a\0b", 3);
  assert_opens (self, 2, "", NULL, 0);
  assert_opens (self, 3, "large", large, 3 * 1024 * 1024);
  assert_opens (self, 4, "plain", "c\0d", 3);
  assert_opens (self, 5, "", NULL, 0);
}

static void
assert_fails (Fixture *self, const char *query, int code)
{
  g_autoptr (sqlite3_stmt) stmt = NULL;
  g_autoptr (GError) error = NULL;
  gboolean row = FALSE;

  g_assert_true (flow_sql_prepare_text (self->db, query, &stmt, NULL));
  g_assert_false (flow_sql_step_row (stmt, &row, &error));
  g_assert_error (error, FLOW_ERROR, code);
}

/* A value belongs to its row and to its column, and every bit of it counts. */
static void
test_elsewhere (Fixture *self, gconstpointer data)
{
  flow_vault_publish (self->vault);
  insert (self, self->sealer, 1, "a name", "data", 4);
  assert_fails (self, "SELECT open_text(name, 'name', 2) FROM t", FLOW_ERROR_CORRUPT);
  assert_fails (self, "SELECT open_text(name, 'data', 1) FROM t", FLOW_ERROR_CORRUPT);
  assert_fails (self, "SELECT open_text(x'ff00', 'name', 1) FROM t", FLOW_ERROR_CORRUPT);
}

static void
test_unknown (Fixture *self, gconstpointer data)
{
  g_autoptr (FlowVault) other = flow_vault_new ();

  insert (self, self->sealer, 1, "a name", "data", 4);
  flow_vault_publish (other);
  assert_fails (self, "SELECT open_text(name, 'name', id) FROM t", FLOW_ERROR_SECRETS_LOCKED);
  assert_fails (self, "SELECT open_blob(data, 'data', id) FROM t", FLOW_ERROR_SECRETS_LOCKED);
  flow_vault_publish (self->vault);
  assert_opens (self, 1, "a name", "data", 4);
  flow_vault_withdraw (flow_vault_get_id (other));
}

static void
test_secret (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) secret = flow_vault_get_secret (self->vault);
  g_autoptr (GBytes) wrong = g_bytes_new_static ("wrong", 5);
  g_autoptr (FlowVault) again = flow_vault_new_from_secret (secret, NULL);
  g_autoptr (FlowVault) found = NULL;
  g_autofree char *name = flow_vault_get_secret_name (flow_vault_get_id (again));
  g_autoptr (GError) error = NULL;

  g_assert_true (g_str_has_prefix (name, "user/store-key/"));
  g_assert_cmpuint (strlen (name), ==, strlen ("user/store-key/") + 2 * FLOW_VAULT_ID_SIZE);
  g_assert_null (flow_vault_new_from_secret (wrong, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC);
  g_assert_null (flow_vault_find (flow_vault_get_id (self->vault)));
  flow_vault_publish (again);
  found = flow_vault_find (flow_vault_get_id (self->vault));
  g_assert_true (found == again);
  insert (self, self->sealer, 1, "a name", "data", 4);
  assert_opens (self, 1, "a name", "data", 4);
  g_assert_true (flow_vault_sealer_get_vault (self->sealer) == self->vault);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/vault/open", Fixture, NULL, set_up, test_open, tear_down);
  g_test_add ("/vault/elsewhere", Fixture, NULL, set_up, test_elsewhere, tear_down);
  g_test_add ("/vault/unknown", Fixture, NULL, set_up, test_unknown, tear_down);
  g_test_add ("/vault/secret", Fixture, NULL, set_up, test_secret, tear_down);
  return g_test_run ();
}
