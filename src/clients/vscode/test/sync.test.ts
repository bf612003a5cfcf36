// SPDX-License-Identifier: MIT
// What the hub says of syncing, as the menu shows it and as it is decided.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { test } from 'node:test';
import type { Answer } from '../src/hub/http';
import { readConflicts, readStatus, SyncClient } from '../src/sync/sync-client';
import { SyncState, whenToAsk } from '../src/sync/sync-state';
import { sideText, syncText, valueText } from '../src/sync/sync-text';
import type { Data } from '../src/protocol/message';
import { statusOf } from '../src/views/status-model';
import { REPOSITORY } from './support';

function fixture(name: string): Data {
  return JSON.parse(fs.readFileSync(path.join(REPOSITORY, 'tests', 'fixtures', 'sync', `${name}.json`), 'utf8')) as Data;
}

test('every state has words, but one that nobody uses', () => {
  const label = (name: string) => syncText(readStatus(fixture(name)))?.label;
  assert.equal(label('sync-status-off'), undefined);
  assert.equal(label('sync-status'), '2 conflicts need your decision');
  assert.equal(label('sync-status-signed-out'), 'Sync: signed out');
  assert.equal(label('sync-status-needs-passphrase'), 'Sync: the passphrase is needed');
  assert.equal(label('sync-status-error'), 'Sync does not work');
  const without = (name: string) => syncText({ ...readStatus(fixture(name))!, conflicts: 0 });
  assert.equal(without('sync-status')?.label, 'Everything is synced');
  assert.equal(without('sync-status-syncing')?.icon, 'sync~spin');
  assert.equal(without('sync-status-paused')?.label, 'Sync is paused');
  assert.equal(without('sync-status-offline')?.detail, '7 changes wait to be sent');
  assert.equal(readStatus({}), undefined);
});

test('the status bar tells what needs the user', () => {
  const connected = { kind: 'connected', channel: 'vscode_extension/a', version: '0.1.0' } as const;
  assert.match(statusOf(connected, 0, readStatus(fixture('sync-status'))).text, /warning/);
  assert.match(statusOf(connected, 0, readStatus(fixture('sync-status'))).tooltip, /2 conflicts/);
  assert.doesNotMatch(statusOf(connected, 0, readStatus(fixture('sync-status-off'))).tooltip, /sync/i);
});

test('conflicts that wait are read with both sides', () => {
  const conflicts = readConflicts(fixture('sync-conflicts'));
  assert.deepEqual(conflicts.map(({ title }) => title), ['GET /checkout', 'shop']);
  assert.equal(conflicts[0]!.fields[0]!.mine.by, 'Desk');
  assert.equal(sideText(conflicts[0]!.fields, 'theirs'), 'slow every day');
  assert.equal(conflicts[1]!.deletedBy, 'Laptop');
});

test('values are one line', () => {
  assert.equal(valueText(null), '(nothing)');
  assert.equal(valueText(['a', 'b']), 'a, b');
  assert.equal(valueText('a\n b'), 'a b');
  assert.equal(valueText('x'.repeat(200)).length, 81);
  const field = (name: string) => ({ name, mine: { by: '', value: name }, theirs: { by: '', value: 1 } });
  assert.equal(sideText([field('a'), field('b')], 'mine'), 'a: a · b: b');
});

function makeClient(answers: Record<string, Answer>): { client: SyncClient; calls: string[] } {
  const calls: string[] = [];
  const client = new SyncClient(() => ({ port: 1, token: 'secret' }), async (_port, method, target, body, _timeout, token) => {
    calls.push(`${method} ${target} ${JSON.stringify(body)} ${token}`);
    return answers[target] ?? { status: 404, body: undefined };
  });
  return { client, calls };
}

test('verbs go to the hub with its token', async () => {
  const { client, calls } = makeClient({
    '/control/sync-status': { status: 200, body: fixture('sync-status') },
    '/control/sync-resolve': { status: 200, body: {} },
  });
  assert.equal((await client.status())?.conflicts, 2);
  await client.resolve('c1', 'both');
  assert.deepEqual(calls, ['POST /control/sync-status {} secret', 'POST /control/sync-resolve {"id":"c1","choice":"both"} secret']);
  await assert.rejects(client.now(), /HTTP 404/);
  await assert.rejects(new SyncClient(() => undefined).now(), /not connected/);
});

test('conflicts of long notes are read, and a whole sync is waited for', async () => {
  const [first] = fixture('sync-conflicts')['conflicts'] as Data[];
  const note = 'x'.repeat(300 * 1024);
  const conflict = { ...first, fields: [{ field: 'note', mine: { by: 'Desk', value: note }, theirs: { by: 'Laptop', value: note } }] };
  const server = http.createServer((_request, response) => response.end(JSON.stringify({ conflicts: [conflict, conflict] })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const endpoint = { port: (server.address() as AddressInfo).port, token: 'secret' };
    const conflicts = await new SyncClient(() => endpoint).conflicts();
    assert.deepEqual(conflicts.map(({ fields }) => (fields[0]!.mine.value as string).length), [note.length, note.length]);
  } finally {
    server.close();
  }
  let waited = 0;
  const client = new SyncClient(() => ({ port: 1, token: '' }), async (_port, _method, _target, _body, timeout) => {
    waited = timeout ?? 0;
    return { status: 200, body: {} };
  });
  await client.now();
  assert.ok(waited >= 60000, `${waited} ms`);
});

test('the hub\'s reason is kept', async () => {
  const { client } = makeClient({ '/control/sync-now': { status: 503, body: { code: 'offline', message: 'connection refused' } } });
  await assert.rejects(client.now(), { code: 'offline', message: 'connection refused' });
});

test('the state is told when it is another one, and asked once more for what changed meanwhile', async () => {
  let asked = 0;
  const state = new SyncState({ status: async () => ({ state: asked++ < 2 ? 'idle' : 'paused', conflicts: 0, pending: 0, message: undefined }) });
  let told = 0;
  state.onChange(() => (told += 1));
  await Promise.all([state.refresh(), state.refresh()]);
  await state.refresh();
  assert.equal(state.current?.state, 'paused');
  assert.deepEqual([asked, told], [3, 2]);
  const silent = new SyncState({ status: () => Promise.reject(new Error('old')) });
  await silent.refresh();
  assert.equal(silent.current, undefined);
});

test('a state that passes is asked for again by itself, one that lasts is not', () => {
  const when = (state: string, pending: number) => whenToAsk({ state, pending, conflicts: 0, message: undefined });
  assert.equal(when('idle', 0), undefined);
  assert.equal(when('paused', 3), undefined);
  assert.equal(whenToAsk(undefined), undefined);
  assert.equal(when('syncing', 0), when('connecting', 0));
  assert.equal(when('idle', 2), when('syncing', 2));
  assert.ok(when('offline', 1)! > when('syncing', 1)!);
});

test('a change that is sent a moment later is shown as sent', async () => {
  let asked = 0;
  const pending = () => (asked++ === 0 ? 1 : 0);
  const state = new SyncState({ status: async () => ({ state: 'idle', conflicts: 0, pending: pending(), message: undefined }) });
  await state.refresh();
  await new Promise<void>((resolve) => state.onChange(resolve));
  assert.equal(state.current?.pending, 0);
  state.dispose();
});
