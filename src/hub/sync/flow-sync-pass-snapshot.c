/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/sync/flow-sync-blob-mark.h"
#include "hub/sync/flow-sync-pass-private.h"
#include "hub/sync/flow-sync-snapshot-box.h"
#include "message/flow-json-member.h"
#include "sync/flow-sync-snapshot.h"

/* Snapshots: what only one of them has is read, and one is written when it is worth while. They are opened and sealed
 * on a thread of their own, as batches are. */

/* A snapshot on its way; it is nobody else's while something is under way. */
typedef struct
{
  FlowSyncPass *pass;
  FlowSecretKeys *keys;
  GBytes *snapshot;
  GBytes *sealed;
  FlowSyncVector *vector;
  char scope[FLOW_SYNC_SCOPE_MAX + 1];
  char blob[33];                        /* of a snapshot that is written */
  guint8 device[FLOW_SYNC_DEVICE_SIZE]; /* the same */
  gint64 now_ms;                        /* the same */
  GError *why;                          /* (nullable): it cannot be done, which is no reason to stop */
} Work;

static Work *
work_new (FlowSyncPass *pass, GBytes *sealed)
{
  Work *work = g_new0 (Work, 1);

  work->pass = flow_sync_pass_ref (pass);
  work->keys = flow_secret_keys_ref (flow_sync_keyring_get (pass->setup.keyring));
  work->sealed = sealed != NULL ? g_bytes_ref (sealed) : NULL;
  g_strlcpy (work->scope, pass->scope, sizeof work->scope);
  g_strlcpy (work->blob, pass->blob, sizeof work->blob);
  return work;
}

static void
work_free (Work *self)
{
  flow_sync_pass_unref (self->pass);
  flow_secret_keys_unref (self->keys);
  g_clear_pointer (&self->snapshot, g_bytes_unref);
  g_clear_pointer (&self->sealed, g_bytes_unref);
  g_clear_pointer (&self->vector, flow_sync_vector_free);
  g_clear_error (&self->why);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_free)

static void
start (Work *work, FlowSyncEngineRun run, FlowSyncEngineDone done)
{
  flow_sync_engine_run (work->pass->setup.engine, run, done, work);
}

static gboolean
read_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Work *work = data;
  FlowSyncPass *self = work->pass;

  self->applied = (FlowSyncApplied) { 0 };
  if (!flow_sync_read_snapshot (sync, self->scope, work->snapshot, &self->applied, error))
    return FALSE;
  work->vector = flow_sync_get_vector (sync, self->scope, error);
  return work->vector != NULL;
}

static void
read_done (gpointer data, const GError *error)
{
  g_autoptr (Work) work = data;
  FlowSyncPass *self = work->pass;
  FlowSyncPlan *plan;
  GString *text;
  FlowJsonWriter writer;

  if (flow_sync_pass_is_over (self, error))
    return;
  plan = flow_sync_pass_get_plan (self);
  if (plan != NULL)
    plan->snapshot = FALSE;
  text = g_string_new (NULL);
  flow_json_writer_init (&writer, text);
  flow_sync_vector_write_json (work->vector, &writer);
  g_hash_table_insert (self->acks, g_strdup (self->scope), g_string_free (text, FALSE));
  flow_sync_pass_count (self, &self->applied, self->applied.records);
  flow_sync_pass_next (self);
}

static void
open_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;

  work->snapshot = flow_sync_snapshot_open (work->sealed, work->keys, work->scope, &work->why);
  g_task_return_boolean (task, TRUE);
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Work) work = data;

  if (!flow_sync_pass_is_over (work->pass, work->why))
    start (g_steal_pointer (&work), read_run, read_done);
}

static void
fetched_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncPass *self = data;

  if (flow_sync_pass_is_well (self, answer, error))
    flow_sync_pass_start_thread (work_new (self, answer->body), open_thread, opened_cb);
}

/**
 * flow_sync_pass_read_snapshot:
 * @self: a pass
 *
 * Fetch the snapshot of the scope that is next. Which one it is the welcome says.
 */
void
flow_sync_pass_read_snapshot (FlowSyncPass *self)
{
  const FlowSyncWelcomeScope *scope = self->welcome != NULL ? flow_sync_welcome_find (self->welcome, self->scope)
                                                            : NULL;
  g_autofree char *path = NULL;
  FlowRemoteCall call = { .method = SOUP_METHOD_GET, .max_answer = FLOW_SYNC_SNAPSHOT_MAX, .large = TRUE };

  if (scope == NULL || scope->snapshot_blob == NULL)
    {
      self->greet = TRUE;
      flow_sync_pass_next (self);
      return;
    }
  path = g_strconcat ("/api/blobs/", scope->snapshot_blob, NULL);
  call.path = path;
  flow_remote_session_send (self->setup.session, &call, fetched_cb, self);
}

static gboolean
write_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Work *work = data;

  g_clear_pointer (&work->snapshot, g_bytes_unref);
  g_clear_pointer (&work->vector, flow_sync_vector_free);
  work->snapshot = flow_sync_write_snapshot (sync, work->scope, &work->vector, error);
  memcpy (work->device, flow_sync_get_device (sync), FLOW_SYNC_DEVICE_SIZE);
  work->now_ms = flow_sync_get_now_ms (sync);
  return work->snapshot != NULL && (work->vector == NULL || flow_sync_blob_mark (db, work->blob, error));
}

static gboolean
put_off_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Work *work = data;

  return flow_sync_put_off_snapshot (sync, work->scope, error) && flow_sync_blob_leave (db, error);
}

static gboolean
outdone_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  return flow_sync_blob_leave (db, error);
}

static gboolean
known_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Work *work = data;

  return flow_sync_blob_unmark (db, work->blob, error);
}

static void
next_done (gpointer data, const GError *error)
{
  g_autoptr (Work) work = data;

  if (!flow_sync_pass_is_over (work->pass, error))
    flow_sync_pass_next (work->pass);
}

/* All else goes on without it, and it is not written again soon: that takes long, and a quota or a limit stays. */
static void
put_off (FlowSyncPass *self, const GError *why)
{
  g_message ("No snapshot was written: %s", why->message);
  if (self->text != NULL)
    g_string_free (g_steal_pointer (&self->text), TRUE);
  start (work_new (self, NULL), put_off_run, next_done);
}

/* Whether the cloud has it; if not, it is gone on without, or the pass ends by this. */
static gboolean
is_stored (FlowSyncPass *self, const FlowRemoteAnswer *answer, const GError *error)
{
  g_autoptr (GError) refused = NULL;

  if (answer != NULL && !SOUP_STATUS_IS_SUCCESSFUL (answer->status))
    error = refused = flow_remote_read_error (answer);
  /* A proxy that takes no more closes the connection, often before it has said so. */
  if (refused == NULL && !g_error_matches (error, FLOW_ERROR, FLOW_ERROR_OFFLINE) &&
      !g_error_matches (error, FLOW_ERROR, FLOW_ERROR_BAD_ANSWER))
    return flow_sync_pass_is_well (self, answer, error);
  put_off (self, error);
  return FALSE;
}

/* Another device was faster, or its snapshot covers more. */
static gboolean
is_outdone (const FlowRemoteAnswer *answer)
{
  return answer != NULL && answer->status == SOUP_STATUS_CONFLICT;
}

static void
announced_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncPass *self = data;

  if (is_outdone (answer))
    start (work_new (self, NULL), outdone_run, next_done);
  else if (is_stored (self, answer, error))
    start (work_new (self, NULL), known_run, next_done);
}

static void
stored_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncPass *self = data;
  g_autoptr (GBytes) body = NULL;

  if (!is_stored (self, answer, error))
    return;
  body = g_string_free_to_bytes (g_steal_pointer (&self->text));
  flow_sync_pass_post (self, "/api/sync/snapshot", FLOW_REMOTE_JSON, body, FLOW_REMOTE_MAX_JSON, announced_cb);
}

static void
write_announcement (FlowSyncPass *self, const Work *work)
{
  FlowJsonWriter writer;

  self->text = g_string_new (NULL);
  flow_json_writer_init (&writer, self->text);
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "scope", self->scope, -1);
  flow_json_writer_key (&writer, "vector");
  flow_sync_vector_write_json (work->vector, &writer);
  flow_json_member_text (&writer, "blob", self->blob, -1);
  flow_json_member_uint (&writer, "bytes", g_bytes_get_size (work->sealed));
  flow_json_writer_end_object (&writer);
}

static void
seal_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;

  if (work->vector != NULL)
    work->sealed = flow_sync_snapshot_seal (work->snapshot, work->keys, work->scope, work->device, work->now_ms,
                                            &work->why);
  g_task_return_boolean (task, TRUE);
}

static void
sealed_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Work) work = data;
  FlowSyncPass *self = work->pass;
  FlowRemoteCall call = {
    .method = SOUP_METHOD_PUT,
    .content_type = FLOW_REMOTE_BYTES,
    .body = work->sealed,
    .max_answer = FLOW_REMOTE_MAX_JSON,
    .large = TRUE,
  };
  g_autofree char *path = NULL;

  if (flow_sync_pass_is_over (self, NULL))
    return;
  if (work->why != NULL)
    {
      put_off (self, work->why);
      return;
    }
  /* Something was made meanwhile that the cloud has not got. */
  if (work->sealed == NULL)
    {
      flow_sync_pass_next (self);
      return;
    }
  write_announcement (self, work);
  path = g_strconcat ("/api/blobs/", self->blob, NULL);
  call.path = path;
  flow_remote_session_send (self->setup.session, &call, stored_cb, self);
}

static void
write_done (gpointer data, const GError *error)
{
  g_autoptr (Work) work = data;

  if (!flow_sync_pass_is_over (work->pass, error))
    flow_sync_pass_start_thread (g_steal_pointer (&work), seal_thread, sealed_cb);
}

/**
 * flow_sync_pass_write_snapshot:
 * @self: a pass that has nothing else to exchange
 *
 * Write a snapshot of the next scope of which one is worth while.
 *
 * Returns: %FALSE when there is none
 */
gboolean
flow_sync_pass_write_snapshot (FlowSyncPass *self)
{
  GArray *scopes = self->setup.link->scopes;
  guint8 id[16];

  for (guint i = 0; i < scopes->len; i++)
    {
      FlowSyncPlan *plan = &g_array_index (scopes, FlowSyncPlan, i);

      if (!plan->compact)
        continue;
      plan->compact = FALSE;
      flow_id_random (id, sizeof id);
      flow_id_to_hex (id, sizeof id, self->blob);
      g_strlcpy (self->scope, plan->scope, sizeof self->scope);
      start (work_new (self, NULL), write_run, write_done);
      return TRUE;
    }
  return FALSE;
}
