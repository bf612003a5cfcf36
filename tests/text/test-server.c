/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "base/flow-error.h"
#include "text-random.h"
#include "text/flow-text-client.h"
#include "text/flow-text-server.h"
#include "text/flow-text-transform.h"

#define LIMIT (4 * 1024 * 1024)
#define SEEDS 2000
#define MAX_CLIENTS 3
#define STEPS 60

/* --- Any number of clients, whose messages come late, get lost, and are sent again ------------------- */

typedef struct
{
  FlowTextClient *client;
  char name[8];
  guint64 seen; /* last revision that was delivered to it */
} Peer;

typedef struct
{
  GRand *rand;
  FlowTextServer *server;
  Peer peers[MAX_CLIENTS];
  guint n_peers;
} World;

static void
send_to_server (World *world, Peer *peer, FlowTextOperation *operation, guint64 base, guint64 number)
{
  g_autofree char *op_id = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  g_autoptr (GError) error = NULL;

  flow_text_server_submit (world->server, base, operation, peer->name, op_id, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* The next revision reaches a peer: as an acknowledgement when it is its own. */
static void
deliver (World *world, Peer *peer)
{
  guint64 revision = peer->seen + 1;
  const char *op_id;
  g_autoptr (GError) error = NULL;

  if (revision > flow_text_server_get_revision (world->server))
    return;
  if (g_strcmp0 (flow_text_server_get_client (world->server, revision, &op_id), peer->name) == 0)
    flow_text_client_acknowledge (peer->client, revision, g_ascii_strtoull (op_id, NULL, 10), &error);
  else
    flow_text_client_receive (peer->client, revision, flow_text_server_get_operation (world->server, revision), NULL,
                              &error);
  g_assert_no_error (error);
  peer->seen = revision;
}

static void
try_to_send (World *world, Peer *peer)
{
  guint64 base, number;
  FlowTextOperation *operation = flow_text_client_next (peer->client, &base, &number);

  /* One in four is lost, one in four comes twice. */
  if (operation == NULL || g_rand_int_range (world->rand, 0, 4) == 0)
    return;
  send_to_server (world, peer, operation, base, number);
  if (g_rand_int_range (world->rand, 0, 4) == 0)
    send_to_server (world, peer, operation, base, number);
}

/* After a reconnect what is under way is sent again; the server may have it. */
static void
reconnect (World *world, Peer *peer)
{
  guint64 base, number;
  FlowTextOperation *operation = flow_text_client_get_pending (peer->client, &base, &number);

  if (operation != NULL)
    send_to_server (world, peer, operation, base, number);
}

static void
step (World *world)
{
  Peer *peer = &world->peers[g_rand_int_range (world->rand, 0, (gint32) world->n_peers)];
  g_autoptr (FlowTextOperation) operation = NULL;

  switch (g_rand_int_range (world->rand, 0, 5))
    {
    case 0:
    case 1:
      operation = text_random_operation (world->rand, flow_text_client_get_text (peer->client));
      g_assert_true (flow_text_client_change (peer->client, operation, NULL));
      break;
    case 2:
      try_to_send (world, peer);
      break;
    case 3:
      deliver (world, peer);
      break;
    default:
      if (g_rand_int_range (world->rand, 0, 4) == 0)
        reconnect (world, peer);
    }
}

static void
settle (World *world)
{
  gboolean busy;

  do
    {
      busy = FALSE;
      for (guint i = 0; i < world->n_peers; i++)
        {
          Peer *peer = &world->peers[i];
          guint64 base, number;
          FlowTextOperation *operation;

          while (peer->seen < flow_text_server_get_revision (world->server))
            deliver (world, peer);
          reconnect (world, peer);
          operation = flow_text_client_next (peer->client, &base, &number);
          if (operation != NULL)
            send_to_server (world, peer, operation, base, number);
          busy = busy || !flow_text_client_is_synchronized (peer->client) ||
                 peer->seen < flow_text_server_get_revision (world->server);
        }
    }
  while (busy);
}

static void
run_world (guint32 seed)
{
  World world = { .rand = g_rand_new_with_seed (seed) };
  g_autoptr (FlowText) text = text_random (world.rand, 30);

  world.server = flow_text_server_new (text, 1, LIMIT);
  world.n_peers = 2 + seed % (MAX_CLIENTS - 1);
  for (guint i = 0; i < world.n_peers; i++)
    {
      Peer *peer = &world.peers[i];

      peer->client = flow_text_client_new (text, 1);
      peer->seen = 1;
      g_snprintf (peer->name, sizeof peer->name, "c%u", i);
    }
  for (guint i = 0; i < STEPS; i++)
    step (&world);
  settle (&world);
  for (guint i = 0; i < world.n_peers; i++)
    {
      text_assert_equal (flow_text_client_get_text (world.peers[i].client), flow_text_server_get_text (world.server));
      flow_text_client_free (world.peers[i].client);
    }
  flow_text_server_free (world.server);
  g_rand_free (world.rand);
}

static void
test_converges (void)
{
  for (guint32 seed = 0; seed < SEEDS; seed++)
    run_world (seed);
}

/* --- One by one ------------------------------------------------------------------------------------- */

static FlowTextServer *
new_server (const char *text)
{
  g_autoptr (FlowText) first = text_from (text);

  return flow_text_server_new (first, 1, LIMIT);
}

static guint64
submit (FlowTextServer *server, guint64 base, const char *json, const char *client, const char *op_id)
{
  g_autoptr (FlowTextOperation) operation = text_operation_from (json);
  g_autoptr (GError) error = NULL;
  guint64 revision = 0;

  flow_text_server_submit (server, base, operation, client, op_id, NULL, &revision, &error);
  g_assert_no_error (error);
  return revision;
}

static void
test_first_stands_left (void)
{
  g_autoptr (FlowTextServer) server = new_server ("ab");

  g_assert_cmpuint (submit (server, 1, "[1,\"first\"]", "x", "1"), ==, 2);
  g_assert_cmpuint (submit (server, 1, "[1,\"second\"]", "y", "1"), ==, 3);
  text_assert_is (flow_text_server_get_text (server), "afirstsecondb");
}

static void
test_twice (void)
{
  g_autoptr (FlowTextServer) server = new_server ("");
  g_autoptr (FlowTextOperation) operation = text_operation_from ("[\"a\"]");
  g_autoptr (FlowTextOperation) at_head = NULL;
  guint64 revision;

  g_assert_cmpuint (submit (server, 1, "[\"a\"]", "x", "1"), ==, 2);
  g_assert_cmpuint (submit (server, 2, "[1,\"b\"]", "y", "1"), ==, 3);
  g_assert_true (flow_text_server_submit (server, 1, operation, "x", "1", &at_head, &revision, NULL));
  g_assert_null (at_head);
  g_assert_cmpuint (revision, ==, 2);
  text_assert_is (flow_text_server_get_text (server), "ab");
  flow_text_server_trim (server, 3);
  g_assert_cmpuint (submit (server, 1, "[\"a\"]", "x", "1"), ==, 2);
  g_assert_cmpuint (flow_text_server_find (server, "y", "1"), ==, 3);
  g_assert_cmpuint (flow_text_server_find (server, "y", "2"), ==, 0);
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *client = g_strdup_printf ("c%u", i);

      submit (server, flow_text_server_get_revision (server), "[\"z\"]", client, "1");
    }
  g_assert_cmpuint (flow_text_server_find (server, "c299", "1"), !=, 0);
  g_assert_cmpuint (flow_text_server_find (server, "x", "1"), ==, 0);
}

static void
test_refused (void)
{
  g_autoptr (FlowText) text = text_from ("12345");
  g_autoptr (FlowTextServer) server = flow_text_server_new (text, 1, 8);
  g_autoptr (FlowTextOperation) long_insert = text_operation_from ("[\"6789\"]");
  g_autoptr (FlowTextOperation) no_fit = text_operation_from ("[6,\"x\"]");
  g_autoptr (FlowTextOperation) fits = text_operation_from ("[\"x\"]");
  const struct
  {
    guint64 base;
    FlowTextOperation *operation;
    int code;
  } rows[] = {
    { 1, long_insert, FLOW_ERROR_TOO_LARGE },
    { 1, no_fit, FLOW_ERROR_BAD_REQUEST },
    { 3, fits, FLOW_ERROR_BAD_REQUEST },
    { 0, fits, FLOW_ERROR_EXPIRED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (
          flow_text_server_submit (server, rows[i].base, rows[i].operation, NULL, NULL, NULL, NULL, &error));
      g_assert_error (error, FLOW_ERROR, rows[i].code);
      g_assert_cmpuint (flow_text_server_get_revision (server), ==, 1);
      text_assert_equal (flow_text_server_get_text (server), text);
    }
}

/* Every text that was, from the head back; and what leads from it to the head. */
static void
test_history (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autoptr (FlowTextServer) server = new_server ("some text\n");
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func ((GDestroyNotify) flow_text_unref);
  gsize memory;

  g_ptr_array_add (texts, flow_text_ref (flow_text_server_get_text (server)));
  for (guint i = 0; i < 150; i++)
    {
      g_autoptr (FlowTextOperation) operation = text_random_operation (rand, flow_text_server_get_text (server));

      g_assert_true (flow_text_server_submit (server, flow_text_server_get_revision (server), operation, "c", NULL,
                                              NULL, NULL, NULL));
      g_ptr_array_add (texts, flow_text_ref (flow_text_server_get_text (server)));
    }
  memory = flow_text_server_get_memory (server);
  flow_text_server_trim (server, 11);
  g_assert_cmpuint (flow_text_server_get_memory (server), <, memory);
  g_assert_cmpuint (flow_text_server_get_oldest (server), ==, 11);
  for (guint64 revision = 11; revision <= 151; revision++)
    {
      g_autoptr (FlowText) text = flow_text_server_text_at (server, revision);
      g_autoptr (FlowTextOperation) since = flow_text_server_since (server, revision);
      g_autoptr (FlowText) head = flow_text_operation_apply (since, text, NULL);

      text_assert_equal (text, g_ptr_array_index (texts, revision - 1));
      text_assert_equal (head, flow_text_server_get_text (server));
    }
  g_assert_null (flow_text_server_text_at (server, 10));
  g_assert_null (flow_text_server_since (server, 10));
  g_assert_null (flow_text_server_text_at (server, 152));
  g_assert_null (flow_text_server_get_operation (server, 11));
  g_assert_nonnull (flow_text_server_get_operation (server, 12));
  g_assert_null (flow_text_server_get_client (server, 11, NULL));
}

static void
test_cursor (void)
{
  g_autoptr (FlowTextServer) server = new_server ("hello");

  submit (server, 1, "[\"oh \"]", "x", NULL);
  submit (server, 2, "[8,\"!\"]", "x", NULL);
  g_assert_cmpuint (flow_text_server_transform_index (server, 1, 5), ==, 8);
  g_assert_cmpuint (flow_text_server_transform_index (server, 1, 0), ==, 0);
  g_assert_cmpuint (flow_text_server_transform_index (server, 3, 100), ==, 9);
}

static void
test_client_refuses (void)
{
  g_autoptr (FlowText) text = text_from ("ab");
  g_autoptr (FlowTextClient) client = flow_text_client_new (text, 5);
  g_autoptr (FlowTextOperation) operation = text_operation_from ("[1,\"x\"]");
  g_autoptr (FlowTextOperation) no_fit = text_operation_from ("[9,\"x\"]");
  guint64 base, number;

  g_assert_false (flow_text_client_receive (client, 7, operation, NULL, NULL));
  g_assert_false (flow_text_client_receive (client, 6, no_fit, NULL, NULL));
  g_assert_false (flow_text_client_acknowledge (client, 6, 1, NULL));
  g_assert_false (flow_text_client_change (client, no_fit, NULL));
  g_assert_null (flow_text_client_get_pending (client, &base, &number));
  g_assert_true (flow_text_client_change (client, operation, NULL));
  g_assert_true (flow_text_client_next (client, &base, &number) != NULL);
  g_assert_cmpuint (base, ==, 5);
  g_assert_cmpuint (number, ==, 1);
  g_assert_null (flow_text_client_next (client, &base, &number));
  g_assert_false (flow_text_client_acknowledge (client, 7, 1, NULL));
  g_assert_true (flow_text_client_acknowledge (client, 6, 1, NULL));
  g_assert_true (flow_text_client_is_synchronized (client));
  g_assert_cmpuint (flow_text_client_get_revision (client), ==, 6);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/server/converges", test_converges);
  g_test_add_func ("/text/server/first-stands-left", test_first_stands_left);
  g_test_add_func ("/text/server/twice", test_twice);
  g_test_add_func ("/text/server/refused", test_refused);
  g_test_add_func ("/text/server/history", test_history);
  g_test_add_func ("/text/server/cursor", test_cursor);
  g_test_add_func ("/text/server/client-refuses", test_client_refuses);
  return g_test_run ();
}
