// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TextClient, type Pending, type Update } from '../../text/client';
import { apply, compose, count, invert, transform, type Change, type Operation } from '../../text/operation';
import { LiveText, operationOf, wellFormed, type Surface } from '../src/edit/live-text';
import { Undo } from '../src/edit/undo';
import { FakeTimers } from './support';

/** A document that does what it is asked some time later, and not if it was changed meanwhile; as the editor has it. */
class Document implements Surface {
  version = 1;
  isDirty = false;
  /** Whether it does what it is asked also when it was changed meanwhile. */
  isLenient = false;
  live: LiveText | undefined;
  readonly work: (() => void)[] = [];
  readonly reread: Operation[] = [];

  constructor(public text: string) {}

  change(list: readonly Change[]): Promise<boolean> {
    const { version } = this;
    return new Promise((done) => this.work.push(() => {
      if (version !== this.version && !this.isLenient) return done(false);
      this.edit(list);
      done(true);
    }));
  }

  reload(): boolean {
    if (this.isDirty) return false;
    this.work.push(() => {
      if (this.isDirty) return;
      const { version } = this;
      const text = this.live!.serve();
      this.work.push(() => {
        if (version !== this.version || text === this.text) return;
        this.version += 1;
        this.text = text;
        this.live!.documentChanged(text, [{ start: 0, end: 0, insert: '' }]);
      });
    });
    return true;
  }

  reloaded(op: Operation): void {
    this.reread.push(op);
  }

  edit(list: readonly Change[]): void {
    this.version += 1;
    this.isDirty = true;
    for (const { start, end, insert } of [...list].reverse()) this.text = this.text.slice(0, start) + insert + this.text.slice(end);
    this.live!.documentChanged(this.text, list);
  }
}

/** The hub's order of things. */
class Server {
  readonly history: Operation[] = [];

  constructor(public text: string) {}

  submit(base: number, op: Operation): Operation {
    const mine = this.history.slice(base).reduce((left, theirs) => transform(left, theirs, false), op);
    this.text = apply(mine, this.text);
    this.history.push(mine);
    return mine;
  }
}

class Chance {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.state / 0x100000000) * limit);
  }
}

const settle = () => new Promise<void>((done) => setImmediate(done));

/** A document, a text client and a server, with what is on its way between them. */
class World {
  readonly server: Server;
  readonly document: Document;
  readonly timers = new FakeTimers();
  readonly client: TextClient;
  readonly live: LiveText;
  readonly out: Pending[] = [];
  readonly in: Update[] = [];

  constructor(text: string) {
    this.server = new Server(text);
    this.document = new Document(text);
    this.client = new TextClient(text, { send: (pending) => this.out.push(pending), changed: (op) => this.live.changed(op) });
    this.live = new LiveText(text, this.document, (op) => this.client.change(op), this.timers);
    this.document.live = this.live;
    this.client.join();
    this.client.receive({ revision: 0, text });
  }

  page(...parts: Operation): void {
    const op = this.server.submit(this.server.history.length, compose([], parts));
    this.in.push({ revision: this.server.history.length, op });
  }

  type(start: number, insert: string, end = start): void {
    this.document.edit([{ start, end, insert }]);
  }

  hubTakes(): void {
    const pending = this.out.shift();
    if (!pending) return;
    this.server.submit(pending.base, pending.op);
    this.in.push({ revision: this.server.history.length, opId: pending.opId });
  }

  hears(): void {
    const update = this.in.shift();
    if (update) assert.ok(this.client.receive(update));
  }

  async all(): Promise<void> {
    await settle();
    while (this.out.length + this.in.length + this.document.work.length + this.timers.size > 0) {
      if (this.out.length + this.in.length + this.document.work.length === 0) this.timers.pass(1000);
      this.hubTakes();
      this.hears();
      this.document.work.shift()?.();
      await settle();
    }
  }

  check(): void {
    assert.equal(this.document.text, this.server.text);
    assert.equal(this.client.text, this.server.text);
  }
}

test('what the user types goes out at once, what others do goes in, and leaves it saved', async () => {
  const world = new World('hello');
  world.page(5, ' page');
  await world.all();
  assert.equal(world.document.text, 'hello page');
  assert.equal(world.document.isDirty, false);
  assert.deepEqual(world.document.reread, [[5, ' page']]);
  world.type(0, '😀');
  assert.deepEqual(world.out[0]?.op, ['😀']);
  world.page('x');
  await world.all();
  world.check();
  assert.ok(world.document.text.includes('😀') && world.document.text.includes('x') && world.document.isDirty);
});

test('typing while a change of others goes in keeps both, once', async () => {
  const world = new World('ab');
  world.type(2, 'c');
  await world.all();
  world.page('PAGE ');
  world.hears();
  assert.equal(world.document.work.length, 1);
  world.type(3, 'd');
  world.type(4, 'e');
  await world.all();
  world.check();
  assert.equal(world.document.text, 'PAGE abcde');
});

test('a change that is made although the user was faster moves nothing', async () => {
  const world = new World('ab');
  world.document.isLenient = true;
  world.type(2, 'c');
  await world.all();
  world.page(1, 'PAGE');
  world.hears();
  world.type(3, 'd');
  world.type(4, 'e');
  await world.all();
  world.check();
  assert.equal(world.document.text, 'aPAGEbcde');
  assert.ok(world.server.history.every((op) => op.every((part) => typeof part !== 'object')), JSON.stringify(world.server.history));
});

test('many cursors are many changes, and ends of lines are one character', async () => {
  const world = new World('a\nb\nc');
  world.document.edit([{ start: 0, end: 0, insert: '-' }, { start: 2, end: 2, insert: '-' }, { start: 4, end: 4, insert: '-' }]);
  assert.deepEqual(world.out[0]?.op, ['-', 2, '-', 2, '-']);
  assert.equal(wellFormed('a\r\nb\rc\ud800\0'), 'a\nb\nc\ufffd\ufffd');
  assert.equal(operationOf('abc', [{ start: 1, end: 3, insert: '' }, { start: 2, end: 2, insert: 'x' }]), undefined);
  assert.equal(operationOf('😀', [{ start: 1, end: 1, insert: 'x' }]), undefined);
  assert.deepEqual(operationOf('a😀b', [{ start: 3, end: 4, insert: 'c' }, { start: 1, end: 3, insert: '' }]), [1, 'c', { d: 2 }]);
});

test('a document that does not read anew is changed', async () => {
  const world = new World('a');
  world.document.reload = () => true;
  world.page(1, 'b');
  world.hears();
  await settle();
  assert.equal(world.document.work.length, 0);
  world.timers.pass(1000);
  await world.all();
  world.check();
});

test('two thousand documents that are typed in from both sides end up the same', async () => {
  const seeds = Number(process.env['FLOWSCOPE_SEEDS'] ?? 2000);
  for (let seed = 1; seed <= seeds; seed += 1) {
    const chance = new Chance(seed);
    const world = new World('one two\nthree 😀 four');
    let words = 0;
    for (let step = 0; step < 24; step += 1) {
      const kind = chance.below(8);
      const { text } = world.document;
      if (kind === 0) world.type(pairSafe(text, chance.below(text.length + 1)), `[u${words += 1}]`);
      else if (kind === 1) world.page(chance.below(count(world.server.text) + 1), `[p${words += 1}]`);
      else if (kind === 2 && text.length > 3) world.type(pairSafe(text, chance.below(3)), '', pairSafe(text, 3));
      else if (kind === 3) world.hubTakes();
      else if (kind === 4) world.hears();
      else if (kind === 5) world.document.work.shift()?.();
      else if (kind === 6) await settle();
      else if (chance.below(3) === 0) world.document.isDirty = false;
      else if (chance.below(2) === 0) void world.live.step(chance.below(3) === 0 ? 'redo' : 'undo');
    }
    await world.all();
    try {
      world.check();
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});

function pairSafe(text: string, at: number): number {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at - 1 : at;
}

test('taking back all of one’s own leaves all of the others’, and doing it again brings it back', async () => {
  const world = new World('text');
  for (let i = 0; i < 5; i += 1) {
    world.timers.pass(1000);
    world.type(world.document.text.length, `my${i} `);
    await world.all();
    world.page(`their${i} `);
    await world.all();
  }
  const both = world.document.text;
  for (let i = 0; i < 9; i += 1) {
    const done = world.live.step('undo');
    await world.all();
    await done;
  }
  world.check();
  assert.ok(!/my\d/.test(world.document.text), world.document.text);
  for (let i = 0; i < 5; i += 1) assert.ok(world.document.text.includes(`their${i} `));
  for (let i = 0; i < 9; i += 1) {
    const done = world.live.step('redo');
    await world.all();
    await done;
  }
  assert.equal(world.document.text, both);
  world.check();
});

test('what is typed in one go is taken back in one go, a word at a time', () => {
  let now = 0;
  const undo = new Undo(() => now);
  let text = '';
  for (const letter of 'ab cd') {
    const op = compose([], [count(text), letter]);
    undo.add(op, text);
    text = apply(op, text);
    now += 100;
  }
  text = apply(undo.undo!, text);
  assert.equal(text, 'ab ');
  undo.moved('undo', 'ab cd');
  text = apply(undo.undo!, text);
  assert.equal(text, '');
  undo.moved('undo', 'ab ');
  assert.equal(undo.undo, undefined);
  assert.deepEqual(undo.redo, invert([{ d: 3 }], 'ab '));
  now += 1000;
  undo.add(['x'], '');
  assert.equal(undo.redo, undefined);
});
