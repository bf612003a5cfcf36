/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowEditorPreset:
 * @program: the program's name
 * @name: what people call the editor
 * @arguments: the rest of its command line, with `{file}`, `{line}` and `{column}`
 * @waiting: (nullable): the same for a process that stays until the file is closed, %NULL when it cannot be told to
 * @terminal: whether it runs in the terminal that it is started from
 *
 * How to tell an editor where to go.
 */
typedef struct
{
  const char *program;
  const char *name;
  const char *arguments;
  const char *waiting;
  gboolean terminal;
} FlowEditorPreset;

const FlowEditorPreset *flow_editor_presets (gsize *n);
const FlowEditorPreset *flow_editor_preset_for_program (const char *program);
gboolean flow_editor_preset_is_installed (const FlowEditorPreset *self);
const FlowEditorPreset *flow_editor_preset_find (gboolean graphical, gboolean terminal);

G_END_DECLS
