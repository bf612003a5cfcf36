/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

#include "message/flow-message.h"

G_BEGIN_DECLS

/**
 * FlowChannelSocketFuncs:
 * @opened: messages may be sent
 * @message: one has come
 * @closed: it was closed, or could not be opened; @final: it is no use to come again. Comes once and last
 *
 * What a socket tells its owner; each of them may free it.
 */
typedef struct
{
  void (*opened) (gpointer data);
  void (*message) (FlowMessage *message, gpointer data);
  void (*closed) (const GError *error, gboolean final, gpointer data);
} FlowChannelSocketFuncs;

typedef struct _FlowChannelSocket FlowChannelSocket;

FlowChannelSocket *flow_channel_socket_open (const char *url, const char *token, const FlowChannelSocketFuncs *funcs,
                                             gpointer data);
void flow_channel_socket_free (FlowChannelSocket *self);
void flow_channel_socket_close (FlowChannelSocket *self);
void flow_channel_socket_send (FlowChannelSocket *self, FlowMessage *message);

G_END_DECLS
