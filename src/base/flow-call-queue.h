/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowCall:
 * @run: runs on the queue's thread, once; may free the call
 *
 * Something to do on another thread. Embedded in what it is about, so that posting it costs no memory.
 */
typedef struct _FlowCall FlowCall;

struct _FlowCall
{
  FlowCall *next;
  void (*run) (FlowCall *call);
};

typedef struct _FlowCallQueue FlowCallQueue;

FlowCallQueue *flow_call_queue_new (GMainContext *context, const char *name);
void flow_call_queue_push (FlowCallQueue *self, FlowCall *call);
void flow_call_queue_drain (FlowCallQueue *self);
void flow_call_queue_free (FlowCallQueue *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowCallQueue, flow_call_queue_free)

G_END_DECLS
