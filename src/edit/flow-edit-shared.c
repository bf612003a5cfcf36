/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-private.h"

#include <string.h>

#include "text/flow-text-diff.h"

/*
 * The ends hear of a change before it is kept. When the hub is killed in between, who made it brings it back, and so
 * does everyone who had heard of it: who comes second has it, and so has our text, and the text that was kept has it
 * not. Then what both have beyond that is the base of what they have made since, and is not taken twice.
 */

/* How many changes since the last text that was kept are looked at, which those make who came back earlier. */
#define MAX_STEPS 64
/* Two texts that are longer together are compared at one place only. */
#define LONG (64 * 1024)

/* Whether something was put into a text at one place only, or nowhere. */
static gboolean
is_put_in (FlowText *part, FlowText *text)
{
  const char *a = flow_text_get_data (part);
  const char *b = flow_text_get_data (text);
  gsize n = flow_text_get_size (part);
  gsize m = flow_text_get_size (text);
  gsize first = 0;
  gsize last = 0;

  if (n > m)
    return FALSE;
  while (first < n && a[first] == b[first])
    first++;
  while (last < n - first && a[n - last - 1] == b[m - last - 1])
    last++;
  return first + last == n;
}

/* Whether a text has all of another one, in the same order. */
static gboolean
has_all_of (FlowText *text, FlowText *part)
{
  g_autoptr (FlowTextOperation) operation = NULL;

  if (is_put_in (part, text))
    return TRUE;
  if (flow_text_get_size (text) + flow_text_get_size (part) > LONG)
    return FALSE;
  operation = flow_text_diff (part, text);
  return flow_text_operation_get_n_deleted (operation) == 0;
}

static gboolean
leads_to (FlowTextOperation *operation, FlowText *from, FlowText *to)
{
  g_autoptr (FlowText) after = NULL;

  if (operation != NULL && flow_text_operation_fits (operation, from))
    after = flow_text_operation_apply (operation, from, NULL);
  return after != NULL && flow_text_equal (after, to);
}

/* What an end had when it came back. */
typedef struct
{
  FlowText *kept;               /* the last that was kept of what it had */
  FlowText *mine;               /* (nullable): that with its operation which was under way */
  FlowText *text;               /* what it has */
  FlowTextOperation *operation; /* (nullable): which was under way, against what it had heard of */
} Return;

/* Whether the end had a text that ours was. What others took out is in none of its texts, and says nothing; but what
 * the first change took out it has not either, if it had heard of that. */
static gboolean
had_step (const Return *self, FlowText *step, gboolean only_more, gboolean is_first)
{
  if ((self->mine != NULL && flow_text_equal (step, self->mine)) || flow_text_equal (step, self->text) ||
      leads_to (self->operation, step, self->text))
    return TRUE;
  return (only_more || (is_first && !has_all_of (self->text, self->kept))) && has_all_of (self->text, step);
}

/* Returns: (transfer full) (nullable): the last text of ours since the one that was kept that the end had. */
static FlowText *
find_step (const Return *self, GPtrArray *changes)
{
  g_autoptr (FlowText) step = flow_text_ref (self->kept);
  g_autoptr (FlowText) found = NULL;
  gboolean only_more = TRUE;

  for (guint i = 0; i < MIN (changes->len, MAX_STEPS); i++)
    {
      const FlowEditChange *change = g_ptr_array_index (changes, i);
      FlowText *next = flow_text_operation_apply (change->operation, step, NULL);

      if (next == NULL)
        break;
      flow_text_unref (step);
      step = next;
      only_more = only_more && flow_text_operation_get_n_deleted (change->operation) == 0;
      if (!had_step (self, step, only_more, i == 0))
        continue;
      g_clear_pointer (&found, flow_text_unref);
      found = flow_text_ref (step);
    }
  return g_steal_pointer (&found);
}

/* Its operation that was under way, against what it had heard of: others may have brought it back. */
static FlowTextOperation *
find_own (FlowEditSession *self, const FlowEditResume *resume, FlowText *base, guint64 at)
{
  FlowTextOperation *own = NULL;

  if (at != resume->revision || resume->base >= self->unkept ||
      !flow_edit_session_find_pending (self, resume, base, &own))
    g_clear_pointer (&own, flow_text_operation_unref);
  return own;
}

/* Whether our text was made of what the end had made with its operation: what that put in is there, and what it took
 * out is not. */
static gboolean
is_brought (FlowEditSession *self, FlowTextOperation *own, FlowText *base, FlowText *mine)
{
  FlowText *head = flow_text_server_get_text (self->server);

  return has_all_of (head, mine) && (flow_text_operation_get_n_deleted (own) == 0 || !has_all_of (head, base));
}

/* Whether somebody has brought back what may be the end's; or the end is one of WHOLE style, which nobody tells which
 * of its own texts were taken, and has some. */
static gboolean
has_own (GPtrArray *changes, FlowEditEndpoint *endpoint)
{
  for (guint i = 0; i < changes->len; i++)
    {
      const FlowEditChange *change = g_ptr_array_index (changes, i);

      if (g_str_has_prefix (change->op_id, FLOW_EDIT_MERGE) ||
          (endpoint->style == FLOW_EDIT_WHOLE && strcmp (change->client, endpoint->client) == 0))
        return TRUE;
    }
  return FALSE;
}

/* @told: (out): whether both may have what was not kept. Returns: (transfer full) (nullable): what both were made of
 * that was not kept. */
FlowText *
flow_edit_session_find_shared (FlowEditSession *self, FlowEditEndpoint *endpoint, const FlowEditOpening *opening,
                               gboolean *told)
{
  const FlowEditResume *resume = opening->resume;
  g_autoptr (FlowText) base = NULL;
  g_autoptr (FlowText) mine = NULL;
  g_autoptr (FlowText) found = NULL;
  g_autoptr (FlowTextOperation) own = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  guint64 at;

  *told = FALSE;
  if (!resume->has_revision || resume->revision >= self->loaded)
    return NULL;
  base = flow_edit_journal_read_text (self->edits->journal, self->record->number, resume->revision, &at, NULL);
  if (base == NULL)
    return NULL;
  if (at < resume->revision)
    self->unkept = MAX (self->unkept, resume->revision);
  changes = flow_edit_session_changes_since (self, at);
  if (changes == NULL)
    return NULL;
  *told = self->unkept > at || has_own (changes, endpoint);
  if (self->unkept <= at)
    return NULL;
  own = find_own (self, resume, base, at);
  mine = own != NULL ? flow_text_operation_apply (own, base, NULL) : NULL;
  found = find_step (&(Return) { base, mine, opening->text, resume->operation }, changes);
  if (found == NULL && mine != NULL && is_brought (self, own, base, mine))
    found = g_steal_pointer (&mine);
  return g_steal_pointer (&found);
}
