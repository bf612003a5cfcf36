/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-peer-questions"

#include "app/desktop/flow-peer-questions.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define ORIGIN_PREFIX "origin:"
#define REQUEST_PREFIX "pair:"
/* No browser sends one of this length. */
#define MAX_ORIGIN 300
/* So much of a name is shown. */
#define MAX_NAME 80

/**
 * FlowPeerQuestions:
 *
 * Asks the user about those who want in: pages of an origin that nobody has decided about, and programs that want to
 * pair. A question goes when it was answered elsewhere, by `flowctl` or on the page of connections, or is out of date.
 */
struct _FlowPeerQuestions
{
  GObject parent_instance;

  FlowServices *services;
  FlowQuestions *questions;
};

G_DEFINE_FINAL_TYPE (FlowPeerQuestions, flow_peer_questions, G_TYPE_OBJECT)

/* The part of a question's id that follows the prefix, NULL when it has another one. */
static const char *
id_after (FlowQuestion *question, const char *prefix)
{
  const char *id = flow_question_get_id (question);

  return g_str_has_prefix (id, prefix) ? id + strlen (prefix) : NULL;
}

static FlowEntry *
find_entry (FlowPeerQuestions *self, FlowConnectionsList list, const char *key)
{
  GListModel *model = flow_board_get_list (FLOW_BOARD (flow_services_get_connections (self->services)), list);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (FlowEntry) entry = g_list_model_get_item (model, i);

      if (g_str_equal (flow_entry_get_key (entry), key))
        return g_steal_pointer (&entry);
    }
  return NULL;
}

/* Answered once: until the hub lists it otherwise it is not listed. */
static void
act (FlowPeerQuestions *self, FlowConnectionsAct what, FlowConnectionsList list, const char *key)
{
  FlowConnections *connections = flow_services_get_connections (self->services);
  g_autoptr (FlowEntry) entry = find_entry (self, list, key);

  if (entry == NULL)
    return;
  flow_board_hide (FLOW_BOARD (connections), entry);
  flow_connections_act (connections, what, entry);
}

/* --- Pages ----------------------------------------------------------------------------------------------- */

static void
origin_answered_cb (FlowQuestion *question, const char *answer, FlowPeerQuestions *self)
{
  FlowConnectionsAct what = FLOW_CONNECTIONS_DENY;

  if (g_str_equal (answer, "allow"))
    what = FLOW_CONNECTIONS_ALLOW;
  else if (g_str_equal (answer, "allow-once"))
    what = FLOW_CONNECTIONS_ALLOW_ONCE;
  act (self, what, FLOW_CONNECTIONS_ORIGINS, id_after (question, ORIGIN_PREFIX));
}

static gboolean
is_asking (FlowEntry *origin)
{
  return g_strcmp0 (flow_entry_get_text (origin, "state"), "asked") == 0 &&
         strlen (flow_entry_get_key (origin)) <= MAX_ORIGIN;
}

static void
ask_about_origin (FlowPeerQuestions *self, FlowEntry *origin)
{
  const FlowAnswer answers[] = { { "allow", _ ("_Allow") },
                                 { "allow-once", _ ("Allow _Once") },
                                 { "deny", _ ("_Deny") } };
  g_autofree char *id = g_strconcat (ORIGIN_PREFIX, flow_entry_get_key (origin), NULL);
  g_autofree char *text = g_strdup_printf (_ ("May %s connect?"), flow_entry_get_key (origin));
  g_autoptr (FlowQuestion) question = NULL;

  question = flow_question_new (id, text, _ ("A web page of this origin wants to speak with FlowScope."), answers,
                                G_N_ELEMENTS (answers));
  g_signal_connect_object (question, "answered", G_CALLBACK (origin_answered_cb), self, 0);
  flow_questions_add (self->questions, question);
}

static gboolean
is_origin_decided (FlowPeerQuestions *self, const char *key)
{
  g_autoptr (FlowEntry) origin = find_entry (self, FLOW_CONNECTIONS_ORIGINS, key);

  return origin == NULL || !is_asking (origin);
}

/* --- Programs -------------------------------------------------------------------------------------------- */

static void
request_answered_cb (FlowQuestion *question, const char *answer, FlowPeerQuestions *self)
{
  act (self, g_str_equal (answer, "allow") ? FLOW_CONNECTIONS_ALLOW : FLOW_CONNECTIONS_DENY, FLOW_CONNECTIONS_REQUESTS,
       id_after (question, REQUEST_PREFIX));
}

static void
ask_about (FlowPeerQuestions *self, FlowEntry *request)
{
  const FlowAnswer answers[] = { { "allow", _ ("_Allow") }, { "deny", _ ("_Deny") } };
  const char *name = flow_entry_get_text (request, "name");
  const char *code = flow_entry_get_text (request, "code");
  g_autofree char *id = g_strconcat (REQUEST_PREFIX, flow_entry_get_key (request), NULL);
  g_autofree char *valid = g_utf8_make_valid (name != NULL ? name : "?", -1);
  g_autofree char *shown = g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), MAX_NAME));
  /* The code comes first: a menu shows only the beginning and the end. */
  g_autofree char *text = g_strdup_printf (_ ("Code %s: may “%s” connect?"), code != NULL ? code : "?", shown);
  g_autoptr (FlowQuestion) question = flow_question_new (
      id, text, _ ("Allow this program only if it shows the same code."), answers, G_N_ELEMENTS (answers));

  g_signal_connect_object (question, "answered", G_CALLBACK (request_answered_cb), self, 0);
  flow_questions_add (self->questions, question);
}

static gboolean
is_request_gone (FlowPeerQuestions *self, const char *request)
{
  g_autoptr (FlowEntry) entry = find_entry (self, FLOW_CONNECTIONS_REQUESTS, request);

  return entry == NULL;
}

/* --- What is asked --------------------------------------------------------------------------------------- */

/* Nobody waits for these answers any more. */
static void
withdraw (FlowPeerQuestions *self)
{
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->questions)); i > 0; i--)
    {
      g_autoptr (FlowQuestion) question = g_list_model_get_item (G_LIST_MODEL (self->questions), i - 1);
      const char *origin = id_after (question, ORIGIN_PREFIX), *request = id_after (question, REQUEST_PREFIX);

      if ((origin != NULL && is_origin_decided (self, origin)) || (request != NULL && is_request_gone (self, request)))
        flow_questions_withdraw (self->questions, flow_question_get_id (question));
    }
}

static void
peers_cb (FlowPeerQuestions *self)
{
  FlowConnections *connections = flow_services_get_connections (self->services);
  GListModel *requests = flow_board_get_list (FLOW_BOARD (connections), FLOW_CONNECTIONS_REQUESTS);
  GListModel *origins = flow_board_get_list (FLOW_BOARD (connections), FLOW_CONNECTIONS_ORIGINS);

  withdraw (self);
  for (guint i = 0; i < g_list_model_get_n_items (requests); i++)
    {
      g_autoptr (FlowEntry) request = g_list_model_get_item (requests, i);

      ask_about (self, request);
    }
  /* The newest is listed first, the oldest asked first. */
  for (guint i = g_list_model_get_n_items (origins); i > 0; i--)
    {
      g_autoptr (FlowEntry) origin = g_list_model_get_item (origins, i - 1);

      if (is_asking (origin))
        ask_about_origin (self, origin);
    }
}

static void
flow_peer_questions_dispose (GObject *object)
{
  FlowPeerQuestions *self = FLOW_PEER_QUESTIONS (object);

  g_clear_object (&self->questions);
  g_clear_object (&self->services);

  G_OBJECT_CLASS (flow_peer_questions_parent_class)->dispose (object);
}

static void
flow_peer_questions_class_init (FlowPeerQuestionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flow_peer_questions_dispose;
}

static void
flow_peer_questions_init (FlowPeerQuestions *self)
{
}

/**
 * flow_peer_questions_new:
 * @services: who wants to connect
 * @questions: where they are asked
 *
 * Returns: (transfer full): what asks
 */
FlowPeerQuestions *
flow_peer_questions_new (FlowServices *services, FlowQuestions *questions)
{
  FlowPeerQuestions *self = g_object_new (FLOW_TYPE_PEER_QUESTIONS, NULL);

  self->services = g_object_ref (services);
  self->questions = g_object_ref (questions);
  g_signal_connect_object (flow_services_get_connections (services), "peers-changed", G_CALLBACK (peers_cb), self,
                           G_CONNECT_SWAPPED);
  peers_cb (self);
  return self;
}
