/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "base/flow-settings.h"

G_BEGIN_DECLS

/**
 * FlowMirrorTable:
 * @FLOW_MIRROR_SETTINGS: settings of the account that are not at their default
 * @FLOW_MIRROR_ORIGINS: answers about web origins
 * @FLOW_MIRROR_EDITORS: editors of sites and of types of text, in their order
 * @FLOW_MIRROR_N_TABLES: how many there are
 *
 * Which records say the same as `settings.ini`.
 */
typedef enum
{
  FLOW_MIRROR_SETTINGS,
  FLOW_MIRROR_ORIGINS,
  FLOW_MIRROR_EDITORS,
  FLOW_MIRROR_N_TABLES,
} FlowMirrorTable;

/**
 * FlowMirrorEntry:
 * @key: the key of a setting; an origin; `site ` or `type ` and what of
 * @value: in GVariant text format; `allowed` or `denied`; an editor
 *
 * One item. Never empty: what has no value has no entry.
 */
typedef struct
{
  char *key;
  char *value;
} FlowMirrorEntry;

const char *flow_mirror_table_get_name (FlowMirrorTable table);
gboolean flow_mirror_is_key (const char *setting);

gboolean flow_mirror_may_apply (FlowMirrorTable table, const char *value, const char *applied);

const char *flow_mirror_editor_get_subject (const char *key, gboolean *site);

GPtrArray *flow_mirror_entries_new (void);
void flow_mirror_entries_add (GPtrArray *entries, const char *key, const char *value);
const char *flow_mirror_entries_find (GPtrArray *entries, const char *key);
GPtrArray *flow_mirror_entries_read (FlowSettings *settings, FlowMirrorTable table);
void flow_mirror_entries_apply (GPtrArray *wanted, FlowSettings *settings, FlowMirrorTable table);

G_END_DECLS
