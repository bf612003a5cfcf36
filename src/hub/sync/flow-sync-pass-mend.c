/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "hub/sync/flow-sync-blob-mark.h"
#include "hub/sync/flow-sync-pass-private.h"
#include "hub/sync/flow-sync-snapshot-box.h"
#include "store/flow-statement.h"
#include "store/flow-store.h"

/* Digests and repairs: what holds is read on a connection and a thread of its own, so that nothing waits for it; what
 * differs from other devices is offered to them, and what they offer is taken in. None of it fails a pass: it only says
 * that something is wrong. */

/* A digest or a repair on its way; it is nobody else's while something is under way. */
typedef struct
{
  FlowSyncPass *pass;
  FlowSecretKeys *keys;
  char *database; /* (nullable): where it is */
  guint8 digest_key[FLOW_SYNC_DIGEST_KEY_SIZE];
  gboolean wanted;
  gboolean fresh;
  GPtrArray *digests; /* (nullable) FlowSyncDigest */
  GBytes *repair;
  GBytes *sealed;
  char scope[FLOW_SYNC_SCOPE_MAX + 1];
  char blob[FLOW_SYNC_BLOB_DIGITS + 1];
  guint8 device[FLOW_SYNC_DEVICE_SIZE];
  gint64 now_ms;
  FlowSyncApplied applied;
  GError *why; /* (nullable): it cannot be done */
} Work;

static Work *
work_new (FlowSyncPass *pass, const char *scope)
{
  Work *work = g_new0 (Work, 1);

  work->pass = flow_sync_pass_ref (pass);
  work->keys = flow_secret_keys_ref (flow_sync_keyring_get (pass->setup.keyring));
  memcpy (work->digest_key, pass->digest_key, sizeof work->digest_key);
  g_strlcpy (work->scope, scope, sizeof work->scope);
  g_strlcpy (work->blob, pass->blob, sizeof work->blob);
  return work;
}

static void
work_free (Work *self)
{
  flow_sync_pass_unref (self->pass);
  flow_secret_keys_unref (self->keys);
  g_free (self->database);
  flow_digest_wipe (self->digest_key, sizeof self->digest_key);
  g_clear_pointer (&self->digests, g_ptr_array_unref);
  g_clear_pointer (&self->repair, g_bytes_unref);
  g_clear_pointer (&self->sealed, g_bytes_unref);
  g_clear_error (&self->why);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_free)

static void
start (Work *work, FlowSyncEngineRun run, FlowSyncEngineDone done)
{
  flow_sync_engine_run (work->pass->setup.engine, run, done, work);
}

/* Whether it says hello again for it; where it may not any more the next pass does. */
static void
greet (FlowSyncPass *self)
{
  if (flow_sync_pass_may_greet (self))
    self->greet = TRUE;
}

static gboolean
keep_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Work *work = data;

  return flow_sync_take_digests (sync, work->digests, &work->fresh, error);
}

static void
keep_done (gpointer data, const GError *error)
{
  g_autoptr (Work) work = data;

  if (flow_sync_pass_is_over (work->pass, error))
    return;
  if (work->fresh)
    greet (work->pass);
  flow_sync_pass_next (work->pass);
}

static GPtrArray *
read_digests (const Work *work, GError **error)
{
  g_autoptr (sqlite3) db = flow_store_open_reader (work->database, error);
  GPtrArray *digests;

  if (db == NULL || !flow_sql_exec_text (db, "BEGIN", error))
    return NULL;
  digests = flow_sync_digest_make (db, work->digest_key, error);
  flow_sql_exec_text (db, "ROLLBACK", NULL);
  return digests;
}

static void
digest_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;

  work->digests = read_digests (work, &work->why);
  g_task_return_boolean (task, TRUE);
}

static void
digested_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Work) work = data;

  if (flow_sync_pass_is_over (work->pass, NULL))
    return;
  if (work->digests != NULL)
    {
      start (g_steal_pointer (&work), keep_run, keep_done);
      return;
    }
  g_message ("What is here cannot be compared with other devices: %s", work->why->message);
  flow_sync_pass_next (work->pass);
}

static gboolean
look_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Work *work = data;
  const char *file = sqlite3_db_filename (db, "main");

  work->wanted = FALSE;
  g_clear_pointer (&work->database, g_free);
  work->database = g_strdup (file);
  return flow_sync_wants_digest (sync, &work->wanted, error);
}

static void
look_done (gpointer data, const GError *error)
{
  g_autoptr (Work) work = data;

  if (flow_sync_pass_is_over (work->pass, error))
    return;
  if (work->wanted && work->database != NULL)
    flow_sync_pass_start_thread (g_steal_pointer (&work), digest_thread, digested_cb);
  else
    flow_sync_pass_next (work->pass);
}

static gboolean
offer_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Work *work = data;

  if (work->why != NULL)
    {
      flow_sync_offer_repair (sync, work->scope, NULL);
      return TRUE;
    }
  flow_sync_offer_repair (sync, work->scope, work->blob);
  return flow_sync_blob_unmark (db, work->blob, error);
}

static void
offer_done (gpointer data, const GError *error)
{
  g_autoptr (Work) work = data;

  if (flow_sync_pass_is_over (work->pass, error))
    return;
  if (work->why == NULL)
    greet (work->pass);
  flow_sync_pass_next (work->pass);
}

/* Says where it is, or that it could not be stored, which is not tried all the time. */
static void
offer (Work *work)
{
  if (work->why != NULL)
    g_message ("What differs from other devices cannot be offered to them: %s", work->why->message);
  start (work, offer_run, offer_done);
}

static void
stored_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncPass *self = data;
  gboolean refused = answer != NULL && !SOUP_STATUS_IS_SUCCESSFUL (answer->status);
  Work *work;

  if (refused ? flow_sync_pass_is_over (self, NULL) : !flow_sync_pass_is_well (self, answer, error))
    return;
  work = work_new (self, self->scope);
  work->why = refused ? flow_remote_read_error (answer) : NULL;
  offer (work);
}

static void
seal_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;

  if (g_bytes_get_size (work->repair) > 0)
    work->sealed = flow_sync_snapshot_seal (work->repair, work->keys, work->scope, work->device, work->now_ms,
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
      offer (g_steal_pointer (&work));
      return;
    }
  if (work->sealed == NULL)
    {
      flow_sync_pass_next (self);
      return;
    }
  path = g_strconcat ("/api/blobs/", self->blob, NULL);
  call.path = path;
  flow_remote_session_send (self->setup.session, &call, stored_cb, self);
}

static gboolean
write_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Work *work = data;

  g_clear_pointer (&work->repair, g_bytes_unref);
  work->repair = flow_sync_write_repair (sync, work->scope, error);
  memcpy (work->device, flow_sync_get_device (sync), FLOW_SYNC_DEVICE_SIZE);
  work->now_ms = flow_sync_get_now_ms (sync);
  return work->repair != NULL && (g_bytes_get_size (work->repair) == 0 || flow_sync_blob_mark (db, work->blob, error));
}

static void
write_done (gpointer data, const GError *error)
{
  g_autoptr (Work) work = data;

  if (!flow_sync_pass_is_over (work->pass, error))
    flow_sync_pass_start_thread (g_steal_pointer (&work), seal_thread, sealed_cb);
}

static void
write_repair (FlowSyncPass *self, FlowSyncPlan *plan)
{
  guint8 id[FLOW_SYNC_BLOB_DIGITS / 2];

  plan->mend = FALSE;
  flow_id_random (id, sizeof id);
  flow_id_to_hex (id, sizeof id, self->blob);
  g_strlcpy (self->scope, plan->scope, sizeof self->scope);
  start (work_new (self, plan->scope), write_run, write_done);
}

/**
 * flow_sync_pass_mend:
 * @self: a pass that has nothing else to do
 *
 * Say what holds here when it is time for that, and offer it where others have something else.
 *
 * Returns: %FALSE when there is nothing to be done about it
 */
gboolean
flow_sync_pass_mend (FlowSyncPass *self)
{
  GArray *scopes = self->setup.link->scopes;

  for (guint i = 0; i < scopes->len; i++)
    {
      FlowSyncPlan *plan = &g_array_index (scopes, FlowSyncPlan, i);

      if (plan->mend)
        {
          write_repair (self, plan);
          return TRUE;
        }
      if (!plan->tell || !flow_sync_pass_may_greet (self))
        continue;
      plan->tell = FALSE;
      self->greet = TRUE;
      flow_sync_pass_next (self);
      return TRUE;
    }
  if (!self->look)
    return FALSE;
  self->look = FALSE;
  start (work_new (self, ""), look_run, look_done);
  return TRUE;
}

static gboolean
skip_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Work *work = data;

  flow_sync_skip_repair (sync, work->scope, work->blob);
  return TRUE;
}

static void
skip_done (gpointer data, const GError *error)
{
  g_autoptr (Work) work = data;

  if (!flow_sync_pass_is_over (work->pass, error))
    flow_sync_pass_next (work->pass);
}

static void
skip (Work *work, const GError *why)
{
  if (why != NULL)
    g_message ("What another device has otherwise cannot be taken in: %s", why->message);
  start (work, skip_run, skip_done);
}

static gboolean
read_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  Work *work = data;

  work->applied = (FlowSyncApplied) { 0 };
  if (!flow_sync_read_repair (sync, work->scope, work->blob, work->repair, &work->applied, error))
    return FALSE;
  if (work->applied.made > 0)
    flow_sync_engine_made (work->pass->setup.engine);
  return TRUE;
}

static void
read_done (gpointer data, const GError *error)
{
  g_autoptr (Work) work = data;
  FlowSyncPass *self = work->pass;
  FlowSyncLink *link;
  gboolean bad = g_error_matches (error, FLOW_ERROR, FLOW_ERROR_CORRUPT);

  if (flow_sync_pass_is_over (self, bad ? NULL : error))
    return;
  if (bad)
    {
      skip (g_steal_pointer (&work), error);
      return;
    }
  link = self->setup.link;
  self->look = TRUE;
  flow_sync_pass_count (self, &work->applied, work->applied.records);
  if (work->applied.records > 0)
    {
      g_message ("%u records were repaired with what another device has", work->applied.records);
      link->repaired += work->applied.records;
      link->repaired_ns = flow_clock_wall_ns (self->setup.clock);
    }
  flow_sync_pass_next (self);
}

static void
open_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;

  work->repair = flow_sync_snapshot_open (work->sealed, work->keys, work->scope, &work->why);
  g_task_return_boolean (task, TRUE);
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Work) work = data;

  if (flow_sync_pass_is_over (work->pass, NULL))
    return;
  if (work->repair != NULL)
    start (g_steal_pointer (&work), read_run, read_done);
  else
    {
      const GError *why = work->why;

      skip (g_steal_pointer (&work), why);
    }
}

static void
fetched_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncPass *self = data;
  gboolean gone = answer != NULL && answer->status == SOUP_STATUS_NOT_FOUND;
  Work *work;

  /* What nobody needs any more is not offered any more. */
  if (gone ? flow_sync_pass_is_over (self, NULL) : !flow_sync_pass_is_well (self, answer, error))
    return;
  work = work_new (self, self->scope);
  if (gone)
    {
      skip (work, NULL);
      return;
    }
  work->sealed = g_bytes_ref (answer->body);
  flow_sync_pass_start_thread (work, open_thread, opened_cb);
}

/**
 * flow_sync_pass_read_repair:
 * @self: a pass
 *
 * Fetch what another device has that has something else, in the scope that is next.
 */
void
flow_sync_pass_read_repair (FlowSyncPass *self)
{
  FlowSyncPlan *plan = flow_sync_pass_get_plan (self);
  FlowRemoteCall call = { .method = SOUP_METHOD_GET, .max_answer = FLOW_SYNC_SNAPSHOT_MAX, .large = TRUE };
  g_autofree char *path = g_strconcat ("/api/blobs/", plan->repair, NULL);

  g_strlcpy (self->blob, plan->repair, sizeof self->blob);
  *plan->repair = '\0';
  call.path = path;
  flow_remote_session_send (self->setup.session, &call, fetched_cb, self);
}
