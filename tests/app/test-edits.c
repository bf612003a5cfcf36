/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app-test.h"

#include "app/edits/flow-edit-board.h"
#include "app/edits/flow-edit-diff.h"
#include "app/edits/flow-edit-merge.h"
#include "app/edits/flow-edit-text.h"
#include "app/edits/flow-edit-trouble.h"
#include "app/edits/flow-edit-words.h"
#include "hub/flow-json-read.h"
#include "verbs-fixture.h"

#define DESCRIPTION "Zk3pQ8vW1xTn5yRb7uMd2A"
#define COMMENT "Lr6fD9wS3aZx8cVb5nMq1g"

typedef struct
{
  VerbsFixture *verbs;
  FlowEditBoard *board;
} Fixture;

static guint
count (FlowEditBoard *board, FlowEditList list)
{
  return g_list_model_get_n_items (flow_board_get_list (FLOW_BOARD (board), list));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->verbs = verbs_fixture_new ();
  fixture->board = flow_edit_board_new ();
  flow_board_watch (FLOW_BOARD (fixture->board));
  flow_board_set_verbs (FLOW_BOARD (fixture->board), FLOW_VERBS (fixture->verbs));
  app_test_wait (count (fixture->board, FLOW_EDIT_LIST_OPEN) == 3);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  flow_board_unwatch (FLOW_BOARD (fixture->board));
  app_test_settle ();
  g_assert_finalize_object (fixture->board);
  g_object_unref (fixture->verbs);
}

static void
assert_calls (VerbsFixture *verbs, const char *wanted)
{
  g_autofree char *calls = verbs_fixture_take_calls (verbs);

  g_assert_cmpstr (calls, ==, wanted);
}

/* --- The board ------------------------------------------------------------------------------------------- */

static void
test_lists (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowEntry) open = flow_board_find (FLOW_BOARD (fixture->board), DESCRIPTION);
  g_autoptr (FlowEntry) left = flow_board_find (FLOW_BOARD (fixture->board), COMMENT);
  g_autoptr (FlowEntry) none = flow_board_find (FLOW_BOARD (fixture->board), "nobody");

  g_assert_cmpstr (flow_entry_get_text (open, "title"), ==, "Description");
  g_assert_cmpint (flow_entry_get_number (left, "length"), ==, 640);
  g_assert_null (none);
  g_assert_cmpuint (count (fixture->board, FLOW_EDIT_LIST_LEFT), ==, 2);
  g_assert_cmpuint (flow_edit_board_count_conflicts (fixture->board), ==, 1);
  flow_board_set_verbs (FLOW_BOARD (fixture->board), NULL);
  g_assert_false (flow_board_is_live (FLOW_BOARD (fixture->board)));
  g_assert_cmpuint (count (fixture->board, FLOW_EDIT_LIST_OPEN), ==, 0);
  g_assert_cmpuint (flow_edit_board_count_conflicts (fixture->board), ==, 0);
}

/* An edit that goes on is the same object, so that what is open of it stays. */
static void
test_follow (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowEntry) before = flow_board_find (FLOW_BOARD (fixture->board), DESCRIPTION);
  g_autoptr (FlowEntry) after = NULL;

  verbs_fixture_set_answer (fixture->verbs, "edits",
                            "{\"sessions\":[{\"id\":\"" DESCRIPTION "\",\"revision\":43,\"conflict\":true},7,{}],"
                            "\"recoverable\":null}");
  flow_board_refresh (FLOW_BOARD (fixture->board));
  app_test_wait (count (fixture->board, FLOW_EDIT_LIST_OPEN) == 1);
  after = flow_board_find (FLOW_BOARD (fixture->board), DESCRIPTION);
  g_assert_true (before == after);
  g_assert_cmpint (flow_entry_get_number (after, "revision"), ==, 43);
  g_assert_cmpuint (flow_edit_board_count_conflicts (fixture->board), ==, 1);
  g_assert_cmpuint (count (fixture->board, FLOW_EDIT_LIST_LEFT), ==, 0);
}

/* A hundred changes are asked for once. */
static void
test_coalesced (Fixture *fixture, gconstpointer data)
{
  guint before = verbs_fixture_count (fixture->verbs, "edits");

  for (guint i = 0; i < 100; i++)
    flow_board_refresh (FLOW_BOARD (fixture->board));
  app_test_wait (verbs_fixture_count (fixture->verbs, "edits") > before);
  app_test_settle ();
  g_assert_cmpuint (verbs_fixture_count (fixture->verbs, "edits"), ==, before + 1);
}

static void
test_hide (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowEntry) edit = flow_board_find (FLOW_BOARD (fixture->board), DESCRIPTION);
  guint before = verbs_fixture_count (fixture->verbs, "edits");

  flow_board_hide (FLOW_BOARD (fixture->board), edit);
  flow_board_refresh (FLOW_BOARD (fixture->board));
  app_test_wait (verbs_fixture_count (fixture->verbs, "edits") > before);
  app_test_settle ();
  g_assert_cmpuint (count (fixture->board, FLOW_EDIT_LIST_OPEN), ==, 2);
  flow_board_unhide (FLOW_BOARD (fixture->board), edit);
  app_test_wait (count (fixture->board, FLOW_EDIT_LIST_OPEN) == 3);
}

static void
failed_cb (FlowEditBoard *board, const char *reason, GString *told)
{
  g_string_append (told, reason);
}

static void
test_failure (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) told = g_string_new (NULL);

  g_signal_connect (fixture->board, "failed", G_CALLBACK (failed_cb), told);
  verbs_fixture_set_answer (fixture->verbs, "edit-end", NULL);
  flow_edit_board_act_on (fixture->board, "edit-end", DESCRIPTION);
  app_test_wait (told->len > 0);
  g_assert_cmpstr (told->str, ==, "not today");
  assert_calls (fixture->verbs, "edit-end{\"id\":\"" DESCRIPTION "\"} ");
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (flow_board_ask_finish (FLOW_BOARD (source), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED);
  *(gboolean *) data = TRUE;
}

static void
test_without_hub (void)
{
  g_autoptr (FlowEditBoard) board = flow_edit_board_new ();
  gboolean answered = FALSE;

  flow_edit_board_act_on (board, "edit-end", DESCRIPTION);
  flow_board_refresh (FLOW_BOARD (board));
  flow_board_ask_async (FLOW_BOARD (board), "edit-text", NULL, NULL, asked_cb, &answered);
  app_test_wait (answered);
}

/* --- Words ----------------------------------------------------------------------------------------------- */

static void
test_words (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FlowEntry) edit = flow_board_find (FLOW_BOARD (fixture->board), DESCRIPTION);
  g_autoptr (JsonObject) bare_members = json_object_new ();
  g_autoptr (FlowEntry) bare = flow_entry_new ("x", bare_members);
  g_autofree char *title = flow_edit_words_title (edit), *what = flow_edit_words_what (edit);
  g_autofree char *ends = flow_edit_words_ends (edit), *no_title = flow_edit_words_title (bare);
  g_autofree char *nobody = flow_edit_words_ends (bare), *none = flow_edit_words_counts (0, 0);
  g_autofree char *one = flow_edit_words_counts (1, 0), *some = flow_edit_words_counts (3, 1);
  g_autofree char *today = flow_edit_words_time (36000000000000, 40000000000000);

  g_assert_cmpstr (title, ==, "Description");
  g_assert_cmpstr (what, ==, "tracker.example · md · 1834 characters");
  g_assert_cmpstr (ends, ==, "tracker.example: connected ⇄ Neovim: connected");
  g_assert_cmpstr (no_title, ==, "Text without a name");
  g_assert_cmpstr (nobody, ==, "Nobody has it open");
  g_assert_null (none);
  g_assert_cmpstr (one, ==, "1 edit");
  g_assert_cmpstr (some, ==, "3 edits, 1 conflict");
  g_assert_cmpstr (today, ==, "10:00:00");
  g_assert_cmpstr (flow_edit_words_choice ("nvim"), ==, "Neovim");
  g_assert_cmpstr (flow_edit_words_choice ("my editor {file}"), ==, "my editor {file}");
  g_assert_cmpstr (flow_edit_words_choice ("vscode_extension"), ==, "Visual Studio Code");
}

/* Ends are channels, most of them; people know them by other names. */
static void
test_who (void)
{
  static const char *const json = "{\"site\":\"wiki.example\","
                                  "\"editor\":{\"choice\":\"editor/nvim-7\",\"name\":\"Neovim\"}}";
  static const char *const names[][2] = {
    { "editor/nvim-7", "Neovim" },
    { "editor/other", "Editor" },
    { "browser_page/82b2-tab", "wiki.example" },
    { "vscode_extension/7f3a", "Visual Studio Code" },
    { "foreign/abc", "Another program that edits" },
    { "Emacs", "Emacs" },
    { "/home/anna/notes.md", "/home/anna/notes.md" },
    { "a/b", "a/b" },
  };
  g_autoptr (JsonObject) members = flow_json_read_object (json, strlen (json), NULL);
  g_autoptr (FlowEntry) edit = flow_entry_new ("x", members);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *who = flow_edit_words_who (edit, names[i][0]);

      g_assert_cmpstr (who, ==, names[i][1]);
    }
}

static char *
say_deed (const char *json)
{
  g_autoptr (JsonObject) members = flow_json_read_object (json, strlen (json), NULL);
  g_autoptr (FlowEntry) entry = flow_entry_new ("1", members);
  g_autoptr (JsonObject) nothing = json_object_new ();
  g_autoptr (FlowEntry) edit = flow_entry_new ("x", nothing);

  return flow_edit_words_deed (edit, entry);
}

static void
test_deeds (void)
{
  g_autofree char *saved = say_deed ("{\"what\":\"save\",\"by\":\"%d %s\"}");
  g_autofree char *nobody = say_deed ("{\"what\":\"change\",\"side\":\"page\"}");
  g_autofree char *future = say_deed ("{\"what\":\"sing\"}");

  g_assert_cmpstr (saved, ==, "Saved by %d %s");
  g_assert_cmpstr (nobody, ==, "Changed by Web page");
  g_assert_cmpstr (future, ==, "you: sing");
}

/* --- Differences ----------------------------------------------------------------------------------------- */

static JsonObject *
read_diff (const char *json)
{
  g_autofree char *text = g_strdup_printf ("{\"diff\":%s}", json);

  return flow_json_read_object (text, strlen (text), NULL);
}

static char *
show_diff (const char *json, guint *n_marked)
{
  g_autoptr (JsonObject) object = read_diff (json);
  PangoAttrList *attributes = pango_attr_list_new ();
  char *text = flow_edit_diff_text (flow_json_get_array (object, "diff"), attributes);
  GSList *list = pango_attr_list_get_attributes (attributes);

  *n_marked = g_slist_length (list);
  g_slist_free_full (list, (GDestroyNotify) pango_attribute_destroy);
  pango_attr_list_unref (attributes);
  return text;
}

static void
test_diff (void)
{
  static const char *const json = "[{\"kind\":\"equal\",\"text\":\"it is \",\"line\":3},"
                                  "{\"kind\":\"delete\",\"text\":\"früh\",\"line\":3},"
                                  "{\"kind\":\"insert\",\"text\":\"🛒 late\\n\",\"line\":3},"
                                  "{\"kind\":\"insert\",\"text\":\"\"},{\"text\":\"x\"},7]";
  g_autoptr (JsonObject) object = read_diff (json);
  JsonArray *diff = flow_json_get_array (object, "diff");
  g_autofree char *said = flow_edit_diff_say (diff), *nothing = flow_edit_diff_say (NULL);
  guint n_marked, n_none, n_swapped;
  g_autofree char *text = show_diff (json, &n_marked), *empty = show_diff ("[]", &n_none);
  g_autofree char *swapped = show_diff (
      "[{\"kind\":\"insert\",\"text\":\"new\"},{\"kind\":\"delete\",\"text\":\"old\"},"
      "{\"kind\":\"equal\",\"text\":\".\"}]",
      &n_swapped);

  g_assert_cmpstr (text, ==, "it is früh🛒 late");
  g_assert_cmpstr (swapped, ==, "oldnew.");
  g_assert_cmpuint (n_marked, ==, 6);
  g_assert_cmpstr (said, ==, "deleted “früh”, inserted “🛒 late\n”");
  g_assert_cmpint (flow_edit_diff_line (diff), ==, 3);
  g_assert_cmpstr (empty, ==, "");
  g_assert_cmpstr (nothing, ==, "");
  g_assert_cmpint (flow_edit_diff_line (NULL), ==, 0);
}

/* Of a megabyte that was pasted only the beginning is laid out. */
static void
test_diff_long (void)
{
  g_autoptr (GString) long_text = g_string_new (NULL);
  g_autoptr (GString) json = g_string_new ("[{\"kind\":\"equal\",\"text\":\"");
  guint n_marked;
  g_autofree char *text = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append (long_text, "ü");
  g_string_append_printf (json, "%s\"},{\"kind\":\"insert\",\"text\":\"%s\"}]", long_text->str, long_text->str);
  text = show_diff (json->str, &n_marked);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (text, -1), <, 3000);
}

/* --- Merging --------------------------------------------------------------------------------------------- */

typedef struct
{
  GtkTextBuffer *buffer;
  FlowEditMerge *merge;
} MergeFixture;

static void
merge_take (MergeFixture *fixture, const char *json)
{
  g_autoptr (JsonObject) conflict = flow_json_read_object (json, strlen (json), NULL);

  flow_edit_merge_take (fixture->merge, conflict);
}

static void
merge_set_up (MergeFixture *fixture, gconstpointer data)
{
  fixture->buffer = gtk_text_buffer_new (NULL);
  gtk_text_buffer_set_enable_undo (fixture->buffer, TRUE);
  fixture->merge = flow_edit_merge_new (fixture->buffer);
}

static void
merge_tear_down (MergeFixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->merge);
  g_assert_finalize_object (fixture->buffer);
}

static void
assert_merged (MergeFixture *fixture, const char *wanted)
{
  g_autofree char *text = flow_edit_merge_dup_text (fixture->merge);

  g_assert_cmpstr (text, ==, wanted);
}

static void
test_merge (MergeFixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "edits", "edit-conflicts.json", NULL);
  g_autofree char *json = NULL;
  GtkTextIter iter;

  g_assert_true (g_file_get_contents (path, &json, NULL, NULL));
  merge_take (fixture, json);
  assert_merged (fixture, "Dear Anna,\n\nwe meet on Tuesday at noon.\nwe meet on Friday.\n\nSee you\nBen\n");
  g_assert_cmpuint (flow_edit_merge_get_n_hunks (fixture->merge), ==, 5);
  g_assert_cmpint (flow_edit_merge_get_hunk (fixture->merge, 1)->kind, ==, FLOW_EDIT_HUNK_CONFLICT);
  g_assert_cmpuint (flow_edit_merge_get_line (fixture->merge, 1), ==, 3);
  g_assert_cmpuint (flow_edit_merge_get_line (fixture->merge, 3), ==, 6);

  /* What is typed elsewhere stays when a part is chosen. */
  gtk_text_buffer_get_start_iter (fixture->buffer, &iter);
  gtk_text_buffer_insert (fixture->buffer, &iter, "Hi! ", -1);
  flow_edit_merge_keep (fixture->merge, 1, FLOW_EDIT_KEEP_THEIRS);
  assert_merged (fixture, "Hi! Dear Anna,\n\nwe meet on Friday.\n\nSee you\nBen\n");
  g_assert_cmpuint (flow_edit_merge_get_line (fixture->merge, 3), ==, 5);
  flow_edit_merge_keep (fixture->merge, 1, FLOW_EDIT_KEEP_MINE);
  assert_merged (fixture, "Hi! Dear Anna,\n\nwe meet on Tuesday at noon.\n\nSee you\nBen\n");
  gtk_text_buffer_undo (fixture->buffer);
  assert_merged (fixture, "Hi! Dear Anna,\n\nwe meet on Friday.\n\nSee you\nBen\n");
}

/* Parts that are empty, one behind the other, are still told apart. */
static void
test_merge_empty (MergeFixture *fixture, gconstpointer data)
{
  merge_take (fixture, "{\"hunks\":[{\"kind\":\"conflict\",\"mine\":\"one\",\"theirs\":\"\"},"
                       "{\"kind\":\"conflict\",\"mine\":\"\",\"theirs\":\"two\"},"
                       "{\"kind\":\"conflict\",\"mine\":\"\",\"theirs\":\"\"},"
                       "{\"kind\":\"conflict\",\"mine\":\"\",\"theirs\":\"three\"}]}");
  assert_merged (fixture, "onetwothree");
  flow_edit_merge_keep (fixture->merge, 0, FLOW_EDIT_KEEP_THEIRS);
  flow_edit_merge_keep (fixture->merge, 1, FLOW_EDIT_KEEP_MINE);
  flow_edit_merge_keep (fixture->merge, 3, FLOW_EDIT_KEEP_MINE);
  assert_merged (fixture, "");
  flow_edit_merge_keep (fixture->merge, 3, FLOW_EDIT_KEEP_BOTH);
  flow_edit_merge_keep (fixture->merge, 0, FLOW_EDIT_KEEP_MINE);
  flow_edit_merge_keep (fixture->merge, 1, FLOW_EDIT_KEEP_THEIRS);
  assert_merged (fixture, "onetwothree");
}

/* Both are kept as they stand in the text, where they do; what is beside them in the line is known. */
static void
test_merge_words (MergeFixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL, *after = NULL, *none = NULL;

  merge_take (fixture,
              "{\"hunks\":[{\"kind\":\"same\",\"mine\":\"a\\non \",\"base\":\"a\\non \",\"theirs\":\"a\\non \"},"
              "{\"kind\":\"conflict\",\"base\":\"Monday\",\"mine\":\"Tuesday\",\"theirs\":\"Friday\"},"
              "{\"kind\":\"same\",\"base\":\", ok\\nb\",\"mine\":\", ok\\nb\",\"theirs\":\", ok\\nb\"}]}");
  assert_merged (fixture, "a\non Tuesday Friday, ok\nb");
  before = flow_edit_merge_dup_context (fixture->merge, 1, FALSE);
  after = flow_edit_merge_dup_context (fixture->merge, 1, TRUE);
  none = flow_edit_merge_dup_context (fixture->merge, 0, FALSE);
  g_assert_cmpstr (before, ==, "on ");
  g_assert_cmpstr (after, ==, ", ok");
  g_assert_cmpstr (none, ==, "");
}

static void
test_merge_hostile (MergeFixture *fixture, gconstpointer data)
{
  merge_take (fixture, "{\"hunks\":[7,null,{\"kind\":\"of the future\",\"mine\":3,\"theirs\":\"t\"},{}]}");
  g_assert_cmpuint (flow_edit_merge_get_n_hunks (fixture->merge), ==, 2);
  assert_merged (fixture, "t");
  merge_take (fixture, "{\"hunks\":{}}");
  assert_merged (fixture, "");
}

/* --- Replacing ------------------------------------------------------------------------------------------- */

static void
test_replace (MergeFixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "", "aab", "ab", "a🛒b", "a🛒🛒b", "", "x\ny\n", "x\nz\ny\n", "x\ny\n" };
  GtkTextIter iter;
  GtkTextMark *mark;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      flow_edit_text_replace (fixture->buffer, texts[i]);
      assert_merged (fixture, texts[i]);
    }
  /* The cursor stays where it is in the text. */
  gtk_text_buffer_get_iter_at_offset (fixture->buffer, &iter, 3);
  mark = gtk_text_buffer_create_mark (fixture->buffer, NULL, &iter, TRUE);
  flow_edit_text_replace (fixture->buffer, "new\nx\ny\n");
  gtk_text_buffer_get_iter_at_mark (fixture->buffer, &iter, mark);
  g_assert_cmpint (gtk_text_iter_get_offset (&iter), ==, 7);
}

/* --- Trouble --------------------------------------------------------------------------------------------- */

static void
assert_ways (const char *kind, const char *id, const char *wanted)
{
  FlowEditNews news = { kind, id, "main.js", "it said", "/run/x" };
  FlowEditWayOn ways[FLOW_EDIT_MAX_WAYS_ON];
  gsize n = flow_edit_trouble_list_ways (&news, ways);
  g_autoptr (GString) found = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (found, "%s(%s) ", ways[i].action, ways[i].target != NULL ? ways[i].target : "");
  g_assert_cmpstr (found->str, ==, wanted);
}

static void
test_trouble (void)
{
  FlowEditNews denied = { "no_permission", "7", "main.js", "it said", "/run/x" };
  FlowEditNews said = { "no_permission", "7", "main.js", "", "No permission to write in /run/y" };
  FlowEditNews missing = { "editor_not_found", "7", "100 %s", "There is no “kate”", "kate" };
  FlowEditNews unknown = { "of the future", "", "", "boom", "why" };
  FlowEditNews back = { "recovered", "7", "main.js", "", "1" }, many = { "recovered", "7", "main.js", "", "3" };
  FlowEditWayOn ways[FLOW_EDIT_MAX_WAYS_ON];
  g_autofree char *one = flow_edit_trouble_dup_title (&back), *three = flow_edit_trouble_dup_title (&many);
  g_autofree char *other = flow_edit_trouble_dup_text (&said);
  g_autofree char *folder = flow_edit_trouble_dup_text (&denied), *title = flow_edit_trouble_dup_title (&missing);
  g_autofree char *text = flow_edit_trouble_dup_text (&missing), *nameless = flow_edit_trouble_dup_title (&unknown);
  g_autofree char *all = flow_edit_trouble_dup_text (&unknown);

  assert_ways ("conflict", "7", "show-edit(7) ");
  assert_ways ("recovered", "7", "show-edit(7) ");
  assert_ways ("editor_not_found", "7", "choose-edit-editor(7) use-default-editor(7) ");
  assert_ways ("editor_not_found", "", "choose-edit-editor() ");
  assert_ways ("no_permission", "7", "choose-edit-editor(7) show-log() ");
  assert_ways ("unexpected", "7", "show-log() ");
  assert_ways ("of the future", "7", "show-log() ");
  g_assert_true (g_str_has_prefix (folder, "FlowScope may not write in the folder /run/x.\n"));
  g_assert_true (g_str_has_prefix (other, "No permission to write in /run/y\n"));
  g_assert_cmpstr (title, ==, "No editor for “100 %s”");
  g_assert_cmpstr (text, ==, "There is no “kate”");
  g_assert_cmpstr (nameless, ==, "A text is not edited as it should");
  g_assert_cmpstr (all, ==, "boom\nwhy");
  g_assert_cmpstr (one, ==, "“main.js” was recovered");
  g_assert_cmpstr (three, ==, "3 texts were recovered");
  g_assert_cmpuint (flow_edit_trouble_list_ways (&many, ways), ==, 1);
  g_assert_cmpstr (ways[0].target, ==, "");
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
#define ADD(path, func) g_test_add ("/app/edits/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("lists", test_lists);
  ADD ("follow", test_follow);
  ADD ("coalesced", test_coalesced);
  ADD ("hide", test_hide);
  ADD ("failure", test_failure);
  ADD ("words", test_words);
  g_test_add_func ("/app/edits/without-hub", test_without_hub);
  g_test_add_func ("/app/edits/who", test_who);
  g_test_add_func ("/app/edits/deeds", test_deeds);
  g_test_add_func ("/app/edits/diff", test_diff);
  g_test_add_func ("/app/edits/diff-long", test_diff_long);
  g_test_add_func ("/app/edits/trouble", test_trouble);
#define ADD_MERGE(path, func) g_test_add ("/app/edits/" path, MergeFixture, NULL, merge_set_up, func, merge_tear_down)
  ADD_MERGE ("merge", test_merge);
  ADD_MERGE ("merge-empty", test_merge_empty);
  ADD_MERGE ("merge-words", test_merge_words);
  ADD_MERGE ("merge-hostile", test_merge_hostile);
  ADD_MERGE ("replace", test_replace);
  return g_test_run ();
}
