// SPDX-License-Identifier: MIT
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { readJson } from '../base/json-file';
import { integer, type Data } from '../protocol/message';
import { DeliveryLog } from './delivery';
import { isAlive } from './discovery';
import { claimInstance, type Instance } from './instance';
import { adoptOutboxes, Outbox } from './outbox';

/** What a window keeps on the disk under its name. */
export interface WindowStorage {
  readonly instance: Instance;
  readonly delivery: DeliveryLog;
  readonly outbox: Outbox;
  /** Where the texts are kept that are edited. */
  readonly edits: string;
  /** Where the traces of late are kept. */
  readonly cache: string;
}

const DAY_MS = 86_400_000;
const KEEP_DAYS = 60;

/** Logs of deliveries that no window has used for long. */
async function sweep(folder: string, now: number): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    const file = path.join(folder, name);
    const facts = await fs.stat(file).catch(() => undefined);
    if (facts && now - facts.mtimeMs > KEEP_DAYS * DAY_MS) await fs.rm(file, { force: true });
  }
}

/** Open the storage of a window that was called `before` at its last start. All windows share `folder`. */
export async function openStorage(folder: string, before: string | undefined): Promise<WindowStorage> {
  const [locks, deliveries, outboxes] = ['windows', 'deliveries', 'outbox'].map((name) => path.join(folder, name)) as [string, string, string];
  const instance = await claimInstance(locks, before);
  const isFree = async (name: string) => {
    const holder = integer(((await readJson(path.join(locks, `${name}.lock`))) ?? {}) as Data, 'pid');
    return holder === undefined || !isAlive(holder);
  };
  const own = path.join(outboxes, instance.name);
  await fs.mkdir(own, { recursive: true, mode: 0o700 });
  await fs.mkdir(deliveries, { recursive: true, mode: 0o700 });
  await adoptOutboxes(outboxes, instance.name, isFree);
  await sweep(deliveries, Date.now());
  return {
    instance,
    delivery: await DeliveryLog.open(path.join(deliveries, `${instance.name}.json`)),
    outbox: await Outbox.open(own),
    edits: path.join(folder, 'edits'),
    cache: path.join(folder, 'traces.json'),
  };
}
