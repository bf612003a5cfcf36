// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bag, Emitter } from '../src/base/emitter';
import { plain, t } from '../src/base/l10n';
import { Throttle } from '../src/base/timers';
import { Backoff } from '../src/hub/backoff';
import { newId } from '../src/protocol/id';
import { parseMessage } from '../src/protocol/message';
import { statusOf } from '../src/views/status-model';
import { FakeTimers } from './support';

test('what a notification shows of others has no links', () => {
  const evil = '/a [Repair](command:workbench.action.terminal.new) [Help](https://example.org)';
  assert.doesNotMatch(t('FlowScope could not open code: {0}', evil), /\]\(/);
  assert.doesNotMatch(plain(evil), /\[[^\]]+\]\((?:command|https):/);
  assert.equal(plain('/home/me/[id].ts (old)'), '/home/me/[id].ts (old)');
  assert.equal(t('{0} runs', 7), '7 runs');
});

test('ids sort as they were made', () => {
  const ids = Array.from({ length: 10_000 }, () => newId(1_700_000_000_000));
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(ids).size, ids.length);
  assert.match(ids[0]!, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('what is no message is none', () => {
  for (const text of ['', '[]', 'null', '{}', '{"id":1,"type":"x"}', '{"id":"1"}', '{"id":"1","type":"x","target":7}', '{"id":"1","type":"x","seq":0}', '{"id":"1","type":"x","data":[]}']) {
    assert.equal(parseMessage(text), undefined, text);
  }
  assert.deepEqual(parseMessage('{"id":"1","type":"x","target":null}'), { id: '1', type: 'x', source: '', data: {} });
});

test('pauses grow to half a minute and stay there', () => {
  const backoff = new Backoff(() => 0.5);
  assert.deepEqual(Array.from({ length: 9 }, () => backoff.next()), [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  backoff.reset();
  assert.equal(backoff.next(), 500);
  assert.equal(new Backoff(() => 0).next(), 400);
});

test('a throttle runs once for many, and not too often', () => {
  const timers = new FakeTimers();
  let runs = 0;
  const throttle = new Throttle(() => (runs += 1), 1000, 100, timers);
  throttle.ask();
  throttle.ask();
  timers.pass(99);
  assert.equal(runs, 0);
  timers.pass(1);
  assert.equal(runs, 1);
  throttle.ask();
  timers.pass(999);
  assert.equal(runs, 1);
  timers.pass(1);
  assert.equal(runs, 2);
  throttle.ask();
  throttle.dispose();
  timers.pass(5000);
  assert.equal(runs, 2);
});

test('a listener that fails does not keep others from hearing', () => {
  const failures: unknown[] = [];
  const emitter = new Emitter<number>((error) => failures.push(error));
  const heard: number[] = [];
  emitter.event(() => {
    throw new Error('broken');
  });
  const listener = emitter.event((value) => heard.push(value));
  emitter.fire(1);
  listener.dispose();
  emitter.fire(2);
  assert.deepEqual(heard, [1]);
  assert.equal(failures.length, 2);
});

test('a bag ends its things, the last first', () => {
  const ended: number[] = [];
  const bag = new Bag();
  for (const number of [1, 2]) bag.add({ dispose: () => ended.push(number) });
  bag.dispose();
  bag.dispose();
  assert.deepEqual(ended, [2, 1]);
});

test('the status bar says what is and what to do', () => {
  assert.equal(statusOf({ kind: 'connected', channel: 'c', version: '0.1.0' }, 0).tooltip, 'Connected to FlowScope 0.1.0');
  assert.match(statusOf({ kind: 'offline' }, 2).tooltip, /not running.*\n2 recordings wait/);
  assert.match(statusOf({ kind: 'offline' }, 1).tooltip, /\n1 recording waits/);
  assert.ok(statusOf({ kind: 'unpaired', port: 1 }, 0).warns);
  assert.match(statusOf({ kind: 'refused', code: 'replaced', message: '' }, 0).tooltip, /another window/);
  assert.match(statusOf({ kind: 'refused', code: 'x', message: 'because' }, 0).tooltip, /because/);
  assert.match(statusOf({ kind: 'connecting' }, 0).text, /spin/);
});
