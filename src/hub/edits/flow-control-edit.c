/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-control"

#include "edit/flow-edit-history.h"
#include "edit/flow-edit-json.h"
#include "hub/edits/flow-edit-choices.h"
#include "hub/edits/flow-edit-user-files.h"
#include "hub/flow-control.h"
#include "hub/flow-hub-private.h"
#include "hub/flow-json-read.h"
#include "message/flow-json-member.h"

/* What people do about texts that are edited. */

static gboolean
fail (GError **error, FlowError code, const char *message)
{
  g_set_error_literal (error, FLOW_ERROR, (int) code, message);
  return FALSE;
}

static gboolean
is_open (FlowHub *hub, GError **error)
{
  return hub->open || fail (error, FLOW_ERROR_BUSY, "the hub is starting or stopping");
}

static void
write_session (FlowJsonWriter *writer, FlowEditSession *session)
{
  flow_json_member_text (writer, "id", flow_edit_session_get_id (session), -1);
  flow_json_writer_key (writer, "revision");
  flow_json_writer_uint64 (writer, flow_edit_session_get_revision (session));
}

/* The session that "id" names. */
static FlowEditSession *
find (FlowHub *hub, JsonObject *arguments, GError **error)
{
  const char *id = is_open (hub, error) ? flow_control_require_string (arguments, "id", error) : NULL;
  FlowEditSession *session;

  if (id == NULL)
    return NULL;
  session = flow_edits_find (flow_hub_edits_get_edits (hub->edits), id);
  if (session == NULL)
    g_set_error (error, FLOW_ERROR, FLOW_ERROR_NO_SESSION, "the text “%s” is not open", id);
  return session;
}

static gboolean
run_edits (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  if (!is_open (hub, error))
    return FALSE;
  flow_edits_write (flow_hub_edits_get_edits (hub->edits), answer);
  return TRUE;
}

static guint64
get_count (JsonObject *arguments, const char *name)
{
  return (guint64) MAX (flow_json_get_int (arguments, name), 0);
}

static gboolean
run_journal (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  const char *id = flow_control_require_string (arguments, "id", error);
  guint limit = (guint) MIN (get_count (arguments, "limit"), FLOW_EDIT_HISTORY_MAX);

  return id != NULL && flow_edit_history_write_journal (flow_context_get_database_path (hub->context), id,
                                                        get_count (arguments, "before"),
                                                        limit > 0 ? limit : FLOW_EDIT_HISTORY_LIMIT, answer, error);
}

/* What an open session has at this moment: the journal may come a little later. */
typedef struct
{
  FlowHub *hub;
  const char *id;
  FlowText *text;
  guint64 revision;
} Head;

static void
head_call (gpointer data)
{
  Head *head = data;
  FlowEditSession *session = NULL;

  if (head->hub->open)
    session = flow_edits_find (flow_hub_edits_get_edits (head->hub->edits), head->id);
  if (session == NULL)
    return;
  head->text = flow_text_ref (flow_edit_session_get_text (session));
  head->revision = flow_edit_session_get_revision (session);
}

static gboolean
run_text (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  gboolean at_revision = json_object_has_member (arguments, "revision");
  Head head = { .hub = hub, .id = flow_control_require_string (arguments, "id", error) };

  if (head.id == NULL)
    return FALSE;
  if (!at_revision)
    flow_worker_call (hub->worker, head_call, &head);
  if (head.text == NULL)
    return flow_edit_history_write_text (flow_context_get_database_path (hub->context), head.id,
                                         at_revision ? flow_json_get_int (arguments, "revision") : -1, answer, error);
  flow_json_member_text (answer, "id", head.id, -1);
  flow_json_writer_key (answer, "revision");
  flow_json_writer_uint64 (answer, head.revision);
  flow_json_writer_key (answer, "text");
  flow_json_writer_string (answer, flow_text_get_data (head.text), (gssize) flow_text_get_size (head.text));
  flow_text_unref (head.text);
  return TRUE;
}

static gboolean
run_conflicts (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  FlowEditSession *session = find (hub, arguments, error);

  if (session == NULL)
    return FALSE;
  flow_edit_session_write_conflicts (session, answer);
  return TRUE;
}

static gboolean
resolve_with (FlowEditSession *session, const char *choice, GError **error)
{
  if (g_str_equal (choice, "mine"))
    return flow_edit_session_resolve (session, FLOW_EDIT_CHOICE_MINE, error);
  if (g_str_equal (choice, "theirs"))
    return flow_edit_session_resolve (session, FLOW_EDIT_CHOICE_THEIRS, error);
  if (g_str_equal (choice, "both"))
    return flow_edit_session_resolve (session, FLOW_EDIT_CHOICE_BOTH, error);
  return fail (error, FLOW_ERROR_BAD_ARGUMENT, "\"choice\" must be \"mine\", \"theirs\" or \"both\"");
}

/* The text that the user made, of the revision "revision", or else of the last one. */
static gboolean
resolve_by_text (FlowEditSession *session, JsonObject *arguments, const char *text, GError **error)
{
  g_autoptr (FlowText) whole = flow_text_new_normalized (text, -1, error);
  guint64 base = json_object_has_member (arguments, "revision") ? get_count (arguments, "revision") : G_MAXUINT64;

  return whole != NULL && flow_edit_session_resolve_with (session, whole, base, error);
}

static gboolean
run_resolve (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  FlowEditSession *session = find (hub, arguments, error);
  const char *text = flow_json_get_string (arguments, "text");
  const char *choice = flow_json_get_string (arguments, "choice");

  if (session == NULL)
    return FALSE;
  if ((text == NULL) == (choice == NULL))
    return fail (error, FLOW_ERROR_BAD_ARGUMENT, "it needs \"text\" or \"choice\", and not both");
  if (text != NULL ? !resolve_by_text (session, arguments, text, error) : !resolve_with (session, choice, error))
    return FALSE;
  write_session (answer, session);
  return TRUE;
}

static gboolean
run_recover (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  const char *id = is_open (hub, error) ? flow_control_require_string (arguments, "id", error) : NULL;
  FlowEditSession *session = NULL;

  if (id != NULL)
    session = flow_edits_recover (flow_hub_edits_get_edits (hub->edits), id, flow_json_get_string (arguments, "choice"),
                                  error);
  if (session == NULL)
    return FALSE;
  flow_edit_user_files_came_back (flow_hub_edits_get_user_files (hub->edits), session);
  write_session (answer, session);
  return TRUE;
}

static gboolean
run_undo (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  FlowEditSession *session = find (hub, arguments, error);

  if (session == NULL || !flow_edit_session_undo (session, flow_json_get_string (arguments, "by"), error))
    return FALSE;
  write_session (answer, session);
  return TRUE;
}

static gboolean
run_redo (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  FlowEditSession *session = find (hub, arguments, error);

  if (session == NULL || !flow_edit_session_redo (session, flow_json_get_string (arguments, "by"), error))
    return FALSE;
  write_session (answer, session);
  return TRUE;
}

static gboolean
run_end (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  FlowEditSession *session = find (hub, arguments, error);

  if (session == NULL)
    return FALSE;
  write_session (answer, session);
  flow_edit_session_end (session, NULL);
  return TRUE;
}

/* "forget" false takes it back. */
static gboolean
run_forget (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  const char *id = is_open (hub, error) ? flow_control_require_string (arguments, "id", error) : NULL;
  gboolean forget = !json_object_has_member (arguments, "forget") || flow_json_get_bool (arguments, "forget");

  return id != NULL && flow_edits_forget (flow_hub_edits_get_edits (hub->edits), id, forget, error);
}

static gboolean
run_editors (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  if (!is_open (hub, error))
    return FALSE;
  flow_hub_edits_write_editors (hub->edits, answer);
  return TRUE;
}

/* A session's choice, set by the thread that owns the settings. */
typedef struct
{
  FlowHub *hub;
  JsonObject *arguments;
  const char *choice;
  gboolean done;
  GError *error;
} Choice;

static void
choose_call (gpointer data)
{
  Choice *choice = data;
  FlowEditSession *session = find (choice->hub, choice->arguments, &choice->error);

  choice->done = session != NULL;
  if (choice->done)
    flow_edit_session_choose_editor (session, choice->choice);
}

static gboolean
choose_for_session (FlowHub *hub, JsonObject *arguments, const char *choice, GError **error)
{
  Choice call = { .hub = hub, .arguments = arguments, .choice = choice };

  flow_worker_call (hub->worker, choose_call, &call);
  if (!call.done)
    g_propagate_error (error, call.error);
  return call.done;
}

static gboolean
run_choose (FlowHub *hub, JsonObject *arguments, FlowJsonWriter *answer, GError **error)
{
  const char *choice = flow_json_get_string (arguments, "choice");
  const char *site = flow_json_get_string (arguments, "site");
  const char *type = flow_json_get_string (arguments, "type");
  gboolean done;

  if (flow_json_get_string (arguments, "id") != NULL)
    return choose_for_session (hub, arguments, choice, error);
  if ((site == NULL) == (type == NULL))
    return fail (error, FLOW_ERROR_BAD_ARGUMENT, "it needs \"id\", \"site\" or \"type\"");
  done = site != NULL ? flow_edit_choices_set (hub->live_settings, "edit.editors-by-site", site, choice, error)
                      : flow_edit_choices_set (hub->live_settings, "edit.editors-by-type", type, choice, error);
  if (done)
    flow_hub_apply_settings (hub);
  return done;
}

static void
begin_open (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  g_autoptr (GError) error = NULL;
  const char *file = NULL;

  if (is_open (hub, &error))
    file = flow_control_require_string (arguments, "file", &error);
  if (file != NULL && !g_path_is_absolute (file))
    fail (&error, FLOW_ERROR_BAD_ARGUMENT, "\"file\" must be an absolute path");
  if (error != NULL)
    flow_control_reply_end (reply, error);
  else
    flow_edit_user_files_open (flow_hub_edits_get_user_files (hub->edits), arguments, reply);
}

static void
begin_wait (FlowHub *hub, JsonObject *arguments, FlowControlReply *reply)
{
  g_autoptr (GError) error = NULL;
  const char *id = NULL;

  if (is_open (hub, &error))
    id = flow_control_require_string (arguments, "id", &error);
  if (id == NULL)
    flow_control_reply_end (reply, error);
  else
    flow_edit_user_files_wait (flow_hub_edits_get_user_files (hub->edits), id, reply);
}

const FlowControlVerb flow_control_edit_verbs[] = {
  { "edits", FLOW_CONTROL_HUB, run_edits },
  { "edit-journal", FLOW_CONTROL_WORKER, run_journal },
  { "edit-text", FLOW_CONTROL_WORKER, run_text },
  { "edit-conflicts", FLOW_CONTROL_HUB, run_conflicts },
  { "edit-resolve", FLOW_CONTROL_HUB, run_resolve },
  { "edit-recover", FLOW_CONTROL_HUB, run_recover },
  { "edit-undo", FLOW_CONTROL_HUB, run_undo },
  { "edit-redo", FLOW_CONTROL_HUB, run_redo },
  { "edit-end", FLOW_CONTROL_HUB, run_end },
  { "edit-forget", FLOW_CONTROL_HUB, run_forget },
  { "edit-editors", FLOW_CONTROL_HUB, run_editors },
  { "edit-choose", FLOW_CONTROL_MAIN, run_choose },
  { "edit-open", FLOW_CONTROL_LATER, .begin = begin_open },
  { "edit-wait", FLOW_CONTROL_LATER, .begin = begin_wait },
  { NULL },
};
