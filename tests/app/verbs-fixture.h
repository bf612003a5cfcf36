/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "app/connections/flow-verbs.h"
#include "base/flow-error.h"

G_BEGIN_DECLS

#define VERBS_TYPE_FIXTURE (verbs_fixture_get_type ())
G_DECLARE_FINAL_TYPE (VerbsFixture, verbs_fixture, VERBS, FIXTURE, GObject)

/* A hub whose answers to `channels`, `outbox`, `pair-list` and `health` are files of fixtures/connections, and those to
 * the verbs about edits and syncing files of fixtures/edits and fixtures/sync. */
VerbsFixture *verbs_fixture_new (void);

/* What it answers to a verb from then on; NULL for an error. */
void verbs_fixture_set_answer (VerbsFixture *self, const char *verb, const char *json);

/* The error that a verb fails with from then on. */
void verbs_fixture_set_error (VerbsFixture *self, const char *verb, FlowError code, const char *message);

/* Answer to nothing while this is set; what was asked meanwhile is answered when it is not any more. */
void verbs_fixture_set_silent (VerbsFixture *self, gboolean silent);

/* The verbs that had arguments, each as `verb{arguments} `, since this was asked last. */
char *verbs_fixture_take_calls (VerbsFixture *self);

/* How often a verb was run. */
guint verbs_fixture_count (VerbsFixture *self, const char *verb);

G_END_DECLS
