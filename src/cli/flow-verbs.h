/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-verb.h"

G_BEGIN_DECLS

/* One file each: flow-verb-NAME.c. */
extern const FlowVerb flow_verb_annotate;
extern const FlowVerb flow_verb_channels;
extern const FlowVerb flow_verb_cloud;
extern const FlowVerb flow_verb_completion;
extern const FlowVerb flow_verb_db;
extern const FlowVerb flow_verb_doctor;
extern const FlowVerb flow_verb_edit;
extern const FlowVerb flow_verb_editor;
extern const FlowVerb flow_verb_env;
extern const FlowVerb flow_verb_erase;
extern const FlowVerb flow_verb_export;
extern const FlowVerb flow_verb_health;
extern const FlowVerb flow_verb_import;
extern const FlowVerb flow_verb_listen;
extern const FlowVerb flow_verb_man;
extern const FlowVerb flow_verb_mark;
extern const FlowVerb flow_verb_metrics;
extern const FlowVerb flow_verb_open;
extern const FlowVerb flow_verb_outbox;
extern const FlowVerb flow_verb_pair;
extern const FlowVerb flow_verb_pull;
extern const FlowVerb flow_verb_record;
extern const FlowVerb flow_verb_search;
extern const FlowVerb flow_verb_send;
extern const FlowVerb flow_verb_services;
extern const FlowVerb flow_verb_sessions;
extern const FlowVerb flow_verb_settings;
extern const FlowVerb flow_verb_share;
extern const FlowVerb flow_verb_sql;
extern const FlowVerb flow_verb_status;
extern const FlowVerb flow_verb_sync;
extern const FlowVerb flow_verb_tail;
extern const FlowVerb flow_verb_trace;
extern const FlowVerb flow_verb_traces;
extern const FlowVerb flow_verb_workspaces;

G_END_DECLS
