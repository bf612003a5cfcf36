/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-myers.h"

#include <math.h>
#include <string.h>

/*
 * Eugene W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), section 4b: the path is searched from
 * both ends at once, and each half again, so that it needs linear space. A search that has cost too much takes the
 * furthest point that it reached: the result is a difference all the same, only not the smallest.
 */

/* A search gives up no earlier. */
#define LEAST_COST 256

typedef struct
{
  const guint32 *a;
  const guint32 *b;
  guint8 *a_changed;
  guint8 *b_changed;
  gint32 *forward;  /* by diagonal x - y: the furthest x from the begin */
  gint32 *backward; /* and the least x from the end */
  gint32 max_cost;
  gint64 *budget;
} Search;

/* A rectangle of the edit graph: a from x0 to x1, b from y0 to y1. */
typedef struct
{
  gint32 x0, x1, y0, y1;
} Box;

typedef struct
{
  gint32 least, most;
} Range;

typedef struct
{
  gint32 x, y;
} Point;

/* Makes room for one more step on both sides, in the diagonals that the box has. */
static inline void
widen (gint32 *reached, Range *range, gint32 least, gint32 most, gint32 unreached)
{
  if (range->least > least)
    reached[--range->least - 1] = unreached;
  else
    ++range->least;
  if (range->most < most)
    reached[++range->most + 1] = unreached;
  else
    --range->most;
}

static gboolean
step_forward (const Search *self, const Box *box, const Range *range, const Range *met, Point *found)
{
  gint32 *reached = self->forward;

  for (gint32 d = range->most; d >= range->least; d -= 2)
    {
      gint32 x = reached[d - 1] >= reached[d + 1] ? reached[d - 1] + 1 : reached[d + 1];
      gint32 y = x - d;

      while (x < box->x1 && y < box->y1 && self->a[x] == self->b[y])
        x++, y++;
      reached[d] = x;
      if (met == NULL || d < met->least || d > met->most || self->backward[d] > x)
        continue;
      *found = (Point) { x, y };
      return TRUE;
    }
  return FALSE;
}

static gboolean
step_backward (const Search *self, const Box *box, const Range *range, const Range *met, Point *found)
{
  gint32 *reached = self->backward;

  for (gint32 d = range->most; d >= range->least; d -= 2)
    {
      gint32 x = reached[d - 1] < reached[d + 1] ? reached[d - 1] : reached[d + 1] - 1;
      gint32 y = x - d;

      while (x > box->x0 && y > box->y0 && self->a[x - 1] == self->b[y - 1])
        x--, y--;
      reached[d] = x;
      if (met == NULL || d < met->least || d > met->most || x > self->forward[d])
        continue;
      *found = (Point) { x, y };
      return TRUE;
    }
  return FALSE;
}

/* Where the search is given up: the furthest point of the side that came further. */
static Point
furthest (const Search *self, const Box *box, const Range *ahead, const Range *back)
{
  Point best = { box->x0, box->y0 }, best_back = { box->x1, box->y1 };

  for (gint32 d = ahead->most; d >= ahead->least; d -= 2)
    {
      gint32 x = MIN (self->forward[d], box->x1), y = x - d;

      if (y > box->y1)
        x = box->y1 + d, y = box->y1;
      if (x >= box->x0 && y >= box->y0 && x + y > best.x + best.y)
        best = (Point) { x, y };
    }
  for (gint32 d = back->most; d >= back->least; d -= 2)
    {
      gint32 x = MAX (self->backward[d], box->x0), y = x - d;

      if (y < box->y0)
        x = box->y0 + d, y = box->y0;
      if (x <= box->x1 && y <= box->y1 && x + y < best_back.x + best_back.y)
        best_back = (Point) { x, y };
    }
  return best.x + best.y - box->x0 - box->y0 >= box->x1 + box->y1 - best_back.x - best_back.y ? best : best_back;
}

/* Finds a point that the shortest path goes through. */
static Point
split (const Search *self, const Box *box)
{
  gint32 least = box->x0 - box->y1, most = box->x1 - box->y0;
  gint32 first = box->x0 - box->y0, last = box->x1 - box->y1;
  Range ahead = { first, first }, back = { last, last };
  gboolean odd = ((first - last) & 1) != 0;
  Point found;

  self->forward[first] = box->x0;
  self->backward[last] = box->x1;
  for (gint32 cost = 1;; cost++)
    {
      widen (self->forward, &ahead, least, most, -1);
      if (step_forward (self, box, &ahead, odd ? &back : NULL, &found))
        return found;
      widen (self->backward, &back, least, most, G_MAXINT32);
      if (step_backward (self, box, &back, odd ? NULL : &ahead, &found))
        return found;
      *self->budget -= ahead.most - ahead.least + back.most - back.least + 2;
      if (cost >= self->max_cost || *self->budget < 0)
        return furthest (self, box, &ahead, &back);
    }
}

static void
trim (const Search *self, Box *box)
{
  while (box->x0 < box->x1 && box->y0 < box->y1 && self->a[box->x0] == self->b[box->y0])
    box->x0++, box->y0++;
  while (box->x0 < box->x1 && box->y0 < box->y1 && self->a[box->x1 - 1] == self->b[box->y1 - 1])
    box->x1--, box->y1--;
}

static void
mark (const Search *self, const Box *box)
{
  memset (self->a_changed + box->x0, 1, (gsize) (box->x1 - box->x0));
  memset (self->b_changed + box->y0, 1, (gsize) (box->y1 - box->y0));
}

/* Each split halves the cost, so the recursion is not deep. */
static void
search (const Search *self, Box box)
{
  for (;;)
    {
      Point point;

      trim (self, &box);
      if (box.x0 == box.x1 || box.y0 == box.y1 || *self->budget < 0)
        {
          mark (self, &box);
          return;
        }
      point = split (self, &box);
      search (self, (Box) { box.x0, point.x, box.y0, point.y });
      box.x0 = point.x;
      box.y0 = point.y;
    }
}

/**
 * flow_text_myers:
 * @a: a sequence
 * @b: another one
 * @budget: steps that may be taken; what it took is taken off. When nothing is left the rest counts as changed
 *
 * Mark what is only in one of two sequences. What is not marked is the same in both, in the same order.
 */
void
flow_text_myers (FlowTextSequence *a, FlowTextSequence *b, gint64 *budget)
{
  gsize n_diagonals = a->n + b->n + 3;
  g_autofree gint32 *reached = g_new (gint32, 2 * n_diagonals);
  Search self = {
    .a = a->ids,
    .b = b->ids,
    .a_changed = a->changed,
    .b_changed = b->changed,
    .forward = reached + b->n + 1,
    .backward = reached + n_diagonals + b->n + 1,
    .max_cost = MAX (LEAST_COST, (gint32) sqrt ((double) n_diagonals)),
    .budget = budget,
  };

  search (&self, (Box) { 0, (gint32) a->n, 0, (gint32) b->n });
}

/* Leaves out what the other sequence does not have at all. */
static FlowTextSequence
filter (FlowTextSequence *all, const guint8 *in_other, guint32 **ids, guint32 **places)
{
  FlowTextSequence kept = { 0 };

  *ids = g_new (guint32, all->n + 1);
  *places = g_new (guint32, all->n + 1);
  for (gsize i = 0; i < all->n; i++)
    {
      if (!in_other[all->ids[i]])
        {
          all->changed[i] = 1;
          continue;
        }
      (*ids)[kept.n] = all->ids[i];
      (*places)[kept.n++] = (guint32) i;
    }
  kept.ids = *ids;
  kept.changed = g_malloc0 (kept.n + 1);
  return kept;
}

static void
copy_back (FlowTextSequence *all, const FlowTextSequence *kept, const guint32 *places)
{
  for (gsize i = 0; i < kept->n; i++)
    all->changed[places[i]] = kept->changed[i];
}

/**
 * flow_text_myers_interned:
 * @a: a sequence of small numbers
 * @b: another one
 * @n_ids: more than the greatest number
 * @budget: as for flow_text_myers()
 *
 * Do the same as flow_text_myers(), faster where much is in one of the sequences only.
 */
void
flow_text_myers_interned (FlowTextSequence *a, FlowTextSequence *b, guint32 n_ids, gint64 *budget)
{
  g_autofree guint8 *in_a = g_malloc0 (n_ids + 1);
  g_autofree guint8 *in_b = g_malloc0 (n_ids + 1);
  g_autofree guint32 *a_ids = NULL, *a_places = NULL, *b_ids = NULL, *b_places = NULL;
  FlowTextSequence a_kept, b_kept;

  for (gsize i = 0; i < a->n; i++)
    in_a[a->ids[i]] = 1;
  for (gsize i = 0; i < b->n; i++)
    in_b[b->ids[i]] = 1;
  a_kept = filter (a, in_b, &a_ids, &a_places);
  b_kept = filter (b, in_a, &b_ids, &b_places);
  flow_text_myers (&a_kept, &b_kept, budget);
  copy_back (a, &a_kept, a_places);
  copy_back (b, &b_kept, b_places);
  g_free (a_kept.changed);
  g_free (b_kept.changed);
}
