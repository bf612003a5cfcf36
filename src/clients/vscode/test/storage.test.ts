// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { test } from 'node:test';
import { claimInstance } from '../src/hub/instance';
import { adoptOutboxes, Outbox } from '../src/hub/outbox';
import { openStorage } from '../src/hub/storage';
import { folder } from './support';

const GONE = 4194305;

test('a window keeps its name, and two never have the same', async (t) => {
  const top = await folder(t);
  const alive = (pid: number) => pid !== GONE;
  const first = await claimInstance(top, undefined, 1, alive);
  assert.match(first.name, /^window-[0-9a-f]{12}$/);
  const other = await claimInstance(top, first.name, 2, alive);
  assert.notEqual(other.name, first.name);
  assert.equal((await claimInstance(top, first.name, 1, alive)).name, first.name, 'a reload in the same process');
  await first.release();
  assert.equal((await claimInstance(top, first.name, 2, alive)).name, first.name);
});

test('the name of a window that crashed is free, one that makes no sense is not taken', async (t) => {
  const top = await folder(t);
  const crashed = await claimInstance(top, 'window-a', GONE, () => false);
  assert.equal(crashed.name, 'window-a');
  assert.equal((await claimInstance(top, 'window-a', 2, (pid) => pid !== GONE)).name, 'window-a');
  await fs.writeFile(path.join(top, 'window-b.lock'), 'broken');
  assert.equal((await claimInstance(top, 'window-b', 2)).name, 'window-b');
  assert.notEqual((await claimInstance(top, '../../etc', 2)).name, '../../etc');
});

test('the outbox keeps order over restarts', async (t) => {
  const top = await folder(t);
  const outbox = await Outbox.open(top);
  for (let number = 0; number < 20; number += 1) await outbox.put('trace_added', { number });
  await fs.writeFile(path.join(top, 'left.tmp'), 'half');
  const again = await Outbox.open(top);
  assert.equal(again.size, 20);
  for (let number = 0; number < 20; number += 1) {
    const first = (await again.first())!;
    assert.equal(first.data['number'], number);
    await again.remove(first.id);
  }
  assert.equal(await again.first(), undefined);
  assert.deepEqual(await fs.readdir(top), []);
});

test('the outbox has bounds, and a broken file does not stop it', async (t) => {
  const top = await folder(t);
  const outbox = await Outbox.open(top, { messages: 3, bytes: 10_000 });
  for (let number = 0; number < 5; number += 1) await outbox.put('x', { number });
  assert.equal(outbox.dropped, 2);
  assert.equal((await outbox.first())!.data['number'], 2);
  await outbox.put('x', { text: 'a'.repeat(9_950) });
  assert.equal(outbox.size, 1, 'too many bytes: only the newest stays');
  await assert.rejects(outbox.put('x', { text: 'a'.repeat(9 * 1024 * 1024) }), /too long/);
  const [file] = await fs.readdir(top);
  await fs.writeFile(path.join(top, file!), '{');
  assert.equal(await outbox.first(), undefined);
  assert.equal(outbox.size, 0);
});

test('what a window left that is gone is handed over by another', async (t) => {
  const top = await folder(t);
  for (const [name, text] of [['window-old', 'old'], ['window-live', 'live'], ['window-own', 'own']] as const) {
    await (await Outbox.open(path.join(top, name))).put('x', { text });
  }
  assert.equal(await adoptOutboxes(top, 'window-own', async (name) => name !== 'window-live'), 1);
  const own = await Outbox.open(path.join(top, 'window-own'));
  const texts: unknown[] = [];
  for (let first = await own.first(); first; first = await own.first()) {
    texts.push(first.data['text']);
    await own.remove(first.id);
  }
  assert.deepEqual(texts, ['old', 'own']);
  assert.deepEqual((await fs.readdir(top)).sort(), ['window-live', 'window-own']);
});

test('windows that start together lose nothing of what they left', async (t) => {
  const top = await folder(t);
  const names = ['window-a', 'window-b', 'window-c', 'window-d', 'window-e'];
  for (const name of names) {
    const outbox = await Outbox.open(path.join(top, 'outbox', name));
    for (let number = 0; number < 20; number += 1) await outbox.put('x', { number });
  }
  const windows = await Promise.all([...names.slice(0, 2), undefined, undefined, undefined].map((name) => openStorage(top, name)));
  assert.equal(new Set(windows.map(({ instance }) => instance.name)).size, 5);
  const left = await Promise.all((await fs.readdir(path.join(top, 'outbox'))).map((name) => fs.readdir(path.join(top, 'outbox', name))));
  assert.equal(left.flat().length, 100);
  for (const { outbox } of windows) await outbox.put('x', {});
});

test('the storage of a window as a whole', async (t) => {
  const top = await folder(t);
  const first = await openStorage(top, undefined);
  await first.outbox.put('x', {});
  await first.instance.release();
  const again = await openStorage(top, first.instance.name);
  assert.equal(again.instance.name, first.instance.name);
  assert.equal(again.outbox.size, 1);
});
