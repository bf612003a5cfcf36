// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { test } from 'node:test';
import { silent } from '../src/base/log';
import type { EditRequest } from '../src/edit/edit-message';
import { EditSession, type Hub } from '../src/edit/edit-session';
import { EditStore } from '../src/edit/edit-store';
import { editStatus } from '../src/edit/status';
import { HubError } from '../src/protocol/hub-error';
import { createMessage, type Data, type Message } from '../src/protocol/message';
import { FakeTimers, folder, until } from './support';

const REQUEST: EditRequest = { editId: 'e1', client: 'c1', revision: 4, text: 'one', title: 'Page', field: 'Note', site: 'example.org', others: [] };

interface Sent {
  readonly type: string;
  readonly data: Data;
  readonly id: string | undefined;
}

/** A hub as a session sees it: what was sent is kept, and the test answers. */
class TestHub implements Hub {
  readonly sent: Sent[] = [];
  readonly questions: { data: Data; answered: (message: Message) => void; failed: (error: HubError) => void }[] = [];
  readonly saves: { data: Data; done: () => void; failed: (error: HubError) => void }[] = [];

  send(type: string, data: Data, options: { id?: string } = {}): boolean {
    this.sent.push({ type, data, id: options.id });
    return true;
  }

  ask(type: string, data: Data, answered: (message: Message) => void, failed: (error: HubError) => void): void {
    assert.equal(type, 'edit_request');
    this.questions.push({ data, answered, failed });
  }

  request(type: string, data: Data): Promise<Message> {
    assert.equal(type, 'edit_saved');
    return new Promise((resolve, failed) => this.saves.push({ data, done: () => resolve(createMessage('edit_saved', 'hub', {})), failed }));
  }

  answer(data: Data): void {
    this.questions.shift()!.answered(createMessage('edit_update', 'hub', { editId: 'e1', ...data }));
  }
}

function begin(request = REQUEST) {
  const [hub, timers] = [new TestHub(), new FakeTimers()];
  return { hub, timers, session: EditSession.begin(request, hub, timers) };
}

test('typing goes to the hub one operation at a time, under the name that the hub gave', () => {
  const { hub, session } = begin();
  assert.equal(session.standing, 'live');
  assert.deepEqual(session.opened, { editId: 'e1', client: 'c1', revision: 4, state: 'open' });
  session.change([3, '!']);
  session.change([4, '?']);
  assert.equal(hub.sent.length, 1);
  const { opId, ...rest } = hub.sent[0]!.data;
  assert.deepEqual(rest, { editId: 'e1', client: 'c1', base: 4, op: [3, '!'] });
  session.update({ editId: 'e1', revision: 5, opId });
  assert.deepEqual([hub.sent[1]!.data['base'], hub.sent[1]!.data['op']], [5, [4, '?']]);
  assert.equal(session.isSettled, false);
  session.update({ editId: 'e1', revision: 6, opId: hub.sent[1]!.data['opId'] });
  assert.equal(session.isSettled, true);
});

test('while the hub is away it waits, and goes on from what both know', () => {
  const { hub, session } = begin();
  session.change(['a']);
  session.lost();
  assert.equal(session.standing, 'away');
  session.change(['b']);
  session.join();
  session.join();
  assert.equal(hub.questions.length, 1);
  const { data } = hub.questions[0]!;
  const { opId } = hub.sent[0]!.data;
  assert.deepEqual(data, { client: 'c1', text: 'baone', resume: { editId: 'e1', revision: 4, pending: { opId, base: 4, op: ['a'] } } });
  hub.answer({ revision: 6, ops: [{ revision: 5, op: ['a'], opId }, { revision: 6, op: [4, 'X'] }] });
  assert.equal(session.text, 'baoneX');
  assert.equal(session.standing, 'live');
  assert.deepEqual(hub.sent.at(-1)!.data['op'], ['b']);
  assert.equal(hub.sent.at(-1)!.data['base'], 6);
});

test('a gap in what the hub says is filled by asking', () => {
  const { hub, session } = begin();
  session.update({ editId: 'e1', revision: 9, op: ['z'] });
  assert.equal(hub.questions.length, 1);
  hub.answer({ revision: 9, text: 'zone', reset: true });
  assert.equal(session.text, 'zone');
  assert.equal(session.revision, 9);
});

test('saving waits until the hub has all, and fails while it is away', async () => {
  const { hub, session } = begin();
  session.change(['a']);
  let saved = false;
  const saving = session.save().then(() => (saved = true));
  assert.equal(hub.saves.length, 0);
  session.update({ revision: 5, opId: hub.sent[0]!.data['opId'] });
  await until(() => hub.saves.length === 1, 'a question');
  assert.deepEqual(hub.saves[0]!.data, { editId: 'e1', client: 'c1', revision: 5 });
  assert.equal(saved, false);
  hub.saves[0]!.done();
  await saving;
  assert.ok(session.saved);

  session.change(['b']);
  const failing = session.save();
  session.lost();
  await assert.rejects(failing, (error: HubError) => error.code === 'disconnected');
  await assert.rejects(session.save(), (error: HubError) => error.code === 'disconnected');
});

test('what the hub refuses for a while is tried again, what it refuses twice is not', () => {
  const { hub, session, timers } = begin();
  session.change(['a']);
  assert.ok(session.sent(hub.sent[0]!.id));
  assert.ok(!session.sent(undefined));
  session.refused(new HubError('busy', 'later'));
  assert.equal(session.standing, 'away');
  timers.pass(2000);
  assert.equal(hub.questions.length, 1);
  hub.answer({ revision: 4, ops: [] });
  assert.equal(hub.sent.length, 2);
  session.refused(new HubError('text_too_long', 'too long'));
  assert.equal(session.standing, 'refused');
  assert.equal(session.reason, 'too long');
  assert.ok(editStatus(session, true).warns);
});

test('a session that is gone has ended, and says why', () => {
  const { hub, session } = begin();
  session.lost();
  session.join();
  hub.questions.shift()!.failed(new HubError('no_session', 'it has ended'));
  assert.equal(session.standing, 'ended');
  assert.equal(session.reason, 'it has ended');
  session.join();
  session.update({ revision: 5, op: ['x'] });
  assert.equal(session.text, 'one');
  assert.equal(hub.questions.length, 0);
});

test('who closes leaves, or ends it for all', () => {
  for (const end of [false, true]) {
    const { hub, session } = begin();
    session.leave(end);
    assert.deepEqual(hub.sent[0]!.data, { editId: 'e1', client: 'c1', ...(end ? { end } : {}) });
    assert.equal(session.standing, 'ended');
  }
});

test('the cursor is told when the hub knows the text that it is in', () => {
  const { hub, session, timers } = begin();
  session.move({ start: 1, end: 1 });
  session.move({ start: 2, end: 3 });
  timers.pass(50);
  assert.deepEqual(hub.sent.map(({ data }) => data), [{ editId: 'e1', client: 'c1', base: 4, cursor: { start: 2, end: 3 } }]);
  session.change([3, 'x']);
  session.move({ start: 4, end: 4 });
  timers.pass(50);
  assert.equal(hub.sent.length, 2);
  session.update({ revision: 5, opId: hub.sent[1]!.data['opId'] });
  assert.deepEqual(hub.sent[2]!.data, { editId: 'e1', client: 'c1', base: 5, cursor: { start: 4, end: 4 } });
});

test('the others stay at their words', () => {
  const { session } = begin({ ...REQUEST, others: [{ by: 'page', start: 1, end: 1 }] });
  session.change(['--']);
  assert.deepEqual(session.others, [{ by: 'page', start: 3, end: 3 }]);
  session.update({ revision: 4, by: 'page', cursor: { start: 2, end: 3 } });
  assert.deepEqual(session.others, [{ by: 'page', start: 4, end: 5 }]);
});

test('the status bar says where the text is', () => {
  const { hub, session } = begin();
  assert.equal(editStatus(session, false).text, '$(globe) example.org');
  assert.equal(editStatus(session, true).text, '$(globe) example.org: not saved');
  session.change(['a']);
  assert.equal(editStatus(session, true).text, '$(sync~spin) example.org');
  session.update({ revision: 5, opId: hub.sent[0]!.data['opId'] });
  session.update({ revision: 5, state: 'conflict' });
  assert.ok(session.hasConflict && editStatus(session, false).warns);
  session.update({ revision: 5, state: 'open' });
  assert.ok(!session.hasConflict);
  session.lost();
  assert.equal(editStatus(session, true).text, '$(debug-disconnect) example.org: waiting');
});

test('a window that is killed goes on with what it had not handed over', async (t) => {
  const top = await folder(t);
  const { hub, session, timers } = begin();
  const store = new EditStore(top, 'window-1', silent, timers);
  session.change(['a']);
  session.lost();
  session.change(['b']);
  store.put(session);
  await store.flush();

  const [kept] = await new EditStore(top, 'window-1', silent, timers).all(Date.now());
  const again = new EditSession(kept!, hub, timers);
  assert.equal(again.text, 'baone');
  assert.equal(again.hasOwn, true);
  assert.deepEqual(again.origin, { title: 'Page', field: 'Note', site: 'example.org' });
  again.join();
  assert.deepEqual(hub.questions[0]!.data['resume'], { editId: 'e1', revision: 4, pending: { opId: hub.sent[0]!.data['opId'], base: 4, op: ['a'] } });
  hub.answer({ revision: 5, ops: [{ revision: 5, op: ['a'], opId: hub.sent[0]!.data['opId'] }] });
  assert.deepEqual(hub.sent.at(-1)!.data['op'], ['b']);
  assert.notEqual(hub.sent.at(-1)!.data['opId'], hub.sent[0]!.data['opId']);
});

test('a window that is killed after the hub took what had waited sends it once', async (t) => {
  const top = await folder(t);
  const { hub, session, timers } = begin();
  const store = new EditStore(top, 'window-1', silent, timers);
  session.change(['t']);
  session.change([1, 'yped ']);
  store.put(session);
  await store.flush();
  const names = () => hub.sent.map(({ data }) => data['opId']);
  session.update({ revision: 5, opId: names()[0] });
  assert.equal(names().length, 2);

  const [kept] = await new EditStore(top, 'window-1', silent, timers).all(Date.now());
  const again = new EditSession(kept!, hub, timers);
  again.join();
  hub.answer({ revision: 6, ops: [{ revision: 5, op: ['t'], opId: names()[0] }, { revision: 6, op: [1, 'yped '], opId: names()[1] }] });
  assert.equal(again.text, 'typed one');
  assert.equal(again.isSettled, true);
  assert.equal(names().length, 2);
});

test('what was kept goes when it is left or too old, and a broken file is none', async (t) => {
  const top = await folder(t);
  const { session, timers } = begin();
  const store = new EditStore(top, 'window-1', silent, timers);
  store.put(session);
  await store.flush();
  assert.ok(await new EditStore(top, 'window-2', silent, timers).get('e1'));
  assert.equal(await store.get('e2'), undefined);
  await fs.writeFile(path.join(top, 'window-1', 'e3.json'), '{"editId":"e3"}');
  assert.deepEqual((await store.all(Date.now())).map(({ editId }) => editId), ['e1']);
  store.remove(session);
  await store.flush();
  assert.deepEqual(await fs.readdir(path.join(top, 'window-1')), []);
  store.put(session);
  await store.flush();
  assert.deepEqual(await store.all(Date.now() + 8 * 86_400_000), []);
});
