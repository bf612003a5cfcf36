/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "router-test.h"

#include "base/flow-error.h"

static gint64
test_wall_ns (const FlowClock *clock)
{
  return TEST_START_NS + ((const TestClock *) clock)->now_us * 1000;
}

static gint64
test_monotonic_us (const FlowClock *clock)
{
  return ((const TestClock *) clock)->now_us;
}

/* Begin an hour after the machine did. */
void
test_clock_init (TestClock *self)
{
  *self = (TestClock) { { test_wall_ns, test_monotonic_us }, G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC };
}

struct _TestChannel
{
  FlowChannel parent_instance;

  GQueue inbox; /* of GBytes: what was sent and not taken */
  guint limit;  /* so many messages may be in it */
  gsize longest;
  gboolean gone;
  guint closed; /* code, 0: open */
};

G_DEFINE_FINAL_TYPE (TestChannel, test_channel, FLOW_TYPE_CHANNEL)

static FlowChannelSent
test_channel_send (FlowChannel *channel, GBytes *bytes, gboolean droppable)
{
  TestChannel *self = TEST_CHANNEL (channel);

  if (self->gone)
    return FLOW_CHANNEL_GONE;
  if (g_bytes_get_size (bytes) > self->longest)
    return FLOW_CHANNEL_TOO_LONG;
  if (self->inbox.length >= self->limit)
    return droppable ? FLOW_CHANNEL_DROPPED : FLOW_CHANNEL_FULL;
  g_queue_push_tail (&self->inbox, g_bytes_ref (bytes));
  return FLOW_CHANNEL_SENT;
}

static void
test_channel_close (FlowChannel *channel, guint code, const char *reason)
{
  TestChannel *self = TEST_CHANNEL (channel);

  self->closed = code;
  self->gone = TRUE;
}

static gsize
test_channel_get_queued (FlowChannel *channel)
{
  return TEST_CHANNEL (channel)->inbox.length;
}

static void
test_channel_finalize (GObject *object)
{
  test_channel_clear (TEST_CHANNEL (object));
  G_OBJECT_CLASS (test_channel_parent_class)->finalize (object);
}

static void
test_channel_class_init (TestChannelClass *klass)
{
  FlowChannelClass *channel_class = FLOW_CHANNEL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = test_channel_finalize;
  channel_class->send = test_channel_send;
  channel_class->close = test_channel_close;
  channel_class->get_queued = test_channel_get_queued;
}

static void
test_channel_init (TestChannel *self)
{
  self->limit = G_MAXUINT;
  self->longest = G_MAXSIZE;
}

TestChannel *
test_channel_new (const char *name, const char *const *capabilities)
{
  TestChannel *self = g_object_new (TEST_TYPE_CHANNEL, "name", name, NULL);

  if (capabilities != NULL)
    flow_channel_set_capabilities (FLOW_CHANNEL (self), capabilities);
  return self;
}

void
test_channel_set_limit (TestChannel *self, guint limit)
{
  self->limit = limit;
}

void
test_channel_set_gone (TestChannel *self)
{
  self->gone = TRUE;
}

void
test_channel_set_longest (TestChannel *self, gsize longest)
{
  self->longest = longest;
}

guint
test_channel_get_closed (TestChannel *self)
{
  return self->closed;
}

guint
test_channel_get_n (TestChannel *self)
{
  return self->inbox.length;
}

/* The next message that was sent to it; NULL when there is none. */
FlowMessage *
test_channel_take (TestChannel *self)
{
  g_autoptr (GBytes) bytes = g_queue_pop_head (&self->inbox);
  g_autoptr (GError) error = NULL;
  FlowMessage *message;

  if (bytes == NULL)
    return NULL;
  message = flow_message_new_from_bytes (bytes, &error);
  g_assert_no_error (error);
  return message;
}

/* The next message is of a type, and has a text in its data. */
void
test_channel_assert_takes (TestChannel *self, const char *type, const char *member, const char *value)
{
  g_autoptr (FlowMessage) message = test_channel_take (self);
  const char *text = NULL;

  g_assert_nonnull (message);
  g_assert_cmpstr (flow_message_get_type_name (message), ==, type);
  if (member == NULL)
    return;
  g_assert_true (flow_message_get_string (message, member, &text));
  g_assert_cmpstr (text, ==, value);
}

void
test_channel_clear (TestChannel *self)
{
  g_queue_clear_full (&self->inbox, (GDestroyNotify) g_bytes_unref);
}

struct _TestStore
{
  FlowOutboxStore store; /* first: it is one */
  GHashTable *kept;      /* of FlowOutboxItem, by number */
  GHashTable *keys;      /* source and id of these */
  GHashTable *dead;      /* of Dead, by number */
  GHashTable *seen;      /* by source and id: whether it was handled */
  GHashTable *order;     /* of guint64, by source and id: in which order they were kept first */
  GHashTable *seqs;      /* of guint64, by name */
  GQueue pending;        /* of FlowOutboxJob: not done */
  GQueue done;           /* of FlowOutboxJob: done, and nobody was told */
};

typedef struct
{
  FlowDeadLetter *letter;
  GBytes *payload;
} Dead;

static void
dead_free (gpointer data)
{
  Dead *dead = data;

  flow_dead_letter_free (dead->letter);
  g_bytes_unref (dead->payload);
  g_free (dead);
}

static void
kept_free (gpointer data)
{
  FlowOutboxItem *item = data;

  flow_outbox_record_unref (item->record);
  g_free (item->channel);
  g_bytes_unref (item->payload);
  g_free (item);
}

static char *
key_of (const char *source, const char *id)
{
  return g_strdup_printf ("%s %s", source, id);
}

static int
compare_items (gconstpointer a, gconstpointer b)
{
  const FlowOutboxItem *x = *(FlowOutboxItem *const *) a;
  const FlowOutboxItem *y = *(FlowOutboxItem *const *) b;

  return (x->record->number > y->record->number) - (x->record->number < y->record->number);
}

static void
copy_seq (gpointer name, gpointer seq, gpointer to)
{
  g_hash_table_insert (to, g_strdup (name), g_memdup2 (seq, sizeof (guint64)));
}

static FlowOutboxState *
store_load (FlowOutboxStore *store, GError **error)
{
  TestStore *self = (TestStore *) store;
  FlowOutboxState *state = flow_outbox_state_new ();
  GHashTableIter iter;
  gpointer value;

  state->epoch = g_strdup ("epoch");
  g_hash_table_iter_init (&iter, self->kept);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowOutboxItem *item = value;

      g_ptr_array_add (state->waiting,
                       flow_outbox_item_new (item->record, item->channel, item->seq, item->attempts, NULL));
    }
  g_ptr_array_sort (state->waiting, compare_items);
  g_hash_table_iter_init (&iter, self->dead);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      FlowDeadLetter *letter = ((Dead *) value)->letter;

      g_ptr_array_add (state->dead, flow_dead_letter_new (letter->record, letter->reason, letter->died_ns));
    }
  g_hash_table_foreach (self->seqs, copy_seq, state->seqs);
  return state;
}

static void
store_push (FlowOutboxStore *store, FlowOutboxJob *job)
{
  g_queue_push_tail (&((TestStore *) store)->pending, job);
}

TestStore *
test_store_new (void)
{
  TestStore *self = g_new0 (TestStore, 1);

  self->store = (FlowOutboxStore) { store_load, store_push };
  self->kept = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, kept_free);
  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->dead = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, dead_free);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->order = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->seqs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/* The outbox must be gone, or be told everything before. */
void
test_store_free (TestStore *self)
{
  test_store_crash (self);
  g_hash_table_unref (self->kept);
  g_hash_table_unref (self->keys);
  g_hash_table_unref (self->dead);
  g_hash_table_unref (self->seen);
  g_hash_table_unref (self->order);
  g_hash_table_unref (self->seqs);
  g_free (self);
}

FlowOutboxStore *
test_store_get (TestStore *self)
{
  return &self->store;
}

guint
test_store_get_pending (TestStore *self)
{
  return self->pending.length + self->done.length;
}

static void
count_channel (TestStore *self, const char *name, guint64 seq)
{
  const guint64 *before = g_hash_table_lookup (self->seqs, name);

  if (before == NULL || *before < seq)
    g_hash_table_insert (self->seqs, g_strdup (name), g_memdup2 (&seq, sizeof seq));
}

static void
keep (TestStore *self, FlowOutboxRecord *record, const char *channel, guint64 seq, guint attempts, GBytes *payload)
{
  FlowOutboxItem *item = flow_outbox_item_new (record, channel, seq, attempts, payload);

  g_hash_table_add (self->keys, key_of (record->source, record->id));
  g_hash_table_insert (self->kept, &item->record->number, item);
}

/* It leaves what is kept; if it is repeated, that is known. */
static void
leave (TestStore *self, const FlowOutboxRecord *record, gboolean handled)
{
  char *key = key_of (record->source, record->id);

  if (g_hash_table_remove (self->kept, &record->number))
    {
      g_hash_table_remove (self->keys, key);
      g_hash_table_insert (self->seen, g_steal_pointer (&key), GINT_TO_POINTER (handled));
    }
  g_free (key);
}

static void
put (TestStore *self, FlowOutboxJob *job)
{
  const FlowOutboxItem *item = flow_outbox_job_get (job, 0);
  g_autofree char *key = key_of (item->record->source, item->record->id);
  guint64 order = g_hash_table_size (self->order) + 1;
  gpointer handled;

  if (g_hash_table_lookup_extended (self->seen, key, NULL, &handled))
    job->known = handled != NULL ? FLOW_OUTBOX_HANDLED : FLOW_OUTBOX_KEPT;
  else if (g_hash_table_contains (self->keys, key))
    job->known = FLOW_OUTBOX_KEPT;
  if (job->known != FLOW_OUTBOX_NEW)
    return;
  keep (self, item->record, item->channel, item->seq, item->attempts, item->payload);
  if (item->channel != NULL)
    count_channel (self, item->channel, item->seq);
  if (!g_hash_table_contains (self->order, key))
    g_hash_table_insert (self->order, g_steal_pointer (&key), g_memdup2 (&order, sizeof order));
}

static void
take (TestStore *self, FlowOutboxJob *job)
{
  for (guint i = 0; i < job->items->len; i++)
    {
      FlowOutboxItem *item = flow_outbox_job_get (job, i);
      FlowOutboxItem *kept = g_hash_table_lookup (self->kept, &item->record->number);

      if (kept == NULL)
        continue;
      g_free (kept->channel);
      kept->channel = g_strdup (item->channel);
      kept->seq = item->seq;
      kept->attempts = item->attempts;
      item->payload = g_bytes_ref (kept->payload);
      count_channel (self, item->channel, item->seq);
    }
}

static void
die (TestStore *self, FlowOutboxJob *job, const FlowOutboxItem *item)
{
  FlowOutboxItem *kept = g_hash_table_lookup (self->kept, &item->record->number);
  Dead *dead;

  g_assert_nonnull (kept);
  dead = g_new (Dead, 1);
  dead->letter = flow_dead_letter_new (kept->record, job->reason, job->now_ns);
  dead->payload = g_bytes_ref (kept->payload);
  g_hash_table_insert (self->dead, &dead->letter->record->number, dead);
  leave (self, item->record, FALSE);
}

static void
revive (TestStore *self, FlowOutboxJob *job)
{
  Dead *dead = g_hash_table_lookup (self->dead, &job->number);

  g_assert_nonnull (dead);
  keep (self, flow_outbox_job_get (job, 0)->record, NULL, 0, 0, dead->payload);
  g_hash_table_remove (self->dead, &job->number);
}

static void
apply (TestStore *self, FlowOutboxJob *job)
{
  for (guint i = 0; i < job->items->len; i++)
    {
      const FlowOutboxItem *item = flow_outbox_job_get (job, i);

      switch (job->action)
        {
        case FLOW_OUTBOX_ACKED:
          leave (self, item->record, TRUE);
          break;
        case FLOW_OUTBOX_DIE:
          die (self, job, item);
          break;
        case FLOW_OUTBOX_DROP:
          leave (self, item->record, FALSE);
          g_hash_table_remove (self->dead, &item->record->number);
          break;
        default:
          break;
        }
    }
  if (job->action == FLOW_OUTBOX_PUT)
    put (self, job);
  else if (job->action == FLOW_OUTBOX_TAKE)
    take (self, job);
  else if (job->action == FLOW_OUTBOX_REVIVE)
    revive (self, job);
}

/* Do the next job, or fail at it; nobody is told. FALSE when there is none. */
gboolean
test_store_commit (TestStore *self, gboolean fail)
{
  FlowOutboxJob *job = g_queue_pop_head (&self->pending);

  if (job == NULL)
    return FALSE;
  if (fail)
    g_set_error_literal (&job->error, FLOW_ERROR, FLOW_ERROR_BUSY, "the store is busy");
  else
    apply (self, job);
  g_queue_push_tail (&self->done, job);
  return TRUE;
}

/* Tell the outbox of everything that was done. */
void
test_store_tell (TestStore *self)
{
  FlowOutboxJob *job;

  while ((job = g_queue_pop_head (&self->done)) != NULL)
    job->done (job);
}

/* Do everything, and what comes of it. */
void
test_store_settle (TestStore *self)
{
  while (test_store_get_pending (self) > 0)
    {
      test_store_commit (self, FALSE);
      test_store_tell (self);
    }
}

/* What was not done is lost, and nobody is told what was. */
void
test_store_crash (TestStore *self)
{
  g_queue_clear_full (&self->pending, (GDestroyNotify) flow_outbox_job_free);
  g_queue_clear_full (&self->done, (GDestroyNotify) flow_outbox_job_free);
}

guint
test_store_get_kept (TestStore *self)
{
  return g_hash_table_size (self->kept);
}

guint
test_store_get_dead (TestStore *self)
{
  return g_hash_table_size (self->dead);
}

/* Why a message is a dead letter; NULL when it is none. */
const char *
test_store_get_reason (TestStore *self, const char *source, const char *id)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->dead);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const FlowDeadLetter *letter = ((Dead *) value)->letter;

      if (g_str_equal (letter->record->id, id) && g_str_equal (letter->record->source, source))
        return letter->reason;
    }
  return NULL;
}

/* The place of a message among all that were kept; 0 when it never was. */
guint64
test_store_get_order (TestStore *self, const char *source, const char *id)
{
  g_autofree char *key = key_of (source, id);
  const guint64 *order = g_hash_table_lookup (self->order, key);

  return order != NULL ? *order : 0;
}

/* A message; @members are further members of the envelope, with a comma before each. */
FlowMessage *
test_message (const char *type, const char *source, const char *id, const char *target, const char *members)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  FlowMessage *message;

  g_string_append_printf (text, "{\"id\":\"%s\",\"type\":\"%s\",\"source\":\"%s\"", id, type, source);
  if (target != NULL)
    g_string_append_printf (text, ",\"target\":\"%s\"", target);
  g_string_append_printf (text, ",\"timestamp\":\"2027-01-15T08:00:00Z\"%s}", members);
  bytes = g_string_free_to_bytes (g_steal_pointer (&text));
  message = flow_message_new_from_bytes (bytes, &error);
  g_assert_no_error (error);
  return message;
}
