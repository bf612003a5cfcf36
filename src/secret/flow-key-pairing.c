/* SPDX-License-Identifier: GPL-3.0-or-later */

#define G_LOG_DOMAIN "flow-secret"

#include "secret/flow-key-pairing.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/flow-error.h"
#include "base/flow-id.h"
#include "secret/flow-cipher.h"
#include "secret/flow-gcrypt-private.h"

#define PUBLIC_SIZE 32
#define LABEL "flowscope pairing 1"
#define CODE_LABEL "flowscope pairing code 1"
/* A code is 128 bits: 26 letters, and one that checks them. */
#define CODE_SIZE 16
#define CODE_LETTERS 27
#define CODE_GROUP 5
#define SEALED_SIZE (FLOW_SECRET_KEY_SIZE + FLOW_CIPHER_BOX_OVERHEAD)

/* The first byte of a message. */
enum
{
  MESSAGE_COMMIT = 'C', /* joining: the hash of what it reveals */
  MESSAGE_PUBLIC = 'P', /* helping: its public key */
  MESSAGE_REVEAL = 'R', /* joining: its public key */
  MESSAGE_KEY = 'K',    /* helping: the account key, sealed */
  MESSAGE_CODE = 'T',   /* helping: the account key, sealed by a typed code */
};

struct _FlowKeyPairing
{
  gboolean joins;
  FlowKeyPairingState state;
  guint8 secret[PUBLIC_SIZE];
  guint8 own[PUBLIC_SIZE];
  guint8 other[PUBLIC_SIZE];
  guint8 own_device[FLOW_SECRET_DEVICE_SIZE];
  guint8 other_device[FLOW_SECRET_DEVICE_SIZE];
  gboolean has_other; /* which device it is */
  gboolean committed; /* the first two messages have gone */
  guint8 commitment[FLOW_DIGEST_SIZE];
  guint8 shared[FLOW_SECRET_KEY_SIZE];
  guint8 account_key[FLOW_SECRET_KEY_SIZE];
  GBytes *sealed; /* the account key, before it was confirmed here */
  char digits[FLOW_KEY_PAIRING_DIGITS + 1];
};

static FlowKeyPairing *
pairing_new (const guint8 *device, gboolean joins)
{
  FlowKeyPairing *self = g_new0 (FlowKeyPairing, 1);

  flow_gcrypt_init ();
  self->joins = joins;
  memcpy (self->own_device, device, sizeof self->own_device);
  flow_id_random (self->secret, sizeof self->secret);
  flow_gcrypt_demand (gcry_ecc_mul_point (GCRY_ECC_CURVE25519, self->own, self->secret, NULL), "X25519");
  return self;
}

/**
 * flow_key_pairing_new_joining:
 * @device: the device that has no account key
 *
 * Begin on the device that joins.
 *
 * Returns: (transfer full): the pairing
 */
FlowKeyPairing *
flow_key_pairing_new_joining (const guint8 device[FLOW_SECRET_DEVICE_SIZE])
{
  return pairing_new (device, TRUE);
}

/**
 * flow_key_pairing_new_helping:
 * @device: the device that has the account key
 * @account_key: the account key
 *
 * Begin on a device that helps: it waits for the first message.
 *
 * Returns: (transfer full): the pairing
 */
FlowKeyPairing *
flow_key_pairing_new_helping (const guint8 device[FLOW_SECRET_DEVICE_SIZE],
                              const guint8 account_key[FLOW_SECRET_KEY_SIZE])
{
  FlowKeyPairing *self = pairing_new (device, FALSE);

  memcpy (self->account_key, account_key, sizeof self->account_key);
  return self;
}

/**
 * flow_key_pairing_free:
 * @self: (transfer full): the pairing
 *
 * Free a pairing and overwrite its keys.
 */
void
flow_key_pairing_free (FlowKeyPairing *self)
{
  g_clear_pointer (&self->sealed, g_bytes_unref);
  flow_digest_wipe (self, sizeof *self);
  g_free (self);
}

static GBytes *
message_new (guint8 kind, const guint8 *data, gsize size)
{
  guint8 *bytes = g_malloc (size + 1);

  bytes[0] = kind;
  memcpy (bytes + 1, data, size);
  return g_bytes_new_take (bytes, size + 1);
}

static void
compute_commitment (const guint8 *public, const guint8 *device, guint8 out[FLOW_DIGEST_SIZE])
{
  const FlowDigestPart parts[] = {
    { LABEL, sizeof LABEL },
    { public, PUBLIC_SIZE },
    { device, FLOW_SECRET_DEVICE_SIZE },
  };

  flow_digest (parts, G_N_ELEMENTS (parts), out);
}

/**
 * flow_key_pairing_start:
 * @self: the pairing of the device that joins
 *
 * Say the first message.
 *
 * Returns: (transfer full): what to send to the user's other devices
 */
GBytes *
flow_key_pairing_start (FlowKeyPairing *self)
{
  g_return_val_if_fail (self->joins, NULL);

  compute_commitment (self->own, self->own_device, self->commitment);
  return message_new (MESSAGE_COMMIT, self->commitment, sizeof self->commitment);
}

static gboolean
fail (FlowKeyPairing *self, const char *why, GError **error)
{
  self->state = FLOW_KEY_PAIRING_FAILED;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_NOT_AUTHENTIC, why);
  return FALSE;
}

/* Both sides know the same: the shared point, both public keys and both devices, the one that joins first. */
static gboolean
agree (FlowKeyPairing *self)
{
  static const guint8 nothing[PUBLIC_SIZE] = { 0 };
  guint8 point[PUBLIC_SIZE];
  guint8 digits[8];
  guint64 number;
  const FlowDigestPart parts[] = {
    { LABEL, sizeof LABEL },
    { self->joins ? self->own : self->other, PUBLIC_SIZE },
    { self->joins ? self->other : self->own, PUBLIC_SIZE },
    { self->joins ? self->own_device : self->other_device, FLOW_SECRET_DEVICE_SIZE },
    { self->joins ? self->other_device : self->own_device, FLOW_SECRET_DEVICE_SIZE },
  };
  const FlowDigestPart for_digits = { "digits", 6 };
  guint8 secret[FLOW_SECRET_KEY_SIZE];

  /* RFC 7748, section 6.1: a point of low order gives zeros. */
  if (gcry_ecc_mul_point (GCRY_ECC_CURVE25519, point, self->secret, self->other) != 0 ||
      flow_digest_equal (point, nothing, sizeof point))
    return FALSE;
  flow_digest_derive (point, sizeof point, NULL, 0, parts, G_N_ELEMENTS (parts), secret, sizeof secret);
  memcpy (self->shared, secret, sizeof self->shared);
  flow_digest_derive (secret, sizeof secret, NULL, 0, &for_digits, 1, digits, sizeof digits);
  memcpy (&number, digits, sizeof number);
  g_snprintf (self->digits, sizeof self->digits, "%06u", (guint) (GUINT64_FROM_BE (number) % 1000000));
  self->state = FLOW_KEY_PAIRING_COMPARING;
  flow_digest_wipe (point, sizeof point);
  flow_digest_wipe (secret, sizeof secret);
  return TRUE;
}

static gboolean
receive_commit (FlowKeyPairing *self, const guint8 *data, GBytes **reply)
{
  memcpy (self->commitment, data, sizeof self->commitment);
  self->committed = TRUE;
  *reply = message_new (MESSAGE_PUBLIC, self->own, sizeof self->own);
  return TRUE;
}

static gboolean
receive_public (FlowKeyPairing *self, const guint8 *data, GBytes **reply, GError **error)
{
  memcpy (self->other, data, sizeof self->other);
  self->committed = TRUE;
  if (!agree (self))
    return fail (self, _ ("the other device sent no key"), error);
  *reply = message_new (MESSAGE_REVEAL, self->own, sizeof self->own);
  return TRUE;
}

static gboolean
receive_reveal (FlowKeyPairing *self, const guint8 *data, GError **error)
{
  guint8 commitment[FLOW_DIGEST_SIZE];

  compute_commitment (data, self->other_device, commitment);
  if (!flow_digest_equal (commitment, self->commitment, sizeof commitment))
    return fail (self, _ ("the other device shows another key than it had announced"), error);
  memcpy (self->other, data, sizeof self->other);
  return agree (self) || fail (self, _ ("the other device sent no key"), error);
}

static gboolean
open_account_key (FlowKeyPairing *self, GError **error)
{
  g_autoptr (FlowCipher) cipher = flow_cipher_new (self->shared);

  if (!flow_cipher_open_box (cipher, LABEL, sizeof LABEL, g_bytes_get_data (self->sealed, NULL),
                             g_bytes_get_size (self->sealed), self->account_key, NULL))
    return fail (self, _ ("the account key that the other device sent does not open"), error);
  self->state = FLOW_KEY_PAIRING_DONE;
  return TRUE;
}

static gboolean
receive_key (FlowKeyPairing *self, const guint8 *data, gsize size, GError **error)
{
  if (self->sealed != NULL)
    return fail (self, _ ("the other device sent the account key twice"), error);
  self->sealed = g_bytes_new (data, size);
  /* Before people have compared the digits here it may be anybody's. */
  return self->state == FLOW_KEY_PAIRING_COMPARING || open_account_key (self, error);
}

/* What is expected as things stand; anything else ends the pairing, for somebody plays games. */
static gboolean
dispatch (FlowKeyPairing *self, guint8 kind, const guint8 *data, gsize size, GBytes **reply, GError **error)
{
  gboolean waiting = self->state == FLOW_KEY_PAIRING_WAITING;
  gboolean agreed = self->state == FLOW_KEY_PAIRING_COMPARING || self->state == FLOW_KEY_PAIRING_CONFIRMED;

  if (kind == MESSAGE_COMMIT && size == FLOW_DIGEST_SIZE && !self->joins && waiting && !self->committed)
    return receive_commit (self, data, reply);
  if (kind == MESSAGE_PUBLIC && size == PUBLIC_SIZE && self->joins && waiting)
    return receive_public (self, data, reply, error);
  if (kind == MESSAGE_REVEAL && size == PUBLIC_SIZE && !self->joins && waiting && self->committed)
    return receive_reveal (self, data, error);
  if (kind == MESSAGE_KEY && size == SEALED_SIZE && self->joins && agreed)
    return receive_key (self, data, size, error);
  return fail (self, _ ("the other device said something that has no place here"), error);
}

/* What goes to all devices comes here as well: other pairings, and who answers too late. */
static gboolean
is_for_others (FlowKeyPairing *self, const guint8 *from, guint8 kind)
{
  if (memcmp (self->own_device, from, sizeof self->own_device) == 0)
    return TRUE;
  if (self->has_other)
    return memcmp (self->other_device, from, sizeof self->other_device) != 0;
  return kind != (self->joins ? MESSAGE_PUBLIC : MESSAGE_COMMIT);
}

/**
 * flow_key_pairing_receive:
 * @self: the pairing
 * @from: the device that the mailbox says it is from
 * @message: what came
 * @reply: (out) (transfer full) (nullable): what to send to that device; %NULL for nothing
 * @error: a return location; %FLOW_ERROR_NOT_AUTHENTIC when it does not fit: the pairing is over
 *
 * Take a message. One that belongs to another pairing is ignored.
 *
 * Returns: whether it goes on
 */
gboolean
flow_key_pairing_receive (FlowKeyPairing *self, const guint8 from[FLOW_SECRET_DEVICE_SIZE], GBytes *message,
                          GBytes **reply, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);

  *reply = NULL;
  if (size == 0 || is_for_others (self, from, data[0]))
    return TRUE;
  if (self->state == FLOW_KEY_PAIRING_FAILED || self->state == FLOW_KEY_PAIRING_DONE)
    return fail (self, _ ("this pairing is over"), error);
  memcpy (self->other_device, from, sizeof self->other_device);
  self->has_other = TRUE;
  return dispatch (self, data[0], data + 1, size - 1, reply, error);
}

static GBytes *
seal_account_key (const guint8 *by, const char *label, gsize label_size, const guint8 *account_key, guint8 kind)
{
  g_autoptr (FlowCipher) cipher = flow_cipher_new (by);
  guint8 box[SEALED_SIZE];

  flow_cipher_seal_box (cipher, label, label_size, account_key, FLOW_SECRET_KEY_SIZE, box);
  return message_new (kind, box, sizeof box);
}

/**
 * flow_key_pairing_confirm:
 * @self: the pairing, in %FLOW_KEY_PAIRING_COMPARING
 *
 * Say that a person has compared the digits on both screens and that they are the same. Look at the state after it: on
 * the device that joins the account key may be there already, or turn out to be wrong.
 *
 * Returns: (transfer full) (nullable): what to send to the other device, on the one that helps
 */
GBytes *
flow_key_pairing_confirm (FlowKeyPairing *self)
{
  g_return_val_if_fail (self->state == FLOW_KEY_PAIRING_COMPARING, NULL);

  if (self->joins)
    {
      self->state = FLOW_KEY_PAIRING_CONFIRMED;
      if (self->sealed != NULL)
        open_account_key (self, NULL);
      return NULL;
    }
  self->state = FLOW_KEY_PAIRING_DONE;
  return seal_account_key (self->shared, LABEL, sizeof LABEL, self->account_key, MESSAGE_KEY);
}

/**
 * flow_key_pairing_get_state:
 * @self: the pairing
 *
 * Get how far it is.
 *
 * Returns: the state
 */
FlowKeyPairingState
flow_key_pairing_get_state (const FlowKeyPairing *self)
{
  return self->state;
}

/**
 * flow_key_pairing_get_digits:
 * @self: the pairing
 *
 * Get what people compare.
 *
 * Returns: (transfer none) (nullable): six digits, or %NULL before there are any
 */
const char *
flow_key_pairing_get_digits (const FlowKeyPairing *self)
{
  return self->digits[0] == '\0' ? NULL : self->digits;
}

/**
 * flow_key_pairing_get_account_key:
 * @self: the pairing
 *
 * Get the account key.
 *
 * Returns: (transfer none) (nullable) (array fixed-size=32): the key, or %NULL before %FLOW_KEY_PAIRING_DONE
 */
const guint8 *
flow_key_pairing_get_account_key (const FlowKeyPairing *self)
{
  return self->state == FLOW_KEY_PAIRING_DONE ? self->account_key : NULL;
}

/* --- A typed code ----------------------------------------------------------------------------------- */

/* Crockford's base 32: no I, L, O and U. */
static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static guint
get_five_bits (const guint8 *bytes, guint at)
{
  guint value = 0;

  for (guint bit = at; bit < at + 5; bit++)
    value = value << 1 | (bit < 8 * CODE_SIZE ? (bytes[bit / 8] >> (7 - bit % 8)) & 1U : 0);
  return value;
}

static guint
compute_check (const guint8 code[CODE_SIZE])
{
  const FlowDigestPart part = { code, CODE_SIZE };
  guint8 hash[FLOW_DIGEST_SIZE];

  flow_digest (&part, 1, hash);
  return hash[0] >> 3;
}

static void
derive_from_code (const guint8 code[CODE_SIZE], guint8 out[FLOW_SECRET_KEY_SIZE])
{
  const FlowDigestPart info = { CODE_LABEL, sizeof CODE_LABEL };

  flow_digest_derive (code, CODE_SIZE, NULL, 0, &info, 1, out, FLOW_SECRET_KEY_SIZE);
}

/**
 * flow_key_pairing_new_code:
 * @account_key: the account key
 * @message: (out) (transfer full): what to put into the mailbox for the device that joins
 *
 * Make a code that a person types on the device that joins, for where nobody can look at both screens at once. It is
 * shown once, and is good for this one message.
 *
 * Returns: (transfer full): the code, 128 bits as letters and digits in groups of five
 */
char *
flow_key_pairing_new_code (const guint8 account_key[FLOW_SECRET_KEY_SIZE], GBytes **message)
{
  guint8 code[CODE_SIZE];
  guint8 key[FLOW_SECRET_KEY_SIZE];
  GString *text = g_string_new (NULL);

  flow_id_random (code, sizeof code);
  derive_from_code (code, key);
  *message = seal_account_key (key, CODE_LABEL, sizeof CODE_LABEL, account_key, MESSAGE_CODE);
  for (guint i = 0; i < CODE_LETTERS; i++)
    {
      if (i > 0 && i % CODE_GROUP == 0)
        g_string_append_c (text, '-');
      g_string_append_c (text, letters[i < CODE_LETTERS - 1 ? get_five_bits (code, 5 * i) : compute_check (code)]);
    }
  flow_digest_wipe (code, sizeof code);
  flow_digest_wipe (key, sizeof key);
  return g_string_free (text, FALSE);
}

/* As Crockford reads them: I and L are 1, O is 0; spaces and dashes are nothing. */
static int
read_letter (char c)
{
  char upper = g_ascii_toupper (c);
  const char *found;

  if (upper == 'I' || upper == 'L')
    upper = '1';
  if (upper == 'O')
    upper = '0';
  found = upper == '\0' ? NULL : strchr (letters, upper);
  return found == NULL ? -1 : (int) (found - letters);
}

static gboolean
read_code (const char *text, guint8 code[CODE_SIZE])
{
  int values[CODE_LETTERS];
  guint check;
  guint n = 0;

  memset (code, 0, CODE_SIZE);
  for (const char *at = text; *at != '\0'; at++)
    {
      if (g_ascii_isspace (*at) || *at == '-')
        continue;
      if (n == CODE_LETTERS || read_letter (*at) < 0)
        return FALSE;
      values[n++] = read_letter (*at);
    }
  if (n != CODE_LETTERS)
    return FALSE;
  for (guint bit = 0; bit < 8 * CODE_SIZE; bit++)
    code[bit / 8] |= (guint8) (((values[bit / 5] >> (4 - bit % 5)) & 1) << (7 - bit % 8));
  check = (guint) values[CODE_LETTERS - 1];
  flow_digest_wipe (values, sizeof values);
  return check == compute_check (code);
}

/**
 * flow_key_pairing_open_code:
 * @code: the code, as somebody typed it
 * @message: what the device that helps put into the mailbox
 * @account_key: (out caller-allocates): the account key
 * @error: a return location; %FLOW_ERROR_BAD_PASSPHRASE when the code is mistyped, or not the one for @message
 *
 * Open the account key with a typed code.
 *
 * Returns: whether it opened
 */
gboolean
flow_key_pairing_open_code (const char *code, GBytes *message, guint8 account_key[FLOW_SECRET_KEY_SIZE], GError **error)
{
  guint8 bytes[CODE_SIZE];
  guint8 key[FLOW_SECRET_KEY_SIZE];
  g_autoptr (FlowCipher) cipher = NULL;
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);

  if (!read_code (code, bytes))
    {
      flow_digest_wipe (bytes, sizeof bytes);
      g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_PASSPHRASE,
                           _ ("a letter of the code is wrong or missing"));
      return FALSE;
    }
  derive_from_code (bytes, key);
  flow_digest_wipe (bytes, sizeof bytes);
  cipher = flow_cipher_new (key);
  flow_digest_wipe (key, sizeof key);
  if (size == 1 + SEALED_SIZE && data[0] == MESSAGE_CODE &&
      flow_cipher_open_box (cipher, CODE_LABEL, sizeof CODE_LABEL, data + 1, size - 1, account_key, NULL))
    return TRUE;
  g_set_error_literal (error, FLOW_ERROR, FLOW_ERROR_BAD_PASSPHRASE,
                       _ ("this is not the code that the other device shows"));
  return FALSE;
}
