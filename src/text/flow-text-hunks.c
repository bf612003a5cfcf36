/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-hunks.h"

/* A run of changed elements, maybe empty, between two that stayed. */
typedef struct
{
  gsize start;
  gsize end;
} Run;

static gboolean
changed_at (const FlowTextSequence *self, gsize i)
{
  return i < self->n && self->changed[i];
}

static void
find_end (const FlowTextSequence *self, Run *run)
{
  while (changed_at (self, run->end))
    run->end++;
}

static gboolean
next_run (const FlowTextSequence *self, Run *run)
{
  if (run->end == self->n)
    return FALSE;
  run->start = run->end + 1;
  run->end = run->start;
  find_end (self, run);
  return TRUE;
}

static gboolean
previous_run (const FlowTextSequence *self, Run *run)
{
  if (run->start == 0)
    return FALSE;
  run->end = run->start - 1;
  run->start = run->end;
  while (run->start > 0 && self->changed[run->start - 1])
    run->start--;
  return TRUE;
}

/* Moves a run up by one when what stands before it is the same as its last; it may meet the run above. */
static gboolean
slide_up (FlowTextSequence *self, Run *run)
{
  if (run->start == 0 || self->ids[run->start - 1] != self->ids[run->end - 1])
    return FALSE;
  self->changed[--run->start] = 1;
  self->changed[--run->end] = 0;
  while (run->start > 0 && self->changed[run->start - 1])
    run->start--;
  return TRUE;
}

static gboolean
slide_down (FlowTextSequence *self, Run *run)
{
  if (run->end >= self->n || self->ids[run->start] != self->ids[run->end])
    return FALSE;
  self->changed[run->start++] = 0;
  self->changed[run->end++] = 1;
  find_end (self, run);
  return TRUE;
}

/* Slides up and down until it does not grow; says where it last stood beside a run of the other sequence. */
static gboolean
settle (FlowTextSequence *self, const FlowTextSequence *other, Run *run, Run *beside, gsize *matching)
{
  gsize size;
  gboolean found, can_move;

  do
    {
      size = run->end - run->start;
      while (slide_up (self, run))
        previous_run (other, beside);
      can_move = FALSE;
      found = beside->end > beside->start;
      *matching = run->end;
      while (slide_down (self, run))
        {
          can_move = TRUE;
          next_run (other, beside);
          if (beside->end == beside->start)
            continue;
          found = TRUE;
          *matching = run->end;
        }
    }
  while (size != run->end - run->start);
  return found && can_move;
}

/**
 * flow_text_hunks_compact:
 * @self: a sequence with its changes
 * @other: what it was compared with
 *
 * Move changes where they may as well stand: down as far as they go, so that it is always the same place, but beside a
 * change of the other sequence if there is one, so that they are one difference. Changes that touch become one.
 */
void
flow_text_hunks_compact (FlowTextSequence *self, const FlowTextSequence *other)
{
  Run run = { 0 }, beside = { 0 };

  find_end (self, &run);
  find_end (other, &beside);
  do
    {
      gsize matching;

      if (run.end == run.start || !settle (self, other, &run, &beside, &matching))
        continue;
      while (run.end > matching && slide_up (self, &run))
        previous_run (other, &beside);
    }
  while (next_run (self, &run) && next_run (other, &beside));
}

/**
 * flow_text_hunks_collect:
 * @a: a sequence with its changes
 * @b: what it was compared with, with its changes
 * @hunks: (element-type FlowTextHunk): where to append
 *
 * List the differences.
 */
void
flow_text_hunks_collect (const FlowTextSequence *a, const FlowTextSequence *b, GArray *hunks)
{
  gsize i = 0, j = 0;

  while (i < a->n || j < b->n)
    {
      FlowTextHunk hunk = { .a = i, .b = j };

      while (changed_at (a, i))
        i++;
      while (changed_at (b, j))
        j++;
      hunk.n_a = i - hunk.a;
      hunk.n_b = j - hunk.b;
      if (hunk.n_a > 0 || hunk.n_b > 0)
        g_array_append_val (hunks, hunk);
      while (i < a->n && j < b->n && !a->changed[i] && !b->changed[j])
        i++, j++;
    }
}
