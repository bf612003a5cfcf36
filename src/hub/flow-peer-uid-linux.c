/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-peer-uid"

#include "hub/flow-peer-uid.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct _FlowPeerUid
{
  int fd; /* -1: the kernel has no NETLINK_SOCK_DIAG */
  guint32 sequence;
};

typedef struct
{
  struct nlmsghdr header;
  struct inet_diag_req_v2 request;
} Question;

typedef union
{
  struct nlmsghdr header; /* for its alignment */
  char bytes[1024];
} Answer;

/* Names the socket whose local end is @near and whose remote end is @far. */
static gboolean
set_ends (struct inet_diag_req_v2 *request, const struct sockaddr_storage *near, const struct sockaddr_storage *far)
{
  request->sdiag_family = (guint8) near->ss_family;
  if (near->ss_family == AF_INET && far->ss_family == AF_INET)
    {
      const struct sockaddr_in *near4 = (const struct sockaddr_in *) near;
      const struct sockaddr_in *far4 = (const struct sockaddr_in *) far;

      request->id.idiag_sport = near4->sin_port;
      request->id.idiag_dport = far4->sin_port;
      memcpy (request->id.idiag_src, &near4->sin_addr, sizeof near4->sin_addr);
      memcpy (request->id.idiag_dst, &far4->sin_addr, sizeof far4->sin_addr);
      return TRUE;
    }
  if (near->ss_family == AF_INET6 && far->ss_family == AF_INET6)
    {
      const struct sockaddr_in6 *near6 = (const struct sockaddr_in6 *) near;
      const struct sockaddr_in6 *far6 = (const struct sockaddr_in6 *) far;

      request->id.idiag_sport = near6->sin6_port;
      request->id.idiag_dport = far6->sin6_port;
      memcpy (request->id.idiag_src, &near6->sin6_addr, sizeof near6->sin6_addr);
      memcpy (request->id.idiag_dst, &far6->sin6_addr, sizeof far6->sin6_addr);
      return TRUE;
    }
  return FALSE;
}

/* A socket without an inode belongs to nobody any more; its uid reads as 0 and must not count as root. */
static FlowPeerState
read_answer (const Answer *answer, gssize length, guint32 sequence, guint32 *uid)
{
  const struct nlmsghdr *header = &answer->header;

  if (length < (gssize) sizeof *header || !NLMSG_OK (header, (guint) length) || header->nlmsg_seq != sequence)
    return FLOW_PEER_GONE;
  if (header->nlmsg_type == NLMSG_ERROR)
    {
      const struct nlmsgerr *failure = NLMSG_DATA (header);

      return failure->error == -ENOENT ? FLOW_PEER_GONE : FLOW_PEER_UNSUPPORTED;
    }
  if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY && header->nlmsg_len >= NLMSG_LENGTH (sizeof (struct inet_diag_msg)))
    {
      const struct inet_diag_msg *row = NLMSG_DATA (header);

      if (row->idiag_inode == 0 || row->idiag_state == TCP_TIME_WAIT)
        return FLOW_PEER_GONE;
      *uid = row->idiag_uid;
      return FLOW_PEER_KNOWN;
    }
  return FLOW_PEER_GONE;
}

static FlowPeerState
ask (FlowPeerUid *self, const struct sockaddr_storage *near, const struct sockaddr_storage *far, guint32 *uid)
{
  Answer answer;
  Question question = {
    .header = { .nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST },
    .request = { .sdiag_protocol = IPPROTO_TCP, .idiag_states = ~0u, .id = { .idiag_cookie = { ~0u, ~0u } } },
  };

  if (!set_ends (&question.request, near, far))
    return FLOW_PEER_GONE;
  question.header.nlmsg_seq = ++self->sequence;
  if (send (self->fd, &question, sizeof question, 0) != sizeof question)
    return FLOW_PEER_UNSUPPORTED;
  return read_answer (&answer, recv (self->fd, &answer, sizeof answer, MSG_DONTWAIT), self->sequence, uid);
}

/**
 * flow_peer_uid_new:
 *
 * Open what is needed for lookups; no privilege is.
 *
 * Returns: (transfer full): the lookup
 */
FlowPeerUid *
flow_peer_uid_new (void)
{
  FlowPeerUid *self = g_new0 (FlowPeerUid, 1);

  self->fd = socket (AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (self->fd < 0)
    g_info ("users of connections are not told on this machine: %s", g_strerror (errno));
  return self;
}

/**
 * flow_peer_uid_free:
 * @self: a lookup
 *
 * Close and free the lookup.
 */
void
flow_peer_uid_free (FlowPeerUid *self)
{
  if (self->fd >= 0)
    g_close (self->fd, NULL);
  g_free (self);
}

/**
 * flow_peer_uid_lookup:
 * @self: a lookup
 * @fd: a connected TCP socket over loopback
 * @uid: (out): the user, when the result is %FLOW_PEER_KNOWN
 *
 * Ask the kernel who owns the other end of a connection (sock_diag(7)). Costs about 16 us, so ask once a
 * connection.
 *
 * Returns: what is known
 */
FlowPeerState
flow_peer_uid_lookup (FlowPeerUid *self, int fd, guint32 *uid)
{
  struct sockaddr_storage near = { 0 }, far = { 0 };
  socklen_t near_size = sizeof near, far_size = sizeof far;
  FlowPeerState state;
  guint32 ours;

  g_return_val_if_fail (self != NULL && fd >= 0 && uid != NULL, FLOW_PEER_GONE);

  if (self->fd < 0)
    return FLOW_PEER_UNSUPPORTED;
  if (getsockname (fd, (struct sockaddr *) &near, &near_size) != 0 ||
      getpeername (fd, (struct sockaddr *) &far, &far_size) != 0)
    return FLOW_PEER_GONE;

  state = ask (self, &far, &near, uid);
  /* A kernel without tcp_diag says "no such socket" of any, also of the end that we hold. */
  if (state == FLOW_PEER_GONE && ask (self, &near, &far, &ours) != FLOW_PEER_KNOWN)
    return FLOW_PEER_UNSUPPORTED;
  return state;
}
