/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Texts in files, and editors that save them in their ways. Not below /tmp, where Vim and Emacs save in another way. */

#include "edit/flow-edit-files.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edit-test.h"
#include "support/test-folder.h"
#include "edit/flow-edit-disk.h"
#include "edit/flow-edit-file.h"

#define PATIENCE_US (30 * G_USEC_PER_SEC)

typedef struct
{
  EditTest test;
  char *folder; /* stands for $XDG_RUNTIME_DIR/flowscope */
  char *fifo;   /* the editor stays until somebody writes into it */
  int pipe;
  guint n_editors;
  char *command;
  FlowEditFiles *files;
  TestEnd *page;
  FlowEditSession *session;
  char *path;
} Fixture;

static void
start_files (Fixture *f)
{
  static const FlowEditFileTimes times = { .busy_ms = 60000, .missing_ms = 20, .retry_ms = 20, .hold_ms = 5000 };
  g_autoptr (GError) error = NULL;

  f->files = flow_edit_files_new (f->test.edits, f->folder, g_main_context_default ());
  flow_edit_files_set_times (f->files, &times);
  flow_edit_files_start (f->files, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  edit_test_set_up (&f->test, data);
  f->folder = g_strdup ("/var/tmp/flow-files-XXXXXX");
  g_assert_nonnull (g_mkdtemp (f->folder));
  f->fifo = g_build_filename (f->folder, "fifo", NULL);
  g_assert_cmpint (mkfifo (f->fifo, 0600), ==, 0);
  f->pipe = g_open (f->fifo, O_RDWR | O_CLOEXEC, 0);
  f->command = g_strdup_printf ("sh -c 'read status < \"$1\"; exit $status' sh %s {file}", f->fifo);
  f->page = test_end_new (&f->test, FLOW_EDIT_PAGE, FLOW_EDIT_WHOLE, "c-page", "page");
  start_files (f);
}

/* Have the world go on until nothing is to be done at once. */
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

static guint
count_unread (Fixture *f)
{
  int unread = 0;

  g_assert_cmpint (ioctl (f->pipe, FIONREAD, &unread), ==, 0);
  return (guint) unread;
}

/* The editor reads how it is to end. */
static void
end_editor (Fixture *f, const char *status)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_US;

  g_assert_cmpuint (f->n_editors, >, 0);
  f->n_editors--;
  g_assert_cmpint (write (f->pipe, status, strlen (status)), ==, (int) strlen (status));
  while (count_unread (f) > 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_thread_yield ();
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  flow_edits_stop (f->test.edits);
  g_clear_pointer (&f->files, flow_edit_files_free);
  g_clear_pointer (&f->page, test_end_free);
  while (f->n_editors > 0)
    end_editor (f, "0\n");
  close (f->pipe);
  edit_test_tear_down (&f->test, data);
  test_remove_tree (f->folder);
  g_free (f->folder);
  g_free (f->fifo);
  g_free (f->command);
  g_free (f->path);
}

/* A page has a text, and an editor opens it. */
static void
open_text (Fixture *f, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  if (f->session == NULL)
    f->session = test_end_request (f->page, "https://a.example/page", "body", text);
  edit_test_settle (&f->test);
  flow_edit_files_open (f->files, f->session, f->command, &error);
  g_assert_no_error (error);
  f->n_editors++;
  name = g_strconcat (flow_edit_session_get_short (f->session), ".md", NULL);
  g_free (f->path);
  f->path = g_build_filename (flow_edit_files_get_folder (f->files), name, NULL);
}

static gboolean
has_file (Fixture *f, const char *text)
{
  g_autofree char *found = NULL;

  return g_file_get_contents (f->path, &found, NULL, NULL) && strcmp (found, text) == 0;
}

static gboolean
has_text (Fixture *f, const char *text)
{
  return strcmp (flow_text_get_data (flow_edit_session_get_text (f->session)), text) == 0;
}

static gboolean
was_noticed (Fixture *f, const char *kind)
{
  for (guint i = 0; i < f->test.notices->len; i++)
    if (g_str_has_prefix (f->test.notices->pdata[i], kind))
      return TRUE;
  return FALSE;
}

static void
write_at (const char *path, const char *text, int flags)
{
  int file = g_open (path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);

  g_assert_cmpint (file, >=, 0);
  g_assert_cmpint (write (file, text, strlen (text)), ==, (int) strlen (text));
  close (file);
}

static void
save_in_place (Fixture *f, const char *text)
{
  write_at (f->path, text, O_TRUNC);
}

/* GNOME Text Editor, gedit. */
static void
save_by_rename (Fixture *f, const char *text)
{
  g_autofree char *folder = g_path_get_dirname (f->path);
  g_autofree char *other = g_build_filename (folder, ".goutputstream-ABCDEF", NULL);

  write_at (other, text, O_TRUNC);
  g_assert_cmpint (g_rename (other, f->path), ==, 0);
}

/* Neovim: tries whether it may write, renames the file away, makes it anew, removes the old one. */
static void
save_like_vim (Fixture *f, const char *text)
{
  g_autofree char *folder = g_path_get_dirname (f->path);
  g_autofree char *trial = g_build_filename (folder, "4913", NULL);
  g_autofree char *backup = g_strconcat (f->path, "~", NULL);

  write_at (trial, "", 0);
  g_assert_cmpint (g_unlink (trial), ==, 0);
  g_assert_cmpint (g_rename (f->path, backup), ==, 0);
  write_at (f->path, text, O_EXCL);
  g_assert_cmpint (g_unlink (backup), ==, 0);
}

/* Emacs: a link that leads nowhere is its lock, and the old file stays as a backup. */
static void
save_like_emacs (Fixture *f, const char *text)
{
  g_autofree char *folder = g_path_get_dirname (f->path);
  g_autofree char *base = g_path_get_basename (f->path);
  g_autofree char *lock = g_strconcat (folder, "/.#", base, NULL);
  g_autofree char *backup = g_strconcat (f->path, "~", NULL);

  g_assert_cmpint (symlink ("user@host.1:2", lock), ==, 0);
  g_assert_cmpint (g_rename (f->path, backup), ==, 0);
  write_at (f->path, text, O_EXCL);
  g_assert_cmpint (g_unlink (lock), ==, 0);
}

static void (*const ways[]) (Fixture *f, const char *text) = {
  save_in_place,
  save_by_rename,
  save_like_vim,
  save_like_emacs,
};

static void
test_both_ways (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new ("abc");
  struct stat info;

  open_text (f, "abc");
  g_assert_true (has_file (f, "abc\n"));
  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (flow_edit_files_get_folder (f->files), &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *line = NULL;

      g_string_append_printf (text, " editor %u", i);
      line = g_strconcat (text->str, "\n", NULL);
      ways[i](f, line);
      WAIT_UNTIL (f, has_text (f, text->str));
      test_end_assert_text (f->page, text->str);
      WAIT_UNTIL (f, test_end_heard (f->page, "saved"));
      test_end_forget (f->page);

      g_string_append_printf (text, " page %u \xf0\x9f\x98\x80", i);
      g_free (line);
      line = g_strconcat (text->str, "\n", NULL);
      test_end_type (f->page, text->str);
      WAIT_UNTIL (f, has_file (f, line));
    }
}

/* edit.md: inode_replaced_save. The same file is saved again and again, each time another one. */
static void
test_inode_replaced_save (Fixture *f, gconstpointer data)
{
  open_text (f, "");
  g_assert_true (has_file (f, ""));
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *text = g_strdup_printf ("save %u", i);
      g_autofree char *line = g_strconcat (text, "\n", NULL);

      ways[i % G_N_ELEMENTS (ways)](f, line);
      WAIT_UNTIL (f, has_text (f, text));
    }
}

/* edit.md: save_during_write_is_merged. Page and editor change at once; nobody waits for anybody. */
static void
test_save_during_write_is_merged (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) first = g_string_new ("");
  g_autoptr (GString) last = g_string_new ("");

  open_text (f, "\nmiddle\n");
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *on_disk = NULL;
      g_autofree char *saved = NULL;
      g_autofree char *typed = NULL;
      g_autofree char *word = g_strdup_printf ("p%u ", i);
      g_autofree char *other = g_strdup_printf (" e%u", i);

      g_assert_true (g_file_get_contents (f->path, &on_disk, NULL, NULL));
      on_disk[strlen (on_disk) - 1] = '\0';
      saved = g_strconcat (on_disk, other, "\n", NULL);
      typed = g_strconcat (word, f->page->text, NULL);
      test_end_type (f->page, typed);
      for (guint turns = 0; turns < i % 4; turns++)
        turn (f);
      ways[i % G_N_ELEMENTS (ways)](f, saved);
      for (guint turns = 0; turns < i % 3; turns++)
        turn (f);
      g_string_prepend (first, word);
      g_string_append (last, other);
      WAIT_UNTIL (f, strstr (f->page->text, word) != NULL && strstr (f->page->text, other) != NULL);
      typed = (g_free (typed), g_strconcat (f->page->text, "\n", NULL));
      WAIT_UNTIL (f, has_file (f, typed));
    }
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *word = g_strdup_printf ("p%u ", i);
      g_autofree char *other = g_strdup_printf (" e%u", i);
      const char *found = strstr (f->page->text, other);

      g_assert_nonnull (strstr (f->page->text, word));
      g_assert_nonnull (found);
    }
}

/* An editor that has the file open for long is waited for, and what it writes in the end is taken. */
static void
test_slow_save (Fixture *f, gconstpointer data)
{
  int editor;

  open_text (f, "one");
  editor = g_open (f->path, O_WRONLY | O_TRUNC | O_CLOEXEC, 0);
  g_assert_cmpint (write (editor, "one t", 5), ==, 5);
  for (guint i = 0; i < 20; i++)
    turn (f);
  g_assert_true (has_text (f, "one"));
  test_end_type (f->page, "zero one");
  for (guint i = 0; i < 20; i++)
    turn (f);
  g_assert_cmpint (write (editor, "wo\n", 3), ==, 3);
  close (editor);
  WAIT_UNTIL (f, has_text (f, "zero one two"));
  WAIT_UNTIL (f, has_file (f, "zero one two\n"));
}

/* An editor that keeps the file open is not waited for forever; what it writes into the file that was replaced is taken
 * all the same. */
static void
test_old_descriptor (Fixture *f, gconstpointer data)
{
  static const FlowEditFileTimes hasty = { .busy_ms = 20, .missing_ms = 20, .retry_ms = 20, .hold_ms = 60000 };
  struct stat before, after;
  int editor;

  flow_edit_files_set_times (f->files, &hasty);
  open_text (f, "one");
  editor = g_open (f->path, O_WRONLY | O_CLOEXEC, 0);
  g_assert_cmpint (fstat (editor, &before), ==, 0);
  test_end_type (f->page, "zero one");
  WAIT_UNTIL (f, has_file (f, "zero one\n"));
  g_assert_cmpint (g_stat (f->path, &after), ==, 0);
  g_assert_cmpuint (before.st_ino, !=, after.st_ino);
  g_assert_cmpint (write (editor, "one two\n", 8), ==, 8);
  close (editor);
  WAIT_UNTIL (f, has_text (f, "zero one two"));
  WAIT_UNTIL (f, has_file (f, "zero one two\n"));
}

/* An editor that does not look at the file again saves what it had. Nobody changed anything by it, and the file gets
 * what it should have. */
static void
test_stale_save (Fixture *f, gconstpointer data)
{
  open_text (f, "one");
  test_end_type (f->page, "one two");
  WAIT_UNTIL (f, has_file (f, "one two\n"));
  test_end_type (f->page, "one two three");
  WAIT_UNTIL (f, has_file (f, "one two three\n"));
  save_like_vim (f, "one two\n");
  WAIT_UNTIL (f, has_file (f, "one two three\n"));
  g_assert_true (has_text (f, "one two three"));
}

static void
test_eol (Fixture *f, gconstpointer data)
{
  open_text (f, "a\nb");
  save_in_place (f, "\xef\xbb\xbf"
                    "a\r\nb \xf0\x9f\x98\x80\r\nc\r\n");
  WAIT_UNTIL (f, has_text (f, "a\nb \xf0\x9f\x98\x80\nc"));
  test_end_type (f->page, "a\nb \xf0\x9f\x98\x80\nc\nd");
  WAIT_UNTIL (f, has_file (f, "\xef\xbb\xbf"
                              "a\r\nb \xf0\x9f\x98\x80\r\nc\r\nd\r\n"));
  save_in_place (f, "a\nb \xf0\x9f\x98\x80\nc\nd, no end");
  WAIT_UNTIL (f, has_text (f, "a\nb \xf0\x9f\x98\x80\nc\nd, no end"));
  save_in_place (f, "a\n\n");
  WAIT_UNTIL (f, has_text (f, "a\n"));
  save_in_place (f, "");
  WAIT_UNTIL (f, has_text (f, ""));
}

/* edit.md: editor_not_found_is_told. */
static void
test_editor_not_found_is_told (Fixture *f, gconstpointer data)
{
  static const char *const commands[] = { "no-such-editor-here", "no-such-editor-here --x {file}", "/no/such/editor" };
  g_autoptr (GDir) folder = NULL;

  f->session = test_end_request (f->page, "https://a.example/", "body", "x");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (flow_edit_files_open (f->files, f->session, commands[i], &error));
      g_assert_error (error, FLOW_ERROR, FLOW_ERROR_EDITOR_NOT_FOUND);
      g_assert_nonnull (strstr (error->message, "such"));
    }
  folder = g_dir_open (flow_edit_files_get_folder (f->files), 0, NULL);
  g_assert_null (g_dir_read_name (folder));
  g_assert_true (has_text (f, "x"));
}

static void
test_deleted (Fixture *f, gconstpointer data)
{
  open_text (f, "one");
  turn (f);
  g_assert_cmpint (g_unlink (f->path), ==, 0);
  for (guint i = 0; i < 50; i++)
    turn (f);
  g_assert_true (has_text (f, "one"));
  test_end_type (f->page, "one two");
  WAIT_UNTIL (f, has_file (f, "one two\n"));
  g_assert_cmpint (g_unlink (f->path), ==, 0);
  save_in_place (f, "one two three\n");
  WAIT_UNTIL (f, has_text (f, "one two three"));
}

static void
make_link (const char *path)
{
  g_assert_cmpint (symlink ("/etc/passwd", path), ==, 0);
}

static void
make_folder (const char *path)
{
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
}

static void
make_fifo (const char *path)
{
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
}

/* Neither read nor written, told, and over when there is a file again. */
static void
test_replaced (Fixture *f, gconstpointer data)
{
  static void (*const make[]) (const char *path) = { make_link, make_folder, make_fifo };

  open_text (f, "one");
  for (guint i = 0; i < G_N_ELEMENTS (make); i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u, %s", i, f->page->text);
      g_autofree char *saved = g_strconcat (text, " saved", NULL);
      g_autofree char *line = g_strconcat (saved, "\n", NULL);
      struct stat before, after;

      test_end_forget (f->page);
      g_ptr_array_set_size (f->test.notices, 0);
      g_assert_cmpint (g_unlink (f->path), ==, 0);
      make[i](f->path);
      g_assert_cmpint (lstat (f->path, &before), ==, 0);
      WAIT_UNTIL (f, was_noticed (f, "unexpected"));
      WAIT_UNTIL (f, test_end_heard (f->page, "state editor_failed editor_failed"));
      test_end_type (f->page, text);
      for (guint turns = 0; turns < 10; turns++)
        turn (f);
      g_assert_cmpint (lstat (f->path, &after), ==, 0);
      g_assert_cmpuint (before.st_ino, ==, after.st_ino);
      g_assert_true (has_text (f, text));

      g_assert_cmpint (g_remove (f->path), ==, 0);
      save_in_place (f, line);
      WAIT_UNTIL (f, strcmp (f->page->text, saved) == 0);
      g_assert_cmpint (flow_edit_session_get_state (f->session), !=, FLOW_EDIT_STATE_EDITOR_FAILED);
    }
}

/* Too large, and no text: told, and the text stays what it is. */
static void
test_bad_saves (Fixture *f, gconstpointer data)
{
  open_text (f, "one");
  save_in_place (f, "one\n");
  g_assert_cmpint (truncate (f->path, 64 * 1024 * 1024), ==, 0);
  WAIT_UNTIL (f, test_end_heard (f->page, "state editor_failed text_too_long"));
  g_assert_true (has_text (f, "one"));
  save_in_place (f, "two\n");
  WAIT_UNTIL (f, has_text (f, "two"));
  g_assert_true (was_noticed (f, "unexpected"));

  test_end_forget (f->page);
  save_in_place (f, "caf\xe9\n");
  WAIT_UNTIL (f, test_end_heard (f->page, "state editor_failed bad_request"));
  g_assert_true (has_text (f, "two"));
  save_in_place (f, "caf\xc3\xa9\n");
  WAIT_UNTIL (f, has_text (f, "caf\xc3\xa9"));
}

/* The editor saves at the last moment; then its file is gone, and the session is not. */
static void
test_editor_ends (Fixture *f, gconstpointer data)
{
  open_text (f, "one");
  turn (f);
  save_like_vim (f, "last words\n");
  end_editor (f, "0\n");
  WAIT_UNTIL (f, flow_edit_session_count (f->session, FLOW_EDIT_EDITOR) == 0);
  g_assert_true (has_text (f, "last words"));
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_assert_true (test_end_heard (f->page, "state editor_closed"));
  WAIT_UNTIL (f, flow_edit_session_get_state (f->session) == FLOW_EDIT_STATE_EDITOR_CLOSED);

  /* And once more, with another editor that fails. */
  test_end_forget (f->page);
  open_text (f, "last words");
  end_editor (f, "3\n");
  WAIT_UNTIL (f, test_end_heard (f->page, "state editor_failed editor_failed"));
  g_assert_true (was_noticed (f, "unexpected"));
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
}

/* The user ends the session while the editor is open; what it saves later is not lost. */
static void
test_late_save (Fixture *f, gconstpointer data)
{
  g_autofree char *short_id = NULL;

  open_text (f, "one");
  turn (f);
  short_id = g_strdup (flow_edit_session_get_short (f->session));
  flow_edit_session_end (f->session, NULL);
  WAIT_UNTIL (f, !g_file_test (f->path, G_FILE_TEST_EXISTS));
  edit_test_settle (&f->test);
  save_in_place (f, "late\n");
  WAIT_UNTIL (f, (f->session = flow_edits_find_by_short (f->test.edits, short_id)) != NULL && has_text (f, "late"));
}

static void
restart (Fixture *f)
{
  edit_test_settle (&f->test);
  flow_edits_stop (f->test.edits);
  edit_test_settle (&f->test);
  g_clear_pointer (&f->files, flow_edit_files_free);
  g_clear_pointer (&f->page, test_end_free);
  g_clear_pointer (&f->test.edits, flow_edits_free);
  f->session = NULL;
}

static void
go_on (Fixture *f, const char *short_id)
{
  edit_test_open (&f->test);
  f->page = test_end_new (&f->test, FLOW_EDIT_PAGE, FLOW_EDIT_WHOLE, "c-page", "page");
  start_files (f);
  f->session = flow_edits_find_by_short (f->test.edits, short_id);
}

/* What is saved while no hub is there is taken when one is, and the editor that still runs goes on. */
static void
test_restart (Fixture *f, gconstpointer data)
{
  g_autofree char *short_id = NULL;
  FlowEditEndpoint *editor;

  open_text (f, "one");
  short_id = g_strdup (flow_edit_session_get_short (f->session));
  test_end_type (f->page, "zero one");
  WAIT_UNTIL (f, has_file (f, "zero one\n"));
  restart (f);
  save_like_vim (f, "zero one two\n");
  go_on (f, short_id);
  g_assert_nonnull (f->session);
  WAIT_UNTIL (f, has_text (f, "zero one two"));
  g_assert_cmpuint (flow_edit_session_count (f->session, FLOW_EDIT_EDITOR), ==, 1);
  editor = flow_edit_session_get_endpoint (f->session, FLOW_EDIT_EDITOR, 0);
  g_assert_cmpstr (flow_edit_endpoint_get_name (editor), ==, "sh");
  save_in_place (f, "zero one two three\n");
  WAIT_UNTIL (f, has_text (f, "zero one two three"));
  end_editor (f, "0\n");
  WAIT_UNTIL (f, flow_edit_session_count (f->session, FLOW_EDIT_EDITOR) == 0);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
}

/* Without a running editor the file is taken and removed. */
static void
test_restart_without_editor (Fixture *f, gconstpointer data)
{
  g_autofree char *short_id = NULL;

  open_text (f, "one");
  short_id = g_strdup (flow_edit_session_get_short (f->session));
  WAIT_UNTIL (f, has_file (f, "one\n"));
  restart (f);
  save_in_place (f, "one more\n");
  end_editor (f, "0\n");
  go_on (f, short_id);
  WAIT_UNTIL (f, f->session != NULL && has_text (f, "one more"));
  WAIT_UNTIL (f, !g_file_test (f->path, G_FILE_TEST_EXISTS));
}

/* Killed between the exchange of the names and the look at what came out: that was a save, and is not lost. */
static void
test_restart_displaced (Fixture *f, gconstpointer data)
{
  g_autofree char *short_id = NULL;
  g_autofree char *displaced = NULL;

  open_text (f, "one");
  short_id = g_strdup (flow_edit_session_get_short (f->session));
  test_end_type (f->page, "zero one");
  WAIT_UNTIL (f, has_file (f, "zero one\n"));
  turn (f);
  restart (f);
  displaced = g_strdup_printf ("%s/edit/" FLOW_EDIT_DISK_PREFIX "token.%s.md", f->folder, short_id);
  write_at (displaced, "zero one two\n", O_EXCL);
  go_on (f, short_id);
  WAIT_UNTIL (f, f->session != NULL && has_text (f, "zero one two"));
  WAIT_UNTIL (f, has_file (f, "zero one two\n"));
  g_assert_false (g_file_test (displaced, G_FILE_TEST_EXISTS));
}

static void
make_old (const char *path)
{
  const struct timespec times[] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };

  g_assert_cmpint (utimensat (AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), ==, 0);
}

/* Old leftovers go, unless a session has them. */
static void
test_sweep (Fixture *f, gconstpointer data)
{
  g_autofree char *unknown = g_build_filename (f->folder, "edit", "Unknown1.md", NULL);
  g_autofree char *fresh = g_build_filename (f->folder, "edit", "Unknown2.md", NULL);
  g_autofree char *lock = g_build_filename (f->folder, "edit", ".#Unknown1.md", NULL);
  g_autofree char *folder = g_build_filename (f->folder, "edit", "x", NULL);
  g_autofree char *backup = NULL;

  open_text (f, "one");
  backup = g_strconcat (f->path, "~", NULL);
  write_at (unknown, "x", 0);
  write_at (fresh, "x", 0);
  write_at (backup, "x", 0);
  g_assert_cmpint (symlink ("nowhere", lock), ==, 0);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  make_old (unknown);
  make_old (lock);
  make_old (folder);
  make_old (backup);
  make_old (f->path);
  flow_edit_files_sweep (f->files);
  g_assert_false (g_file_test (unknown, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (lock, G_FILE_TEST_IS_SYMLINK));
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (fresh, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (backup, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (f->path, G_FILE_TEST_EXISTS));
}

/* Who cleans up $XDG_RUNTIME_DIR does not ask us. */
static void
test_folder_goes (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->folder, "edit", NULL);

  open_text (f, "one");
  turn (f);
  test_remove_tree (folder);
  for (guint i = 0; i < 10; i++)
    turn (f);
  g_assert_true (has_text (f, "one"));
  open_text (f, "one");
  WAIT_UNTIL (f, has_file (f, "one\n"));
  save_in_place (f, "two\n");
  WAIT_UNTIL (f, has_text (f, "two"));
}

/* Needs a file system of its own. */
static gboolean
mount_small (Fixture *f, const char *options)
{
  g_autofree char *folder = g_build_filename (f->folder, "edit", NULL);

  if (mount ("none", folder, "tmpfs", 0, options) == 0)
    return TRUE;
  g_test_skip ("file systems cannot be mounted here");
  return FALSE;
}

static void
remount (Fixture *f, unsigned long flags, const char *options)
{
  g_assert_cmpint (mount ("none", flow_edit_files_get_folder (f->files), "tmpfs", MS_REMOUNT | flags, options), ==, 0);
}

static void
unmount (Fixture *f)
{
  g_assert_cmpint (umount2 (flow_edit_files_get_folder (f->files), MNT_DETACH), ==, 0);
}

static void
test_disk_full (Fixture *f, gconstpointer data)
{
  g_autofree char *large = g_strnfill (60000, 'x');
  g_autofree char *line = g_strconcat (large, "\n", NULL);

  g_clear_pointer (&f->files, flow_edit_files_free);
  if (!mount_small (f, "size=64k"))
    {
      start_files (f);
      return;
    }
  start_files (f);
  open_text (f, "small");
  WAIT_UNTIL (f, has_file (f, "small\n"));
  test_end_type (f->page, large);
  WAIT_UNTIL (f, test_end_heard (f->page, "state editor_failed disk_full"));
  g_assert_true (was_noticed (f, "unexpected"));
  g_assert_true (has_file (f, "small\n"));
  remount (f, 0, "size=1m");
  WAIT_UNTIL (f, has_file (f, line));
  g_assert_cmpint (flow_edit_session_get_state (f->session), !=, FLOW_EDIT_STATE_EDITOR_FAILED);
  unmount (f);
}

static void
test_folder_read_only (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&f->files, flow_edit_files_free);
  if (!mount_small (f, "size=64k"))
    {
      start_files (f);
      return;
    }
  start_files (f);
  open_text (f, "one");
  WAIT_UNTIL (f, has_file (f, "one\n"));
  remount (f, MS_RDONLY, "size=64k");
  test_end_type (f->page, "one two");
  WAIT_UNTIL (f, test_end_heard (f->page, "state editor_failed folder_not_writable"));
  g_assert_true (was_noticed (f, "no_permission"));
  flow_edit_session_end (f->session, NULL);
  edit_test_settle (&f->test);
  f->session = NULL;
  g_clear_pointer (&f->page, test_end_free);

  f->page = test_end_new (&f->test, FLOW_EDIT_PAGE, FLOW_EDIT_WHOLE, "c-other", "page");
  f->session = test_end_request (f->page, "https://b.example/", "body", "x");
  g_assert_false (flow_edit_files_open (f->files, f->session, f->command, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_FOLDER_NOT_WRITABLE);
  g_assert_nonnull (strstr (error->message, flow_edit_files_get_folder (f->files)));
  unmount (f);
}

#define ADD(name, func) g_test_add ("/edit/files/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("both-ways", test_both_ways);
  ADD ("inode_replaced_save", test_inode_replaced_save);
  ADD ("save_during_write_is_merged", test_save_during_write_is_merged);
  ADD ("slow-save", test_slow_save);
  ADD ("old-descriptor", test_old_descriptor);
  ADD ("stale-save", test_stale_save);
  ADD ("eol", test_eol);
  ADD ("editor_not_found_is_told", test_editor_not_found_is_told);
  ADD ("deleted", test_deleted);
  ADD ("replaced", test_replaced);
  ADD ("bad-saves", test_bad_saves);
  ADD ("editor-ends", test_editor_ends);
  ADD ("late-save", test_late_save);
  ADD ("restart", test_restart);
  ADD ("restart-without-editor", test_restart_without_editor);
  ADD ("restart-displaced", test_restart_displaced);
  ADD ("sweep", test_sweep);
  ADD ("folder-goes", test_folder_goes);
  ADD ("disk-full", test_disk_full);
  ADD ("folder-read-only", test_folder_read_only);
  return g_test_run ();
}
