// SPDX-License-Identifier: MIT
import * as http from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const MAX_BODY = 64 * 1024;

/** Ask the hub on this machine for JSON. No proxy, no redirect, and an end after `timeout` milliseconds, however it trickles, or `maxBody` bytes. */
export function ask(port: number, method: 'GET' | 'POST', target: string, body?: unknown, timeout = 2000, token?: string, maxBody = MAX_BODY): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...(payload === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload) }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    };
    const signal = AbortSignal.timeout(timeout);
    const failed = (error: Error) => reject(signal.aborted ? new Error('no answer') : error);
    const request = http.request({ host: '127.0.0.1', port, method, path: target, headers, agent: false, signal }, (response) => {
      const parts: Buffer[] = [];
      let length = 0;
      response.on('data', (part: Buffer) => {
        length += part.length;
        if (length > maxBody) request.destroy(new Error('the answer is too long'));
        else parts.push(part);
      });
      response.on('error', failed);
      response.on('end', () => {
        let parsed: unknown;
        try {
          parsed = JSON.parse(Buffer.concat(parts).toString('utf8'));
        } catch {
          parsed = undefined;
        }
        resolve({ status: response.statusCode ?? 0, body: parsed });
      });
    });
    request.on('error', failed);
    request.end(payload);
  });
}
