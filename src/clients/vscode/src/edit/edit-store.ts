// SPDX-License-Identifier: MIT
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Disposable } from '../base/emitter';
import { readJson, writeJson } from '../base/json-file';
import { reason, type Log } from '../base/log';
import { Throttle, type Timers } from '../base/timers';
import { record, text, type Data } from '../protocol/message';
import { readKept } from './edit-client';
import { readOrigin } from './edit-message';
import type { EditSession, Record } from './edit-session';

const INTERVAL_MS = 1000;
const DELAY_MS = 100;
const DAY_MS = 86_400_000;
/** No session lives as long without anybody who shows it. */
const KEEP_DAYS = 7;

function readRecord(value: unknown, editId: string): Record | undefined {
  const data = (value ?? {}) as Data;
  const [client, kept] = [text(data, 'client'), readKept(record(data, 'kept') ?? {})];
  if (text(data, 'editId') !== editId || !client || !kept) return undefined;
  return { editId, client, origin: readOrigin(record(data, 'origin') ?? {}), kept };
}

/**
 * Keeps the texts that are edited on the disk, a file each in the folder of their window: one that crashes goes on where
 * it was.
 */
export class EditStore implements Disposable {
  private readonly changed = new Set<EditSession>();
  private readonly writing: Throttle;
  private done: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly parent: string,
    private readonly window: string,
    private readonly log: Log,
    timers: Timers,
  ) {
    this.writing = new Throttle(() => this.write(), INTERVAL_MS, DELAY_MS, timers);
  }

  /** Something of a session changed. */
  put(session: EditSession): void {
    this.changed.add(session);
    this.writing.ask();
  }

  /** A session of this window, or of one that had another name before. */
  async get(editId: string): Promise<Record | undefined> {
    for (const window of [this.window, ...(await fs.readdir(this.parent).catch(() => []))]) {
      const found = readRecord(await readJson(path.join(this.parent, window, `${editId}.json`)), editId);
      if (found) return found;
    }
    return undefined;
  }

  /** All of this window; ones that are too old go. */
  async all(now: number): Promise<Record[]> {
    const found: Record[] = [];
    const folder = path.join(this.parent, this.window);
    for (const name of await fs.readdir(folder).catch(() => [])) {
      const file = path.join(folder, name);
      const facts = await fs.stat(file).catch(() => undefined);
      const kept = facts && now - facts.mtimeMs < KEEP_DAYS * DAY_MS ? readRecord(await readJson(file), path.parse(name).name) : undefined;
      if (kept) found.push(kept);
      else await fs.rm(file, { force: true });
    }
    return found;
  }

  remove(session: EditSession): void {
    this.changed.delete(session);
    this.then(() => fs.rm(this.file(session.editId), { force: true }));
  }

  /** Until all is on the disk. */
  async flush(): Promise<void> {
    this.write();
    await this.done;
  }

  dispose(): void {
    this.writing.dispose();
  }

  private write(): void {
    for (const session of this.changed) {
      const { record: kept } = session;
      this.then(() => writeJson(this.file(session.editId), kept));
    }
    this.changed.clear();
  }

  private then(work: () => Promise<unknown>): void {
    this.done = this.done.then(work).catch((error: unknown) => this.log.warn(`keeping a text: ${reason(error)}`));
  }

  private file(editId: string): string {
    return path.join(this.parent, this.window, `${editId}.json`);
  }
}
