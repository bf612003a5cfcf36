/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * FLOW_SYNC_MAX_WAYS:
 *
 * So many ways on there are at most.
 */
#define FLOW_SYNC_MAX_WAYS 3

/**
 * FlowSyncWay:
 * @label: what the button says, with an underline before its key
 * @action: the detailed name of an action of the page
 *
 * Something that helps.
 */
typedef struct
{
  const char *label;
  const char *action;
} FlowSyncWay;

/**
 * FlowSyncTrouble:
 * @title: what is wrong, in one line
 * @text: (nullable): what to know about it
 * @ways: what helps, the best first
 * @n_ways: how many these are
 *
 * What keeps this device from syncing, or from going on with it after the next start.
 */
typedef struct
{
  const char *title;
  const char *text;
  FlowSyncWay ways[FLOW_SYNC_MAX_WAYS];
  gsize n_ways;
} FlowSyncTrouble;

gboolean flow_sync_trouble_find (JsonObject *status, FlowSyncTrouble *trouble);

G_END_DECLS
