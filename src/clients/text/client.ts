// SPDX-License-Identifier: MIT
import { apply, compose, difference, transform, type Operation } from './operation';

/** An operation that is on its way to the hub. It keeps its name until it is acknowledged, so that it happens once. */
export interface Pending {
  readonly opId: string;
  readonly base: number;
  readonly op: Operation;
}

/** What the hub says of a text: the whole of it, operations on it, or that one of ours is acknowledged. */
export interface Update {
  readonly revision: number;
  readonly text?: string;
  readonly op?: Operation;
  readonly ops?: readonly Update[];
  readonly opId?: string;
}

export interface Peer {
  /** Send an operation to the hub. */
  send(pending: Pending): void;
  /** The text became another by somebody else's doing. */
  changed(op: Operation, before: string): void;
}

/** What joining, for the first time or again, asks of the hub. */
export interface Joining {
  readonly text: string;
  readonly revision?: number;
  readonly pending?: Pending;
}

/**
 * One end of a text that others change too: what is typed here shows at once and goes to the hub one operation at a
 * time; what is typed meanwhile waits and is made to fit what comes. While there is no hub it all waits. The hub gives
 * each operation the next revision and sends those of others in that order; where two put something in at the same
 * place, what it had first goes to the left. The acknowledgement of ours may come late, as it means that the operation
 * is kept.
 */
export class TextClient {
  readonly #peer: Peer;
  /** The hub's last revision that is in the text, or -1 before the hub has said one. */
  revision = -1;
  #isJoined = false;
  protected sent = 0;
  protected pending: Pending | undefined;
  protected waiting: Operation = [];
  /** The text that the hub was told, while it is asked to join. */
  #asked: string | undefined;

  /** The text has all that was done here in it; it is for reading, as the revision is. */
  constructor(public text: string, peer: Peer) {
    this.#peer = peer;
  }

  /** Whether the hub has kept all of it. */
  get isSettled(): boolean {
    return this.#isJoined && !this.pending;
  }

  /** The text was changed here. */
  change(op: Operation): void {
    this.text = apply(op, this.text);
    this.waiting = compose(this.waiting, op);
    this.#flush();
  }

  /** The text was changed here into another. */
  replace(text: string): void {
    if (text !== this.text) this.change(difference(this.text, text));
  }

  /** The connection is lost: what is typed waits. */
  leave(): void {
    this.#isJoined = false;
    this.#asked = undefined;
  }

  /** What to ask the hub with; it answers with the text, or with what was done since the revision, if one is told. */
  join(): Joining {
    this.#isJoined = false;
    this.#asked = this.text;
    if (this.revision < 0) return { text: this.text };
    // It goes as it was made, so that the hub sees what was changed on both sides.
    this.#flush(true);
    return { text: this.text, revision: this.revision, ...(this.pending && { pending: this.pending }) };
  }

  /** Take what the hub says. FALSE when something is missing in between: join again. */
  receive(update: Update): boolean {
    if (typeof update.text === 'string') return this.#reset(update.text, update.revision);
    if (update.ops) return this.#rejoin(update.ops, update.revision);
    // What was on its way to an end that has left comes again in the answer.
    if (!this.#isJoined) return true;
    if (update.op) return this.#take(update);
    return update.opId === undefined || this.#acknowledge(update.opId, update.revision);
  }

  #rejoin(ops: readonly Update[], revision: number): boolean {
    if (!ops.every((update) => this.#take(update)) || this.revision !== revision) return false;
    this.#asked = undefined;
    this.#isJoined = true;
    // It goes again under the same name, in case the hub did not take it.
    if (this.pending) this.#peer.send(this.pending);
    else this.#flush();
    return true;
  }

  /** The hub has merged what it was told into a text of its own; what was done since is still to be sent. */
  #reset(text: string, revision: number): boolean {
    if (this.#asked === undefined) return false;
    const since = difference(this.#asked, this.text);
    const theirs = difference(this.#asked, text);
    this.#asked = undefined;
    this.pending = undefined;
    this.waiting = transform(since, theirs, false);
    this.revision = revision;
    this.#isJoined = true;
    const shown = transform(theirs, since, true);
    this.#show(shown, apply(shown, this.text));
    this.#flush();
    return true;
  }

  #take({ revision, op, opId }: Update): boolean {
    if (revision <= this.revision) return true;
    // Only ours can be the one that is missing.
    if (this.pending && revision === this.revision + 2) this.#acknowledge(this.pending.opId, revision - 1);
    if (revision !== this.revision + 1) return false;
    if (opId !== undefined && opId === this.pending?.opId) return this.#acknowledge(opId, revision);
    const { pending, waiting } = this;
    let past: Operation;
    let theirs: Operation;
    let after: string;
    try {
      past = pending ? transform(op!, pending.op, true) : op!;
      theirs = transform(past, waiting, true);
      after = apply(theirs, this.text);
    } catch {
      return this.#giveUp();
    }
    if (pending) this.pending = { ...pending, base: revision, op: transform(pending.op, op!, false) };
    this.waiting = transform(waiting, past, false);
    this.revision = revision;
    this.#show(theirs, after);
    return true;
  }

  /** The hub speaks of another text: it is told all of this one. */
  #giveUp(): boolean {
    this.revision = -1;
    this.pending = undefined;
    this.waiting = [];
    return false;
  }

  #acknowledge(opId: string, revision: number): boolean {
    if (opId !== this.pending?.opId) return true;
    if (revision !== this.revision + 1) return false;
    this.pending = undefined;
    this.revision = revision;
    this.#flush();
    return true;
  }

  #flush(isReady = this.#isJoined): void {
    if (!isReady || this.pending || !this.waiting.length) return;
    this.sent += 1;
    this.pending = { opId: `${this.sent}`, base: this.revision, op: this.waiting };
    this.waiting = [];
    if (this.#isJoined) this.#peer.send(this.pending);
  }

  #show(op: Operation, after: string): void {
    if (!op.length) return;
    const before = this.text;
    this.text = after;
    this.#peer.changed(op, before);
  }
}
