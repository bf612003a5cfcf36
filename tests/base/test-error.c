/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "base/flow-error.h"

#include <string.h>

static void
test_table (void)
{
  for (int i = 0; i < FLOW_N_ERRORS; i++)
    {
      const FlowErrorInfo *info = flow_error_info ((FlowError) i);
      FlowError back;

      g_assert_cmpint (strlen (info->code), >, 0);
      g_assert_cmpint (strlen (info->advice), >, 0);
      g_assert_cmpint (info->http_status, >=, 400);
      g_assert_cmpint (info->http_status, <=, 599);
      g_assert_cmpint (info->close_code, >=, 1000);
      g_assert_cmpint (info->close_code, <=, 4499);
      g_assert_true (flow_error_from_code (info->code, &back));
      g_assert_cmpint (back, ==, i);
    }
}

static void
test_literals (void)
{
  g_assert_cmpstr (flow_error_info (FLOW_ERROR_TOO_LARGE)->code, ==, "too_large");
  g_assert_cmpint (flow_error_info (FLOW_ERROR_TOO_LARGE)->http_status, ==, 413);
  g_assert_cmpint (flow_error_info (FLOW_ERROR_TOO_LARGE)->close_code, ==, 1009);
  g_assert_cmpint (flow_error_info (FLOW_ERROR_MISDIRECTED)->http_status, ==, 421);
}

static void
test_unknown (void)
{
  FlowError error = FLOW_ERROR_BUSY;

  g_assert_cmpstr (flow_error_info ((FlowError) FLOW_N_ERRORS)->code, ==, "failed");
  g_assert_cmpstr (flow_error_info ((FlowError) -1)->code, ==, "failed");
  g_assert_false (flow_error_from_code ("no_such_code", &error));
  g_assert_cmpint (error, ==, FLOW_ERROR_BUSY);
}

static void
test_foreign (void)
{
  g_autoptr (GError) ours = g_error_new_literal (FLOW_ERROR, FLOW_ERROR_DISK_FULL, "full");
  g_autoptr (GError) foreign = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOSPC, "full");

  g_assert_cmpstr (flow_error_info_for (ours)->code, ==, "disk_full");
  g_assert_cmpstr (flow_error_info_for (foreign)->code, ==, "failed");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/error/table", test_table);
  g_test_add_func ("/base/error/literals", test_literals);
  g_test_add_func ("/base/error/unknown", test_unknown);
  g_test_add_func ("/base/error/foreign", test_foreign);
  return g_test_run ();
}
