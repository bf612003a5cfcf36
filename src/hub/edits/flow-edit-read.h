/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "edit/flow-edit-opening.h"

G_BEGIN_DECLS

/**
 * FlowEditRequest:
 * @opening: what is to be edited
 * @client: (nullable): the id that the client has made up for its end of the session
 *
 * An `edit_request` of a client, as the native protocol and web-dev-sync have it. The strings are those of the JSON.
 */
typedef struct
{
  FlowEditOpening opening;
  const char *client;

  /*< private >*/
  char *title;
  FlowEditField field;
  FlowEditCursor cursor;
  FlowEditResume resume;
} FlowEditRequest;

/**
 * FlowEditUpdate:
 * @edit_id: (nullable): which session
 * @client: (nullable): the id of the client's end
 * @base: the revision that @operation and @cursor are for
 * @has_base: whether it is said
 * @op_id: (nullable): what the client calls @operation
 * @operation: (nullable): a change
 * @text: (nullable): the whole text
 * @cursor: (nullable): where the client has its cursor
 * @opened: it says that it shows the text now
 *
 * An `edit_update` of a client. The strings are those of the JSON.
 */
typedef struct
{
  const char *edit_id;
  const char *client;
  guint64 base;
  gboolean has_base;
  const char *op_id;
  FlowTextOperation *operation;
  FlowText *text;
  const FlowEditCursor *cursor;
  gboolean opened;

  /*< private >*/
  FlowEditCursor place;
} FlowEditUpdate;

gboolean flow_edit_json_check (const char *text, gsize length, GError **error);
JsonObject *flow_edit_json_read (GBytes *bytes, GError **error);
char *flow_edit_bind_url (const char *url, const char *origin);
gboolean flow_edit_request_read (FlowEditRequest *self, JsonObject *data, GError **error);
void flow_edit_request_set_origin (FlowEditRequest *self, const char *origin, const char *who);
void flow_edit_request_clear (FlowEditRequest *self);
gboolean flow_edit_update_read (FlowEditUpdate *self, JsonObject *data, GError **error);
void flow_edit_update_clear (FlowEditUpdate *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowEditRequest, flow_edit_request_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowEditUpdate, flow_edit_update_clear)

G_END_DECLS
