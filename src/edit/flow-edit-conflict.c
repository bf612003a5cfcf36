/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-private.h"

#include "text/flow-text-diff.h"
#include "text/flow-text-operation-builder.h"
#include "text/flow-text-overlap.h"
#include "text/flow-text-position.h"
#include "text/flow-text-transform.h"

/*
 * Words that two changed at once into different ones. Both versions are kept beside the text, with the place where they
 * went into each other, which moves as the text changes; until the user says which holds, or makes it one of the two.
 */

#define MAX_CONFLICTS 64
#define MAX_VERSION (64 * 1024)

/* Returns: (transfer full): characters of a text. */
char *
flow_edit_text_slice (FlowText *text, gsize start, gsize length)
{
  gsize from = flow_text_position_convert (text, start, FLOW_TEXT_CHARACTERS, FLOW_TEXT_BYTES);
  gsize to = flow_text_position_convert (text, start + length, FLOW_TEXT_CHARACTERS, FLOW_TEXT_BYTES);

  return g_strndup (flow_text_get_data (text) + from, to - from);
}

static void
append_kept (GString *out, FlowText *base, gsize from, gsize to)
{
  g_autofree char *piece = from < to ? flow_edit_text_slice (base, from, to - from) : NULL;

  if (piece != NULL)
    g_string_append (out, piece);
}

/* What an operation makes of a piece of a text. */
static char *
version_of (FlowText *base, FlowTextOperation *operation, const FlowTextOverlap *piece)
{
  GString *out = g_string_new (NULL);
  gsize end = piece->start + piece->length;
  gsize at = 0;
  FlowTextOperationIter iter;
  FlowTextComponent component;

  flow_text_operation_iter_init (&iter, operation);
  while (flow_text_operation_iter_next (&iter, &component))
    {
      if (component.kind == FLOW_TEXT_INSERT && at >= piece->start && at <= end)
        g_string_append_len (out, component.text, (gssize) component.size);
      if (component.kind == FLOW_TEXT_RETAIN)
        append_kept (out, base, MAX (at, piece->start), MIN (at + component.length, end));
      if (component.kind != FLOW_TEXT_INSERT)
        at += component.length;
    }
  append_kept (out, base, MAX (at, piece->start), end);
  return g_string_free (out, FALSE);
}

/* Who of the others changed something last. */
static const char *
find_other (FlowEditSession *self, const FlowEditDoer *doer)
{
  for (guint i = self->authors->len; i > 0; i--)
    {
      const FlowEditAuthor *author = g_ptr_array_index (self->authors, i - 1);

      if (strcmp (author->name, doer->name) != 0)
        return author->name;
    }
  return doer->name;
}

static int
compare_start (gconstpointer a, gconstpointer b)
{
  const FlowEditConflict *x = *(FlowEditConflict *const *) a;
  const FlowEditConflict *y = *(FlowEditConflict *const *) b;

  return (x->start > y->start) - (x->start < y->start);
}

/* More of the same words: the versions from before they went into each other stay. */
static gboolean
widen (FlowEditSession *self, gsize start, gsize end)
{
  for (guint i = 0; i < self->conflicts->len; i++)
    {
      FlowEditConflict *conflict = g_ptr_array_index (self->conflicts, i);
      gsize conflict_end = conflict->start + conflict->length;

      if (end < conflict->start || start > conflict_end)
        continue;
      conflict->start = MIN (conflict->start, start);
      conflict->length = MAX (conflict_end, end) - conflict->start;
      return TRUE;
    }
  return FALSE;
}

static FlowEditConflict *
make_conflict (FlowEditSession *self, const FlowEditDoer *doer, FlowText *base, FlowTextOperation *own,
               FlowTextOperation *others, const FlowTextOverlap *overlap)
{
  FlowEditConflict *conflict = g_new0 (FlowEditConflict, 1);
  gboolean is_page = strcmp (doer->side, flow_edit_side_name (FLOW_EDIT_EDITOR)) != 0;
  char *own_text = version_of (base, own, overlap);
  char *other_text = version_of (base, others, overlap);
  char *own_name = g_strdup (doer->name);
  char *other_name = g_strdup (find_other (self, doer));

  conflict->base = flow_edit_text_slice (base, overlap->start, overlap->length);
  conflict->mine = is_page ? own_text : other_text;
  conflict->theirs = is_page ? other_text : own_text;
  conflict->mine_by = is_page ? own_name : other_name;
  conflict->theirs_by = is_page ? other_name : own_name;
  return conflict;
}

static void
add_conflict (FlowEditSession *self, const FlowEditDoer *doer, FlowEditConflict *conflict)
{
  FlowEditDoer noted = *doer;

  g_ptr_array_add (self->conflicts, conflict);
  g_ptr_array_sort (self->conflicts, compare_start);
  noted.what = FLOW_EDIT_WHAT_CONFLICT;
  noted.op_id = NULL;
  flow_edit_session_add_entry (self, &noted, flow_text_server_get_revision (self->server), NULL);
  self->edits->counts.conflicts++;
  flow_edits_notice (self->edits, FLOW_EDIT_NOTICE_CONFLICT, self, NULL);
}

/* A version that was put behind the other one, with a blank between, belongs to the words too. */
static gsize
reach (FlowTextOperation *operation, gsize end)
{
  gsize at = 0;
  FlowTextOperationIter iter;
  FlowTextComponent component;

  flow_text_operation_iter_init (&iter, operation);
  while (at <= end + 1 && flow_text_operation_iter_next (&iter, &component))
    {
      if (component.kind == FLOW_TEXT_INSERT && at == end + 1)
        return at;
      if (component.kind != FLOW_TEXT_INSERT)
        at += component.length;
    }
  return end;
}

/*
 * Look whether somebody changed the words that others had changed too. @own and @others are against @base, @at_head is
 * @own as the text took it.
 */
void
flow_edit_session_find_conflict (FlowEditSession *self, const FlowEditDoer *doer, FlowText *base,
                                 FlowTextOperation *own, FlowTextOperation *others, FlowTextOperation *at_head)
{
  g_autoptr (FlowEditConflict) conflict = NULL;
  FlowTextOverlap overlap;
  gsize start;
  gsize end;

  if (!flow_text_overlap (base, own, others, &overlap))
    return;
  start = flow_text_operation_transform_index (others, overlap.start, FALSE);
  start = flow_text_operation_transform_index (at_head, start, FALSE);
  end = flow_text_operation_transform_index (others, overlap.start + overlap.length, TRUE);
  end = flow_text_operation_transform_index (at_head, reach (at_head, end), TRUE);
  self->conflicts_moved = TRUE;
  if (widen (self, start, end) || self->conflicts->len >= MAX_CONFLICTS)
    return;
  conflict = make_conflict (self, doer, base, own, others, &overlap);
  if (strlen (conflict->mine) + strlen (conflict->theirs) > MAX_VERSION)
    return;
  conflict->start = start;
  conflict->length = end - start;
  add_conflict (self, doer, g_steal_pointer (&conflict));
}

/* The text changed: the places move. What comes in at an edge stays outside. */
void
flow_edit_session_move_conflicts (FlowEditSession *self, FlowTextOperation *operation)
{
  for (guint i = 0; i < self->conflicts->len; i++)
    {
      FlowEditConflict *conflict = g_ptr_array_index (self->conflicts, i);
      gsize start = flow_text_operation_transform_index (operation, conflict->start, TRUE);
      gsize end = flow_text_operation_transform_index (operation, conflict->start + conflict->length, FALSE);

      conflict->start = start;
      conflict->length = end > start ? end - start : 0;
      self->conflicts_moved = TRUE;
    }
}

static gboolean
is_settled (FlowEditSession *self, const FlowEditConflict *conflict)
{
  g_autofree char *text = NULL;

  if (conflict->length == 0)
    return TRUE;
  text = flow_edit_text_slice (flow_text_server_get_text (self->server), conflict->start, conflict->length);
  return strcmp (text, conflict->mine) == 0 || strcmp (text, conflict->theirs) == 0;
}

/* Somebody made one of the two versions of it, or took both out: it is none any more. */
void
flow_edit_session_check_conflicts (FlowEditSession *self)
{
  for (guint i = self->conflicts->len; i > 0; i--)
    if (is_settled (self, g_ptr_array_index (self->conflicts, i - 1)))
      g_ptr_array_remove_index (self->conflicts, i - 1);
}

static gboolean
has_conflicts (FlowEditSession *self, GError **error)
{
  if (!self->is_closed && self->conflicts->len > 0)
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND, "the text has no conflict");
  return FALSE;
}

static gboolean
resolve (FlowEditSession *self, guint64 base, FlowTextOperation *operation, GError **error)
{
  const FlowEditDoer doer = { .side = "", .name = "", .what = FLOW_EDIT_WHAT_RESOLVE };

  if (flow_text_operation_is_noop (operation))
    flow_edit_session_add_entry (self, &doer, flow_text_server_get_revision (self->server), operation);
  else if (!flow_edit_session_submit (self, base, operation, &doer, error))
    return FALSE;
  g_ptr_array_set_size (self->conflicts, 0);
  self->conflicts_moved = TRUE;
  flow_edit_session_update_state (self);
  flow_edit_session_commit (self);
  flow_edit_session_flush (self);
  flow_edits_changed (self->edits);
  return TRUE;
}

static gboolean
ends_with_space (const char *text)
{
  return *text != '\0' && g_ascii_isspace (text[strlen (text) - 1]);
}

/* Whether a text has both versions, apart: two words that became one are none of them. */
static gboolean
is_seen (const char *text, const char *mine, const char *theirs)
{
  return strstr (text, mine) != NULL && strstr (text, theirs) != NULL &&
         (strlen (text) > strlen (mine) + strlen (theirs) || ends_with_space (mine) || ends_with_space (theirs));
}

/* Returns: (transfer full): what stands there afterwards; as it is, if both are to be seen in it. */
static char *
choose (const FlowEditConflict *conflict, FlowEditChoice choice, const char *text)
{
  const char *between = strchr (conflict->mine, '\n') != NULL || strchr (conflict->theirs, '\n') != NULL ? "\n" : " ";

  if (choice == FLOW_EDIT_CHOICE_MINE)
    return g_strdup (conflict->mine);
  if (choice == FLOW_EDIT_CHOICE_THEIRS)
    return g_strdup (conflict->theirs);
  if (is_seen (text, conflict->mine, conflict->theirs))
    return g_strdup (text);
  return g_strconcat (conflict->mine, between, conflict->theirs, NULL);
}

static FlowTextOperation *
make_resolution (FlowEditSession *self, FlowEditChoice choice)
{
  g_auto (FlowTextOperationBuilder) builder;
  FlowText *head = flow_text_server_get_text (self->server);
  gsize at = 0;

  flow_text_operation_builder_init (&builder);
  for (guint i = 0; i < self->conflicts->len; i++)
    {
      const FlowEditConflict *conflict = g_ptr_array_index (self->conflicts, i);
      g_autofree char *text = NULL;
      g_autofree char *chosen = NULL;

      if (conflict->start < at)
        continue;
      text = flow_edit_text_slice (head, conflict->start, conflict->length);
      chosen = choose (conflict, choice, text);
      flow_text_operation_builder_retain (&builder, conflict->start - at);
      at = conflict->start;
      if (strcmp (text, chosen) == 0)
        continue;
      flow_text_operation_builder_insert (&builder, chosen, -1);
      flow_text_operation_builder_delete (&builder, conflict->length);
      at += conflict->length;
    }
  return flow_text_operation_builder_end (&builder);
}

/**
 * flow_edit_session_resolve:
 * @self: a session
 * @choice: which version holds
 * @error: return location
 *
 * Settle all conflicts. It is a change like others: flow_edit_session_undo() takes it back.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND (there is none) or %FLOW_ERROR_TEXT_TOO_LONG
 */
gboolean
flow_edit_session_resolve (FlowEditSession *self, FlowEditChoice choice, GError **error)
{
  g_autoptr (FlowTextOperation) operation = NULL;

  if (!has_conflicts (self, error))
    return FALSE;
  operation = make_resolution (self, choice);
  return resolve (self, flow_text_server_get_revision (self->server), operation, error);
}

/**
 * flow_edit_session_resolve_with:
 * @self: a session
 * @text: the whole text as it should be
 * @base: the revision that it was made from; one that is not known counts as the last
 * @error: return location
 *
 * Settle all conflicts by a text that the user made. What others changed since @base stays.
 *
 * Returns: %FALSE with %FLOW_ERROR_NOT_FOUND (there is none) or %FLOW_ERROR_TEXT_TOO_LONG
 */
gboolean
flow_edit_session_resolve_with (FlowEditSession *self, FlowText *text, guint64 base, GError **error)
{
  g_autoptr (FlowTextOperation) operation = NULL;
  g_autoptr (FlowText) before = NULL;
  guint64 head = flow_text_server_get_revision (self->server);

  if (!has_conflicts (self, error))
    return FALSE;
  if (base < flow_text_server_get_oldest (self->server) || base > head)
    base = head;
  before = flow_text_server_text_at (self->server, base);
  operation = flow_text_diff (before, text);
  return resolve (self, base, operation, error);
}
