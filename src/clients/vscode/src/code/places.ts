// SPDX-License-Identifier: MIT
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { integer, record, text, type Data } from '../protocol/message';
import { HubError } from '../protocol/hub-error';

/** A place in a file, counted from 1 as on the wire. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number | undefined;
}

/** Lines to mark, counted from 1; whole lines where there is no column. Both ends belong to it. */
export interface Marking {
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
  readonly milliseconds: number;
}

export interface Position {
  readonly line: number;
  readonly column: number | undefined;
}

const HIGHLIGHT_MS = 3000;
const MAX_HIGHLIGHT_MS = 600_000;

function file(data: Data): string {
  const name = text(data, 'file');
  if (!name || !path.isAbsolute(name) || name.includes('\0')) throw new HubError('bad_request', 'file is not an absolute path');
  return name;
}

function readPosition(data: Data): Position {
  const line = integer(data, 'line');
  const column = integer(data, 'column');
  if (line === undefined || line < 1 || (column !== undefined && column < 1)) {
    throw new HubError('bad_request', 'line and column count from 1');
  }
  return { line, column };
}

export function readPlace(data: Data): Place {
  return { file: file(data), ...readPosition(data) };
}

export function readMarking(data: Data): Marking {
  const range = record(data, 'range') ?? {};
  const start = readPosition(record(range, 'start') ?? {});
  const end = readPosition(record(range, 'end') ?? {});
  const milliseconds = Math.min(Math.max(integer(data, 'ms') ?? HIGHLIGHT_MS, 1), MAX_HIGHLIGHT_MS);
  return { file: file(data), start, end: end.line < start.line ? start : end, milliseconds };
}

/** The file behind every link, which must be a regular one. */
export async function realFile(name: string): Promise<string> {
  try {
    const real = await fs.realpath(name);
    if ((await fs.stat(real)).isFile()) return real;
  } catch {
    throw new HubError('not_found', `${name} does not exist here`);
  }
  throw new HubError('not_found', `${name} is not a file`);
}

export function isInside(name: string, folder: string): boolean {
  const relative = path.relative(folder, name);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** Whether a real path lies in one of these folders, links of theirs followed. */
export async function isInsideAny(name: string, folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) {
    const real = await fs.realpath(folder).catch(() => folder);
    if (isInside(name, real)) return true;
  }
  return false;
}
