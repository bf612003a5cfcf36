/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "hub/sync/traces/flow-trace-pack.h"
#include "trace/flow-trace-store.h"

G_BEGIN_DECLS

/**
 * FlowShareMode:
 * @FLOW_SHARE_NONE: only those that the user shares by name
 * @FLOW_SHARE_KEPT: those that are pinned, tagged, named or noted
 * @FLOW_SHARE_ERRORS: these, and those with errors
 * @FLOW_SHARE_ALL: all
 *
 * Which traces other devices get, `sync.traces`. What the user says about a trace is on all of them in any case, and
 * what the trace is called, so that it can be told which one is meant.
 */
typedef enum
{
  FLOW_SHARE_NONE,
  FLOW_SHARE_KEPT,
  FLOW_SHARE_ERRORS,
  FLOW_SHARE_ALL,
} FlowShareMode;

/**
 * FlowTraceOffer:
 * @traces: the traces
 * @device: the id of this device
 * @mode: which traces are offered by themselves
 *
 * Offers traces of this device to the others of the account: writes their headers, and notes of which the spans are to
 * be sent. On the writer thread, in a transaction.
 */
typedef struct
{
  FlowTraceStore *traces;
  const char *device;
  FlowShareMode mode;
} FlowTraceOffer;

FlowShareMode flow_share_mode_parse (const char *text);
gboolean flow_trace_offer (const FlowTraceOffer *self, sqlite3 *db, guint64 number, GError **error);
gboolean flow_trace_offer_id (const FlowTraceOffer *self, sqlite3 *db, const guint8 trace_id[16], GError **error);
gboolean flow_trace_offer_changed (const FlowTraceOffer *self, sqlite3 *db, const guint64 *numbers, gsize n_numbers,
                                   GError **error);
gboolean flow_trace_offer_dirty (const FlowTraceOffer *self, sqlite3 *db, GError **error);
gboolean flow_trace_offer_facts (const FlowTraceOffer *self, sqlite3 *db, GArray *numbers, GError **error);
gboolean flow_trace_offer_more (const FlowTraceOffer *self, sqlite3 *db, guint limit, gboolean *more, GError **error);
gboolean flow_trace_offer_wish (const FlowTraceOffer *self, sqlite3 *db, const guint8 trace_id[16], gboolean stop,
                                GError **error);
gboolean flow_trace_offer_look (const FlowTraceOffer *self, sqlite3 *db, const guint8 trace_id[16], gboolean *shared,
                                GError **error);
gboolean flow_trace_offer_sent (const FlowTraceOffer *self, sqlite3 *db, const guint8 trace_id[16],
                                const FlowTracePart *part, const char *source_file, guint source_line, GError **error);

G_END_DECLS
