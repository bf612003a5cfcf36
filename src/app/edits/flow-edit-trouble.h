/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FlowEditNews:
 * @kind: what happened, as the hub's signal `edit-notice` names it
 * @id: the edit, empty for none
 * @title: what people call it
 * @message: what happened, in a sentence
 * @detail: what it is about, a folder or an editor; may be empty
 *
 * Something that happened to a text and that the user should know.
 */
typedef struct
{
  const char *kind;
  const char *id;
  const char *title;
  const char *message;
  const char *detail;
} FlowEditNews;

/**
 * FlowEditWayOn:
 * @label: what a button says, with a mnemonic
 * @action: an action of the program, without its group
 * @target: what for: an edit's id; %NULL: the action has no parameter
 *
 * Something that helps.
 */
typedef struct
{
  const char *label;
  const char *action;
  const char *target;
} FlowEditWayOn;

/**
 * FLOW_EDIT_MAX_WAYS_ON:
 *
 * So many ways on there are at most.
 */
#define FLOW_EDIT_MAX_WAYS_ON 3

gsize flow_edit_trouble_list_ways (const FlowEditNews *news, FlowEditWayOn ways[FLOW_EDIT_MAX_WAYS_ON]);
gboolean flow_edit_trouble_is_one (const FlowEditNews *news);
char *flow_edit_trouble_dup_title (const FlowEditNews *news);
char *flow_edit_trouble_dup_text (const FlowEditNews *news);
GtkWindow *flow_edit_trouble_show (GtkApplication *application, GtkWindow *parent, const FlowEditNews *news);

G_END_DECLS
