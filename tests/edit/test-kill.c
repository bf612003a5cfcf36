/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The hub is killed while people type, at any commit: what was acknowledged is there at the next start, the whole
 * journal can be read, and the field goes on with it.
 */

#include "edit-test.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "edit/flow-edit-history.h"
#include "edit/flow-edit-journal-sqlite.h"
#include "support/test-folder.h"

#define URL "https://example.org/page"
#define KILLS 12
#define FIRST "it begins"

/* A hub's part that edits, in one process. */
typedef struct
{
  EditTest test;
  GMainContext *main;
  FlowCallQueue *calls;
  FlowStore *store;
  FlowEditJournalSqlite *journal;
} Part;

static void
due_cb (FlowEdits *edits, gint64 due_us, gpointer data)
{
}

static void
open_editor_cb (FlowEdits *edits, FlowEditSession *session, gpointer data)
{
}

static void
part_open (Part *self, FlowContext *context)
{
  static const FlowEditsFuncs funcs = { .open_editor = open_editor_cb, .due = due_cb };
  g_autoptr (GError) error = NULL;

  *self = (Part) { .main = g_main_context_new (), .store = flow_store_new (context) };
  edit_clock_init (&self->test.clock);
  /* Days have time in them. */
  self->test.clock.now_us = g_get_monotonic_time ();
  self->calls = flow_call_queue_new (self->main, "test-calls");
  self->journal = flow_edit_journal_sqlite_new (self->store, flow_context_get_database_path (context), self->calls);
  flow_store_open (self->store, &error);
  g_assert_no_error (error);
  self->test.edits = flow_edits_new (&self->test.clock.clock, flow_edit_journal_sqlite_get_journal (self->journal),
                                     &funcs, self);
  flow_edits_start (self->test.edits, &error);
  g_assert_no_error (error);
}

static void
part_close (Part *self)
{
  flow_edits_stop (self->test.edits);
  flow_store_close (self->store);
  flow_call_queue_drain (self->calls);
  flow_edits_free (self->test.edits);
  flow_edit_journal_sqlite_free (self->journal);
  g_object_unref (self->store);
  flow_call_queue_free (self->calls);
  g_main_context_unref (self->main);
}

/* Who types by operations, and says on a pipe what was acknowledged. */
typedef struct
{
  int fd;
  FlowEditEndpoint *endpoint;
  FlowText *text;
  guint64 revision;
  int number;
  gboolean is_waiting;
} Typist;

static void
push_cb (FlowEditEndpoint *endpoint, const FlowEditPush *push, gpointer data)
{
  Typist *self = data;

  if (push->kind != FLOW_EDIT_PUSH_ACK)
    return;
  self->revision = push->revision;
  self->is_waiting = FALSE;
  if (write (self->fd, &self->number, sizeof self->number) != sizeof self->number)
    _exit (1);
}

static void
detached_cb (FlowEditEndpoint *endpoint, gpointer data)
{
}

static void
type (Typist *self)
{
  g_autofree char *word = g_strdup_printf (" w%d.", ++self->number);
  g_autofree char *op_id = g_strdup_printf ("%d", self->number);
  gsize length = flow_text_get_length (self->text);
  g_autoptr (FlowTextOperation) operation = flow_text_operation_new_replace (self->number % 3 == 0 ? 0 : length, 0,
                                                                             word, -1);
  g_autoptr (GError) error = NULL;
  FlowText *after = flow_text_operation_apply (operation, self->text, &error);

  g_assert_no_error (error);
  flow_text_unref (self->text);
  self->text = after;
  self->is_waiting = TRUE;
  flow_edit_session_take_operation (flow_edit_endpoint_get_session (self->endpoint), self->endpoint, self->revision,
                                    operation, op_id, NULL, &error);
  g_assert_no_error (error);
}

static G_NORETURN void
type_for_ever (FlowContext *context, const char *text, int first, int fd)
{
  static const FlowEditEndpointFuncs funcs = { push_cb, detached_cb };
  const FlowEditField field = { .id = "f" };
  Part part;
  Typist typist = { .fd = fd, .text = text_of (text), .number = first };
  const FlowEditOpening opening = { .field = &field, .url = URL, .text = typist.text };
  g_auto (FlowEditOpened) opened = { 0 };
  g_autoptr (GError) error = NULL;

  part_open (&part, context);
  typist.endpoint = flow_edit_endpoint_new (FLOW_EDIT_PAGE, FLOW_EDIT_DELTA, NULL, "test", "page", &funcs, &typist);
  flow_edits_open (part.test.edits, &opening, typist.endpoint, &opened, &error);
  g_assert_no_error (error);
  g_assert_true (opened.resumed == (first > 0));
  g_assert_false (opened.reset);
  typist.revision = opened.revision;
  for (;;)
    {
      if (!typist.is_waiting)
        type (&typist);
      g_main_context_iteration (part.main, FALSE);
    }
}

/* Returns: the last number that was acknowledged. */
static int
kill_after (FlowContext *context, const char *text, int first, int acknowledgements)
{
  int acknowledged[2];
  int last = first;
  int number;
  int count = 0;
  pid_t child;

  g_assert_cmpint (pipe (acknowledged), ==, 0);
  child = fork ();
  if (child == 0)
    type_for_ever (context, text, first, acknowledged[1]);
  close (acknowledged[1]);
  while (count < acknowledgements && read (acknowledged[0], &number, sizeof number) == sizeof number)
    {
      last = number;
      count++;
    }
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  while (read (acknowledged[0], &number, sizeof number) == sizeof number)
    last = number;
  close (acknowledged[0]);
  g_assert_cmpint (count, ==, acknowledgements);
  return last;
}

/* Every word up to @last is in the text, once; it may have one more, which had no time to be acknowledged. */
static int
check_words (const char *text, int last)
{
  for (int i = 1; i <= last + 1; i++)
    {
      g_autofree char *word = g_strdup_printf (" w%d.", i);
      const char *found = strstr (text, word);

      if (found == NULL && i == last + 1)
        return last;
      g_assert_nonnull (found);
      g_assert_null (strstr (found + 1, word));
    }
  return last + 1;
}

static void
check_journal (FlowContext *context, const char *id)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  FlowJsonWriter writer;

  flow_json_writer_init (&writer, out);
  flow_json_writer_begin_object (&writer);
  flow_edit_history_write_journal (flow_context_get_database_path (context), id, 0, FLOW_EDIT_HISTORY_MAX, &writer,
                                   &error);
  flow_json_writer_end_object (&writer);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (out->str, "\"what\":\"change\""));
}

/* Returns: (transfer full): the text that the next start finds. */
static char *
look (FlowContext *context, int *last)
{
  g_autoptr (GPtrArray) records = NULL;
  const FlowEditRecord *record;
  FlowEditSession *session;
  g_autoptr (GError) error = NULL;
  char *text;
  Part part;

  part_open (&part, context);
  records = flow_edit_journal_load (flow_edit_journal_sqlite_get_journal (part.journal), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (records->len, ==, 1);
  record = g_ptr_array_index (records, 0);
  check_journal (context, record->id);
  session = flow_edits_recover (part.test.edits, record->id, NULL, &error);
  g_assert_no_error (error);
  text = g_strdup (flow_text_get_data (flow_edit_session_get_text (session)));
  *last = check_words (text, *last);
  part_close (&part);
  return text;
}

static void
test_kill_at_any_commit (void)
{
  FlowContext *context = test_context_new ();
  g_autofree char *text = g_strdup (FIRST);
  int last = 0;

  for (int i = 0; i < KILLS; i++)
    {
      last = kill_after (context, text, last, 1 + i * i);
      g_free (text);
      text = look (context, &last);
    }
  test_context_remove (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/edit/kill/kill_at_any_commit", test_kill_at_any_commit);
  return g_test_run ();
}
