/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "trace/flow-trace-facts.h"

G_BEGIN_DECLS

/** FLOW_FACT_TITLE_MAX: characters of a title. */
#define FLOW_FACT_TITLE_MAX 200

/** FLOW_FACT_NOTE_MAX: bytes of a note. */
#define FLOW_FACT_NOTE_MAX 65536

/** FLOW_FACT_TAG_MAX: characters of a tag. */
#define FLOW_FACT_TAG_MAX 60

/** FLOW_FACT_TAGS_MAX: tags of a trace. */
#define FLOW_FACT_TAGS_MAX 64

/**
 * FlowFactChange:
 *
 * What is to become of the facts about a trace: only what is set changes. Given to the writer as a whole, so either
 * all of it happens or nothing.
 */
typedef struct _FlowFactChange FlowFactChange;

FlowFactChange *flow_fact_change_new (const guint8 trace_id[16]);
FlowFactChange *flow_fact_change_copy (const FlowFactChange *self);
void flow_fact_change_free (FlowFactChange *self);
gboolean flow_fact_change_set_title (FlowFactChange *self, const char *title, GError **error);
gboolean flow_fact_change_set_note (FlowFactChange *self, const char *note, GError **error);
gboolean flow_fact_change_add_tag (FlowFactChange *self, const char *tag, GError **error);
gboolean flow_fact_change_remove_tag (FlowFactChange *self, const char *tag, GError **error);
void flow_fact_change_clear_tags (FlowFactChange *self);
void flow_fact_change_set_pinned (FlowFactChange *self, gboolean pinned);
FlowFactChange *flow_fact_change_new_undo (const FlowFactChange *self, const FlowTraceFacts *before);

const guint8 *flow_fact_change_get_trace_id (const FlowFactChange *self);
FlowTraceFacts *flow_fact_change_apply (const FlowFactChange *self, const FlowTraceFacts *before, gint64 now_ns,
                                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowFactChange, flow_fact_change_free)

G_END_DECLS
