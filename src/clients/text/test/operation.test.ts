// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ot from '../operation';
import { Chance, fixture, randomOperation, randomText } from './support';

const ROUNDS = 3000;

interface Fixtures {
  readonly pairs: readonly {
    text: string; a: ot.Operation; b: ot.Operation; a2: ot.Operation; b2: ot.Operation; compose: ot.Operation; result: string;
  }[];
  readonly inverses: readonly { text: string; op: ot.Operation; inverse: ot.Operation }[];
  readonly positions: readonly { op: ot.Operation; position: number; own: boolean; result: number }[];
  readonly normal: readonly { op: ot.Operation; normal: ot.Operation }[];
  readonly wrong: readonly unknown[];
}

const fixtures = fixture<Fixtures>('operations.json');

function rounds(run: (chance: Chance, text: string) => void): void {
  for (let seed = 0; seed < ROUNDS; seed += 1) {
    const chance = new Chance(seed);
    run(chance, randomText(chance, 20));
  }
}

test('pairs of the fixtures', () => {
  for (const { text, a, b, a2, b2, compose, result } of fixtures.pairs) {
    assert.deepEqual(ot.transform(a, b, true), a2);
    assert.deepEqual(ot.transform(b, a, false), b2);
    assert.deepEqual(ot.compose(a, b2), compose);
    assert.equal(ot.apply(compose, text), result);
    assert.equal(ot.apply(a2, ot.apply(b, text)), result);
  }
});

test('inverses of the fixtures', () => {
  for (const { text, op, inverse } of fixtures.inverses) assert.deepEqual(ot.invert(op, text), inverse);
});

test('positions of the fixtures', () => {
  for (const { op, position, own, result } of fixtures.positions) assert.equal(ot.transformPosition(op, position, own), result);
});

test('normal forms of the fixtures', () => {
  for (const { op, normal } of fixtures.normal) assert.deepEqual(ot.normalize(op), normal);
});

test('what is no operation', () => {
  for (const wrong of fixtures.wrong) assert.equal(ot.isOperation(wrong), false, JSON.stringify(wrong));
});

test('both orders give the same text', () => {
  rounds((chance, text) => {
    const a = randomOperation(chance, text);
    const b = randomOperation(chance, text);
    const after = ot.apply(ot.transform(b, a, false), ot.apply(a, text));
    assert.equal(ot.apply(ot.transform(a, b, true), ot.apply(b, text)), after);
  });
});

test('two in one', () => {
  rounds((chance, text) => {
    const a = randomOperation(chance, text);
    const between = ot.apply(a, text);
    const b = randomOperation(chance, between);
    const c = randomOperation(chance, ot.apply(b, between));
    const both = ot.compose(a, b);
    assert.equal(ot.apply(both, text), ot.apply(b, between));
    assert.deepEqual(both, ot.normalize(both));
    assert.deepEqual(ot.compose(both, c), ot.compose(a, ot.compose(b, c)));
  });
});

test('taken back', () => {
  rounds((chance, text) => {
    const op = randomOperation(chance, text);
    assert.equal(ot.apply(ot.invert(op, text), ot.apply(op, text)), text);
  });
});

test('a difference leads to the other text', () => {
  rounds((chance, text) => {
    const after = chance.below(2) ? randomText(chance, 20) : ot.apply(randomOperation(chance, text), text);
    const op = ot.difference(text, after);
    assert.equal(ot.apply(op, text), after);
    assert.deepEqual(op, ot.normalize(op));
  });
});

test('pairs of surrogates stay whole', () => {
  assert.deepEqual(ot.difference('x😀', 'x😁'), [1, '😁', { d: 1 }]);
  assert.deepEqual(ot.difference('\u{1f600}', '\u{2f600}'), ['\u{2f600}', { d: 1 }]);
  assert.equal(ot.count('a😀b'), 3);
  assert.equal(ot.toUtf16('a😀b', 2), 3);
  assert.equal(ot.toCharacters('a😀b', 3), 2);
  assert.deepEqual(ot.changes([1, '😁', { d: 1 }], '😀😀'), [{ start: 2, end: 4, insert: '😁' }]);
});

test('a text that is too short', () => {
  assert.throws(() => ot.apply([4, 'x'], 'abc'), RangeError);
  assert.throws(() => ot.apply([{ d: Number.MAX_SAFE_INTEGER }], '😀'), RangeError);
});
