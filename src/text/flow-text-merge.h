/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "text/flow-text.h"

G_BEGIN_DECLS

/**
 * FlowTextRegionKind:
 * @FLOW_TEXT_REGION_SAME: nobody changed it
 * @FLOW_TEXT_REGION_OURS: only we changed it
 * @FLOW_TEXT_REGION_THEIRS: only they changed it
 * @FLOW_TEXT_REGION_BOTH: both made the same change
 * @FLOW_TEXT_REGION_CONFLICT: both changed it, differently
 *
 * What a merge found out about a piece of the texts.
 */
typedef enum
{
  FLOW_TEXT_REGION_SAME,
  FLOW_TEXT_REGION_OURS,
  FLOW_TEXT_REGION_THEIRS,
  FLOW_TEXT_REGION_BOTH,
  FLOW_TEXT_REGION_CONFLICT,
  FLOW_TEXT_N_REGION_KINDS,
} FlowTextRegionKind;

/** FlowTextPiece: bytes of a text, from whole characters to whole characters. */
typedef struct
{
  gsize start;
  gsize size;
} FlowTextPiece;

/**
 * FlowTextRegion:
 * @kind: who changed it
 * @base: where it is in the text that both had
 * @ours: where it is in ours
 * @theirs: where it is in theirs
 *
 * Regions follow each other without a gap in all three texts.
 */
typedef struct
{
  FlowTextRegionKind kind;
  FlowTextPiece base;
  FlowTextPiece ours;
  FlowTextPiece theirs;
} FlowTextRegion;

/**
 * FlowTextMergeFlags:
 * @FLOW_TEXT_MERGE_DEFAULT: lines, then words inside of conflicts; a run of equal lines is not guessed about
 * @FLOW_TEXT_MERGE_LINES: whole lines only, as diff3 does it
 */
typedef enum
{
  FLOW_TEXT_MERGE_DEFAULT = 0,
  FLOW_TEXT_MERGE_LINES = 1 << 0,
} FlowTextMergeFlags;

/**
 * FlowTextMergeSide:
 * @FLOW_TEXT_MERGE_BOTH: ours, then theirs
 * @FLOW_TEXT_MERGE_OURS: ours alone
 * @FLOW_TEXT_MERGE_THEIRS: theirs alone
 * @FLOW_TEXT_MERGE_MARKERS: both and the base between lines of `<<<<<<<`, `|||||||`, `=======` and `>>>>>>>` (zdiff3)
 *
 * What stands in the result where both changed the same.
 */
typedef enum
{
  FLOW_TEXT_MERGE_BOTH,
  FLOW_TEXT_MERGE_OURS,
  FLOW_TEXT_MERGE_THEIRS,
  FLOW_TEXT_MERGE_MARKERS,
} FlowTextMergeSide;

/**
 * FlowTextMerge:
 *
 * Three texts side by side: the one that both sides had, and what each made of it. Never changes.
 */
typedef struct _FlowTextMerge FlowTextMerge;

FlowTextMerge *flow_text_merge_new (FlowText *base, FlowText *ours, FlowText *theirs, FlowTextMergeFlags flags);
void flow_text_merge_free (FlowTextMerge *self);
const FlowTextRegion *flow_text_merge_get_regions (FlowTextMerge *self, gsize *n_regions);
gsize flow_text_merge_count (FlowTextMerge *self, FlowTextRegionKind kind);
FlowText *flow_text_merge_get_text (FlowTextMerge *self, FlowTextMergeSide side);
FlowText *flow_text_merge_get_marked (FlowTextMerge *self, const char *ours_label, const char *base_label,
                                      const char *theirs_label);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTextMerge, flow_text_merge_free)

G_END_DECLS
