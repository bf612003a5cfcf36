/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-commit.h"

G_BEGIN_DECLS

/**
 * FlowHubNewsFuncs:
 * @committed: something became durable
 * @changed: the hub's state is another one
 * @origin_asked: a web page wanted in
 * @channels_changed: who is connected, or what waits for them, is another
 * @pair_asked: a program wants to be paired
 * @focus_trace: somebody wants a trace to be shown, and one of its spans when it is not 0
 * @jump_failed: a place in the code could not be shown
 * @edits_changed: texts that are edited, or their ends, are others
 * @edit_notice: something about a text that the user should know
 * @sync_changed: what is said of syncing is another
 * @sync_notice: something about syncing that the user should know
 *
 * Hears the news on the owner's thread.
 */
typedef struct
{
  void (*committed) (FlowCommit *commit, gpointer data);
  void (*changed) (gpointer data);
  void (*origin_asked) (const char *origin, gpointer data);
  void (*channels_changed) (gpointer data);
  void (*pair_asked) (const char *request, const char *name, const char *kind, const char *code, gpointer data);
  void (*focus_trace) (const char *trace_id, guint64 span_id, gpointer data);
  void (*jump_failed) (const char *file, guint line, const char *reason, gpointer data);
  void (*edits_changed) (gpointer data);
  void (*edit_notice) (const char *kind, const char *id, const char *title, const char *message, const char *detail,
                       gpointer data);
  void (*sync_changed) (gpointer data);
  void (*sync_notice) (const char *kind, const char *title, const char *message, const char *detail, gpointer data);
} FlowHubNewsFuncs;

typedef struct _FlowHubNews FlowHubNews;

FlowHubNews *flow_hub_news_new (GMainContext *context, const FlowHubNewsFuncs *funcs, gpointer data);
void flow_hub_news_free (FlowHubNews *self);
void flow_hub_news_commit (FlowHubNews *self, FlowCommit *commit);
void flow_hub_news_change (FlowHubNews *self);
void flow_hub_news_origin (FlowHubNews *self, const char *origin);
void flow_hub_news_channels (FlowHubNews *self);
void flow_hub_news_pair (FlowHubNews *self, const char *request, const char *name, const char *kind, const char *code);
void flow_hub_news_focus (FlowHubNews *self, const guint8 trace_id[16], guint64 span_id);
void flow_hub_news_jump_failed (FlowHubNews *self, const char *file, guint line, const char *reason);
void flow_hub_news_edits (FlowHubNews *self);
void flow_hub_news_edit_notice (FlowHubNews *self, const char *kind, const char *id, const char *title,
                                const char *message, const char *detail);
void flow_hub_news_sync (FlowHubNews *self);
void flow_hub_news_sync_notice (FlowHubNews *self, const char *kind, const char *title, const char *message,
                                const char *detail);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHubNews, flow_hub_news_free)

G_END_DECLS
