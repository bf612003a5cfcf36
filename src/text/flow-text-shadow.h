/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text-server.h"

G_BEGIN_DECLS

/** FLOW_TEXT_SHADOW_SENT: how many texts that a peer has not shown back are remembered. */
#define FLOW_TEXT_SHADOW_SENT 8

/**
 * FlowTextShadow:
 *
 * What is known about a peer that sends and gets whole texts (a page, a file): the text that was last seen from it, and
 * those that were pushed to it since and that it has not shown back. A text that comes from it is one of the pushed
 * ones (an echo), or a change of the one that it differs from the least. So what a peer types while a push is under way
 * is not lost. Belongs to the thread of its server.
 */
typedef struct _FlowTextShadow FlowTextShadow;

/**
 * FlowTextShadowResult:
 * @FLOW_TEXT_SHADOW_FAILED: nothing was taken, the error says why
 * @FLOW_TEXT_SHADOW_ECHO: the peer shows what it was sent, or what it showed before
 * @FLOW_TEXT_SHADOW_CHANGE: the peer has changed the text, and the server has taken the change
 */
typedef enum
{
  FLOW_TEXT_SHADOW_FAILED,
  FLOW_TEXT_SHADOW_ECHO,
  FLOW_TEXT_SHADOW_CHANGE,
} FlowTextShadowResult;

/**
 * FlowTextShadowChange:
 * @revision: what the server gave it
 * @operation: the change against revision - 1, as it goes to the others
 * @base: the text that the peer changed
 * @own: the change against @base
 * @others: what the others did to @base meanwhile; a no-op when nothing
 *
 * A change of a peer. With @base, @own and @others flow_text_overlap() finds out whether both changed the same words.
 */
typedef struct
{
  guint64 revision;
  FlowTextOperation *operation;
  FlowText *base;
  FlowTextOperation *own;
  FlowTextOperation *others;
} FlowTextShadowChange;

FlowTextShadow *flow_text_shadow_new (FlowText *held, guint64 revision);
FlowTextShadow *flow_text_shadow_new_apart (FlowText *held, guint64 revision, FlowTextOperation *ahead);
void flow_text_shadow_free (FlowTextShadow *self);
FlowTextShadowResult flow_text_shadow_take (FlowTextShadow *self, FlowTextServer *server, FlowText *text,
                                            const char *client, FlowTextShadowChange *change, GError **error);
void flow_text_shadow_push (FlowTextShadow *self, FlowTextServer *server);
gboolean flow_text_shadow_needs_push (FlowTextShadow *self, FlowTextServer *server);
gint64 flow_text_shadow_get_pause (FlowTextShadow *self, gint64 least);
guint flow_text_shadow_get_n_sent (FlowTextShadow *self);
void flow_text_shadow_arrived (FlowTextShadow *self, guint64 revision);
void flow_text_shadow_forget_sent (FlowTextShadow *self);
FlowText *flow_text_shadow_get_held (FlowTextShadow *self);
guint64 flow_text_shadow_get_oldest (FlowTextShadow *self);
void flow_text_shadow_catch_up (FlowTextShadow *self, FlowTextServer *server);
void flow_text_shadow_change_clear (FlowTextShadowChange *change);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTextShadow, flow_text_shadow_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowTextShadowChange, flow_text_shadow_change_clear)

G_END_DECLS
