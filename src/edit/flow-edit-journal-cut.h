/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <sqlite3.h>

#include "edit/flow-edit-journal.h"

G_BEGIN_DECLS

gboolean flow_edit_journal_cut (sqlite3 *db, const FlowEditLimits *limits, GArray *cuts, GError **error);

G_END_DECLS
