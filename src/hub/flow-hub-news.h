/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-commit.h"

G_BEGIN_DECLS

/**
 * FlowHubNewsFuncs:
 * @committed: something became durable
 * @changed: the hub's state is another one
 * @origin_asked: a web page wanted in
 *
 * Hears the news on the owner's thread.
 */
typedef struct
{
  void (*committed) (FlowCommit *commit, gpointer data);
  void (*changed) (gpointer data);
  void (*origin_asked) (const char *origin, gpointer data);
} FlowHubNewsFuncs;

typedef struct _FlowHubNews FlowHubNews;

FlowHubNews *flow_hub_news_new (GMainContext *context, const FlowHubNewsFuncs *funcs, gpointer data);
void flow_hub_news_free (FlowHubNews *self);
void flow_hub_news_commit (FlowHubNews *self, FlowCommit *commit);
void flow_hub_news_change (FlowHubNews *self);
void flow_hub_news_origin (FlowHubNews *self, const char *origin);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowHubNews, flow_hub_news_free)

G_END_DECLS
