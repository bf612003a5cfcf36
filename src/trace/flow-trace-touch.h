/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "store/flow-vault.h"
#include "trace/flow-trace-place.h"

G_BEGIN_DECLS

/** FlowTraceFlags: bits of trace.flags. */
typedef enum
{
  FLOW_TRACE_LOCATION = 1 << 0,
  FLOW_TRACE_ROOT = 1 << 1,      /* the name is a root span's */
  FLOW_TRACE_ELSEWHERE = 1 << 2, /* its spans are on another device; the row says what is known of them */
} FlowTraceFlags;

#define FLOW_TOUCH_SERVICES 32

/** FlowTouch: what one transaction adds to one trace. Zero but for `fresh` before flow_touch_init(). */
typedef struct
{
  guint64 number;
  guint8 trace_id[16];
  gboolean fresh;        /* there is no row yet */
  gint64 t0, t1;         /* of spans */
  gint64 log_t0, log_t1; /* of logs: they count only while a trace has no spans */
  guint32 spans, logs;
  gint64 errors; /* may be negative when a span was replaced */
  guint32 flags; /* FlowTraceFlags */
  gint64 name_start;
  gboolean name_again; /* it is a replaced span's, so it also beats one of the same start */
  const char *name;    /* (nullable): of a batch that the transaction holds */
  gsize name_length;
  guint32 services[FLOW_TOUCH_SERVICES]; /* in order of appearance; what is beyond is not listed */
  guint n_services;
  FlowPlace place;
  guint64 last_part[2]; /* spans, logs: the last ordinal in `parts` */
  FlowBuffer parts[2];  /* ordinals: the first as it is, then distances */
} FlowTouch;

void flow_touch_init (FlowTouch *self, guint64 number, const guint8 trace_id[16]);
void flow_touch_clear (FlowTouch *self);
gboolean flow_touch_is_empty (const FlowTouch *self);
void flow_touch_add_span (FlowTouch *self, const FlowSpanBatch *batch, const FlowSpan *span, guint32 service,
                          gboolean again);
void flow_touch_replace_span (FlowTouch *self, const FlowSpanBatch *batch, const FlowSpan *span, gboolean was_error);
void flow_touch_add_log (FlowTouch *self, const FlowLog *log, guint32 service);
void flow_touch_add_part (FlowTouch *self, FlowSignal signal, guint64 ordinal);
gboolean flow_touch_insert (FlowTouch *self, FlowVaultSealer *sealer, sqlite3_stmt *insert, GError **error);
gboolean flow_touch_update (FlowTouch *self, FlowVaultSealer *sealer, sqlite3_stmt *read, sqlite3_stmt *update,
                            GError **error);

G_END_DECLS
