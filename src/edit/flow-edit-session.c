/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-private.h"

/* The ends of a session, how it stands, and what is known about it. */

#define MAX_ENDPOINTS 32
/* Of how many that went away it is remembered what they have. */
#define MAX_AWAY 16
/* Of how many clients it is remembered what they are called. */
#define MAX_NAMES 256

static void
detach_all (FlowEditSession *self)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      FlowEditEndpoint *endpoint = g_ptr_array_index (self->endpoints, i);

      endpoint->session = NULL;
      endpoint->funcs->detached (endpoint, endpoint->data);
    }
}

static void
away_free (gpointer data)
{
  FlowEditAway *self = data;

  g_clear_pointer (&self->shadow, flow_text_shadow_free);
  g_free (self->client);
  g_free (self);
}

static void
make_short (FlowEditSession *self)
{
  gsize n = 0;

  for (const char *p = self->record->id; *p != '\0' && n < FLOW_EDIT_SHORT_SIZE; p++)
    if (g_ascii_isalnum (*p))
      self->short_id[n++] = *p;
}

/* @record: (transfer full). */
FlowEditSession *
flow_edit_session_new (FlowEdits *edits, FlowEditRecord *record, FlowText *text, guint64 revision)
{
  FlowEditSession *self = g_new0 (FlowEditSession, 1);

  self->edits = edits;
  self->record = record;
  make_short (self);
  self->server = flow_text_server_new (text, revision, FLOW_EDIT_MAX_TEXT);
  self->endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_endpoint_unref);
  self->away = g_ptr_array_new_with_free_func (away_free);
  self->authors = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_author_free);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->conflicts = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_conflict_free);
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_edit_entry_free);
  self->state = FLOW_EDIT_STATE_WAITING;
  self->detached_us = flow_edits_now_us (edits);
  return self;
}

void
flow_edit_session_free (FlowEditSession *self)
{
  if (self->job != NULL)
    self->job->owner = NULL;
  detach_all (self);
  g_ptr_array_unref (self->endpoints);
  g_ptr_array_unref (self->away);
  g_ptr_array_unref (self->authors);
  g_hash_table_unref (self->names);
  g_ptr_array_unref (self->conflicts);
  g_ptr_array_unref (self->entries);
  flow_text_server_free (self->server);
  flow_edit_record_free (self->record);
  g_free (self->message);
  g_free (self->editor_choice);
  g_free (self->editor_name);
  g_free (self);
}

static gboolean
has_live (FlowEditSession *self, FlowEditSide side)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      const FlowEditEndpoint *endpoint = g_ptr_array_index (self->endpoints, i);

      if (endpoint->side == side && endpoint->state == FLOW_EDIT_LIVE)
        return TRUE;
    }
  return FALSE;
}

static FlowEditSessionState
find_state (FlowEditSession *self)
{
  if (self->not_kept)
    return FLOW_EDIT_STATE_NOT_KEPT;
  if (self->conflicts->len > 0)
    return FLOW_EDIT_STATE_CONFLICT;
  if (has_live (self, FLOW_EDIT_EDITOR))
    return FLOW_EDIT_STATE_OPEN;
  if (self->editor_failed)
    return FLOW_EDIT_STATE_EDITOR_FAILED;
  return self->editor_closed ? FLOW_EDIT_STATE_EDITOR_CLOSED : FLOW_EDIT_STATE_WAITING;
}

/* Find out how it stands, and have it told if that is another way than before. */
void
flow_edit_session_update_state (FlowEditSession *self)
{
  FlowEditSessionState state = find_state (self);

  if (state == self->state)
    return;
  self->state = state;
  for (guint i = 0; i < self->endpoints->len; i++)
    ((FlowEditEndpoint *) g_ptr_array_index (self->endpoints, i))->state_due = TRUE;
  flow_edits_changed (self->edits);
}

/* Whether an endpoint may say something to a session. */
gboolean
flow_edit_session_owns (FlowEditSession *self, FlowEditEndpoint *endpoint, GError **error)
{
  if (endpoint->session == self && !self->is_closed)
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NO_SESSION, "the text is not open here any more");
  return FALSE;
}

/* The page's last text tells whether a field that comes again is the same one. */
static void
remember_page (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  g_autoptr (FlowText) text = NULL;

  if (endpoint->side != FLOW_EDIT_PAGE)
    return;
  if (endpoint->shadow != NULL)
    text = flow_text_ref (flow_text_shadow_get_held (endpoint->shadow));
  else
    text = flow_text_server_text_at (self->server, endpoint->told);
  if (text == NULL)
    text = flow_text_ref (flow_text_server_get_text (self->server));
  flow_edits_hash (text, self->record->page_hash);
  self->record->has_page_hash = TRUE;
  self->record_moved = TRUE;
}

/* @shadow: (transfer full). */
static void
add_away (FlowEditSession *self, const char *client, FlowTextShadow *shadow)
{
  FlowEditAway *away = g_new (FlowEditAway, 1);

  if (self->away->len >= MAX_AWAY)
    g_ptr_array_remove_index (self->away, 0);
  *away = (FlowEditAway) { g_strdup (client), shadow };
  g_ptr_array_add (self->away, away);
}

/* What it has is what it comes back with. */
static void
remember_shadow (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  if (endpoint->shadow != NULL && !self->is_closed)
    add_away (self, endpoint->client, g_steal_pointer (&endpoint->shadow));
}

/* Returns: (transfer full) (nullable): what is known of the text that a client has, which is here or went away. */
FlowTextShadow *
flow_edit_session_take_shadow (FlowEditSession *self, const char *client)
{
  FlowTextShadow *shadow = NULL;

  for (guint i = 0; i < self->endpoints->len; i++)
    {
      FlowEditEndpoint *endpoint = g_ptr_array_index (self->endpoints, i);

      if (strcmp (endpoint->client, client) == 0 && endpoint->shadow != NULL)
        return g_steal_pointer (&endpoint->shadow);
    }
  for (guint i = self->away->len; i > 0 && shadow == NULL; i--)
    {
      FlowEditAway *away = g_ptr_array_index (self->away, i - 1);

      if (strcmp (away->client, client) != 0)
        continue;
      shadow = g_steal_pointer (&away->shadow);
      g_ptr_array_remove_index (self->away, i - 1);
    }
  return shadow;
}

/* Who came back could not be taken in: what is known of the text goes where it was. @shadow: (transfer full). */
void
flow_edit_session_return_shadow (FlowEditSession *self, const char *client, FlowTextShadow *shadow)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      FlowEditEndpoint *endpoint = g_ptr_array_index (self->endpoints, i);

      if (strcmp (endpoint->client, client) != 0 || endpoint->style != FLOW_EDIT_WHOLE || endpoint->shadow != NULL)
        continue;
      endpoint->shadow = shadow;
      return;
    }
  add_away (self, client, shadow);
}

static void
let_go (FlowEditSession *self, FlowEditEndpoint *endpoint, FlowEditReason reason, gboolean tell)
{
  G_GNUC_UNUSED g_autoptr (FlowEditEndpoint) kept = flow_edit_endpoint_ref (endpoint);
  const FlowEditPush push = { .kind = FLOW_EDIT_PUSH_CLOSED,
                              .reason = reason,
                              .revision = flow_text_server_get_revision (self->server) };

  remember_page (self, endpoint);
  remember_shadow (self, endpoint);
  endpoint->session = NULL;
  g_ptr_array_remove (self->endpoints, endpoint);
  if (self->endpoints->len == 0)
    self->detached_us = flow_edits_now_us (self->edits);
  if (tell)
    flow_edit_endpoint_push (endpoint, &push);
  endpoint->funcs->detached (endpoint, endpoint->data);
}

/* Another connection of the same client takes the old one's place. */
static void
replace (FlowEditSession *self, const char *client)
{
  for (guint i = self->endpoints->len; i > 0; i--)
    {
      FlowEditEndpoint *other = g_ptr_array_index (self->endpoints, i - 1);

      if (strcmp (other->client, client) == 0)
        let_go (self, other, FLOW_EDIT_REPLACED, TRUE);
    }
}

/* A page that is loaded again and again is another client each time. */
static void
remember_name (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  if (g_hash_table_size (self->names) >= MAX_NAMES)
    g_hash_table_remove_all (self->names);
  for (guint i = 0; i < self->endpoints->len; i++)
    {
      const FlowEditEndpoint *other = g_ptr_array_index (self->endpoints, i);

      g_hash_table_insert (self->names, g_strdup (other->client), g_strdup (other->name));
    }
  g_hash_table_insert (self->names, g_strdup (endpoint->client), g_strdup (endpoint->name));
}

/* Take an endpoint in, which has the newest text or is told it. */
void
flow_edit_session_add (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  replace (self, endpoint->client);
  endpoint->session = self;
  endpoint->since_ns = flow_edits_now_ns (self->edits);
  endpoint->told = flow_text_server_get_revision (self->server);
  endpoint->pushed_us = 0;
  endpoint->state = endpoint->side == FLOW_EDIT_EDITOR ? FLOW_EDIT_WAITING : FLOW_EDIT_LIVE;
  if (endpoint->style == FLOW_EDIT_WHOLE && endpoint->shadow == NULL)
    endpoint->shadow = flow_text_shadow_new (flow_text_server_get_text (self->server), endpoint->told);
  g_ptr_array_add (self->endpoints, flow_edit_endpoint_ref (endpoint));
  remember_name (self, endpoint);
  self->detached_us = 0;
  flow_edit_session_update_state (self);
  flow_edits_changed (self->edits);
}

static gboolean
has_client (FlowEditSession *self, const char *client)
{
  for (guint i = 0; i < self->endpoints->len; i++)
    if (strcmp (((FlowEditEndpoint *) g_ptr_array_index (self->endpoints, i))->client, client) == 0)
      return TRUE;
  return FALSE;
}

/* Whether one more end can be taken in, or this one instead of another of the same client. */
gboolean
flow_edit_session_has_room (FlowEditSession *self, FlowEditEndpoint *endpoint, GError **error)
{
  g_return_val_if_fail (endpoint->session == NULL, FALSE);
  if (self->is_closed)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NO_SESSION, "the text was closed");
      return FALSE;
    }
  if (self->endpoints->len < MAX_ENDPOINTS || has_client (self, endpoint->client))
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_TOO_MANY_SESSIONS, "%d programs have this text already", MAX_ENDPOINTS);
  return FALSE;
}

/**
 * flow_edit_session_attach:
 * @self: a session
 * @endpoint: (transfer none): an end, mostly an editor's
 * @error: return location
 *
 * Take an end in that is given flow_edit_session_get_text() at flow_edit_session_get_revision() by who attaches it.
 * What comes later is pushed. An editor counts as one that has it after flow_edit_session_opened(), or when it changes
 * something.
 *
 * Returns: %FALSE with %FLOW_ERROR_NO_SESSION (it is closed) or %FLOW_ERROR_TOO_MANY_SESSIONS
 */
gboolean
flow_edit_session_attach (FlowEditSession *self, FlowEditEndpoint *endpoint, GError **error)
{
  if (!flow_edit_session_has_room (self, endpoint, error))
    return FALSE;
  flow_edit_session_add (self, endpoint);
  if (endpoint->side == FLOW_EDIT_EDITOR)
    self->editor_failed = self->editor_closed = FALSE;
  flow_edit_session_flush (self);
  return TRUE;
}

/**
 * flow_edit_session_attach_at:
 * @self: a session
 * @endpoint: (transfer none): an end that has an older text, of WHOLE style
 * @revision: which it had when it was last told a text
 * @text: what it has
 * @error: return location
 *
 * Take an end in that comes back, a file for example: what it changed since @revision is merged, and it is told the
 * rest. When the revision is not known any more, the text is compared with those that are.
 *
 * Returns: %FALSE with %FLOW_ERROR_NO_SESSION (it is closed), %FLOW_ERROR_TOO_MANY_SESSIONS or
 *   %FLOW_ERROR_TEXT_TOO_LONG
 */
gboolean
flow_edit_session_attach_at (FlowEditSession *self, FlowEditEndpoint *endpoint, guint64 revision, FlowText *text,
                             GError **error)
{
  const FlowEditResume resume = { .id = self->record->id, .revision = revision, .has_revision = TRUE };
  const FlowEditOpening opening = { .text = text, .resume = &resume };
  g_auto (FlowEditOpened) opened = { 0 };

  g_return_val_if_fail (endpoint->style == FLOW_EDIT_WHOLE, FALSE);
  if (!flow_edit_session_has_room (self, endpoint, error) ||
      !flow_edit_session_resume (self, endpoint, &opening, &opened, error))
    return FALSE;
  if (endpoint->side == FLOW_EDIT_EDITOR)
    self->editor_failed = self->editor_closed = FALSE;
  flow_edit_session_commit (self);
  flow_edit_session_flush (self);
  return TRUE;
}

/**
 * flow_edit_session_detach:
 * @self: a session
 * @endpoint: an end of it
 * @reason: why it goes
 *
 * Let an end go. The session goes on. With %FLOW_EDIT_LOST and %FLOW_EDIT_LEFT, where the end knows it, it is told
 * nothing but `detached`.
 */
void
flow_edit_session_detach (FlowEditSession *self, FlowEditEndpoint *endpoint, FlowEditReason reason)
{
  G_GNUC_UNUSED g_autoptr (FlowEditEndpoint) kept = flow_edit_endpoint_ref (endpoint);

  if (endpoint->session != self)
    return;
  let_go (self, endpoint, reason, reason != FLOW_EDIT_LOST && reason != FLOW_EDIT_LEFT);
  if (endpoint->side == FLOW_EDIT_EDITOR && reason == FLOW_EDIT_LEFT)
    self->editor_closed = TRUE;
  flow_edit_session_update_state (self);
  flow_edit_session_commit (self);
  flow_edit_session_flush (self);
  flow_edits_changed (self->edits);
  flow_edits_wake_at (self->edits, flow_edits_now_us (self->edits));
}

/**
 * flow_edit_session_opened:
 * @self: a session
 * @endpoint: an end of it
 *
 * Hear that an editor shows the text.
 */
void
flow_edit_session_opened (FlowEditSession *self, FlowEditEndpoint *endpoint)
{
  if (endpoint->session != self || endpoint->state == FLOW_EDIT_LIVE)
    return;
  endpoint->state = FLOW_EDIT_LIVE;
  if (endpoint->side == FLOW_EDIT_EDITOR)
    self->editor_failed = self->editor_closed = FALSE;
  flow_edit_session_update_state (self);
  flow_edit_session_flush (self);
  flow_edits_changed (self->edits);
}

static void
set_error (FlowEditSession *self, FlowError code, const char *message)
{
  self->code = code;
  g_free (self->message);
  self->message = g_strdup (message);
}

static void
fail_editor (FlowEditSession *self, FlowError code, const char *message)
{
  set_error (self, code, message);
  self->editor_failed = TRUE;
  self->editor_closed = FALSE;
  self->state = FLOW_EDIT_STATE_WAITING;
  flow_edit_session_update_state (self);
}

/**
 * flow_edit_session_failed:
 * @self: a session
 * @endpoint: an end of it
 * @code: what is wrong
 * @message: says it to people
 *
 * Hear that an editor cannot show the text, and let it go. The other ends are told.
 */
void
flow_edit_session_failed (FlowEditSession *self, FlowEditEndpoint *endpoint, FlowError code, const char *message)
{
  if (endpoint->session != self)
    return;
  endpoint->state = FLOW_EDIT_FAILED;
  let_go (self, endpoint, FLOW_EDIT_LEFT, FALSE);
  flow_edit_session_editor_failed (self, code, message);
}

/**
 * flow_edit_session_editor_failed:
 * @self: a session
 * @code: %FLOW_ERROR_EDITOR_NOT_FOUND, %FLOW_ERROR_EDITOR_FAILED, %FLOW_ERROR_FOLDER_NOT_WRITABLE, ...
 * @message: says it to people
 *
 * Say that no editor could be opened. Pages are told; telling the user is up to flow_edits_notice().
 */
void
flow_edit_session_editor_failed (FlowEditSession *self, FlowError code, const char *message)
{
  fail_editor (self, code, message);
  flow_edit_session_commit (self);
  flow_edit_session_flush (self);
}

/**
 * flow_edit_session_hampered:
 * @self: a session
 * @endpoint: an editor's end of it
 * @code: what is wrong
 * @message: says it to people
 *
 * Hear that an editor has the text but cannot be told of changes, or its own cannot be taken; a full disk for example.
 * It stays. flow_edit_session_opened() says that it is over.
 */
void
flow_edit_session_hampered (FlowEditSession *self, FlowEditEndpoint *endpoint, FlowError code, const char *message)
{
  if (endpoint->session != self)
    return;
  endpoint->state = FLOW_EDIT_FAILED;
  flow_edit_session_editor_failed (self, code, message);
}

/**
 * flow_edit_session_set_editor:
 * @self: a session
 * @choice: (nullable): which editor it is, as choices name it
 * @name: (nullable): for people
 *
 * Say which editor has the text. Clears an error of the one before.
 */
void
flow_edit_session_set_editor (FlowEditSession *self, const char *choice, const char *name)
{
  g_free (self->editor_choice);
  g_free (self->editor_name);
  self->editor_choice = g_strdup (choice);
  self->editor_name = g_strdup (name);
  self->editor_failed = FALSE;
  flow_edit_session_update_state (self);
  flow_edit_session_flush (self);
  flow_edits_changed (self->edits);
}

/**
 * flow_edit_session_choose_editor:
 * @self: a session
 * @choice: (nullable): an editor, as choices name it; %NULL for the one that the settings say
 *
 * Have another editor open the text. Those that have it are closed; who looks for editors is asked.
 */
void
flow_edit_session_choose_editor (FlowEditSession *self, const char *choice)
{
  FlowEditEndpoint *editor;

  g_free (self->record->choice);
  self->record->choice = g_strdup (choice != NULL ? choice : "");
  self->record_moved = TRUE;
  while ((editor = flow_edit_session_get_endpoint (self, FLOW_EDIT_EDITOR, 0)) != NULL)
    let_go (self, editor, FLOW_EDIT_REPLACED, TRUE);
  flow_edit_session_set_editor (self, NULL, NULL);
  self->editor_closed = FALSE;
  self->wants_editor = TRUE;
  flow_edit_session_commit (self);
  flow_edits_wake_at (self->edits, flow_edits_now_us (self->edits));
}

/* Close it; what is in the journal stays. */
void
flow_edit_session_close (FlowEditSession *self, FlowEditReason reason, FlowEditEndpoint *by)
{
  const FlowEditDoer hub = { .side = "", .name = "", .what = FLOW_EDIT_WHAT_CLOSE };
  FlowEditDoer doer = by != NULL ? flow_edit_doer_of (by, FLOW_EDIT_WHAT_CLOSE, NULL) : hub;

  if (self->is_closed)
    return;
  self->is_closed = TRUE;
  self->wants_editor = self->wants_show = FALSE;
  self->record->closed_ns = flow_edits_now_ns (self->edits);
  g_free (self->record->reason);
  self->record->reason = g_strdup (flow_edit_reason_name (reason));
  flow_edit_session_add_entry (self, &doer, flow_text_server_get_revision (self->server), NULL);
  while (self->endpoints->len > 0)
    {
      FlowEditEndpoint *endpoint = g_ptr_array_index (self->endpoints, self->endpoints->len - 1);

      let_go (self, endpoint, reason, endpoint != by);
    }
  flow_edit_session_commit (self);
  if (self->edits->funcs->closed != NULL)
    self->edits->funcs->closed (self->edits, self, reason, self->edits->data);
  flow_edits_changed (self->edits);
  flow_edits_wake_at (self->edits, flow_edits_now_us (self->edits));
}

/**
 * flow_edit_session_end:
 * @self: a session
 * @by: (nullable): the end where the user said so, which is not told
 *
 * End a session. It can be brought back until its journal is pruned.
 */
void
flow_edit_session_end (FlowEditSession *self, FlowEditEndpoint *by)
{
  flow_edit_session_close (self, FLOW_EDIT_ENDED, by);
}

/** flow_edit_session_get_id: Returns: its id. */
const char *
flow_edit_session_get_id (FlowEditSession *self)
{
  return self->record->id;
}

/** flow_edit_session_get_short: Returns: the first letters and digits of its id, for names of files. */
const char *
flow_edit_session_get_short (FlowEditSession *self)
{
  return self->short_id;
}

/** flow_edit_session_get_title: Returns: what people know it by; from outside. */
const char *
flow_edit_session_get_title (FlowEditSession *self)
{
  return self->record->title;
}

/** flow_edit_session_get_url: Returns: the page's address, or empty; from outside. */
const char *
flow_edit_session_get_url (FlowEditSession *self)
{
  return self->record->url;
}

/** flow_edit_session_get_site: Returns: host[:port] of the page; empty: a file. */
const char *
flow_edit_session_get_site (FlowEditSession *self)
{
  return self->record->site;
}

/** flow_edit_session_get_file_type: Returns: its type, as the extension of a file; safe in a file's name. */
const char *
flow_edit_session_get_file_type (FlowEditSession *self)
{
  return self->record->type;
}

/** flow_edit_session_get_choice: Returns: the editor that the user chose for it, or empty. */
const char *
flow_edit_session_get_choice (FlowEditSession *self)
{
  return self->record->choice;
}

/** flow_edit_session_get_state: Returns: how it stands. */
FlowEditSessionState
flow_edit_session_get_state (FlowEditSession *self)
{
  return self->state;
}

/** flow_edit_session_get_text: Returns: (transfer none): the newest text. */
FlowText *
flow_edit_session_get_text (FlowEditSession *self)
{
  return flow_text_server_get_text (self->server);
}

/** flow_edit_session_get_revision: Returns: its revision. */
guint64
flow_edit_session_get_revision (FlowEditSession *self)
{
  return flow_text_server_get_revision (self->server);
}

/**
 * flow_edit_session_get_cursor:
 * @self: a session
 * @side: whose
 * @cursor: (out): where it is in the newest text
 *
 * Find the cursor of the end of a side that came last.
 *
 * Returns: whether one has said where it is
 */
gboolean
flow_edit_session_get_cursor (FlowEditSession *self, FlowEditSide side, FlowEditCursor *cursor)
{
  for (guint i = self->endpoints->len; i > 0; i--)
    {
      const FlowEditEndpoint *endpoint = g_ptr_array_index (self->endpoints, i - 1);

      if (endpoint->side == side && endpoint->has_cursor)
        {
          *cursor = endpoint->cursor;
          return TRUE;
        }
    }
  return FALSE;
}

/** flow_edit_session_count: Returns: how many ends of a side it has. */
guint
flow_edit_session_count (FlowEditSession *self, FlowEditSide side)
{
  guint n = 0;

  for (guint i = 0; i < self->endpoints->len; i++)
    n += ((FlowEditEndpoint *) g_ptr_array_index (self->endpoints, i))->side == side;
  return n;
}

/** flow_edit_session_get_endpoint: Returns: (transfer none) (nullable): the end of a side that came as number @i. */
FlowEditEndpoint *
flow_edit_session_get_endpoint (FlowEditSession *self, FlowEditSide side, guint i)
{
  for (guint k = 0; k < self->endpoints->len; k++)
    {
      FlowEditEndpoint *endpoint = g_ptr_array_index (self->endpoints, k);

      if (endpoint->side == side && i-- == 0)
        return endpoint;
    }
  return NULL;
}
