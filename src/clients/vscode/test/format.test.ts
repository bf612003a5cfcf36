// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, lineText } from '../src/metrics/format';
import { byFunction, functionText, slowest } from '../src/metrics/functions';
import type { LineMetrics } from '../src/metrics/metrics-message';

function metrics(line: number, more: Partial<LineMetrics> = {}): LineMetrics {
  return { line, count: 3, errors: 0, p50: 1, p95: 2, name: 'f', traceId: undefined, spanId: undefined, ...more };
}

test('durations have three digits at most', () => {
  const given = [0, 0.0004, 0.0123, 0.5, 1, 3.14159, 12.34, 99.96, 100, 123.4, 999.4, 1234, 59_999, 90_000, 36e5];
  assert.deepEqual(given.map(duration), ['0 ms', '0 ms', '12.3 µs', '500 µs', '1 ms', '3.14 ms', '12.3 ms', '100 ms',
    '100 ms', '123 ms', '999 ms', '1.23 s', '60 s', '1.5 min', '60 min']);
});

test('the text at the end of a line', () => {
  assert.equal(lineText(metrics(1)), '3 runs · p50 1 ms · p95 2 ms');
  assert.equal(lineText(metrics(1, { count: 1, errors: 1 })), '1 run · p50 1 ms · p95 2 ms · 1 error');
  assert.equal(lineText(metrics(1, { errors: 2 })), '3 runs · p50 1 ms · p95 2 ms · 2 errors');
});

test('lines belong to the innermost function that holds them', () => {
  const functions = [{ start: 0, end: 20 }, { start: 5, end: 9 }];
  const groups = byFunction([6, 8, 12, 30].map((at) => ({ at, metrics: metrics(at + 1) })), functions);
  assert.deepEqual(groups.map((group) => [group.at, group.lines.map((line) => line.at)]), [[0, [12]], [5, [6, 8]], [30, [30]]]);
});

test('percentiles of several lines are not added up', () => {
  const group = byFunction([
    { at: 1, metrics: metrics(2, { p95: 9, errors: 1 }) },
    { at: 2, metrics: metrics(3, { p95: 5, traceId: 'a', errors: 1 }) },
    { at: 3, metrics: metrics(4, { p95: 2, traceId: 'b' }) },
  ], [{ start: 0, end: 9 }])[0]!;
  assert.equal(functionText(group), '9 runs · 3 lines · slowest p95 9 ms · 2 errors');
  assert.equal(slowest(group)?.traceId, 'a');
});

test('a function with one line says what the line says', () => {
  const group = byFunction([{ at: 1, metrics: metrics(2) }], [])[0]!;
  assert.equal(functionText(group), lineText(metrics(2)));
  assert.equal(slowest(group), undefined);
});
