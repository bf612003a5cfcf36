/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files are read and replaced in such a way that no save is lost: without a session, at the file system itself. */

#include "edit/flow-edit-disk.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/flow-error.h"
#include "edit/flow-edit-names.h"
#include "edit/flow-edit-opening.h"

/* Not below /tmp: editors save in another way there. */
typedef struct
{
  char *folder;
  char *path;
  FlowEditDiskPlace place;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_strdup ("/var/tmp/flow-disk-XXXXXX");
  g_assert_nonnull (g_mkdtemp (f->folder));
  f->path = g_build_filename (f->folder, "a.md", NULL);
  f->place = (FlowEditDiskPlace) {
    .folder = open (f->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
    .path = f->folder,
    .name = "a.md",
    .no_exchange = GPOINTER_TO_INT (data),
  };
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  const char *name;
  g_autoptr (GDir) folder = g_dir_open (f->folder, 0, NULL);

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (f->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  close (f->place.folder);
  g_free (f->path);
  g_free (f->folder);
}

static void
put (Fixture *f, const char *text)
{
  int file = g_open (f->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  g_assert_cmpint (write (file, text, strlen (text)), ==, (int) strlen (text));
  close (file);
}

static void
assert_bytes (GBytes *bytes, const char *text)
{
  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

static void
assert_file (Fixture *f, const char *text)
{
  g_autofree char *found = NULL;

  g_assert_true (g_file_get_contents (f->path, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, text);
}

static guint
count_files (Fixture *f)
{
  g_autoptr (GDir) folder = g_dir_open (f->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

static FlowEditDiskState
read_state (Fixture *f)
{
  g_auto (FlowEditDiskFile) file = FLOW_EDIT_DISK_FILE_INIT;

  flow_edit_disk_read (&f->place, FALSE, &file);
  g_assert_cmpint (file.state == FLOW_EDIT_DISK_DONE, ==, file.bytes != NULL);
  return file.state;
}

static FlowEditDiskState
write_text (Fixture *f, const char *text, FlowEditDiskFlags flags, FlowEditDiskFile *displaced)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_auto (FlowEditDiskFile) out = FLOW_EDIT_DISK_FILE_INIT;

  flow_edit_disk_write (&f->place, bytes, flags, &out, displaced);
  g_assert_cmpint (out.state == FLOW_EDIT_DISK_DONE || out.state == FLOW_EDIT_DISK_BUSY, ==, out.error == NULL);
  return out.state;
}

/* What was there comes out, and what is written is there, whoever saved when. */
static void
test_write (Fixture *f, gconstpointer data)
{
  g_auto (FlowEditDiskFile) first = FLOW_EDIT_DISK_FILE_INIT;
  g_auto (FlowEditDiskFile) second = FLOW_EDIT_DISK_FILE_INIT;
  g_auto (FlowEditDiskFile) third = FLOW_EDIT_DISK_FILE_INIT;

  g_assert_cmpint (read_state (f), ==, FLOW_EDIT_DISK_MISSING);
  g_assert_cmpint (write_text (f, "one", 0, &first), ==, FLOW_EDIT_DISK_MISSING);
  g_assert_cmpuint (count_files (f), ==, 0);
  flow_edit_disk_file_clear (&first);
  g_assert_cmpint (write_text (f, "one", FLOW_EDIT_DISK_CREATE, &first), ==, FLOW_EDIT_DISK_DONE);
  g_assert_null (first.bytes);
  assert_file (f, "one");

  put (f, "an editor's");
  g_assert_cmpint (write_text (f, "two", 0, &second), ==, FLOW_EDIT_DISK_DONE);
  assert_bytes (second.bytes, "an editor's");
  assert_file (f, "two");
  g_assert_cmpint (write_text (f, "", 0, &third), ==, FLOW_EDIT_DISK_DONE);
  assert_bytes (third.bytes, "two");
  assert_file (f, "");
  g_assert_cmpuint (count_files (f), ==, 1);
}

/* An editor that is in the middle of a save is waited for, and one that still has the file after it was replaced
 * writes into what was handed out. */
static void
test_busy (Fixture *f, gconstpointer data)
{
  g_auto (FlowEditDiskFile) refused = FLOW_EDIT_DISK_FILE_INIT;
  g_auto (FlowEditDiskFile) displaced = FLOW_EDIT_DISK_FILE_INIT;
  int editor;

  put (f, "before");
  editor = g_open (f->path, O_WRONLY | O_TRUNC | O_CLOEXEC, 0);
  g_assert_cmpint (read_state (f), ==, FLOW_EDIT_DISK_BUSY);
  g_assert_cmpint (write_text (f, "ours", 0, &refused), ==, FLOW_EDIT_DISK_BUSY);
  assert_file (f, "");

  g_assert_cmpint (write_text (f, "ours", FLOW_EDIT_DISK_BUSY_TOO, &displaced), ==, FLOW_EDIT_DISK_DONE);
  g_assert_cmpint (displaced.state, ==, FLOW_EDIT_DISK_BUSY);
  g_assert_cmpint (write (editor, "after all", 9), ==, 9);
  flow_edit_disk_read_again (&displaced, FALSE);
  g_assert_cmpint (displaced.state, ==, FLOW_EDIT_DISK_BUSY);
  close (editor);
  flow_edit_disk_read_again (&displaced, FALSE);
  g_assert_cmpint (displaced.state, ==, FLOW_EDIT_DISK_DONE);
  assert_bytes (displaced.bytes, "after all");
  assert_file (f, "ours");
  g_assert_cmpuint (count_files (f), ==, 1);
}

/* Nothing that is no plain file is followed, waited for, written to or removed. */
static void
test_not_a_file (Fixture *f, gconstpointer data)
{
  static const char *const kinds[] = { "link", "fifo", "folder", "loose link" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_auto (FlowEditDiskFile) displaced = FLOW_EDIT_DISK_FILE_INIT;
      struct stat before, after;

      if (i == 0)
        g_assert_cmpint (symlink ("/etc/passwd", f->path), ==, 0);
      else if (i == 1)
        g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
      else if (i == 2)
        g_assert_cmpint (g_mkdir (f->path, 0700), ==, 0);
      else
        g_assert_cmpint (symlink ("nowhere", f->path), ==, 0);
      g_assert_cmpint (lstat (f->path, &before), ==, 0);
      g_assert_cmpint (read_state (f), ==, FLOW_EDIT_DISK_NOT_A_FILE);
      g_assert_cmpint (write_text (f, "x", FLOW_EDIT_DISK_CREATE | FLOW_EDIT_DISK_BUSY_TOO, &displaced), ==,
                       FLOW_EDIT_DISK_NOT_A_FILE);
      g_assert_cmpint (lstat (f->path, &after), ==, 0);
      g_assert_cmpuint (before.st_ino, ==, after.st_ino);
      g_assert_cmpuint (count_files (f), ==, 1);
      g_assert_cmpint (g_remove (f->path), ==, 0);
    }
}

/* edit.md: file_64MB_refused. Neither read nor written over. */
static void
test_file_64mb_refused (Fixture *f, gconstpointer data)
{
  g_auto (FlowEditDiskFile) file = FLOW_EDIT_DISK_FILE_INIT;
  g_auto (FlowEditDiskFile) displaced = FLOW_EDIT_DISK_FILE_INIT;
  struct stat info;

  put (f, "");
  g_assert_cmpint (truncate (f->path, 64 * 1024 * 1024), ==, 0);
  flow_edit_disk_read (&f->place, FALSE, &file);
  g_assert_cmpint (file.state, ==, FLOW_EDIT_DISK_FAILED);
  g_assert_error (file.error, FLOW_ERROR, FLOW_ERROR_TEXT_TOO_LONG);
  g_assert_null (file.bytes);
  g_assert_cmpint (write_text (f, "x", FLOW_EDIT_DISK_CREATE, &displaced), ==, FLOW_EDIT_DISK_FAILED);
  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, 64 * 1024 * 1024);

  g_assert_cmpint (truncate (f->path, FLOW_EDIT_MAX_TEXT), ==, 0);
  g_assert_cmpint (read_state (f), ==, FLOW_EDIT_DISK_DONE);
  g_assert_cmpint (truncate (f->path, FLOW_EDIT_MAX_TEXT + 1), ==, 0);
  g_assert_cmpint (read_state (f), ==, FLOW_EDIT_DISK_FAILED);
}

/* A file of the user's stays what it is but for its bytes. */
static void
test_user (Fixture *f, gconstpointer data)
{
  g_auto (FlowEditDiskFile) displaced = FLOW_EDIT_DISK_FILE_INIT;
  g_autofree char *other = g_build_filename (f->folder, "b.md", NULL);
  g_autofree char *found = NULL;
  gboolean has_attributes;
  char value[8] = "";
  struct stat before, after;

  f->place.durable = TRUE;
  put (f, "mine");
  g_assert_cmpint (g_chmod (f->path, 0640), ==, 0);
  has_attributes = setxattr (f->path, "user.flow", "kept", 4, 0) == 0;
  g_assert_cmpint (write_text (f, "yours", 0, &displaced), ==, FLOW_EDIT_DISK_DONE);
  assert_bytes (displaced.bytes, "mine");
  g_assert_cmpint (g_stat (f->path, &after), ==, 0);
  g_assert_cmpint (after.st_mode & 07777, ==, 0640);
  if (has_attributes)
    {
      g_assert_cmpint (getxattr (f->path, "user.flow", value, sizeof value), ==, 4);
      g_assert_cmpstr (value, ==, "kept");
    }
  flow_edit_disk_file_clear (&displaced);

  /* Under two names it stays one file. */
  g_assert_cmpint (link (f->path, other), ==, 0);
  g_assert_cmpint (g_stat (f->path, &before), ==, 0);
  g_assert_cmpint (write_text (f, "both", 0, &displaced), ==, FLOW_EDIT_DISK_DONE);
  g_assert_cmpint (g_stat (f->path, &after), ==, 0);
  g_assert_cmpuint (before.st_ino, ==, after.st_ino);
  g_assert_true (g_file_get_contents (other, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, "both");
}

/* edit.md: temp_name_never_from_page. */
static void
test_temp_name_never_from_page (void)
{
  static const char *const hostile[] = {
    "../../etc/passwd",
    "/etc/passwd",
    "md/../x",
    "md\n",
    "$(touch x)",
    "`x`",
    ";rm",
    "a b",
    "",
    "..",
    ".",
    "\xff",
    "md ",
    "exe",
    "desktop",
    "state",
  };

  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autofree char *name = flow_edit_file_name ("Ab3dE6gh", hostile[i]);

      g_assert_cmpstr (name, ==, "Ab3dE6gh.txt");
    }
  g_assert_cmpstr (flow_edit_extension ("md"), ==, "md");
  g_assert_cmpstr (flow_edit_extension ("markdown"), ==, "md");
  g_assert_cmpstr (flow_edit_extension ("typescriptreact"), ==, "tsx");
}

static void
test_short_of_name (void)
{
  static const char *const others[] = { ".x.md",    "4913",          "x.md~",
                                        "#x.md#",   ".#x.md",        ".goutputstream-ABC",
                                        "x",        ".md",           ".x.md.state",
                                        "x.md.swp", ".flow-abc.x.md" };
  g_autofree char *found = flow_edit_file_name_get_short ("Ab3dE6gh.md");

  g_assert_cmpstr (found, ==, "Ab3dE6gh");
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_null (flow_edit_file_name_get_short (others[i]));
}

#define ADD(name, func) g_test_add ("/edit/files-disk/" name, Fixture, GINT_TO_POINTER (FALSE), set_up, func, tear_down)
#define ADD_OLD(name, func) \
  g_test_add ("/edit/files-disk/no-exchange/" name, Fixture, GINT_TO_POINTER (TRUE), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("write", test_write);
  ADD ("busy", test_busy);
  ADD ("not-a-file", test_not_a_file);
  ADD ("file_64MB_refused", test_file_64mb_refused);
  ADD ("user", test_user);
  ADD_OLD ("write", test_write);
  ADD_OLD ("busy", test_busy);
  ADD_OLD ("not-a-file", test_not_a_file);
  ADD_OLD ("user", test_user);
  g_test_add_func ("/edit/files-disk/temp_name_never_from_page", test_temp_name_never_from_page);
  g_test_add_func ("/edit/files-disk/short-of-name", test_short_of_name);
  return g_test_run ();
}
