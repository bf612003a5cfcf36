// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { test } from 'node:test';
import { isInside, isInsideAny, readMarking, readPlace, realFile } from '../src/code/places';
import type { HubError } from '../src/protocol/hub-error';
import { folder } from './support';

const code = (wanted: string) => (error: HubError) => error.code === wanted;

test('places and ranges', () => {
  assert.deepEqual(readPlace({ file: '/a', line: 3 }), { file: '/a', line: 3, column: undefined });
  for (const bad of [{ line: 1 }, { file: 'a', line: 1 }, { file: '/a\0b', line: 1 }, { file: '/a' }, { file: '/a', line: 0 }, { file: '/a', line: 1.5 }, { file: '/a', line: 1, column: 0 }]) {
    assert.throws(() => readPlace(bad), code('bad_request'), JSON.stringify(bad));
  }
  const range = { start: { line: 3 }, end: { line: 5, column: 2 } };
  assert.deepEqual(readMarking({ file: '/a', range }), { file: '/a', start: { line: 3, column: undefined }, end: { line: 5, column: 2 }, milliseconds: 3000 });
  assert.equal(readMarking({ file: '/a', range, ms: 9e9 }).milliseconds, 600_000);
  assert.throws(() => readMarking({ file: '/a', range: { start: { line: 3 } } }), code('bad_request'));
});

test('a file is a regular one, behind every link', async (t) => {
  const top = await folder(t);
  await fs.writeFile(path.join(top, 'a.js'), '');
  await fs.symlink('a.js', path.join(top, 'link.js'));
  assert.equal(await realFile(path.join(top, 'link.js')), path.join(top, 'a.js'));
  await assert.rejects(realFile(path.join(top, 'none')), code('not_found'));
  await assert.rejects(realFile(top), code('not_found'));
  await assert.rejects(realFile('/dev/null'), code('not_found'));
});

test('inside is inside, and no trick makes it so', async (t) => {
  assert.ok(isInside('/srv/shop/a.js', '/srv/shop'));
  assert.ok(isInside('/srv/shop/..a/b.js', '/srv/shop'));
  assert.ok(!isInside('/srv/shop2/a.js', '/srv/shop'));
  assert.ok(!isInside('/srv/shop', '/srv/shop'));
  assert.ok(!isInside('/srv/shop/../x', '/srv/shop'));
  const top = await folder(t);
  for (const name of ['in', 'out']) await fs.mkdir(path.join(top, name));
  await fs.writeFile(path.join(top, 'out', 'secret'), '');
  await fs.symlink('../out', path.join(top, 'in', 'door'));
  await fs.symlink('in', path.join(top, 'alias'));
  const real = await realFile(path.join(top, 'in', 'door', 'secret'));
  assert.ok(!(await isInsideAny(real, [path.join(top, 'in')])), 'a link that leads out');
  await fs.writeFile(path.join(top, 'in', 'a'), '');
  assert.ok(await isInsideAny(path.join(top, 'in', 'a'), [path.join(top, 'alias')]), 'a folder by another name');
  assert.ok(!(await isInsideAny(real, [])));
});
