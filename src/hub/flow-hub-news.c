/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-hub"

#include "hub/flow-hub-news.h"

#include "base/flow-id.h"

/* The first news is told at once, what follows at most once in a frame's time: a window cannot show more. */
#define FRAME_US (16 * 1000)

/* Single events that may wait to be told of; the list of origins that asked is no longer either. */
#define MAX_EVENTS 32

/* Something that is told by itself. */
typedef struct
{
  enum
  {
    ORIGIN_ASKED,
    PAIR_ASKED,
    FOCUS_TRACE,
    JUMP_FAILED,
    EDIT_NOTICE,
    SYNC_NOTICE,
  } what;
  char *texts[5];
  guint64 number;
} Event;

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
  gboolean channels;
  gboolean edits;
  gboolean sync;
  GPtrArray *events; /* of Event */
};

typedef struct
{
  GSource source;
  FlowHubNews *news;
} NewsSource;

static void
event_free (gpointer data)
{
  Event *event = data;

  for (guint i = 0; i < G_N_ELEMENTS (event->texts); i++)
    g_free (event->texts[i]);
  g_free (event);
}

static void
tell (const FlowHubNewsFuncs *funcs, const Event *event, gpointer data)
{
  char *const *texts = event->texts;

  switch (event->what)
    {
    case ORIGIN_ASKED:
      funcs->origin_asked (texts[0], data);
      break;
    case PAIR_ASKED:
      funcs->pair_asked (texts[0], texts[1], texts[2], texts[3], data);
      break;
    case FOCUS_TRACE:
      funcs->focus_trace (texts[0], event->number, data);
      break;
    case EDIT_NOTICE:
      funcs->edit_notice (texts[0], texts[1], texts[2], texts[3], texts[4], data);
      break;
    case SYNC_NOTICE:
      funcs->sync_notice (texts[0], texts[1], texts[2], texts[3], data);
      break;
    case JUMP_FAILED:
    default:
      funcs->jump_failed (texts[0], (guint) event->number, texts[1], data);
      break;
    }
}

static gboolean
news_source_dispatch (GSource *source, GSourceFunc callback, gpointer unused)
{
  FlowHubNews *self = ((NewsSource *) source)->news;
  FlowHubNewsFuncs funcs = self->funcs;
  gpointer data = self->data;
  g_autoptr (FlowCommit) commit = NULL;
  g_autoptr (GPtrArray) events = NULL;
  gboolean changed, channels, edits, sync;

  g_mutex_lock (&self->mutex);
  g_source_set_ready_time (source, -1);
  self->waits = FALSE;
  commit = g_steal_pointer (&self->commit);
  changed = self->changed;
  channels = self->channels;
  edits = self->edits;
  sync = self->sync;
  self->changed = self->channels = self->edits = self->sync = FALSE;
  events = g_steal_pointer (&self->events);
  self->events = g_ptr_array_new_with_free_func (event_free);
  self->told_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->mutex);

  /* Who hears one may have freed this before the next. */
  if (commit != NULL)
    funcs.committed (commit, data);
  if (changed && !g_source_is_destroyed (source))
    funcs.changed (data);
  if (channels && !g_source_is_destroyed (source))
    funcs.channels_changed (data);
  if (edits && !g_source_is_destroyed (source))
    funcs.edits_changed (data);
  if (sync && !g_source_is_destroyed (source))
    funcs.sync_changed (data);
  for (guint i = 0; i < events->len && !g_source_is_destroyed (source); i++)
    tell (&funcs, events->pdata[i], data);
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
  self->events = g_ptr_array_new_with_free_func (event_free);
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
  g_ptr_array_unref (self->events);
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
 * flow_hub_news_channels:
 * @self: news
 *
 * Tell that channels, or what waits for them, changed. From any thread.
 */
void
flow_hub_news_channels (FlowHubNews *self)
{
  g_mutex_lock (&self->mutex);
  self->channels = TRUE;
  wake (self);
  g_mutex_unlock (&self->mutex);
}

/* Takes the event. */
static void
add_event (FlowHubNews *self, const Event *event)
{
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->events, g_memdup2 (event, sizeof *event));
  if (self->events->len > MAX_EVENTS)
    g_ptr_array_remove_index (self->events, 0);
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
  Event event = { .what = ORIGIN_ASKED, .texts = { g_strdup (origin) } };

  add_event (self, &event);
}

/**
 * flow_hub_news_pair:
 * @self: news
 * @request: the request, to answer it by
 * @name: what the program calls itself
 * @kind: what it wants to be
 * @code: what it shows to the user
 *
 * Tell that a program wants to be paired. From any thread.
 */
void
flow_hub_news_pair (FlowHubNews *self, const char *request, const char *name, const char *kind, const char *code)
{
  Event event = { .what = PAIR_ASKED,
                  .texts = { g_strdup (request), g_strdup (name), g_strdup (kind), g_strdup (code) } };

  add_event (self, &event);
}

/**
 * flow_hub_news_focus:
 * @self: news
 * @trace_id: (array fixed-size=16): a trace
 * @span_id: one of its spans, 0 for none
 *
 * Tell that somebody wants a trace to be shown. From any thread.
 */
void
flow_hub_news_focus (FlowHubNews *self, const guint8 trace_id[16], guint64 span_id)
{
  Event event = { .what = FOCUS_TRACE, .texts = { g_malloc (33) }, .number = span_id };

  flow_id_to_hex (trace_id, 16, event.texts[0]);
  add_event (self, &event);
}

/**
 * flow_hub_news_jump_failed:
 * @self: news
 * @file: a file
 * @line: its line
 * @reason: why it could not be shown
 *
 * Tell that a place in the code could not be shown. From any thread.
 */
void
flow_hub_news_jump_failed (FlowHubNews *self, const char *file, guint line, const char *reason)
{
  Event event = { .what = JUMP_FAILED, .texts = { g_strdup (file), g_strdup (reason) }, .number = line };

  add_event (self, &event);
}

/**
 * flow_hub_news_edits:
 * @self: news
 *
 * Tell that texts that are edited, or their ends, changed. From any thread.
 */
void
flow_hub_news_edits (FlowHubNews *self)
{
  g_mutex_lock (&self->mutex);
  self->edits = TRUE;
  wake (self);
  g_mutex_unlock (&self->mutex);
}

/**
 * flow_hub_news_edit_notice:
 * @self: news
 * @kind: what it is: `conflict`, `recovered`, `editor_not_found`, `no_permission` or `unexpected`, or `show`
 * @id: the session
 * @title: what people call it
 * @message: what happened
 * @detail: what it is about, the folder for `no_permission`
 *
 * Tell of something about a text that the user should know. From any thread.
 */
void
flow_hub_news_edit_notice (FlowHubNews *self, const char *kind, const char *id, const char *title, const char *message,
                           const char *detail)
{
  Event event = { .what = EDIT_NOTICE,
                  .texts = { g_strdup (kind), g_strdup (id), g_strdup (title), g_strdup (message),
                             g_strdup (detail) } };

  add_event (self, &event);
}

/**
 * flow_hub_news_sync:
 * @self: news
 *
 * Tell that what is said of syncing changed. From any thread.
 */
void
flow_hub_news_sync (FlowHubNews *self)
{
  g_mutex_lock (&self->mutex);
  self->sync = TRUE;
  wake (self);
  g_mutex_unlock (&self->mutex);
}

/**
 * flow_hub_news_sync_notice:
 * @self: news
 * @kind: what it is: `conflict`, `signed_out`, `secrets`, `done`, `failed`, `device` or `editor`
 * @title: what it is about, in people's words
 * @message: what happened
 * @detail: more of it: the id of a conflict, the name of a device; may be empty
 *
 * Tell of something about syncing that the user should know. From any thread.
 */
void
flow_hub_news_sync_notice (FlowHubNews *self, const char *kind, const char *title, const char *message,
                           const char *detail)
{
  Event event = { .what = SYNC_NOTICE,
                  .texts = { g_strdup (kind), g_strdup (title), g_strdup (message), g_strdup (detail) } };

  add_event (self, &event);
}
