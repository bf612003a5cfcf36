/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-error"

#include "base/flow-error.h"

G_DEFINE_QUARK (flow_error_quark, flow_error)

/**
 * flow_error_info:
 * @error: a code of %FLOW_ERROR; anything out of range counts as %FLOW_ERROR_FAILED
 *
 * Look up what an error means on the wire.
 *
 * Returns: (transfer none): the row of `errors.json`
 */
const FlowErrorInfo *
flow_error_info (FlowError error)
{
  if ((int) error < 0 || (int) error >= FLOW_N_ERRORS)
    return &flow_error_table[FLOW_ERROR_FAILED];
  return &flow_error_table[error];
}

/**
 * flow_error_info_for:
 * @error: any error
 *
 * Look up what an error means on the wire; errors of other domains count as %FLOW_ERROR_FAILED.
 *
 * Returns: (transfer none): the row of `errors.json`
 */
const FlowErrorInfo *
flow_error_info_for (const GError *error)
{
  g_return_val_if_fail (error != NULL, &flow_error_table[FLOW_ERROR_FAILED]);

  return flow_error_info (error->domain == FLOW_ERROR ? (FlowError) error->code : FLOW_ERROR_FAILED);
}

/**
 * flow_error_from_code:
 * @code: a literal code as it came over the wire
 * @error: (out): the error
 *
 * Find the error that a literal code names.
 *
 * Returns: %FALSE for an unknown code; @error is untouched then
 */
gboolean
flow_error_from_code (const char *code, FlowError *error)
{
  g_return_val_if_fail (code != NULL, FALSE);
  g_return_val_if_fail (error != NULL, FALSE);

  for (int i = 0; i < FLOW_N_ERRORS; i++)
    {
      if (g_str_equal (flow_error_table[i].code, code))
        {
          *error = (FlowError) i;
          return TRUE;
        }
    }
  return FALSE;
}
