/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <adwaita.h>

#include "app/connections/flow-board.h"

G_BEGIN_DECLS

/**
 * FlowJournalKind:
 * @verb: who is asked: it takes `limit` and `before`, and answers with `more`
 * @member: the list in its answer, whose entries have a `number`
 * @title: what it is, not translated yet
 * @reading: what the list says while it is read, not translated yet
 * @empty: what it says when nothing is in it, not translated yet
 * @make_row: makes the row of an entry of the subject
 *
 * What a journal lists.
 */
typedef struct
{
  const char *verb;
  const char *member;
  const char *title;
  const char *reading;
  const char *empty;
  GtkWidget *(*make_row) (gpointer subject, FlowEntry *entry);
} FlowJournalKind;

#define FLOW_TYPE_JOURNAL_VIEW (flow_journal_view_get_type ())
G_DECLARE_FINAL_TYPE (FlowJournalView, flow_journal_view, FLOW, JOURNAL_VIEW, AdwBin)

GtkWidget *flow_journal_view_new (FlowBoard *board, const FlowJournalKind *kind);
void flow_journal_view_set_subject (FlowJournalView *self, gpointer subject);
void flow_journal_view_refresh (FlowJournalView *self);

G_END_DECLS
