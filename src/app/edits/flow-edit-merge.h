/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * FlowEditHunkKind:
 * @FLOW_EDIT_HUNK_SAME: nobody changed it
 * @FLOW_EDIT_HUNK_MINE: one side did
 * @FLOW_EDIT_HUNK_THEIRS: the other side did
 * @FLOW_EDIT_HUNK_BOTH: both sides did, to the same
 * @FLOW_EDIT_HUNK_CONFLICT: both sides did, each to something else
 *
 * What became of a part of a text.
 */
typedef enum
{
  FLOW_EDIT_HUNK_SAME,
  FLOW_EDIT_HUNK_MINE,
  FLOW_EDIT_HUNK_THEIRS,
  FLOW_EDIT_HUNK_BOTH,
  FLOW_EDIT_HUNK_CONFLICT,
} FlowEditHunkKind;

/**
 * FlowEditKeep:
 * @FLOW_EDIT_KEEP_BOTH: one below the other
 * @FLOW_EDIT_KEEP_MINE: that of one side
 * @FLOW_EDIT_KEEP_THEIRS: that of the other side
 *
 * Which version of a part is kept.
 */
typedef enum
{
  FLOW_EDIT_KEEP_BOTH,
  FLOW_EDIT_KEEP_MINE,
  FLOW_EDIT_KEEP_THEIRS,
} FlowEditKeep;

/**
 * FlowEditHunk:
 * @kind: what became of it
 * @base: what it was before
 * @mine: what one side has
 * @theirs: what the other side has
 * @text: (nullable): what stands in the text at this moment
 *
 * A part of a text that two sides changed.
 */
typedef struct
{
  FlowEditHunkKind kind;
  char *base;
  char *mine;
  char *theirs;
  char *text;
} FlowEditHunk;

#define FLOW_TYPE_EDIT_MERGE (flow_edit_merge_get_type ())
G_DECLARE_FINAL_TYPE (FlowEditMerge, flow_edit_merge, FLOW, EDIT_MERGE, GObject)

FlowEditMerge *flow_edit_merge_new (GtkTextBuffer *buffer);
void flow_edit_merge_take (FlowEditMerge *self, JsonObject *conflict);
guint flow_edit_merge_get_n_hunks (FlowEditMerge *self);
const FlowEditHunk *flow_edit_merge_get_hunk (FlowEditMerge *self, guint index);
guint flow_edit_merge_get_line (FlowEditMerge *self, guint index);
char *flow_edit_merge_dup_context (FlowEditMerge *self, guint index, gboolean after);
void flow_edit_merge_keep (FlowEditMerge *self, guint index, FlowEditKeep keep);
char *flow_edit_merge_dup_text (FlowEditMerge *self);

G_END_DECLS
