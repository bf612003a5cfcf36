// SPDX-License-Identifier: MIT
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { readJson } from '../base/json-file';
import { integer, type Data } from '../protocol/message';
import { isAlive } from './discovery';

const NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** The name under which one window is known to the hub, kept over reloads and restarts. */
export interface Instance {
  readonly name: string;
  release(): Promise<void>;
}

function newName(): string {
  return `window-${randomBytes(6).toString('hex')}`;
}

async function claim(file: string, pid: number, alive: (pid: number) => boolean): Promise<boolean> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      await fs.writeFile(file, JSON.stringify({ pid }), { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = integer(((await readJson(file)) ?? {}) as Data, 'pid');
    if (holder === pid) return true;
    if (holder !== undefined && alive(holder)) return false;
    await fs.rm(file, { force: true });
  }
  return false;
}

/**
 * The name that this window had before, unless another window holds it (the same folder opened twice): then one of
 * its own. Two windows with one name would push each other out of the hub.
 */
export async function claimInstance(
  folder: string,
  before: string | undefined,
  pid: number = process.pid,
  alive: (pid: number) => boolean = isAlive,
): Promise<Instance> {
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  const wanted = before !== undefined && NAME.test(before) ? [before] : [];
  for (const name of [...wanted, newName(), newName()]) {
    const file = path.join(folder, `${name}.lock`);
    if (await claim(file, pid, alive)) return { name, release: () => fs.rm(file, { force: true }) };
  }
  return { name: newName(), release: async () => undefined };
}
