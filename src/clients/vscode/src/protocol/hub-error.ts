// SPDX-License-Identifier: MIT
import { text, type Data } from './message';

/** An `error` message of the hub, or of another program behind it. */
export class HubError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly suggestion?: string,
  ) {
    super(message);
    this.name = 'HubError';
  }

  static from(data: Data): HubError {
    const code = text(data, 'code') ?? 'failed';
    return new HubError(code, text(data, 'message') ?? code, text(data, 'suggestion'));
  }

  /** What to show: what happened, and what to do about it. */
  get advice(): string {
    return this.suggestion ? `${this.message} ${this.suggestion}` : this.message;
  }
}

/** Errors that pass: the same message can be sent again later. */
const PASSING = new Set(['busy', 'too_many_requests', 'disk_full', 'paused', 'stopping', 'timeout', 'queue_full',
  'not_running', 'failed', 'disconnected']);

export function passes(code: string): boolean {
  return PASSING.has(code);
}
