// SPDX-License-Identifier: MIT
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { readJson } from '../base/json-file';
import { integer, record, text, type Data } from '../protocol/message';

/** A running hub, as its discovery file describes it. */
export interface HubInfo {
  readonly file: string;
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  readonly port: number;
  readonly version: string;
  /** Where it takes OTLP over HTTP; its own port does too. */
  readonly otlp: string;
}

export interface DiscoveryOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A discovery file that the user's settings name. */
  readonly file?: string;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

async function isPrivate(folder: string): Promise<boolean> {
  try {
    const facts = await fs.stat(folder);
    return facts.isDirectory() && facts.uid === os.userInfo().uid && (facts.mode & 0o077) === 0;
  } catch {
    return false;
  }
}

/** The folder where hubs of this user leave their discovery files. */
export async function runFolder(environment: DiscoveryOptions['environment']): Promise<string> {
  const runtime = environment['XDG_RUNTIME_DIR'];
  if (runtime) return path.join(runtime, 'flowscope');
  const usual = `/run/user/${os.userInfo().uid}`;
  if (await isPrivate(usual)) return path.join(usual, 'flowscope');
  const cache = environment['XDG_CACHE_HOME'] || path.join(environment['HOME'] || os.homedir(), '.cache');
  return path.join(cache, 'flowscope', 'run');
}

/** The one file that counts. FLOWSCOPE_HUB and the setting replace the usual place, they are not tried beside it. */
export async function discoveryFile(options: DiscoveryOptions): Promise<string> {
  return options.file || options.environment['FLOWSCOPE_HUB'] ||
    path.join(await runFolder(options.environment), 'hub.json');
}

/** Whether somebody has said which hub it is to be; then no other one will do. */
export function isNamed(options: DiscoveryOptions): boolean {
  return Boolean(options.file || options.environment['FLOWSCOPE_HUB']);
}

/** Whether a process runs; one of another user counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The token may go to this machine only, whatever a file says. */
export function isLocalUrl(url: string): boolean {
  try {
    const parsed = new URL(url);
    return parsed.protocol === 'ws:' && LOOPBACK.has(parsed.hostname) && !parsed.username && !parsed.password;
  } catch {
    return false;
  }
}

/** What a discovery file's content means; undefined when it can't be a hub of this protocol on this machine. */
export function readDiscovery(file: string, content: unknown): HubInfo | undefined {
  if (typeof content !== 'object' || content === null) return undefined;
  const data = content as Data;
  const [url, token, pid, port] = [text(data, 'url'), text(data, 'token'), integer(data, 'pid'), integer(data, 'port')];
  if (!url || !token || !pid || pid < 1 || !port || port > 65535) return undefined;
  if (integer(data, 'protocol') !== 1 || !isLocalUrl(url)) return undefined;
  const otlp = text(record(data, 'endpoints') ?? {}, 'otlp_http') ?? `http://127.0.0.1:${port}`;
  return { file, url, token, pid, port, version: text(data, 'version') ?? '', otlp };
}

/** The hub that runs, or undefined. A file whose process is gone is a stale one. */
export async function findHub(options: DiscoveryOptions): Promise<HubInfo | undefined> {
  const file = await discoveryFile(options);
  const info = readDiscovery(file, await readJson(file));
  return info && isAlive(info.pid) ? info : undefined;
}
