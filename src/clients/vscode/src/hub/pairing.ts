// SPDX-License-Identifier: MIT
import { realTimers, type Timers } from '../base/timers';
import { integer, text, type Data } from '../protocol/message';
import { ask, type Answer } from './http';

export type PairingResult = { kind: 'allowed'; token: string } | { kind: 'denied' } | { kind: 'expired' };

export interface PairingRequest {
  readonly request: string;
  readonly code: string;
  readonly expiresIn: number;
}

export type Asker = (port: number, method: 'GET' | 'POST', target: string, body?: unknown) => Promise<Answer>;

const ASK_AGAIN_MS = 1000;

function members(answer: Answer): Data {
  return (typeof answer.body === 'object' && answer.body !== null ? answer.body : {}) as Data;
}

/** Ask a hub to be let in. What comes back has the code that its user compares. */
export async function requestPairing(port: number, name: string, kind: string, asker: Asker = ask): Promise<PairingRequest> {
  const answer = await asker(port, 'POST', '/pair', { name, kind });
  const data = members(answer);
  const [request, code] = [text(data, 'request'), text(data, 'code')];
  if (answer.status !== 202 || !request || !code || !/^[A-Za-z0-9_-]+$/.test(request)) {
    throw new Error(text(data, 'message') ?? `HTTP ${answer.status}`);
  }
  return { request, code, expiresIn: Math.min(integer(data, 'expires_in') ?? 120, 600) };
}

/** Wait until the user has answered in FlowScope, the request has expired, or `cancelled` says so. */
export async function awaitPairing(
  port: number,
  pairing: PairingRequest,
  cancelled: () => boolean,
  asker: Asker = ask,
  timers: Timers = realTimers,
): Promise<PairingResult> {
  const end = timers.now() + pairing.expiresIn * 1000;
  while (!cancelled() && timers.now() < end) {
    const answer = await asker(port, 'GET', `/pair/${pairing.request}`);
    const token = text(members(answer), 'token');
    if (answer.status === 200 && token) return { kind: 'allowed', token };
    if (answer.status === 403) return { kind: 'denied' };
    if (answer.status !== 202) return { kind: 'expired' };
    await new Promise<void>((done) => timers.after(ASK_AGAIN_MS, done));
  }
  return { kind: 'expired' };
}
