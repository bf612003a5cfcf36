/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "edit/flow-edits.h"

G_BEGIN_DECLS

/** EditClock: a clock that a test sets. */
typedef struct
{
  FlowClock clock;
  gint64 now_us;
} EditClock;

void edit_clock_init (EditClock *self);

/**
 * TestJournal: a journal in memory that does what it is told when the test says so, and forgets what it was not.
 */
typedef struct _TestJournal TestJournal;

TestJournal *test_journal_new (void);
void test_journal_free (TestJournal *self);
FlowEditJournal *test_journal_get (TestJournal *self);
guint test_journal_get_waiting (TestJournal *self);
gboolean test_journal_commit (TestJournal *self);
void test_journal_commit_all (TestJournal *self);
void test_journal_fail (TestJournal *self, gboolean fail);
void test_journal_crash (TestJournal *self);
guint test_journal_count (TestJournal *self);

/** EditTest: all sessions, with what they told. */
typedef struct
{
  EditClock clock;
  TestJournal *journal;
  FlowEdits *edits;
  gint64 due_us;
  GPtrArray *notices; /* of "kind title detail" */
  GPtrArray *asked;   /* of ids of sessions that an editor is wanted for */
  GPtrArray *shown;   /* and of those that it should show */
  guint closed;
} EditTest;

void edit_test_set_up (EditTest *f, gconstpointer data);
void edit_test_tear_down (EditTest *f, gconstpointer data);
void edit_test_open (EditTest *f);
void edit_test_crash (EditTest *f);
void edit_test_settle (EditTest *f);
void edit_test_wait_ms (EditTest *f, gint64 ms);

/**
 * TestEnd: somebody who has a text. What he is told goes into his text and into the log; one who echoes shows each text
 * that he is told at once.
 */
typedef struct
{
  EditTest *test;
  FlowEditEndpoint *endpoint;
  char *text;
  guint64 revision;
  gboolean echoes;
  gboolean takes; /* what he is told becomes his text */
  GPtrArray *log;
  gboolean is_detached;
} TestEnd;

TestEnd *test_end_new (EditTest *test, FlowEditSide side, FlowEditStyle style, const char *client, const char *name);
void test_end_free (TestEnd *self);
void test_end_leave (TestEnd *self, FlowEditReason reason);
FlowEditSession *test_end_request (TestEnd *self, const char *url, const char *field, const char *text);
FlowEditSession *test_end_resume (TestEnd *self, const char *url, const char *field, const char *text,
                                  const FlowEditResume *resume, FlowEditOpened *opened);
void test_end_attach (TestEnd *self, FlowEditSession *session);
void test_end_type (TestEnd *self, const char *text);
void test_end_change (TestEnd *self, const char *operation, const char *op_id);
gboolean test_end_heard (TestEnd *self, const char *line);
void test_end_forget (TestEnd *self);
void test_end_assert_text (TestEnd *self, const char *text);

FlowText *text_of (const char *utf8);
void assert_text (FlowEditSession *session, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestEnd, test_end_free)

G_END_DECLS
