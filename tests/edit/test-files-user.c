/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files of the user's that are edited themselves. */

#include "edit/flow-edit-files.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edit-test.h"
#include "support/test-folder.h"
#include "edit/flow-edit-file.h"

#define PATIENCE_US (30 * G_USEC_PER_SEC)

typedef struct
{
  EditTest test;
  char *folder;
  char *path;
  FlowEditFiles *files;
  FlowEditSession *session;
  TestEnd *editor;
  GError *error;
  guint answers;
  guint done;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  static const FlowEditFileTimes times = { .busy_ms = 60000, .missing_ms = 20, .retry_ms = 20, .hold_ms = 5000 };

  edit_test_set_up (&f->test, data);
  f->folder = g_strdup ("/var/tmp/flow-user-XXXXXX");
  g_assert_nonnull (g_mkdtemp (f->folder));
  f->path = g_build_filename (f->folder, "notes.md", NULL);
  f->files = flow_edit_files_new (f->test.edits, f->folder, g_main_context_default ());
  flow_edit_files_set_times (f->files, &times);
  f->editor = test_end_new (&f->test, FLOW_EDIT_EDITOR, FLOW_EDIT_DELTA, "c-editor", "editor");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  flow_edits_stop (f->test.edits);
  g_clear_pointer (&f->files, flow_edit_files_free);
  g_clear_pointer (&f->editor, test_end_free);
  edit_test_tear_down (&f->test, data);
  test_remove_tree (f->folder);
  g_clear_error (&f->error);
  g_free (f->folder);
  g_free (f->path);
}

static void
turn (Fixture *f)
{
  edit_test_settle (&f->test);
  edit_test_wait_ms (&f->test, 60);
  g_main_context_iteration (NULL, FALSE);
}

#define WAIT_UNTIL(f, condition)                            \
  G_STMT_START                                              \
  {                                                         \
    gint64 end_ = g_get_monotonic_time () + PATIENCE_US;    \
    while (!(condition))                                    \
      {                                                     \
        g_assert_cmpint (g_get_monotonic_time (), <, end_); \
        turn (f);                                           \
      }                                                     \
  }                                                         \
  G_STMT_END

static void
ready_cb (FlowEditFiles *files, FlowEditSession *session, const GError *error, gpointer data)
{
  Fixture *f = data;

  f->answers++;
  f->session = session;
  g_clear_error (&f->error);
  f->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
done_cb (FlowEditFiles *files, const GError *error, gpointer data)
{
  Fixture *f = data;

  f->done++;
  g_clear_error (&f->error);
  f->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
open_file (Fixture *f, const char *path)
{
  guint before = f->answers;

  flow_edit_files_open_user (f->files, path, NULL, ready_cb, f);
  WAIT_UNTIL (f, f->answers > before);
}

static void
put (Fixture *f, const char *text)
{
  g_assert_true (g_file_set_contents_full (f->path, text, -1, G_FILE_SET_CONTENTS_NONE, 0640, NULL));
}

static gboolean
has_file (Fixture *f, const char *text)
{
  g_autofree char *found = NULL;

  return g_file_get_contents (f->path, &found, NULL, NULL) && strcmp (found, text) == 0;
}

static void
save (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  flow_edit_session_take_saved (f->session, f->editor->endpoint, &error);
  g_assert_no_error (error);
}

/* The file gets what the editor saves, not what it types, and stays as it is otherwise. */
static void
test_saved (Fixture *f, gconstpointer data)
{
  struct stat info;

  put (f, "\xef\xbb\xbfone\r\ntwo\r\n");
  open_file (f, f->path);
  g_assert_no_error (f->error);
  g_assert_cmpstr (flow_edit_session_get_file_type (f->session), ==, "md");
  g_assert_cmpstr (flow_edit_session_get_title (f->session), ==, "notes.md");
  g_assert_cmpstr (flow_edit_session_get_site (f->session), ==, "");
  assert_text (f->session, "one\ntwo\n");
  test_end_attach (f->editor, f->session);
  g_assert_true (flow_edit_files_wait (f->files, f->session, done_cb, f));

  test_end_change (f->editor, "[4,\"and \"]", "1");
  for (guint i = 0; i < 50; i++)
    turn (f);
  g_assert_true (has_file (f, "\xef\xbb\xbfone\r\ntwo\r\n"));
  save (f);
  WAIT_UNTIL (f, has_file (f, "\xef\xbb\xbfone\r\nand two\r\n"));
  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0640);

  /* Typed, saved and closed at once: the last save is in the file before who waits hears of the end. */
  test_end_change (f->editor, "[\"zero\\n\"]", "2");
  save (f);
  test_end_leave (f->editor, FLOW_EDIT_LEFT);
  WAIT_UNTIL (f, f->done == 1);
  g_assert_no_error (f->error);
  g_assert_true (has_file (f, "\xef\xbb\xbfzero\r\none\r\nand two\r\n"));
}

/* What another program writes into it comes to the editor. */
static void
test_changed_elsewhere (Fixture *f, gconstpointer data)
{
  put (f, "one\n");
  open_file (f, f->path);
  test_end_attach (f->editor, f->session);
  test_end_change (f->editor, "[\"zero \"]", "1");
  put (f, "one two\n");
  WAIT_UNTIL (f, strcmp (f->editor->text, "zero one two\n") == 0);
  g_assert_true (has_file (f, "one two\n"));
  save (f);
  WAIT_UNTIL (f, has_file (f, "zero one two\n"));
}

static void
test_made (Fixture *f, gconstpointer data)
{
  open_file (f, f->path);
  g_assert_no_error (f->error);
  assert_text (f->session, "");
  test_end_attach (f->editor, f->session);
  test_end_change (f->editor, "[\"made\\n\"]", "1");
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  save (f);
  WAIT_UNTIL (f, has_file (f, "made\n"));
}

/* The file that a link leads to is written, and the link stays. */
static void
test_link (Fixture *f, gconstpointer data)
{
  g_autofree char *link = g_build_filename (f->folder, "link", NULL);
  FlowEditSession *first;

  put (f, "one\n");
  g_assert_cmpint (symlink ("notes.md", link), ==, 0);
  open_file (f, link);
  first = f->session;
  test_end_attach (f->editor, f->session);
  test_end_change (f->editor, "[\"zero \"]", "1");
  save (f);
  WAIT_UNTIL (f, has_file (f, "zero one\n"));
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  open_file (f, f->path);
  g_assert_true (f->session == first);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autofree char *nowhere = g_build_filename (f->folder, "no", "where", NULL);
  g_autofree char *fifo = g_build_filename (f->folder, "fifo", NULL);

  open_file (f, nowhere);
  g_assert_error (f->error, FLOW_ERROR, FLOW_ERROR_FOLDER_NOT_WRITABLE);
  open_file (f, f->folder);
  g_assert_nonnull (f->error);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  open_file (f, fifo);
  g_assert_nonnull (f->error);
  put (f, "caf\xe9");
  open_file (f, f->path);
  g_assert_nonnull (f->error);
  g_assert_cmpint (truncate (f->path, 64 * 1024 * 1024), ==, 0);
  open_file (f, f->path);
  g_assert_error (f->error, FLOW_ERROR, FLOW_ERROR_TEXT_TOO_LONG);
  g_assert_null (f->session);
}

/* An editor that knows files alone gets the file itself: what it saves is in the session, and it is waited for. */
static void
test_command (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  struct stat info;

  put (f, "one\n");
  open_file (f, f->path);
  g_assert_true (flow_edit_files_open (f->files, f->session, "sh -c 'echo two >> \"$1\"' sh {file}", &error));
  g_assert_no_error (error);
  g_assert_true (flow_edit_files_wait (f->files, f->session, done_cb, f));
  WAIT_UNTIL (f, f->done == 1);
  g_assert_no_error (f->error);
  assert_text (f->session, "one\ntwo\n");
  g_assert_true (has_file (f, "one\ntwo\n"));
  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0640);

  /* As :cq in Vim. */
  open_file (f, f->path);
  g_assert_true (flow_edit_files_open (f->files, f->session, "sh -c 'exit 1' sh {file}", &error));
  g_assert_true (flow_edit_files_wait (f->files, f->session, done_cb, f));
  WAIT_UNTIL (f, f->done == 2);
  g_assert_error (f->error, FLOW_ERROR, FLOW_ERROR_EDITOR_FAILED);
}

static void
test_not_found (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  put (f, "one\n");
  open_file (f, f->path);
  g_assert_true (flow_edit_files_wait (f->files, f->session, done_cb, f));
  g_assert_false (flow_edit_files_open (f->files, f->session, "no-such-editor-here", &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_EDITOR_NOT_FOUND);
  flow_edit_session_editor_failed (f->session, FLOW_ERROR_EDITOR_NOT_FOUND, error->message);
  WAIT_UNTIL (f, f->done == 1);
  g_assert_nonnull (f->error);
}

static void
test_stopped (Fixture *f, gconstpointer data)
{
  put (f, "one\n");
  open_file (f, f->path);
  test_end_attach (f->editor, f->session);
  g_assert_true (flow_edit_files_wait (f->files, f->session, done_cb, f));
  flow_edits_stop (f->test.edits);
  g_assert_cmpuint (f->done, ==, 1);
  g_assert_error (f->error, FLOW_ERROR, FLOW_ERROR_STOPPING);
  g_assert_true (has_file (f, "one\n"));
}

#define ADD(name, func) g_test_add ("/edit/files-user/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("saved", test_saved);
  ADD ("changed-elsewhere", test_changed_elsewhere);
  ADD ("made", test_made);
  ADD ("link", test_link);
  ADD ("refused", test_refused);
  ADD ("command", test_command);
  ADD ("not-found", test_not_found);
  ADD ("stopped", test_stopped);
  return g_test_run ();
}
