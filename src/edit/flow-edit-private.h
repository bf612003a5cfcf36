/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-latency.h"
#include "edit/flow-edits.h"
#include "text/flow-text-server.h"
#include "text/flow-text-shadow.h"
#include "text/flow-text-undo.h"

G_BEGIN_DECLS

/** FLOW_EDIT_SHORT_SIZE: characters of a session's short id. */
#define FLOW_EDIT_SHORT_SIZE 8
/** FLOW_EDIT_GAP: so many revisions at least are left out when a session is read: some were told and not kept. */
#define FLOW_EDIT_GAP 65536
/** FLOW_EDIT_COALESCE_US: after what time a peer that has not shown what it was told is told the next. */
#define FLOW_EDIT_COALESCE_US (50 * 1000)

/*
 * FlowEditEndpoint:
 *
 * One end of a session. Counted by its session and by who made it.
 */
struct _FlowEditEndpoint
{
  guint refs;
  FlowEditSide side;
  FlowEditStyle style;
  FlowEditEndpointState state;
  char *client;
  char *kind;
  char *name;
  const FlowEditEndpointFuncs *funcs;
  gpointer data;

  FlowEditSession *session; /* (nullable): that it is attached to */
  gint64 since_ns;
  gboolean has_cursor;
  FlowEditCursor cursor; /* in the newest text */
  gboolean cursor_moved; /* the others have not heard of it */
  guint64 saved;         /* a revision of which it must hear that it was saved; 0: none */
  gboolean saved_own;    /* it was its own save */
  gboolean state_due;    /* it has not heard how the session stands */

  FlowTextShadow *shadow; /* WHOLE: what it has */
  gint64 pushed_us;       /* when it was told a text last */
  guint64 told;           /* DELTA: the revision that it was told last */
  guint64 acked;          /* DELTA: one of its own of which it must hear again; 0: none */
  char *acked_id;
  gboolean reset_due; /* DELTA: it needs the whole text */
};

/* What a client of WHOLE style has that went away and may come back. */
typedef struct
{
  char *client;
  FlowTextShadow *shadow;
} FlowEditAway;

/* Somebody who changes a text, under the name that people see. */
typedef struct
{
  char *name;
  const char *side; /* a literal */
  FlowTextUndo *undo;
} FlowEditAuthor;

struct _FlowEditSession
{
  FlowEdits *edits;
  FlowEditRecord *record; /* as the journal has it once it has heard of all entries */
  char short_id[FLOW_EDIT_SHORT_SIZE + 1];
  FlowTextServer *server;
  guint64 loaded;       /* the revision that it was read from the journal with, 0: it was not */
  guint64 durable;      /* the highest revision that is in the journal */
  guint64 unkept;       /* the highest of earlier that somebody who came back had, and that was not kept; 0: none */
  GPtrArray *endpoints; /* of FlowEditEndpoint, in order of coming */
  GPtrArray *away;      /* of FlowEditAway; who left last comes last */
  GPtrArray *authors;   /* of FlowEditAuthor; who changed something last comes last */
  GHashTable *names;    /* of char*, by client: what a client is called */
  GPtrArray *conflicts; /* of FlowEditConflict, by start */

  FlowEditSessionState state;
  gboolean editor_failed;
  gboolean editor_closed;
  gboolean not_kept;
  FlowError code; /* of what failed */
  char *message;
  char *editor_choice; /* (nullable): which editor has it */
  char *editor_name;   /* (nullable) */

  FlowEditJob *job;         /* (nullable): what the journal writes */
  GPtrArray *entries;       /* of FlowEditEntry that the journal has not heard of */
  gsize entries_bytes;      /* of operations in them */
  gint64 entries_us;        /* when the first of them came */
  gsize weight;             /* of what was changed since the last snapshot */
  gboolean snapshot_due;    /* the next job has one */
  gboolean conflicts_moved; /* the journal has other conflicts */
  gboolean record_moved;    /* and another record */
  gboolean is_new;          /* it has not heard of the session */
  gint64 retry_us;          /* when it is tried again, 0: no need */

  gboolean is_flushing;
  gboolean is_again; /* something came while it was flushing */
  gboolean wants_editor;
  gboolean wants_show;
  gboolean is_closed;
  gint64 detached_us; /* since when it has no endpoint; 0: it has */
};

/* How many requests of an origin are taken. */
typedef struct
{
  double left;
  gint64 at_us;
} FlowEditRate;

struct _FlowEdits
{
  const FlowClock *clock;
  FlowEditJournal *journal;
  const FlowEditsFuncs *funcs;
  gpointer data;
  char **denied_hosts;
  guint journal_days;
  guint64 journal_bytes;

  GHashTable *sessions; /* of FlowEditSession, by id */
  GHashTable *records;  /* of FlowEditRecord, by id: those that are only in the journal */
  GHashTable *offered;  /* of ids: which the user was told of */
  GHashTable *rates;    /* of FlowEditRate, by origin */
  guint64 next_number;
  GPtrArray *jobs; /* of FlowEditJob that the journal has and that are of no session */
  gboolean is_stopped;
  gboolean is_ticking;
  gint64 due_us; /* when a tick is due, G_MAXINT64: never */
  gint64 prune_us;
  guint64 grown; /* what the journal was given since it was pruned */
  FlowEditsCounts counts;
  FlowLatency latency;
};

/** FLOW_EDIT_MERGE: what the id of an operation begins with that brings back what may not have been kept. */
#define FLOW_EDIT_MERGE "merge:"

/* Who does something to a text. */
typedef struct
{
  const char *side; /* a literal */
  const char *name;
  const char *client;         /* (nullable) */
  const char *op_id;          /* (nullable) */
  FlowEditEndpoint *endpoint; /* (nullable) */
  FlowEditWhat what;
} FlowEditDoer;

/* flow-edit-session.c */
FlowEditSession *flow_edit_session_new (FlowEdits *edits, FlowEditRecord *record, FlowText *text, guint64 revision);
void flow_edit_session_free (FlowEditSession *self);
void flow_edit_session_add (FlowEditSession *self, FlowEditEndpoint *endpoint);
void flow_edit_session_close (FlowEditSession *self, FlowEditReason reason, FlowEditEndpoint *by);
gboolean flow_edit_session_has_room (FlowEditSession *self, FlowEditEndpoint *endpoint, GError **error);
FlowTextShadow *flow_edit_session_take_shadow (FlowEditSession *self, const char *client);
void flow_edit_session_return_shadow (FlowEditSession *self, const char *client, FlowTextShadow *shadow);
void flow_edit_session_update_state (FlowEditSession *self);
gboolean flow_edit_session_owns (FlowEditSession *self, FlowEditEndpoint *endpoint, GError **error);

/* flow-edit-change.c */
FlowEditDoer flow_edit_doer_of (FlowEditEndpoint *endpoint, FlowEditWhat what, const char *op_id);
gboolean flow_edit_session_submit (FlowEditSession *self, guint64 base, FlowTextOperation *operation,
                                   const FlowEditDoer *doer, GError **error);
void flow_edit_session_changed (FlowEditSession *self, const FlowEditDoer *doer, FlowText *before, guint64 revision,
                                FlowTextOperation *operation);
gboolean flow_edit_session_take_whole (FlowEditSession *self, FlowEditEndpoint *endpoint, FlowText *text,
                                       GError **error);
gboolean flow_edit_session_trim (FlowEditSession *self);
void flow_edit_author_free (FlowEditAuthor *self);
FlowEditAuthor *flow_edit_session_get_author (FlowEditSession *self, const char *name, const char *side);

/* flow-edit-conflict.c */
void flow_edit_session_find_conflict (FlowEditSession *self, const FlowEditDoer *doer, FlowText *base,
                                      FlowTextOperation *own, FlowTextOperation *others, FlowTextOperation *at_head);
void flow_edit_session_move_conflicts (FlowEditSession *self, FlowTextOperation *operation);
void flow_edit_session_check_conflicts (FlowEditSession *self);
char *flow_edit_text_slice (FlowText *text, gsize start, gsize length);

/* flow-edit-resume.c */
gboolean flow_edit_session_resume (FlowEditSession *self, FlowEditEndpoint *endpoint, const FlowEditOpening *opening,
                                   FlowEditOpened *opened, GError **error);
void flow_edit_session_join (FlowEditSession *self, FlowEditEndpoint *endpoint, FlowText *text, FlowEditOpened *opened);
GPtrArray *flow_edit_session_changes_since (FlowEditSession *self, guint64 revision);
FlowText *flow_edit_session_text_at (FlowEditSession *self, guint64 revision);

/* flow-edit-replay.c */
gboolean flow_edit_session_replay (FlowEditSession *session, FlowEditEndpoint *endpoint, const FlowEditOpening *opening,
                                   gboolean *is_done, GError **error);
gboolean flow_edit_session_find_pending (FlowEditSession *session, const FlowEditResume *resume, FlowText *base,
                                         FlowTextOperation **pending);

/* flow-edit-shared.c */
FlowText *flow_edit_session_find_shared (FlowEditSession *self, FlowEditEndpoint *endpoint,
                                         const FlowEditOpening *opening, gboolean *told);

/* flow-edit-union.c */
FlowTextOperation *flow_edit_union (FlowText *base, FlowText *ours, FlowText *theirs, gboolean told);

/* flow-edit-tell.c */
void flow_edit_session_flush (FlowEditSession *self);
gint64 flow_edit_session_tick (FlowEditSession *self, gint64 now_us);
void flow_edit_endpoint_push (FlowEditEndpoint *self, const FlowEditPush *push);

/* flow-edit-commit.c */
void flow_edit_session_add_entry (FlowEditSession *self, const FlowEditDoer *doer, guint64 revision,
                                  FlowTextOperation *operation);
void flow_edit_session_commit (FlowEditSession *self);
void flow_edit_session_commit_last (FlowEditSession *self);

/* flow-edits.c */
void flow_edits_wake_at (FlowEdits *self, gint64 due_us);
void flow_edits_changed (FlowEdits *self);
gint64 flow_edits_now_us (FlowEdits *self);
gint64 flow_edits_now_ns (FlowEdits *self);
FlowEditSession *flow_edits_load (FlowEdits *self, FlowEditRecord *record, GError **error);
FlowEditSession *flow_edits_add (FlowEdits *self, FlowEditRecord *record, FlowText *text, guint64 revision);
void flow_edits_reopen (FlowEdits *self, FlowEditSession *session);
guint flow_edits_count_open (FlowEdits *self);
void flow_edits_hash (FlowText *text, guint8 hash[FLOW_EDIT_HASH_SIZE]);

/* flow-edits-tick.c */
void flow_edits_collect (FlowEdits *self);
void flow_edits_prune (FlowEdits *self);
void flow_edits_grew (FlowEdits *self, gsize bytes);
gboolean flow_edits_is_expired (FlowEdits *self, const FlowEditRecord *record);
const char *flow_edits_record_reason (FlowEdits *self, const FlowEditRecord *record);
void flow_edits_push_job (FlowEdits *self, FlowEditJob *job);

G_END_DECLS
