/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trace/flow-trace-keys.h"

#include <gio/gio.h>

#include "trace/flow-trace-list-edit.h"

/* Keys against a plain sorted array, and announcements against a list that follows them. */

static int
compare (gconstpointer a, gconstpointer b)
{
  return flow_trace_key_compare (a, b);
}

static void
check (FlowTraceKeys *keys, GArray *model)
{
  g_array_sort (model, compare);
  g_assert_cmpuint (flow_trace_keys_get_length (keys), ==, model->len);
  for (guint i = 0; i < model->len; i++)
    {
      guint position;

      g_assert_cmpint (compare (flow_trace_keys_get (keys, i), &g_array_index (model, FlowTraceKey, i)), ==, 0);
      g_assert_true (flow_trace_keys_find (keys, &g_array_index (model, FlowTraceKey, i), &position));
      g_assert_cmpuint (position, ==, i);
    }
}

static FlowTraceKey
random_key (GRand *random, guint64 number)
{
  return (FlowTraceKey) { g_rand_int_range (random, -50, 50), number };
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  g_autoptr (FlowTraceKeys) keys = flow_trace_keys_new ();
  g_autoptr (GArray) model = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));

  for (guint round = 1; round <= 12000; round++)
    {
      guint position;

      if (model->len == 0 || g_rand_int_range (random, 0, 5) > 0)
        {
          FlowTraceKey key = random_key (random, round);

          g_assert_false (flow_trace_keys_find (keys, &key, &position));
          g_assert_cmpuint (flow_trace_keys_insert (keys, &key), ==, position);
          g_array_append_val (model, key);
        }
      else
        {
          guint victim = (guint) g_rand_int_range (random, 0, (gint32) model->len);

          g_assert_true (flow_trace_keys_find (keys, &g_array_index (model, FlowTraceKey, victim), &position));
          flow_trace_keys_remove (keys, position);
          g_array_remove_index_fast (model, victim);
        }
      if (round % 3000 == 0)
        check (keys, model);
    }
  while (model->len > 0)
    {
      flow_trace_keys_remove (keys, 0);
      g_array_remove_index (model, 0);
    }
  check (keys, model);
}

/* Growing at the top, as a list of the newest does, and at the end, as a scan does. */
static void
test_ends (void)
{
  g_autoptr (FlowTraceKeys) keys = flow_trace_keys_new ();
  g_autoptr (GArray) model = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));
  g_autoptr (GArray) piece = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));

  for (guint i = 0; i < 3000; i++)
    {
      FlowTraceKey below = { 5000 - (gint64) i, 5000 - i };

      g_array_append_val (piece, below);
    }
  flow_trace_keys_append (keys, (const FlowTraceKey *) (gpointer) piece->data, piece->len);
  g_array_append_vals (model, piece->data, piece->len);
  for (guint i = 1; i <= 3000; i++)
    {
      FlowTraceKey above = { 5000 + (gint64) i, 5000 + i };

      g_assert_cmpuint (flow_trace_keys_insert (keys, &above), ==, 0);
      g_array_append_val (model, above);
    }
  check (keys, model);
}

/* Chunks that are cut in other places: the same counted from both ends as one key after the other. */
static void
test_same (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (9);

  for (guint round = 0; round < 30; round++)
    {
      g_autoptr (FlowTraceKeys) one = flow_trace_keys_new ();
      g_autoptr (FlowTraceKeys) other = flow_trace_keys_new ();
      guint n = round * 300, changes = round % 4, head = 0, tail = 0, most;

      for (guint i = n; i > 0; i--)
        {
          FlowTraceKey key = { i, i };

          flow_trace_keys_append (one, &key, 1);
        }
      for (guint i = 1; i <= n; i++)
        flow_trace_keys_insert (other, &(FlowTraceKey) { i, i });
      for (guint i = 0; i < changes && n > changes; i++)
        flow_trace_keys_remove (other, (guint) g_rand_int_range (random, 0, (gint32) (n - changes)));
      most = MIN (n, flow_trace_keys_get_length (other));
      while (head < most && compare (flow_trace_keys_get (one, head), flow_trace_keys_get (other, head)) == 0)
        head++;
      while (tail < most && compare (flow_trace_keys_get (one, n - 1 - tail),
                                     flow_trace_keys_get (other, flow_trace_keys_get_length (other) - 1 - tail)) == 0)
        tail++;
      g_assert_cmpuint (flow_trace_keys_count_same (one, other, FALSE, G_MAXUINT), ==, head);
      g_assert_cmpuint (flow_trace_keys_count_same (other, one, TRUE, G_MAXUINT), ==, tail);
      g_assert_cmpuint (flow_trace_keys_count_same (one, other, TRUE, tail / 2), ==, tail / 2);
    }
}

static void
test_numbers (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (8);
  g_autoptr (FlowTraceKeys) keys = flow_trace_keys_new ();
  g_autoptr (GHashTable) found = NULL;
  guint64 wanted[] = { 3, 4000, 9999, 77 };

  for (guint64 number = 1; number <= 5000; number++)
    {
      FlowTraceKey key = random_key (random, number);

      flow_trace_keys_insert (keys, &key);
    }
  found = flow_trace_keys_find_numbers (keys, wanted, G_N_ELEMENTS (wanted));
  g_assert_cmpuint (g_hash_table_size (found), ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      const FlowTraceKey *key = g_hash_table_lookup (found, &wanted[i]);

      g_assert_true ((key != NULL) == (wanted[i] != 9999));
      if (key != NULL)
        g_assert_cmpuint (key->number, ==, wanted[i]);
    }
}

/* A model that is nothing but keys, and a list that knows them only from announcements. */
#define TEST_TYPE_LIST (test_list_get_type ())
G_DECLARE_FINAL_TYPE (TestList, test_list, TEST, LIST, GObject)

struct _TestList
{
  GObject parent_instance;

  FlowTraceKeys *keys;
  GArray *follower;
  guint announcements;
};

static GType
test_list_get_item_type (GListModel *model)
{
  return G_TYPE_OBJECT;
}

static guint
test_list_get_n_items (GListModel *model)
{
  return flow_trace_keys_get_length (TEST_LIST (model)->keys);
}

static gpointer
test_list_get_item (GListModel *model, guint position)
{
  return NULL;
}

static void
test_list_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = test_list_get_item_type;
  iface->get_n_items = test_list_get_n_items;
  iface->get_item = test_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestList, test_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, test_list_iface_init))

static void
test_list_finalize (GObject *object)
{
  TestList *self = TEST_LIST (object);

  flow_trace_keys_free (self->keys);
  g_array_unref (self->follower);

  G_OBJECT_CLASS (test_list_parent_class)->finalize (object);
}

static void
test_list_class_init (TestListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_list_finalize;
}

static void
test_list_init (TestList *self)
{
  self->keys = flow_trace_keys_new ();
  self->follower = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));
}

/* As a view does it: at each announcement the list is as long as was said, and only the part named is looked at. */
static void
follow_cb (TestList *self, guint position, guint removed, guint added)
{
  self->announcements++;
  g_assert_cmpuint (position + removed, <=, self->follower->len);
  g_array_remove_range (self->follower, position, removed);
  for (guint i = 0; i < added; i++)
    g_array_insert_vals (self->follower, position + i, flow_trace_keys_get (self->keys, position + i), 1);
  g_assert_cmpuint (self->follower->len, ==, flow_trace_keys_get_length (self->keys));
}

static void
check_followed (TestList *list)
{
  for (guint i = 0; i < list->follower->len; i++)
    g_assert_cmpint (compare (flow_trace_keys_get (list->keys, i), &g_array_index (list->follower, FlowTraceKey, i)),
                     ==, 0);
}

static TestList *
make_list (void)
{
  TestList *list = g_object_new (TEST_TYPE_LIST, NULL);

  g_signal_connect (list, "items-changed", G_CALLBACK (follow_cb), NULL);
  return list;
}

static void
random_edit (TestList *list, GRand *random, guint64 *next, guint size)
{
  g_autoptr (GArray) removals = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));
  g_autoptr (GArray) insertions = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));
  guint length = flow_trace_keys_get_length (list->keys);

  for (guint i = 0; i < size; i++)
    {
      FlowTraceKey key = random_key (random, ++*next);

      g_array_append_val (insertions, key);
      if (length > 0 && i % 2 == 0)
        g_array_append_val (removals,
                            *flow_trace_keys_get (list->keys, (guint) g_rand_int_range (random, 0, (gint32) length)));
    }
  flow_trace_list_edit (list->keys, G_LIST_MODEL (list), removals, insertions);
}

static void
test_edits (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (9);
  g_autoptr (TestList) list = make_list ();
  guint64 next = 0;

  for (guint round = 0; round < 200; round++)
    {
      random_edit (list, random, &next, (guint) g_rand_int_range (random, 0, round % 10 == 0 ? 300 : 8));
      check_followed (list);
    }
}

/* However many come on top at once, a view hears one thing. */
static void
test_top (void)
{
  g_autoptr (TestList) list = make_list ();
  g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));

  for (guint round = 0; round < 3; round++)
    {
      g_array_set_size (keys, 0);
      for (guint i = 0; i < 500; i++)
        {
          FlowTraceKey key = { round * 1000 + i, round * 1000 + i };

          g_array_append_val (keys, key);
        }
      list->announcements = 0;
      flow_trace_list_edit (list->keys, G_LIST_MODEL (list), none, keys);
      g_assert_cmpuint (list->announcements, ==, 1);
      check_followed (list);
    }
}

static void
test_replace (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (10);
  g_autoptr (TestList) list = make_list ();
  guint64 next = 0;

  random_edit (list, random, &next, 2000);
  for (guint round = 0; round < 50; round++)
    {
      g_autoptr (GArray) others = g_array_copy (list->follower);
      guint count = (guint) g_rand_int_range (random, 0, 4);

      for (guint i = 0; i < count && others->len > 0; i++)
        g_array_remove_index (others, (guint) g_rand_int_range (random, 0, (gint32) others->len));
      list->announcements = 0;
      flow_trace_list_replace (
          &list->keys, G_LIST_MODEL (list),
          flow_trace_keys_new_sorted ((const FlowTraceKey *) (gpointer) others->data, others->len));
      g_assert_cmpuint (list->announcements, ==, count > 0);
      check_followed (list);
    }
}

static void
test_pieces (void)
{
  g_autoptr (TestList) list = make_list ();
  g_autoptr (GArray) piece = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));

  for (guint64 number = 9000; number > 0; number--)
    {
      FlowTraceKey key = { (gint64) number, number };

      g_array_append_val (piece, key);
      /* Now and then something of the next piece came before it. */
      if (number % 1000 != 1)
        continue;
      flow_trace_list_append (list->keys, G_LIST_MODEL (list), piece);
      g_array_set_size (piece, 0);
      if (number > 1)
        {
          FlowTraceKey early = { (gint64) number - 500, number - 500 };
          g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));
          g_autoptr (GArray) one = g_array_new (FALSE, FALSE, sizeof (FlowTraceKey));

          g_array_append_val (one, early);
          flow_trace_list_edit (list->keys, G_LIST_MODEL (list), none, one);
        }
    }
  g_assert_cmpuint (list->follower->len, ==, 9000);
  check_followed (list);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/trace/keys/random", test_random);
  g_test_add_func ("/trace/keys/ends", test_ends);
  g_test_add_func ("/trace/keys/same", test_same);
  g_test_add_func ("/trace/keys/numbers", test_numbers);
  g_test_add_func ("/trace/keys/edits", test_edits);
  g_test_add_func ("/trace/keys/top", test_top);
  g_test_add_func ("/trace/keys/replace", test_replace);
  g_test_add_func ("/trace/keys/pieces", test_pieces);
  return g_test_run ();
}
