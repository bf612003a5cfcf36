/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/bench-text.h"

#include <gio/gio.h>
#include <string.h>

#include "bench/bench-util.h"
#include "bench/edit-work.h"
#include "text/flow-text-diff.h"
#include "text/flow-text-merge.h"
#include "text/flow-text-transform.h"

/* What differences, operations and merges of texts cost, beside diff-match-patch and ot-text-unicode with the same
 * texts and operations. */

#define SECONDS 0.3

/* What the script measures, in its order. */
enum
{
  DIFF,
  TRANSFORM,
  COMPOSE,
  APPLY,
  MERGE,
  N_MEASURES
};

typedef struct
{
  double us;
  gsize changed; /* characters of a difference, conflicts of a merge */
} Measure;

static void
measure_diff (const EditWork *work, gsize *changed)
{
  g_autoptr (FlowTextOperation) operation = flow_text_diff (work->base, work->ours);

  *changed = flow_text_operation_get_n_inserted (operation) + flow_text_operation_get_n_deleted (operation);
}

static void
measure_transform (const EditWork *work, gsize *changed)
{
  g_autoptr (FlowTextOperation) ours = NULL;
  g_autoptr (FlowTextOperation) theirs = NULL;

  flow_text_operation_transform (work->our_change, work->their_change, &ours, &theirs);
}

static void
measure_compose (const EditWork *work, gsize *changed)
{
  g_autoptr (FlowTextOperation) both = flow_text_operation_compose (work->our_change, work->their_change);

  *changed = flow_text_operation_get_n_components (both);
}

static void
measure_apply (const EditWork *work, gsize *changed)
{
  g_autoptr (FlowText) after = flow_text_operation_apply (work->our_change, work->base, NULL);

  *changed = flow_text_get_length (after);
}

static void
measure_merge (const EditWork *work, gsize *changed)
{
  g_autoptr (FlowTextMerge) merge = flow_text_merge_new (work->base, work->ours, work->theirs, FLOW_TEXT_MERGE_DEFAULT);
  g_autoptr (FlowText) merged = flow_text_merge_get_text (merge, FLOW_TEXT_MERGE_BOTH);

  g_assert (merged != NULL);
  *changed = flow_text_merge_count (merge, FLOW_TEXT_REGION_CONFLICT);
}

static const struct
{
  const char *name;
  const char *peer;
  void (*run) (const EditWork *work, gsize *changed);
} measures[N_MEASURES] = {
  [DIFF] = { "diff", "diff-match-patch", measure_diff },
  [TRANSFORM] = { "transform", "ot-text-unicode", measure_transform },
  [COMPOSE] = { "compose", "ot-text-unicode", measure_compose },
  [APPLY] = { "apply", "ot-text-unicode", measure_apply },
  [MERGE] = { "merge", "diff-match-patch, patches", measure_merge },
};

static Measure
measure (const EditWork *work, guint what)
{
  Measure result = { 0 };
  double start;
  guint n = 0;

  measures[what].run (work, &result.changed);
  start = bench_cpu_s (0);
  do
    {
      for (guint i = 0; i < 5; i++)
        measures[what].run (work, &result.changed);
      n += 5;
      result.us = (bench_cpu_s (0) - start) * 1e6 / n;
    }
  while (result.us * n < SECONDS * 1e6);
  return result;
}

/* A line for each measure: its name, microseconds, and what changed. */
static void
measure_peers (char **command, const char *folder, Measure *results)
{
  const char *argv[] = { command[0], command[1], folder, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) node = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_autofree char *out = NULL;
  g_auto (GStrv) lines = NULL;

  if (node == NULL || !g_subprocess_communicate_utf8 (node, NULL, NULL, &out, NULL, &error))
    g_error ("%s", error->message);
  lines = g_strsplit (out, "\n", -1);
  if (g_strv_length (lines) <= N_MEASURES)
    g_error ("%s does not work; ./dev fetches the packages", command[1]);
  for (guint i = 0; i < N_MEASURES; i++)
    {
      char *rest;

      if (!g_str_has_prefix (lines[i], measures[i].name))
        g_error ("%s says %s", command[1], lines[i]);
      results[i].us = g_ascii_strtod (lines[i] + strlen (measures[i].name), &rest);
      results[i].changed = (gsize) g_ascii_strtoull (rest, NULL, 10);
    }
}

static void
print_time (GString *out, double us)
{
  if (us < 1000)
    g_string_append_printf (out, "%.2f us", us);
  else
    g_string_append_printf (out, "%.2f ms", us / 1000);
}

static void
print_row (guint what, const Measure *ours, const Measure *peer)
{
  g_autoptr (GString) own = g_string_new (NULL);
  g_autoptr (GString) other = g_string_new (NULL);

  print_time (own, ours->us);
  print_time (other, peer->us);
  if (what == DIFF)
    {
      g_string_append_printf (own, " (%" G_GSIZE_FORMAT " characters)", ours->changed);
      g_string_append_printf (other, " (%" G_GSIZE_FORMAT " characters)", peer->changed);
    }
  else if (what == MERGE)
    g_string_append_printf (own, " (%" G_GSIZE_FORMAT " conflicts)", ours->changed);
  bench_row (measures[what].name, "%-30s %s: %s  %.1fx%s", own->str, measures[what].peer, other->str,
             peer->us / ours->us, peer->us >= ours->us ? "" : "  SLOWER");
}

static void
bench_work (char **command, const char *name, gsize size, guint n_edits)
{
  char *folder = bench_folder_new ();
  Measure peers[N_MEASURES];
  EditWork work;

  edit_work_init (&work, name, size, n_edits, (guint32) size + n_edits);
  edit_work_save (&work, folder);
  measure_peers (command, folder, peers);
  bench_title (name);
  for (guint i = 0; i < N_MEASURES; i++)
    {
      Measure result = measure (&work, i);

      print_row (i, &result, &peers[i]);
    }
  edit_work_clear (&work);
  bench_folder_remove (folder);
}

/* Print what texts of three sizes cost. @command: node, and the script for the other libraries. */
void
bench_text (char **command)
{
  bench_work (command, "1 KiB, one letter on each side", 1 << 10, 1);
  bench_work (command, "1 KiB, 5 places on each side", 1 << 10, 5);
  bench_work (command, "100 KiB, one letter on each side", 100 << 10, 1);
  bench_work (command, "100 KiB, 100 places on each side", 100 << 10, 100);
  bench_work (command, "5 MiB, one letter on each side", 5 << 20, 1);
  bench_work (command, "5 MiB, 2,000 places on each side", 5 << 20, 2000);
}
