/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-error.h"
#include "text/flow-text-operation.h"
#include "text/flow-text.h"

G_BEGIN_DECLS

typedef struct _FlowEditSession FlowEditSession;
typedef struct _FlowEditEndpoint FlowEditEndpoint;

/**
 * FlowEditSide:
 * @FLOW_EDIT_PAGE: the field of a page
 * @FLOW_EDIT_EDITOR: where people write
 * @FLOW_EDIT_FILE: a file of the user's that is edited instead of a field
 *
 * Which end of a session it is.
 */
typedef enum
{
  FLOW_EDIT_PAGE,
  FLOW_EDIT_EDITOR,
  FLOW_EDIT_FILE,
} FlowEditSide;

/**
 * FlowEditStyle:
 * @FLOW_EDIT_WHOLE: it sends and gets whole texts
 * @FLOW_EDIT_DELTA: it sends and gets operations against revisions
 *
 * How an endpoint speaks.
 */
typedef enum
{
  FLOW_EDIT_WHOLE,
  FLOW_EDIT_DELTA,
} FlowEditStyle;

/**
 * FlowEditEndpointState:
 * @FLOW_EDIT_LIVE: both ways work
 * @FLOW_EDIT_WAITING: it was told to open, and has not said that it has
 * @FLOW_EDIT_FAILED: it said that it cannot
 *
 * Whether an endpoint is usable.
 */
typedef enum
{
  FLOW_EDIT_LIVE,
  FLOW_EDIT_WAITING,
  FLOW_EDIT_FAILED,
} FlowEditEndpointState;

/**
 * FlowEditCursor:
 * @start: where the selection begins, in code points from the text's begin
 * @end: where the cursor is; less than @start when it was selected backwards
 *
 * A selection.
 */
typedef struct
{
  gsize start;
  gsize end;
} FlowEditCursor;

/**
 * FlowEditPushKind:
 * @FLOW_EDIT_PUSH_TEXT: the text is `text`. For a DELTA endpoint it is a reset: what it had is void, what of its own
 *   was under way is in `text` or was refused
 * @FLOW_EDIT_PUSH_OPERATION: `operation` leads from the revision before to `revision`; only to DELTA endpoints
 * @FLOW_EDIT_PUSH_ACK: its operation `op_id` is in the text as `revision`, durably; only to DELTA endpoints
 * @FLOW_EDIT_PUSH_CURSOR: `by` has its cursor at `cursor`
 * @FLOW_EDIT_PUSH_SAVED: to who saved: what he saved is kept, durably, as `revision`; to the others: it was saved
 * @FLOW_EDIT_PUSH_STATE: how the session stands: `state`, and `code` and `message` when something is wrong
 * @FLOW_EDIT_PUSH_CLOSED: the session has let go of the endpoint, for `reason`. Nothing comes after it
 *
 * What an endpoint is told. Pushes to a DELTA endpoint come in order of revisions: between one of its operations and
 * that one's ACK comes only what has a smaller revision.
 */
typedef enum
{
  FLOW_EDIT_PUSH_TEXT,
  FLOW_EDIT_PUSH_OPERATION,
  FLOW_EDIT_PUSH_ACK,
  FLOW_EDIT_PUSH_CURSOR,
  FLOW_EDIT_PUSH_SAVED,
  FLOW_EDIT_PUSH_STATE,
  FLOW_EDIT_PUSH_CLOSED,
} FlowEditPushKind;

/**
 * FlowEditSessionState:
 * @FLOW_EDIT_STATE_OPEN: an editor has the text, and no conflict waits
 * @FLOW_EDIT_STATE_WAITING: no editor has it so far
 * @FLOW_EDIT_STATE_CONFLICT: two versions of the same words are in it
 * @FLOW_EDIT_STATE_EDITOR_FAILED: the editor could not be opened
 * @FLOW_EDIT_STATE_EDITOR_CLOSED: the editor has closed it
 * @FLOW_EDIT_STATE_NOT_KEPT: what is typed goes to the other side, but cannot be kept; a full disk for example
 *
 * How a session stands.
 */
typedef enum
{
  FLOW_EDIT_STATE_OPEN,
  FLOW_EDIT_STATE_WAITING,
  FLOW_EDIT_STATE_CONFLICT,
  FLOW_EDIT_STATE_EDITOR_FAILED,
  FLOW_EDIT_STATE_EDITOR_CLOSED,
  FLOW_EDIT_STATE_NOT_KEPT,
} FlowEditSessionState;

/**
 * FlowEditReason:
 * @FLOW_EDIT_LOST: the connection went away
 * @FLOW_EDIT_LEFT: it closed the text; the session goes on
 * @FLOW_EDIT_REPLACED: the same endpoint came by another connection, or another editor was chosen
 * @FLOW_EDIT_ENDED: the user ended the session
 * @FLOW_EDIT_EXPIRED: nobody had it for a day
 * @FLOW_EDIT_SHELVED: more sessions without endpoints than are kept in memory
 * @FLOW_EDIT_STOPPED: the hub stops
 *
 * Why an endpoint, or a session, is closed.
 */
typedef enum
{
  FLOW_EDIT_LOST,
  FLOW_EDIT_LEFT,
  FLOW_EDIT_REPLACED,
  FLOW_EDIT_ENDED,
  FLOW_EDIT_EXPIRED,
  FLOW_EDIT_SHELVED,
  FLOW_EDIT_STOPPED,
} FlowEditReason;

/**
 * FlowEditPush:
 * @kind: what it is
 * @revision: which the text has after it; with a cursor: which the cursor is for
 * @text: (nullable): for %FLOW_EDIT_PUSH_TEXT
 * @operation: (nullable): for %FLOW_EDIT_PUSH_OPERATION
 * @op_id: (nullable): for %FLOW_EDIT_PUSH_ACK
 * @by: (nullable): name of the endpoint that it comes from
 * @cursor: (nullable): where that has its cursor, or where the cursor should be
 * @state: for %FLOW_EDIT_PUSH_STATE
 * @code: (nullable): the error, for %FLOW_EDIT_PUSH_STATE
 * @message: (nullable): says it in a sentence
 * @own: for %FLOW_EDIT_PUSH_SAVED: it is the answer to who saved
 * @reason: for %FLOW_EDIT_PUSH_CLOSED
 *
 * Something for an endpoint to tell its peer. Valid during the call.
 */
typedef struct
{
  FlowEditPushKind kind;
  guint64 revision;
  FlowText *text;
  FlowTextOperation *operation;
  const char *op_id;
  const char *by;
  const FlowEditCursor *cursor;
  FlowEditSessionState state;
  const FlowErrorInfo *code;
  const char *message;
  gboolean own;
  FlowEditReason reason;
} FlowEditPush;

/**
 * FlowEditEndpointFuncs:
 * @push: tell the peer. May call the session back, which then tells after this push; must not block
 * @detached: nothing comes any more and @data is not needed; the last call
 *
 * What a doorway, a channel or a file does for an endpoint. On the hub thread.
 */
typedef struct
{
  void (*push) (FlowEditEndpoint *endpoint, const FlowEditPush *push, gpointer data);
  void (*detached) (FlowEditEndpoint *endpoint, gpointer data);
} FlowEditEndpointFuncs;

FlowEditEndpoint *flow_edit_endpoint_new (FlowEditSide side, FlowEditStyle style, const char *client, const char *kind,
                                          const char *name, const FlowEditEndpointFuncs *funcs, gpointer data);
FlowEditEndpoint *flow_edit_endpoint_ref (FlowEditEndpoint *self);
void flow_edit_endpoint_unref (FlowEditEndpoint *self);
FlowEditSide flow_edit_endpoint_get_side (FlowEditEndpoint *self);
FlowEditStyle flow_edit_endpoint_get_style (FlowEditEndpoint *self);
FlowEditEndpointState flow_edit_endpoint_get_state (FlowEditEndpoint *self);
const char *flow_edit_endpoint_get_client (FlowEditEndpoint *self);
const char *flow_edit_endpoint_get_kind (FlowEditEndpoint *self);
const char *flow_edit_endpoint_get_name (FlowEditEndpoint *self);
FlowEditSession *flow_edit_endpoint_get_session (FlowEditEndpoint *self);
gpointer flow_edit_endpoint_get_data (FlowEditEndpoint *self);

const char *flow_edit_side_name (FlowEditSide side);
const char *flow_edit_session_state_name (FlowEditSessionState state);
const char *flow_edit_reason_name (FlowEditReason reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditEndpoint, flow_edit_endpoint_unref)

G_END_DECLS
