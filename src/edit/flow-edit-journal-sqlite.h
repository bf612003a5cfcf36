/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "edit/flow-edit-journal.h"
#include "store/flow-store.h"

G_BEGIN_DECLS

/**
 * FlowEditJournalSqlite:
 *
 * The journal in the database.
 */
typedef struct _FlowEditJournalSqlite FlowEditJournalSqlite;

FlowEditJournalSqlite *flow_edit_journal_sqlite_new (FlowStore *store, const char *path, FlowCallQueue *calls);
void flow_edit_journal_sqlite_rest (FlowEditJournalSqlite *self);
void flow_edit_journal_sqlite_free (FlowEditJournalSqlite *self);
FlowEditJournal *flow_edit_journal_sqlite_get_journal (FlowEditJournalSqlite *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditJournalSqlite, flow_edit_journal_sqlite_free)

G_END_DECLS
