// SPDX-License-Identifier: MIT
import { Emitter, type Disposable } from '../base/emitter';
import type { SyncClient, SyncStatus } from './sync-client';

/** The state of syncing that was told last. Asked for when something may be otherwise, never from time to time. */
export class SyncState implements Disposable {
  private readonly changes = new Emitter<void>();
  private latest: SyncStatus | undefined;
  private asking: Promise<void> | undefined;
  private again = false;
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
    this.latest = await this.client.status().catch(() => undefined);
    if (JSON.stringify(this.latest) !== before) this.changes.fire();
  }

  dispose(): void {
    this.changes.dispose();
  }
}
