/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-guard"

#include "hub/flow-guard.h"

#include <string.h>

#include "base/flow-id.h"

static const char *const loopback_names[] = { "localhost", "127.0.0.1", "[::1]", NULL };

static FlowGuardDecision
refuse (FlowError error, const char *reason, const char *message)
{
  return (FlowGuardDecision) { .allow = FALSE, .error = error, .reason = reason, .message = message };
}

/* Nothing, or ':' and a port from 1 to 65535 without leading zeros. */
static gboolean
is_port_suffix (const char *text)
{
  guint port = 0;

  if (*text == '\0')
    return TRUE;
  if (*text++ != ':' || *text < '1' || *text > '9')
    return FALSE;
  for (; g_ascii_isdigit (*text); text++)
    {
      port = port * 10 + (guint) (*text - '0');
      if (port > 65535)
        return FALSE;
    }
  return *text == '\0';
}

/* Whether the text is exactly one of the names, with or without a port. */
static gboolean
match_name (const char *text, const char *const *names, gboolean fold)
{
  for (; names != NULL && *names != NULL; names++)
    {
      gsize length = strlen (*names);
      int differs = fold ? g_ascii_strncasecmp (text, *names, length) : strncmp (text, *names, length);

      if (length > 0 && differs == 0 && is_port_suffix (text + length))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_our_host (const FlowGuardRequest *head, const FlowGuardPolicy *policy)
{
  if (head->n_hosts != 1 || head->host == NULL)
    return FALSE;
  if (head->target != NULL && g_ascii_strcasecmp (head->target, head->host) != 0)
    return FALSE;
  return match_name (head->host, loopback_names, TRUE) || match_name (head->host, policy->allowed_hosts, TRUE);
}

/* `http://` or `https://`, then exactly a loopback name with or without a port, as browsers write it. */
static gboolean
is_loopback_origin (const char *origin)
{
  const char *rest = NULL;

  if (g_str_has_prefix (origin, "http://"))
    rest = origin + strlen ("http://");
  else if (g_str_has_prefix (origin, "https://"))
    rest = origin + strlen ("https://");
  return rest != NULL && match_name (rest, loopback_names, FALSE);
}

static gboolean
is_own_origin (const char *origin, guint port)
{
  g_autofree char *suffix = g_strdup_printf (":%u", port);

  return g_str_has_prefix (origin, "http://") && is_loopback_origin (origin) && g_str_has_suffix (origin, suffix);
}

static gboolean
is_allowed_origin (const FlowGuardRequest *head, const FlowGuardPolicy *policy)
{
  if (head->n_origins > 1)
    return FALSE;
  if (policy->allowed_origins != NULL && g_strv_contains (policy->allowed_origins, head->origin) &&
      flow_guard_is_origin (head->origin))
    return TRUE;
  if (head->area == FLOW_GUARD_OTLP)
    return is_loopback_origin (head->origin);
  return is_own_origin (head->origin, policy->port);
}

static gboolean
is_our_user (const FlowGuardRequest *head, const FlowGuardPolicy *policy)
{
  if (policy->allow_other_users || head->peer == FLOW_PEER_UNSUPPORTED)
    return TRUE;
  return head->peer == FLOW_PEER_KNOWN && (head->peer_uid == policy->own_uid || head->peer_uid == 0);
}

static gboolean
has_token (const FlowGuardRequest *head, const FlowGuardPolicy *policy)
{
  static const char scheme[] = "Bearer ";

  return policy->token != NULL && *policy->token != '\0' && head->n_authorizations == 1 &&
         head->authorization != NULL && g_ascii_strncasecmp (head->authorization, scheme, sizeof scheme - 1) == 0 &&
         flow_id_equal_constant_time (head->authorization + sizeof scheme - 1, policy->token);
}

/* A browser says from where a request comes even when it sends no Origin. */
static gboolean
is_foreign_page (const FlowGuardRequest *head)
{
  return head->sec_fetch_site != NULL && !g_str_equal (head->sec_fetch_site, "same-origin") &&
         !g_str_equal (head->sec_fetch_site, "none");
}

/**
 * flow_guard_is_origin:
 * @text: any text
 *
 * Find out whether a text can be the origin of a page: a scheme, `://` and a host, nothing behind it
 * (RFC 6454, section 6.2). `null` is none.
 *
 * Returns: %TRUE if so
 */
gboolean
flow_guard_is_origin (const char *text)
{
  const char *rest = strstr (text, "://");

  if (rest == NULL || rest == text || !g_ascii_isalpha (*text) || rest[3] == '\0')
    return FALSE;
  for (const char *at = text; at < rest; at++)
    {
      if (!g_ascii_isalnum (*at) && strchr ("+-.", *at) == NULL)
        return FALSE;
    }
  for (const char *at = rest + 3; *at != '\0'; at++)
    {
      if (!g_ascii_isgraph (*at) || strchr ("/?#@\\\"<>", *at) != NULL)
        return FALSE;
    }
  return TRUE;
}

/**
 * flow_guard_check:
 * @head: the head of one request
 * @policy: who may speak
 *
 * Decide whether a request may go on (protocol.md, "Guard: who may speak"). A pure function, asked for each
 * request, since one kept-alive connection can carry several origins.
 *
 * The name in `Host` must be ours, which stops DNS rebinding. Whoever is another user is refused. With an
 * `Origin` a page speaks, and its origin must be allowed; telemetry is also taken from pages of this machine.
 * Without one it is a native program: it may write telemetry and read what is public, all else needs the
 * token, which also a page must have.
 *
 * Errors: %FLOW_ERROR_MISDIRECTED, %FLOW_ERROR_FORBIDDEN, %FLOW_ERROR_UNAUTHORIZED.
 *
 * Returns: the decision; its strings live as long as @head's
 */
FlowGuardDecision
flow_guard_check (const FlowGuardRequest *head, const FlowGuardPolicy *policy)
{
  FlowGuardDecision decision = { .allow = TRUE };

  g_return_val_if_fail (head != NULL && policy != NULL, refuse (FLOW_ERROR_FAILED, "failed", "no request"));

  if (!is_our_host (head, policy))
    return refuse (FLOW_ERROR_MISDIRECTED, "host",
                   "the Host header must be localhost, 127.0.0.1 or [::1], or a name of allowed-hosts");
  if (!is_our_user (head, policy))
    return refuse (FLOW_ERROR_FORBIDDEN, "user",
                   "the sender is another user of this machine; allow-other-users lets them in");

  if (head->origin != NULL)
    {
      if (!is_allowed_origin (head, policy))
        return refuse (FLOW_ERROR_FORBIDDEN, "origin",
                       "this web origin is not allowed; \"flowctl pair allow ORIGIN\" lets it in");
      decision.cors_origin = head->origin;
      if (g_str_equal (head->method, "OPTIONS"))
        return decision;
    }
  else if (head->area != FLOW_GUARD_PUBLIC && is_foreign_page (head))
    {
      return refuse (FLOW_ERROR_FORBIDDEN, "site", "a page of another site sent this");
    }

  if (head->area == FLOW_GUARD_PRIVATE && !has_token (head, policy))
    return refuse (FLOW_ERROR_UNAUTHORIZED, "token", "the token of the discovery file is missing or wrong");
  return decision;
}
