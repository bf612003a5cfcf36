/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define FLOW_TYPE_DETAIL_ITEM (flow_detail_item_get_type ())
G_DECLARE_FINAL_TYPE (FlowDetailItem, flow_detail_item, FLOW, DETAIL_ITEM, GObject)

/** FlowDetailKind: what a line of the details is. */
typedef enum
{
  FLOW_DETAIL_TITLE,   /* the span's name */
  FLOW_DETAIL_SECTION, /* key: heading, value: how many */
  FLOW_DETAIL_GROUP,   /* key: heading inside a section */
  FLOW_DETAIL_VALUE,   /* key and value */
  FLOW_DETAIL_ERROR,   /* the same, as something that failed */
  FLOW_DETAIL_PLACE,   /* value: a place in the source, file and line set */
  FLOW_DETAIL_FIND,    /* the span's place has to be looked for */
  FLOW_DETAIL_LINK,    /* value: another trace, target set */
  FLOW_DETAIL_SPAN,    /* value: another span of this trace, span_id set */
} FlowDetailKind;

FlowDetailItem *flow_detail_item_new (FlowDetailKind kind, const char *key, char *value);
FlowDetailKind flow_detail_item_get_kind (FlowDetailItem *self);
const char *flow_detail_item_get_key (FlowDetailItem *self);
const char *flow_detail_item_get_value (FlowDetailItem *self);

void flow_detail_item_set_depth (FlowDetailItem *self, guint depth);
guint flow_detail_item_get_depth (FlowDetailItem *self);
void flow_detail_item_set_filter (FlowDetailItem *self, char *filter);
const char *flow_detail_item_get_filter (FlowDetailItem *self);
void flow_detail_item_set_place (FlowDetailItem *self, const char *file, guint line, guint column);
const char *flow_detail_item_get_place (FlowDetailItem *self, guint *line, guint *column);
void flow_detail_item_set_target (FlowDetailItem *self, char *target);
const char *flow_detail_item_get_target (FlowDetailItem *self);
void flow_detail_item_set_span_id (FlowDetailItem *self, guint64 span_id);
guint64 flow_detail_item_get_span_id (FlowDetailItem *self);

gboolean flow_detail_item_is_long (FlowDetailItem *self);
gboolean flow_detail_item_get_unfolded (FlowDetailItem *self);
void flow_detail_item_set_unfolded (FlowDetailItem *self, gboolean unfolded);
char *flow_detail_item_get_text (FlowDetailItem *self);

G_END_DECLS
