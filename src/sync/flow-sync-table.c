/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "sync/flow-sync-table.h"

#include <string.h>

#include "base/flow-error.h"

#define FIELDS_MAX 64

/* What is wrong with a field; NULL: nothing. */
static const char *
find_fault (const FlowSyncTable *self, guint index)
{
  const FlowSyncField *field = &self->fields[index];
  gboolean items = field->type == FLOW_SYNC_SET || field->type == FLOW_SYNC_MAP;
  gboolean begins = field->group != NULL &&
                    (index == 0 || g_strcmp0 (self->fields[index - 1].group, field->group) != 0);

  if (field->name[0] == '\0' || strchr (field->name, '.') != NULL)
    return "a name";
  if (flow_sync_table_find_field (self, field->name) != (int) index)
    return "a name that is there twice";
  if ((field->type == FLOW_SYNC_SET) != (field->policy == FLOW_SYNC_UNION))
    return "a policy that is for sets";
  if (field->policy == FLOW_SYNC_MERGE && (field->type != FLOW_SYNC_TEXT || field->group != NULL))
    return "a policy that is for texts of their own";
  if (items && field->group != NULL)
    return "a group, which is for single values";
  if (field->group != NULL && flow_sync_table_find_field (self, field->group) >= 0)
    return "a group with the name of a field";
  if (field->policy == FLOW_SYNC_FINAL && (!begins || self->finals == NULL))
    return "a policy that is for the first one of a group, with final values";
  for (guint i = 0; begins && i + 1 < index; i++)
    if (g_strcmp0 (self->fields[i].group, field->group) == 0)
      return "a group that is in two pieces";
  return NULL;
}

/**
 * flow_sync_table_check:
 * @self: a table
 * @error: return location
 *
 * Check that its rows make sense together, before anything is written that others have to live with.
 *
 * Returns: %FALSE with `FLOW_ERROR_BAD_ARGUMENT`
 */
gboolean
flow_sync_table_check (const FlowSyncTable *self, GError **error)
{
  const char *fault = self->n_fields == 0 || self->n_fields > FIELDS_MAX || self->schema == 0 ? "a number" : NULL;

  for (guint i = 0; fault == NULL && i < self->n_fields; i++)
    fault = find_fault (self, i);
  if (fault == NULL && (self->read == NULL || self->apply == NULL || self->list == NULL))
    fault = "a function that is missing";
  if (fault == NULL)
    return TRUE;
  g_set_error (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, "The table %s can't sync for %s", self->name, fault);
  return FALSE;
}

/**
 * flow_sync_table_find_field:
 * @self: a table
 * @name: of a field
 *
 * Returns: its number, -1 when there is none
 */
int
flow_sync_table_find_field (const FlowSyncTable *self, const char *name)
{
  for (guint i = 0; i < self->n_fields; i++)
    if (g_str_equal (self->fields[i].name, name))
      return (int) i;
  return -1;
}
