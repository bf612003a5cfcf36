// SPDX-License-Identifier: MIT
import { newId } from './id';

export type Data = Readonly<Record<string, unknown>>;

/** One message of the hub's protocol, as it stands on the wire. */
export interface Message {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly timestamp: string;
  readonly data: Data;
  readonly target?: string;
  readonly metadata?: Data;
  readonly reply_to?: string;
  readonly ack?: boolean;
  readonly expires?: string;
  readonly priority?: number;
  readonly seq?: number;
}

export interface Options {
  readonly id?: string;
  readonly target?: string;
  readonly metadata?: Data;
  readonly reply_to?: string;
  readonly ack?: boolean;
  readonly expires?: string;
}

/** The hub closes a connection that sends more than this (RFC 6455, close 1009). */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

export function createMessage(type: string, source: string, data: Data, options: Options = {}): Message {
  const { id, ...rest } = options;
  return { id: id ?? newId(), type, source, timestamp: new Date().toISOString(), ...rest, data };
}

function isRecord(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A message from the wire, or undefined when its outside is not one. A member that is null counts as absent. What is
 * within `data` is checked by who reads it.
 */
export function parseMessage(text: string): Message | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || !isName(value['id']) || !isName(value['type'])) return undefined;
  const present = Object.entries(value).filter(([, member]) => member !== null);
  for (const [name, member] of present) {
    if (['source', 'target', 'reply_to'].includes(name) && !isName(member)) return undefined;
    if (name === 'seq' && !(Number.isSafeInteger(member) && (member as number) > 0)) return undefined;
    if (name === 'ack' && typeof member !== 'boolean') return undefined;
    if (['data', 'metadata'].includes(name) && !isRecord(member)) return undefined;
  }
  return { source: '', data: {}, ...Object.fromEntries(present) } as unknown as Message;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 256;
}

// --- Reading members: what is missing or of another type is undefined -------------------------------------------------

export function text(data: Data, name: string): string | undefined {
  const value = data[name];
  return typeof value === 'string' ? value : undefined;
}

export function integer(data: Data, name: string): number | undefined {
  const value = data[name];
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

export function number(data: Data, name: string): number | undefined {
  const value = data[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function flag(data: Data, name: string): boolean | undefined {
  const value = data[name];
  return typeof value === 'boolean' ? value : undefined;
}

export function record(data: Data, name: string): Data | undefined {
  const value = data[name];
  return isRecord(value) ? value : undefined;
}

export function records(data: Data, name: string): Data[] {
  const value = data[name];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function texts(data: Data, name: string): string[] {
  const value = data[name];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
