/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-trace-item"

#include "trace/flow-trace-item.h"

/**
 * FlowTraceItem:
 *
 * A row of a list of traces. It exists before the trace's row is read: `info` is %NULL until then, and another one
 * whenever the trace has grown.
 */
struct _FlowTraceItem
{
  GObject parent_instance;

  guint64 number;
  FlowTraceInfo *info;
};

G_DEFINE_FINAL_TYPE (FlowTraceItem, flow_trace_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NUMBER,
  PROP_INFO,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
flow_trace_item_finalize (GObject *object)
{
  FlowTraceItem *self = FLOW_TRACE_ITEM (object);

  g_clear_pointer (&self->info, flow_trace_info_unref);

  G_OBJECT_CLASS (flow_trace_item_parent_class)->finalize (object);
}

static void
flow_trace_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FlowTraceItem *self = FLOW_TRACE_ITEM (object);

  switch (prop_id)
    {
    case PROP_NUMBER:
      g_value_set_uint64 (value, self->number);
      break;
    case PROP_INFO:
      g_value_set_pointer (value, self->info);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flow_trace_item_class_init (FlowTraceItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = flow_trace_item_finalize;
  object_class->get_property = flow_trace_item_get_property;

  /**
   * FlowTraceItem:number:
   *
   * The trace's number, by arrival.
   */
  properties[PROP_NUMBER] = g_param_spec_uint64 ("number", NULL, NULL, 0, G_MAXUINT64, 0,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * FlowTraceItem:info: (type FlowTraceInfo)
   *
   * The trace's row, %NULL until it was read.
   */
  properties[PROP_INFO] = g_param_spec_pointer ("info", NULL, NULL,
                                                G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flow_trace_item_init (FlowTraceItem *self)
{
}

/**
 * flow_trace_item_new:
 * @number: the trace's number
 *
 * Returns: (transfer full): an item whose row is not read yet
 */
FlowTraceItem *
flow_trace_item_new (guint64 number)
{
  FlowTraceItem *self = g_object_new (FLOW_TYPE_TRACE_ITEM, NULL);

  self->number = number;
  return self;
}

/**
 * flow_trace_item_get_number:
 * @self: an item
 *
 * Returns: the trace's number
 */
guint64
flow_trace_item_get_number (FlowTraceItem *self)
{
  return self->number;
}

/**
 * flow_trace_item_get_info:
 * @self: an item
 *
 * Returns: (transfer none) (nullable): the trace's row, %NULL until it was read
 */
FlowTraceInfo *
flow_trace_item_get_info (FlowTraceItem *self)
{
  return self->info;
}

/**
 * flow_trace_item_set_info:
 * @self: an item
 * @info: (transfer none): the trace's row
 *
 * Show what was read.
 */
void
flow_trace_item_set_info (FlowTraceItem *self, FlowTraceInfo *info)
{
  if (self->info == info)
    return;
  g_clear_pointer (&self->info, flow_trace_info_unref);
  self->info = flow_trace_info_ref (info);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INFO]);
}
