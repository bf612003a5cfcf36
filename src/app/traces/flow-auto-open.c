/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-auto-open"

#include "app/traces/flow-auto-open.h"

/* Of many that come at once only the first ones are looked at; one is the newest when new ones come first. */
#define LOOK_AT 64

/**
 * FlowAutoOpen:
 *
 * Says which trace is to be opened by itself: with the setting `ui.auto-open-traces`, while the list follows, the
 * newest one that comes into it. What is in the list already, or comes into it by another filter, is not new.
 */
struct _FlowAutoOpen
{
  GObject parent_instance;

  FlowSettings *settings;
  FlowTraceListModel *model;
  FlowTraceItem *item; /* the newest, until it is known what it is */
  guint64 seen;
};

G_DEFINE_FINAL_TYPE (FlowAutoOpen, flow_auto_open, G_TYPE_OBJECT)

enum
{
  ARRIVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
drop_item (FlowAutoOpen *self)
{
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_clear_object (&self->item);
}

static gboolean
is_wanted (FlowAutoOpen *self)
{
  g_autoptr (GVariant) value = flow_settings_get (self->settings, "ui.auto-open-traces", NULL);

  return value != NULL && g_variant_get_boolean (value) && !flow_trace_list_model_get_paused (self->model) &&
         !flow_trace_list_model_get_loading (self->model);
}

static void
info_cb (FlowTraceItem *item, GParamSpec *pspec, FlowAutoOpen *self)
{
  g_autoptr (FlowTraceItem) kept = g_object_ref (item);

  if (flow_trace_item_get_info (item) == NULL)
    return;
  drop_item (self);
  g_signal_emit (self, signals[ARRIVED], 0, kept);
}

static FlowTraceItem *
find_newest (FlowAutoOpen *self, guint position, guint added)
{
  FlowTraceItem *newest = NULL;

  for (guint i = 0; i < MIN (added, LOOK_AT); i++)
    {
      g_autoptr (FlowTraceItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), position + i);

      if (newest == NULL || flow_trace_item_get_number (item) > flow_trace_item_get_number (newest))
        g_set_object (&newest, item);
    }
  return newest;
}

static void
items_changed_cb (FlowTraceListModel *model, guint position, guint removed, guint added, FlowAutoOpen *self)
{
  g_autoptr (FlowTraceItem) item = find_newest (self, position, added);

  if (item == NULL || flow_trace_item_get_number (item) <= self->seen)
    return;
  self->seen = flow_trace_item_get_number (item);
  drop_item (self);
  if (!is_wanted (self))
    return;
  self->item = g_object_ref (item);
  g_signal_connect (item, "notify::info", G_CALLBACK (info_cb), self);
  info_cb (item, NULL, self);
}

static void
flow_auto_open_dispose (GObject *object)
{
  FlowAutoOpen *self = FLOW_AUTO_OPEN (object);

  drop_item (self);
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->model);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (flow_auto_open_parent_class)->dispose (object);
}

static void
flow_auto_open_class_init (FlowAutoOpenClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_auto_open_dispose;

  /**
   * FlowAutoOpen::arrived:
   * @self: the object
   * @item: the trace, with its info
   *
   * Emitted when a trace is to be opened.
   */
  signals[ARRIVED] = g_signal_new ("arrived", FLOW_TYPE_AUTO_OPEN, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                   1, FLOW_TYPE_TRACE_ITEM);
}

static void
flow_auto_open_init (FlowAutoOpen *self)
{
}

/**
 * flow_auto_open_new:
 * @settings: the settings
 * @model: the list
 *
 * Returns: (transfer full): what watches the list
 */
FlowAutoOpen *
flow_auto_open_new (FlowSettings *settings, FlowTraceListModel *model)
{
  FlowAutoOpen *self = g_object_new (FLOW_TYPE_AUTO_OPEN, NULL);

  self->settings = g_object_ref (settings);
  self->model = g_object_ref (model);
  g_signal_connect (model, "items-changed", G_CALLBACK (items_changed_cb), self);
  return self;
}
