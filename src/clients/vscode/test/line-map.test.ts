// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapLine, mapThrough, type Edit } from '../src/metrics/line-map';

function edit(startLine: number, endLine: number, breaks: number, more: Partial<Edit> = {}): Edit {
  return { startLine, endLine, breaks, endCharacter: 0, atStart: true, inserts: startLine === endLine, ...more };
}

test('a line before a change stays', () => {
  assert.equal(mapLine(3, edit(4, 4, 2)), 3);
  assert.equal(mapLine(3, edit(4, 9, 0, { inserts: false })), 3);
});

test('a line after a change moves by what came and went', () => {
  assert.equal(mapLine(9, edit(4, 4, 2)), 11);
  assert.equal(mapLine(9, edit(4, 7, 0, { inserts: false })), 6);
  assert.equal(mapLine(9, edit(4, 7, 3, { inserts: false })), 9);
});

test('Enter before the first word pushes the line down, within it does not', () => {
  assert.equal(mapLine(4, edit(4, 4, 1)), 5);
  assert.equal(mapLine(4, edit(4, 4, 1, { atStart: false })), 4);
  assert.equal(mapLine(4, edit(4, 4, 0)), 4);
});

test('of deleted lines only those go that are gone', () => {
  const whole = edit(4, 7, 0, { inserts: false });
  assert.deepEqual([3, 4, 5, 6, 7, 8].map((line) => mapLine(line, whole)), [3, undefined, undefined, undefined, 4, 5]);
  const tail = edit(4, 7, 0, { inserts: false, atStart: false, endCharacter: 10 });
  assert.deepEqual([4, 5, 7, 8].map((line) => mapLine(line, tail)), [4, undefined, undefined, 5]);
});

test('a line that was replaced within itself stays', () => {
  assert.equal(mapLine(4, edit(4, 4, 0, { inserts: false, endCharacter: 9 })), 4);
});

test('several changes one after the other', () => {
  assert.equal(mapThrough(10, [edit(0, 0, 1), edit(2, 4, 0, { inserts: false }), edit(50, 50, 9)]), 9);
  assert.equal(mapThrough(3, [edit(2, 5, 0, { inserts: false }), edit(0, 0, 3)]), undefined);
  assert.equal(mapThrough(7, []), 7);
});

// The model against a text that is really edited: each line carries a mark that must be found where the map says.
test('random edits of a text move lines as the map says', () => {
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  for (let round = 0; round < 500; round += 1) {
    let lines = Array.from({ length: 12 }, (_, index) => `  mark${index};`);
    const edits: Edit[] = [];
    for (let step = 0; step < 6; step += 1) {
      const start = random(lines.length);
      const deletes = random(2) === 0;
      const end = deletes ? Math.min(lines.length - 1, start + random(3)) : start;
      const fresh = Array.from({ length: random(3) }, (_, index) => `  new${round}-${step}-${index};`);
      edits.push(edit(start, end, fresh.length, { inserts: start === end, atStart: true }));
      lines = [...lines.slice(0, start), ...fresh, ...lines.slice(end)];
    }
    for (let line = 0; line < 12; line += 1) {
      const at = lines.indexOf(`  mark${line};`);
      assert.equal(mapThrough(line, edits), at === -1 ? undefined : at, `round ${round}, line ${line}`);
    }
  }
});
