/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The hub is killed between telling somebody of a letter and keeping it. Who typed it and who had heard of it come back
 * in any order, have typed on, and the letter is there once.
 */

#include "edit-test.h"

#include "text/flow-text-operation-json.h"

#define URL "https://example.org/page"

typedef struct
{
  const char *kept;
  const char *operation;   /* the author's, not kept */
  const char *author_text; /* he typed on without a hub */
  const char *own;         /* (nullable): what the other one did without a hub */
  const char *other_text;
  const char *expected;
} Case;

static const Case cases[] = {
  { "", "[\"kept\"]", "kept", "[4,\", and typed\"]", "kept, and typed", "kept, and typed" },
  { "he", "[2,\"l\"]", "hello", NULL, "hel", "hello" },
  { "he", "[2,\"l\"]", "hello", "[\"X\"]", "Xhel", "Xhello" },
  { "he", "[2,\"l\"]", "hel", "[3,\"p\"]", "help", "help" },
  { "hem", "[2,{\"d\":1}]", "hero", NULL, "he", "hero" },
  { "hem", "[2,{\"d\":1}]", "hero", "[\"X\"]", "Xhe", "Xhero" },
  { "one two", "[3,{\"d\":4}]", "one", "[3,\" three\"]", "one three", "one three" },
};

typedef struct
{
  gboolean author_first;
  FlowEditStyle style; /* of who had heard of it */
} Order;

static const Order orders[] = {
  { TRUE, FLOW_EDIT_DELTA },
  { FALSE, FLOW_EDIT_DELTA },
  { TRUE, FLOW_EDIT_WHOLE },
  { FALSE, FLOW_EDIT_WHOLE },
};

static FlowTextOperation *
operation_of (const char *json)
{
  FlowTextOperation *operation = flow_text_operation_from_json (json, -1, NULL);

  g_assert_nonnull (operation);
  return operation;
}

static FlowEditSession *
come_back (TestEnd *end, const char *text, const char *id, guint64 revision, const char *operation)
{
  g_autoptr (FlowTextOperation) pending = operation != NULL ? operation_of (operation) : NULL;
  const FlowEditResume resume = { id,     revision, TRUE, pending != NULL ? "1" : NULL, pending != NULL ? revision : 0,
                                  pending };
  g_auto (FlowEditOpened) opened = { 0 };

  return test_end_resume (end, URL, "f", text, &resume, &opened);
}

static void
run (EditTest *f, const Case *one, const Order *order)
{
  g_autoptr (TestEnd) author = test_end_new (f, FLOW_EDIT_PAGE, FLOW_EDIT_DELTA, "a", "page");
  g_autoptr (TestEnd) other = test_end_new (f, FLOW_EDIT_EDITOR, order->style, "o", "editor");
  g_autoptr (TestEnd) author_again = test_end_new (f, FLOW_EDIT_PAGE, FLOW_EDIT_DELTA, "a", "page");
  g_autoptr (TestEnd) other_again = test_end_new (f, FLOW_EDIT_EDITOR, order->style, "o", "editor");
  FlowEditSession *session = test_end_request (author, URL, "f", one->kept);
  g_autofree char *id = g_strdup (flow_edit_session_get_id (session));
  const char *own = order->style == FLOW_EDIT_DELTA ? one->own : NULL;

  test_end_attach (other, session);
  edit_test_settle (f);
  test_end_change (author, one->operation, "1");
  g_assert_cmpuint (other->revision, >, author->revision);
  edit_test_crash (f);
  f->clock.now_us += G_USEC_PER_SEC;
  edit_test_open (f);

  g_test_message ("“%s” %s: “%s” and “%s”", one->kept, one->operation, one->author_text, one->other_text);
  if (order->author_first)
    come_back (author_again, one->author_text, id, author->revision, one->operation);
  come_back (other_again, one->other_text, id, other->revision, own);
  if (!order->author_first)
    come_back (author_again, one->author_text, id, author->revision, one->operation);
  edit_test_settle (f);
  edit_test_wait_ms (f, 100);
  assert_text (flow_edits_find (f->edits, id), one->expected);
  test_end_assert_text (author_again, one->expected);
  test_end_assert_text (other_again, one->expected);
}

static void
test_once (EditTest *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      run (f, &cases[i], data);
      edit_test_tear_down (f, NULL);
      edit_test_set_up (f, NULL);
    }
}

#define ADD(name, order) \
  g_test_add ("/edit/shared/" name, EditTest, &orders[order], edit_test_set_up, test_once, edit_test_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("author-first", 0);
  ADD ("other-first", 1);
  ADD ("author-first-whole", 2);
  ADD ("other-first-whole", 3);
  return g_test_run ();
}
