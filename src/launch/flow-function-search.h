/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FlowFunctionMatch:
 * @file: an absolute path below one of the folders
 * @line: 1-based
 * @column: 1-based, in bytes
 * @text: the line, without white space around it
 * @rating: the more the likelier
 *
 * A line that may declare the function that was looked for.
 */
typedef struct
{
  char *file;
  guint line;
  guint column;
  char *text;
  guint rating;
} FlowFunctionMatch;

/**
 * FlowFunctionLimits:
 * @files: look into at most so many files
 * @seconds: look for at most this long
 * @matches: at most so many answers
 *
 * When to stop. What is 0 is as in flow_function_search_run().
 */
typedef struct
{
  guint files;
  guint seconds;
  guint matches;
} FlowFunctionLimits;

GPtrArray *flow_function_search_run (const char *const *folders, const char *function, const FlowFunctionLimits *limits,
                                     gboolean *complete, GCancellable *cancellable, GError **error);
void flow_function_match_free (FlowFunctionMatch *self);

G_END_DECLS
