// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileModel } from '../src/metrics/file-model';
import type { Edit } from '../src/metrics/line-map';
import { readFileMetrics, type LineMetrics } from '../src/metrics/metrics-message';

function metrics(line: number, count = 1, traceId = 'a'.repeat(32)): LineMetrics {
  return { line, count, traceId, spanId: undefined, name: undefined, errors: 0, p50: 1, p95: 2 };
}

/** Lines put in before a line, counted from 0. */
function inserted(before: number, breaks: number): Edit {
  return { startLine: before, endLine: before, endCharacter: 0, atStart: true, inserts: true, breaks };
}

function deleted(first: number, after: number): Edit {
  return { startLine: first, endLine: after, endCharacter: 0, atStart: true, inserts: false, breaks: 0 };
}

function at(model: FileModel): [number, number][] {
  return model.placed().map((placed) => [placed.metrics.line, placed.at]);
}

test('metrics stand on their lines', () => {
  const model = new FileModel();
  assert.ok(model.isEmpty);
  assert.ok(model.answer([metrics(9), metrics(3)], 1));
  assert.deepEqual(at(model), [[3, 2], [9, 8]]);
  assert.equal(model.on(8)?.line, 9);
  assert.equal(model.on(9), undefined);
});

test('they move with edits and are gone with their line', () => {
  const model = new FileModel();
  model.answer([metrics(3), metrics(9)], 1);
  model.apply([inserted(5, 2)]);
  assert.deepEqual(at(model), [[3, 2], [9, 10]]);
  model.apply([deleted(2, 3)]);
  assert.deepEqual(at(model), [[9, 9]]);
});

test('an answer that comes after edits is put where its lines are by then', () => {
  const model = new FileModel();
  model.apply([inserted(0, 3)]);
  assert.ok(model.answer([metrics(1), metrics(9)], 2));
  assert.deepEqual(at(model), [[1, 3], [9, 11]]);
});

test('an answer that was asked for before a save is refused', () => {
  const model = new FileModel();
  model.apply([inserted(0, 3)]);
  model.saved(7);
  assert.ok(!model.answer([metrics(1)], 6));
  assert.ok(model.answer([metrics(1)], 7));
});

test('after a save a line that has not run again keeps its place, one that has takes its new one', () => {
  const model = new FileModel();
  model.answer([metrics(3, 5), metrics(9, 5)], 1);
  model.apply([inserted(0, 2)]);
  model.saved(2);
  assert.deepEqual(at(model), [[3, 2 + 2], [9, 8 + 2]]);
  // The program ran again: what was line 9 is line 11 on the disk, and the old line 9 is known still.
  model.answer([metrics(3, 5), metrics(9, 5), metrics(11, 1)], 2);
  assert.deepEqual(model.placed().map((placed) => [placed.metrics.count, placed.at]), [[5, 4], [1, 10]]);
});

test('hundreds of thousands of changes at once are no trouble', () => {
  const model = new FileModel();
  model.answer([metrics(5)], 1);
  const word: Edit = { startLine: 1, endLine: 1, endCharacter: 4, inserts: false, atStart: false, breaks: 0 };
  model.apply(Array.from({ length: 300_000 }, () => word));
  model.apply(Array.from({ length: 300_000 }, () => ({ ...word, breaks: 1 })));
  assert.deepEqual(model.placed().map(({ at }) => at), [300_004]);
});

test('a save without moved lines changes nothing', () => {
  const model = new FileModel();
  model.answer([metrics(3, 5)], 1);
  model.saved(2);
  model.answer([metrics(3, 6)], 2);
  assert.deepEqual(at(model), [[3, 2]]);
});

test('undo back to the saved text brings deleted lines back', () => {
  const model = new FileModel();
  model.answer([metrics(3)], 1);
  model.apply([deleted(1, 5)]);
  assert.deepEqual(at(model), []);
  model.apply([inserted(1, 4)]);
  model.reverted();
  assert.deepEqual(at(model), [[3, 2]]);
});

test('rows of an answer that make no sense are left out', () => {
  const { version, lines } = readFileMetrics({
    file: '/a', version: 4,
    lines: [{ line: 3, count: 2, errors: 1, p50_ms: 1.5, p95_ms: null, function: 'f', traceId: null }, { line: 0, count: 1 },
      { line: 4, count: 0 }, { line: '5', count: 1 }, null, { count: 1 }],
  });
  assert.equal(version, 4);
  assert.deepEqual(lines, [{ line: 3, count: 2, errors: 1, p50: 1.5, p95: 0, name: 'f', traceId: undefined, spanId: undefined }]);
  assert.deepEqual(readFileMetrics({}).lines, []);
});
