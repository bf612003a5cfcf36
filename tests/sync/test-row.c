/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a record becomes follows from the set of its writes: not from their order, nor from how often they came. */

#include "sync-test.h"

#include "sync-test-tables.h"
#include "sync/flow-sync-policy.h"

#define DEVICES 3
#define WRITES 14
#define HISTORIES 1500

/* One write with all that its device said about it. */
typedef struct
{
  FlowSyncStream *stream;
  guint64 seq;
  guint64 hlc;
  guint flags;
  guint64 number;
  FlowSyncContext *context;
  FlowSyncWrite write;
} Made;

typedef struct
{
  TestReplica replica;
  FlowSyncTable item;
  FlowSyncTable fact;
  FlowSyncStream streams[DEVICES];
  guint64 known[DEVICES][DEVICES]; /* of whom each device knows how much */
  Made made[WRITES];
  guint n;
} History;

static FlowSyncContext *
make_context (History *self, guint device)
{
  FlowSyncContextEntry entries[DEVICES];
  guint n = 0;

  for (guint i = 0; i < DEVICES; i++)
    if (i != device && self->known[device][i] > 0)
      entries[n++] = (FlowSyncContextEntry) { self->streams[i].id, self->known[device][i] };
  return flow_sync_context_new (entries, n);
}

static FlowSyncWrite
make_write (void)
{
  static const char *const places[][2] = { { "", "" },        { "title", "" },   { "note", "" },
                                           { "tags", "one" }, { "tags", "two" }, { "outcome", "" } };
  static const char *const status[] = { "open", "success", "error" };
  guint place = (guint) g_test_rand_int_range (0, G_N_ELEMENTS (places));
  guint choice = (guint) g_test_rand_int_range (0, 3);
  const char *name = "status";
  g_autofree char *text = g_strdup_printf ("text %u", choice);
  GBytes *value;

  if (place == 0)
    value = flow_sync_value_new_int (choice == 0 ? 1 : 0);
  else if (place == 3 || place == 4)
    value = choice == 0 ? flow_sync_value_new_null () : flow_sync_value_new_int (1);
  else if (place == 5)
    {
      g_autoptr (GBytes) member = flow_sync_value_new_text (status[choice], -1);

      value = flow_sync_value_new_group (&name, &member, 1);
    }
  else
    value = flow_sync_value_new_text (text, -1);
  return (FlowSyncWrite) { g_strdup (places[place][0]), g_strdup (places[place][1]), value };
}

/* A device hears of everything that another one knows. */
static void
meet (History *self, guint a, guint b)
{
  for (guint i = 0; i < DEVICES; i++)
    self->known[a][i] = MAX (self->known[a][i], self->known[b][i]);
}

static void
make_history (History *self, gboolean rules)
{
  memset (self, 0, sizeof *self);
  test_tables_init (&self->item, &self->fact, &self->replica);
  if (g_test_rand_bit ())
    self->item.deletion = FLOW_SYNC_MACHINE;
  for (guint i = 0; i < DEVICES; i++)
    {
      self->streams[i].id = i + 1;
      self->streams[i].dot.device[0] = (guint8) (DEVICES - i);
    }
  while (self->n < WRITES)
    {
      guint device = (guint) g_test_rand_int_range (0, DEVICES);
      Made *made = &self->made[self->n];

      if (g_test_rand_bit ())
        {
          meet (self, device, (guint) g_test_rand_int_range (0, DEVICES));
          continue;
        }
      made->stream = &self->streams[device];
      made->seq = ++self->known[device][device];
      made->hlc = (guint64) g_test_rand_int_range (1, 6);
      made->flags = rules && g_test_rand_int_range (0, 5) == 0 ? FLOW_SYNC_OP_AUTO : 0;
      made->number = (guint64) g_test_rand_int_range (1, 100) * 16 + self->n;
      made->context = make_context (self, device);
      made->write = make_write ();
      self->n++;
    }
}

static void
clear_history (History *self)
{
  for (guint i = 0; i < self->n; i++)
    {
      flow_sync_context_unref (self->made[i].context);
      g_free (self->made[i].write.field);
      g_free (self->made[i].write.item);
      g_bytes_unref (self->made[i].write.value);
    }
}

static void
merge (FlowSyncRow *row, const Made *made)
{
  flow_sync_row_merge (row, made->stream, made->seq, made->hlc, made->flags, made->context, &made->write);
}

static FlowSyncRow *
make_row (History *self)
{
  g_autoptr (GBytes) key = g_bytes_new_static ("k", 1);

  return flow_sync_row_new (&self->item, "item", key);
}

/* (transfer full): the writes that hold, which of them each place has, and whether the record is there. */
static char *
describe (History *self, FlowSyncRow *row)
{
  GString *out = g_string_new (flow_sync_row_is_alive (row) ? "alive " : "gone ");
  FlowSyncPlace place = { NULL, 0 };

  while (flow_sync_row_next_place (row, &place))
    {
      for (guint i = 0; i < place.n; i++)
        {
          for (guint j = 0; j < self->n; j++)
            if (self->made[j].stream == place.cells[i]->stream && self->made[j].seq == place.cells[i]->seq)
              place.cells[i]->number = self->made[j].number;
          g_string_append_printf (out, "%s.%s:%d/%d ", place.cells[i]->field, place.cells[i]->item,
                                  (int) place.cells[i]->stream->id, (int) place.cells[i]->seq);
        }
      g_string_append_printf (out, "=%d/%d ", (int) flow_sync_policy_pick (&self->item, &place)->stream->id,
                              (int) flow_sync_policy_pick (&self->item, &place)->seq);
    }
  return g_string_free (out, FALSE);
}

static void
shuffle (guint *order, guint n)
{
  for (guint i = 0; i < n; i++)
    order[i] = i;
  for (guint i = n; i-- > 1;)
    {
      guint other = (guint) g_test_rand_int_range (0, (int) i + 1);
      guint kept = order[i];

      order[i] = order[other];
      order[other] = kept;
    }
}

static gboolean
is_known (const guint64 *known, const Made *made)
{
  for (guint i = 0; i < DEVICES; i++)
    if (known[i] < flow_sync_context_get (made->context, i + 1))
      return FALSE;
  return known[made->stream->id - 1] + 1 == made->seq;
}

/* In some order in which nothing comes before what its device knew; some of it twice. */
static char *
replay (History *self)
{
  g_autoptr (FlowSyncRow) row = make_row (self);
  guint64 known[DEVICES] = { 0 };
  guint order[WRITES];

  for (guint done = 0; done < self->n;)
    {
      shuffle (order, self->n);
      for (guint i = 0; i < self->n; i++)
        {
          const Made *made = &self->made[order[i]];

          if (!is_known (known, made))
            continue;
          merge (row, made);
          if (g_test_rand_bit ())
            merge (row, made);
          known[made->stream->id - 1]++;
          done++;
        }
    }
  return describe (self, row);
}

/* In any order at all, as what was in quarantine comes. */
static char *
replay_late (History *self)
{
  g_autoptr (FlowSyncRow) row = make_row (self);
  guint order[WRITES];

  row->late = TRUE;
  shuffle (order, self->n);
  for (guint i = 0; i < self->n; i++)
    merge (row, &self->made[order[i]]);
  return describe (self, row);
}

static void
test_order_does_not_matter (void)
{
  for (guint i = 0; i < HISTORIES; i++)
    {
      History history;
      g_autofree char *first = NULL;

      make_history (&history, TRUE);
      first = replay (&history);
      for (guint j = 0; j < 6; j++)
        {
          g_autofree char *other = replay (&history);

          g_assert_cmpstr (other, ==, first);
        }
      clear_history (&history);
    }
}

/* But for what rules wrote: after it nobody can see whether a person had made a deleted record again. */
static void
test_late_does_not_matter (void)
{
  for (guint i = 0; i < HISTORIES; i++)
    {
      History history;
      g_autofree char *first = NULL;

      make_history (&history, FALSE);
      first = replay (&history);
      for (guint j = 0; j < 6; j++)
        {
          g_autofree char *other = replay_late (&history);

          g_assert_cmpstr (other, ==, first);
        }
      clear_history (&history);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sync/row/order-does-not-matter", test_order_does_not_matter);
  g_test_add_func ("/sync/row/late-does-not-matter", test_late_does_not_matter);
  return g_test_run ();
}
