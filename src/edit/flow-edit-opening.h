/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "edit/flow-edit-endpoint.h"

G_BEGIN_DECLS

/** FLOW_EDIT_MAX_TEXT: bytes that a text may have. */
#define FLOW_EDIT_MAX_TEXT (4 * 1024 * 1024)
/** FLOW_EDIT_MAX_NAME: bytes of a title, a name, a client's id; longer ones are cut, or refused where they identify. */
#define FLOW_EDIT_MAX_NAME 256
/** FLOW_EDIT_MAX_URL: bytes of a page's address, and of what names a field in it. */
#define FLOW_EDIT_MAX_URL 4096

/**
 * FlowEditField:
 * @id: (nullable): the element's id
 * @name: (nullable): its name
 * @path: (nullable): where it is in the document
 * @key: (nullable): what the page itself calls it
 * @input_type: (nullable): `password` and `one-time-code` are refused
 *
 * What is known about the field of a page. What names it best counts for its identity: the key, the id, the name, the
 * path, in this order; without any, the page's title.
 */
typedef struct
{
  const char *id;
  const char *name;
  const char *path;
  const char *key;
  const char *input_type;
} FlowEditField;

/**
 * FlowEditResume:
 * @id: the session's id
 * @revision: the last revision that the client has, without its own operation that is under way
 * @has_revision: whether it knows one
 * @op_id: (nullable): id of the operation that it has not seen acknowledged
 * @base: that operation's revision
 * @operation: (nullable): that operation
 *
 * What a client says that comes back.
 */
typedef struct
{
  const char *id;
  guint64 revision;
  gboolean has_revision;
  const char *op_id;
  guint64 base;
  FlowTextOperation *operation;
} FlowEditResume;

/**
 * FlowEditOpening:
 * @field: (nullable): the field of the page
 * @title: (nullable): of the page, or what the field is labelled with
 * @url: (nullable): of the page; `host:port` is one too; %NULL or without a host: a file
 * @type: (nullable): as a file's extension, without the dot; anything else is ignored
 * @origin: (nullable): whose requests are counted together, for the limit
 * @choice: (nullable): the editor that is wished for this text
 * @text: what the field has
 * @cursor: (nullable): where it has its cursor
 * @focus: the user wants to edit it, so an editor should show it also when one has it
 * @no_editor: do not look for an editor: one comes by itself
 * @resume: (nullable): what it says if it comes back
 *
 * The request to edit a text. Everything in it comes from outside and is looked at before it is used.
 */
typedef struct
{
  const FlowEditField *field;
  const char *title;
  const char *url;
  const char *type;
  const char *origin;
  const char *choice;
  FlowText *text;
  const FlowEditCursor *cursor;
  gboolean focus;
  gboolean no_editor;
  const FlowEditResume *resume;
} FlowEditOpening;

/**
 * FlowEditChange:
 * @revision: which the text has after it
 * @operation: what leads there from the revision before
 * @client: the client that it came from; empty: none
 * @op_id: its id there; empty: none
 * @by: name of the endpoint
 *
 * One step of a text.
 */
typedef struct
{
  guint64 revision;
  FlowTextOperation *operation;
  char *client;
  char *op_id;
  char *by;
} FlowEditChange;

FlowEditChange *flow_edit_change_new (guint64 revision, FlowTextOperation *operation, const char *client,
                                      const char *op_id, const char *by);
void flow_edit_change_free (FlowEditChange *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditChange, flow_edit_change_free)

/**
 * FlowEditOpened:
 * @session: (nullable): the session; as long as the endpoint is attached
 * @revision: which the endpoint has after it has taken @changes, or @text
 * @resumed: the session was there before
 * @reset: what the client has is void: it takes @text
 * @text: (nullable): the text at @revision
 * @changes: (nullable) (element-type FlowEditChange): what leads from the revision that the client has to @revision;
 *   its own operation that was under way is among them, with its id. %NULL when it did not say which it has, and when
 *   @reset
 *
 * What an opening led to. For a WHOLE endpoint whose text is another one, @text comes as a push too.
 */
typedef struct
{
  FlowEditSession *session;
  guint64 revision;
  gboolean resumed;
  gboolean reset;
  FlowText *text;
  GPtrArray *changes;
} FlowEditOpened;

void flow_edit_opened_clear (FlowEditOpened *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowEditOpened, flow_edit_opened_clear)

char *flow_edit_identity_new (const char *url, const char *title, const FlowEditField *field);
char *flow_edit_site_of_url (const char *url);
char *flow_edit_type_clean (const char *type);
gboolean flow_edit_host_denied (const char *site, const char *const *denied_hosts);

G_END_DECLS
