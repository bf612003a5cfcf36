// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TextClient, type Joining, type Pending, type Update } from '../client';
import { apply, difference, transform, type Operation } from '../operation';
import { Chance, randomOperation, randomText } from './support';

const SEEDS = 1500;

interface Done {
  readonly op: Operation;
  readonly by: End;
  readonly opId: string;
}

/** The hub as its protocol describes it: one order for all, each name once, acknowledgements when they are kept. */
class Hub {
  private readonly history: Done[] = [];
  private readonly ends = new Set<End>();
  private readonly unkept: (() => void)[] = [];

  constructor(public text: string) {}

  take(by: End, { opId, base, op }: Pending): void {
    let at = this.history.findIndex((done) => done.by === by && done.opId === opId) + 1;
    if (at === 0) {
      for (const done of this.history.slice(base)) op = transform(op, done.op, false);
      this.text = apply(op, this.text);
      at = this.history.push({ op, by, opId });
      for (const end of this.ends) if (end !== by) end.hear({ revision: at, op });
    }
    this.unkept.push(() => {
      if (this.ends.has(by)) by.hear({ revision: at, opId });
    });
  }

  /** What was taken is kept. */
  keep(): void {
    for (const acknowledge of this.unkept.splice(0)) acknowledge();
  }

  join(end: End, { text, revision, pending }: Joining, forgets: boolean): void {
    if (revision === undefined || forgets) {
      const held = end.held;
      let op = difference(held.text, text);
      for (const done of this.history.slice(held.revision)) op = transform(op, done.op, false);
      this.take(end, { opId: `whole ${this.history.length}`, base: this.history.length, op });
      end.hear({ revision: this.history.length, text: this.text });
    } else {
      if (pending) this.take(end, pending);
      const ops = this.history.slice(revision).map(({ op, by, opId }, index) => ({ revision: revision + index + 1, op,
        ...(by === end && { opId }) }));
      end.hear({ revision: this.history.length, ops });
    }
    this.ends.add(end);
  }

  leave(end: End): void {
    this.ends.delete(end);
  }
}

/** A client with a connection that is slow, and breaks. */
class End {
  readonly client: TextClient;
  shown: string;
  private readonly up: (() => void)[] = [];
  private readonly down: Update[] = [];
  private isConnected = false;

  constructor(private readonly hub: Hub, public held: { text: string; revision: number }) {
    this.shown = held.text;
    this.client = new TextClient(held.text, {
      send: (pending) => this.up.push(() => this.hub.take(this, pending)),
      changed: (op, before) => {
        assert.equal(this.shown, before);
        this.shown = apply(op, before);
      },
    });
  }

  type(op: Operation): void {
    this.shown = apply(op, this.shown);
    this.client.change(op);
  }

  hear(update: Update): void {
    this.down.push(update);
  }

  connect(forgets = false): void {
    if (this.isConnected) return;
    this.isConnected = true;
    const joining = this.client.join();
    this.up.push(() => this.hub.join(this, joining, forgets));
  }

  /** All that is on its way is lost. */
  drop(): void {
    this.isConnected = false;
    this.up.length = 0;
    this.down.length = 0;
    this.hub.leave(this);
    this.client.leave();
  }

  /** One message goes through; FALSE when there is none. */
  step(isUp: boolean): boolean {
    if (isUp) {
      const deliver = this.up.shift();
      deliver?.();
      return deliver !== undefined;
    }
    const update = this.down.shift();
    if (update) assert.ok(this.client.receive(update));
    return update !== undefined;
  }
}

function settle(hub: Hub, ends: readonly End[]): void {
  for (const end of ends) end.connect();
  for (let moved = true; moved;) {
    moved = false;
    for (const end of ends) for (const isUp of [true, false]) while (end.step(isUp)) moved = true;
    hub.keep();
    if (!ends.every((end) => end.client.isSettled)) moved = true;
  }
}

test('three ends that type at once, with delays and drops', () => {
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const chance = new Chance(seed);
    const text = randomText(chance, 10);
    const hub = new Hub(text);
    const ends = [1, 2, 3].map(() => new End(hub, { text, revision: 0 }));
    for (const end of ends) end.connect();
    for (let step = 0; step < 60; step += 1) {
      const end = chance.pick(ends);
      const what = chance.below(12);
      if (what < 4) end.type(randomOperation(chance, end.shown));
      else if (what < 10) end.step(what % 2 === 0);
      else if (what === 10) hub.keep();
      else if (chance.below(3) === 0) end.drop();
      end.connect();
    }
    settle(hub, ends);
    for (const end of ends) {
      assert.equal(end.shown, hub.text, `seed ${seed}`);
      assert.equal(end.client.text, hub.text);
    }
  }
});

function joined(text: string): { client: TextClient; sent: Pending[]; shown: string[] } {
  const sent: Pending[] = [];
  const shown: string[] = [];
  const client: TextClient = new TextClient(text, { send: (pending) => sent.push(pending), changed: () => shown.push(client.text) });
  client.join();
  assert.ok(client.receive({ revision: 7, text }));
  return { client, sent, shown };
}

test('one is on its way, the others wait', () => {
  const { client, sent } = joined('');
  for (const character of 'word') client.replace(client.text + character);
  assert.deepEqual(sent, [{ opId: '1', base: 7, op: ['w'] }]);
  client.receive({ revision: 8, opId: '1' });
  assert.deepEqual(sent[1], { opId: '2', base: 8, op: [1, 'ord'] });
  assert.equal(client.isSettled, false);
  client.receive({ revision: 9, opId: '2' });
  assert.equal(client.isSettled, true);
});

test('an acknowledgement that comes after what follows', () => {
  const { client, sent } = joined('abc');
  client.replace('abcX');
  client.replace('abcXY');
  assert.ok(client.receive({ revision: 9, op: ['0'] }));
  assert.equal(client.text, '0abcXY');
  assert.deepEqual(sent[1], { opId: '2', base: 8, op: [4, 'Y'] });
  assert.ok(client.receive({ revision: 8, opId: '1' }));
  assert.equal(client.revision, 9);
});

test('a hub that forgot is told the whole text, and what was typed meanwhile comes after', () => {
  const { client, sent, shown } = joined('one two');
  client.replace('one two three');
  client.leave();
  client.replace('one two three four');
  assert.deepEqual(client.join(), { text: 'one two three four', revision: 7, pending: { opId: '1', base: 7, op: [7, ' three'] } });
  client.replace('one two three four five');
  assert.ok(client.receive({ revision: 3, text: 'zero one two three four' }));
  assert.deepEqual(shown, ['zero one two three four five']);
  assert.deepEqual(sent[1], { opId: '2', base: 3, op: [23, ' five'] });
});

test('what is missing is asked for', () => {
  const { client } = joined('abc');
  assert.equal(client.receive({ revision: 10, op: ['x'] }), false);
  assert.equal(client.receive({ revision: 8, text: 'unasked' }), false);
  assert.deepEqual(client.join(), { text: 'abc', revision: 7 });
  assert.ok(client.receive({ revision: 9, op: ['for one that left'] }));
  assert.ok(client.receive({ revision: 9, ops: [{ revision: 8, op: ['x'] }, { revision: 9, op: ['y'] }] }));
  assert.equal(client.text, 'yxabc');
});

test('operations for another text', () => {
  const { client } = joined('abc');
  assert.equal(client.receive({ revision: 8, op: [4, 'x'] }), false);
  assert.deepEqual(client.join(), { text: 'abc' });
});

test('what is known is not taken twice', () => {
  const { client, shown } = joined('abc');
  assert.ok(client.receive({ revision: 7, op: ['x'] }));
  assert.ok(client.receive({ revision: 7, opId: '1' }));
  assert.deepEqual(shown, []);
});
