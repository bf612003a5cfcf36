/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "edit-test.h"

#include <string.h>

#include "text/flow-text-operation-json.h"

#define START_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define EPOCH_NS (G_GINT64_CONSTANT (1700000000) * 1000000000)

static gint64
clock_wall_ns (const FlowClock *clock)
{
  return EPOCH_NS + ((const EditClock *) clock)->now_us * 1000;
}

static gint64
clock_monotonic_us (const FlowClock *clock)
{
  return ((const EditClock *) clock)->now_us;
}

void
edit_clock_init (EditClock *self)
{
  *self = (EditClock) { { clock_wall_ns, clock_monotonic_us }, START_US };
}

static void
notice_cb (FlowEdits *edits, FlowEditNotice kind, const char *id, const char *title, const char *detail, gpointer data)
{
  EditTest *f = data;

  g_ptr_array_add (f->notices, g_strdup_printf ("%s %s", flow_edit_notice_name (kind), title != NULL ? title : "-"));
}

static void
open_editor_cb (FlowEdits *edits, FlowEditSession *session, gpointer data)
{
  g_ptr_array_add (((EditTest *) data)->asked, g_strdup (flow_edit_session_get_id (session)));
}

static void
show_editor_cb (FlowEdits *edits, FlowEditSession *session, FlowEditEndpoint *editor, gpointer data)
{
  g_ptr_array_add (((EditTest *) data)->shown, g_strdup (flow_edit_session_get_id (session)));
}

static void
closed_cb (FlowEdits *edits, FlowEditSession *session, FlowEditReason reason, gpointer data)
{
  ((EditTest *) data)->closed++;
}

static void
due_cb (FlowEdits *edits, gint64 due_us, gpointer data)
{
  EditTest *f = data;

  f->due_us = MIN (f->due_us, due_us);
}

/* The hub starts. */
void
edit_test_open (EditTest *f)
{
  static const FlowEditsFuncs funcs = {
    .notice = notice_cb,
    .open_editor = open_editor_cb,
    .show_editor = show_editor_cb,
    .closed = closed_cb,
    .due = due_cb,
  };
  g_autoptr (GError) error = NULL;

  f->due_us = G_MAXINT64;
  f->edits = flow_edits_new (&f->clock.clock, test_journal_get (f->journal), &funcs, f);
  flow_edits_start (f->edits, &error);
  g_assert_no_error (error);
}

/* The hub is killed: what was not committed is lost. */
void
edit_test_crash (EditTest *f)
{
  flow_edits_free (f->edits);
  test_journal_crash (f->journal);
  f->edits = NULL;
}

void
edit_test_set_up (EditTest *f, gconstpointer data)
{
  edit_clock_init (&f->clock);
  f->journal = test_journal_new ();
  f->notices = g_ptr_array_new_with_free_func (g_free);
  f->asked = g_ptr_array_new_with_free_func (g_free);
  f->shown = g_ptr_array_new_with_free_func (g_free);
  edit_test_open (f);
}

void
edit_test_tear_down (EditTest *f, gconstpointer data)
{
  g_clear_pointer (&f->edits, flow_edits_free);
  test_journal_free (f->journal);
  g_ptr_array_unref (f->notices);
  g_ptr_array_unref (f->asked);
  g_ptr_array_unref (f->shown);
}

/* Have done what is due. */
static void
tick (EditTest *f)
{
  guint turns = 0;

  while (f->due_us <= f->clock.now_us)
    {
      f->due_us = G_MAXINT64;
      f->due_us = flow_edits_tick (f->edits);
      if (f->due_us < 0)
        f->due_us = G_MAXINT64;
      g_assert_cmpuint (++turns, <, 100);
    }
}

/* Have all committed, and what is due done. */
void
edit_test_settle (EditTest *f)
{
  do
    {
      test_journal_commit_all (f->journal);
      tick (f);
    }
  while (test_journal_get_waiting (f->journal) > 0);
}

void
edit_test_wait_ms (EditTest *f, gint64 ms)
{
  f->clock.now_us += ms * 1000;
  tick (f);
}

FlowText *
text_of (const char *utf8)
{
  g_autoptr (GError) error = NULL;
  FlowText *text = flow_text_new (utf8, -1, &error);

  g_assert_no_error (error);
  return text;
}

void
assert_text (FlowEditSession *session, const char *text)
{
  g_assert_cmpstr (flow_text_get_data (flow_edit_session_get_text (session)), ==, text);
}

static void
take (TestEnd *self, char *text)
{
  g_free (self->text);
  self->text = text;
}

static void
apply (TestEnd *self, FlowTextOperation *operation)
{
  g_autoptr (FlowText) before = text_of (self->text);
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowText) after = flow_text_operation_apply (operation, before, &error);

  g_assert_no_error (error);
  take (self, g_strdup (flow_text_get_data (after)));
}

static char *
describe (const FlowEditPush *push)
{
  g_autoptr (GString) json = g_string_new (NULL);

  switch (push->kind)
    {
    case FLOW_EDIT_PUSH_TEXT:
      return g_strdup_printf ("text %s", flow_text_get_data (push->text));
    case FLOW_EDIT_PUSH_OPERATION:
      flow_text_operation_to_json (push->operation, json);
      return g_strdup_printf ("op %s by %s", json->str, push->by);
    case FLOW_EDIT_PUSH_ACK:
      return g_strdup_printf ("ack %s", push->op_id);
    case FLOW_EDIT_PUSH_CURSOR:
      return g_strdup_printf ("cursor %" G_GSIZE_FORMAT "-%" G_GSIZE_FORMAT " by %s", push->cursor->start,
                              push->cursor->end, push->by);
    case FLOW_EDIT_PUSH_SAVED:
      return g_strdup (push->own ? "saved own" : "saved");
    case FLOW_EDIT_PUSH_STATE:
      return g_strdup_printf ("state %s%s%s", flow_edit_session_state_name (push->state), push->code != NULL ? " " : "",
                              push->code != NULL ? push->code->code : "");
    case FLOW_EDIT_PUSH_CLOSED:
      return g_strdup_printf ("closed %s", flow_edit_reason_name (push->reason));
    }
  g_assert_not_reached ();
}

static void
push_cb (FlowEditEndpoint *endpoint, const FlowEditPush *push, gpointer data)
{
  TestEnd *self = data;

  g_assert_false (self->is_detached);
  g_ptr_array_add (self->log, describe (push));
  if (push->kind == FLOW_EDIT_PUSH_OPERATION || push->kind == FLOW_EDIT_PUSH_ACK || push->kind == FLOW_EDIT_PUSH_TEXT)
    {
      g_assert_cmpuint (push->revision, >=, self->revision);
      self->revision = push->revision;
    }
  if (!self->takes)
    return;
  if (push->kind == FLOW_EDIT_PUSH_OPERATION)
    apply (self, push->operation);
  if (push->kind == FLOW_EDIT_PUSH_TEXT)
    {
      take (self, g_strdup (flow_text_get_data (push->text)));
      if (self->echoes && flow_edit_endpoint_get_style (endpoint) == FLOW_EDIT_WHOLE)
        test_end_type (self, self->text);
    }
}

static void
detached_cb (FlowEditEndpoint *endpoint, gpointer data)
{
  TestEnd *self = data;

  g_assert_false (self->is_detached);
  self->is_detached = TRUE;
}

TestEnd *
test_end_new (EditTest *test, FlowEditSide side, FlowEditStyle style, const char *client, const char *name)
{
  static const FlowEditEndpointFuncs funcs = { push_cb, detached_cb };
  TestEnd *self = g_new0 (TestEnd, 1);

  self->test = test;
  self->endpoint = flow_edit_endpoint_new (side, style, client, "test", name, &funcs, self);
  self->takes = self->echoes = TRUE;
  self->log = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
test_end_leave (TestEnd *self, FlowEditReason reason)
{
  FlowEditSession *session = flow_edit_endpoint_get_session (self->endpoint);

  if (session != NULL)
    flow_edit_session_detach (session, self->endpoint, reason);
  g_assert_true (self->is_detached);
}

void
test_end_free (TestEnd *self)
{
  if (self->test->edits != NULL && flow_edit_endpoint_get_session (self->endpoint) != NULL)
    test_end_leave (self, FLOW_EDIT_LOST);
  flow_edit_endpoint_unref (self->endpoint);
  g_ptr_array_unref (self->log);
  g_free (self->text);
  g_free (self);
}

/* Ask as a page does, with what is known of an earlier time. */
FlowEditSession *
test_end_resume (TestEnd *self, const char *url, const char *field, const char *text, const FlowEditResume *resume,
                 FlowEditOpened *opened)
{
  g_autoptr (FlowText) whole = text_of (text);
  const FlowEditField known = { .id = field };
  const FlowEditOpening opening = {
    .field = &known, .title = field, .url = url, .type = "md", .text = whole, .resume = resume
  };
  g_autoptr (GError) error = NULL;

  take (self, g_strdup (text));
  flow_edits_open (self->test->edits, &opening, self->endpoint, opened, &error);
  g_assert_no_error (error);
  self->revision = opened->revision;
  if (opened->reset && flow_edit_endpoint_get_style (self->endpoint) == FLOW_EDIT_DELTA)
    take (self, g_strdup (flow_text_get_data (opened->text)));
  return opened->session;
}

FlowEditSession *
test_end_request (TestEnd *self, const char *url, const char *field, const char *text)
{
  g_auto (FlowEditOpened) opened = { 0 };

  return test_end_resume (self, url, field, text, NULL, &opened);
}

/* Join as an editor does that shows the text. */
void
test_end_attach (TestEnd *self, FlowEditSession *session)
{
  g_autoptr (GError) error = NULL;

  take (self, g_strdup (flow_text_get_data (flow_edit_session_get_text (session))));
  self->revision = flow_edit_session_get_revision (session);
  flow_edit_session_attach (session, self->endpoint, &error);
  g_assert_no_error (error);
  flow_edit_session_opened (session, self->endpoint);
}

/* The text is this one, and is sent. */
void
test_end_type (TestEnd *self, const char *text)
{
  g_autoptr (FlowText) whole = text_of (text);
  g_autoptr (GError) error = NULL;

  take (self, g_strdup (text));
  flow_edit_session_take_text (flow_edit_endpoint_get_session (self->endpoint), self->endpoint, whole, NULL, &error);
  g_assert_no_error (error);
}

void
test_end_change (TestEnd *self, const char *json, const char *op_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FlowTextOperation) operation = flow_text_operation_from_json (json, -1, &error);
  guint64 base = self->revision;

  g_assert_no_error (error);
  apply (self, operation);
  flow_edit_session_take_operation (flow_edit_endpoint_get_session (self->endpoint), self->endpoint, base, operation,
                                    op_id, NULL, &error);
  g_assert_no_error (error);
}

gboolean
test_end_heard (TestEnd *self, const char *line)
{
  for (guint i = 0; i < self->log->len; i++)
    if (strcmp (g_ptr_array_index (self->log, i), line) == 0)
      return TRUE;
  return FALSE;
}

void
test_end_forget (TestEnd *self)
{
  g_ptr_array_set_size (self->log, 0);
}

void
test_end_assert_text (TestEnd *self, const char *text)
{
  g_assert_cmpstr (self->text, ==, text);
}
