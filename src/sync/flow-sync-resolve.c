/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-sync"

#include "base/flow-error.h"

#include <glib/gi18n-lib.h>
#include "sync/flow-sync-conflict-log.h"
#include "sync/flow-sync-policy.h"
#include "sync/flow-sync-text-merge.h"

/* A decision of a person. */
typedef struct
{
  FlowSync *sync;
  FlowSyncConflict *conflict;
  FlowSyncRow *row;
  const char *member; /* of a group, else NULL */
  FlowSyncChoice choice;
  const char *text;
} Decision;

static const char *const choice_names[] = {
  [FLOW_SYNC_CHOICE_MINE] = "mine",
  [FLOW_SYNC_CHOICE_THEIRS] = "theirs",
  [FLOW_SYNC_CHOICE_BOTH] = "both",
  [FLOW_SYNC_CHOICE_VALUE] = "value",
  [FLOW_SYNC_CHOICE_KEEP_DELETED] = "keep_deleted",
  [FLOW_SYNC_CHOICE_RESTORE] = "restore",
};

/**
 * flow_sync_choice_parse:
 * @text: mine, theirs, both, value, keep_deleted or restore
 * @choice: (out): the choice
 *
 * Returns: %FALSE when it is none of these
 */
gboolean
flow_sync_choice_parse (const char *text, FlowSyncChoice *choice)
{
  for (guint i = 0; i < G_N_ELEMENTS (choice_names); i++)
    if (g_str_equal (choice_names[i], text))
      {
        *choice = (FlowSyncChoice) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * flow_sync_conflict_get_mine:
 * @sync: a loaded engine
 * @conflict: a conflict
 *
 * Find which side people call theirs on this device: what it wrote; what two others wrote: the one that holds.
 *
 * Returns: (nullable) (transfer none): the side
 */
const FlowSyncSide *
flow_sync_conflict_get_mine (FlowSync *sync, const FlowSyncConflict *conflict)
{
  const FlowSyncSide *mine = NULL;

  for (guint i = 0; i < conflict->sides->len; i++)
    {
      const FlowSyncSide *side = &g_array_index (conflict->sides, FlowSyncSide, i);

      if (memcmp (side->stream->dot.device, sync->device, FLOW_SYNC_DEVICE_SIZE) == 0)
        return side;
      if (mine == NULL || (conflict->chosen != NULL && g_bytes_equal (side->value, conflict->chosen)))
        mine = side;
    }
  return mine;
}

/**
 * flow_sync_conflict_get_theirs:
 * @sync: a loaded engine
 * @conflict: a conflict
 *
 * Returns: (nullable) (transfer none): the latest side that is not mine
 */
const FlowSyncSide *
flow_sync_conflict_get_theirs (FlowSync *sync, const FlowSyncConflict *conflict)
{
  const FlowSyncSide *mine = flow_sync_conflict_get_mine (sync, conflict);

  for (guint i = conflict->sides->len; i-- > 0;)
    {
      const FlowSyncSide *side = &g_array_index (conflict->sides, FlowSyncSide, i);

      if (side != mine)
        return side;
    }
  return mine;
}

static gboolean
bad_choice (GError **error)
{
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("This conflict cannot be decided like that"));
  return FALSE;
}

static gboolean
is_deletion (const FlowSyncSide *side)
{
  gint64 number = 1;

  return side != NULL && flow_sync_value_get_int (side->value, &number) && number == 0;
}

/* 0: deleted, 1: it stays. */
static GBytes *
choose_deletion (Decision *self, GError **error)
{
  switch (self->choice)
    {
    case FLOW_SYNC_CHOICE_KEEP_DELETED:
      return flow_sync_value_new_int (0);
    case FLOW_SYNC_CHOICE_RESTORE:
    case FLOW_SYNC_CHOICE_BOTH:
      return flow_sync_value_new_int (1);
    case FLOW_SYNC_CHOICE_MINE:
      return flow_sync_value_new_int (is_deletion (flow_sync_conflict_get_mine (self->sync, self->conflict)) ? 0 : 1);
    case FLOW_SYNC_CHOICE_THEIRS:
      return flow_sync_value_new_int (is_deletion (flow_sync_conflict_get_theirs (self->sync, self->conflict)) ? 0 : 1);
    default:
      bad_choice (error);
      return NULL;
    }
}

/* A value that a person typed. */
static GBytes *
parse_value (const FlowSyncTable *table, const char *field, const char *text, GError **error)
{
  int index = flow_sync_table_find_field (table, field);
  FlowSyncType type = index >= 0 ? table->fields[index].type : FLOW_SYNC_TEXT;
  char *end = NULL;
  gint64 number;
  double real;

  if (text == NULL)
    return flow_sync_value_new_null ();
  if (type == FLOW_SYNC_TEXT || type == FLOW_SYNC_MAP)
    return flow_sync_value_new_text (text, -1);
  if (type == FLOW_SYNC_INT && g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return flow_sync_value_new_int (number);
  real = g_ascii_strtod (text, &end);
  if (type == FLOW_SYNC_REAL && end != text && *end == '\0')
    return flow_sync_value_new_real (real);
  bad_choice (error);
  return NULL;
}

static GBytes *
join_texts (const FlowSyncConflict *conflict, GError **error)
{
  g_autoptr (GBytes) joined = NULL;

  for (guint i = 0; i < conflict->sides->len; i++)
    {
      GBytes *value = g_array_index (conflict->sides, FlowSyncSide, i).value;
      GBytes *next;

      if (flow_sync_value_get_text (value, NULL) == NULL)
        {
          bad_choice (error);
          return NULL;
        }
      next = joined == NULL ? g_bytes_ref (value) : flow_sync_merge_texts (conflict->base, joined, value, TRUE);
      g_clear_pointer (&joined, g_bytes_unref);
      joined = next;
      if (joined == NULL)
        break;
    }
  if (joined == NULL)
    bad_choice (error);
  return g_steal_pointer (&joined);
}

/* Of the whole place. */
static GBytes *
choose_value (Decision *self, GError **error)
{
  const FlowSyncSide *side = self->choice == FLOW_SYNC_CHOICE_THEIRS
                                 ? flow_sync_conflict_get_theirs (self->sync, self->conflict)
                                 : flow_sync_conflict_get_mine (self->sync, self->conflict);

  if (self->choice == FLOW_SYNC_CHOICE_BOTH)
    return join_texts (self->conflict, error);
  if (self->choice == FLOW_SYNC_CHOICE_VALUE)
    return parse_value (self->row->table, self->conflict->field, self->text, error);
  if ((self->choice == FLOW_SYNC_CHOICE_MINE || self->choice == FLOW_SYNC_CHOICE_THEIRS) && side != NULL)
    return g_bytes_ref (side->value);
  bad_choice (error);
  return NULL;
}

typedef struct
{
  const char *name;
  GBytes *with; /* what the member becomes; NULL: look for it */
  GPtrArray *names;
  GPtrArray *values;
  GBytes *found;
} Members;

static void
take_member (const char *name, GBytes *value, gpointer data)
{
  Members *members = data;
  gboolean it = g_str_equal (name, members->name);

  if (it && members->found == NULL)
    members->found = g_bytes_ref (value);
  if (members->names == NULL)
    return;
  g_ptr_array_add (members->names, g_strdup (name));
  g_ptr_array_add (members->values, g_bytes_ref (it ? members->with : value));
}

/**
 * flow_sync_conflict_get_member:
 * @value: a value
 * @member: (nullable): name of a member of a group; %NULL: the value itself
 *
 * Returns: (nullable) (transfer full): the value, or that of the member
 */
GBytes *
flow_sync_conflict_get_member (GBytes *value, const char *member)
{
  Members members = { .name = member };

  if (value == NULL || member == NULL)
    return value != NULL ? g_bytes_ref (value) : NULL;
  flow_sync_value_foreach_member (value, take_member, &members);
  return members.found;
}

/* The group as it is, with another value of one member. */
static GBytes *
choose_member (Decision *self, GError **error)
{
  const FlowSyncSide *side = self->choice == FLOW_SYNC_CHOICE_THEIRS
                                 ? flow_sync_conflict_get_theirs (self->sync, self->conflict)
                                 : flow_sync_conflict_get_mine (self->sync, self->conflict);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GBytes) with = NULL;
  g_autoptr (GBytes) found = NULL;
  Members members = { .name = self->member, .names = names, .values = values };
  FlowSyncPlace place;

  if (self->choice == FLOW_SYNC_CHOICE_VALUE)
    with = parse_value (self->row->table, self->member, self->text, error);
  else if ((self->choice == FLOW_SYNC_CHOICE_MINE || self->choice == FLOW_SYNC_CHOICE_THEIRS) && side != NULL)
    with = flow_sync_conflict_get_member (side->value, self->member);
  if (with == NULL || !flow_sync_row_find_place (self->row, self->conflict->field, self->conflict->item, &place))
    {
      if (error != NULL && *error == NULL)
        bad_choice (error);
      return NULL;
    }
  members.with = with;
  flow_sync_value_foreach_member (flow_sync_policy_pick (self->row->table, &place)->value, take_member, &members);
  found = members.found;
  if (found == NULL)
    {
      bad_choice (error);
      return NULL;
    }
  return flow_sync_value_new_group ((const char *const *) names->pdata, (GBytes *const *) values->pdata, names->len);
}

static gboolean
write_choice (FlowSyncChange *change, FlowSyncRow *row, FlowSyncConflict *conflict, GBytes *value, GError **error)
{
  FlowSyncOp *op = flow_sync_op_new (row->name, row->table->schema, row->key);

  flow_sync_op_add (op, conflict->field, conflict->item, value);
  flow_sync_change_add_op (change, op);
  row->foreign = TRUE;
  /* Whatever waits there is looked at, although there is nothing to see in the row any more. */
  row->divided = TRUE;
  return flow_sync_change_end (change, error);
}

/* The log says it as it was meant: by a person, and what was chosen. */
static gboolean
log_choice (FlowSync *self, FlowSyncConflict *conflict, const char *state, GBytes *value, GError **error)
{
  flow_sync_conflict_decide (conflict, state, self->device, value, flow_clock_wall_ns (self->clock));
  return flow_sync_conflict_store (self, conflict, error);
}

static gboolean
load_case (FlowSyncChange *change, const guint8 *id, FlowSyncConflict **conflict, FlowSyncRow **row, GError **error)
{
  FlowSync *self = change->sync;

  if (!flow_sync_conflict_load (self, id, conflict, error))
    return FALSE;
  if (*conflict == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_FOUND,
                           _ ("There is no such conflict; see “flowctl sync conflicts”"));
      return FALSE;
    }
  *row = flow_sync_change_get_row (change, (*conflict)->table, (*conflict)->key, error);
  if (*row == NULL || !flow_sync_row_number (self, *row, error))
    return FALSE;
  return (*row)->table != NULL || bad_choice (error);
}

static gboolean
resolve (FlowSync *self, const guint8 *id, const char *field, FlowSyncChoice choice, const char *text, GError **error)
{
  g_autoptr (FlowSyncConflict) conflict = NULL;
  g_autoptr (GBytes) value = NULL;
  g_auto (FlowSyncChange) change;
  Decision decision = { self, NULL, NULL, NULL, choice, text };

  flow_sync_change_init (&change, self);
  if (!load_case (&change, id, &conflict, &decision.row, error))
    return FALSE;
  decision.conflict = conflict;
  if (field != NULL && !g_str_equal (field, conflict->field) && conflict->item[0] == '\0')
    decision.member = field;
  if (conflict->field[0] == '\0')
    value = choose_deletion (&decision, error);
  else if (decision.member != NULL)
    value = choose_member (&decision, error);
  else
    value = choose_value (&decision, error);
  return value != NULL && write_choice (&change, decision.row, conflict, value, error) &&
         log_choice (self, conflict, FLOW_SYNC_STATE_RESOLVED, value, error);
}

/**
 * flow_sync_conflict_resolve:
 * @self: an engine that is turned on
 * @id: (array fixed-size=16): of a conflict, also of one that was decided before
 * @field: (nullable): a member of a group to be decided alone; else %NULL
 * @choice: how
 * @text: (nullable): the value of %FLOW_SYNC_CHOICE_VALUE; %NULL: none
 * @error: return location
 *
 * Decide a conflict. The decision is an operation like others: all devices take it, and the conflict closes everywhere.
 *
 * Returns: %FALSE with `FLOW_ERROR_NOT_FOUND`, `FLOW_ERROR_BAD_ARGUMENT` when it cannot be decided like that, or the
 *   codes of flow_sql_error(); the transaction must be rolled back
 */
gboolean
flow_sync_conflict_resolve (FlowSync *self, const guint8 *id, const char *field, FlowSyncChoice choice,
                            const char *text, GError **error)
{
  if (!flow_sync_capture (self, NULL, error))
    return FALSE;
  return resolve (self, id, field, choice, text, error) || flow_sync_failed (self);
}

/* (transfer full) (nullable): what was not chosen; of several the latest. */
static GBytes *
find_other (const FlowSyncConflict *conflict)
{
  gint64 alive = 0;

  if (conflict->field[0] == '\0')
    return flow_sync_value_new_int (
        conflict->chosen != NULL && flow_sync_value_get_int (conflict->chosen, &alive) && alive == 0 ? 1 : 0);
  for (guint i = conflict->sides->len; i-- > 0;)
    {
      GBytes *value = g_array_index (conflict->sides, FlowSyncSide, i).value;

      if (conflict->chosen == NULL || !g_bytes_equal (value, conflict->chosen))
        return g_bytes_ref (value);
    }
  return NULL;
}

static gboolean
restore (FlowSync *self, const guint8 *id, GError **error)
{
  g_autoptr (FlowSyncConflict) conflict = NULL;
  g_autoptr (GBytes) value = NULL;
  FlowSyncRow *row;
  g_auto (FlowSyncChange) change;

  flow_sync_change_init (&change, self);
  if (!load_case (&change, id, &conflict, &row, error))
    return FALSE;
  if (g_str_equal (conflict->state, FLOW_SYNC_STATE_OPEN))
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_ARGUMENT, _ ("This conflict waits for a decision"));
      return FALSE;
    }
  value = find_other (conflict);
  if (value == NULL)
    return bad_choice (error);
  return write_choice (&change, row, conflict, value, error) &&
         log_choice (self, conflict, FLOW_SYNC_STATE_UNDONE, value, error);
}

/**
 * flow_sync_conflict_restore:
 * @self: an engine that is turned on
 * @id: (array fixed-size=16): of a conflict that was decided
 * @error: return location
 *
 * Undo a decision, whether a person or the rules made it: what was not chosen holds. Doing it again undoes that.
 *
 * Returns: %FALSE with the codes of flow_sync_conflict_resolve()
 */
gboolean
flow_sync_conflict_restore (FlowSync *self, const guint8 *id, GError **error)
{
  if (!flow_sync_capture (self, NULL, error))
    return FALSE;
  return restore (self, id, error) || flow_sync_failed (self);
}
