/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "cli/flow-arguments.h"
#include "cli/flow-cli.h"

G_BEGIN_DECLS

/** FLOW_ANY: as many words as one likes. */
#define FLOW_ANY G_MAXUINT

/**
 * FlowVerbFunc:
 * @cli: where to print
 * @arguments: what was given
 * @error: return location
 *
 * Does the work of a verb or of one of its commands.
 *
 * Returns: %FALSE with @error set when it failed; %FLOW_ERROR_BAD_ARGUMENT means wrong usage
 */
typedef gboolean (*FlowVerbFunc) (FlowCli *cli, FlowArguments *arguments, GError **error);

/**
 * FlowCommand:
 * @name: the word behind the verb
 * @synopsis: its arguments, "KEY VALUE"
 * @summary: what it does
 * @min: how many words it needs behind its name
 * @max: how many it takes
 * @run: does it
 *
 * One of several things that a verb can do.
 */
typedef struct
{
  const char *name;
  const char *synopsis;
  const char *summary;
  guint min;
  guint max;
  FlowVerbFunc run;
} FlowCommand;

/**
 * FlowVerb:
 * @name: the word behind `flowctl`
 * @synopsis: its arguments, "TRACE[:SPAN]"
 * @summary: what it does, one line
 * @description: (nullable): more, for `--help` and the manual page; paragraphs separated by an empty line
 * @options: its options beside the common ones, ending with one without name
 * @more_options: (nullable): a table that it shares with other verbs
 * @commands: (nullable): its commands, ending with one without name
 * @min: how many words it needs
 * @max: how many it takes
 * @runs_command: whether its words are another program's command line
 * @hidden: whether help leaves it out
 * @run: (nullable): does it, for a verb without commands, or when none is given; with @max also when the first word is
 *   none of them
 *
 * One verb of `flowctl`. The parser, `--help`, the completions and the manual page all read this table.
 */
typedef struct
{
  const char *name;
  const char *synopsis;
  const char *summary;
  const char *description;
  const FlowOption *options;
  const FlowOption *more_options;
  const FlowCommand *commands;
  guint min;
  guint max;
  gboolean runs_command;
  gboolean hidden;
  FlowVerbFunc run;
} FlowVerb;

/** FLOW_VERB_TABLES: the most tables of options that a verb has, and the NULL behind them. */
#define FLOW_VERB_TABLES 4

const FlowVerb *const *flow_verbs (void);
const FlowVerb *flow_verb_find (const char *name);
const FlowOption *flow_verb_common_options (void);
void flow_verb_get_tables (const FlowVerb *verb, const FlowOption *tables[FLOW_VERB_TABLES]);
gboolean flow_verb_run (const FlowVerb *verb, FlowCli *cli, FlowArguments *arguments, GError **error);

G_END_DECLS
