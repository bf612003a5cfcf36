// SPDX-License-Identifier: MIT
import { Emitter, type Disposable } from '../base/emitter';
import type { SyncClient, SyncStatus } from './sync-client';

/** Milliseconds after which a state that will not last is asked for again. */
const SOON_MS = 1000;
const LATER_MS = 15_000;

/** When to ask again by itself: undefined for a state that lasts until somebody does something. */
export function whenToAsk(status: SyncStatus | undefined): number | undefined {
  if (!status) return undefined;
  if (status.state === 'offline') return LATER_MS;
  const passing = ['connecting', 'syncing'].includes(status.state) || (status.state === 'idle' && status.pending > 0);
  return passing ? SOON_MS : undefined;
}

/** The state of syncing that was told last. Asked for when something may be otherwise, and while it is about to be. */
export class SyncState implements Disposable {
  private readonly changes = new Emitter<void>();
  private latest: SyncStatus | undefined;
  private asking: Promise<void> | undefined;
  private again = false;
  private timer: NodeJS.Timeout | undefined;
  private disposed = false;
  readonly onChange = this.changes.event;

  constructor(private readonly client: Pick<SyncClient, 'status'>) {}

  get current(): SyncStatus | undefined {
    return this.latest;
  }

  /** Ask the hub. One that cannot say, as it is older or not there, leaves nothing to show. */
  refresh(): Promise<void> {
    if (this.asking) this.again = true;
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
      if (this.again) void this.refresh();
      this.again = false;
    });
    return this.asking;
  }

  private async ask(): Promise<void> {
    const before = JSON.stringify(this.latest);
    clearTimeout(this.timer);
    this.latest = await this.client.status().catch(() => undefined);
    const wait = this.disposed ? undefined : whenToAsk(this.latest);
    if (wait !== undefined) this.timer = setTimeout(() => void this.refresh(), wait);
    if (JSON.stringify(this.latest) !== before) this.changes.fire();
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.changes.dispose();
  }
}
