/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub-sync"

#include <glib/gi18n-lib.h>

#include "base/flow-error.h"
#include "hub/sync/flow-sync-pass-private.h"
#include "message/flow-json-member.h"
#include "sync/flow-sync-batch-header.h"

/* Fetch operations of one scope, open them, and have them taken in. What was pushed goes the same way. */

#define DOWNLOAD_BYTES (1024 * 1024)
/* How often a pass says hello before what does not open is left to the next one. */
#define MAX_UNREAD_HELLOS 2
/* A batch is never cut, so an answer may be longer than was asked for. */
#define MAX_DOWNLOAD (DOWNLOAD_BYTES + 2 * FLOW_SYNC_BATCH_SINGLE_MAX)

/* @lowered: without what was skipped. */
static gboolean
write_vector (FlowSync *sync, const char *scope, gboolean lowered, GString *text, GError **error)
{
  g_autoptr (FlowSyncVector) vector = flow_sync_get_vector (sync, scope, error);
  FlowJsonWriter writer;

  if (vector == NULL || (lowered && !flow_sync_lower_vector (sync, scope, vector, error)))
    return FALSE;
  flow_json_writer_init (&writer, text);
  flow_sync_vector_write_json (vector, &writer);
  return TRUE;
}

/* (nullable): what the cloud has said that it has of what it was asked for. */
static const FlowSyncVector *
get_held (FlowSyncPass *self)
{
  const FlowSyncWelcomeScope *scope = NULL;

  if (self->fetching && self->welcome != NULL)
    scope = flow_sync_welcome_find (self->welcome, self->scope);
  return scope != NULL ? scope->vector : NULL;
}

static gboolean
take_one (FlowSyncPass *self, FlowSync *sync, FlowSyncParcel *parcel, GError **error)
{
  FlowSyncApplied applied = { 0 };

  if (parcel->unknown_key)
    {
      self->keyless++;
      return TRUE;
    }
  if (parcel->ops != NULL)
    {
      if (!flow_sync_apply (sync, parcel->ops, parcel->number, &applied, error))
        return FALSE;
    }
  else if (!flow_sync_apply_unreadable (sync, parcel->batch, parcel->error, get_held (self), &applied, error))
    return FALSE;
  if (applied.made > 0)
    flow_sync_engine_made (self->setup.engine);
  self->applied.ops += applied.ops;
  self->applied.asked += applied.asked;
  self->applied.decided += applied.decided;
  self->lacking += applied.outcome == FLOW_SYNC_GAP || applied.outcome == FLOW_SYNC_EARLY;
  self->ahead += applied.outcome == FLOW_SYNC_AHEAD;
  self->unread += applied.outcome == FLOW_SYNC_UNREAD;
  return TRUE;
}

static gboolean
take_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncPass *self = data;
  g_autoptr (GString) before = g_string_new (NULL);
  g_autoptr (GString) after = g_string_new (NULL);

  self->applied = (FlowSyncApplied) { 0 };
  self->lacking = self->ahead = self->unread = self->keyless = 0;
  if (!write_vector (sync, self->scope, TRUE, before, error) || !write_vector (sync, self->scope, FALSE, before, error))
    return FALSE;
  for (guint i = 0; i < self->parcels->len; i++)
    if (!take_one (self, sync, self->parcels->pdata[i], error))
      return FALSE;
  self->text = g_string_new (NULL);
  if (!write_vector (sync, self->scope, TRUE, after, error) || !write_vector (sync, self->scope, FALSE, after, error) ||
      !write_vector (sync, self->scope, FALSE, self->text, error))
    return FALSE;
  self->moved = !g_string_equal (after, before);
  return TRUE;
}

/* Batches that did not open. Those that do not authenticate are fetched once more; those whose key is not here wait for
   it, which every hello asks for. Whether others have to wait for them the next pass shows. */
static gboolean
meet_unread (FlowSyncPass *self)
{
  if (self->keyless > 0)
    g_message ("%u batches of other devices wait for a key that this device does not have", self->keyless);
  if (self->unread > 0)
    g_message ("%u batches of other devices do not open; they are fetched again", self->unread);
  if (self->unread > 0 && !self->fetching)
    flow_sync_link_download (self->setup.link, self->scope);
  else if (self->unread > 0 && self->hellos <= MAX_UNREAD_HELLOS)
    self->greet = TRUE;
  return self->keyless + self->unread > 0 && self->fetching;
}

/* Operations of a device whose clock is wrong wait until it has learned the time, or ours is right. */
static gboolean
meet_trouble (FlowSyncPass *self)
{
  FlowSyncPlan *plan = flow_sync_pass_get_plan (self);
  g_autoptr (GError) error = NULL;

  if (self->ahead > 0 && self->hellos <= 1)
    self->greet = TRUE;
  else if (self->ahead > 0 && plan != NULL)
    plan->download = FALSE;
  if (meet_unread (self) || self->lacking == 0)
    return FALSE;
  if (self->applied.ops == 0 && self->fetching)
    {
      error = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_BAD_ANSWER,
                                   _ ("The cloud does not send what came before the changes of another device"));
      flow_sync_pass_fail (self, error);
      return TRUE;
    }
  flow_sync_link_download (self->setup.link, self->scope);
  return FALSE;
}

static void
count_taken (FlowSyncPass *self)
{
  flow_sync_pass_count (self, &self->applied, self->applied.ops);
  for (guint i = 0; i < self->parcels->len; i++)
    {
      const FlowSyncParcel *parcel = self->parcels->pdata[i];

      if (parcel->ops != NULL)
        {
          self->totals.raw_bytes += flow_sync_ops_get_size (parcel->ops);
          if (!self->fetching)
            self->totals.bytes_down += g_bytes_get_size (parcel->batch);
          self->totals.sealed_bytes += g_bytes_get_size (parcel->batch);
        }
    }
}

static void
take_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncPass) self = data;
  FlowSyncPlan *plan;

  if (flow_sync_pass_is_over (self, error))
    return;
  count_taken (self);
  g_clear_pointer (&self->parcels, g_ptr_array_unref);
  if (self->applied.ops > 0)
    g_hash_table_insert (self->acks, g_strdup (self->scope), g_strdup (self->text->str));
  g_string_free (g_steal_pointer (&self->text), TRUE);
  plan = flow_sync_pass_get_plan (self);
  /* A cloud that says without end that there is more is not asked without end. */
  if (plan != NULL && self->fetching && !(self->more && self->moved))
    plan->download = FALSE;
  if (!meet_trouble (self))
    flow_sync_pass_next (self);
}

static gboolean
lacks_key (GPtrArray *parcels)
{
  for (guint i = 0; i < parcels->len; i++)
    if (((FlowSyncParcel *) parcels->pdata[i])->unknown_key)
      return TRUE;
  return FALSE;
}

static void open_parcels (FlowSyncPass *self);

static void
keys_cb (const GError *error, gpointer data)
{
  FlowSyncPass *self = data;

  if (!flow_sync_pass_is_over (self, error))
    open_parcels (self);
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (FlowSyncPass) self = data;
  g_autoptr (GPtrArray) parcels = flow_sync_parcels_open_finish (result, NULL);

  if (flow_sync_pass_is_over (self, NULL))
    return;
  /* Another device has made other keys since. */
  if (lacks_key (parcels) && !self->new_keys)
    {
      self->new_keys = TRUE;
      flow_sync_keyring_refresh (self->setup.keyring, keys_cb, self);
    }
  else
    flow_sync_pass_run (self, take_run, take_done);
}

static void
open_parcels (FlowSyncPass *self)
{
  flow_sync_parcels_open_async (self->parcels, flow_sync_keyring_get (self->setup.keyring), opened_cb,
                                flow_sync_pass_ref (self));
}

/* Those of a scope go into @parcels, the others stay. */
static void
take_scope (GPtrArray *pushed, const char *scope, GPtrArray *parcels)
{
  for (guint i = 0; i < pushed->len;)
    {
      const FlowSyncParcel *parcel = pushed->pdata[i];
      FlowSyncBatchHeader header;

      if (flow_sync_batch_header_parse (&header, g_bytes_get_data (parcel->batch, NULL),
                                        g_bytes_get_size (parcel->batch), NULL) &&
          g_str_equal (header.scope, scope))
        g_ptr_array_add (parcels, g_ptr_array_steal_index (pushed, i));
      else
        i++;
    }
}

/** flow_sync_pass_take: open what was pushed of the first scope, and have it taken in. */
void
flow_sync_pass_take (FlowSyncPass *self)
{
  const FlowSyncParcel *first = self->pushed->pdata[0];
  FlowSyncBatchHeader header;
  g_autoptr (GError) error = NULL;

  self->fetching = FALSE;
  if (!flow_sync_batch_header_parse (&header, g_bytes_get_data (first->batch, NULL), g_bytes_get_size (first->batch),
                                     &error))
    {
      flow_sync_pass_fail (self, error);
      return;
    }
  g_strlcpy (self->scope, header.scope, sizeof self->scope);
  self->parcels = g_ptr_array_new_with_free_func (flow_sync_parcel_free);
  take_scope (self->pushed, self->scope, self->parcels);
  if (self->pushed->len == 0)
    g_clear_pointer (&self->pushed, g_ptr_array_unref);
  open_parcels (self);
}

static void
take_download (FlowSyncPass *self, const FlowRemoteAnswer *answer)
{
  FlowSyncPlan *plan = flow_sync_pass_get_plan (self);
  g_autoptr (GError) error = NULL;

  self->more = answer->more;
  self->fetching = TRUE;
  self->parcels = flow_sync_parcels_split (answer->body, &error);
  if (flow_sync_pass_is_over (self, error))
    return;
  if (self->parcels->len > 0)
    {
      open_parcels (self);
      return;
    }
  g_clear_pointer (&self->parcels, g_ptr_array_unref);
  if (plan != NULL)
    plan->download = FALSE;
  flow_sync_pass_next (self);
}

/* Only the snapshot has it: fetch again is no error. */
static gboolean
is_full (const FlowRemoteAnswer *answer)
{
  g_autofree char *code = NULL;

  if (answer == NULL || answer->status != SOUP_STATUS_CONFLICT)
    return FALSE;
  code = flow_remote_read_code (answer);
  return g_strcmp0 (code, "full") == 0;
}

static void
downloaded_cb (const FlowRemoteAnswer *answer, const GError *error, gpointer data)
{
  FlowSyncPass *self = data;

  if (is_full (answer))
    {
      self->greet = TRUE;
      self->refetch = FALSE;
      flow_sync_pass_next (self);
    }
  else if (flow_sync_pass_is_well (self, answer, error))
    take_download (self, answer);
}

static GBytes *
write_download (FlowSyncPass *self)
{
  GString *text = g_string_new (NULL);
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_json_member_text (&writer, "device", self->setup.device, -1);
  flow_json_member_text (&writer, "scope", self->scope, -1);
  flow_json_writer_key (&writer, "vector");
  flow_json_writer_raw (&writer, self->text->str, (gssize) self->text->len);
  flow_json_member_int (&writer, "max_bytes", DOWNLOAD_BYTES);
  flow_json_writer_end_object (&writer);
  return g_string_free_to_bytes (text);
}

static gboolean
vector_run (FlowSync *sync, sqlite3 *db, gpointer data, GError **error)
{
  FlowSyncPass *self = data;

  self->text = g_string_new (NULL);
  return write_vector (sync, self->scope, self->refetch, self->text, error);
}

static void
vector_done (gpointer data, const GError *error)
{
  g_autoptr (FlowSyncPass) self = data;
  g_autoptr (GBytes) body = NULL;

  if (flow_sync_pass_is_over (self, error))
    return;
  body = write_download (self);
  g_string_free (g_steal_pointer (&self->text), TRUE);
  flow_sync_pass_post (self, "/api/sync/download", FLOW_REMOTE_JSON, body, MAX_DOWNLOAD, downloaded_cb);
}

/** flow_sync_pass_fetch: fetch what is missing of the scope that is next. */
void
flow_sync_pass_fetch (FlowSyncPass *self)
{
  flow_sync_pass_run (self, vector_run, vector_done);
}
