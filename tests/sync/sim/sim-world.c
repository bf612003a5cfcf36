/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sim-world.h"

#include "store/flow-statement.h"
#include "sync/flow-sync-conflicts.h"

/* 2026: no clock of the simulation is older than anything that a program may think of. */
#define BEGIN_MS G_GINT64_CONSTANT (1780000000000)

#define SECOND_MS G_GINT64_CONSTANT (1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

/* All is exchanged after so many rounds, or never. */
#define ROUNDS_MAX 24

static SimReplica *
get_replica (GPtrArray *pool, guint index)
{
  while (pool->len <= index)
    g_ptr_array_add (pool, sim_replica_new ());
  return g_ptr_array_index (pool, index);
}

static void
add_node (SimWorld *self, const char *machine, gboolean old)
{
  SimNode *node = &self->nodes[self->n];

  node->plans = g_array_new (FALSE, TRUE, sizeof (FlowSyncPlan));
  node->instance = self->n + 1;
  sim_replica_reset (node->replica, machine, old, &self->now_ms, &self->random);
  self->n++;
}

static void edit (SimWorld *self, SimNode *node, SimRandom *random);

/* People have notes already, everywhere, before two of them change one. */
static void
furnish (SimWorld *self)
{
  GError *error = NULL;

  sim_replica_begin (self->nodes[0].replica);
  for (guint i = 0; i < SIM_KEYS && error == NULL; i++)
    {
      SimEdit one = { 0, i, 7, 0 };

      sim_tables_edit (self->nodes[0].replica->tables, &one, &error);
    }
  if (error == NULL)
    flow_sync_capture (self->nodes[0].replica->engine, NULL, &error);
  sim_replica_end (self->nodes[0].replica, FALSE);
  sim_world_check (self, error);
  for (guint i = 0; i < self->n; i++)
    sim_node_pass (self, &self->nodes[i], 60, &self->random);
}

/* Whoever turns syncing on is known to the cloud from that moment on, whether it sends anything or not. */
static void
sign_in (SimWorld *self)
{
  self->perfect = TRUE;
  for (guint i = 0; i < self->n; i++)
    {
      sim_node_pass (self, &self->nodes[i], 2, &self->random);
      sim_node_lose_link (self, &self->nodes[i]);
    }
  self->perfect = FALSE;
}

/**
 * sim_world_new:
 * @script: what is to happen
 * @pool: (element-type SimReplica): computers that can be used
 *
 * Returns: (transfer full): a world before anything happened
 */
SimWorld *
sim_world_new (const SimScript *script, GPtrArray *pool)
{
  SimWorld *self = g_new0 (SimWorld, 1);

  self->script = script;
  self->random.state = script->seed + 77;
  self->now_ms = BEGIN_MS;
  self->cloud = sim_cloud_new ();
  self->messages = g_array_new (FALSE, FALSE, sizeof (SimMessage));
  sim_cloud_set_time (self->cloud, self->now_ms);
  for (guint i = 0; i < SIM_NODES_MAX; i++)
    self->nodes[i].replica = get_replica (pool, i);
  for (guint i = 0; i < script->n_nodes; i++)
    {
      char machine[16];

      g_snprintf (machine, sizeof machine, "machine %u", i);
      add_node (self, machine, !script->usual && sim_random_percent (&self->random, 15));
      for (guint n = script->usual ? 0 : sim_random_below (&self->random, 3); n > 0; n--)
        edit (self, &self->nodes[i], &self->random);
      sim_replica_turn_on (self->nodes[i].replica);
    }
  sign_in (self);
  if (script->usual)
    furnish (self);
  return self;
}

/** sim_world_free: end it. */
void
sim_world_free (SimWorld *self)
{
  for (guint i = 0; i < self->n; i++)
    g_array_unref (self->nodes[i].plans);
  g_array_unref (self->messages);
  sim_cloud_free (self->cloud);
  g_free (self->failure);
  g_free (self);
}

/** sim_world_fail: say what is wrong, when nothing was so far. */
void
sim_world_fail (SimWorld *self, const char *format, ...)
{
  va_list args;

  if (self->failure != NULL)
    return;
  va_start (args, format);
  self->failure = g_strdup_vprintf (format, args);
  va_end (args);
}

/** sim_world_check: whether there is no (transfer full) error. */
gboolean
sim_world_check (SimWorld *self, GError *error)
{
  if (error == NULL)
    return TRUE;
  sim_world_fail (self, "the engine says: %s", error->message);
  g_error_free (error);
  return FALSE;
}

static gboolean
end (SimWorld *self, SimNode *node, SimRandom *random)
{
  gboolean crash = self->failure != NULL || sim_random_percent (random, self->script->noise / 6);

  if (crash)
    sim_node_lose_link (self, node);
  return sim_replica_end (node->replica, crash);
}

/* Of 16 changes: what people and machines do to traces, settings and devices. Whoever is out to break something changes
   all alike. */
static guint
pick_what (SimWorld *self, SimRandom *random)
{
  static const guint usual[16] = { 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 5, 6 };

  return self->script->usual ? usual[sim_random_below (random, 16)] : sim_random_below (random, 1000);
}

static void
edit (SimWorld *self, SimNode *node, SimRandom *random)
{
  guint n = 1 + sim_random_below (random, 2);
  GError *error = NULL;
  guint made = 0;

  sim_replica_begin (node->replica);
  for (guint i = 0; i < n && error == NULL; i++)
    {
      SimEdit one = { !node->replica->old && sim_random_percent (random, 30), sim_random_below (random, SIM_KEYS),
                      pick_what (self, random), ++self->values * 7 + sim_random_below (random, 7) };

      sim_tables_edit (node->replica->tables, &one, &error);
    }
  if (error == NULL)
    flow_sync_capture (node->replica->engine, &made, &error);
  sim_world_check (self, error);
  if (end (self, node, random))
    self->figures.made += made;
}

static void
erase (SimWorld *self, SimNode *node, SimRandom *random)
{
  SimEdit one = { !node->replica->old && sim_random_percent (random, 50), sim_random_below (random, SIM_KEYS), 0, 0 };
  GError *error = NULL;

  sim_replica_begin (node->replica);
  if (sim_tables_delete (node->replica->tables, &one, &error))
    flow_sync_capture (node->replica->engine, NULL, &error);
  sim_world_check (self, error);
  end (self, node, random);
}

static void
push (SimWorld *self, SimRandom *random)
{
  guint index;
  SimMessage message;

  if (self->messages->len == 0)
    return;
  index = sim_random_below (random, self->messages->len);
  message = g_array_index (self->messages, SimMessage, index);
  if (!sim_random_percent (random, self->script->noise))
    g_array_remove_index (self->messages, index);
  if (!self->nodes[message.node].gone && !self->nodes[message.node].deaf)
    sim_node_take (self, &self->nodes[message.node], &message.batch, 1, random);
}

static void
let_pass (SimWorld *self, SimRandom *random)
{
  static const gint64 times[] = {
    SECOND_MS,   40 * SECOND_MS, MINUTE_MS, 20 * MINUTE_MS, HOUR_MS,
    5 * HOUR_MS, DAY_MS,         DAY_MS,    3 * DAY_MS,     100 * DAY_MS,
  };
  guint n = G_N_ELEMENTS (times) - (self->script->usual ? 2 : 0);

  self->now_ms += times[sim_random_below (random, n)];
}

static void
skew (SimNode *node, SimRandom *random)
{
  static const gint64 skews[] = { 0, HOUR_MS, -HOUR_MS, 70 * SECOND_MS, -30 * SECOND_MS, 50 * SECOND_MS, DAY_MS };

  node->replica->skew_ms = skews[sim_random_below (random, G_N_ELEMENTS (skews))];
}

static void
cut (SimWorld *self, SimNode *node, SimRandom *random)
{
  node->deaf = sim_random_percent (random, 40);
  node->mute = sim_random_percent (random, 40);
  if (node->deaf || node->mute)
    sim_node_lose_link (self, node);
}

/* Now and then the cloud does not hear that the connection has ended. */
static void
crash (SimWorld *self, SimNode *node, SimRandom *random)
{
  if (sim_random_percent (random, 90))
    sim_node_lose_link (self, node);
  node->linked = FALSE;
  node->instance += 100;
  sim_replica_restart (node->replica);
}

static void
restore (SimWorld *self, SimNode *node)
{
  if (!node->replica->has_backup)
    return;
  sim_node_lose_link (self, node);
  self->mishaps = TRUE;
  node->restored = TRUE;
  node->instance += 100;
  sim_replica_load (node->replica, node->replica);
}

static void
copy_disk (SimWorld *self, SimNode *node, SimRandom *random)
{
  SimNode *copy = &self->nodes[self->n];
  char machine[16];

  if (self->n == SIM_NODES_MAX || node->gone)
    return;
  g_strlcpy (machine, node->replica->machine, sizeof machine);
  if (sim_random_percent (random, 60))
    g_snprintf (machine, sizeof machine, "copy %u", self->n);
  self->mishaps = TRUE;
  node->restored = copy->restored = TRUE;
  add_node (self, machine, node->replica->old);
  sim_replica_load (copy->replica, node->replica);
}

/* One stays in any case. */
static void
dismiss (SimWorld *self, SimNode *node)
{
  const guint8 *device = flow_sync_get_device (node->replica->engine);
  guint left = 0;

  for (guint i = 0; i < self->n; i++)
    left += !self->nodes[i].gone &&
            memcmp (flow_sync_get_device (self->nodes[i].replica->engine), device, FLOW_SYNC_DEVICE_SIZE) != 0;
  if (left > 1)
    sim_cloud_remove (self->cloud, device);
}

static gboolean
find_conflict (SimNode *node, const char *where, SimRandom *random, guint8 *id)
{
  g_autofree char *text = g_strdup_printf ("SELECT id FROM sync_conflict WHERE kind <> 'schema_conflict' AND state %s",
                                           where);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (sqlite3_stmt) stmt = NULL;

  g_assert_true (flow_sql_prepare_text (node->replica->db, text, &stmt, NULL));
  while (sqlite3_step (stmt) == SQLITE_ROW)
    g_ptr_array_add (ids, g_memdup2 (sqlite3_column_blob (stmt, 0), FLOW_SYNC_CONFLICT_ID_SIZE));
  if (ids->len > 0)
    memcpy (id, ids->pdata[sim_random_below (random, ids->len)], FLOW_SYNC_CONFLICT_ID_SIZE);
  return ids->len > 0;
}

static void
decide (SimWorld *self, SimNode *node, SimRandom *random)
{
  guint8 id[FLOW_SYNC_CONFLICT_ID_SIZE];
  FlowSyncChoice choice = sim_random_percent (random, 50) ? FLOW_SYNC_CHOICE_MINE : FLOW_SYNC_CHOICE_THEIRS;
  gboolean deletion = sim_random_percent (random, 50);
  GError *error = NULL;

  if (!find_conflict (node, deletion ? "= 'open' AND field = ''" : "= 'open' AND field <> ''", random, id))
    return;
  sim_replica_begin (node->replica);
  if (deletion)
    choice = sim_random_percent (random, 50) ? FLOW_SYNC_CHOICE_KEEP_DELETED : FLOW_SYNC_CHOICE_RESTORE;
  flow_sync_conflict_resolve (node->replica->engine, id, NULL, choice, NULL, &error);
  sim_world_check (self, error);
  end (self, node, random);
}

static void
undo (SimWorld *self, SimNode *node, SimRandom *random)
{
  guint8 id[FLOW_SYNC_CONFLICT_ID_SIZE];
  GError *error = NULL;

  if (!find_conflict (node, "<> 'open'", random, id))
    return;
  sim_replica_begin (node->replica);
  flow_sync_conflict_restore (node->replica->engine, id, &error);
  sim_world_check (self, error);
  end (self, node, random);
}

static void
upgrade (SimWorld *self, SimNode *node)
{
  if (!node->replica->old)
    return;
  sim_node_lose_link (self, node);
  node->replica->old = FALSE;
  sim_replica_restart (node->replica);
}

/* What a device knows only grows, but when its database was set back. */
static void
check_growth (SimWorld *self, SimNode *node)
{
  static const char *const scopes[] = { FLOW_SYNC_SCOPE_ACCOUNT, SIM_SCOPE };

  for (guint i = 0; i < G_N_ELEMENTS (scopes); i++)
    {
      FlowSyncVector *vector = flow_sync_get_vector (node->replica->engine, scopes[i], NULL);
      const FlowSyncVector *before = g_hash_table_lookup (node->replica->vectors, scopes[i]);

      if (before != NULL && !node->restored && !flow_sync_vector_covers (vector, before))
        sim_world_fail (self, "a device knows less than before");
      g_hash_table_insert (node->replica->vectors, g_strdup (scopes[i]), vector);
    }
}

static void
pass (SimWorld *self, SimNode *node, SimRandom *random)
{
  sim_node_pass (self, node, self->script->usual ? 60 : 1 + sim_random_below (random, 12), random);
}

/**
 * sim_world_damage:
 * @self: a world
 * @node: whose disk
 * @loses: it loses something; else it may also say something else
 * @random: what
 *
 * Let a disk lose or spoil something while the program does not run.
 */
void
sim_world_damage (SimWorld *self, SimNode *node, gboolean loses, SimRandom *random)
{
  if (node->gone)
    return;
  self->damaged = TRUE;
  sim_node_lose_link (self, node);
  node->instance += 100;
  sim_replica_damage (node->replica, loses, random);
}

/**
 * sim_world_happen:
 * @self: a world
 * @event: what happens
 *
 * Let something happen.
 */
void
sim_world_happen (SimWorld *self, const SimEvent *event)
{
  SimNode *node = &self->nodes[event->node % self->n];
  SimRandom random = { event->seed };

  self->now_ms += 1 + sim_random_below (&random, 400);
  sim_cloud_set_time (self->cloud, self->now_ms);
  switch (event->kind)
    {
    case SIM_EDIT:
      edit (self, node, &random);
      break;
    case SIM_DELETE:
      erase (self, node, &random);
      break;
    case SIM_PASS:
      pass (self, node, &random);
      break;
    case SIM_PUSH:
      push (self, &random);
      break;
    case SIM_WAIT:
      let_pass (self, &random);
      break;
    case SIM_SKEW:
      skew (node, &random);
      break;
    case SIM_CUT:
      cut (self, node, &random);
      break;
    case SIM_CRASH:
      crash (self, node, &random);
      break;
    case SIM_SAVE:
      sim_replica_save (node->replica);
      break;
    case SIM_RESTORE:
      restore (self, node);
      break;
    case SIM_CLONE:
      copy_disk (self, node, &random);
      break;
    case SIM_REMOVE:
      dismiss (self, node);
      break;
    case SIM_DECIDE:
      decide (self, node, &random);
      break;
    case SIM_UNDO:
      undo (self, node, &random);
      break;
    case SIM_UPGRADE:
      upgrade (self, node);
      break;
    case SIM_RESOLUTION:
      flow_sync_set_resolution (node->replica->engine, (FlowSyncResolution) sim_random_below (&random, 4));
      break;
    case SIM_DAMAGE:
      /* One disk is bad: what two have lost nobody has. */
      sim_world_damage (self, &self->nodes[self->script->seed % self->script->n_nodes], FALSE, &random);
      break;
    case SIM_SNAPSHOT:
      self->tidied = TRUE;
      sim_node_compact (self, node);
      break;
    case SIM_N_KINDS:
      break;
    }
  check_growth (self, node);
}

/* Who knows the same has the same. */
static gboolean
is_healed (SimWorld *self)
{
  g_autoptr (GPtrArray) first = NULL;

  for (guint i = 0; i < self->n; i++)
    {
      g_autoptr (GPtrArray) digests = NULL;

      if (self->nodes[i].gone)
        continue;
      digests = sim_replica_make_digests (self->nodes[i].replica);
      for (guint j = 0; first != NULL && j < digests->len; j++)
        for (guint k = 0; k < first->len; k++)
          if (flow_sync_digest_is_comparable (digests->pdata[j], first->pdata[k]) &&
              flow_sync_digest_compare (digests->pdata[j], first->pdata[k], NULL) > 0)
            return FALSE;
      if (first == NULL)
        first = g_steal_pointer (&digests);
    }
  return TRUE;
}

static gboolean
is_settled (SimWorld *self)
{
  static const char *const scopes[] = { FLOW_SYNC_SCOPE_ACCOUNT, SIM_SCOPE };

  for (guint i = 0; i < self->n; i++)
    for (guint j = 0; !self->nodes[i].gone && j < G_N_ELEMENTS (scopes); j++)
      {
        g_autoptr (FlowSyncVector) here = flow_sync_get_vector (self->nodes[i].replica->engine, scopes[j], NULL);
        g_autoptr (FlowSyncVector) there = sim_cloud_get_vector (self->cloud, scopes[j]);

        if (!flow_sync_vector_equal (here, there))
          return FALSE;
      }
  return is_healed (self);
}

/* Once all know that all have everything, all can forget the same. */
static void
tidy_all (SimWorld *self)
{
  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < self->n; i++)
      {
        sim_node_lose_link (self, &self->nodes[i]);
        sim_node_pass (self, &self->nodes[i], 80, &self->random);
      }
  for (guint i = 0; i < self->n; i++)
    {
      SimNode *node = &self->nodes[i];

      if (node->gone)
        continue;
      sim_node_tidy (self, node);
      /* The last operation of each stream, and what somebody can still write on top of; unless one is waited for that
         goes by another name since. */
      if (self->mishaps)
        continue;
      if (sim_replica_ask (node->replica, "SELECT count (*) FROM sync_op") >
              sim_replica_ask (node->replica, "SELECT count (*) FROM sync_stream") ||
          sim_replica_ask (node->replica, "SELECT count (*) FROM sync_base b WHERE (SELECT count (*) FROM sync_cell c "
                                          "WHERE c.tbl = b.tbl AND c.key = b.key AND c.field = b.field AND "
                                          "c.item = b.item) < 2") > 0)
        sim_world_fail (self, "device %u keeps what nobody needs", i);
    }
}

/**
 * sim_world_settle:
 * @self: a world
 *
 * From here on nothing goes wrong: everybody exchanges all there is.
 */
void
sim_world_settle (SimWorld *self)
{
  guint round = 0;

  self->perfect = TRUE;
  g_array_set_size (self->messages, 0);
  for (guint i = 0; i < self->n; i++)
    {
      sim_node_lose_link (self, &self->nodes[i]);
      self->nodes[i].deaf = self->nodes[i].mute = FALSE;
    }
  do
    {
      /* What differs is found when it is time to look. */
      self->now_ms += self->damaged && round % 4 == 3 ? HOUR_MS : 100;
      sim_cloud_set_time (self->cloud, self->now_ms);
      for (guint i = 0; i < self->n; i++)
        {
          if (round > 0)
            sim_node_lose_link (self, &self->nodes[i]);
          sim_node_pass (self, &self->nodes[i], 80, &self->random);
        }
    }
  while (self->failure == NULL && ++round < ROUNDS_MAX && !is_settled (self));
  if (self->failure == NULL && self->tidied)
    tidy_all (self);
  if (round == ROUNDS_MAX)
    sim_world_fail (self, "the devices do not come to an end");
}
