// SPDX-License-Identifier: MIT
import { integer, number, text, texts, type Data } from '../protocol/message';

export type Status = 'ok' | 'error' | 'unset';

/** A trace as the hub tells of it, without its spans. */
export interface Trace {
  readonly id: string;
  readonly name: string;
  readonly status: Status;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly spans: number;
  readonly errors: number;
  readonly services: readonly string[];
  readonly tags: readonly string[];
  readonly sourceFile?: string;
  readonly sourceLine?: number;
}

const STATUS = new Set<string>(['ok', 'error', 'unset']);

/** Put what changed over what was known; a trace that was not known must come whole. */
export function updateTrace(before: Trace | undefined, data: Data): Trace | undefined {
  return readTrace(before ? { ...before, ...withoutNull(data) } : data);
}

function withoutNull(data: Data): Data {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
}

/** The flat form of a trace; undefined when it has no id or no time. */
export function readTrace(data: Data): Trace | undefined {
  const [id, startedAt] = [text(data, 'id'), text(data, 'startedAt')];
  if (!id || !/^[0-9a-f]{32}$/.test(id) || !startedAt || Number.isNaN(Date.parse(startedAt))) return undefined;
  const status = text(data, 'status') ?? 'unset';
  const [sourceFile, sourceLine] = [text(data, 'sourceFile'), integer(data, 'sourceLine')];
  return {
    id,
    startedAt,
    name: text(data, 'name') || id,
    status: STATUS.has(status) ? (status as Status) : 'unset',
    durationMs: number(data, 'durationMs') ?? 0,
    spans: integer(data, 'spans') ?? 1,
    errors: integer(data, 'errors') ?? 0,
    services: texts(data, 'services'),
    tags: texts(data, 'tags'),
    ...(sourceFile ? { sourceFile } : {}),
    ...(sourceFile && sourceLine !== undefined && sourceLine > 0 ? { sourceLine } : {}),
  };
}
