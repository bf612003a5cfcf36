// SPDX-License-Identifier: MIT
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { Emitter } from '../base/emitter';
import { readJson, writeFileWhole } from '../base/json-file';
import { newId } from '../protocol/id';
import type { Data } from '../protocol/message';

/** What waits for the hub: everything of a message but who sends it, which only `welcome` decides. */
export interface Waiting {
  readonly id: string;
  readonly type: string;
  readonly data: Data;
  readonly metadata?: Data;
}

export interface OutboxLimits {
  readonly messages: number;
  readonly bytes: number;
}

const LIMITS: OutboxLimits = { messages: 2000, bytes: 32 * 1024 * 1024 };
/** What no one message may exceed; the hub takes twice as much. */
const MAX_BYTES = 8 * 1024 * 1024;
const FILE = /^[0-9a-f-]{36}\.json$/;

/**
 * Messages that the hub must get, one file each in a folder that this window alone uses, named by ids that sort by
 * time. A file goes when the hub has said that it stored the message.
 */
export class Outbox {
  private readonly sizes = new Map<string, number>();
  private readonly changes = new Emitter<void>();
  private total = 0;
  dropped = 0;
  /** More or less waits than before. */
  readonly onChange = this.changes.event;

  private constructor(
    private readonly folder: string,
    private readonly limits: OutboxLimits,
  ) {}

  static async open(folder: string, limits: OutboxLimits = LIMITS): Promise<Outbox> {
    const outbox = new Outbox(folder, limits);
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    // Another window that starts may be taking these over.
    for (const name of (await entries(folder)).sort()) {
      const file = path.join(folder, name);
      const facts = FILE.test(name) ? await fs.stat(file).catch(() => undefined) : undefined;
      if (facts) outbox.count(name.slice(0, -5), facts.size);
      else await fs.rm(file, { force: true });
    }
    return outbox;
  }

  get size(): number {
    return this.sizes.size;
  }

  async put(type: string, data: Data, metadata?: Data): Promise<Waiting> {
    const waiting: Waiting = { id: newId(), type, data, ...(metadata ? { metadata } : {}) };
    const content = JSON.stringify(waiting);
    if (Buffer.byteLength(content) > MAX_BYTES) throw new Error(`a message of type ${type} is too long`);
    await writeFileWhole(this.path(waiting.id), content);
    this.count(waiting.id, Buffer.byteLength(content));
    while (this.sizes.size > this.limits.messages || (this.total > this.limits.bytes && this.sizes.size > 1)) {
      await this.remove(this.sizes.keys().next().value!);
      this.dropped += 1;
    }
    this.changes.fire();
    return waiting;
  }

  /** The oldest one; a file that can't be read is as good as none. */
  async first(): Promise<Waiting | undefined> {
    for (const id of this.sizes.keys()) {
      const waiting = (await readJson(this.path(id))) as Waiting | undefined;
      if (waiting?.id === id && typeof waiting.type === 'string') return waiting;
      await this.remove(id);
    }
    return undefined;
  }

  async remove(id: string): Promise<void> {
    this.total -= this.sizes.get(id) ?? 0;
    this.sizes.delete(id);
    await fs.rm(this.path(id), { force: true });
    this.changes.fire();
  }

  private count(id: string, size: number): void {
    this.sizes.set(id, size);
    this.total += size;
  }

  private path(id: string): string {
    return path.join(this.folder, `${id}.json`);
  }
}

/** Windows start at the same time: what one finds another may have taken a moment later. */
async function entries(folder: string): Promise<string[]> {
  return fs.readdir(folder).catch(() => []);
}

async function move(from: string, to: string): Promise<boolean> {
  return fs.rename(from, to).then(() => true, () => false);
}

/** Take over what windows left that are no longer there: `isFree` says whether nobody holds the name of a folder. */
export async function adoptOutboxes(parent: string, own: string, isFree: (name: string) => Promise<boolean>): Promise<number> {
  let adopted = 0;
  for (const name of await entries(parent)) {
    if (name === own || !(await isFree(name))) continue;
    const folder = path.join(parent, name);
    for (const file of (await entries(folder)).filter((entry) => FILE.test(entry))) {
      if (await move(path.join(folder, file), path.join(parent, own, file))) adopted += 1;
    }
    // Its own window may be back: a message that came since then stays, and the folder with it.
    if (await isFree(name)) {
      for (const file of (await entries(folder)).filter((entry) => !FILE.test(entry))) await fs.rm(path.join(folder, file), { force: true });
      await fs.rmdir(folder).catch(() => undefined);
    }
  }
  return adopted;
}
