// SPDX-License-Identifier: MIT

const FIRST_MS = 500;
const MOST_MS = 30_000;

/** How long to wait before the next try: twice as long each time, up to half a minute, and never all at once. */
export class Backoff {
  private tries = 0;

  constructor(private readonly chance: () => number = Math.random) {}

  next(): number {
    const full = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(this.tries, 16));
    this.tries += 1;
    // Many windows find the hub gone in the same moment; they come back one after the other.
    return Math.round(full * (0.8 + 0.4 * this.chance()));
  }

  reset(): void {
    this.tries = 0;
  }
}
