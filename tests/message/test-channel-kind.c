/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "message/flow-channel-kind.h"

static void
test_names (void)
{
  for (guint i = 0; i < FLOW_N_CHANNEL_KINDS; i++)
    {
      const char *name = flow_channel_kind_get_name (i);
      FlowChannelKind kind;

      g_assert_true (flow_channel_kind_from_name (name, strlen (name), &kind));
      g_assert_cmpuint (kind, ==, i);
      g_assert_false (flow_channel_kind_from_name (name, strlen (name) - 1, NULL));
    }
  g_assert_false (flow_channel_kind_from_name ("", 0, NULL));
  g_assert_false (flow_channel_kind_from_name ("vim", 3, NULL));
}

static void
test_split (void)
{
  static const struct
  {
    const char *name;
    gboolean valid;
    FlowChannelKind kind;
    const char *instance;
  } cases[] = {
    { "editor", TRUE, FLOW_CHANNEL_KIND_EDITOR, NULL },
    { "editor/nvim-1", TRUE, FLOW_CHANNEL_KIND_EDITOR, "nvim-1" },
    { FLOW_CHANNEL_HUB, TRUE, FLOW_CHANNEL_KIND_DESKTOP_APP, "hub" },
    { "cli/A.b_9", TRUE, FLOW_CHANNEL_KIND_CLI, "A.b_9" },
    { "editor/", FALSE },
    { "/a", FALSE },
    { "", FALSE },
    { "vim/a", FALSE },
    { "editor/a/b", FALSE },
    { "editor/a b", FALSE },
    { "editor/\xc3\xa4", FALSE },
    { "editor/0123456789012345678901234567890123456789012345678901234567890123", TRUE, FLOW_CHANNEL_KIND_EDITOR,
      "0123456789012345678901234567890123456789012345678901234567890123" },
    { "editor/01234567890123456789012345678901234567890123456789012345678901234", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *instance = "untouched";
      FlowChannelKind kind;

      g_test_message ("%s", cases[i].name);
      g_assert_cmpint (flow_channel_name_split (cases[i].name, &kind, &instance), ==, cases[i].valid);
      if (!cases[i].valid)
        continue;
      g_assert_cmpint (kind, ==, cases[i].kind);
      g_assert_cmpstr (instance, ==, cases[i].instance);
    }
}

static void
test_serves (void)
{
  g_assert_true (flow_channel_kind_serves (FLOW_CHANNEL_KIND_EDITOR, FLOW_CHANNEL_KIND_EDITOR));
  g_assert_true (flow_channel_kind_serves (FLOW_CHANNEL_KIND_VSCODE_EXTENSION, FLOW_CHANNEL_KIND_EDITOR));
  g_assert_false (flow_channel_kind_serves (FLOW_CHANNEL_KIND_EDITOR, FLOW_CHANNEL_KIND_VSCODE_EXTENSION));
  g_assert_false (flow_channel_kind_serves (FLOW_CHANNEL_KIND_CLI, FLOW_CHANNEL_KIND_EDITOR));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/message/channel-kind/names", test_names);
  g_test_add_func ("/message/channel-kind/split", test_split);
  g_test_add_func ("/message/channel-kind/serves", test_serves);
  return g_test_run ();
}
