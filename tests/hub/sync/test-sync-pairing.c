/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "base/flow-error.h"
#include "hub/flow-json-read.h"
#include "hub/sync/flow-sync-pairing.h"
#include "secret/flow-recovery-words.h"

/* Two devices that pair, with a mailbox that can be looked into between them. */

#define DESK "000102030405060708090a0b0c0d0e0f"
#define LAPTOP "f0e0d0c0b0a090807060504030201000"

typedef struct
{
  char *kind;
  GBytes *body;
  guint round;
} Letter;

typedef struct
{
  const char *id;
  FlowSyncPairing *pairing;
  FlowSecretKeys *keys; /* (nullable) */
  GQueue letters;       /* that it sent */
  guint joined;         /* the round in which it was given the key; 0: it was not */
} Device;

typedef struct
{
  Device desk, laptop;
} World;

static void
send_cb (const char *to, const char *kind, GBytes *body, guint round, gpointer data)
{
  Letter *letter = g_new (Letter, 1);

  *letter = (Letter) { g_strdup (kind), g_bytes_ref (body), round };
  g_queue_push_tail (&((Device *) data)->letters, letter);
}

static FlowSecretKeys *
get_keys_cb (gpointer data)
{
  return ((Device *) data)->keys;
}

static void
asked_cb (const char *device, gpointer data)
{
}

static void
moved_cb (gpointer data)
{
}

static void
joined_cb (const guint8 account_key[FLOW_SECRET_KEY_SIZE], guint round, gpointer data)
{
  ((Device *) data)->joined = round;
}

static void
device_init (Device *self, const char *id)
{
  static const FlowSyncPairingFuncs funcs = { send_cb, get_keys_cb, asked_cb, moved_cb, joined_cb };

  *self = (Device) { .id = id, .letters = G_QUEUE_INIT };
  self->pairing = flow_sync_pairing_new (&funcs, self);
  flow_sync_pairing_set_device (self->pairing, id);
}

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  g_free (letter->kind);
  g_bytes_unref (letter->body);
  g_free (letter);
}

static void
device_clear (Device *self)
{
  flow_sync_pairing_free (self->pairing);
  g_clear_pointer (&self->keys, flow_secret_keys_unref);
  g_queue_clear_full (&self->letters, letter_free);
}

static void
set_up (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char **words = NULL;

  device_init (&world->desk, DESK);
  device_init (&world->laptop, LAPTOP);
  world->desk.keys = flow_secret_keys_create ("a passphrase for it", NULL, &words, &error);
  g_assert_no_error (error);
  flow_recovery_words_free (words);
}

static void
tear_down (World *world, gconstpointer data)
{
  device_clear (&world->desk);
  device_clear (&world->laptop);
}

static JsonObject *
look (Device *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  FlowJsonWriter writer;
  JsonObject *object;

  flow_json_writer_init (&writer, text);
  flow_json_writer_begin_object (&writer);
  flow_sync_pairing_write (self->pairing, NULL, &writer);
  flow_json_writer_end_object (&writer);
  object = flow_json_read_object (text->str, text->len, NULL);
  g_assert_nonnull (object);
  return object;
}

static void
assert_state (Device *self, const char *state, const char *reason)
{
  g_autoptr (JsonObject) object = look (self);

  g_assert_cmpstr (flow_json_get_string (object, "state"), ==, state);
  g_assert_cmpstr (flow_json_get_string (object, "reason"), ==, reason);
}

/* What a device has sent is in the mailbox; the other one gets it. */
static void
deliver (Device *from, Device *to)
{
  Letter *letter;

  while ((letter = g_queue_pop_head (&from->letters)) != NULL)
    {
      flow_sync_pairing_sent (from->pairing, letter->round, NULL);
      flow_sync_pairing_receive (to->pairing, from->id, letter->kind, letter->body);
      letter_free (letter);
    }
}

static void
deliver_all (World *world)
{
  while (!g_queue_is_empty (&world->desk.letters) || !g_queue_is_empty (&world->laptop.letters))
    {
      deliver (&world->desk, &world->laptop);
      deliver (&world->laptop, &world->desk);
    }
}

static void
offer (Device *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (flow_sync_pairing_offer (self->pairing, &error));
  g_assert_no_error (error);
}

static GError *
make_error (const char *message)
{
  return g_error_new_literal (FLOW_ERROR, FLOW_ERROR_OFFLINE, message);
}

static void
type_code (World *world)
{
  g_autoptr (JsonObject) shown = NULL;
  g_autoptr (GError) error = NULL;

  offer (&world->desk);
  shown = look (&world->desk);
  deliver_all (world);
  g_assert_true (flow_sync_pairing_accept (world->laptop.pairing, flow_json_get_string (shown, "code"), &error));
  g_assert_no_error (error);
}

/* A code that is right is no key that is kept. */
static void
test_code (World *world, gconstpointer data)
{
  g_autoptr (GError) error = make_error ("the network is gone");

  type_code (world);
  g_assert_cmpuint (world->laptop.joined, !=, 0);
  assert_state (&world->laptop, "opening", NULL);
  flow_sync_pairing_joined (world->laptop.pairing, world->laptop.joined, error);
  assert_state (&world->laptop, "failed", "the network is gone");
  type_code (world);
  flow_sync_pairing_joined (world->laptop.pairing, world->laptop.joined - 1, error);
  assert_state (&world->laptop, "opening", NULL);
  flow_sync_pairing_joined (world->laptop.pairing, world->laptop.joined, NULL);
  assert_state (&world->laptop, "done", NULL);
}

static void
compare_digits (World *world)
{
  g_autoptr (GError) error = NULL;

  offer (&world->laptop);
  deliver_all (world);
  assert_state (&world->desk, "asked", NULL);
  g_assert_true (flow_sync_pairing_accept (world->desk.pairing, NULL, &error));
  deliver_all (world);
  assert_state (&world->desk, "compare", NULL);
  assert_state (&world->laptop, "compare", NULL);
  g_assert_true (flow_sync_pairing_confirm (world->laptop.pairing, &error));
  deliver_all (world);
  g_assert_true (flow_sync_pairing_confirm (world->desk.pairing, &error));
  g_assert_no_error (error);
}

static void
test_digits (World *world, gconstpointer data)
{
  compare_digits (world);
  assert_state (&world->desk, "confirmed", NULL);
  deliver_all (world);
  assert_state (&world->desk, "done", NULL);
  assert_state (&world->laptop, "opening", NULL);
  flow_sync_pairing_joined (world->laptop.pairing, world->laptop.joined, NULL);
  assert_state (&world->laptop, "done", NULL);
}

/* Nobody waits for an answer to what was never sent, and what comes too late ends nothing else. */
static void
test_unsent (World *world, gconstpointer data)
{
  g_autoptr (GError) error = make_error ("the network is gone");
  Letter *letter;
  guint before;

  offer (&world->laptop);
  letter = g_queue_pop_head (&world->laptop.letters);
  before = letter->round;
  flow_sync_pairing_sent (world->laptop.pairing, letter->round, error);
  letter_free (letter);
  assert_state (&world->laptop, "failed", "the network is gone");
  offer (&world->laptop);
  flow_sync_pairing_sent (world->laptop.pairing, before, error);
  assert_state (&world->laptop, "waiting", NULL);
  flow_sync_pairing_cancel (world->laptop.pairing);
  g_queue_clear_full (&world->laptop.letters, letter_free);

  compare_digits (world);
  letter = g_queue_pop_head (&world->desk.letters);
  g_assert_nonnull (letter);
  flow_sync_pairing_sent (world->desk.pairing, letter->round, error);
  letter_free (letter);
  assert_state (&world->desk, "failed", "the network is gone");
}

#define ADD(path, func) g_test_add ("/hub/sync/sync-pairing/" path, World, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("code", test_code);
  ADD ("digits", test_digits);
  ADD ("unsent", test_unsent);
  return g_test_run ();
}
