/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/edits/flow-hub-edits.h"

G_BEGIN_DECLS

typedef struct _FlowEmacsEditor FlowEmacsEditor;

FlowEmacsEditor *flow_emacs_editor_new (guint port);
void flow_emacs_editor_free (FlowEmacsEditor *self);
void flow_emacs_editor_open (FlowEmacsEditor *self, FlowHubEdits *edits);
void flow_emacs_editor_close (FlowEmacsEditor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEmacsEditor, flow_emacs_editor_free)

G_END_DECLS
