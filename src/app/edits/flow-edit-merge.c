/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit-merge"

#include "app/edits/flow-edit-merge.h"

#include <string.h>

#include "hub/flow-json-read.h"

/* Bytes: so much of a line is looked for beside a part. */
#define MAX_CONTEXT 200

/**
 * FlowEditMerge:
 *
 * A text that two sides changed, as its parts in a buffer. Which version of a part is kept can be chosen part by part;
 * what the user typed in other parts stays. Each part goes from its mark to that of the next one.
 */
struct _FlowEditMerge
{
  GObject parent_instance;

  GtkTextBuffer *buffer;
  GArray *hunks;    /* of FlowEditHunk */
  GPtrArray *marks; /* of GtkTextMark: where each begins, and the end */
};

G_DEFINE_FINAL_TYPE (FlowEditMerge, flow_edit_merge, G_TYPE_OBJECT)

static void
hunk_clear (gpointer data)
{
  FlowEditHunk *hunk = data;

  g_free (hunk->base);
  g_free (hunk->mine);
  g_free (hunk->theirs);
  g_free (hunk->text);
}

static FlowEditHunkKind
read_kind (const char *kind)
{
  static const char *const kinds[] = {
    [FLOW_EDIT_HUNK_SAME] = "same", [FLOW_EDIT_HUNK_MINE] = "mine",         [FLOW_EDIT_HUNK_THEIRS] = "theirs",
    [FLOW_EDIT_HUNK_BOTH] = "both", [FLOW_EDIT_HUNK_CONFLICT] = "conflict",
  };

  for (FlowEditHunkKind i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (g_strcmp0 (kinds[i], kind) == 0)
        return i;
    }
  return FLOW_EDIT_HUNK_CONFLICT;
}

static char *
dup_member (JsonObject *object, const char *name)
{
  const char *text = flow_json_get_string (object, name);

  return g_strdup (text != NULL ? text : "");
}

static void
read_hunks (FlowEditMerge *self, JsonArray *array)
{
  g_array_set_size (self->hunks, 0);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      FlowEditHunk hunk;

      if (object == NULL)
        continue;
      hunk = (FlowEditHunk) { read_kind (flow_json_get_string (object, "kind")), dup_member (object, "base"),
                              dup_member (object, "mine"), dup_member (object, "theirs"),
                              g_strdup (flow_json_get_string (object, "text")) };
      g_array_append_val (self->hunks, hunk);
    }
}

static gboolean
ends_with_space (const char *text)
{
  return *text != '\0' && g_ascii_isspace (text[strlen (text) - 1]);
}

/* Whether the text has both versions, apart. */
static gboolean
is_seen (const FlowEditHunk *hunk)
{
  return strstr (hunk->text, hunk->mine) != NULL && strstr (hunk->text, hunk->theirs) != NULL &&
         (strlen (hunk->text) > strlen (hunk->mine) + strlen (hunk->theirs) || ends_with_space (hunk->mine) ||
          ends_with_space (hunk->theirs));
}

/* As it is when both can be seen in it, apart; else one behind the other, so that two words don't become one. */
static char *
both_of (const FlowEditHunk *hunk)
{
  gboolean lines = strchr (hunk->mine, '\n') != NULL || strchr (hunk->theirs, '\n') != NULL;
  gboolean apart = *hunk->mine == '\0' || *hunk->theirs == '\0' || g_str_has_suffix (hunk->mine, "\n") ||
                   g_ascii_isspace (*hunk->theirs);

  if (hunk->text != NULL && is_seen (hunk))
    return g_strdup (hunk->text);
  return g_strconcat (hunk->mine, apart ? "" : lines ? "\n" : " ", hunk->theirs, NULL);
}

static char *
text_of (const FlowEditHunk *hunk, FlowEditKeep keep)
{
  if (keep == FLOW_EDIT_KEEP_MINE)
    return g_strdup (hunk->mine);
  if (keep == FLOW_EDIT_KEEP_THEIRS)
    return g_strdup (hunk->theirs);
  return both_of (hunk);
}

/* What a part is before anybody chose. */
static char *
merged_of (const FlowEditHunk *hunk)
{
  switch (hunk->kind)
    {
    case FLOW_EDIT_HUNK_THEIRS:
      return g_strdup (hunk->theirs);
    case FLOW_EDIT_HUNK_CONFLICT:
      return both_of (hunk);
    case FLOW_EDIT_HUNK_SAME:
    case FLOW_EDIT_HUNK_MINE:
    case FLOW_EDIT_HUNK_BOTH:
    default:
      return g_strdup (hunk->mine);
    }
}

/* All parts, and where each begins, in code points, and the end. */
static GString *
merge_all (FlowEditMerge *self, GArray *offsets)
{
  GString *text = g_string_new (NULL);
  int offset = 0;

  g_array_set_size (offsets, 0);
  for (guint i = 0; i < self->hunks->len; i++)
    {
      g_autofree char *part = merged_of (&g_array_index (self->hunks, FlowEditHunk, i));

      g_array_append_val (offsets, offset);
      offset += (int) g_utf8_strlen (part, -1);
      g_string_append (text, part);
    }
  g_array_append_val (offsets, offset);
  return text;
}

static void
drop_marks (FlowEditMerge *self)
{
  for (guint i = 0; i < self->marks->len; i++)
    gtk_text_buffer_delete_mark (self->buffer, g_ptr_array_index (self->marks, i));
  g_ptr_array_set_size (self->marks, 0);
}

static int
offset_of (FlowEditMerge *self, guint mark)
{
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (self->buffer, &iter, g_ptr_array_index (self->marks, mark));
  return gtk_text_iter_get_offset (&iter);
}

static void
add_mark (FlowEditMerge *self, int offset)
{
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_offset (self->buffer, &iter, offset);
  g_ptr_array_add (self->marks, gtk_text_buffer_create_mark (self->buffer, NULL, &iter, FALSE));
}

static void
flow_edit_merge_dispose (GObject *object)
{
  FlowEditMerge *self = FLOW_EDIT_MERGE (object);

  if (self->buffer != NULL)
    drop_marks (self);
  g_clear_object (&self->buffer);

  G_OBJECT_CLASS (flow_edit_merge_parent_class)->dispose (object);
}

static void
flow_edit_merge_finalize (GObject *object)
{
  FlowEditMerge *self = FLOW_EDIT_MERGE (object);

  g_array_unref (self->hunks);
  g_ptr_array_unref (self->marks);

  G_OBJECT_CLASS (flow_edit_merge_parent_class)->finalize (object);
}

static void
flow_edit_merge_class_init (FlowEditMergeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_edit_merge_dispose;
  G_OBJECT_CLASS (klass)->finalize = flow_edit_merge_finalize;
}

static void
flow_edit_merge_init (FlowEditMerge *self)
{
  self->hunks = g_array_new (FALSE, FALSE, sizeof (FlowEditHunk));
  g_array_set_clear_func (self->hunks, hunk_clear);
  self->marks = g_ptr_array_new ();
}

/**
 * flow_edit_merge_new:
 * @buffer: where the merged text is
 *
 * Returns: (transfer full): a merge of nothing yet
 */
FlowEditMerge *
flow_edit_merge_new (GtkTextBuffer *buffer)
{
  FlowEditMerge *self = g_object_new (FLOW_TYPE_EDIT_MERGE, NULL);

  self->buffer = g_object_ref (buffer);
  return self;
}

/**
 * flow_edit_merge_take:
 * @self: the merge
 * @conflict: what the verb `edit-conflicts` answered
 *
 * Begin with these parts, of each that both sides changed with both versions.
 */
void
flow_edit_merge_take (FlowEditMerge *self, JsonObject *conflict)
{
  g_autoptr (GArray) offsets = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GString) text = NULL;

  g_return_if_fail (FLOW_IS_EDIT_MERGE (self));

  drop_marks (self);
  read_hunks (self, flow_json_get_array (conflict, "hunks"));
  text = merge_all (self, offsets);
  /* This is the beginning: there is nothing to take back before it. */
  gtk_text_buffer_begin_irreversible_action (self->buffer);
  gtk_text_buffer_set_text (self->buffer, text->str, (int) text->len);
  gtk_text_buffer_end_irreversible_action (self->buffer);
  gtk_text_buffer_set_modified (self->buffer, FALSE);
  for (guint i = 0; i < offsets->len; i++)
    add_mark (self, g_array_index (offsets, int, i));
}

/**
 * flow_edit_merge_get_n_hunks:
 * @self: the merge
 *
 * Returns: how many parts there are
 */
guint
flow_edit_merge_get_n_hunks (FlowEditMerge *self)
{
  return self->hunks->len;
}

/**
 * flow_edit_merge_get_hunk:
 * @self: the merge
 * @index: which part
 *
 * Returns: (transfer none): the part
 */
const FlowEditHunk *
flow_edit_merge_get_hunk (FlowEditMerge *self, guint index)
{
  g_return_val_if_fail (index < self->hunks->len, NULL);

  return &g_array_index (self->hunks, FlowEditHunk, index);
}

/**
 * flow_edit_merge_get_line:
 * @self: the merge
 * @index: which part
 *
 * Returns: the line of the merged text that it begins in, counted from 1
 */
guint
flow_edit_merge_get_line (FlowEditMerge *self, guint index)
{
  GtkTextIter iter;

  g_return_val_if_fail (index < self->hunks->len, 0);

  gtk_text_buffer_get_iter_at_mark (self->buffer, &iter, g_ptr_array_index (self->marks, index));
  return (guint) gtk_text_iter_get_line (&iter) + 1;
}

/**
 * flow_edit_merge_dup_context:
 * @self: the merge
 * @index: which part
 * @after: whether to look behind it, else before it
 *
 * Returns: (transfer full): what stands in the same line beside the part, as it was merged first; may be empty
 */
char *
flow_edit_merge_dup_context (FlowEditMerge *self, guint index, gboolean after)
{
  GString *text = g_string_new (NULL);
  gint64 step = after ? 1 : -1;

  for (gint64 i = (gint64) index + step; i >= 0 && i < self->hunks->len && text->len < MAX_CONTEXT; i += step)
    {
      g_autofree char *part = merged_of (&g_array_index (self->hunks, FlowEditHunk, i));
      const char *line = after ? strchr (part, '\n') : strrchr (part, '\n');

      if (after)
        g_string_append_len (text, part, line != NULL ? line - part : (gssize) strlen (part));
      else
        g_string_prepend (text, line != NULL ? line + 1 : part);
      if (line != NULL)
        break;
    }
  return g_string_free (text, FALSE);
}

/**
 * flow_edit_merge_keep:
 * @self: the merge
 * @index: which part
 * @keep: which version of it
 *
 * Put a version of a part where the part is; what was typed there goes, and can be taken back in the buffer.
 */
void
flow_edit_merge_keep (FlowEditMerge *self, guint index, FlowEditKeep keep)
{
  g_autofree char *text = NULL;
  GtkTextIter start, end;
  int offset;

  g_return_if_fail (FLOW_IS_EDIT_MERGE (self));
  g_return_if_fail (index < self->hunks->len);

  text = text_of (&g_array_index (self->hunks, FlowEditHunk, index), keep);
  gtk_text_buffer_get_iter_at_mark (self->buffer, &start, g_ptr_array_index (self->marks, index));
  gtk_text_buffer_get_iter_at_mark (self->buffer, &end, g_ptr_array_index (self->marks, index + 1));
  gtk_text_buffer_begin_user_action (self->buffer);
  gtk_text_buffer_delete (self->buffer, &start, &end);
  offset = gtk_text_iter_get_offset (&start);
  gtk_text_buffer_insert (self->buffer, &start, text, -1);
  gtk_text_buffer_end_user_action (self->buffer);
  /* The part and the empty ones before it begin where they did: what was put there pushed all marks behind it. */
  for (guint i = index + 1; i > 0 && offset_of (self, i - 1) > offset; i--)
    {
      gtk_text_buffer_get_iter_at_offset (self->buffer, &start, offset);
      gtk_text_buffer_move_mark (self->buffer, g_ptr_array_index (self->marks, i - 1), &start);
    }
}

/**
 * flow_edit_merge_dup_text:
 * @self: the merge
 *
 * Returns: (transfer full): the merged text as it is
 */
char *
flow_edit_merge_dup_text (FlowEditMerge *self)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  return gtk_text_buffer_get_text (self->buffer, &start, &end, TRUE);
}
