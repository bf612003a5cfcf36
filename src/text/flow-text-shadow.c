/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-text"

#include "text/flow-text-shadow.h"

#include <string.h>
#include <xxhash.h>

#include "base/flow-error.h"
#include "text/flow-text-diff.h"
#include "text/flow-text-private.h"
#include "text/flow-text-transform.h"

/* A text that the peer has or may have: with `ahead` it becomes the server's at `revision`. */
typedef struct
{
  FlowText *text;
  guint64 revision;
  FlowTextOperation *ahead; /* NULL: it is the server's at `revision` */
} Member;

/* A push too many: known again when the peer shows it after all. */
typedef struct
{
  XXH128_hash_t hash;
  guint64 revision;
} Forgotten;

/* Pushes too many that are known again; as many more and the oldest are gone. */
#define MAX_FORGOTTEN 256
/* A peer that shows what it gets, but has not shown so many, is behind: it is told less and less often. */
#define NOT_BEHIND 3
#define MAX_PAUSE 40
/* A component of a difference weighs as much as so many characters. */
#define PLACE 4
/* Bytes of texts of which only how they begin and end is compared to find out which of them was changed. */
#define LONG (512 * 1024)

struct _FlowTextShadow
{
  Member members[FLOW_TEXT_SHADOW_SENT + 1]; /* [0] is held, the others were sent, the oldest first */
  guint n_members;
  GArray *forgotten; /* Forgotten: sent after [0] and before [1]; NULL: none */
  gboolean echoes;   /* it has shown something that it was sent */
};

static void
member_clear (Member *member)
{
  g_clear_pointer (&member->text, flow_text_unref);
  g_clear_pointer (&member->ahead, flow_text_operation_unref);
}

/* Forgets what is older than a member, which becomes the one that is held. */
static void
drop_before (FlowTextShadow *self, guint first)
{
  for (guint i = 0; i < first; i++)
    member_clear (&self->members[i]);
  self->n_members -= first;
  memmove (self->members, self->members + first, self->n_members * sizeof *self->members);
  if (first > 0)
    g_clear_pointer (&self->forgotten, g_array_unref);
}

static void
forget (FlowTextShadow *self, Member *member)
{
  const Forgotten forgotten = {
    .hash = XXH3_128bits (flow_text_get_data (member->text), flow_text_get_size (member->text)),
    .revision = member->revision,
  };

  if (self->forgotten == NULL)
    self->forgotten = g_array_new (FALSE, FALSE, sizeof (Forgotten));
  if (self->forgotten->len == MAX_FORGOTTEN)
    g_array_remove_index (self->forgotten, 0);
  g_array_append_val (self->forgotten, forgotten);
  member_clear (member);
}

/* An echo of a push too many: the peer holds that. When its revision is not remembered a difference leads to the
 * head. */
static gboolean
take_forgotten (FlowTextShadow *self, FlowTextServer *server, FlowText *text)
{
  const XXH128_hash_t hash = XXH3_128bits (flow_text_get_data (text), flow_text_get_size (text));

  for (guint i = 0; self->forgotten != NULL && i < self->forgotten->len; i++)
    {
      const Forgotten *forgotten = &g_array_index (self->forgotten, Forgotten, i);
      Member held = { .text = flow_text_ref (text), .revision = forgotten->revision };

      if (!XXH128_isEqual (forgotten->hash, hash))
        {
          member_clear (&held);
          continue;
        }
      if (forgotten->revision < flow_text_server_get_oldest (server))
        {
          held.ahead = flow_text_diff (text, flow_text_server_get_text (server));
          held.revision = flow_text_server_get_revision (server);
        }
      member_clear (&self->members[0]);
      self->members[0] = held;
      g_array_remove_range (self->forgotten, 0, i + 1);
      return TRUE;
    }
  return FALSE;
}

/**
 * flow_text_shadow_new:
 * @held: the text that the peer has
 * @revision: its revision at the server
 *
 * Create a shadow of a peer that has the text of a revision.
 *
 * Returns: (transfer full): the shadow
 */
FlowTextShadow *
flow_text_shadow_new (FlowText *held, guint64 revision)
{
  FlowTextShadow *self = g_new0 (FlowTextShadow, 1);

  self->members[0] = (Member) { .text = flow_text_ref (held), .revision = revision };
  self->n_members = 1;
  return self;
}

/**
 * flow_text_shadow_new_apart:
 * @held: the text that the peer has
 * @revision: a revision of the server
 * @ahead: what leads from @held to the text of @revision
 *
 * Create a shadow of a peer that has a text which the server never had, because it came back with changes.
 *
 * Returns: (transfer full): the shadow
 */
FlowTextShadow *
flow_text_shadow_new_apart (FlowText *held, guint64 revision, FlowTextOperation *ahead)
{
  FlowTextShadow *self = flow_text_shadow_new (held, revision);

  if (!flow_text_operation_is_noop (ahead))
    self->members[0].ahead = flow_text_operation_ref (ahead);
  return self;
}

/**
 * flow_text_shadow_free:
 * @self: (transfer full): a shadow
 *
 * Free it.
 */
void
flow_text_shadow_free (FlowTextShadow *self)
{
  for (guint i = 0; i < self->n_members; i++)
    member_clear (&self->members[i]);
  g_clear_pointer (&self->forgotten, g_array_unref);
  g_free (self);
}

/* What leads from a member to the head; NULL when the server has forgotten. */
static FlowTextOperation *
bridge (const Member *member, FlowTextServer *server)
{
  g_autoptr (FlowTextOperation) since = flow_text_server_since (server, member->revision);

  if (since == NULL || member->ahead == NULL)
    return g_steal_pointer (&since);
  return flow_text_operation_compose (member->ahead, since);
}

static gboolean
find_equal (FlowTextShadow *self, const FlowText *text, guint *found)
{
  for (guint i = 0; i < self->n_members; i++)
    {
      if (!flow_text_equal (self->members[i].text, text))
        continue;
      *found = i;
      return TRUE;
    }
  return FALSE;
}

/* How much somebody has done: characters, and places, as people change one at a time. */
static gsize
rate_change (const FlowTextOperation *operation)
{
  return flow_text_operation_get_n_inserted (operation) + flow_text_operation_get_n_deleted (operation) +
         PLACE * flow_text_operation_get_n_components (operation);
}

/* Bytes of two texts between what both begin and end with. */
static gsize
distance (const FlowText *a, const FlowText *b)
{
  const char *x = flow_text_get_data (a), *y = flow_text_get_data (b);
  gsize n = flow_text_get_size (a), m = flow_text_get_size (b);
  gsize same = flow_bytes_common_prefix (x, y, MIN (n, m));

  n -= same, m -= same;
  return n + m - 2 * flow_bytes_common_suffix (x + same + n, y + same + m, MIN (n, m));
}

/* The same for long texts, of which not each is compared. */
static guint
find_nearest_long (FlowTextShadow *self, FlowText *text, FlowTextOperation **own)
{
  gsize least = G_MAXSIZE;
  guint nearest = 0;

  for (guint i = 0; i < self->n_members; i++)
    {
      gsize size = distance (self->members[i].text, text);

      if (size >= least)
        continue;
      least = size;
      nearest = i;
    }
  *own = flow_text_diff (self->members[nearest].text, text);
  return nearest;
}

/* The member that differs the least; of those that differ as much the oldest. */
static guint
find_nearest (FlowTextShadow *self, FlowText *text, FlowTextOperation **own)
{
  gsize length = flow_text_get_length (text), least = G_MAXSIZE;
  guint nearest = 0;

  if (flow_text_get_size (text) > LONG)
    return find_nearest_long (self, text, own);
  *own = NULL;
  for (guint i = 0; i < self->n_members; i++)
    {
      gsize member_length = flow_text_get_length (self->members[i].text);
      g_autoptr (FlowTextOperation) operation = NULL;
      gsize size;

      if (MAX (length, member_length) - MIN (length, member_length) >= least)
        continue;
      operation = flow_text_diff (self->members[i].text, text);
      size = rate_change (operation);
      if (size >= least)
        continue;
      least = size;
      nearest = i;
      g_clear_pointer (own, flow_text_operation_unref);
      *own = g_steal_pointer (&operation);
    }
  return nearest;
}

/* The peer has `text`, which others' changes separate from the head. What was pushed after the base may still arrive
 * there; what is older cannot. */
static void
hold_change (FlowTextShadow *self, guint base, FlowText *text, guint64 revision, FlowTextOperation *ahead)
{
  Member *held = self->members;

  drop_before (self, base);
  member_clear (held);
  *held = (Member) { .text = flow_text_ref (text), .revision = revision };
  if (!flow_text_operation_is_noop (ahead))
    held->ahead = flow_text_operation_ref (ahead);
}

static gboolean
take_change (FlowTextShadow *self, FlowTextServer *server, FlowText *text, const char *client,
             FlowTextShadowChange *change, GError **error)
{
  g_autoptr (FlowTextOperation) own = NULL;
  guint base = find_nearest (self, text, &own);
  g_autoptr (FlowTextOperation) others = bridge (&self->members[base], server);
  g_autoptr (FlowTextOperation) others_after = NULL;
  g_autoptr (FlowTextOperation) at_head = NULL;

  if (others == NULL)
    {
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_EXPIRED, "what the peer has is not remembered");
      return FALSE;
    }
  flow_text_operation_transform (others, own, &others_after, &at_head);
  if (!flow_text_server_submit (server, flow_text_server_get_revision (server), at_head, client, NULL, NULL,
                                &change->revision, error))
    return FALSE;
  change->operation = g_steal_pointer (&at_head);
  change->base = flow_text_ref (self->members[base].text);
  change->own = g_steal_pointer (&own);
  change->others = g_steal_pointer (&others);
  hold_change (self, base, text, change->revision, others_after);
  return TRUE;
}

/**
 * flow_text_shadow_take:
 * @self: a shadow
 * @server: the server that the peer takes part in
 * @text: what the peer has
 * @client: (nullable): who it is, for the server
 * @change: (out caller-allocates): what it changed; all zeros when it is an echo
 * @error: return location for an error
 *
 * Take a whole text from the peer. A change is submitted to the server at once.
 *
 * Returns: what it is; on %FLOW_TEXT_SHADOW_FAILED nothing has changed, and the error is %FLOW_ERROR_TOO_LARGE (the
 *   result would be) or %FLOW_ERROR_EXPIRED (the server was trimmed without flow_text_shadow_catch_up())
 */
FlowTextShadowResult
flow_text_shadow_take (FlowTextShadow *self, FlowTextServer *server, FlowText *text, const char *client,
                       FlowTextShadowChange *change, GError **error)
{
  guint found;

  *change = (FlowTextShadowChange) { 0 };
  if (find_equal (self, text, &found))
    {
      self->echoes = self->echoes || found > 0;
      drop_before (self, found);
      return FLOW_TEXT_SHADOW_ECHO;
    }
  if (take_forgotten (self, server, text))
    {
      self->echoes = TRUE;
      return FLOW_TEXT_SHADOW_ECHO;
    }
  return take_change (self, server, text, client, change, error) ? FLOW_TEXT_SHADOW_CHANGE : FLOW_TEXT_SHADOW_FAILED;
}

/**
 * flow_text_shadow_push:
 * @self: a shadow
 * @server: the server that the peer takes part in
 *
 * Note that the server's text is on its way to the peer. Of more than 8 that have not been shown back only the newest
 * are remembered as what a change may be of; the others are known again as echoes.
 */
void
flow_text_shadow_push (FlowTextShadow *self, FlowTextServer *server)
{
  if (self->n_members == G_N_ELEMENTS (self->members))
    {
      forget (self, &self->members[1]);
      self->n_members--;
      memmove (self->members + 1, self->members + 2, (self->n_members - 1) * sizeof *self->members);
    }
  self->members[self->n_members++] = (Member) {
    .text = flow_text_ref (flow_text_server_get_text (server)),
    .revision = flow_text_server_get_revision (server),
  };
}

/**
 * flow_text_shadow_needs_push:
 * @self: a shadow
 * @server: the server that the peer takes part in
 *
 * Find out whether the peer has the server's text, or will have it by what has been pushed.
 *
 * Returns: %TRUE when the text should be pushed
 */
gboolean
flow_text_shadow_needs_push (FlowTextShadow *self, FlowTextServer *server)
{
  return !flow_text_equal (self->members[self->n_members - 1].text, flow_text_server_get_text (server));
}

/**
 * flow_text_shadow_get_pause:
 * @self: a shadow
 * @least: the shortest pause, in any unit
 *
 * Find out how long to wait after a push for the next. A peer that usually shows what it gets and has not done so for
 * more than three pushes is busy: the pause doubles with each, so that it is not buried, up to 40 times @least.
 *
 * Returns: the pause, in the same unit
 */
gint64
flow_text_shadow_get_pause (FlowTextShadow *self, gint64 least)
{
  guint n_sent = flow_text_shadow_get_n_sent (self);

  return !self->echoes || n_sent <= NOT_BEHIND ? least : MIN (least << (n_sent - NOT_BEHIND), least * MAX_PAUSE);
}

/**
 * flow_text_shadow_get_n_sent:
 * @self: a shadow
 *
 * Count the pushes that the peer has not shown back.
 *
 * Returns: how many, at most 8
 */
guint
flow_text_shadow_get_n_sent (FlowTextShadow *self)
{
  return self->n_members - 1;
}

/**
 * flow_text_shadow_arrived:
 * @self: a shadow
 * @revision: of the last text that the peer says it got
 *
 * Learn that what was pushed has arrived: the peer has no older text any more. One that was not pushed says nothing.
 */
void
flow_text_shadow_arrived (FlowTextShadow *self, guint64 revision)
{
  for (guint i = 1; i < self->n_members; i++)
    if (self->members[i].revision == revision)
      {
        drop_before (self, i);
        return;
      }
}

/**
 * flow_text_shadow_forget_sent:
 * @self: a shadow
 *
 * Note that what was pushed and not shown back did not arrive, because the connection was lost.
 */
void
flow_text_shadow_forget_sent (FlowTextShadow *self)
{
  for (guint i = 1; i < self->n_members; i++)
    member_clear (&self->members[i]);
  self->n_members = 1;
  g_clear_pointer (&self->forgotten, g_array_unref);
}

/**
 * flow_text_shadow_get_held:
 * @self: a shadow
 *
 * Get the text that was last seen from the peer.
 *
 * Returns: (transfer none): the text
 */
FlowText *
flow_text_shadow_get_held (FlowTextShadow *self)
{
  return self->members[0].text;
}

/**
 * flow_text_shadow_get_oldest:
 * @self: a shadow
 *
 * Get the oldest revision that is needed of the server's history.
 *
 * Returns: the revision
 */
guint64
flow_text_shadow_get_oldest (FlowTextShadow *self)
{
  guint64 oldest = self->members[0].revision;

  for (guint i = 1; i < self->n_members; i++)
    oldest = MIN (oldest, self->members[i].revision);
  return oldest;
}

/**
 * flow_text_shadow_catch_up:
 * @self: a shadow
 * @server: the server that the peer takes part in
 *
 * Take over what is needed of the server's history, so that it can be trimmed.
 */
void
flow_text_shadow_catch_up (FlowTextShadow *self, FlowTextServer *server)
{
  for (guint i = 0; i < self->n_members; i++)
    {
      Member *member = &self->members[i];
      FlowTextOperation *ahead = bridge (member, server);

      if (ahead == NULL)
        continue;
      g_clear_pointer (&member->ahead, flow_text_operation_unref);
      member->ahead = ahead;
      member->revision = flow_text_server_get_revision (server);
    }
}

/**
 * flow_text_shadow_change_clear:
 * @change: a change
 *
 * Free what it holds.
 */
void
flow_text_shadow_change_clear (FlowTextShadowChange *change)
{
  g_clear_pointer (&change->operation, flow_text_operation_unref);
  g_clear_pointer (&change->base, flow_text_unref);
  g_clear_pointer (&change->own, flow_text_operation_unref);
  g_clear_pointer (&change->others, flow_text_operation_unref);
}
