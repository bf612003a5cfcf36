// SPDX-License-Identifier: MIT
import type { Disposable } from '../base/emitter';
import { reason, type Log } from '../base/log';
import type { Timers } from '../base/timers';
import { HubError, passes } from '../protocol/hub-error';
import { text, type Message } from '../protocol/message';
import type { Outbox, Waiting } from './outbox';

const AGAIN_MS = 30_000;
const AFTER_ERROR_MS = 5_000;
const MOST_AFTER_ERROR_MS = 300_000;

type Outcome = 'stored' | 'again' | 'refused' | 'stopped';

/** Carries what waits in the outbox to the hub, in order, each until the hub says that it is stored. */
export class Postman implements Disposable {
  private send: ((waiting: Waiting) => boolean) | undefined;
  private underway: { id: string; end: (outcome: Outcome) => void } | undefined;
  private working: Promise<void> | undefined;
  private more = false;
  private failures = 0;
  private resume: (() => void) | undefined;

  constructor(
    private readonly outbox: Outbox,
    private readonly timers: Timers,
    private readonly log: Log,
  ) {}

  start(send: (waiting: Waiting) => boolean): void {
    this.send = send;
    this.failures = 0;
    this.work();
  }

  stop(): void {
    this.send = undefined;
    this.underway?.end('stopped');
    // The pause was for a hub that is gone.
    this.resume?.();
  }

  dispose(): void {
    this.stop();
  }

  /** Something may wait. */
  work(): void {
    this.more = true;
    this.working ??= this.carry().finally(() => {
      this.working = undefined;
      if (this.more && this.send) this.work();
    });
  }

  /** True when a message is about what is under way. */
  answer(message: Message): boolean {
    const { underway } = this;
    if (!underway) return false;
    const about = message.reply_to ?? text(message.data, 'id') ?? text(message.data, 'in_reply_to');
    if (about !== underway.id) return false;
    if (message.type === 'ack') {
      underway.end('stored');
      return true;
    }
    if (message.type !== 'error') return false;
    const error = HubError.from(message.data);
    this.log.warn(`handing over: ${error.advice}`);
    underway.end(passes(error.code) ? 'again' : 'refused');
    return true;
  }

  private async carry(): Promise<void> {
    try {
      while (this.send) {
        this.more = false;
        const waiting = await this.outbox.first();
        if (!waiting) return;
        const outcome = await this.hand(waiting);
        if (outcome === 'stopped') return;
        if (outcome === 'again') {
          await this.wait(Math.min(MOST_AFTER_ERROR_MS, AFTER_ERROR_MS * 2 ** Math.min(this.failures, 10)));
          this.failures += 1;
        } else {
          this.failures = 0;
          await this.outbox.remove(waiting.id);
        }
      }
    } catch (error) {
      this.log.error(`outbox: ${reason(error)}`);
      this.more = false;
    }
  }

  private hand(waiting: Waiting): Promise<Outcome> {
    return new Promise((resolve) => {
      const timer = this.timers.after(AGAIN_MS, () => this.underway?.end('again'));
      this.underway = {
        id: waiting.id,
        end: (outcome) => {
          this.underway = undefined;
          timer.dispose();
          resolve(outcome);
        },
      };
      if (!this.send?.(waiting)) this.underway.end('stopped');
    });
  }

  private wait(milliseconds: number): Promise<void> {
    return new Promise((done) => {
      const timer = this.timers.after(milliseconds, () => this.resume?.());
      this.resume = () => {
        this.resume = undefined;
        timer.dispose();
        done();
      };
    });
  }
}
