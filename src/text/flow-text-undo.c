/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-undo.h"

#include "text/flow-text-transform.h"

/* What all steps together may hold of deleted texts; the oldest goes first. */
#define MAX_BYTES (16 * 1024 * 1024)

/* One step. It applies to the text as it was; `others` came after that. Kept apart until the step is taken, so that a
 * change of another author costs the same whatever there is to undo. */
typedef struct
{
  FlowTextOperation *operation;
  FlowTextOperation *others; /* NULL: nothing */
} Step;

struct _FlowTextUndo
{
  GPtrArray *undo; /* Step, the next one last */
  GPtrArray *redo;
  gsize bytes;
  /* The last change, for what belongs to it. */
  gboolean open;
  gboolean deletes;
  gunichar last;
  gsize next;
  gint64 time_ns;
};

static void
step_free (gpointer data)
{
  Step *step = data;

  flow_text_operation_unref (step->operation);
  g_clear_pointer (&step->others, flow_text_operation_unref);
  g_free (step);
}

static gsize
step_bytes (const Step *step)
{
  return flow_text_operation_get_memory (step->operation);
}

static Step *
last_step (GPtrArray *steps)
{
  return steps->len == 0 ? NULL : g_ptr_array_index (steps, steps->len - 1);
}

static void
replace (FlowTextOperation **place, FlowTextOperation *operation)
{
  g_clear_pointer (place, flow_text_operation_unref);
  *place = operation;
}

/**
 * flow_text_undo_new:
 *
 * Create an empty history of one author.
 *
 * Returns: (transfer full): the history
 */
FlowTextUndo *
flow_text_undo_new (void)
{
  FlowTextUndo *self = g_new0 (FlowTextUndo, 1);

  self->undo = g_ptr_array_new_with_free_func (step_free);
  self->redo = g_ptr_array_new_with_free_func (step_free);
  return self;
}

/**
 * flow_text_undo_free:
 * @self: (transfer full): a history
 *
 * Free it.
 */
void
flow_text_undo_free (FlowTextUndo *self)
{
  g_ptr_array_unref (self->undo);
  g_ptr_array_unref (self->redo);
  g_free (self);
}

/* A change of one place, as typing makes it. */
typedef struct
{
  gsize index;
  gsize n_deleted;
  gsize n_inserted;
  gunichar first;
  gunichar last;
} Spot;

static gboolean
find_spot (const FlowTextOperation *operation, Spot *spot)
{
  FlowTextOperationIter iter;
  FlowTextComponent component;
  gboolean changed = FALSE;

  *spot = (Spot) { 0 };
  flow_text_operation_iter_init (&iter, operation);
  while (flow_text_operation_iter_next (&iter, &component))
    {
      if (component.kind == FLOW_TEXT_RETAIN && changed)
        return FALSE;
      if (component.kind == FLOW_TEXT_RETAIN)
        spot->index = component.length;
      changed = component.kind != FLOW_TEXT_RETAIN;
      if (component.kind == FLOW_TEXT_DELETE)
        spot->n_deleted = component.length;
      if (component.kind != FLOW_TEXT_INSERT)
        continue;
      spot->n_inserted = component.length;
      spot->first = g_utf8_get_char (component.text);
      spot->last = g_utf8_get_char (g_utf8_find_prev_char (component.text, component.text + component.size));
    }
  return TRUE;
}

/* Letters one after the other, up to the next word; deleting on, forwards or backwards. */
static gboolean
goes_on (FlowTextUndo *self, const Spot *spot, gint64 now_ns)
{
  if (!self->open || now_ns - self->time_ns >= FLOW_TEXT_UNDO_PAUSE_NS)
    return FALSE;
  if (spot->n_inserted == 0)
    return self->deletes && (spot->index == self->next || spot->index + spot->n_deleted == self->next);
  return !self->deletes && spot->n_deleted == 0 && spot->index == self->next &&
         (!g_unichar_isspace (self->last) || g_unichar_isspace (spot->first));
}

static void
forget_oldest (FlowTextUndo *self)
{
  while (self->undo->len > 1 && (self->undo->len > FLOW_TEXT_UNDO_GROUPS || self->bytes > MAX_BYTES))
    {
      self->bytes -= step_bytes (g_ptr_array_index (self->undo, 0));
      g_ptr_array_remove_index (self->undo, 0);
    }
}

static void
push_undo (FlowTextUndo *self, FlowTextOperation *inverse)
{
  Step *step = g_new0 (Step, 1);

  step->operation = inverse;
  self->bytes += step_bytes (step);
  g_ptr_array_add (self->undo, step);
  forget_oldest (self);
}

/**
 * flow_text_undo_record:
 * @self: a history
 * @operation: a change of the author at the head
 * @before: the text before it
 * @now_ns: when, by a clock that never goes back
 *
 * Remember a change. Typing within one word without a pause of half a second is one step. What had been undone cannot
 * be redone any more.
 */
void
flow_text_undo_record (FlowTextUndo *self, FlowTextOperation *operation, FlowText *before, gint64 now_ns)
{
  g_autoptr (FlowTextOperation) inverse = NULL;
  Step *last = last_step (self->undo);
  gboolean simple;
  Spot spot;

  if (flow_text_operation_is_noop (operation))
    return;
  inverse = flow_text_operation_invert (operation, before);
  simple = find_spot (operation, &spot);
  g_ptr_array_set_size (self->redo, 0);
  if (last != NULL && last->others == NULL && simple && goes_on (self, &spot, now_ns))
    {
      self->bytes -= step_bytes (last);
      replace (&last->operation, flow_text_operation_compose (inverse, last->operation));
      self->bytes += step_bytes (last);
    }
  else
    push_undo (self, g_steal_pointer (&inverse));
  self->open = simple;
  self->deletes = spot.n_inserted == 0;
  self->last = spot.last;
  self->next = spot.index + spot.n_inserted;
  self->time_ns = now_ns;
}

static void
add_others (GPtrArray *steps, FlowTextOperation *operation)
{
  Step *step = last_step (steps);

  if (step == NULL || flow_text_operation_is_noop (operation))
    return;
  replace (&step->others, step->others == NULL ? flow_text_operation_ref (operation)
                                               : flow_text_operation_compose (step->others, operation));
}

/**
 * flow_text_undo_others:
 * @self: a history
 * @operation: a change of another author at the head
 *
 * Learn of a change that is not the author's.
 */
void
flow_text_undo_others (FlowTextUndo *self, FlowTextOperation *operation)
{
  add_others (self->undo, operation);
  add_others (self->redo, operation);
}

/* Takes the last step as it applies to the text as it is; what the others did moves on to the step before. */
static FlowTextOperation *
take_step (GPtrArray *steps)
{
  Step *step = g_ptr_array_steal_index (steps, steps->len - 1);
  g_autoptr (FlowTextOperation) others = NULL;
  FlowTextOperation *operation;

  if (step->others == NULL)
    operation = flow_text_operation_ref (step->operation);
  else
    {
      flow_text_operation_transform (step->others, step->operation, &others, &operation);
      add_others (steps, others);
    }
  step_free (step);
  return operation;
}

/**
 * flow_text_undo_undo:
 * @self: a history
 * @text: the text as it is
 *
 * Take the author's last step back. The caller applies the operation and does not record it.
 *
 * Returns: (transfer full) (nullable): what to do at the head, %NULL when there is nothing to undo
 */
FlowTextOperation *
flow_text_undo_undo (FlowTextUndo *self, FlowText *text)
{
  self->open = FALSE;
  while (self->undo->len > 0)
    {
      g_autoptr (FlowTextOperation) operation = NULL;
      Step *step;

      self->bytes -= step_bytes (last_step (self->undo));
      operation = take_step (self->undo);
      if (flow_text_operation_is_noop (operation))
        continue;
      step = g_new0 (Step, 1);
      step->operation = flow_text_operation_invert (operation, text);
      g_ptr_array_add (self->redo, step);
      return g_steal_pointer (&operation);
    }
  return NULL;
}

/**
 * flow_text_undo_redo:
 * @self: a history
 * @text: the text as it is
 *
 * Do again what was undone last. The caller applies the operation and does not record it.
 *
 * Returns: (transfer full) (nullable): what to do at the head, %NULL when there is nothing to redo
 */
FlowTextOperation *
flow_text_undo_redo (FlowTextUndo *self, FlowText *text)
{
  self->open = FALSE;
  while (self->redo->len > 0)
    {
      g_autoptr (FlowTextOperation) operation = take_step (self->redo);

      if (flow_text_operation_is_noop (operation))
        continue;
      push_undo (self, flow_text_operation_invert (operation, text));
      return g_steal_pointer (&operation);
    }
  return NULL;
}

/**
 * flow_text_undo_get_n_undo:
 * @self: a history
 *
 * Count the steps that can be undone.
 *
 * Returns: steps
 */
guint
flow_text_undo_get_n_undo (FlowTextUndo *self)
{
  return self->undo->len;
}

/**
 * flow_text_undo_get_n_redo:
 * @self: a history
 *
 * Count the steps that can be redone.
 *
 * Returns: steps
 */
guint
flow_text_undo_get_n_redo (FlowTextUndo *self)
{
  return self->redo->len;
}
