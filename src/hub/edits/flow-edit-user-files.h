/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "edit/flow-edit-files.h"
#include "hub/edits/flow-edit-opener.h"
#include "hub/flow-control.h"

G_BEGIN_DECLS

FlowEditUserFiles *flow_edit_user_files_new (FlowEdits *edits, FlowEditOpener *opener);
void flow_edit_user_files_stop (FlowEditUserFiles *self);
void flow_edit_user_files_free (FlowEditUserFiles *self);
void flow_edit_user_files_open (FlowEditUserFiles *self, JsonObject *arguments, FlowControlReply *reply);
void flow_edit_user_files_wait (FlowEditUserFiles *self, const char *id, FlowControlReply *reply);
void flow_edit_user_files_changed (FlowEditUserFiles *self);
void flow_edit_user_files_came_back (FlowEditUserFiles *self, FlowEditSession *session);
gboolean flow_edit_user_files_lend (FlowEditUserFiles *self, FlowEditSession *session, const char *command);
void flow_edit_user_files_failed (FlowEditUserFiles *self, FlowEditSession *session, FlowError code,
                                  const char *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditUserFiles, flow_edit_user_files_free)

G_END_DECLS
