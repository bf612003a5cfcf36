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
is_denied_origin (const FlowGuardRequest *head, const FlowGuardPolicy *policy)
{
  return policy->denied_origins != NULL && g_strv_contains (policy->denied_origins, head->origin);
}

static gboolean
is_allowed_origin (const FlowGuardRequest *head, const FlowGuardPolicy *policy)
{
  if (head->n_origins > 1 || head->area == FLOW_GUARD_PAIR || is_denied_origin (head, policy))
    return FALSE;
  if (policy->allowed_origins != NULL && g_strv_contains (policy->allowed_origins, head->origin) &&
      flow_guard_is_origin (head->origin))
    return TRUE;
  if (head->area == FLOW_GUARD_OTLP)
    return is_loopback_origin (head->origin);
  return is_own_origin (head->origin, policy->port) ||
         (policy->pages_port != 0 && is_own_origin (head->origin, policy->pages_port));
}

static gboolean
is_our_user (const FlowGuardRequest *head, const FlowGuardPolicy *policy)
{
  if (policy->allow_other_users || head->peer == FLOW_PEER_UNSUPPORTED)
    return TRUE;
  return head->peer == FLOW_PEER_KNOWN && (head->peer_uid == policy->own_uid || head->peer_uid == 0);
}

/**
 * flow_guard_hash_token:
 * @token: a token
 * @hash: (out caller-allocates): SHA-256 of it
 *
 * Make of a token what may be kept: it is random, so it needs no salt and no slow hash.
 */
void
flow_guard_hash_token (const char *token, guint8 hash[FLOW_GUARD_HASH])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = FLOW_GUARD_HASH;

  g_checksum_update (sum, (const guchar *) token, -1);
  g_checksum_get_digest (sum, hash, &length);
}

static gboolean
equal_hashes (const guint8 *a, const guint8 *b)
{
  guint8 differs = 0;

  for (gsize i = 0; i < FLOW_GUARD_HASH; i++)
    differs |= a[i] ^ b[i];
  return differs == 0;
}

static gboolean
is_own_token (const FlowGuardPolicy *policy, const char *token)
{
  return policy->token != NULL && *policy->token != '\0' && flow_id_equal_constant_time (token, policy->token);
}

/**
 * flow_guard_find_token:
 * @policy: who may speak
 * @token: a token that came
 * @client: (out) (optional) (nullable): the id of the paired client whose it is; borrowed from @policy
 *
 * Find out whether a token opens a channel: this run's, or that of a paired client. Takes as long whatever is wrong
 * with it.
 *
 * Returns: whether it does
 */
gboolean
flow_guard_find_token (const FlowGuardPolicy *policy, const char *token, const char **client)
{
  const char *found = NULL;
  guint8 hash[FLOW_GUARD_HASH];
  gboolean own = is_own_token (policy, token);

  flow_guard_hash_token (token, hash);
  for (gsize i = 0; i < policy->n_clients; i++)
    {
      if (equal_hashes (policy->clients[i].hash, hash))
        found = policy->clients[i].id;
    }
  if (client != NULL)
    *client = own ? NULL : found;
  return own || found != NULL;
}

/* The token of the head; NULL when there is not exactly one. */
static const char *
get_token (const FlowGuardRequest *head)
{
  static const char scheme[] = "Bearer ";

  if (head->n_authorizations != 1 || head->authorization == NULL ||
      g_ascii_strncasecmp (head->authorization, scheme, sizeof scheme - 1) != 0)
    return NULL;
  return head->authorization + sizeof scheme - 1;
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

static FlowGuardDecision
refuse_origin (const FlowGuardRequest *head, const FlowGuardPolicy *policy)
{
  FlowGuardDecision decision;

  if (is_denied_origin (head, policy))
    return refuse (FLOW_ERROR_FORBIDDEN, "origin", "the user does not want this web origin");
  decision = refuse (FLOW_ERROR_FORBIDDEN, "origin",
                     "this web origin is not allowed; \"flowctl pair allow ORIGIN\" lets it in");
  decision.may_ask = head->n_origins == 1 && head->area != FLOW_GUARD_PAIR && flow_guard_is_origin (head->origin);
  return decision;
}

static gboolean
needs_token (const FlowGuardRequest *head, const FlowGuardPolicy *policy)
{
  if (head->area == FLOW_GUARD_OWN)
    return head->origin == NULL && (head->peer != FLOW_PEER_KNOWN || head->peer_uid != policy->own_uid);
  return head->area == FLOW_GUARD_PRIVATE;
}

/* The token, where the area asks for one, or for none that is wrong. */
static FlowGuardDecision
check_token (FlowGuardDecision decision, const FlowGuardRequest *head, const FlowGuardPolicy *policy)
{
  static const char message[] = "the token of the discovery file is missing or wrong";
  const char *token = get_token (head);

  if (head->area == FLOW_GUARD_PRIVATE)
    decision.has_token = token != NULL && is_own_token (policy, token);
  else if (head->area == FLOW_GUARD_CHANNEL || head->area == FLOW_GUARD_OWN)
    decision.has_token = token != NULL && flow_guard_find_token (policy, token, &decision.client);
  else
    return decision;
  if (!decision.has_token && (needs_token (head, policy) || head->n_authorizations > 0))
    return refuse (FLOW_ERROR_UNAUTHORIZED, "token", message);
  return decision;
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
 * Without one it is a native program: it may write telemetry, read what is public and ask to be paired, all else
 * needs the token, which also a page must have. To open a channel a page needs none, and a native program may send
 * its own later; one that comes with the head must be right. Where a protocol has no room for a token, it is enough
 * that the sender is known to be the hub's own user.
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
        return refuse_origin (head, policy);
      decision.cors_origin = head->origin;
      if (g_str_equal (head->method, "OPTIONS"))
        return decision;
    }
  else if (head->area != FLOW_GUARD_PUBLIC && is_foreign_page (head))
    {
      return refuse (FLOW_ERROR_FORBIDDEN, "site", "a page of another site sent this");
    }

  return check_token (decision, head, policy);
}
