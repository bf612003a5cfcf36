/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sim-world.h"

#include "sync/flow-sync-batch.h"
#include "sync/flow-sync-mend.h"
#include "sync/flow-sync-snapshot.h"

/* What becomes of a request and its answer. */
typedef enum
{
  FATE_WELL,
  FATE_LOST,
  FATE_DEAF,
  FATE_TWICE,
} Fate;

/* No batch is worth protecting here; what the cloud sees of it is what counts. */
static const FlowSyncSeal seal = { .key = { 1, 2, 3 }, .key_id = { 4, 5, 6 }, .day = 20000, .zstd_level = 1 };

static Fate
draw (SimWorld *world, const SimNode *node, SimRandom *random)
{
  Fate fate = FATE_WELL;

  if (world->perfect)
    return FATE_WELL;
  if (sim_random_percent (random, world->script->noise))
    fate = (Fate) (1 + sim_random_below (random, 3));
  if (node->mute)
    return FATE_LOST;
  return node->deaf && fate != FATE_LOST ? FATE_DEAF : fate;
}

static gboolean
crashes (SimWorld *world, SimRandom *random)
{
  return !world->perfect && sim_random_percent (random, world->script->noise / 4);
}

/** sim_node_lose_link: the connection has ended; what there is to be done has to be asked for again. */
void
sim_node_lose_link (SimWorld *world, SimNode *node)
{
  if (node->linked)
    sim_cloud_disconnect (world->cloud, flow_sync_get_device (node->replica->engine), node->instance);
  node->linked = FALSE;
  g_array_set_size (node->plans, 0);
}

static gboolean
end (SimWorld *world, SimNode *node, SimRandom *random)
{
  if (sim_replica_end (node->replica, crashes (world, random)))
    return TRUE;
  sim_node_lose_link (world, node);
  return FALSE;
}

static FlowSyncPlan *
find_plan (SimNode *node, const char *scope)
{
  for (guint i = 0; i < node->plans->len; i++)
    if (g_str_equal (g_array_index (node->plans, FlowSyncPlan, i).scope, scope))
      return &g_array_index (node->plans, FlowSyncPlan, i);
  return NULL;
}

/** sim_batch_open: (transfer full): what is in a batch. */
FlowSyncOps *
sim_batch_open (const SimBatch *batch)
{
  g_autoptr (GError) error = NULL;
  FlowSyncOps *ops;
  gsize size;
  const guint8 *data;

  if (batch->ops != NULL)
    return flow_sync_ops_ref (batch->ops);
  data = g_bytes_get_data (batch->sealed, &size);
  ops = flow_sync_batch_open (data, size, seal.key, &error);
  g_assert_no_error (error);
  return ops;
}

/* Another one is connected as this device: it goes on as a new one. */
static void
become_new (SimWorld *world, SimNode *node, SimRandom *random)
{
  GError *error = NULL;

  sim_replica_begin (node->replica);
  flow_sync_become_new (node->replica->engine, &error);
  node->restored = TRUE;
  world->mishaps = TRUE;
  if (sim_world_check (world, error) && end (world, node, random))
    sim_cloud_sign_in (world->cloud, flow_sync_get_device (node->replica->engine));
}

static void
take_welcome (SimWorld *world, SimNode *node, const FlowSyncWelcome *welcome, SimRandom *random)
{
  FlowSync *engine = node->replica->engine;
  g_auto (FlowSyncPlans) plans = { 0 };
  GError *error = NULL;

  sim_replica_begin (node->replica);
  for (guint i = 0; error == NULL && welcome->others[i] != NULL; i++)
    flow_sync_add_scope (engine, welcome->others[i], &error);
  if (error == NULL)
    flow_sync_take_welcome (engine, welcome, &plans, &error);
  node->linked = TRUE;
  if (!sim_world_check (world, error) || !end (world, node, random))
    return;
  g_array_set_size (node->plans, 0);
  if (plans.plans->len > 0)
    g_array_append_vals (node->plans, plans.plans->data, plans.plans->len);
  node->acknowledge = TRUE;
  node->look = TRUE;
  node->restored |= plans.again;
  world->mishaps |= plans.again;
  if (plans.again || welcome->others[0] != NULL)
    node->linked = FALSE;
}

static gboolean
hello (SimWorld *world, SimNode *node, SimRandom *random)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (FlowSyncWelcome) welcome = NULL;
  Fate fate = draw (world, node, random);
  FlowJsonWriter writer;
  GError *error = NULL;

  flow_json_writer_init (&writer, text);
  sim_replica_begin (node->replica);
  flow_sync_write_hello (node->replica->engine, &writer, &error);
  if (!sim_world_check (world, error) || !end (world, node, random) || fate == FATE_LOST)
    return FALSE;
  welcome = sim_cloud_hello (world->cloud, text->str, node->instance);
  if (welcome == NULL)
    {
      node->gone = sim_cloud_is_removed (world->cloud, flow_sync_get_device (node->replica->engine));
      sim_cloud_sign_in (world->cloud, flow_sync_get_device (node->replica->engine));
      return !node->gone;
    }
  if (fate == FATE_DEAF)
    {
      sim_cloud_disconnect (world->cloud, flow_sync_get_device (node->replica->engine), node->instance);
      return FALSE;
    }
  if (welcome->device_state == FLOW_SYNC_DEVICE_CLONED)
    become_new (world, node, random);
  else
    take_welcome (world, node, welcome, random);
  return TRUE;
}

/* Takes a batch in; FALSE when the program ended meanwhile. */
static gboolean
take_one (SimWorld *world, SimNode *node, SimBatch *batch, SimRandom *random)
{
  g_autoptr (FlowSyncOps) ops = sim_batch_open (batch);
  FlowSyncPlan *plan = find_plan (node, batch->header.scope);
  FlowSyncApplied applied;
  GError *error = NULL;

  sim_replica_begin (node->replica);
  flow_sync_apply (node->replica->engine, ops, batch->number, &applied, &error);
  if (!sim_world_check (world, error) || !end (world, node, random))
    return FALSE;
  if (applied.outcome == FLOW_SYNC_REFUSED)
    sim_world_fail (world, "device %u refuses what device %02x did, %" G_GUINT64_FORMAT " and on",
                    (guint) (node - world->nodes), batch->header.dot.device[0], batch->header.dot.seq);
  if (plan != NULL && (applied.outcome == FLOW_SYNC_GAP || applied.outcome == FLOW_SYNC_EARLY))
    plan->download = TRUE;
  if (applied.outcome == FLOW_SYNC_AHEAD)
    sim_node_lose_link (world, node);
  node->acknowledge |= applied.ops > 0;
  return TRUE;
}

/** sim_node_take: take batches in, one after the other. */
void
sim_node_take (SimWorld *world, SimNode *node, SimBatch *const *batches, guint n, SimRandom *random)
{
  for (guint i = 0; i < n; i++)
    if (!take_one (world, node, batches[i], random))
      return;
}

static FlowSyncVector *
get_vector (SimWorld *world, SimNode *node, const char *scope)
{
  GError *error = NULL;
  FlowSyncVector *vector = flow_sync_get_vector (node->replica->engine, scope, &error);

  return sim_world_check (world, error) ? vector : flow_sync_vector_new ();
}

/* Some of what was asked for does not come, or not in its order, but later. */
static void
disturb (SimWorld *world, SimNode *node, GPtrArray *batches, FlowSyncPlan *plan, SimRandom *random)
{
  if (world->perfect || batches->len == 0 || !sim_random_percent (random, world->script->noise))
    return;
  plan->download = TRUE;
  for (guint i = batches->len - 1; i > 0; i--)
    {
      guint other = sim_random_below (random, i + 1);
      gpointer batch = batches->pdata[i];

      batches->pdata[i] = batches->pdata[other];
      batches->pdata[other] = batch;
    }
  g_ptr_array_set_size (batches, (int) (1 + sim_random_below (random, batches->len)));
}

static gboolean
download (SimWorld *world, SimNode *node, FlowSyncPlan *plan, SimRandom *random)
{
  g_autoptr (FlowSyncVector) vector = get_vector (world, node, plan->scope);
  g_autoptr (GPtrArray) batches = g_ptr_array_new ();
  Fate fate = draw (world, node, random);
  gboolean more = FALSE;

  if (fate == FATE_LOST || fate == FATE_DEAF)
    {
      sim_node_lose_link (world, node);
      return FALSE;
    }
  if (!sim_cloud_download (world->cloud, plan->scope, vector, 1 + sim_random_below (random, 8), batches, &more))
    {
      sim_node_lose_link (world, node);
      return TRUE;
    }
  plan->download = more;
  disturb (world, node, batches, plan, random);
  sim_node_take (world, node, (SimBatch *const *) batches->pdata, batches->len, random);
  return TRUE;
}

/* Tells all others who are connected; that may get lost. */
static void
push (SimWorld *world, SimNode *node, SimBatch *batch, SimRandom *random)
{
  for (guint i = 0; i < world->n; i++)
    {
      SimMessage message = { i, batch };

      if (&world->nodes[i] != node && world->nodes[i].linked && !sim_random_percent (random, world->script->noise))
        g_array_append_val (world->messages, message);
    }
}

static GBytes *
seal_ops (SimWorld *world, FlowSyncOps *ops, SimRandom *random)
{
  FlowSyncSeal with = seal;
  GError *error = NULL;
  GBytes *sealed;

  if (!world->script->sealed)
    return NULL;
  sim_random_fill (random, with.nonce, sizeof with.nonce);
  sealed = flow_sync_batch_seal (ops, &with, &error);
  g_assert_no_error (error);
  return sealed;
}

static SimVerdict
upload (SimWorld *world, SimNode *node, FlowSyncOps *ops, GPtrArray *accepted, guint64 *seq, SimRandom *random)
{
  g_autoptr (GBytes) sealed = seal_ops (world, ops, random);
  guint64 before = sim_cloud_get_archive (world->cloud)->len;
  SimVerdict verdict = sim_cloud_upload (world->cloud, ops, sealed, accepted, seq);
  GPtrArray *archive = sim_cloud_get_archive (world->cloud);

  if (archive->len > before)
    push (world, node, g_ptr_array_index (archive, archive->len - 1), random);
  return verdict;
}

static gboolean
accept (SimWorld *world, SimNode *node, FlowSyncOps *ops, GPtrArray *accepted, SimRandom *random)
{
  GError *error = NULL;

  sim_replica_begin (node->replica);
  for (guint i = 0; error == NULL && i < accepted->len; i++)
    {
      const SimBatch *batch = g_ptr_array_index (accepted, i);
      FlowSyncDot last = batch->header.dot;

      last.seq = MIN (flow_sync_batch_header_get_last (&batch->header), flow_sync_ops_get_last (ops));
      flow_sync_accept (node->replica->engine, batch->header.scope, &last, batch->number, &error);
    }
  return sim_world_check (world, error) && end (world, node, random);
}

static void
take_verdict (SimWorld *world, SimNode *node, FlowSyncOps *ops, SimVerdict verdict, guint64 seq, SimRandom *random)
{
  FlowSyncPlan *plan = find_plan (node, flow_sync_ops_get_scope (ops));

  if (verdict == SIM_ACCEPTED)
    plan->upload_after = flow_sync_ops_get_last (ops);
  else if (verdict == SIM_GAP && seq < flow_sync_ops_get_last (ops))
    plan->upload_after = seq;
  else
    sim_node_lose_link (world, node);
  node->gone = verdict == SIM_FORBIDDEN;
}

/* Sends one batch; FALSE when there was none, or the network broke. */
static gboolean
send_batch (SimWorld *world, SimNode *node, FlowSyncPlan *plan, SimRandom *random)
{
  g_autoptr (FlowSyncOps) ops = NULL;
  g_autoptr (GPtrArray) accepted = g_ptr_array_new ();
  Fate fate = draw (world, node, random);
  gsize max = sim_random_percent (random, 50) ? 0 : 1100 + sim_random_below (random, 2000);
  SimVerdict verdict;
  GError *error = NULL;
  guint64 seq = 0;

  flow_sync_collect (node->replica->engine, plan->scope, plan->upload_after, max, &ops, &error);
  if (!sim_world_check (world, error) || ops == NULL)
    return FALSE;
  if (fate == FATE_LOST)
    {
      sim_node_lose_link (world, node);
      return FALSE;
    }
  verdict = upload (world, node, ops, accepted, &seq, random);
  if (fate == FATE_TWICE)
    {
      g_ptr_array_set_size (accepted, 0);
      verdict = upload (world, node, ops, accepted, &seq, random);
    }
  if (fate == FATE_DEAF)
    {
      sim_node_lose_link (world, node);
      return FALSE;
    }
  if (!accept (world, node, ops, accepted, random))
    return FALSE;
  take_verdict (world, node, ops, verdict, seq, random);
  return TRUE;
}

static gboolean
acknowledge (SimWorld *world, SimNode *node, SimRandom *random)
{
  node->acknowledge = FALSE;
  if (draw (world, node, random) == FATE_LOST)
    return FALSE;
  for (guint i = 0; i < node->plans->len; i++)
    {
      const char *scope = g_array_index (node->plans, FlowSyncPlan, i).scope;
      g_autoptr (FlowSyncVector) vector = get_vector (world, node, scope);

      sim_cloud_ack (world->cloud, flow_sync_get_device (node->replica->engine), scope, vector);
    }
  return TRUE;
}

static gboolean
read_snapshot (SimWorld *world, SimNode *node, FlowSyncPlan *plan, SimRandom *random)
{
  GPtrArray *pages = sim_cloud_get_snapshot (world->cloud, plan->scope);
  FlowSyncApplied applied;
  GError *error = NULL;

  if (draw (world, node, random) != FATE_WELL)
    {
      sim_node_lose_link (world, node);
      return FALSE;
    }
  sim_replica_begin (node->replica);
  flow_sync_read_snapshot (node->replica->engine, plan->scope, g_ptr_array_index (pages, 0), &applied, &error);
  if (!sim_world_check (world, error) || !end (world, node, random))
    return FALSE;
  plan->snapshot = FALSE;
  world->figures.snapshots++;
  node->acknowledge = TRUE;
  return TRUE;
}

static void
write_snapshot (SimWorld *world, SimNode *node, const char *scope)
{
  g_autoptr (FlowSyncVector) vector = NULL;
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GBytes) bytes = NULL;
  GError *error = NULL;

  sim_replica_begin (node->replica);
  bytes = flow_sync_write_snapshot (node->replica->engine, scope, &vector, &error);
  sim_world_check (world, error);
  sim_replica_end (node->replica, FALSE);
  if (vector == NULL)
    return;
  g_ptr_array_add (pages, g_steal_pointer (&bytes));
  sim_cloud_take_snapshot (world->cloud, scope, vector, pages);
}

/* Only what a disk lost or spoilt differs; or what came from a device that was silent for so long that some have
   forgotten what it is about. */
static void
check_damaged (SimWorld *world, const SimNode *node, const FlowSyncPlan *plan)
{
  if (!world->damaged && !world->tidied)
    sim_world_fail (world, "device %u has something else in %s than others who know the same",
                    (guint) (node - world->nodes), plan->scope);
}

static gboolean
read_repair (SimWorld *world, SimNode *node, FlowSyncPlan *plan, SimRandom *random)
{
  GBytes *repair = sim_cloud_get_blob (world->cloud, plan->repair);
  g_autofree char *blob = g_strdup (plan->repair);
  FlowSyncApplied applied;
  GError *error = NULL;

  check_damaged (world, node, plan);
  *plan->repair = '\0';
  if (draw (world, node, random) != FATE_WELL)
    {
      sim_node_lose_link (world, node);
      return FALSE;
    }
  if (repair == NULL)
    {
      flow_sync_skip_repair (node->replica->engine, plan->scope, blob);
      return TRUE;
    }
  sim_replica_begin (node->replica);
  flow_sync_read_repair (node->replica->engine, plan->scope, blob, repair, &applied, &error);
  if (!sim_world_check (world, error) || !end (world, node, random))
    return FALSE;
  node->look = TRUE;
  world->figures.repairs++;
  return TRUE;
}

static gboolean
write_repair (SimWorld *world, SimNode *node, FlowSyncPlan *plan, SimRandom *random)
{
  g_autofree char *blob = g_strdup_printf ("%032x", ++world->blobs);
  g_autoptr (GBytes) repair = NULL;
  GError *error = NULL;

  check_damaged (world, node, plan);
  plan->mend = FALSE;
  sim_replica_begin (node->replica);
  repair = flow_sync_write_repair (node->replica->engine, plan->scope, &error);
  if (!sim_world_check (world, error) || !end (world, node, random))
    return FALSE;
  if (g_bytes_get_size (repair) == 0)
    return TRUE;
  if (draw (world, node, random) != FATE_WELL)
    {
      sim_node_lose_link (world, node);
      return FALSE;
    }
  sim_cloud_put_blob (world->cloud, blob, repair);
  flow_sync_offer_repair (node->replica->engine, plan->scope, blob);
  plan->tell = TRUE;
  return TRUE;
}

/* Says what holds when it is time for that. */
static gboolean
look (SimWorld *world, SimNode *node, SimRandom *random)
{
  g_autoptr (GPtrArray) digests = NULL;
  gboolean wanted = FALSE, fresh = FALSE;
  GError *error = NULL;

  node->look = FALSE;
  sim_replica_begin (node->replica);
  flow_sync_wants_digest (node->replica->engine, &wanted, &error);
  if (error == NULL && wanted)
    digests = sim_replica_make_digests (node->replica);
  if (digests != NULL)
    flow_sync_take_digests (node->replica->engine, digests, &fresh, &error);
  if (!sim_world_check (world, error) || !end (world, node, random))
    return FALSE;
  if (fresh)
    node->linked = FALSE;
  return fresh;
}

/* Compares what holds with others; FALSE when there is nothing to be done. */
static gboolean
mend (SimWorld *world, SimNode *node, SimRandom *random)
{
  for (guint i = 0; i < node->plans->len; i++)
    {
      FlowSyncPlan *plan = &g_array_index (node->plans, FlowSyncPlan, i);

      if (plan->mend)
        return write_repair (world, node, plan, random);
      if (!plan->tell)
        continue;
      node->linked = FALSE;
      return TRUE;
    }
  return node->look && look (world, node, random);
}

/** sim_node_tidy: forget what nobody needs any more. */
void
sim_node_tidy (SimWorld *world, SimNode *node)
{
  GError *error = NULL;

  sim_replica_begin (node->replica);
  flow_sync_tidy (node->replica->engine, &error);
  sim_world_check (world, error);
  sim_replica_end (node->replica, FALSE);
}

/** sim_node_compact: write snapshots of what is all here and there, and forget what nobody needs any more. */
void
sim_node_compact (SimWorld *world, SimNode *node)
{
  for (guint i = 0; node->linked && i < node->plans->len; i++)
    {
      const FlowSyncPlan *plan = &g_array_index (node->plans, FlowSyncPlan, i);

      if (!plan->download && !plan->snapshot)
        write_snapshot (world, node, plan->scope);
    }
  sim_node_tidy (world, node);
}

/* Does what is next; FALSE when there is nothing, or nothing goes. */
static gboolean
step (SimWorld *world, SimNode *node, SimRandom *random)
{
  if (!node->linked)
    return hello (world, node, random);
  for (guint i = 0; i < node->plans->len; i++)
    {
      FlowSyncPlan *plan = &g_array_index (node->plans, FlowSyncPlan, i);

      if (plan->snapshot)
        return read_snapshot (world, node, plan, random);
      if (plan->download)
        return download (world, node, plan, random);
      if (*plan->repair != '\0')
        return read_repair (world, node, plan, random);
    }
  for (guint i = 0; node->linked && i < node->plans->len; i++)
    if (send_batch (world, node, &g_array_index (node->plans, FlowSyncPlan, i), random))
      return TRUE;
  if (node->linked && node->acknowledge)
    return acknowledge (world, node, random);
  return node->linked && mend (world, node, random);
}

/** sim_node_pass: send and fetch, at most so many steps. */
void
sim_node_pass (SimWorld *world, SimNode *node, guint steps, SimRandom *random)
{
  while (steps-- > 0 && !node->gone && world->failure == NULL && step (world, node, random))
    continue;
}
