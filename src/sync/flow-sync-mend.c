/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-mend.h"

#include "store/flow-statement.h"
#include "sync/flow-sync-private.h"

/*
 * Whether two devices that know the same have the same, and what is done when not. Each says a digest of what holds.
 * Who sees another one than its own, of the same vector, offers what it has as a blob, a repair; the other one reads it
 * and takes what it has not got. That is done both ways, and as nothing goes away by it, both have the same after it.
 */

/* What is known of a scope's digests; only in memory: a program that begins looks at what its database really has. */
struct _FlowSyncMending
{
  FlowSyncDigest *own;        /* (nullable): of what holds here */
  FlowSyncVector *last;       /* (nullable): of which vector the last one was */
  gint64 made_us;             /* when it was made, 0: never */
  gboolean again;             /* something was taken from a repair since */
  gboolean refused;           /* what is here could not be offered */
  gboolean unsaid;            /* no hello has said it */
  gboolean told;              /* the cloud has it */
  GPtrArray *peers;           /* Peer, of the last welcome */
  GPtrArray *joined;          /* char *, ids of repairs that were read */
  GPtrArray *tables;          /* const char *, interned: what differs */
  FlowSyncDifference differs; /* from whom, 0 tables: from nobody */
};

/* What another device said. */
typedef struct
{
  guint8 device[FLOW_SYNC_DEVICE_SIZE];
  FlowSyncDigest *digest;
} Peer;

static void
peer_free (gpointer data)
{
  flow_sync_digest_free (((Peer *) data)->digest);
  g_free (data);
}

/** flow_sync_mending_free: free it. */
void
flow_sync_mending_free (gpointer data)
{
  FlowSyncMending *self = data;

  g_clear_pointer (&self->own, flow_sync_digest_free);
  g_clear_pointer (&self->last, flow_sync_vector_free);
  g_ptr_array_unref (self->peers);
  g_ptr_array_unref (self->joined);
  g_ptr_array_unref (self->tables);
  g_free (self);
}

static FlowSyncMending *
get_mending (FlowSync *self, const char *scope)
{
  FlowSyncMending *mending = g_hash_table_lookup (self->mendings, scope);

  if (mending != NULL)
    return mending;
  mending = g_new0 (FlowSyncMending, 1);
  mending->peers = g_ptr_array_new_with_free_func (peer_free);
  mending->joined = g_ptr_array_new_with_free_func (g_free);
  mending->tables = g_ptr_array_new ();
  g_hash_table_insert (self->mendings, g_strdup (scope), mending);
  return mending;
}

/**
 * flow_sync_set_digest_key:
 * @self: an engine
 * @key: (nullable) (array fixed-size=32): the account's key for digests
 *
 * Say with which key digests are made; without one none are.
 */
void
flow_sync_set_digest_key (FlowSync *self, const guint8 *key)
{
  self->has_digest_key = key != NULL;
  if (key != NULL)
    memcpy (self->digest_key, key, sizeof self->digest_key);
}

/* What was skipped is missing here, and everybody knows it. */
static gboolean
has_skipped (FlowSync *self, const char *scope, gboolean *skipped, GError **error)
{
  g_autoptr (FlowSyncStep) stmt = flow_sync_stmt (self, FLOW_SYNC_STMT_QUARANTINE_SKIPPED, error);

  if (stmt == NULL)
    return FALSE;
  flow_sync_bind_text (stmt, 1, scope);
  return flow_sql_step_row (stmt, skipped, error);
}

/* Whether what is here is what others have who know the same. */
static gboolean
is_whole (FlowSync *self, const FlowSyncStream *own, gboolean *whole, GError **error)
{
  gboolean skipped;
  guint64 acked;

  if (!flow_sync_get_acked (self, own, &acked, error) || !has_skipped (self, own->scope, &skipped, error))
    return FALSE;
  *whole = acked >= own->dot.seq && !skipped && !self->recovering;
  return TRUE;
}

static gboolean
is_due (FlowSync *self, const FlowSyncMending *mending, const FlowSyncVector *here)
{
  gint64 now_us = flow_clock_monotonic_us (self->clock);

  if (mending->made_us == 0 || mending->again || now_us - mending->made_us >= FLOW_SYNC_DIGEST_MS * 1000)
    return TRUE;
  for (guint i = 0; i < mending->peers->len; i++)
    {
      const Peer *peer = g_ptr_array_index (mending->peers, i);

      if (flow_sync_vector_equal (peer->digest->vector, here))
        return TRUE;
    }
  return FALSE;
}

static gboolean
wants_scope (FlowSync *self, const FlowSyncStream *own, gboolean *wanted, GError **error)
{
  const FlowSyncMending *mending = get_mending (self, own->scope);
  g_autoptr (FlowSyncVector) here = flow_sync_get_vector (self, own->scope, error);

  if (here == NULL || !is_whole (self, own, wanted, error))
    return FALSE;
  *wanted = *wanted && (mending->own == NULL || !flow_sync_vector_equal (mending->own->vector, here)) &&
            flow_sync_vector_get_size (here) > 0 && is_due (self, mending, here);
  return TRUE;
}

/**
 * flow_sync_wants_digest:
 * @self: an engine that has nothing else to exchange
 * @wanted: (out): whether it is time for flow_sync_digest_make()
 * @error: return location
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_wants_digest (FlowSync *self, gboolean *wanted, GError **error)
{
  *wanted = FALSE;
  if (!flow_sync_load (self, error))
    return flow_sync_failed (self);
  for (guint i = 0; self->on && self->has_digest_key && !*wanted && i < self->streams->len; i++)
    {
      const FlowSyncStream *stream = g_ptr_array_index (self->streams, i);

      if (flow_sync_is_own (self, stream) && !wants_scope (self, stream, wanted, error))
        return FALSE;
    }
  return TRUE;
}

/* Who knows something else may have something else: what was read and offered is of no use any more. */
static void
replace_own (FlowSync *self, FlowSyncMending *mending, const FlowSyncDigest *digest)
{
  FlowSyncDigest *before = mending->own;

  if (mending->last != NULL && !flow_sync_vector_equal (mending->last, digest->vector))
    g_ptr_array_set_size (mending->joined, 0);
  g_clear_pointer (&mending->last, flow_sync_vector_free);
  mending->last = flow_sync_vector_copy (digest->vector);
  mending->own = flow_sync_digest_copy (digest);
  g_clear_pointer (&before, flow_sync_digest_free);
  mending->again = FALSE;
  mending->refused = FALSE;
  mending->unsaid = TRUE;
  mending->told = FALSE;
}

static gboolean
take_digest (FlowSync *self, const FlowSyncDigest *digest, gboolean *fresh, GError **error)
{
  const FlowSyncStream *own = flow_sync_find_stream (self, digest->scope, self->device, self->epoch);
  g_autoptr (FlowSyncVector) here = flow_sync_get_vector (self, digest->scope, error);
  FlowSyncMending *mending = get_mending (self, digest->scope);
  gboolean whole = FALSE;

  if (here == NULL || (own != NULL && !is_whole (self, own, &whole, error)))
    return FALSE;
  /* It is of a moment ago. */
  if (!whole || !flow_sync_vector_equal (here, digest->vector))
    return TRUE;
  if (mending->own != NULL && flow_sync_digest_is_comparable (mending->own, digest) &&
      flow_sync_digest_compare (mending->own, digest, NULL) == 0)
    return TRUE;
  replace_own (self, mending, digest);
  *fresh = TRUE;
  return TRUE;
}

/**
 * flow_sync_take_digests:
 * @self: an engine
 * @digests: (element-type FlowSyncDigest): what flow_sync_digest_make() gave
 * @fresh: (out): whether there is something to be said with hello
 * @error: return location
 *
 * Keep the digests, unless something changed meanwhile.
 *
 * Returns: %FALSE with the codes of flow_sql_error()
 */
gboolean
flow_sync_take_digests (FlowSync *self, GPtrArray *digests, gboolean *fresh, GError **error)
{
  GHashTableIter iter;
  gpointer mending;

  *fresh = FALSE;
  if (!flow_sync_load (self, error))
    return flow_sync_failed (self);
  for (guint i = 0; i < digests->len; i++)
    if (!take_digest (self, g_ptr_array_index (digests, i), fresh, error))
      return FALSE;
  /* Of which none could be made that is not tried all the time either. */
  g_hash_table_iter_init (&iter, self->mendings);
  while (g_hash_table_iter_next (&iter, NULL, &mending))
    ((FlowSyncMending *) mending)->made_us = MAX (flow_clock_monotonic_us (self->clock), 1);
  return TRUE;
}

/* (nullable): the digest of what holds here, unless it is of something else. */
static FlowSyncDigest *
find_own (FlowSyncMending *mending, const FlowSyncVector *here)
{
  return mending != NULL && mending->own != NULL && !mending->again &&
                 flow_sync_vector_equal (mending->own->vector, here)
             ? mending->own
             : NULL;
}

/**
 * flow_sync_write_digest:
 * @self: a loaded engine
 * @scope: a scope
 * @here: what is known of it
 * @json: inside of an object
 *
 * Write the member `digest`, when there is one that the cloud has not got.
 */
void
flow_sync_write_digest (FlowSync *self, const char *scope, const FlowSyncVector *here, FlowJsonWriter *json)
{
  FlowSyncMending *mending = g_hash_table_lookup (self->mendings, scope);
  const FlowSyncDigest *own = find_own (mending, here);

  if (own == NULL || mending->told)
    return;
  flow_json_writer_key (json, "digest");
  flow_sync_digest_write_json (own, json);
  mending->unsaid = FALSE;
}

static void
keep_peers (FlowSync *self, FlowSyncMending *mending, const FlowSyncWelcomeScope *scope)
{
  g_ptr_array_set_size (mending->peers, 0);
  mending->told = FALSE;
  for (guint i = 0; i < scope->live->len; i++)
    {
      const FlowSyncPeer *live = g_ptr_array_index (scope->live, i);
      Peer *peer;

      if (live->digest == NULL)
        continue;
      if (memcmp (live->device, self->device, FLOW_SYNC_DEVICE_SIZE) == 0)
        {
          mending->told = mending->own != NULL && flow_sync_digest_is_same (mending->own, live->digest);
          continue;
        }
      peer = g_new0 (Peer, 1);
      memcpy (peer->device, live->device, FLOW_SYNC_DEVICE_SIZE);
      peer->digest = flow_sync_digest_copy (live->digest);
      g_ptr_array_add (mending->peers, peer);
    }
}

static gboolean
was_joined (const FlowSyncMending *mending, const char *blob)
{
  return g_ptr_array_find_with_equal_func (mending->joined, blob, g_str_equal, NULL);
}

/* What differs, what there is to be read, and whether others who have the same offer it already. */
static void
compare_peers (FlowSyncMending *mending, FlowSyncPlan *plan, gboolean *offered)
{
  for (guint i = 0; i < mending->peers->len; i++)
    {
      const Peer *peer = g_ptr_array_index (mending->peers, i);
      const char *repair = peer->digest->repair;
      guint n = 0;

      if (!flow_sync_digest_is_comparable (mending->own, peer->digest))
        continue;
      n = flow_sync_digest_compare (mending->own, peer->digest, mending->tables);
      *offered = *offered || (n == 0 && *repair != '\0');
      if (n == 0)
        continue;
      if (n > mending->differs.tables)
        memcpy (mending->differs.device, peer->device, FLOW_SYNC_DEVICE_SIZE);
      mending->differs.tables = MAX (mending->differs.tables, n);
      if (*plan->repair == '\0' && *repair != '\0' && mending->joined->len < FLOW_SYNC_JOINS_MAX &&
          !was_joined (mending, repair))
        g_strlcpy (plan->repair, repair, sizeof plan->repair);
    }
}

static void
end_offer (FlowSyncMending *mending)
{
  if (*mending->own->repair == '\0')
    return;
  *mending->own->repair = '\0';
  mending->unsaid = TRUE;
  mending->told = FALSE;
}

/**
 * flow_sync_plan_mending:
 * @self: a loaded engine
 * @scope: what the cloud says about a scope
 * @here: what is known of it
 * @plan: gets what is to be done about it
 *
 * Compare what holds here with what holds on other devices that know the same.
 */
void
flow_sync_plan_mending (FlowSync *self, const FlowSyncWelcomeScope *scope, const FlowSyncVector *here,
                        FlowSyncPlan *plan)
{
  FlowSyncMending *mending = get_mending (self, scope->scope);
  gboolean offered = FALSE;

  keep_peers (self, mending, scope);
  mending->differs = (FlowSyncDifference) { 0 };
  g_ptr_array_set_size (mending->tables, 0);
  if (find_own (mending, here) == NULL)
    return;
  compare_peers (mending, plan, &offered);
  mending->differs.stuck = mending->differs.tables > 0 && mending->joined->len >= FLOW_SYNC_JOINS_MAX;
  if (mending->differs.tables == 0)
    end_offer (mending);
  else
    plan->mend = *mending->own->repair == '\0' && !offered && !mending->refused && !mending->differs.stuck &&
                 !plan->download;
  plan->tell = mending->unsaid;
}

/**
 * flow_sync_offer_repair:
 * @self: an engine
 * @scope: a scope
 * @blob: (nullable): the blob that has what flow_sync_write_repair() wrote; %NULL: it could not be stored, which is not
 *   tried again while what is known stays the same
 *
 * Have the next hello say where others find what holds here.
 */
void
flow_sync_offer_repair (FlowSync *self, const char *scope, const char *blob)
{
  FlowSyncMending *mending = get_mending (self, scope);

  mending->refused = blob == NULL;
  if (mending->own == NULL || blob == NULL)
    return;
  g_strlcpy (mending->own->repair, blob, sizeof mending->own->repair);
  mending->unsaid = TRUE;
  mending->told = FALSE;
}

/**
 * flow_sync_skip_repair:
 * @self: an engine
 * @scope: a scope
 * @blob: the id of a repair
 *
 * Do not try to read it again: it was read, or cannot be.
 */
void
flow_sync_skip_repair (FlowSync *self, const char *scope, const char *blob)
{
  FlowSyncMending *mending = get_mending (self, scope);

  if (!was_joined (mending, blob))
    g_ptr_array_add (mending->joined, g_strdup (blob));
}

/**
 * flow_sync_note_joined:
 * @self: an engine
 * @scope: a scope
 * @blob: the id of the repair that was read
 *
 * What holds has to be looked at again.
 */
void
flow_sync_note_joined (FlowSync *self, const char *scope, const char *blob)
{
  FlowSyncMending *mending = get_mending (self, scope);

  flow_sync_skip_repair (self, scope, blob);
  g_clear_pointer (&mending->own, flow_sync_digest_free);
  mending->again = TRUE;
}

/**
 * flow_sync_list_differing:
 * @self: an engine
 * @scope: a scope
 * @here: what is known of it
 *
 * Returns: (transfer none) (nullable) (element-type utf8): names of tables of which other devices that know as much
 *   have something else; %NULL when that is not known any more
 */
GPtrArray *
flow_sync_list_differing (FlowSync *self, const char *scope, const FlowSyncVector *here)
{
  FlowSyncMending *mending = get_mending (self, scope);

  return find_own (mending, here) != NULL ? mending->tables : NULL;
}

/**
 * flow_sync_get_difference:
 * @self: an engine
 * @difference: (out): what differs most
 */
void
flow_sync_get_difference (FlowSync *self, FlowSyncDifference *difference)
{
  GHashTableIter iter;
  gpointer value;

  *difference = (FlowSyncDifference) { 0 };
  g_hash_table_iter_init (&iter, self->mendings);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const FlowSyncMending *mending = value;

      if (mending->differs.tables == 0)
        continue;
      memcpy (difference->device, mending->differs.device, FLOW_SYNC_DEVICE_SIZE);
      difference->tables += mending->differs.tables;
      difference->stuck |= mending->differs.stuck;
    }
}
