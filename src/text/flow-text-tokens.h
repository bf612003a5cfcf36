/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * FlowTextTokenKind:
 * @FLOW_TEXT_LINES: lines with their end
 * @FLOW_TEXT_WORDS: words, runs of spaces, single other characters
 *
 * What a text is cut into.
 */
typedef enum
{
  FLOW_TEXT_LINES,
  FLOW_TEXT_WORDS,
} FlowTextTokenKind;

/**
 * FlowTextTokens:
 * @ids: (array length=n): the same number for the same bytes
 * @starts: (array length=n): where each begins, in bytes; one more element says where the last ends
 * @n: how many
 */
typedef struct
{
  guint32 *ids;
  guint32 *starts;
  gsize n;
} FlowTextTokens;

/**
 * FlowTextTokenTable:
 *
 * Gives tokens their numbers: those of all texts that are cut with it. The texts must live as long.
 */
typedef struct _FlowTextTokenTable FlowTextTokenTable;

FlowTextTokenTable *flow_text_token_table_new (void);
void flow_text_token_table_free (FlowTextTokenTable *self);
guint32 flow_text_token_table_get_n_ids (const FlowTextTokenTable *self);
void flow_text_tokens_init (FlowTextTokens *self, FlowTextTokenTable *table, FlowTextTokenKind kind, const char *text,
                            gsize size);
void flow_text_tokens_clear (FlowTextTokens *self);
gboolean flow_text_is_word (gunichar c);
gsize flow_text_word_size (const char *text, gsize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowTextTokenTable, flow_text_token_table_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FlowTextTokens, flow_text_tokens_clear)

G_END_DECLS
