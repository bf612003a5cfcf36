/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "text-random.h"
#include "text/flow-text-merge.h"

/* Merges that git is asked about; each starts a process. */
#define GIT_ROUNDS 80

static void
check_piece (const FlowText *text, const FlowTextPiece *piece, gsize *at)
{
  const char *data = flow_text_get_data (text);

  g_assert_cmpuint (piece->start, ==, *at);
  *at += piece->size;
  g_assert_cmpuint (*at, <=, flow_text_get_size (text));
  g_assert_cmpint (data[*at] & 0xc0, !=, 0x80);
}

static gboolean
same_bytes (const FlowText *a, const FlowTextPiece *in_a, const FlowText *b, const FlowTextPiece *in_b)
{
  return in_a->size == in_b->size &&
         memcmp (flow_text_get_data (a) + in_a->start, flow_text_get_data (b) + in_b->start, in_a->size) == 0;
}

/* What each region says is true, and together they are the three texts. */
static void
check_merge (FlowTextMerge *merge, FlowText *base, FlowText *ours, FlowText *theirs)
{
  gsize n, in_base = 0, in_ours = 0, in_theirs = 0;
  const FlowTextRegion *regions = flow_text_merge_get_regions (merge, &n);

  for (gsize i = 0; i < n; i++)
    {
      const FlowTextRegion *region = &regions[i];
      gboolean is_ours = !same_bytes (base, &region->base, ours, &region->ours);
      gboolean is_theirs = !same_bytes (base, &region->base, theirs, &region->theirs);

      check_piece (base, &region->base, &in_base);
      check_piece (ours, &region->ours, &in_ours);
      check_piece (theirs, &region->theirs, &in_theirs);
      if (region->kind == FLOW_TEXT_REGION_SAME)
        g_assert_true (!is_ours && !is_theirs);
      else if (region->kind == FLOW_TEXT_REGION_OURS)
        g_assert_true (!is_theirs);
      else if (region->kind == FLOW_TEXT_REGION_THEIRS)
        g_assert_true (!is_ours);
      else
        g_assert_cmpint (region->kind == FLOW_TEXT_REGION_BOTH, ==,
                         same_bytes (ours, &region->ours, theirs, &region->theirs));
    }
  g_assert_cmpuint (in_base, ==, flow_text_get_size (base));
  g_assert_cmpuint (in_ours, ==, flow_text_get_size (ours));
  g_assert_cmpuint (in_theirs, ==, flow_text_get_size (theirs));
}

typedef struct
{
  const char *base, *ours, *theirs;
  guint conflicts;
  const char *both, *marked;
} Row;

static const Row rows[] = {
  { "a\nb\nc\n", "a\nb\nc\n", "a\nb\nc\n", 0, "a\nb\nc\n", NULL },
  { "a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", 0, "A\nb\nC\n", NULL },
  { "a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\n", 0, "a\nX\nc\n", NULL },
  { "a\nb\nc\n", "a\nc\n", "a\nb\nc\nd\n", 0, "a\nc\nd\n", NULL },
  { "", "ours\n", "theirs\n", 1, "ours\ntheirs\n",
    "<<<<<<< ours\nours\n||||||| base\n=======\ntheirs\n>>>>>>> theirs\n" },
  { "", "ours", "theirs", 1, "ours\ntheirs", "<<<<<<< ours\nours\n||||||| base\n=======\ntheirs\n>>>>>>> theirs\n" },
  /* Words: other ones of the same line, then the same one. */
  { "The quick brown fox\n", "The slow brown fox\n", "The quick brown dog\n", 0, "The slow brown dog\n", NULL },
  { "The quick brown fox\n", "The slow brown fox\n", "The lazy brown fox\n", 1,
    "The slow brown fox\nThe lazy brown fox\n",
    "<<<<<<< ours\nThe slow brown fox\n||||||| base\nThe quick brown fox\n=======\nThe lazy brown fox\n>>>>>>> theirs\n" },
  /* Lines that touch. */
  { "a = 1\nb = 2\n", "a = 3\nb = 2\n", "a = 1\nb = 4\n", 0, "a = 3\nb = 4\n", NULL },
  /* Alike at both ends: only the middle is a conflict. */
  { "x\n", "x\nnew\n1\nend\n", "x\nnew\n2\nend\n", 1, "x\nnew\n1\n2\nend\n",
    "x\nnew\n<<<<<<< ours\n1\n||||||| base\n=======\n2\n>>>>>>> theirs\nend\n" },
  /* One takes the line out that the other changes. */
  { "a\nb\nc\n", "a\nc\n", "a\nB\nc\n", 1, "a\nB\nc\n",
    "a\n<<<<<<< ours\n||||||| base\nb\n=======\nB\n>>>>>>> theirs\nc\n" },
  /* Which of the equal lines is meant is not guessed. */
  { "x\nx\nx\n", "x\nx\nx\nx\n", "x\nx\n", 1, NULL, NULL },
};

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      g_autoptr (FlowText) base = text_from (row->base);
      g_autoptr (FlowText) ours = text_from (row->ours);
      g_autoptr (FlowText) theirs = text_from (row->theirs);
      g_autoptr (FlowTextMerge) merge = flow_text_merge_new (base, ours, theirs, FLOW_TEXT_MERGE_DEFAULT);
      g_autoptr (FlowText) both = flow_text_merge_get_text (merge, FLOW_TEXT_MERGE_BOTH);
      g_autoptr (FlowText) marked = flow_text_merge_get_text (merge, FLOW_TEXT_MERGE_MARKERS);

      check_merge (merge, base, ours, theirs);
      g_assert_cmpuint (flow_text_merge_count (merge, FLOW_TEXT_REGION_CONFLICT), ==, row->conflicts);
      if (row->both != NULL)
        text_assert_is (both, row->both);
      if (row->marked != NULL)
        text_assert_is (marked, row->marked);
    }
}

static void
assert_merged (const char *base, const char *ours, const char *theirs, guint conflicts, const char *expected)
{
  g_autoptr (FlowText) a = text_from (base);
  g_autoptr (FlowText) b = text_from (ours);
  g_autoptr (FlowText) c = text_from (theirs);
  g_autoptr (FlowTextMerge) merge = flow_text_merge_new (a, b, c, FLOW_TEXT_MERGE_DEFAULT);
  g_autoptr (FlowText) merged = flow_text_merge_get_text (merge, FLOW_TEXT_MERGE_BOTH);

  g_assert_cmpuint (flow_text_merge_count (merge, FLOW_TEXT_REGION_CONFLICT), ==, conflicts);
  if (expected != NULL)
    text_assert_is (merged, expected);
}

/* Words of an endless line, and what is in conflict at very many places. */
static void
test_bounded (void)
{
  g_autoptr (GString) line = g_string_new (NULL);
  GString *lines[3] = { g_string_new (NULL), g_string_new (NULL), g_string_new (NULL) };
  g_autofree char *ours = NULL;
  g_autofree char *theirs = NULL;
  g_autofree char *both = NULL;

  while (line->len < 2000000)
    g_string_append (line, "a b ");
  ours = g_strconcat ("x ", line->str, NULL);
  theirs = g_strconcat (line->str, "y", NULL);
  both = g_strconcat ("x ", line->str, "y", NULL);
  assert_merged (line->str, ours, theirs, 0, both);
  for (guint i = 0; i < 30000; i++)
    for (guint k = 0; k < 3; k++)
      g_string_append_printf (lines[k], "x\n%c%u\n", 'a' + (char) k, i);
  assert_merged (lines[0]->str, lines[1]->str, lines[2]->str, 30000, NULL);
  for (guint k = 0; k < 3; k++)
    g_string_free (lines[k], TRUE);
}

static void
test_labels (void)
{
  g_autoptr (FlowText) base = text_from ("a\n");
  g_autoptr (FlowText) ours = text_from ("b\n");
  g_autoptr (FlowText) theirs = text_from ("c\n");
  g_autoptr (FlowTextMerge) merge = flow_text_merge_new (base, ours, theirs, FLOW_TEXT_MERGE_DEFAULT);
  g_autoptr (FlowText) marked = flow_text_merge_get_marked (merge, "Page", "", "Neovim");

  text_assert_is (marked, "<<<<<<< Page\nb\n|||||||\na\n=======\nc\n>>>>>>> Neovim\n");
}

/* Any three texts: nothing that a side has alone is lost when both are kept. */
static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < 3000; i++)
    {
      g_autoptr (FlowText) base = text_random (rand, 120);
      g_autoptr (FlowTextOperation) our = text_random_operation (rand, base);
      g_autoptr (FlowTextOperation) their = text_random_operation (rand, base);
      g_autoptr (FlowText) ours = flow_text_operation_apply (our, base, NULL);
      g_autoptr (FlowText) theirs = flow_text_operation_apply (their, base, NULL);
      g_autoptr (FlowTextMerge) fine = flow_text_merge_new (base, ours, theirs, FLOW_TEXT_MERGE_DEFAULT);
      g_autoptr (FlowTextMerge) coarse = flow_text_merge_new (base, ours, theirs, FLOW_TEXT_MERGE_LINES);
      g_autoptr (FlowTextMerge) one_sided = flow_text_merge_new (base, ours, base, FLOW_TEXT_MERGE_DEFAULT);
      g_autoptr (FlowText) taken = flow_text_merge_get_text (one_sided, FLOW_TEXT_MERGE_MARKERS);

      check_merge (fine, base, ours, theirs);
      check_merge (coarse, base, ours, theirs);
      g_assert_cmpuint (flow_text_merge_count (fine, FLOW_TEXT_REGION_CONFLICT), <=,
                        flow_text_merge_count (coarse, FLOW_TEXT_REGION_CONFLICT));
      text_assert_equal (taken, ours);
    }
}

/* --- git -------------------------------------------------------------------------------------------- */

static char *
run_git (const char *favour, char *const *paths, int *status)
{
  g_autoptr (GError) error = NULL;
  const char *argv[] = { "git", "merge-file", "-p", "-q", favour, paths[0], paths[1], paths[2], NULL };
  g_autoptr (GSubprocess) git = NULL;
  g_autoptr (GBytes) out = NULL;
  gsize size;
  char *text;

  git = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate (git, NULL, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  *status = g_subprocess_get_exit_status (git);
  text = g_malloc0 (g_bytes_get_size (out) + 1);
  memcpy (text, g_bytes_get_data (out, &size), g_bytes_get_size (out));
  return text;
}

static void
compare_with_git (const char *folder, FlowText *base, FlowText *ours, FlowText *theirs)
{
  FlowText *texts[] = { ours, base, theirs };
  char *paths[3];
  g_autoptr (FlowTextMerge) merge = flow_text_merge_new (base, ours, theirs, FLOW_TEXT_MERGE_LINES);
  g_autoptr (FlowText) taken = flow_text_merge_get_text (merge, FLOW_TEXT_MERGE_OURS);
  g_autofree char *by_git = NULL;
  g_autofree char *favoured = NULL;
  int status;

  for (guint i = 0; i < 3; i++)
    {
      paths[i] = g_strdup_printf ("%s/%u", folder, i);
      g_assert_true (
          g_file_set_contents (paths[i], flow_text_get_data (texts[i]), (gssize) flow_text_get_size (texts[i]), NULL));
    }
  by_git = run_git ("--no-diff3", paths, &status);
  check_merge (merge, base, ours, theirs);
  g_assert_cmpint (flow_text_merge_count (merge, FLOW_TEXT_REGION_CONFLICT) > 0, ==, status != 0);
  if (status == 0)
    text_assert_is (taken, by_git);
  favoured = run_git ("--ours", paths, &status);
  text_assert_is (taken, favoured);
  for (guint i = 0; i < 3; i++)
    {
      g_unlink (paths[i]);
      g_free (paths[i]);
    }
}

/* Random edits of real sources: the result is the one of git. */
static void
test_git (void)
{
  static const char *const sources[] = { "src/text/flow-text-merge.c", "src/text/flow-text-operation.c", "meson.build",
                                         "README.md" };
  const char *root = g_getenv ("FLOW_TEST_SOURCE_ROOT");
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autofree char *git = g_find_program_in_path ("git");
  g_autofree char *folder = NULL;

  if (git == NULL || root == NULL)
    {
      g_test_skip ("git is not installed");
      return;
    }
  folder = g_dir_make_tmp ("flow-merge-XXXXXX", NULL);
  for (guint i = 0; i < GIT_ROUNDS; i++)
    {
      g_autofree char *path = g_build_filename (root, sources[i % G_N_ELEMENTS (sources)], NULL);
      g_autofree char *contents = NULL;
      g_autoptr (FlowText) base = NULL;
      g_autoptr (FlowText) ours = NULL;
      g_autoptr (FlowText) theirs = NULL;

      g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
      base = text_from (contents);
      ours = text_random_edit (rand, base, 1 + i % 12);
      theirs = text_random_edit (rand, base, 1 + i % 7);
      compare_with_git (folder, base, ours, theirs);
    }
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/merge/rows", test_rows);
  g_test_add_func ("/text/merge/bounded", test_bounded);
  g_test_add_func ("/text/merge/labels", test_labels);
  g_test_add_func ("/text/merge/random", test_random);
  g_test_add_func ("/text/merge/git", test_git);
  return g_test_run ();
}
