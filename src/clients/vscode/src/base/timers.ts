// SPDX-License-Identifier: MIT
import type { Disposable } from './emitter';

/** Where waiting comes from; tests have one that they move by hand. */
export interface Timers {
  now(): number;
  after(milliseconds: number, run: () => void): Disposable;
}

export const realTimers: Timers = {
  now: () => Date.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return { dispose: () => clearTimeout(timer) };
  },
};

/**
 * Runs something soon after it was asked for, however often that was, and never more often than once in `interval`.
 */
export class Throttle implements Disposable {
  private waiting: Disposable | undefined;
  private last = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly run: () => void,
    private readonly interval: number,
    private readonly delay = 0,
    private readonly timers: Timers = realTimers,
  ) {}

  ask(): void {
    if (this.waiting) return;
    const wait = Math.max(this.delay, this.last + this.interval - this.timers.now());
    this.waiting = this.timers.after(wait, () => {
      this.waiting = undefined;
      this.last = this.timers.now();
      this.run();
    });
  }

  dispose(): void {
    this.waiting?.dispose();
    this.waiting = undefined;
  }
}
