/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "hub/doorways/flow-socket-doorway.h"
#include "hub/edits/flow-hub-edits.h"
#include "message/flow-json-writer.h"

G_BEGIN_DECLS

/**
 * FlowFieldMessage:
 * @text: (nullable): the whole text; without, there is nothing to do
 * @cursor: where the field has its cursor
 * @has_cursor: whether it says so
 * @opens: it says what the field is; the first message has to
 * @title: (nullable): of the page
 * @url: (nullable): of the page
 * @type: (nullable): as a file's extension
 *
 * What a field says. The strings are those of the JSON.
 */
typedef struct
{
  FlowText *text;
  FlowEditCursor cursor;
  gboolean has_cursor;
  gboolean opens;
  const char *title;
  const char *url;
  const char *type;
} FlowFieldMessage;

/**
 * FlowFieldProtocol:
 * @name: what it is called: `ghosttext`
 * @read: read a message; errors are %FLOW_ERROR_BAD_REQUEST and %FLOW_ERROR_TEXT_TOO_LONG
 * @write: write the members of a message to a field
 *
 * A protocol in which one connection is one field, which sends and gets its whole text. Both are pure functions.
 */
typedef struct
{
  const char *name;
  gboolean (*read) (JsonObject *object, FlowFieldMessage *message, GError **error);
  void (*write) (FlowJsonWriter *writer, FlowText *text, const FlowEditCursor *cursor);
} FlowFieldProtocol;

typedef struct _FlowFieldDoorway FlowFieldDoorway;

FlowFieldDoorway *flow_field_doorway_new (const FlowFieldProtocol *protocol, const FlowSocketParts *parts);
void flow_field_doorway_free (FlowFieldDoorway *self);
void flow_field_doorway_open (FlowFieldDoorway *self, FlowHubEdits *edits);
FlowSocketDoorway *flow_field_doorway_get_sockets (FlowFieldDoorway *self);

FlowText *flow_field_read_text (JsonObject *object, GError **error);
void flow_field_write_text (FlowJsonWriter *writer, FlowText *text);
GBytes *flow_field_write (const FlowFieldProtocol *protocol, FlowText *text, const FlowEditCursor *cursor);
void flow_field_message_clear (FlowFieldMessage *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowFieldMessage, flow_field_message_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowFieldDoorway, flow_field_doorway_free)

G_END_DECLS
