// SPDX-License-Identifier: MIT
import type { Disposable } from '../base/emitter';
import { realTimers, type Timers } from '../base/timers';
import { HubError } from '../protocol/hub-error';
import type { Message } from '../protocol/message';

interface Pending {
  resolve(message: Message): void;
  reject(error: HubError): void;
  timer: Disposable;
}

/** Messages that wait for an answer, by their id. */
export class Requests {
  private readonly pending = new Map<string, Pending>();

  constructor(private readonly timers: Timers = realTimers) {}

  wait(id: string, milliseconds: number): Promise<Message> {
    return new Promise((resolve, reject) => this.expect(id, milliseconds, resolve, reject));
  }

  /** The same for one who must have the answer before the next message comes. */
  expect(id: string, milliseconds: number, resolve: Pending['resolve'], reject: Pending['reject']): void {
    const timer = this.timers.after(milliseconds, () => {
      this.pending.delete(id);
      reject(new HubError('timeout', 'no answer'));
    });
    this.pending.set(id, { resolve, reject, timer });
  }

  /** True when somebody waited for this one. */
  answer(message: Message): boolean {
    const pending = message.reply_to === undefined ? undefined : this.pending.get(message.reply_to);
    if (!pending) return false;
    this.pending.delete(message.reply_to!);
    pending.timer.dispose();
    if (message.type === 'error') pending.reject(HubError.from(message.data));
    else pending.resolve(message);
    return true;
  }

  /** The connection is gone: nobody will answer. */
  fail(error: HubError): void {
    for (const pending of [...this.pending.values()]) {
      pending.timer.dispose();
      pending.reject(error);
    }
    this.pending.clear();
  }
}
