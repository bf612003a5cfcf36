/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "sim-world.h"

#include "store/flow-statement.h"

/* The first line in which two dumps differ. */
static gboolean
is_equal (SimWorld *self, const char *what, const GString *first, const GString *second)
{
  g_auto (GStrv) a = NULL;
  g_auto (GStrv) b = NULL;
  guint i = 0;

  if (g_string_equal (first, second))
    return TRUE;
  a = g_strsplit (first->str, "\n", -1);
  b = g_strsplit (second->str, "\n", -1);
  while (a[i] != NULL && b[i] != NULL && g_str_equal (a[i], b[i]))
    i++;
  sim_world_fail (self, "%s: %s and %s", what, a[i] != NULL ? a[i] : "nothing", b[i] != NULL ? b[i] : "nothing");
  return FALSE;
}

static GString *
dump (SimReplica *replica, gboolean old, gboolean cells)
{
  GString *text = g_string_new (NULL);

  if (cells)
    sim_replica_dump_cells (replica, text);
  sim_replica_dump_domain (replica, old, text);
  return text;
}

static SimNode *
find_live (SimWorld *self, gboolean old)
{
  for (guint i = 0; i < self->n; i++)
    if (!self->nodes[i].gone && self->nodes[i].replica->old == old)
      return &self->nodes[i];
  return NULL;
}

/* What all know is the same, and so is what they make of it. */
static void
check_equal (SimWorld *self)
{
  for (guint old = 0; old < 2; old++)
    {
      SimNode *first = find_live (self, old == 1);
      g_autoptr (GString) expected = first != NULL ? dump (first->replica, old == 1, TRUE) : NULL;

      for (guint i = 0; i < self->n; i++)
        {
          SimNode *node = &self->nodes[i];
          g_autoptr (GString) found = NULL;

          if (node == first || node->gone || node->replica->old != (old == 1))
            continue;
          found = dump (node->replica, old == 1, TRUE);
          if (!is_equal (self, "Two devices differ", found, expected))
            return;
        }
    }
}

/* A device that gets the newer version says what one says that always had it. */
static void
check_upgrade (SimWorld *self)
{
  SimNode *old = find_live (self, TRUE);
  SimNode *modern = find_live (self, FALSE);
  g_autoptr (GString) expected = NULL;
  g_autoptr (GString) found = NULL;

  if (old == NULL || modern == NULL)
    return;
  old->replica->old = FALSE;
  sim_replica_restart (old->replica);
  /* It can tell only by now that these are deleted. */
  if (self->tidied)
    sim_node_tidy (self, old);
  expected = dump (modern->replica, FALSE, TRUE);
  found = dump (old->replica, FALSE, TRUE);
  is_equal (self, "An updated device differs", found, expected);
}

static guint
count_live (SimWorld *self)
{
  guint n = 0;

  for (guint i = 0; i < self->n; i++)
    n += self->nodes[i].gone ? 0 : 1;
  return n;
}

/* What a disk loses comes back from others, and nothing else changes. */
static void
check_healing (SimWorld *self)
{
  guint index = sim_random_below (&self->random, self->n);
  GString *before[SIM_NODES_MAX] = { NULL };

  if (self->nodes[index].gone || count_live (self) < 2)
    return;
  for (guint i = 0; i < self->n; i++)
    before[i] = dump (self->nodes[i].replica, self->nodes[i].replica->old, TRUE);
  sim_world_damage (self, &self->nodes[index], TRUE, &self->random);
  sim_world_settle (self);
  for (guint i = 0; i < self->n; i++)
    {
      g_autoptr (GString) after = dump (self->nodes[i].replica, self->nodes[i].replica->old, TRUE);

      if (!self->nodes[i].gone)
        is_equal (self, "What was lost did not come back", after, before[i]);
      g_string_free (before[i], TRUE);
    }
}

static FlowSyncOutcome
apply (SimWorld *self, SimReplica *replica, const SimBatch *batch, FlowSyncApplied *applied)
{
  g_autoptr (FlowSyncOps) ops = sim_batch_open (batch);
  GError *error = NULL;

  sim_replica_begin (replica);
  flow_sync_apply (replica->engine, ops, batch->number, applied, &error);
  sim_replica_end (replica, FALSE);
  return sim_world_check (self, error) ? applied->outcome : FLOW_SYNC_REFUSED;
}

/* What comes once more changes nothing. */
static void
check_redelivery (SimWorld *self)
{
  GPtrArray *archive = sim_cloud_get_archive (self->cloud);
  SimNode *node = find_live (self, FALSE);
  g_autoptr (GString) before = node != NULL ? dump (node->replica, FALSE, TRUE) : NULL;
  g_autoptr (GString) after = NULL;

  if (node == NULL)
    return;
  for (guint i = 0; i < archive->len; i++)
    {
      FlowSyncApplied applied;

      if (apply (self, node->replica, g_ptr_array_index (archive, i), &applied) != FLOW_SYNC_KNOWN ||
          applied.made + applied.records > 0)
        sim_world_fail (self, "what came once more was taken once more");
    }
  after = dump (node->replica, FALSE, TRUE);
  is_equal (self, "What came once more changed something", after, before);
}

/* Who gets everything for the first time, in whatever order, has what the others have. */
static void
check_replay (SimWorld *self, SimReplica *spare)
{
  GPtrArray *archive = sim_cloud_get_archive (self->cloud);
  g_autoptr (GPtrArray) left = g_ptr_array_new ();
  SimNode *node = find_live (self, FALSE);
  g_autoptr (GString) expected = NULL;
  g_autoptr (GString) found = NULL;

  if (node == NULL)
    return;
  for (guint i = 0; i < archive->len; i++)
    g_ptr_array_add (left, archive->pdata[i]);
  sim_replica_reset (spare, "spare", FALSE, &self->now_ms, &self->random);
  sim_replica_turn_on (spare);
  for (guint tries = 0; left->len > 0 && tries < 100000 && self->failure == NULL; tries++)
    {
      guint index = sim_random_below (&self->random, MIN (left->len, 5));
      FlowSyncApplied applied;
      FlowSyncOutcome outcome = apply (self, spare, g_ptr_array_index (left, index), &applied);

      if (applied.made > 0)
        sim_world_fail (self, "who has written nothing has written something");
      if (outcome == FLOW_SYNC_TAKEN || outcome == FLOW_SYNC_KNOWN)
        g_ptr_array_remove_index (left, index);
    }
  if (left->len > 0)
    sim_world_fail (self, "what the cloud has does not fit together");
  expected = dump (node->replica, FALSE, !self->tidied);
  found = dump (spare, FALSE, !self->tidied);
  is_equal (self, "Who begins now differs", found, expected);
}

/* Conflicts are the same ones on all devices: each is counted once, as a question if it was one anywhere. */
static void
count_conflicts (SimWorld *self)
{
  g_autoptr (GHashTable) states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer asked;

  for (guint i = 0; i < self->n; i++)
    {
      g_autoptr (sqlite3_stmt) stmt = NULL;

      g_assert_true (flow_sql_prepare_text (self->nodes[i].replica->db,
                                            "SELECT hex (id), state <> 'auto' FROM sync_conflict", &stmt, NULL));
      while (sqlite3_step (stmt) == SQLITE_ROW)
        {
          char *id = g_strdup ((const char *) sqlite3_column_text (stmt, 0));
          gboolean asks = sqlite3_column_int (stmt, 1) || GPOINTER_TO_INT (g_hash_table_lookup (states, id));

          g_hash_table_insert (states, id, GINT_TO_POINTER (asks));
        }
    }
  g_hash_table_iter_init (&iter, states);
  while (g_hash_table_iter_next (&iter, NULL, &asked))
    {
      self->figures.asked += GPOINTER_TO_INT (asked) ? 1 : 0;
      self->figures.decided += GPOINTER_TO_INT (asked) ? 0 : 1;
    }
}

/**
 * sim_world_check_all:
 * @self: a world that has settled
 * @spare: a computer that can be used
 *
 * Check all that must be so in the end.
 */
void
sim_world_check_all (SimWorld *self, SimReplica *spare)
{
  count_conflicts (self);
  self->figures.batches = sim_cloud_get_archive (self->cloud)->len;
  check_equal (self);
  if (self->failure == NULL)
    sim_world_check_history (self);
  if (self->failure == NULL && self->script->seed % 5 == 0)
    check_healing (self);
  if (self->failure == NULL)
    check_upgrade (self);
  if (self->failure == NULL && self->script->seed % 3 == 0)
    check_redelivery (self);
  if (self->failure == NULL && self->script->seed % 3 == 1)
    check_replay (self, spare);
}
