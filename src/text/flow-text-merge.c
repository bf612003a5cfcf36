/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-merge.h"

#include <string.h>

#include "text/flow-text-hunks.h"
#include "text/flow-text-private.h"
#include "text/flow-text-tokens.h"

/* Steps of all searches together, as for differences. A conflict of lines for which nothing is left stays one. */
#define BUDGET 20000000
#define LINE_STEPS 10
#define PIECE_STEPS 400
#define BYTE_STEPS 1
/* Lines around what any side changed that are looked at: a change can stand elsewhere among lines that repeat. */
#define CONTEXT 100

/* Three cuttings of pieces of the texts, and what each side did to the base. */
typedef struct
{
  FlowTextTokens base, ours, theirs;
  gsize base_start, ours_start, theirs_start; /* bytes before the pieces */
  GArray *our_hunks;                          /* FlowTextHunk, in tokens */
  GArray *their_hunks;
} Cut;

/* A run of hunks of both sides that touch: from `base` to `base_end`, in tokens. */
typedef struct
{
  gsize base, base_end;
  gsize ours, ours_end;
  gsize theirs, theirs_end;
  guint n_ours, n_theirs;
} Cluster;

struct _FlowTextMerge
{
  FlowText *base;
  FlowText *ours;
  FlowText *theirs;
  GArray *regions; /* FlowTextRegion */
  gsize counts[FLOW_TEXT_N_REGION_KINDS];
  gint64 budget;
};

static GArray *
list_hunks (const FlowTextTokens *a_tokens, const FlowTextTokens *b_tokens, guint32 n_ids, gint64 *budget)
{
  GArray *hunks = g_array_new (FALSE, FALSE, sizeof (FlowTextHunk));
  g_autofree guint8 *changed = g_malloc0 (a_tokens->n + b_tokens->n + 1);
  FlowTextSequence a = { .ids = a_tokens->ids, .n = a_tokens->n, .changed = changed };
  FlowTextSequence b = { .ids = b_tokens->ids, .n = b_tokens->n, .changed = changed + a_tokens->n };

  flow_text_myers_interned (&a, &b, n_ids, budget);
  flow_text_hunks_compact (&a, &b);
  flow_text_hunks_compact (&b, &a);
  flow_text_hunks_collect (&a, &b, hunks);
  return hunks;
}

static void
cut_init (Cut *cut, FlowTextMerge *self, const FlowTextRegion *piece, FlowTextTokenKind kind)
{
  g_autoptr (FlowTextTokenTable) table = flow_text_token_table_new ();
  guint32 n_ids;
  gint64 half;

  cut->base_start = piece->base.start;
  cut->ours_start = piece->ours.start;
  cut->theirs_start = piece->theirs.start;
  flow_text_tokens_init (&cut->base, table, kind, flow_text_get_data (self->base) + piece->base.start,
                         piece->base.size);
  flow_text_tokens_init (&cut->ours, table, kind, flow_text_get_data (self->ours) + piece->ours.start,
                         piece->ours.size);
  flow_text_tokens_init (&cut->theirs, table, kind, flow_text_get_data (self->theirs) + piece->theirs.start,
                         piece->theirs.size);
  n_ids = flow_text_token_table_get_n_ids (table);
  if (kind == FLOW_TEXT_LINES)
    self->budget -= (gint64) (LINE_STEPS * (cut->base.n + cut->ours.n + cut->theirs.n));
  half = self->budget / 2;
  self->budget -= half;
  cut->our_hunks = list_hunks (&cut->base, &cut->ours, n_ids, &half);
  self->budget += half;
  cut->their_hunks = list_hunks (&cut->base, &cut->theirs, n_ids, &self->budget);
}

static void
cut_clear (Cut *cut)
{
  flow_text_tokens_clear (&cut->base);
  flow_text_tokens_clear (&cut->ours);
  flow_text_tokens_clear (&cut->theirs);
  g_clear_pointer (&cut->our_hunks, g_array_unref);
  g_clear_pointer (&cut->their_hunks, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cut, cut_clear)

static FlowTextPiece
piece_of (const FlowTextTokens *tokens, gsize before, gsize start, gsize end)
{
  return (FlowTextPiece) { .start = before + tokens->starts[start],
                           .size = tokens->starts[end] - tokens->starts[start] };
}

static void
append_region (GArray *regions, FlowTextRegion region)
{
  FlowTextRegion *last = regions->len == 0 ? NULL : &g_array_index (regions, FlowTextRegion, regions->len - 1);

  if (region.base.size == 0 && region.ours.size == 0 && region.theirs.size == 0)
    return;
  if (last == NULL || last->kind != region.kind || region.kind == FLOW_TEXT_REGION_CONFLICT)
    {
      g_array_append_val (regions, region);
      return;
    }
  last->base.size += region.base.size;
  last->ours.size += region.ours.size;
  last->theirs.size += region.theirs.size;
}

static void
append_tokens (const Cut *cut, FlowTextRegionKind kind, const Cluster *cluster, GArray *regions)
{
  FlowTextRegion region = {
    .kind = kind,
    .base = piece_of (&cut->base, cut->base_start, cluster->base, cluster->base_end),
    .ours = piece_of (&cut->ours, cut->ours_start, cluster->ours, cluster->ours_end),
    .theirs = piece_of (&cut->theirs, cut->theirs_start, cluster->theirs, cluster->theirs_end),
  };

  append_region (regions, region);
}

static gboolean
same_tokens (const FlowTextTokens *a, gsize start, gsize end, const FlowTextTokens *b, gsize b_start, gsize b_end)
{
  return end - start == b_end - b_start &&
         memcmp (a->ids + start, b->ids + b_start, (end - start) * sizeof *a->ids) == 0;
}

/* What both sides begin and end alike with is no conflict (zdiff3). */
static void
append_conflict (const Cut *cut, const Cluster *cluster, GArray *regions)
{
  Cluster head = *cluster, middle = *cluster, tail = *cluster;

  while (middle.ours < middle.ours_end && middle.theirs < middle.theirs_end &&
         cut->ours.ids[middle.ours] == cut->theirs.ids[middle.theirs])
    middle.ours++, middle.theirs++;
  while (middle.ours < middle.ours_end && middle.theirs < middle.theirs_end &&
         cut->ours.ids[middle.ours_end - 1] == cut->theirs.ids[middle.theirs_end - 1])
    middle.ours_end--, middle.theirs_end--;
  head.base_end = head.base;
  head.ours_end = middle.ours;
  head.theirs_end = middle.theirs;
  tail.base = tail.base_end;
  tail.ours = middle.ours_end;
  tail.theirs = middle.theirs_end;
  append_tokens (cut, FLOW_TEXT_REGION_BOTH, &head, regions);
  append_tokens (cut, FLOW_TEXT_REGION_CONFLICT, &middle, regions);
  append_tokens (cut, FLOW_TEXT_REGION_BOTH, &tail, regions);
}

static void
append_cluster (const Cut *cut, const Cluster *cluster, GArray *regions)
{
  if (cluster->n_theirs == 0)
    append_tokens (cut, FLOW_TEXT_REGION_OURS, cluster, regions);
  else if (cluster->n_ours == 0)
    append_tokens (cut, FLOW_TEXT_REGION_THEIRS, cluster, regions);
  else if (same_tokens (&cut->ours, cluster->ours, cluster->ours_end, &cut->theirs, cluster->theirs,
                        cluster->theirs_end))
    append_tokens (cut, FLOW_TEXT_REGION_BOTH, cluster, regions);
  else
    append_conflict (cut, cluster, regions);
}

/* Takes a hunk into a cluster. The other side has there what the base has, up to what it changed itself. */
static void
take_hunk (Cluster *cluster, const FlowTextHunk *hunk, gboolean is_ours)
{
  gsize end = hunk->a + hunk->n_a;
  gssize grown = (gssize) hunk->n_b - (gssize) hunk->n_a;

  if (end > cluster->base_end)
    {
      cluster->ours_end += end - cluster->base_end;
      cluster->theirs_end += end - cluster->base_end;
      cluster->base_end = end;
    }
  if (is_ours)
    cluster->ours_end = (gsize) ((gssize) cluster->ours_end + grown), cluster->n_ours++;
  else
    cluster->theirs_end = (gsize) ((gssize) cluster->theirs_end + grown), cluster->n_theirs++;
}

static const FlowTextHunk *
hunk_at (const GArray *hunks, guint i)
{
  return i < hunks->len ? &g_array_index (hunks, FlowTextHunk, i) : NULL;
}

/* Takes hunks of both sides as long as one overlaps or touches those before. */
static void
take_hunks (const Cut *cut, Cluster *cluster, guint *our_next, guint *their_next)
{
  for (;;)
    {
      const FlowTextHunk *our = hunk_at (cut->our_hunks, *our_next), *their = hunk_at (cut->their_hunks, *their_next);

      if (our != NULL && our->a <= cluster->base_end)
        {
          take_hunk (cluster, our, TRUE);
          (*our_next)++;
        }
      else if (their != NULL && their->a <= cluster->base_end)
        {
          take_hunk (cluster, their, FALSE);
          (*their_next)++;
        }
      else
        return;
    }
}

/* What follows a cluster: nothing so far. */
static Cluster
after_cluster (const Cluster *cluster)
{
  return (Cluster) {
    .base = cluster->base_end,
    .base_end = cluster->base_end,
    .ours = cluster->ours_end,
    .ours_end = cluster->ours_end,
    .theirs = cluster->theirs_end,
    .theirs_end = cluster->theirs_end,
  };
}

/* Lays both lists of hunks over each other. */
static void
append_regions (const Cut *cut, GArray *regions)
{
  guint our_next = 0, their_next = 0;
  Cluster at = { 0 };

  while (our_next < cut->our_hunks->len || their_next < cut->their_hunks->len)
    {
      const FlowTextHunk *our = hunk_at (cut->our_hunks, our_next), *their = hunk_at (cut->their_hunks, their_next);
      gsize same = MIN (our == NULL ? G_MAXSIZE : our->a, their == NULL ? G_MAXSIZE : their->a) - at.base;

      at.base_end += same;
      at.ours_end += same;
      at.theirs_end += same;
      append_tokens (cut, FLOW_TEXT_REGION_SAME, &at, regions);
      at = after_cluster (&at);
      take_hunks (cut, &at, &our_next, &their_next);
      append_cluster (cut, &at, regions);
      at = after_cluster (&at);
    }
  at.base_end = cut->base.n;
  at.ours_end = cut->ours.n;
  at.theirs_end = cut->theirs.n;
  append_tokens (cut, FLOW_TEXT_REGION_SAME, &at, regions);
}

static gboolean
has_conflict (const GArray *regions)
{
  for (guint i = 0; i < regions->len; i++)
    {
      if (g_array_index (regions, FlowTextRegion, i).kind == FLOW_TEXT_REGION_CONFLICT)
        return TRUE;
    }
  return FALSE;
}

/* A conflict of lines in which both changed other words is none. */
static void
append_refined (FlowTextMerge *self, const FlowTextRegion *conflict, GArray *regions)
{
  gint64 cost = PIECE_STEPS + BYTE_STEPS * (gint64) (conflict->base.size + conflict->ours.size + conflict->theirs.size);
  g_autoptr (GArray) refined = g_array_new (FALSE, FALSE, sizeof (FlowTextRegion));
  g_auto (Cut) cut = { 0 };

  if (conflict->base.size == 0 || conflict->ours.size == 0 || conflict->theirs.size == 0 || cost > self->budget)
    {
      append_region (regions, *conflict);
      return;
    }
  self->budget -= cost;
  cut_init (&cut, self, conflict, FLOW_TEXT_WORDS);
  append_regions (&cut, refined);
  if (has_conflict (refined))
    append_region (regions, *conflict);
  else
    {
      for (guint i = 0; i < refined->len; i++)
        append_region (regions, g_array_index (refined, FlowTextRegion, i));
    }
}

static void
refine (FlowTextMerge *self)
{
  g_autoptr (GArray) lines = g_steal_pointer (&self->regions);

  self->regions = g_array_sized_new (FALSE, FALSE, sizeof (FlowTextRegion), lines->len);
  for (guint i = 0; i < lines->len; i++)
    {
      const FlowTextRegion *region = &g_array_index (lines, FlowTextRegion, i);

      if (region->kind == FLOW_TEXT_REGION_CONFLICT)
        append_refined (self, region, self->regions);
      else
        append_region (self->regions, *region);
    }
}

/* From a place back to where a line begins, and some lines more. */
static gsize
begin_of_context (const char *text, gsize at)
{
  for (guint i = 0; i <= CONTEXT && at > 0; i++)
    {
      const char *end = memrchr (text, '\n', at - 1);

      at = end == NULL ? 0 : (gsize) (end + 1 - text);
    }
  return at;
}

static gsize
end_of_context (const char *text, gsize size, gsize at)
{
  for (guint i = 0; i <= CONTEXT && at < size; i++)
    {
      const char *end = memchr (text + at, '\n', size - at);

      at = end == NULL ? size : (gsize) (end + 1 - text);
    }
  return at;
}

static gsize
common_prefix (const FlowText *a, const FlowText *b, gsize most)
{
  return flow_bytes_common_prefix (flow_text_get_data (a), flow_text_get_data (b), most);
}

static gsize
common_suffix (const FlowText *a, const FlowText *b, gsize most)
{
  return flow_bytes_common_suffix (flow_text_get_data (a) + flow_text_get_size (a),
                                   flow_text_get_data (b) + flow_text_get_size (b), most);
}

/* Where the three differ, and lines around that: what is before and behind is the same in all. */
static FlowTextRegion
find_middle (const FlowTextMerge *self)
{
  gsize base = flow_text_get_size (self->base);
  gsize ours = flow_text_get_size (self->ours), theirs = flow_text_get_size (self->theirs);
  gsize least = MIN (base, MIN (ours, theirs)), before, behind;

  before = common_prefix (self->base, self->ours, least);
  before = begin_of_context (flow_text_get_data (self->base), common_prefix (self->base, self->theirs, before));
  behind = common_suffix (self->base, self->ours, least - before);
  behind = common_suffix (self->base, self->theirs, behind);
  behind = base - end_of_context (flow_text_get_data (self->base), base, base - behind);
  return (FlowTextRegion) {
    .base = { before, base - before - behind },
    .ours = { before, ours - before - behind },
    .theirs = { before, theirs - before - behind },
  };
}

static void
cut_lines (FlowTextMerge *self)
{
  const FlowTextRegion middle = find_middle (self);
  FlowTextRegion behind = { .base = { middle.base.start + middle.base.size, 0 },
                            .ours = { middle.ours.start + middle.ours.size, 0 },
                            .theirs = { middle.theirs.start + middle.theirs.size, 0 } };
  gsize rest = flow_text_get_size (self->base) - behind.base.start, before = middle.base.start;
  g_auto (Cut) cut = { 0 };

  append_region (self->regions,
                 (FlowTextRegion) { .base = { 0, before }, .ours = { 0, before }, .theirs = { 0, before } });
  cut_init (&cut, self, &middle, FLOW_TEXT_LINES);
  append_regions (&cut, self->regions);
  behind.base.size = behind.ours.size = behind.theirs.size = rest;
  append_region (self->regions, behind);
}

/**
 * flow_text_merge_new:
 * @base: the text that both sides had
 * @ours: what we made of it
 * @theirs: what they made of it
 * @flags: how fine
 *
 * Lay three texts side by side. Changes of different places are taken from both sides; changes that overlap or touch
 * are a conflict, unless they are the same.
 *
 * Returns: (transfer full): the merge
 */
FlowTextMerge *
flow_text_merge_new (FlowText *base, FlowText *ours, FlowText *theirs, FlowTextMergeFlags flags)
{
  FlowTextMerge *self = g_new0 (FlowTextMerge, 1);

  self->base = flow_text_ref (base);
  self->ours = flow_text_ref (ours);
  self->theirs = flow_text_ref (theirs);
  self->regions = g_array_new (FALSE, FALSE, sizeof (FlowTextRegion));
  self->budget = BUDGET;
  cut_lines (self);
  if ((flags & FLOW_TEXT_MERGE_LINES) == 0 && has_conflict (self->regions))
    refine (self);
  for (guint i = 0; i < self->regions->len; i++)
    self->counts[g_array_index (self->regions, FlowTextRegion, i).kind]++;
  return self;
}

/**
 * flow_text_merge_free:
 * @self: (transfer full): a merge
 *
 * Free it.
 */
void
flow_text_merge_free (FlowTextMerge *self)
{
  flow_text_unref (self->base);
  flow_text_unref (self->ours);
  flow_text_unref (self->theirs);
  g_array_unref (self->regions);
  g_free (self);
}

/**
 * flow_text_merge_get_regions:
 * @self: a merge
 * @n_regions: (out): how many
 *
 * Get the pieces of the texts in their order.
 *
 * Returns: (transfer none) (array length=n_regions): the regions
 */
const FlowTextRegion *
flow_text_merge_get_regions (FlowTextMerge *self, gsize *n_regions)
{
  *n_regions = self->regions->len;
  return (const FlowTextRegion *) self->regions->data;
}

/**
 * flow_text_merge_count:
 * @self: a merge
 * @kind: a kind
 *
 * Count the regions of a kind; there is a conflict when %FLOW_TEXT_REGION_CONFLICT is not 0.
 *
 * Returns: regions
 */
gsize
flow_text_merge_count (FlowTextMerge *self, FlowTextRegionKind kind)
{
  g_return_val_if_fail ((guint) kind < FLOW_TEXT_N_REGION_KINDS, 0);

  return self->counts[kind];
}

static void
append_piece (GString *out, const FlowText *text, const FlowTextPiece *piece)
{
  g_string_append_len (out, flow_text_get_data (text) + piece->start, (gssize) piece->size);
}

/* What comes after it begins on a line of its own. */
static void
end_line (GString *out)
{
  if (out->len > 0 && out->str[out->len - 1] != '\n')
    g_string_append_c (out, '\n');
}

static void
append_marker (GString *out, const char *marker, const char *label)
{
  end_line (out);
  g_string_append (out, marker);
  if (label != NULL && *label != '\0')
    g_string_append_printf (out, " %s", label);
  g_string_append_c (out, '\n');
}

static void
append_both (const FlowTextMerge *self, const FlowTextRegion *region, GString *out)
{
  append_piece (out, self->ours, &region->ours);
  if (region->theirs.size == 0)
    return;
  if (region->ours.size > 0)
    end_line (out);
  append_piece (out, self->theirs, &region->theirs);
}

static void
append_marked (const FlowTextMerge *self, const FlowTextRegion *region, const char *const *labels, GString *out)
{
  append_marker (out, "<<<<<<<", labels[0]);
  append_piece (out, self->ours, &region->ours);
  append_marker (out, "|||||||", labels[1]);
  append_piece (out, self->base, &region->base);
  append_marker (out, "=======", NULL);
  append_piece (out, self->theirs, &region->theirs);
  append_marker (out, ">>>>>>>", labels[2]);
}

static FlowText *
write_text (const FlowTextMerge *self, FlowTextMergeSide side, const char *const *labels)
{
  g_autoptr (GString) out = g_string_sized_new (flow_text_get_size (self->ours) + flow_text_get_size (self->theirs));

  for (guint i = 0; i < self->regions->len; i++)
    {
      const FlowTextRegion *region = &g_array_index (self->regions, FlowTextRegion, i);

      if (region->kind == FLOW_TEXT_REGION_THEIRS)
        append_piece (out, self->theirs, &region->theirs);
      else if (region->kind != FLOW_TEXT_REGION_CONFLICT || side == FLOW_TEXT_MERGE_OURS)
        append_piece (out, self->ours, &region->ours);
      else if (side == FLOW_TEXT_MERGE_THEIRS)
        append_piece (out, self->theirs, &region->theirs);
      else if (side == FLOW_TEXT_MERGE_MARKERS)
        append_marked (self, region, labels, out);
      else
        append_both (self, region, out);
    }
  return flow_text_new_valid (out->str, out->len);
}

/**
 * flow_text_merge_get_text:
 * @self: a merge
 * @side: what stands where both changed the same
 *
 * Get the merged text.
 *
 * Returns: (transfer full): the text
 */
FlowText *
flow_text_merge_get_text (FlowTextMerge *self, FlowTextMergeSide side)
{
  static const char *const labels[] = { "ours", "base", "theirs" };

  return write_text (self, side, labels);
}

/**
 * flow_text_merge_get_marked:
 * @self: a merge
 * @ours_label: whose text ours is
 * @base_label: what the base is
 * @theirs_label: whose text theirs is
 *
 * Get the merged text with conflicts between markers that say whose version is which.
 *
 * Returns: (transfer full): the text
 */
FlowText *
flow_text_merge_get_marked (FlowTextMerge *self, const char *ours_label, const char *base_label,
                            const char *theirs_label)
{
  const char *labels[] = { ours_label, base_label, theirs_label };

  return write_text (self, FLOW_TEXT_MERGE_MARKERS, labels);
}
