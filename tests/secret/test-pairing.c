/* SPDX-License-Identifier: GPL-3.0-or-later */

#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "secret/flow-key-pairing.h"

static const guint8 phone[FLOW_SECRET_DEVICE_SIZE] = "the joining one";
static const guint8 desk[FLOW_SECRET_DEVICE_SIZE] = "the helping one";
static const guint8 stranger[FLOW_SECRET_DEVICE_SIZE] = "somebody else";

typedef struct
{
  guint8 account_key[FLOW_SECRET_KEY_SIZE];
  FlowKeyPairing *joining;
  FlowKeyPairing *helping;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  flow_id_random (self->account_key, sizeof self->account_key);
  self->joining = flow_key_pairing_new_joining (phone);
  self->helping = flow_key_pairing_new_helping (desk, self->account_key);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  flow_key_pairing_free (self->joining);
  flow_key_pairing_free (self->helping);
}

/* Gives a message over, and returns the answer. */
static GBytes *
give (FlowKeyPairing *to, const guint8 *from, GBytes *message)
{
  g_autoptr (GError) error = NULL;
  GBytes *reply;

  g_assert_cmpuint (g_bytes_get_size (message), <=, FLOW_KEY_PAIRING_MESSAGE_MAX);
  g_assert_true (flow_key_pairing_receive (to, from, message, &reply, &error));
  g_assert_no_error (error);
  return reply;
}

static void
compare (Fixture *self)
{
  g_autoptr (GBytes) commit = flow_key_pairing_start (self->joining);
  g_autoptr (GBytes) public = give (self->helping, phone, commit);
  g_autoptr (GBytes) reveal = give (self->joining, desk, public);

  g_assert_null (flow_key_pairing_get_digits (self->helping));
  g_assert_null (give (self->helping, phone, reveal));
  g_assert_cmpuint (strlen (flow_key_pairing_get_digits (self->joining)), ==, FLOW_KEY_PAIRING_DIGITS);
  g_assert_cmpstr (flow_key_pairing_get_digits (self->joining), ==, flow_key_pairing_get_digits (self->helping));
}

static void
assert_done (Fixture *self)
{
  g_assert_cmpint (flow_key_pairing_get_state (self->joining), ==, FLOW_KEY_PAIRING_DONE);
  g_assert_cmpint (flow_key_pairing_get_state (self->helping), ==, FLOW_KEY_PAIRING_DONE);
  g_assert_cmpmem (flow_key_pairing_get_account_key (self->joining), FLOW_SECRET_KEY_SIZE, self->account_key,
                   FLOW_SECRET_KEY_SIZE);
}

static void
test_joining_first (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) sealed = NULL;

  compare (self);
  g_assert_null (flow_key_pairing_confirm (self->joining));
  g_assert_cmpint (flow_key_pairing_get_state (self->joining), ==, FLOW_KEY_PAIRING_CONFIRMED);
  sealed = flow_key_pairing_confirm (self->helping);
  g_assert_null (give (self->joining, desk, sealed));
  assert_done (self);
}

/* The key is there, but nobody has compared the digits on this side. */
static void
test_helping_first (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) sealed = NULL;

  compare (self);
  sealed = flow_key_pairing_confirm (self->helping);
  g_assert_null (give (self->joining, desk, sealed));
  g_assert_null (flow_key_pairing_get_account_key (self->joining));
  g_assert_cmpint (flow_key_pairing_get_state (self->joining), ==, FLOW_KEY_PAIRING_COMPARING);
  g_assert_null (flow_key_pairing_confirm (self->joining));
  assert_done (self);
}

/* Two other people pair at the same time, and what was sent to all comes back to its sender. */
static void
test_others (Fixture *self, gconstpointer data)
{
  g_autoptr (FlowKeyPairing) other = flow_key_pairing_new_joining (stranger);
  g_autoptr (GBytes) commit = flow_key_pairing_start (other);
  g_autoptr (GBytes) own = flow_key_pairing_start (self->joining);
  g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
  g_autoptr (GBytes) sealed = NULL;

  g_assert_null (give (self->joining, stranger, commit));
  g_assert_null (give (self->joining, phone, own));
  g_assert_null (give (self->helping, stranger, empty));
  compare (self);
  g_assert_null (give (self->helping, stranger, commit));
  g_assert_null (flow_key_pairing_confirm (self->joining));
  sealed = flow_key_pairing_confirm (self->helping);
  g_assert_null (give (self->joining, desk, sealed));
  assert_done (self);
}

static void
assert_fails (FlowKeyPairing *pairing, const guint8 *from, GBytes *message)
{
  g_autoptr (GError) error = NULL;
  GBytes *reply;

  g_assert_false (flow_key_pairing_receive (pairing, from, message, &reply, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC);
  g_assert_null (reply);
  g_assert_cmpint (flow_key_pairing_get_state (pairing), ==, FLOW_KEY_PAIRING_FAILED);
  g_assert_null (flow_key_pairing_get_account_key (pairing));
}

/* Who stands between them has keys of his own: the digits differ. */
static void
test_between (Fixture *self, gconstpointer data)
{
  g_autoptr (FlowKeyPairing) to_joining = flow_key_pairing_new_helping (desk, self->account_key);
  g_autoptr (FlowKeyPairing) to_helping = flow_key_pairing_new_joining (phone);
  g_autoptr (GBytes) commit = flow_key_pairing_start (self->joining);
  g_autoptr (GBytes) false_commit = flow_key_pairing_start (to_helping);
  g_autoptr (GBytes) public = give (self->helping, phone, false_commit);
  g_autoptr (GBytes) false_public = give (to_joining, phone, commit);
  g_autoptr (GBytes) reveal = give (self->joining, desk, false_public);
  g_autoptr (GBytes) false_reveal = give (to_helping, desk, public);
  g_autoptr (GBytes) sealed = NULL;

  g_assert_nonnull (reveal);
  g_assert_null (give (self->helping, phone, false_reveal));
  g_assert_cmpstr (flow_key_pairing_get_digits (self->joining), !=, flow_key_pairing_get_digits (self->helping));
  /* The key sealed by a real one does not open for the one between. */
  g_assert_null (flow_key_pairing_confirm (self->joining));
  sealed = flow_key_pairing_confirm (self->helping);
  assert_fails (self->joining, desk, sealed);
}

/* The key that is shown is not the one that was announced: somebody waited for the other's before choosing. */
static void
test_other_key (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) commit = flow_key_pairing_start (self->joining);
  g_autoptr (GBytes) public = give (self->helping, phone, commit);
  guint8 forged[33] = { 'R', 9 };
  g_autoptr (GBytes) reveal = g_bytes_new (forged, sizeof forged);
  g_autoptr (GBytes) again = g_bytes_ref (commit);

  g_assert_nonnull (public);
  assert_fails (self->helping, phone, reveal);
  assert_fails (self->helping, phone, again);
}

/* RFC 7748, section 6.1: points of low order make a secret that everybody knows. */
static void
test_low_order (Fixture *self, gconstpointer data)
{
  static const guint8 zero[33] = { 'P' };
  g_autoptr (GBytes) commit = flow_key_pairing_start (self->joining);
  g_autoptr (GBytes) public = g_bytes_new_static (zero, sizeof zero);

  g_assert_nonnull (commit);
  assert_fails (self->joining, desk, public);
}

/* Nothing that has no place there is taken, whatever its length. */
static void
test_garbage (void)
{
  static const char kinds[] = "CPRKTx";
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);

  for (guint i = 0; i < 500; i++)
    {
      guint8 account_key[FLOW_SECRET_KEY_SIZE] = { 0 };
      g_autoptr (FlowKeyPairing) pairing = i % 2 == 0 ? flow_key_pairing_new_joining (phone)
                                                      : flow_key_pairing_new_helping (phone, account_key);
      guint8 bytes[100];
      g_autoptr (GBytes) message = NULL;
      g_autoptr (GBytes) reply = NULL;

      flow_id_random (bytes, sizeof bytes);
      bytes[0] = (guint8) kinds[bytes[0] % (sizeof kinds - 1)];
      message = g_bytes_new (bytes, bytes[1] % sizeof bytes);
      flow_key_pairing_receive (pairing, desk, message, &reply, NULL);
      g_assert_null (flow_key_pairing_get_account_key (pairing));
      g_clear_pointer (&reply, g_bytes_unref);
      g_assert_true (flow_key_pairing_receive (pairing, desk, nothing, &reply, NULL));
      g_assert_null (reply);
    }
}

static void
test_code (void)
{
  guint8 account_key[FLOW_SECRET_KEY_SIZE];
  guint8 opened[FLOW_SECRET_KEY_SIZE];
  g_autoptr (GBytes) message = NULL;
  g_autoptr (GBytes) other = NULL;
  g_autofree char *code = NULL;
  g_autofree char *other_code = NULL;
  g_autofree char *typed = NULL;

  flow_id_random (account_key, sizeof account_key);
  code = flow_key_pairing_new_code (account_key, &message);
  other_code = flow_key_pairing_new_code (account_key, &other);
  g_assert_cmpuint (strlen (code), ==, 32);
  typed = g_ascii_strdown (code, -1);
  g_strdelimit (typed, "-", ' ');
  for (char *at = typed; *at != '\0'; at++)
    *at = *at == '0' ? 'o' : *at == '1' ? 'l' : *at;
  g_assert_true (flow_key_pairing_open_code (typed, message, opened, NULL));
  g_assert_cmpmem (opened, sizeof opened, account_key, sizeof account_key);
  g_assert_false (flow_key_pairing_open_code (other_code, message, opened, NULL));
  g_assert_false (flow_key_pairing_open_code (code, other, opened, NULL));
}

static void
test_mistyped_code (void)
{
  static const char *const wrong[] = { "", "-", "12345", "UUUUU-UUUUU-UUUUU-UUUUU-UUUUU-UU" };
  guint8 account_key[FLOW_SECRET_KEY_SIZE] = { 0 };
  g_autoptr (GBytes) message = NULL;
  g_autofree char *code = flow_key_pairing_new_code (account_key, &message);
  g_autofree char *longer = g_strconcat (code, "0", NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (flow_key_pairing_open_code (wrong[i], message, account_key, NULL));
  g_assert_false (flow_key_pairing_open_code (longer, message, account_key, NULL));
  code[0] = code[0] == '2' ? '3' : '2';
  g_assert_false (flow_key_pairing_open_code (code, message, account_key, &error));
  g_assert_error (error, FLOW_ERROR, FLOW_ERROR_BAD_PASSPHRASE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/pairing/joining-first", Fixture, NULL, set_up, test_joining_first, tear_down);
  g_test_add ("/pairing/helping-first", Fixture, NULL, set_up, test_helping_first, tear_down);
  g_test_add ("/pairing/others", Fixture, NULL, set_up, test_others, tear_down);
  g_test_add ("/pairing/between", Fixture, NULL, set_up, test_between, tear_down);
  g_test_add ("/pairing/other-key", Fixture, NULL, set_up, test_other_key, tear_down);
  g_test_add ("/pairing/low-order", Fixture, NULL, set_up, test_low_order, tear_down);
  g_test_add_func ("/pairing/garbage", test_garbage);
  g_test_add_func ("/pairing/code", test_code);
  g_test_add_func ("/pairing/mistyped-code", test_mistyped_code);
  return g_test_run ();
}
