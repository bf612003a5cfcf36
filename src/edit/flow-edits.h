/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-clock.h"
#include "edit/flow-edit-journal.h"
#include "edit/flow-edit-opening.h"
#include "edit/flow-edit-session.h"

G_BEGIN_DECLS

/** FLOW_EDITS_MAX_OPEN: how many sessions may have endpoints; as many without are kept in memory. */
#define FLOW_EDITS_MAX_OPEN 200
/** FLOW_EDITS_MAX_OF_SITE: how many of those may be of one site. */
#define FLOW_EDITS_MAX_OF_SITE 50
/** FLOW_EDITS_EXPIRY_US: how long a session lives that nobody has. */
#define FLOW_EDITS_EXPIRY_US (G_GINT64_CONSTANT (24) * 3600 * G_USEC_PER_SEC)
/** FLOW_EDITS_BURST: how many requests of one origin are taken at once. */
#define FLOW_EDITS_BURST 20
/** FLOW_EDITS_REFILL_US: after what time one more is. */
#define FLOW_EDITS_REFILL_US (G_USEC_PER_SEC / 2)

/**
 * FlowEdits:
 *
 * All texts that are edited, open ones and those that can be brought back. It decides which session a request belongs
 * to, keeps the limits, and lets go of what is old. It does no I/O but through its #FlowEditJournal, and it has no
 * clock of its own.
 */
typedef struct _FlowEdits FlowEdits;

/**
 * FlowEditNotice:
 * @FLOW_EDIT_NOTICE_CONFLICT: two changed the same words; both versions are kept
 * @FLOW_EDIT_NOTICE_RECOVERED: a text is there from before that nobody has closed
 * @FLOW_EDIT_NOTICE_EDITOR_NOT_FOUND: the editor is neither connected nor installed; `detail` names it
 * @FLOW_EDIT_NOTICE_NO_PERMISSION: a folder cannot be written; `detail` is the folder
 * @FLOW_EDIT_NOTICE_UNEXPECTED: anything else; `detail` says what
 *
 * What the user should hear of.
 */
typedef enum
{
  FLOW_EDIT_NOTICE_CONFLICT,
  FLOW_EDIT_NOTICE_RECOVERED,
  FLOW_EDIT_NOTICE_EDITOR_NOT_FOUND,
  FLOW_EDIT_NOTICE_NO_PERMISSION,
  FLOW_EDIT_NOTICE_UNEXPECTED,
} FlowEditNotice;

/**
 * FlowEditsFuncs:
 * @changed: something that flow_edits_write() writes is another; comes often: coalesce
 * @notice: tell the user; @id and @title are of the text
 * @open_editor: find an editor for the session and attach its endpoint, or call flow_edit_session_editor_failed().
 *   Never comes from within a call of this library's but flow_edits_tick()
 * @show_editor: an editor has the session, and the user wants to see it; %NULL: nothing is done
 * @closed: a session is no more; it is still valid
 * @due: flow_edits_tick() must be called at this time at the latest, monotonic us
 *
 * What sessions ask and tell, on their thread. Each but @open_editor and @due may be %NULL.
 */
typedef struct
{
  void (*changed) (FlowEdits *edits, gpointer data);
  void (*notice) (FlowEdits *edits, FlowEditNotice kind, const char *id, const char *title, const char *detail,
                  gpointer data);
  void (*open_editor) (FlowEdits *edits, FlowEditSession *session, gpointer data);
  void (*show_editor) (FlowEdits *edits, FlowEditSession *session, FlowEditEndpoint *editor, gpointer data);
  void (*closed) (FlowEdits *edits, FlowEditSession *session, FlowEditReason reason, gpointer data);
  void (*due) (FlowEdits *edits, gint64 due_us, gpointer data);
} FlowEditsFuncs;

/**
 * FlowEditsSettings:
 * @denied_hosts: (nullable): hosts whose fields are not edited, `example.org` or `.example.org` for all below it
 * @journal_days: how long the journal of a session is kept that is not open
 * @journal_bytes: how much all journals may take
 *
 * What the user may set.
 */
typedef struct
{
  const char *const *denied_hosts;
  guint journal_days;
  guint64 journal_bytes;
} FlowEditsSettings;

/**
 * FlowEditsCounts:
 * @open: sessions with an endpoint
 * @detached: sessions in memory without
 * @updates: changes taken since start
 * @errors: inputs refused as wrong since start
 * @refused: openings refused since start
 * @opened: sessions begun since start
 * @conflicts: conflicts since start
 * @has_latency: whether there are the next two
 * @p50_ms: from a change's arrival until it is durable: half of them
 * @p99_ms: 99 of 100 of them
 *
 * What was done.
 */
typedef struct
{
  guint open;
  guint detached;
  guint64 updates;
  guint64 errors;
  guint64 refused;
  guint64 opened;
  guint64 conflicts;
  gboolean has_latency;
  double p50_ms;
  double p99_ms;
} FlowEditsCounts;

FlowEdits *flow_edits_new (const FlowClock *clock, FlowEditJournal *journal, const FlowEditsFuncs *funcs,
                           gpointer data);
void flow_edits_free (FlowEdits *self);
gboolean flow_edits_start (FlowEdits *self, GError **error);
void flow_edits_stop (FlowEdits *self);
gboolean flow_edits_is_kept (FlowEdits *self);
void flow_edits_set_settings (FlowEdits *self, const FlowEditsSettings *settings);
gint64 flow_edits_tick (FlowEdits *self);

gboolean flow_edits_open (FlowEdits *self, const FlowEditOpening *opening, FlowEditEndpoint *endpoint,
                          FlowEditOpened *opened, GError **error);
FlowEditSession *flow_edits_find (FlowEdits *self, const char *id);
FlowEditSession *flow_edits_find_by_short (FlowEdits *self, const char *short_id);
gboolean flow_edits_can_resume (FlowEdits *self, const char *id);
gboolean flow_edits_is_known_short (FlowEdits *self, const char *short_id);
GPtrArray *flow_edits_list (FlowEdits *self);
FlowEditSession *flow_edits_recover (FlowEdits *self, const char *id, const char *choice, GError **error);
FlowEditSession *flow_edits_bring_back (FlowEdits *self, const char *short_id, GError **error);
gboolean flow_edits_forget (FlowEdits *self, const char *id, gboolean forget, GError **error);
void flow_edits_notice (FlowEdits *self, FlowEditNotice kind, FlowEditSession *session, const char *detail);
void flow_edits_count_error (FlowEdits *self);
void flow_edits_get_counts (FlowEdits *self, FlowEditsCounts *counts);
const char *flow_edit_notice_name (FlowEditNotice kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEdits, flow_edits_free)

G_END_DECLS
