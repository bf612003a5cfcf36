/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "edit/flow-edits.h"
#include "message/flow-json-writer.h"

G_BEGIN_DECLS

/* From what is in memory, on the thread of FlowEdits */
void flow_edits_write (FlowEdits *self, FlowJsonWriter *writer);
void flow_edit_session_write (FlowEditSession *self, FlowJsonWriter *writer);
void flow_edit_session_write_conflicts (FlowEditSession *self, FlowJsonWriter *writer);
void flow_edit_opened_write (const FlowEditOpened *self, FlowJsonWriter *writer);
void flow_edit_push_write (const FlowEditPush *push, const char *id, FlowJsonWriter *writer);

G_END_DECLS
