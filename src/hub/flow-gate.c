/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-gate"

#include "hub/flow-gate.h"

/* The guard's policy with everything in it its own, so that any thread may read it. */
typedef struct
{
  FlowGuardPolicy policy;
  char *token;
  char **hosts;
  char **origins;
  char **denied;
  FlowGuardClient *clients;
} Policy;

/**
 * FlowGate:
 *
 * The guard's place at the wire: a policy that the hub thread sets and the wire's thread asks. Nobody waits for the
 * other longer than it takes to copy a pointer.
 */
struct _FlowGate
{
  GMutex mutex;
  Policy *policy; /* atomically counted; nobody changes it */
};

static void
policy_clear (gpointer data)
{
  Policy *self = data;

  for (gsize i = 0; i < self->policy.n_clients; i++)
    g_free ((gpointer) self->clients[i].id);
  g_free (self->clients);
  g_free (self->token);
  g_strfreev (self->hosts);
  g_strfreev (self->origins);
  g_strfreev (self->denied);
}

static void
policy_unref (Policy *self)
{
  g_atomic_rc_box_release_full (self, policy_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Policy, policy_unref)

static Policy *
policy_copy (const FlowGuardPolicy *policy)
{
  Policy *self = g_atomic_rc_box_new0 (Policy);

  self->policy = *policy;
  self->policy.token = self->token = g_strdup (policy->token);
  self->hosts = g_strdupv ((char **) policy->allowed_hosts);
  self->policy.allowed_hosts = (const char *const *) self->hosts;
  self->origins = g_strdupv ((char **) policy->allowed_origins);
  self->policy.allowed_origins = (const char *const *) self->origins;
  self->denied = g_strdupv ((char **) policy->denied_origins);
  self->policy.denied_origins = (const char *const *) self->denied;
  self->clients = g_memdup2 (policy->clients, policy->n_clients * sizeof *policy->clients);
  for (gsize i = 0; i < policy->n_clients; i++)
    self->clients[i].id = g_strdup (policy->clients[i].id);
  self->policy.clients = self->clients;
  return self;
}

static Policy *
get_policy (FlowGate *self)
{
  Policy *policy;

  g_mutex_lock (&self->mutex);
  policy = g_atomic_rc_box_acquire (self->policy);
  g_mutex_unlock (&self->mutex);
  return policy;
}

/**
 * flow_gate_new:
 *
 * Make a gate that lets nobody in.
 *
 * Returns: (transfer full): the gate
 */
FlowGate *
flow_gate_new (void)
{
  static const FlowGuardPolicy nobody = { .own_uid = G_MAXUINT32 };
  FlowGate *self = g_new0 (FlowGate, 1);

  g_mutex_init (&self->mutex);
  self->policy = policy_copy (&nobody);
  return self;
}

/**
 * flow_gate_free:
 * @self: (transfer full): a gate that nobody asks any more
 *
 * Free it.
 */
void
flow_gate_free (FlowGate *self)
{
  policy_unref (self->policy);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/**
 * flow_gate_set_policy:
 * @self: a gate
 * @policy: who may speak; copied
 *
 * Set what the guard goes by from the next question on. From any thread.
 */
void
flow_gate_set_policy (FlowGate *self, const FlowGuardPolicy *policy)
{
  Policy *before, *after = policy_copy (policy);

  g_mutex_lock (&self->mutex);
  before = self->policy;
  self->policy = after;
  g_mutex_unlock (&self->mutex);
  policy_unref (before);
}

/**
 * flow_gate_judge:
 * @self: a gate
 * @area: %FLOW_GUARD_CHANNEL or %FLOW_GUARD_OWN
 * @head: the head of a request that wants to be a WebSocket
 * @peer: what is known of the user at the other end
 * @uid: who it is
 * @client: (out) (nullable) (transfer full): the id of the paired client whose token came
 *
 * Ask the guard about an upgrade. From any thread.
 *
 * Returns: the decision; its strings live as long as @head's
 */
FlowGuardDecision
flow_gate_judge (FlowGate *self, FlowGuardArea area, const FlowWireHead *head, FlowPeerState peer, guint32 uid,
                 char **client)
{
  g_autoptr (Policy) policy = get_policy (self);
  FlowGuardRequest request = {
    .area = area,
    .method = head->method,
    .peer = peer,
    .peer_uid = uid,
  };
  FlowGuardDecision decision;
  guint unused;

  request.host = flow_wire_head_get (head, "Host", &request.n_hosts);
  request.origin = flow_wire_head_get (head, "Origin", &request.n_origins);
  request.authorization = flow_wire_head_get (head, "Authorization", &request.n_authorizations);
  request.sec_fetch_site = flow_wire_head_get (head, "Sec-Fetch-Site", &unused);
  decision = flow_guard_check (&request, &policy->policy);
  *client = g_strdup (decision.client);
  decision.client = NULL;
  return decision;
}

/**
 * flow_gate_find_token:
 * @self: a gate
 * @token: a token that came in `hello`
 * @client: (out) (nullable) (transfer full): the id of the paired client whose it is
 *
 * Find out whether a token opens a channel. From any thread.
 *
 * Returns: whether it does
 */
gboolean
flow_gate_find_token (FlowGate *self, const char *token, char **client)
{
  g_autoptr (Policy) policy = get_policy (self);
  const char *found = NULL;
  gboolean ok = flow_guard_find_token (&policy->policy, token, &found);

  *client = g_strdup (found);
  return ok;
}
