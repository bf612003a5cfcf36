// SPDX-License-Identifier: MIT
import { integer, number, records, text, type Data } from '../protocol/message';

/** What the hub knows of one line of a file. `line` counts from 1, in the file as it is on the disk. */
export interface LineMetrics {
  readonly line: number;
  readonly name: string | undefined;
  readonly count: number;
  readonly errors: number;
  readonly p50: number;
  readonly p95: number;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

export interface FileMetrics {
  readonly version: number | undefined;
  readonly lines: readonly LineMetrics[];
}

const MAX_LINES = 20_000;

function readLine(data: Data): LineMetrics | undefined {
  const [line, count] = [integer(data, 'line'), integer(data, 'count')];
  if (line === undefined || line < 1 || count === undefined || count < 1) return undefined;
  return {
    line,
    count,
    name: text(data, 'function') || undefined,
    errors: integer(data, 'errors') ?? 0,
    p50: number(data, 'p50_ms') ?? 0,
    p95: number(data, 'p95_ms') ?? 0,
    traceId: text(data, 'traceId') || undefined,
    spanId: text(data, 'spanId') || undefined,
  };
}

/** The answer to `metrics_for_file`. Rows that make no sense are left out. */
export function readFileMetrics(data: Data): FileMetrics {
  const lines = records(data, 'lines').slice(0, MAX_LINES).map(readLine);
  return { version: integer(data, 'version'), lines: lines.filter((line): line is LineMetrics => line !== undefined) };
}
