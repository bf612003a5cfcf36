/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A text in a world without luck: two or three who have it, some by whole texts and some by operations, whose messages
 * come late, who lose their connection and come back, while the journal is slow, and at times the hub is killed.
 * Whatever the seed, in the end all have the same text, and every word that anybody put in is in it.
 */

#include "edit-test.h"

#include <string.h>

#include "text/flow-text-client.h"
#include "text/flow-text-diff.h"

/* What watches every access takes ten times as long. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SEEDS 2000
#else
#define SEEDS 10000
#endif
#define STEPS 100
#define MAX_PEERS 3
/* A peer's operations of one life have numbers below this. */
#define LIFE 1000
#define URL "https://example.org/page"
/* What a word begins with that no other does. */
#define MARK "Q%uZ"
#define FIRST "The quick brown fox\njumps over\nthe lazy dog\n"

/* A message on its way, to the hub or from it. */
typedef struct
{
  FlowEditPushKind kind;
  FlowText *text;
  FlowTextOperation *operation;
  guint64 revision;
  guint64 number;
} Mail;

typedef struct _World World;

/* Somebody who has the text. */
typedef struct
{
  World *world;
  const char *name;
  FlowEditSide side;
  FlowEditStyle style;
  gboolean echoes;
  FlowEditEndpoint *endpoint; /* (nullable): he is connected */
  gboolean is_lost;           /* he must ask for the text anew */
  FlowText *text;             /* of a WHOLE one */
  guint64 revision;           /* which a WHOLE one was told last */
  FlowTextClient *client;     /* of a DELTA one */
  gboolean is_overwritten;    /* a WHOLE one took a text while one of his own was on its way: only that has his words */
  char *word;                 /* (nullable): which he began last */
  guint life;                 /* how often it began anew; its operations have other names then */
  GQueue in;                  /* of Mail */
  GQueue out;
} Peer;

struct _World
{
  EditTest test;
  GRand *rand;
  char *id;
  Peer peers[MAX_PEERS];
  guint n_peers;
  GPtrArray *words;
  gboolean crashes;
  gboolean has_whole;
};

static guint
pick (World *world, guint n)
{
  return (guint) g_rand_int_range (world->rand, 0, (gint32) n);
}

static gboolean
chance (World *world, guint percent)
{
  return pick (world, 100) < percent;
}

static void
mail_free (gpointer data)
{
  Mail *mail = data;

  g_clear_pointer (&mail->text, flow_text_unref);
  g_clear_pointer (&mail->operation, flow_text_operation_unref);
  g_free (mail);
}

static Mail *
mail_new (FlowEditPushKind kind, FlowText *text, FlowTextOperation *operation, guint64 revision, guint64 number)
{
  Mail *mail = g_new (Mail, 1);

  *mail = (Mail) { kind, text != NULL ? flow_text_ref (text) : NULL,
                   operation != NULL ? flow_text_operation_ref (operation) : NULL, revision, number };
  return mail;
}

static FlowText *
peer_text (Peer *peer)
{
  return peer->style == FLOW_EDIT_WHOLE ? peer->text : flow_text_client_get_text (peer->client);
}

static void
set_text (Peer *peer, FlowText *text)
{
  flow_text_ref (text);
  g_clear_pointer (&peer->text, flow_text_unref);
  peer->text = text;
}

static void
push_cb (FlowEditEndpoint *endpoint, const FlowEditPush *push, gpointer data)
{
  Peer *peer = data;

  if (push->kind == FLOW_EDIT_PUSH_TEXT || push->kind == FLOW_EDIT_PUSH_OPERATION || push->kind == FLOW_EDIT_PUSH_ACK)
    g_queue_push_tail (&peer->in, mail_new (push->kind, push->text, push->operation, push->revision,
                                            push->op_id != NULL ? g_ascii_strtoull (push->op_id, NULL, 10) : 0));
}

static void
detached_cb (FlowEditEndpoint *endpoint, gpointer data)
{
}

static FlowEditSession *
session_of (World *world)
{
  return world->id != NULL ? flow_edits_find (world->test.edits, world->id) : NULL;
}

static void
send_text (Peer *peer)
{
  if (peer->endpoint != NULL)
    g_queue_push_tail (&peer->out, mail_new (FLOW_EDIT_PUSH_TEXT, peer->text, NULL, 0, 0));
}

static void
send_operation (Peer *peer)
{
  FlowTextOperation *operation;
  guint64 base;
  guint64 number;

  if (peer->endpoint == NULL || (operation = flow_text_client_next (peer->client, &base, &number)) == NULL)
    return;
  g_queue_push_tail (&peer->out,
                     mail_new (FLOW_EDIT_PUSH_OPERATION, NULL, operation, base, peer->life * LIFE + number));
}

/* The hub gets the next message of a peer. */
static void
deliver_out (Peer *peer)
{
  Mail *mail = g_queue_pop_head (&peer->out);
  FlowEditSession *session = session_of (peer->world);
  g_autofree char *op_id = NULL;
  g_autoptr (GError) error = NULL;

  if (mail == NULL)
    return;
  if (peer->out.length == 0)
    peer->is_overwritten = FALSE;
  op_id = g_strdup_printf ("%" G_GUINT64_FORMAT, mail->number);
  if (mail->kind == FLOW_EDIT_PUSH_TEXT)
    flow_edit_session_take_text (session, peer->endpoint, mail->text, NULL, &error);
  else
    flow_edit_session_take_operation (session, peer->endpoint, mail->revision, mail->operation, op_id, NULL, &error);
  g_assert_no_error (error);
  mail_free (mail);
}

/* A peer gets the next message of the hub. */
static void
deliver_in (Peer *peer)
{
  Mail *mail;
  g_autoptr (GError) error = NULL;

  /* Where the hub may be killed a whole text of his own must have arrived before he lets it go. */
  if (peer->world->crashes && peer->style == FLOW_EDIT_WHOLE && peer->out.length > 0)
    return;
  mail = g_queue_pop_head (&peer->in);

  if (mail == NULL)
    return;
  if (peer->style == FLOW_EDIT_WHOLE)
    {
      peer->is_overwritten |= peer->out.length > 0;
      set_text (peer, mail->text);
      peer->revision = mail->revision;
      if (peer->echoes)
        send_text (peer);
    }
  else if (mail->kind == FLOW_EDIT_PUSH_OPERATION)
    flow_text_client_receive (peer->client, mail->revision, mail->operation, NULL, &error);
  else
    {
      g_assert_cmpint (mail->kind, ==, FLOW_EDIT_PUSH_ACK);
      flow_text_client_acknowledge (peer->client, mail->revision, mail->number % LIFE, &error);
      send_operation (peer);
    }
  g_assert_no_error (error);
  mail_free (mail);
}

static void
disconnect (Peer *peer, gboolean tell)
{
  if (peer->endpoint == NULL)
    return;
  while (tell && peer->is_overwritten && peer->out.length > 0)
    deliver_out (peer);
  peer->is_overwritten = FALSE;
  if (tell && flow_edit_endpoint_get_session (peer->endpoint) != NULL)
    flow_edit_session_detach (session_of (peer->world), peer->endpoint, FLOW_EDIT_LOST);
  g_clear_pointer (&peer->endpoint, flow_edit_endpoint_unref);
  g_queue_clear_full (&peer->in, mail_free);
  g_queue_clear_full (&peer->out, mail_free);
}

/* What the answer to a request says. */
static void
take_answer (Peer *peer, const FlowEditOpened *opened)
{
  g_autoptr (GError) error = NULL;

  if (peer->revision == 0 || peer->style == FLOW_EDIT_DELTA)
    peer->revision = opened->revision;
  if (peer->style == FLOW_EDIT_WHOLE)
    return;
  if (opened->changes == NULL)
    {
      g_clear_pointer (&peer->client, flow_text_client_free);
      peer->client = flow_text_client_new (opened->text, opened->revision);
      peer->life++;
      return;
    }
  for (guint i = 0; i < opened->changes->len; i++)
    {
      const FlowEditChange *change = g_ptr_array_index (opened->changes, i);

      if (change->op_id[0] != '\0')
        flow_text_client_acknowledge (peer->client, change->revision, g_ascii_strtoull (change->op_id, NULL, 10) % LIFE,
                                      &error);
      else
        flow_text_client_receive (peer->client, change->revision, change->operation, NULL, &error);
      g_assert_no_error (error);
    }
  send_operation (peer);
}

static const FlowEditEndpointFuncs funcs = { push_cb, detached_cb };

/* An editor gets the text from the hub. */
static void
attach_peer (Peer *peer)
{
  FlowEditSession *session = session_of (peer->world);
  FlowText *text = flow_edit_session_get_text (session);
  g_autoptr (GError) error = NULL;

  peer->revision = flow_edit_session_get_revision (session);
  if (peer->style == FLOW_EDIT_WHOLE)
    set_text (peer, text);
  else
    peer->client = flow_text_client_new (text, peer->revision);
  peer->endpoint = flow_edit_endpoint_new (peer->side, peer->style, peer->name, "test", peer->name, &funcs, peer);
  flow_edit_session_attach (session, peer->endpoint, &error);
  g_assert_no_error (error);
  flow_edit_session_opened (session, peer->endpoint);
}

static void
connect_peer (Peer *peer)
{
  World *world = peer->world;
  FlowEditResume resume = { .id = world->id, .has_revision = TRUE, .revision = peer->revision };
  const FlowEditField field = { .id = "f" };
  FlowEditOpening opening = { .field = &field, .url = URL, .no_editor = TRUE };
  g_auto (FlowEditOpened) opened = { 0 };
  g_autofree char *op_id = NULL;
  g_autoptr (GError) error = NULL;
  guint64 number = 0;

  if (peer->revision == 0 && world->id != NULL && session_of (world) != NULL)
    {
      attach_peer (peer);
      return;
    }
  opening.text = peer_text (peer);
  if (world->id != NULL)
    opening.resume = &resume;
  if (peer->style == FLOW_EDIT_DELTA)
    {
      resume.revision = flow_text_client_get_revision (peer->client);
      resume.operation = flow_text_client_get_pending (peer->client, &resume.base, &number);
      op_id = g_strdup_printf ("%" G_GUINT64_FORMAT, peer->life * LIFE + number);
      resume.op_id = op_id;
    }
  resume.has_revision = resume.revision != 0;
  peer->endpoint = flow_edit_endpoint_new (peer->side, peer->style, peer->name, "test", peer->name, &funcs, peer);
  flow_edits_open (world->test.edits, &opening, peer->endpoint, &opened, &error);
  g_assert_no_error (error);
  if (world->id == NULL)
    world->id = g_strdup (flow_edit_session_get_id (opened.session));
  g_assert_cmpstr (flow_edit_session_get_id (opened.session), ==, world->id);
  take_answer (peer, &opened);
}

/* Where words begin, and the end. */
static gsize
pick_place (World *world, const char *text)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (gsize));
  gsize i;

  for (i = 0; text[i] != '\0'; i++)
    if (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\n')
      g_array_append_val (places, i);
  g_array_append_val (places, i);
  return g_array_index (places, gsize, pick (world, places->len));
}

/* Letters after the part of a word that no other has. */
static char *
new_letters (World *world)
{
  g_autofree char *letters = g_strnfill (1 + pick (world, 4), 'a');

  for (char *at = letters; *at != '\0'; at++)
    *at = (char) ('a' + pick (world, 26));
  return g_steal_pointer (&letters);
}

static FlowTextOperation *
begin_word (Peer *peer)
{
  World *world = peer->world;
  g_autofree char *letters = new_letters (world);
  char *word = g_strdup_printf (MARK "%s", world->words->len, letters);
  g_autofree char *typed = g_strconcat (word, chance (world, 20) ? "\n" : " ", NULL);

  peer->word = word;
  g_ptr_array_add (world->words, word);
  return flow_text_operation_new_replace (pick_place (world, flow_text_get_data (peer_text (peer))), 0, typed, -1);
}

/* Of three of whom each brings back what the hub did not keep, or of one who does not hear what it kept, words are
 * known again only as a whole. */
static gboolean
types_letters (World *world)
{
  return !world->crashes || (world->n_peers == 2 && !world->has_whole);
}

/* What he began gets more letters, also after he was away. Returns: (nullable): his text is one without it so far. */
static FlowTextOperation *
go_on_with_word (Peer *peer)
{
  World *world = peer->world;
  const char *text = flow_text_get_data (peer_text (peer));
  const char *at = peer->word != NULL ? strstr (text, peer->word) : NULL;
  g_autofree char *letters = NULL;
  guint index;
  gsize place;

  if (at == NULL)
    return NULL;
  letters = new_letters (world);
  place = (gsize) (at - text) + strlen (peer->word);
  g_assert_true (g_ptr_array_find (world->words, peer->word, &index));
  peer->word = g_strconcat (peer->word, letters, NULL);
  g_free (world->words->pdata[index]);
  world->words->pdata[index] = peer->word;
  return flow_text_operation_new_replace (place, 0, letters, -1);
}

/* A peer puts a word in, or more of one. */
static void
type (Peer *peer)
{
  g_autoptr (FlowTextOperation) operation = types_letters (peer->world) && chance (peer->world, 50)
                                                ? go_on_with_word (peer)
                                                : NULL;
  g_autoptr (FlowText) after = NULL;
  g_autoptr (GError) error = NULL;

  if (operation == NULL)
    operation = begin_word (peer);
  if (peer->style == FLOW_EDIT_DELTA)
    {
      flow_text_client_change (peer->client, operation, &error);
      send_operation (peer);
    }
  else
    {
      after = flow_text_operation_apply (operation, peer->text, &error);
      set_text (peer, after);
      send_text (peer);
    }
  g_assert_no_error (error);
}

static void
crash (World *world)
{
  /* Who speaks by operations knows what has not been kept, and brings it back; a whole text is taken or it is not. */
  if (world->has_whole)
    test_journal_commit_all (world->test.journal);
  for (guint i = 0; i < world->n_peers; i++)
    disconnect (&world->peers[i], FALSE);
  edit_test_crash (&world->test);
  world->test.clock.now_us += G_USEC_PER_SEC;
  edit_test_open (&world->test);
}

static void
step (World *world)
{
  Peer *peer = &world->peers[pick (world, world->n_peers)];
  guint what = pick (world, 100);

  if (what < 20 && peer->revision != 0)
    type (peer);
  else if (what < 45)
    deliver_out (peer);
  else if (what < 70)
    deliver_in (peer);
  else if (what < 82)
    test_journal_commit (world->test.journal);
  else if (what < 90)
    edit_test_wait_ms (&world->test, pick (world, 40));
  else if (what < 93)
    disconnect (peer, TRUE);
  else if (what < 99)
    {
      if (peer->endpoint == NULL && (peer->revision != 0 || session_of (world) != NULL))
        connect_peer (peer);
    }
  else if (world->crashes && test_journal_count (world->test.journal) > 0)
    crash (world);
}

static gboolean
is_quiet (World *world)
{
  for (guint i = 0; i < world->n_peers; i++)
    if (world->peers[i].in.length > 0 || world->peers[i].out.length > 0)
      return FALSE;
  return test_journal_get_waiting (world->test.journal) == 0;
}

/* All come back, and all that is under way arrives. */
static void
drain (World *world)
{
  for (guint i = 0; i < world->n_peers; i++)
    if (world->peers[i].endpoint == NULL)
      connect_peer (&world->peers[i]);
  for (guint turn = 0; turn < 5 || !is_quiet (world); turn++)
    {
      g_assert_cmpuint (turn, <, 1000);
      for (guint i = 0; i < world->n_peers; i++)
        {
          while (world->peers[i].out.length > 0)
            deliver_out (&world->peers[i]);
          deliver_in (&world->peers[i]);
        }
      test_journal_commit_all (world->test.journal);
      /* The longest pause before somebody is told again who does not show what he was told. */
      edit_test_wait_ms (&world->test, 2100);
    }
}

/* Returns: whether all is as it should be. */
static gboolean
check (World *world, guint seed)
{
  const char *text = flow_text_get_data (flow_edit_session_get_text (session_of (world)));
  gboolean ok = TRUE;

  for (guint i = 0; i < world->n_peers; i++)
    {
      const char *other = flow_text_get_data (peer_text (&world->peers[i]));

      if (strcmp (other, text) == 0)
        continue;
      g_test_message ("seed %u: %s has “%s”, the hub “%s”", seed, world->peers[i].name, other, text);
      ok = FALSE;
    }
  for (guint i = 0; i < world->words->len; i++)
    {
      const char *word = g_ptr_array_index (world->words, i);
      g_autofree char *mark = g_strdup_printf (MARK, i);
      const char *first = strstr (text, mark);

      /* It is there as a whole, and nothing is there of it but that. */
      if (first != NULL && g_str_has_prefix (first, word) && strstr (first + 1, mark) == NULL)
        continue;
      g_test_message ("seed %u: “%s” is %s in “%s”", seed, word,
                      first == NULL                      ? "lost"
                      : strstr (first + 1, mark) != NULL ? "twice"
                                                         : "not whole",
                      text);
      ok = FALSE;
    }
  return ok;
}

static void
world_init (World *world, guint seed)
{
  static const char *const names[] = { "one", "two", "three" };
  g_autoptr (FlowText) first = text_of (FIRST);

  *world = (World) { .rand = g_rand_new_with_seed (seed) };
  edit_test_set_up (&world->test, NULL);
  world->words = g_ptr_array_new_with_free_func (g_free);
  world->n_peers = 2 + pick (world, 2);
  world->crashes = chance (world, 20);
  for (guint i = 0; i < world->n_peers; i++)
    {
      Peer *peer = &world->peers[i];

      peer->world = world;
      peer->name = names[i];
      peer->side = i == 0 ? FLOW_EDIT_PAGE : FLOW_EDIT_EDITOR;
      peer->style = chance (world, 50) ? FLOW_EDIT_DELTA : FLOW_EDIT_WHOLE;
      world->has_whole |= peer->style == FLOW_EDIT_WHOLE;
      peer->echoes = chance (world, 70);
    }
  set_text (&world->peers[0], first);
  if (world->peers[0].style == FLOW_EDIT_DELTA)
    world->peers[0].client = flow_text_client_new (first, 0);
  connect_peer (&world->peers[0]);
}

static void
world_clear (World *world)
{
  for (guint i = 0; i < world->n_peers; i++)
    {
      Peer *peer = &world->peers[i];

      disconnect (peer, TRUE);
      g_clear_pointer (&peer->text, flow_text_unref);
      g_clear_pointer (&peer->client, flow_text_client_free);
    }
  edit_test_tear_down (&world->test, NULL);
  g_ptr_array_unref (world->words);
  g_rand_free (world->rand);
  g_free (world->id);
}

static void
run (guint seed)
{
  World world;

  world_init (&world, seed);
  for (guint i = 0; i < STEPS; i++)
    step (&world);
  drain (&world);
  if (!check (&world, seed))
    g_test_fail ();
  world_clear (&world);
}

static void
test_all_converge (void)
{
  const char *only = g_getenv ("FLOW_SEED");

  if (only != NULL)
    run ((guint) g_ascii_strtoull (only, NULL, 10));
  for (guint seed = 0; only == NULL && seed < SEEDS; seed++)
    run (seed);
}

/* A peer makes another word of one. */
static char *
replace_word (Peer *peer, const char *word)
{
  World *world = peer->world;
  char *other = g_strnfill (9, (char) ('A' + pick (world, 26)));
  const char *text = flow_text_get_data (peer_text (peer));
  g_autoptr (FlowTextOperation) operation = flow_text_operation_new_replace ((gsize) (strstr (text, word) - text),
                                                                             strlen (word), other, -1);
  g_autoptr (FlowText) after = flow_text_operation_apply (operation, peer_text (peer), NULL);

  if (peer->style == FLOW_EDIT_WHOLE)
    {
      set_text (peer, after);
      send_text (peer);
      return other;
    }
  g_assert_true (flow_text_client_change (peer->client, operation, NULL));
  send_operation (peer);
  return other;
}

/* Two make different words of the same one before either hears of the other: both versions are there to choose from. */
static void
overlap (guint seed)
{
  static const char *const words[] = { "quick", "fox", "jumps", "lazy" };
  World world;
  FlowEditSession *session;
  const char *word;
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  const char *text;

  world_init (&world, seed);
  connect_peer (&world.peers[1]);
  session = session_of (&world);
  word = words[pick (&world, G_N_ELEMENTS (words))];
  one = replace_word (&world.peers[0], word);
  two = replace_word (&world.peers[1], word);
  if (strcmp (one, two) != 0)
    {
      drain (&world);
      text = flow_text_get_data (flow_edit_session_get_text (session));
      g_assert_cmpuint (flow_edit_session_get_state (session), ==, FLOW_EDIT_STATE_CONFLICT);
      g_assert_nonnull (strstr (text, one));
      g_assert_nonnull (strstr (text, two));
      g_assert_true (flow_edit_session_resolve (session, chance (&world, 50), NULL));
      text = flow_text_get_data (flow_edit_session_get_text (session));
      g_assert_true ((strstr (text, one) != NULL) != (strstr (text, two) != NULL));
      drain (&world);
      g_assert_true (check (&world, seed));
    }
  world_clear (&world);
}

static void
test_overlap_is_a_conflict (void)
{
  for (guint seed = 0; seed < SEEDS / 5; seed++)
    overlap (seed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/simulation/all-converge", test_all_converge);
  g_test_add_func ("/edit/simulation/overlap-is-a-conflict", test_overlap_is_a_conflict);
  return g_test_run ();
}
