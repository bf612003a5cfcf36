// SPDX-License-Identifier: MIT
import { randomBytes } from 'node:crypto';

let lastTime = 0;
let lastCount = 0;

/**
 * A UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then a counter, so that the ones of this
 * process sort as they were made.
 */
export function newId(now = Date.now()): string {
  lastCount = now > lastTime ? 0 : lastCount + 1;
  lastTime = Math.max(now, lastTime);
  if (lastCount > 0xfff) {
    lastTime += 1;
    lastCount = 0;
  }
  const bytes = randomBytes(16);
  bytes.writeUIntBE(lastTime, 0, 6);
  bytes.writeUInt16BE(0x7000 | lastCount, 6);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Ids of OpenTelemetry: 16 random bytes for a trace, 8 for a span. */
export function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

export function newSpanId(): string {
  return randomBytes(8).toString('hex');
}
