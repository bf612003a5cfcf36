// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { test } from 'node:test';
import { DeliveryLog } from '../src/hub/delivery';
import type { Found, State } from '../src/hub/client';
import { Outbox } from '../src/hub/outbox';
import type { HubError } from '../src/protocol/hub-error';
import type { Message } from '../src/protocol/message';
import { FakeHub, FakeTimers, folder, makeClient, until } from './support';

const NONE: Found = { kind: 'none' };

/** How many messages wait in a folder that a client uses. */
async function waiting(folderName: string): Promise<number> {
  return (await fs.readdir(folderName)).filter((name) => name.endsWith('.json')).length;
}

test('it says hello with its token in the head, and is welcome', async (t) => {
  const hub = await FakeHub.start(t);
  const client = await makeClient(t, async () => hub.endpoint);
  const states: State['kind'][] = [];
  client.onState((state) => states.push(state.kind));
  client.wake();
  await until(() => client.state.kind === 'connected', 'welcome');
  assert.deepEqual(states, ['connected']);
  assert.equal(hub.requests[0]!.headers.authorization, 'Bearer token');
  assert.equal(hub.requests[0]!.headers.origin, undefined);
  assert.equal(hub.requests[0]!.url, '/ws');
  const hello = hub.inbox[0]!;
  assert.equal(hello.type, 'hello');
  assert.equal(hello.data['token'], undefined);
  client.send('workspace_changed', { focused: false });
  await until(() => hub.of('workspace_changed').length === 1, 'a message');
  assert.equal(hub.inbox[1]!.source, 'vscode_extension/window-1');
});

test('it looks again and again with growing pauses, and at once when woken', async (t) => {
  const timers = new FakeTimers();
  let looked = 0;
  const client = await makeClient(t, async () => (looked += 1, NONE), { timers });
  client.wake();
  await until(() => looked === 1 && timers.size === 1, 'a look');
  timers.pass(399);
  assert.equal(looked, 1);
  timers.pass(1);
  await until(() => looked === 2 && timers.size === 1, 'a second look');
  timers.pass(799);
  assert.equal(looked, 2);
  client.wake();
  await until(() => looked === 3 && timers.size === 1, 'a look at once');
  for (let tries = 4; tries < 20; tries += 1) {
    timers.pass(36_000);
    await until(() => looked === tries && timers.size === 1, 'looking for ever');
  }
});

test('a hub that goes away and comes back is found again', async (t) => {
  const hub = await FakeHub.start(t);
  const { port, endpoint } = hub;
  const client = await makeClient(t, async () => endpoint);
  client.wake();
  await until(() => client.state.kind === 'connected', 'the hub');
  await hub.stop();
  await until(() => client.state.kind === 'offline', 'nothing');
  const next = await FakeHub.start(t, {}, port);
  client.wake();
  await until(() => client.state.kind === 'connected', 'the hub again');
  assert.equal(next.inbox[0]!.data['instance'], hub.inbox[0]!.data['instance']);
});

for (const [status, code] of [[401, 'unauthorized'], [403, 'forbidden']] as const) {
  test(`HTTP ${status} is an end until something changes`, async (t) => {
    const timers = new FakeTimers();
    const hub = await FakeHub.start(t, { refuse: status });
    const client = await makeClient(t, async () => hub.endpoint, { timers });
    client.wake();
    await until(() => client.state.kind === 'refused', 'a refusal');
    assert.equal(client.state.kind === 'refused' && client.state.code, code);
    assert.equal(timers.size, 0);
  });
}

test('HTTP 503 is not', async (t) => {
  const timers = new FakeTimers();
  const hub = await FakeHub.start(t, { refuse: 503 });
  const client = await makeClient(t, async () => hub.endpoint, { timers });
  client.wake();
  await until(() => client.state.kind === 'offline' && timers.size === 1, 'another try');
});

test('who was replaced does not come back', async (t) => {
  const timers = new FakeTimers();
  const hub = await FakeHub.start(t);
  const client = await makeClient(t, async () => hub.endpoint, { timers });
  client.wake();
  await until(() => client.state.kind === 'connected', 'welcome');
  hub.sockets[0]!.close(4409, 'replaced');
  await until(() => client.state.kind === 'refused', 'the end');
  assert.equal(client.state.kind === 'refused' && client.state.code, 'replaced');
  assert.equal(timers.size, 0);
});

test('a hub that falls silent is left', async (t) => {
  const timers = new FakeTimers();
  const hub = await FakeHub.start(t);
  const client = await makeClient(t, async () => hub.endpoint, { timers });
  client.wake();
  await until(() => client.state.kind === 'connected', 'welcome');
  timers.pass(60_000);
  hub.send('presence', { userId: 'u' });
  await until(() => timers.size > 0, 'a sign of life');
  timers.pass(30_000);
  assert.equal(client.state.kind, 'connected');
  timers.pass(100_000);
  await until(() => client.state.kind !== 'connected', 'the end');
});

test('what comes right behind welcome is heard', async (t) => {
  const hub = await FakeHub.start(t, { behind: 'sync_response' });
  const client = await makeClient(t, async () => hub.endpoint);
  const heard: string[] = [];
  client.onWelcome(() => heard.push('welcome'));
  client.handle('sync_response', () => void heard.push('sync_response'));
  client.wake();
  await until(() => client.state.kind === 'connected', 'welcome');
  hub.send('ping', { pingTime: 1 });
  await until(() => hub.of('pong').length === 1, 'pong');
  assert.deepEqual(heard, ['welcome', 'sync_response']);
});

test('a request gets its answer, an error, or a disconnect', async (t) => {
  const hub = await FakeHub.start(t);
  const client = await makeClient(t, async () => hub.endpoint);
  await assert.rejects(client.request('metrics_for_file', { file: '/a' }), (error: HubError) => error.code === 'disconnected');
  client.wake();
  await until(() => client.state.kind === 'connected', 'welcome');
  hub.onMessage = (message) => {
    if (message.data['file'] === '/a') hub.send('metrics_for_file', { file: '/a', lines: [] }, { reply_to: message.id });
    if (message.data['file'] === '/b') hub.send('error', { code: 'not_found', message: 'no such file', suggestion: 'Look.' }, { reply_to: message.id });
    if (message.data['file'] === '/c') hub.sockets[0]!.terminate();
  };
  assert.deepEqual((await client.request('metrics_for_file', { file: '/a' })).data['lines'], []);
  await assert.rejects(client.request('metrics_for_file', { file: '/b' }), (error: HubError) => error.code === 'not_found' && error.advice === 'no such file Look.');
  await assert.rejects(client.request('metrics_for_file', { file: '/c' }), (error: HubError) => error.code === 'disconnected');
});

test('a ping is answered with what it carried', async (t) => {
  const hub = await FakeHub.start(t);
  const client = await makeClient(t, async () => hub.endpoint);
  client.wake();
  await until(() => client.state.kind === 'connected', 'welcome');
  const ping = hub.send('ping', { pingTime: 42 });
  await until(() => hub.of('pong').length === 1, 'pong');
  assert.equal(hub.of('pong')[0]!.reply_to, ping.id);
  assert.deepEqual(hub.of('pong')[0]!.data, { pingTime: 42 });
});

test('stored messages are handled once and in order, and acknowledged each time', async (t) => {
  const hub = await FakeHub.start(t);
  const file = path.join(await folder(t), 'delivery.json');
  const client = await makeClient(t, async () => hub.endpoint, { delivery: await DeliveryLog.open(file) });
  const handled: string[] = [];
  client.handle('jump_to_code', async (message) => {
    await new Promise((done) => setImmediate(done));
    handled.push(String(message.data['file']));
    if (message.data['file'] === '/b') throw new Error('a handler that fails is done, too');
  });
  client.wake();
  await until(() => client.state.kind === 'connected', 'welcome');
  const first = hub.send('jump_to_code', { file: '/a' }, { ack: true, seq: 1 });
  hub.send('jump_to_code', { file: '/b' }, { ack: true, seq: 2 });
  hub.send('jump_to_code', { file: '/a' }, { id: first.id, ack: true, seq: 1 });
  await until(() => hub.of('ack').length === 3, 'acknowledgements');
  assert.deepEqual(handled, ['/a', '/b']);
  assert.equal(hub.of('ack')[0]!.reply_to, first.id);

  // The window was killed and started again.
  const again = await makeClient(t, async () => hub.endpoint, { delivery: await DeliveryLog.open(file) });
  again.handle('jump_to_code', (message) => void handled.push(`again ${String(message.data['file'])}`));
  again.wake();
  await until(() => again.state.kind === 'connected', 'welcome');
  hub.send('jump_to_code', { file: '/b' }, { ack: true, seq: 2 });
  hub.send('jump_to_code', { file: '/c' }, { ack: true, seq: 3 });
  await until(() => hub.of('ack').length === 5, 'acknowledgements');
  assert.deepEqual(handled, ['/a', '/b', 'again /c']);
});

test('a stored message that nobody here handles is declined, and those behind it are handled', async (t) => {
  const hub = await FakeHub.start(t);
  const client = await makeClient(t, async () => hub.endpoint);
  const handled: string[] = [];
  client.handle('session_shared', (message) => void handled.push(message.id));
  client.wake();
  await until(() => client.state.kind === 'connected', 'welcome');
  const odd = hub.send('edit_request', { text: 'abc' }, { ack: true, seq: 1 });
  const next = hub.send('session_shared', { sessionId: 's' }, { ack: true, seq: 2 });
  await until(() => hub.of('ack').length === 1, 'acknowledgement');
  assert.deepEqual(handled, [next.id]);
  assert.equal(hub.of('ack')[0]!.reply_to, next.id);
  assert.equal(hub.of('error')[0]!.reply_to, odd.id);
  assert.equal(hub.of('error')[0]!.data['code'], 'unsupported');
});

test('another outbox of the hub begins its numbers anew', async (t) => {
  const file = path.join(await folder(t), 'delivery.json');
  const log = await DeliveryLog.open(file);
  log.meet('one', 0);
  const message = (id: string, seq: number): Message => ({ id, seq, type: 'x', source: 's', timestamp: '', data: {} });
  await log.handled(message('a', 7));
  assert.ok(log.isHandled(message('b', 7)));
  const reopened = await DeliveryLog.open(file);
  reopened.meet('one', 9);
  assert.ok(reopened.isHandled(message('b', 6)));
  reopened.meet('one', 5);
  assert.ok(!reopened.isHandled(message('b', 6)), 'an outbox from a copy gives a number again');
  reopened.meet('two', 0);
  assert.ok(!reopened.isHandled(message('b', 1)));
  assert.ok(reopened.isHandled(message('a', 1)), 'the same message by another number is the same');
});

test('what must be handed over waits on the disk, goes once, and is forgotten when it is stored', async (t) => {
  const hub = await FakeHub.start(t);
  const top = await folder(t);
  let found: Found = NONE;
  const client = await makeClient(t, async () => found, { outbox: await Outbox.open(top), metadata: () => ({ workspaceId: 'w' }) });
  client.wake();
  for (const name of ['one', 'two', 'three']) await client.deliver('trace_added', { name });
  assert.equal(await waiting(top), 3);
  hub.onMessage = (message) => message.type === 'trace_added' && hub.send('ack', { id: message.id, state: 'stored' }, { reply_to: message.id });
  found = hub.endpoint;
  client.wake();
  await until(async () => (await waiting(top)) === 0, 'an empty outbox');
  const got = hub.of('trace_added');
  assert.deepEqual(got.map((message) => message.data['name']), ['one', 'two', 'three']);
  assert.ok(got.every((message) => message.ack === true && message.metadata!['workspaceId'] === 'w' && message.source === 'vscode_extension/window-1'));
});

test('what was not acknowledged goes again under the same id', async (t) => {
  const hub = await FakeHub.start(t);
  const top = await folder(t);
  const client = await makeClient(t, async () => hub.endpoint, { outbox: await Outbox.open(top) });
  await client.deliver('trace_added', { name: 'one' });
  client.wake();
  await until(() => hub.of('trace_added').length === 1, 'the first time');
  hub.onMessage = (message) => message.type === 'trace_added' && hub.send('ack', { id: message.id, state: 'stored' });
  hub.sockets[0]!.terminate();
  await until(() => client.state.kind === 'offline', 'a break');
  client.wake();
  await until(async () => (await waiting(top)) === 0, 'an empty outbox');
  const [first, second] = hub.of('trace_added');
  assert.equal(first!.id, second!.id);
});

test('a pause for one hub is none for the next', async (t) => {
  const timers = new FakeTimers();
  const hub = await FakeHub.start(t);
  const top = await folder(t);
  const client = await makeClient(t, async () => hub.endpoint, { outbox: await Outbox.open(top), timers });
  await client.deliver('trace_added', { name: 'one' });
  hub.onMessage = (message) => message.type === 'trace_added' && hub.send('error', { code: 'stopping', message: 'bye' }, { reply_to: message.id });
  client.wake();
  await until(() => hub.of('trace_added').length === 1, 'the first time');
  hub.sockets[0]!.close(1001);
  await until(() => client.state.kind === 'offline', 'a break');
  hub.onMessage = (message) => message.type === 'trace_added' && hub.send('ack', { id: message.id, state: 'stored' });
  client.wake();
  await until(async () => (await waiting(top)) === 0, 'an empty outbox');
});

test('what the hub can never take does not stand in the way, what it can take later waits', async (t) => {
  const timers = new FakeTimers();
  const hub = await FakeHub.start(t);
  const top = await folder(t);
  const client = await makeClient(t, async () => hub.endpoint, { outbox: await Outbox.open(top), timers });
  await client.deliver('trace_added', { name: 'bad' });
  await client.deliver('trace_added', { name: 'good' });
  let busy = true;
  hub.onMessage = (message) => {
    if (message.type !== 'trace_added') return;
    if (message.data['name'] === 'bad') hub.send('error', { code: 'bad_request', message: 'no' }, { reply_to: message.id });
    else if (busy) hub.send('error', { code: 'busy', message: 'later' }, { reply_to: message.id });
    else hub.send('ack', { id: message.id, state: 'stored' }, { reply_to: message.id });
  };
  client.wake();
  await until(async () => hub.of('trace_added').length === 2 && (await waiting(top)) === 1, 'busy');
  busy = false;
  await until(async () => {
    timers.pass(1000);
    return (await waiting(top)) === 0;
  }, 'an empty outbox');
  assert.equal(hub.of('trace_added').filter((message) => message.data['name'] === 'good').length, 2);
});
