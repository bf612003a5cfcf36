/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** FlowOptionType: what an option takes. */
typedef enum
{
  FLOW_OPTION_FLAG,     /* nothing */
  FLOW_OPTION_TEXT,     /* anything */
  FLOW_OPTION_LIST,     /* anything, may be given again */
  FLOW_OPTION_PAIR,     /* key=value, may be given again */
  FLOW_OPTION_NUMBER,   /* 0 to 2^31 - 1 */
  FLOW_OPTION_DURATION, /* flow_duration_parse() */
  FLOW_OPTION_TIME,     /* flow_time_parse() */
  FLOW_OPTION_CHOICE,   /* one of choices */
  FLOW_OPTION_FILE,     /* a path */
} FlowOptionType;

/**
 * FlowOption:
 * @name: without the dashes
 * @letter: its short form, 0: none
 * @type: what it takes
 * @value: (nullable): what to call that in help texts, "N"
 * @summary: what it does
 * @choices: (nullable): for %FLOW_OPTION_CHOICE, separated by "|"
 *
 * One option of a verb. Help, completions and the manual page come from the same table as the parser.
 */
typedef struct
{
  const char *name;
  char letter;
  FlowOptionType type;
  const char *value;
  const char *summary;
  const char *choices;
} FlowOption;

/**
 * FlowArguments:
 *
 * A command line taken apart by a table of options.
 */
typedef struct _FlowArguments FlowArguments;

FlowArguments *flow_arguments_parse (const FlowOption *const *tables, const char *const *argv, gboolean stop_at_word,
                                     gint64 now_ns, GError **error);
void flow_arguments_free (FlowArguments *self);

gboolean flow_arguments_has (FlowArguments *self, const char *name);
const char *flow_arguments_text (FlowArguments *self, const char *name);
const char *const *flow_arguments_list (FlowArguments *self, const char *name);
gint64 flow_arguments_number (FlowArguments *self, const char *name, gint64 fallback);

guint flow_arguments_n_words (FlowArguments *self);
const char *flow_arguments_word (FlowArguments *self, guint i);
const char *const *flow_arguments_words (FlowArguments *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowArguments, flow_arguments_free)

G_END_DECLS
