/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-call-queue.h"
#include "edit/flow-edit-opening.h"

G_BEGIN_DECLS

/** FLOW_EDIT_HASH_SIZE: bytes of what tells texts apart, SHA-256. */
#define FLOW_EDIT_HASH_SIZE 32
/** FLOW_EDIT_ENTRY_BYTES: what an entry takes in the journal besides its operation, about. */
#define FLOW_EDIT_ENTRY_BYTES 96
/** FLOW_EDIT_MAX_STORED: how many sessions are kept that are not open. */
#define FLOW_EDIT_MAX_STORED 1000

/**
 * FlowEditRecord:
 * @number: order of beginning
 * @id: names it
 * @identity: of the field or file
 * @title: for people
 * @url: of the page
 * @site: host[:port], empty: a file
 * @type: as a file's extension
 * @choice: the editor that the user chose for it, empty: none
 * @reason: why it was closed, empty: it was not
 * @created_ns: when it began, ns since 1970
 * @changed_ns: when it was changed last
 * @saved_ns: when it was saved last, 0: never
 * @closed_ns: when it was closed, 0: it was not
 * @forgotten_ns: when the user dropped it, 0: he did not
 * @revision: the newest
 * @length: code points of the text there
 * @places: entries in the journal
 * @bytes: what the journal takes, about
 * @first_hash: of the text that it began with
 * @page_hash: of the last text that its page had
 * @has_page_hash: whether a page left it
 *
 * What is known about a session without its text.
 */
typedef struct
{
  guint64 number;
  char *id;
  char *identity;
  char *title;
  char *url;
  char *site;
  char *type;
  char *choice;
  char *reason;
  gint64 created_ns;
  gint64 changed_ns;
  gint64 saved_ns;
  gint64 closed_ns;
  gint64 forgotten_ns;
  guint64 revision;
  gsize length;
  guint64 places;
  guint64 bytes;
  guint8 first_hash[FLOW_EDIT_HASH_SIZE];
  guint8 page_hash[FLOW_EDIT_HASH_SIZE];
  gboolean has_page_hash;
} FlowEditRecord;

FlowEditRecord *flow_edit_record_copy (const FlowEditRecord *self);
void flow_edit_record_free (FlowEditRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditRecord, flow_edit_record_free)

/**
 * FlowEditWhat:
 *
 * What an entry of the journal tells.
 */
typedef enum
{
  FLOW_EDIT_WHAT_OPEN,
  FLOW_EDIT_WHAT_CHANGE,
  FLOW_EDIT_WHAT_SAVE,
  FLOW_EDIT_WHAT_UNDO,
  FLOW_EDIT_WHAT_REDO,
  FLOW_EDIT_WHAT_RESOLVE,
  FLOW_EDIT_WHAT_RECOVER,
  FLOW_EDIT_WHAT_CLOSE,
  FLOW_EDIT_WHAT_CONFLICT,
} FlowEditWhat;

const char *flow_edit_what_name (FlowEditWhat what);

/**
 * FlowEditEntry:
 * @place: its place in the session, from 1
 * @time_ns: when, ns since 1970
 * @side: whose it is; a literal: `page`, `editor`, `file` or empty: the hub's
 * @what: what happened
 * @change: the revision after it, and who did it; without an operation nothing was changed
 *
 * One thing that happened to a session.
 */
typedef struct
{
  guint64 place;
  gint64 time_ns;
  const char *side;
  FlowEditWhat what;
  FlowEditChange *change;
} FlowEditEntry;

FlowEditEntry *flow_edit_entry_new (FlowEditWhat what, const char *side, FlowEditChange *change, gint64 time_ns);
void flow_edit_entry_free (FlowEditEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditEntry, flow_edit_entry_free)

/**
 * FlowEditConflict:
 * @start: where both versions are in the text, in code points
 * @length: code points
 * @base: the words that both changed
 * @mine: what the first made of them
 * @theirs: what the second did
 * @mine_by: name of the first
 * @theirs_by: name of the second
 *
 * Words that two have changed into different ones.
 */
typedef struct
{
  gsize start;
  gsize length;
  char *base;
  char *mine;
  char *theirs;
  char *mine_by;
  char *theirs_by;
} FlowEditConflict;

FlowEditConflict *flow_edit_conflict_copy (const FlowEditConflict *self);
void flow_edit_conflict_free (FlowEditConflict *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditConflict, flow_edit_conflict_free)

/**
 * FlowEditJobAction:
 * @FLOW_EDIT_WRITE: make the session what `record`, `entries`, `snapshot` and `conflicts` say
 * @FLOW_EDIT_PRUNE: remove sessions that are not open and too old, too many, or dropped, and how the open ones began if
 *   the journal is too big all the same
 *
 * What a journal is asked for. Each is done as a whole or not at all.
 */
typedef enum
{
  FLOW_EDIT_WRITE,
  FLOW_EDIT_PRUNE,
} FlowEditJobAction;

/**
 * FlowEditOpen:
 * @number: of a session that is open
 * @revision: what came after it may still be needed by an end
 *
 * What stays of a session whatever it takes.
 */
typedef struct
{
  guint64 number;
  guint64 revision;
} FlowEditOpen;

/**
 * FlowEditCut:
 * @number: of a session that is open
 * @bytes: by how much less it takes
 *
 * What was erased of a session that stays.
 */
typedef struct
{
  guint64 number;
  guint64 bytes;
} FlowEditCut;

/**
 * FlowEditLimits:
 * @changed_before_ns: sessions that are not open and were changed before this go
 * @forgotten_before_ns: those that were dropped before this go
 * @bytes: what the others may take together, the oldest go first; and what all may, then the begin of the largest goes
 * @count: how many they may be
 * @open: (element-type FlowEditOpen): those that are open: these stay
 *
 * What %FLOW_EDIT_PRUNE leaves.
 */
typedef struct
{
  gint64 changed_before_ns;
  gint64 forgotten_before_ns;
  guint64 bytes;
  guint count;
  GArray *open;
} FlowEditLimits;

typedef struct _FlowEditJob FlowEditJob;

/**
 * FlowEditJob:
 * @call: the way back
 * @action: what to do
 * @number: the session's
 * @is_new: the session is not in the journal so far
 * @record: (nullable): what the session is after it
 * @entries: (element-type FlowEditEntry): what is added
 * @snapshot: (nullable): the text after the last entry, to be kept as a whole
 * @conflicts: (element-type FlowEditConflict) (nullable): all there are, with their places after the last entry; %NULL
 *   leaves them as they are
 * @limits: for %FLOW_EDIT_PRUNE
 * @removed: (out) (nullable) (element-type guint64): numbers of the sessions that were removed
 * @cuts: (out) (nullable) (element-type FlowEditCut): open sessions that have become smaller
 * @error: (out) (nullable): why nothing of it was done
 * @done: hears how it ended, on the thread of the sessions
 * @owner: the sessions'
 * @pushed_us: when the first of its entries came, monotonic
 *
 * One thing for a journal to do. It belongs to the journal from flow_edit_journal_push() until @done.
 */
struct _FlowEditJob
{
  FlowCall call;
  FlowEditJobAction action;
  guint64 number;
  gboolean is_new;
  FlowEditRecord *record;
  GPtrArray *entries;
  FlowText *snapshot;
  GPtrArray *conflicts;
  FlowEditLimits limits;
  GArray *removed;
  GArray *cuts;
  GError *error;
  void (*done) (FlowEditJob *job);
  gpointer owner;
  gint64 pushed_us;
};

FlowEditJob *flow_edit_job_new (FlowEditJobAction action);
void flow_edit_job_free (FlowEditJob *self);
gsize flow_edit_job_get_bytes (FlowEditJob *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditJob, flow_edit_job_free)

/**
 * FlowEditStored:
 * @text: the newest text
 * @revision: its revision
 * @places: entries that there are
 * @snapshot_place: place of the last entry in the newest snapshot
 * @conflicts: (element-type FlowEditConflict): with their places in @text
 *
 * A session as the journal has it.
 */
typedef struct
{
  FlowText *text;
  guint64 revision;
  guint64 places;
  guint64 snapshot_place;
  GPtrArray *conflicts;
} FlowEditStored;

void flow_edit_stored_free (FlowEditStored *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowEditStored, flow_edit_stored_free)

/**
 * FlowEditJournal:
 * @load: read all records, those that were changed last come first. Before the first job
 * @read: read a session
 * @read_text: read its text at the newest revision that is not after one
 * @read_changes: read what was changed after a revision, oldest first
 * @read_back: find the revision that the session had so many entries ago, its first one if there are less
 * @push: (transfer full): do a job: in order, each as a whole, then `done`, never before @push has returned
 *
 * Where sessions are kept: the database, or what a test has for one. What begins with this struct is a journal. What is
 * read may lack jobs that are not done.
 */
typedef struct _FlowEditJournal FlowEditJournal;

struct _FlowEditJournal
{
  GPtrArray *(*load) (FlowEditJournal *self, GError **error);
  FlowEditStored *(*read) (FlowEditJournal *self, guint64 number, GError **error);
  FlowText *(*read_text) (FlowEditJournal *self, guint64 number, guint64 revision, guint64 *at, GError **error);
  GPtrArray *(*read_changes) (FlowEditJournal *self, guint64 number, guint64 after, GError **error);
  guint64 (*read_back) (FlowEditJournal *self, guint64 number, guint entries, GError **error);
  void (*push) (FlowEditJournal *self, FlowEditJob *job);
};

GPtrArray *flow_edit_journal_load (FlowEditJournal *self, GError **error);
FlowEditStored *flow_edit_journal_read (FlowEditJournal *self, guint64 number, GError **error);
FlowText *flow_edit_journal_read_text (FlowEditJournal *self, guint64 number, guint64 revision, guint64 *at,
                                       GError **error);
GPtrArray *flow_edit_journal_read_changes (FlowEditJournal *self, guint64 number, guint64 after, GError **error);
guint64 flow_edit_journal_read_back (FlowEditJournal *self, guint64 number, guint entries, GError **error);
void flow_edit_journal_push (FlowEditJournal *self, FlowEditJob *job);

G_END_DECLS
