/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-edit"

#include "edit/flow-edit-private.h"

#include <string.h>

#include "base/flow-id.h"

/* Which session a request to edit belongs to. */

#define ID_BITS 128
#define MAX_CLIENT 64
/* What it counts for, as a part of a request, when somebody comes back to a text that there is. */
#define RESUME_COST 0.1

static gboolean
refuse (FlowEdits *self, FlowError code, const char *message, GError **error)
{
  self->counts.refused++;
  g_set_error_literal (error, FLOW_ERROR, (int) code, message);
  return FALSE;
}

static gboolean
take_token (FlowEdits *self, const char *origin, double cost)
{
  gint64 now_us = flow_edits_now_us (self);
  FlowEditRate *rate = g_hash_table_lookup (self->rates, origin);

  if (rate == NULL)
    {
      rate = g_new (FlowEditRate, 1);
      *rate = (FlowEditRate) { FLOW_EDITS_BURST, now_us };
      g_hash_table_insert (self->rates, g_strdup (origin), rate);
      flow_edits_wake_at (self, now_us + FLOW_EDITS_REFILL_US);
    }
  rate->left = MIN (rate->left + (double) (now_us - rate->at_us) / FLOW_EDITS_REFILL_US, FLOW_EDITS_BURST);
  rate->at_us = now_us;
  if (rate->left < cost)
    return FALSE;
  rate->left -= cost;
  return TRUE;
}

static gboolean
is_secret (const FlowEditField *field)
{
  return field != NULL && field->input_type != NULL &&
         (g_ascii_strcasecmp (field->input_type, "password") == 0 ||
          strstr (field->input_type, "one-time-code") != NULL);
}

/* After a restart of the hub all fields of a page come back at once. */
static double
cost_of (FlowEdits *self, const FlowEditOpening *opening)
{
  const char *id = opening->resume != NULL ? opening->resume->id : NULL;
  gboolean is_known = id != NULL &&
                      (g_hash_table_contains (self->sessions, id) || g_hash_table_contains (self->records, id));

  return is_known ? RESUME_COST : 1;
}

static gboolean
check_opening (FlowEdits *self, const FlowEditOpening *opening, const char *site, GError **error)
{
  if (opening->origin != NULL && !take_token (self, opening->origin, cost_of (self, opening)))
    return refuse (self, FLOW_ERROR_TOO_MANY_REQUESTS, "too many texts were requested at once", error);
  if (is_secret (opening->field))
    return refuse (self, FLOW_ERROR_NOT_EDITABLE, "passwords and one-time codes are not edited elsewhere", error);
  if (flow_edit_host_denied (site, (const char *const *) self->denied_hosts))
    return refuse (self, FLOW_ERROR_HOST_DENIED, "texts of this site are not edited elsewhere", error);
  if (flow_text_get_size (opening->text) > FLOW_EDIT_MAX_TEXT)
    return refuse (self, FLOW_ERROR_TEXT_TOO_LONG, "the text has more than 4 MiB", error);
  return TRUE;
}

static FlowEditEndpoint *
find_client (FlowEditSession *session, const char *client)
{
  for (guint i = 0; i < session->endpoints->len; i++)
    {
      FlowEditEndpoint *endpoint = g_ptr_array_index (session->endpoints, i);

      if (strcmp (endpoint->client, client) == 0)
        return endpoint;
    }
  return NULL;
}

/* The session where the same client still seems to be: it came by another connection before the first one ended. */
static FlowEditSession *
find_by_client (FlowEdits *self, const char *client, const char *identity)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowEditSession *session = value;

      if (!session->is_closed && strcmp (session->record->identity, identity) == 0 &&
          find_client (session, client) != NULL)
        return session;
    }
  return NULL;
}

static gboolean
is_ended (const FlowEditRecord *record)
{
  return record->forgotten_ns != 0 || strcmp (record->reason, flow_edit_reason_name (FLOW_EDIT_ENDED)) == 0;
}

/* The record of a session that nobody has ended, whether it is open or not. */
static FlowEditRecord *
find_record (FlowEdits *self, const char *id)
{
  FlowEditSession *session = g_hash_table_lookup (self->sessions, id);
  FlowEditRecord *record = session != NULL ? session->record : g_hash_table_lookup (self->records, id);

  return record != NULL && !is_ended (record) ? record : NULL;
}

/**
 * flow_edits_can_resume:
 * @self: all sessions
 * @id: an id
 *
 * Returns: whether an end that had this session can come back to it; after the hub was started again it is not open yet
 */
gboolean
flow_edits_can_resume (FlowEdits *self, const char *id)
{
  return find_record (self, id) != NULL;
}

/* Of the same host by another way is another page: what came without encryption may be anybody's. */
static gboolean
is_same_site (const FlowEditRecord *record, const char *url, const char *site)
{
  const char *end = strstr (url, "://");
  gsize n = end != NULL ? (gsize) (end - url) : 0;

  return strcmp (record->site, site) == 0 && (n == 0 || g_ascii_strncasecmp (record->url, url, n + 1) == 0);
}

/* The session that an end says it had, if that is of the same site and nobody has ended it. */
static FlowEditSession *
find_resumed (FlowEdits *self, const FlowEditOpening *opening, const char *site)
{
  const char *id = opening->resume != NULL ? opening->resume->id : NULL;
  FlowEditSession *session = id != NULL ? g_hash_table_lookup (self->sessions, id) : NULL;
  FlowEditRecord *record = id != NULL ? find_record (self, id) : NULL;
  g_autoptr (GError) error = NULL;

  if (record == NULL || (opening->url != NULL && !is_same_site (record, opening->url, site)))
    return NULL;
  if (session != NULL)
    {
      flow_edits_reopen (self, session);
      return session;
    }
  session = flow_edits_load (self, record, &error);
  if (session == NULL)
    g_warning ("%s", error->message);
  return session;
}

static gboolean
is_page_there (FlowEditSession *session)
{
  return flow_edit_session_count (session, FLOW_EDIT_PAGE) + flow_edit_session_count (session, FLOW_EDIT_FILE) > 0;
}

/* Whether a field shows this session: its first text, what the page had last, or the newest. */
static gboolean
matches (const FlowEditRecord *record, FlowText *head, FlowText *text)
{
  guint8 hash[FLOW_EDIT_HASH_SIZE];

  if (flow_text_equal (head, text))
    return TRUE;
  flow_edits_hash (text, hash);
  return memcmp (hash, record->first_hash, sizeof hash) == 0 ||
         (record->has_page_hash && memcmp (hash, record->page_hash, sizeof hash) == 0);
}

/* What is left of the same field: those that match, and one that does not. */
typedef struct
{
  FlowEditSession *session;
  FlowEditRecord *record;
  guint n;
  const FlowEditRecord *other;
} Candidates;

static void
look_at_sessions (FlowEdits *self, const char *identity, FlowText *text, Candidates *found)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowEditSession *session = value;

      if (session->is_closed || is_page_there (session) || strcmp (session->record->identity, identity) != 0)
        continue;
      if (!matches (session->record, flow_text_server_get_text (session->server), text))
        {
          found->other = session->record;
          continue;
        }
      found->session = session;
      found->n++;
    }
}

static void
look_at_records (FlowEdits *self, const char *identity, FlowText *text, Candidates *found)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowEditRecord *record = value;
      g_autoptr (FlowEditStored) stored = NULL;

      if (record->closed_ns != 0 || record->forgotten_ns != 0 || strcmp (record->identity, identity) != 0 ||
          flow_edits_is_expired (self, record))
        continue;
      stored = flow_edit_journal_read (self->journal, record->number, NULL);
      if (stored == NULL)
        continue;
      if (!matches (record, stored->text, text))
        {
          found->other = record;
          continue;
        }
      found->record = record;
      found->n++;
    }
}

static void
offer (FlowEdits *self, const FlowEditRecord *record)
{
  if (record->changed_ns <= record->created_ns || !g_hash_table_add (self->offered, g_strdup (record->id)) ||
      self->funcs->notice == NULL)
    return;
  self->funcs->notice (self, FLOW_EDIT_NOTICE_RECOVERED, record->id, record->title, NULL, self->data);
}

/* The only session of a field that is not open any more, if the field has a text of it. */
static FlowEditSession *
find_by_identity (FlowEdits *self, const char *identity, FlowText *text)
{
  Candidates found = { 0 };
  g_autoptr (GError) error = NULL;

  look_at_sessions (self, identity, text, &found);
  look_at_records (self, identity, text, &found);
  if (found.n == 1 && found.session != NULL)
    return found.session;
  if (found.n == 1)
    {
      FlowEditSession *session = flow_edits_load (self, found.record, &error);

      if (session == NULL)
        g_warning ("%s", error->message);
      return session;
    }
  if (found.n == 0 && found.other != NULL)
    offer (self, found.other);
  return NULL;
}

static char *
clipped (const char *text, gsize max)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  gsize n = strlen (valid);

  if (n > max)
    *g_utf8_find_prev_char (valid, valid + max + 1) = '\0';
  return g_steal_pointer (&valid);
}

static char *
new_id (FlowEdits *self)
{
  g_autofree char *id = NULL;

  do
    {
      g_free (id);
      id = flow_id_new_token (ID_BITS);
    }
  /* One that begins with a hyphen would be an option on the command line. */
  while (id[0] == '-' || g_hash_table_contains (self->sessions, id) || g_hash_table_contains (self->records, id));
  return g_steal_pointer (&id);
}

static FlowEditSession *
begin (FlowEdits *self, const FlowEditOpening *opening, FlowEditEndpoint *endpoint, const char *identity,
       const char *site)
{
  FlowEditDoer doer = flow_edit_doer_of (endpoint, FLOW_EDIT_WHAT_OPEN, NULL);
  FlowEditRecord *record = g_new0 (FlowEditRecord, 1);
  FlowEditSession *session;

  record->number = ++self->next_number;
  record->id = new_id (self);
  record->identity = g_strdup (identity);
  record->title = clipped (opening->title, FLOW_EDIT_MAX_NAME);
  record->url = clipped (opening->url, FLOW_EDIT_MAX_URL);
  record->site = g_strdup (site);
  record->type = flow_edit_type_clean (opening->type);
  record->choice = clipped (opening->choice, FLOW_EDIT_MAX_URL);
  record->reason = g_strdup ("");
  record->created_ns = record->changed_ns = flow_edits_now_ns (self);
  record->revision = 1;
  record->length = flow_text_get_length (opening->text);
  flow_edits_hash (opening->text, record->first_hash);
  session = flow_edits_add (self, record, opening->text, record->revision);
  session->is_new = TRUE;
  flow_edit_session_add_entry (session, &doer, record->revision, NULL);
  flow_edit_session_add (session, endpoint);
  self->counts.opened++;
  return session;
}

static void
set_cursor (FlowEditEndpoint *endpoint, const FlowEditOpening *opening, FlowText *head)
{
  gsize length = flow_text_get_length (head);

  if (opening->cursor == NULL)
    return;
  endpoint->has_cursor = TRUE;
  endpoint->cursor.start = MIN (opening->cursor->start, length);
  endpoint->cursor.end = MIN (opening->cursor->end, length);
}

static void
finish (FlowEdits *self, FlowEditSession *session, const FlowEditOpening *opening, FlowEditEndpoint *endpoint,
        gboolean is_new)
{
  set_cursor (endpoint, opening, flow_text_server_get_text (session->server));
  if (endpoint->side == FLOW_EDIT_EDITOR)
    flow_edit_session_opened (session, endpoint);
  else if (!opening->no_editor && (is_new || opening->focus))
    {
      session->wants_editor = flow_edit_session_count (session, FLOW_EDIT_EDITOR) == 0;
      session->wants_show = !session->wants_editor;
      flow_edits_wake_at (self, flow_edits_now_us (self));
    }
  flow_edit_session_update_state (session);
  flow_edit_session_commit (session);
  flow_edit_session_flush (session);
}

/* How many sessions with ends a site has. Its pages cannot say that they are of another one. */
static guint
count_of_site (FlowEdits *self, const char *site)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowEditSession *session = value;

      n += !session->is_closed && session->endpoints->len > 0 && strcmp (session->record->site, site) == 0;
    }
  return n;
}

static gboolean
has_room (FlowEdits *self, FlowEditSession *session, FlowEditEndpoint *endpoint, const char *site, GError **error)
{
  if (session != NULL && session->endpoints->len > 0)
    return flow_edit_session_has_room (session, endpoint, error);
  if (flow_edits_count_open (self) >= FLOW_EDITS_MAX_OPEN)
    return refuse (self, FLOW_ERROR_TOO_MANY_SESSIONS, "200 texts are open, which is the most", error);
  if (site[0] != '\0' && count_of_site (self, site) >= FLOW_EDITS_MAX_OF_SITE)
    return refuse (self, FLOW_ERROR_TOO_MANY_SESSIONS, "50 texts of this site are open, which is the most", error);
  return session == NULL || flow_edit_session_has_room (session, endpoint, error);
}

/**
 * flow_edits_open:
 * @self: all sessions
 * @opening: what is requested
 * @endpoint: (transfer none): who requests it
 * @opened: (out caller-allocates): what it led to; flow_edit_opened_clear() it
 * @error: return location
 *
 * Take a request to edit a text: it goes on with the session that the end says it had, that the same client has, or
 * that is left of the same field (it has the text that the session began with, that the page had last or the newest,
 * and it is the only one); else a session begins, and if something is left of the field the user is told that it can
 * be brought back. An editor is looked for in the next flow_edits_tick().
 *
 * Returns: %FALSE with %FLOW_ERROR_TOO_MANY_REQUESTS, %FLOW_ERROR_NOT_EDITABLE, %FLOW_ERROR_HOST_DENIED,
 *   %FLOW_ERROR_TEXT_TOO_LONG, %FLOW_ERROR_TOO_MANY_SESSIONS or %FLOW_ERROR_BAD_REQUEST; @endpoint is not attached then
 */
gboolean
flow_edits_open (FlowEdits *self, const FlowEditOpening *opening, FlowEditEndpoint *endpoint, FlowEditOpened *opened,
                 GError **error)
{
  g_autofree char *site = flow_edit_site_of_url (opening->url);
  g_autofree char *identity = flow_edit_identity_new (opening->url, opening->title, opening->field);
  FlowEditSession *session;
  gboolean is_known;

  *opened = (FlowEditOpened) { 0 };
  g_return_val_if_fail (endpoint->session == NULL, FALSE);
  if (endpoint->client[0] == '\0' || strlen (endpoint->client) > MAX_CLIENT)
    return refuse (self, FLOW_ERROR_BAD_REQUEST, "a client has an id of 1 to 64 bytes", error);
  if (!check_opening (self, opening, site, error))
    return FALSE;
  session = find_resumed (self, opening, site);
  if (session == NULL)
    session = find_by_client (self, endpoint->client, identity);
  is_known = session != NULL;
  if (session == NULL)
    session = find_by_identity (self, identity, opening->text);
  if (!has_room (self, session, endpoint, site, error))
    return FALSE;
  if (session == NULL)
    {
      session = begin (self, opening, endpoint, identity, site);
      opened->session = session;
      opened->revision = session->record->revision;
      opened->text = flow_text_ref (opening->text);
      finish (self, session, opening, endpoint, TRUE);
      return TRUE;
    }
  if (!is_known)
    flow_edit_session_join (session, endpoint, opening->text, opened);
  else if (!flow_edit_session_resume (session, endpoint, opening, opened, error))
    return FALSE;
  finish (self, session, opening, endpoint, FALSE);
  return TRUE;
}
