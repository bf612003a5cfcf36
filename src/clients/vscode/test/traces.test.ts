// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFilter } from '../src/traces/filter';
import { age, spans, traceText } from '../src/traces/format';
import { readTrace, type Trace } from '../src/traces/trace';
import { TraceList } from '../src/traces/trace-list';

const NOW = Date.parse('2026-11-20T12:00:00Z');

function id(number: number): string {
  return number.toString(16).padStart(32, '0');
}

function trace(number: number, more: Partial<Trace> = {}): Trace {
  return { id: id(number), name: `GET /${number}`, status: 'ok', startedAt: new Date(NOW + number).toISOString(), durationMs: 10, spans: 1, errors: 0, services: ['shop'], tags: [], ...more };
}

test('the flat form is read, with what is missing filled in', () => {
  assert.deepEqual(readTrace({ id: id(1), startedAt: '2026-11-20T12:00:00Z' }), {
    id: id(1), name: id(1), status: 'unset', startedAt: '2026-11-20T12:00:00Z', durationMs: 0, spans: 1, errors: 0, services: [], tags: [],
  });
  const whole = { id: id(1), name: 'n', status: 'error', startedAt: '2026-11-20T12:00:00Z', durationMs: 1.5, spans: 2, errors: 1, services: ['a'], tags: ['t'], sourceFile: '/a.js', sourceLine: 3 };
  assert.deepEqual(readTrace({ ...whole, completedAt: null, metadata: {} }), whole);
  for (const bad of [{ id: 'x', startedAt: '2026-11-20T12:00:00Z' }, { id: id(1) }, { id: id(1), startedAt: 'yesterday' }]) assert.equal(readTrace(bad), undefined);
});

test('the list has the newest first and an end', () => {
  const list = new TraceList(3);
  let changes = 0;
  list.onChange(() => (changes += 1));
  list.add(trace(2), trace(1), trace(4));
  list.add(trace(3));
  assert.deepEqual(list.all.map((entry) => entry.id), [id(4), id(3), id(2)]);
  list.remove(id(3), 'unknown');
  assert.deepEqual(list.all.map((entry) => entry.id), [id(4), id(2), id(1)], 'the next one moves up');
  list.remove('unknown');
  list.add();
  assert.equal(changes, 3);
  const other = new TraceList();
  other.load(JSON.parse(JSON.stringify(list)));
  assert.deepEqual(other.all, list.all);
  other.load({ traces: [{ id: 'broken' }, 7] });
  other.load(undefined);
  assert.equal(other.all.length, 3);
});

test('an update changes what it names', () => {
  const list = new TraceList();
  list.update({ ...trace(1) });
  list.update({ id: id(1), status: 'error', errors: 2, sourceFile: null });
  list.update({ id: id(2), status: 'error' });
  assert.equal(list.all.length, 1);
  assert.deepEqual([list.all[0]!.name, list.all[0]!.status, list.all[0]!.errors], ['GET /1', 'error', 2]);
});

test('a filter', () => {
  const traces = [
    trace(1, { name: 'POST /checkout', durationMs: 250, status: 'error', tags: ['slow'] }),
    trace(2, { name: 'GET /', durationMs: 3, services: ['web', 'Auth'] }),
    trace(3, { name: 'npm test', durationMs: 90_000, services: ['vscode'], sourceFile: '/srv/Shop.js' }),
  ];
  const left = (filter: string) => traces.filter(parseFilter(filter)).map((entry) => Number.parseInt(entry.id, 16));
  assert.deepEqual(left(''), [1, 2, 3]);
  assert.deepEqual(left('CHECK'), [1]);
  assert.deepEqual(left('>200ms'), [1, 3]);
  assert.deepEqual(left('>200'), [1, 3]);
  assert.deepEqual(left('>1.4min'), [3]);
  assert.deepEqual(left('<1s >5000us'), [1]);
  assert.deepEqual(left('status:error'), [1]);
  assert.deepEqual(left('-status:error -service:vscode'), [2]);
  assert.deepEqual(left('service:auth'), [2]);
  assert.deepEqual(left('tag:slow'), [1]);
  assert.deepEqual(left('file:shop'), [3]);
  assert.deepEqual(left('-'), [1, 2, 3]);
  assert.deepEqual(left(id(2)), [2]);
});

test('what stands beside a trace', () => {
  const at = (ago: number) => age(new Date(NOW - ago * 1000).toISOString(), NOW);
  assert.deepEqual([-5, 0, 59, 60, 3599, 3600, 90_000, 200_000].map(at),
    ['just now', 'just now', 'just now', '1 min ago', '59 min ago', '1 h ago', '1 d ago', '2 d ago']);
  assert.equal(traceText(trace(0, { errors: 2 }), NOW), '10 ms · 2 errors · just now');
  assert.deepEqual([spans(1), spans(2)], ['1 span', '2 spans']);
});
