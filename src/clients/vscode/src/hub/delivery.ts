// SPDX-License-Identifier: MIT
import { readJson, writeJson } from '../base/json-file';
import { integer, text, texts, type Data, type Message } from '../protocol/message';

const MAX_RECENT = 512;

/**
 * Which of the hub's stored messages this window has handled, kept on the disk: the hub sends one again until it is
 * acknowledged, and it must happen once.
 */
export class DeliveryLog {
  private epoch = '';
  private seq = 0;
  private recent: string[] = [];

  private constructor(private readonly file: string) {}

  static async open(file: string): Promise<DeliveryLog> {
    const log = new DeliveryLog(file);
    const data = ((await readJson(file)) ?? {}) as Data;
    log.epoch = text(data, 'epoch') ?? '';
    log.seq = integer(data, 'seq') ?? 0;
    log.recent = texts(data, 'recent').slice(-MAX_RECENT);
    return log;
  }

  /**
   * What `welcome` says of the hub's outbox: its name, and the last number that it gave. Another outbox begins its
   * numbers anew; one that was put back from a copy gives some of them again.
   */
  meet(epoch: string, given: number): void {
    this.seq = epoch === this.epoch ? Math.min(this.seq, given) : 0;
    this.epoch = epoch;
  }

  isHandled(message: Message): boolean {
    if (message.seq !== undefined && message.seq <= this.seq) return true;
    return this.recent.includes(DeliveryLog.key(message));
  }

  /** Keep that a message was handled. The hub may be told when this is done. */
  async handled(message: Message): Promise<void> {
    if (message.seq !== undefined) this.seq = Math.max(this.seq, message.seq);
    this.recent.push(DeliveryLog.key(message));
    this.recent.splice(0, Math.max(0, this.recent.length - MAX_RECENT));
    await writeJson(this.file, { epoch: this.epoch, seq: this.seq, recent: this.recent });
  }

  private static key(message: Message): string {
    return `${message.source} ${message.id}`;
  }
}
