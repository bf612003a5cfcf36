// SPDX-License-Identifier: MIT
import { randomInt } from 'node:crypto';
import { TextClient, type Peer, type Pending } from '../../../text/client';
import { isOperation, transformPosition, type Operation } from '../../../text/operation';
import { integer, record, text, type Data } from '../protocol/message';

/** All that one end of a text must keep to go on another time. */
export interface Kept {
  readonly text: string;
  readonly revision: number;
  readonly pending?: Pending;
  readonly waiting: Operation;
}

/** What was kept, if it is whole. */
export function readKept(data: Data): Kept | undefined {
  const [content, revision, waiting] = [text(data, 'text'), integer(data, 'revision'), data['waiting']];
  if (content === undefined || revision === undefined || !isOperation(waiting)) return undefined;
  const about = record(data, 'pending') ?? {};
  const [opId, base, op] = [text(about, 'opId'), integer(about, 'base'), about['op']];
  const pending = opId !== undefined && base !== undefined && isOperation(op) ? { opId, base, op } : undefined;
  return { text: content, revision, waiting, ...(pending && { pending }) };
}

/** An end of a text that outlives the window. */
export class EditClient extends TextClient {
  /** As it was when the hub was last sent something: all of it had a name, or was not sent. */
  private named: Kept | undefined;

  constructor(from: Kept | string, peer: Peer) {
    super(typeof from === 'string' ? from : from.text, peer);
    if (typeof from === 'string') return;
    this.revision = from.revision;
    // What was kept may be older than what was sent since, whose names are taken.
    this.sent = randomInt(2 ** 47);
    this.pending = from.pending;
    this.waiting = from.waiting;
  }

  /**
   * What to go on from. While the hub takes what is typed, what waits is left out: it goes out under a name that is not
   * known yet, and who came back without that name would take it for somebody else's, and send it a second time.
   */
  get kept(): Kept {
    return this.waiting.length > 0 && this.named ? this.named : this.all;
  }

  /** Whether there is something that the hub may not have. */
  get hasOwn(): boolean {
    return this.pending !== undefined || this.waiting.length > 0;
  }

  /** What is under way goes to the hub. */
  sending(): void {
    this.named = this.all;
  }

  override leave(): void {
    super.leave();
    this.named = undefined;
  }

  private get all(): Kept {
    const { text: content, revision, pending, waiting } = this;
    return { text: content, revision, waiting, ...(pending && { pending }) };
  }

  /** Where a position in the hub's text is in this one. */
  here(position: number): number {
    const past = this.pending ? transformPosition(this.pending.op, position, false) : position;
    return transformPosition(this.waiting, past, false);
  }
}
