/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-news.h"

/* The first news is told at once, what follows at most once in a frame's time: a window cannot show more. */
#define FRAME_US (16 * 1000)

/* Origins that may wait to be told of; the list of those that asked is no longer either. */
#define MAX_ORIGINS 32

/**
 * FlowHubNews:
 *
 * What the hub's threads have to tell the thread that owns the hub. Any thread says it without waiting; it is told in
 * the owner's main context. However much comes while that thread is busy is told as one: at most one commit waits,
 * merged of all there were, and nothing is lost.
 */
struct _FlowHubNews
{
  FlowHubNewsFuncs funcs;
  gpointer data;
  GSource *source;
  gint64 told_us; /* monotonic; the owner's thread */

  GMutex mutex; /* guards the rest */
  gboolean waits;
  FlowCommit *commit; /* (nullable) */
  gboolean changed;
  GPtrArray *origins;
};

typedef struct
{
  GSource source;
  FlowHubNews *news;
} NewsSource;

static gboolean
news_source_dispatch (GSource *source, GSourceFunc callback, gpointer unused)
{
  FlowHubNews *self = ((NewsSource *) source)->news;
  FlowHubNewsFuncs funcs = self->funcs;
  gpointer data = self->data;
  g_autoptr (FlowCommit) commit = NULL;
  g_autoptr (GPtrArray) origins = NULL;
  gboolean changed;

  g_mutex_lock (&self->mutex);
  g_source_set_ready_time (source, -1);
  self->waits = FALSE;
  commit = g_steal_pointer (&self->commit);
  changed = self->changed;
  self->changed = FALSE;
  origins = g_steal_pointer (&self->origins);
  self->origins = g_ptr_array_new_with_free_func (g_free);
  self->told_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->mutex);

  /* Who hears one may have freed this before the next. */
  if (commit != NULL)
    funcs.committed (commit, data);
  if (changed && !g_source_is_destroyed (source))
    funcs.changed (data);
  for (guint i = 0; i < origins->len && !g_source_is_destroyed (source); i++)
    funcs.origin_asked (origins->pdata[i], data);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs news_source_funcs = { .dispatch = news_source_dispatch };

/**
 * flow_hub_news_new:
 * @context: where it is told
 * @funcs: who hears it; copied
 * @data: for them; must live as long as this
 *
 * Returns: (transfer full): news without any
 */
FlowHubNews *
flow_hub_news_new (GMainContext *context, const FlowHubNewsFuncs *funcs, gpointer data)
{
  FlowHubNews *self = g_new0 (FlowHubNews, 1);

  self->funcs = *funcs;
  self->data = data;
  self->origins = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&self->mutex);
  self->source = g_source_new (&news_source_funcs, sizeof (NewsSource));
  ((NewsSource *) self->source)->news = self;
  g_source_set_name (self->source, "flow-hub-news");
  g_source_attach (self->source, context);
  return self;
}

/**
 * flow_hub_news_free:
 * @self: (transfer full): news that nobody adds to any more; on the owner's thread
 *
 * Free it. What was not told is not told any more.
 */
void
flow_hub_news_free (FlowHubNews *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_clear_pointer (&self->commit, flow_commit_unref);
  g_ptr_array_unref (self->origins);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* With the mutex held: have it told once, a frame after the last time at the soonest. */
static void
wake (FlowHubNews *self)
{
  if (self->waits)
    return;
  self->waits = TRUE;
  g_source_set_ready_time (self->source, self->told_us + FRAME_US);
}

/**
 * flow_hub_news_commit:
 * @self: news
 * @commit: what became durable
 *
 * Tell of a commit. From any thread; never blocks.
 */
void
flow_hub_news_commit (FlowHubNews *self, FlowCommit *commit)
{
  g_mutex_lock (&self->mutex);
  if (self->commit == NULL)
    self->commit = flow_commit_ref (commit);
  else
    {
      g_autoptr (FlowCommit) before = g_steal_pointer (&self->commit);

      self->commit = flow_commit_merge (before, commit);
    }
  wake (self);
  g_mutex_unlock (&self->mutex);
}

/**
 * flow_hub_news_change:
 * @self: news
 *
 * Tell that the hub's state is another one. From any thread.
 */
void
flow_hub_news_change (FlowHubNews *self)
{
  g_mutex_lock (&self->mutex);
  self->changed = TRUE;
  wake (self);
  g_mutex_unlock (&self->mutex);
}

/**
 * flow_hub_news_origin:
 * @self: news
 * @origin: who wanted in
 *
 * Tell that a web page wanted in. From any thread.
 */
void
flow_hub_news_origin (FlowHubNews *self, const char *origin)
{
  g_mutex_lock (&self->mutex);
  if (self->origins->len < MAX_ORIGINS)
    g_ptr_array_add (self->origins, g_strdup (origin));
  wake (self);
  g_mutex_unlock (&self->mutex);
}
