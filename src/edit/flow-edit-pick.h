/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-settings-snapshot.h"

G_BEGIN_DECLS

/** FLOW_EDIT_CHOICE_FOREIGN: the choice that stands for a program that takes texts as `desktop_connect`. */
#define FLOW_EDIT_CHOICE_FOREIGN "foreign"
/** FLOW_EDIT_CHOICE_ATOMIC_CHROME: the choice that stands for an Emacs that waits for texts. */
#define FLOW_EDIT_CHOICE_ATOMIC_CHROME "atomic-chrome"

/**
 * FlowEditPickKind:
 * @FLOW_EDIT_PICK_NONE: whatever comes first
 * @FLOW_EDIT_PICK_CHANNEL: an editor with a channel, by its kind or its full name
 * @FLOW_EDIT_PICK_FOREIGN: a program that takes texts as `desktop_connect`
 * @FLOW_EDIT_PICK_ATOMIC_CHROME: an Emacs that waits for texts
 * @FLOW_EDIT_PICK_COMMAND: a program, or a command line
 *
 * What a choice of an editor stands for.
 */
typedef enum
{
  FLOW_EDIT_PICK_NONE,
  FLOW_EDIT_PICK_CHANNEL,
  FLOW_EDIT_PICK_FOREIGN,
  FLOW_EDIT_PICK_ATOMIC_CHROME,
  FLOW_EDIT_PICK_COMMAND,
} FlowEditPickKind;

/**
 * FlowEditPick:
 * @kind: how the editor is reached
 * @name: full name of the channel, or the command line; empty for the others
 * @choice: the choice that led to it, empty when none did
 *
 * The editor for a text.
 */
typedef struct
{
  FlowEditPickKind kind;
  char *name;
  char *choice;
} FlowEditPick;

/**
 * FlowEditPickFuncs:
 * @find_channel: (transfer full) (nullable): full name of the connected editor that takes texts and fits: of this kind,
 *   or with this name, or with %NULL any. Of several the one that the user was in last
 * @is_there: whether such an editor is connected, for the kinds that have no channel
 *
 * Who is connected.
 */
typedef struct
{
  char *(*find_channel) (const char *choice, gpointer data);
  gboolean (*is_there) (FlowEditPickKind kind, gpointer data);
} FlowEditPickFuncs;

FlowEditPickKind flow_edit_choice_get_kind (const char *choice);
gboolean flow_edit_pick (const FlowSettingsSnapshot *settings, const char *wished, const char *site, const char *type,
                         const FlowEditPickFuncs *funcs, gpointer data, FlowEditPick *out, GError **error);
void flow_edit_pick_clear (FlowEditPick *self);
char *flow_edit_default_command (const FlowSettingsSnapshot *settings, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowEditPick, flow_edit_pick_clear)

G_END_DECLS
