/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "verbs-fixture.h"

#include "hub/flow-json-read.h"

struct _VerbsFixture
{
  GObject parent_instance;

  GHashTable *answers; /* verb -> JSON */
  GHashTable *errors;  /* verb -> GError, for verbs without an answer */
  GHashTable *counts;  /* verb -> how often */
  GString *calls;
  GPtrArray *waiting; /* of GTask: what is not answered yet */
  gboolean silent;
};

static void verbs_init (FlowVerbsInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (VerbsFixture, verbs_fixture, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FLOW_TYPE_VERBS, verbs_init))

static void
note (VerbsFixture *self, const char *verb, JsonObject *arguments)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), arguments);
  g_autofree char *text = json_to_string (node, FALSE);

  g_string_append_printf (self->calls, "%s%s ", verb, text);
}

static void
answer (VerbsFixture *self, GTask *task)
{
  const char *verb = g_task_get_task_data (task);
  const char *json = g_hash_table_lookup (self->answers, verb);
  const GError *error = g_hash_table_lookup (self->errors, verb);

  if (json != NULL)
    g_task_return_pointer (task, flow_json_read_object (json, strlen (json), NULL), (GDestroyNotify) json_object_unref);
  else if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "not today");
}

static void
run_async (FlowVerbs *verbs, const char *verb, JsonObject *arguments, GCancellable *cancellable,
           GAsyncReadyCallback callback, gpointer data)
{
  VerbsFixture *self = VERBS_FIXTURE (verbs);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, verb));

  g_task_set_task_data (task, g_strdup (verb), g_free);
  g_hash_table_insert (self->counts, g_strdup (verb), GUINT_TO_POINTER (count + 1));
  if (arguments != NULL)
    note (self, verb, arguments);
  if (self->silent)
    g_ptr_array_add (self->waiting, g_steal_pointer (&task));
  else
    answer (self, task);
}

static JsonObject *
run_finish (FlowVerbs *verbs, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
verbs_init (FlowVerbsInterface *iface)
{
  iface->run_async = run_async;
  iface->run_finish = run_finish;
}

static void
verbs_fixture_finalize (GObject *object)
{
  VerbsFixture *self = VERBS_FIXTURE (object);

  g_hash_table_unref (self->answers);
  g_hash_table_unref (self->errors);
  g_hash_table_unref (self->counts);
  g_string_free (self->calls, TRUE);
  g_ptr_array_unref (self->waiting);

  G_OBJECT_CLASS (verbs_fixture_parent_class)->finalize (object);
}

static void
verbs_fixture_class_init (VerbsFixtureClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = verbs_fixture_finalize;
}

static void
set_file (VerbsFixture *self, const char *folder, const char *verb, const char *file)
{
  g_autofree char *name = g_strconcat (file, ".json", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", folder, name, NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  verbs_fixture_set_answer (self, verb, text);
}

static void
verbs_fixture_init (VerbsFixture *self)
{
  static const struct
  {
    const char *folder;
    const char *verb;
  } files[] = {
    { "connections", "channels" }, { "connections", "outbox" },   { "connections", "pair-list" },
    { "connections", "health" },   { "edits", "edits" },          { "edits", "edit-journal" },
    { "edits", "edit-text" },      { "edits", "edit-conflicts" }, { "edits", "edit-editors" },
    { "sync", "sync-status" },     { "sync", "sync-conflicts" },  { "sync", "sync-quarantine" },
    { "sync", "sync-history" },    { "sync", "sync-devices" },
  };
  static const char *const acts[] = { "outbox-resend", "outbox-drop",        "pair-allow",  "pair-deny",
                                      "pair-forget",   "edit-resolve",       "edit-undo",   "edit-redo",
                                      "edit-end",      "edit-recover",       "edit-forget", "edit-choose",
                                      "sync-now",      "sync-unlock",        "sync-pause",  "sync-resolve",
                                      "sync-restore",  "sync-device-remove", "sync-keys",   "sync-pair",
                                      "cloud-logout",  "cloud-delete" };

  self->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->errors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_error_free);
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->calls = g_string_new (NULL);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    set_file (self, files[i].folder, files[i].verb, files[i].verb);
  for (gsize i = 0; i < G_N_ELEMENTS (acts); i++)
    verbs_fixture_set_answer (self, acts[i], "{}");
  set_file (self, "sync", "sync-setup", "sync-setup-estimate");
  set_file (self, "sync", "cloud-login", "cloud-login");
}

VerbsFixture *
verbs_fixture_new (void)
{
  return g_object_new (VERBS_TYPE_FIXTURE, NULL);
}

void
verbs_fixture_set_answer (VerbsFixture *self, const char *verb, const char *json)
{
  g_hash_table_insert (self->answers, g_strdup (verb), g_strdup (json));
}

void
verbs_fixture_set_error (VerbsFixture *self, const char *verb, FlowError code, const char *message)
{
  verbs_fixture_set_answer (self, verb, NULL);
  g_hash_table_insert (self->errors, g_strdup (verb), g_error_new_literal (FLOW_ERROR, (int) code, message));
}

void
verbs_fixture_set_silent (VerbsFixture *self, gboolean silent)
{
  self->silent = silent;
  for (guint i = 0; !silent && i < self->waiting->len; i++)
    answer (self, self->waiting->pdata[i]);
  if (!silent)
    g_ptr_array_set_size (self->waiting, 0);
}

char *
verbs_fixture_take_calls (VerbsFixture *self)
{
  char *calls = g_strdup (self->calls->str);

  g_string_truncate (self->calls, 0);
  return calls;
}

guint
verbs_fixture_count (VerbsFixture *self, const char *verb)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, verb));
}
