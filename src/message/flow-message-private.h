/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "message/flow-envelope.h"
#include "message/flow-message.h"

G_BEGIN_DECLS

/* A part of the message that is read when somebody asks for it. */
typedef struct
{
  FlowSlice text; /* in the bytes of the message */
  JsonNode *node; /* atomic: %NULL until it was read; never changes after that */
} FlowMessagePart;

struct _FlowMessage
{
  gatomicrefcount references;
  GBytes *bytes;
  const FlowMessageType *info;
  FlowMessagePart data;
  FlowMessagePart metadata;
  FlowSlice seq_text;
  guint64 seq;
  gint64 expires_ns;
  int priority;
  gboolean ack;
  /* In the same block of memory, behind this. */
  const char *id;
  const char *type;
  const char *source;
  const char *target;
  const char *reply_to;
  const char *timestamp;
  const char *expires;
};

JsonNode *flow_message_read_part (FlowMessagePart *part);

G_END_DECLS
