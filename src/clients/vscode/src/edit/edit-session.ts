// SPDX-License-Identifier: MIT
import type { Pending, Update } from '../../../text/client';
import { transformPosition, type Operation } from '../../../text/operation';
import { Emitter, type Disposable } from '../base/emitter';
import type { Timers } from '../base/timers';
import type { HubClient } from '../hub/client';
import { HubError, passes } from '../protocol/hub-error';
import { newId } from '../protocol/id';
import { flag, integer, text, type Data } from '../protocol/message';
import { EditClient, type Kept } from './edit-client';
import { readOther, type EditRequest, type Mark, type Origin, type Other } from './edit-message';

export type Hub = Pick<HubClient, 'send' | 'ask' | 'request'>;

/** Where a text stands: `live`, `away` from the hub, `refused` by it, or `ended` for good. */
export type Standing = 'live' | 'away' | 'refused' | 'ended';

/** What a session is made of: anew with a text, or as it was kept. */
export interface Record {
  readonly editId: string;
  /** What the hub calls this end. */
  readonly client: string;
  readonly origin: Origin;
  readonly kept: Kept | string;
}

const AGAIN_MS = 2000;
const MOST_AGAIN_MS = 60_000;
const CURSOR_MS = 50;
const MOST_GAPS = 3;

/** A text of a page that is edited in this window, as the hub and this editor have it. */
export class EditSession implements Disposable {
  readonly editId: string;
  /** What the hub calls this end. */
  private name: string;
  readonly origin: Origin;
  private readonly client: EditClient;
  private readonly changes = new Emitter<void>();
  private readonly cursors = new Emitter<void>();
  private readonly away = new Map<string, Other>();
  private settlers: { done: () => void; failed: (error: HubError) => void }[] = [];
  private asking = false;
  private refusals = 0;
  private gaps = 0;
  /** The message that carries what is on its way. */
  private message: string | undefined;
  private again: Disposable | undefined;
  private cursor: { mark: Mark; timer: Disposable | undefined; told: boolean } | undefined;
  private current: Standing = 'away';
  private trouble = '';
  private conflict = false;
  private kept = true;
  private savedAt: number | undefined;
  /** What others do to the text; set by who shows it. */
  onTheirs: ((op: Operation) => void) | undefined;
  /** Something that is shown about it, or that is kept, changed. */
  readonly onChange = this.changes.event;
  readonly onCursors = this.cursors.event;

  constructor(
    from: Record,
    private readonly hub: Hub,
    private readonly timers: Timers,
  ) {
    this.editId = from.editId;
    this.name = from.client;
    this.origin = from.origin;
    this.client = new EditClient(from.kept, {
      send: (pending) => this.post(pending),
      changed: (op) => this.theirs(op),
    });
  }

  /** The hub asks this window to edit a text. */
  static begin(request: EditRequest, hub: Hub, timers: Timers): EditSession {
    const { editId, client, revision, text: content, cursor: _cursor, others, ...origin } = request;
    const session = new EditSession({ editId, client, origin, kept: content }, hub, timers);
    session.client.join();
    session.client.receive({ revision, text: content });
    for (const other of others) session.away.set(other.by, other);
    session.current = 'live';
    return session;
  }

  get text(): string {
    return this.client.text;
  }

  get revision(): number {
    return this.client.revision;
  }

  get standing(): Standing {
    return this.current;
  }

  /** Why it was refused or has ended. */
  get reason(): string {
    return this.trouble;
  }

  get hasConflict(): boolean {
    return this.conflict;
  }

  /** Whether the hub can keep what is typed, should it crash. */
  get isKept(): boolean {
    return this.kept;
  }

  /** When the hub last said that it was saved, of what the user saved since this window opened it. */
  get saved(): number | undefined {
    return this.savedAt;
  }

  /** Whether the hub has kept all of it. */
  get isSettled(): boolean {
    return this.client.isSettled;
  }

  /** Whether there is something of this window that the hub may not have. */
  get hasOwn(): boolean {
    return this.client.hasOwn;
  }

  get record(): Record {
    return { editId: this.editId, client: this.name, origin: this.origin, kept: this.client.kept };
  }

  /** Where the others are in the text as it is here. */
  get others(): Other[] {
    return [...this.away.values()];
  }

  dispose(): void {
    this.again?.dispose();
    this.cursor?.timer?.dispose();
    this.fail(new HubError('closed', this.trouble));
    this.changes.dispose();
    this.cursors.dispose();
  }

  // --- What happens here --------------------------------------------------------------------------------------------

  /** The user changed the text. */
  change(op: Operation): void {
    this.shift(op);
    this.client.change(op);
    this.changes.fire();
  }

  /** The user's cursor is elsewhere. The last place is told when the hub has the text that it is in. */
  move(mark: Mark): void {
    const { cursor } = this;
    if (cursor && cursor.mark.start === mark.start && cursor.mark.end === mark.end) return;
    this.cursor = { mark, timer: cursor?.timer ?? this.timers.after(CURSOR_MS, () => this.tellCursor()), told: false };
  }

  /** Until the hub has kept all of the text and knows that the user saved it. */
  async save(): Promise<void> {
    if (this.current !== 'live') throw new HubError('disconnected', this.trouble);
    if (!this.isSettled) {
      await new Promise<void>((done, failed) => this.settlers.push({ done, failed }));
    }
    await this.hub.request('edit_saved', { editId: this.editId, client: this.name, revision: this.client.revision });
    this.savedAt = this.timers.now();
    this.changes.fire();
  }

  /** The document is closed: this end leaves, or the whole session ends. */
  leave(end: boolean): void {
    this.hub.send('edit_closed', { editId: this.editId, client: this.name, ...(end ? { end } : {}) });
    this.become('ended');
  }

  // --- The hub ------------------------------------------------------------------------------------------------------

  /** The hub is gone. */
  lost(): void {
    this.again?.dispose();
    this.asking = false;
    this.client.leave();
    this.fail(new HubError('disconnected', ''));
    if (this.current === 'live') this.become('away');
  }

  /** Ask the hub to go on, from what both know. */
  join(): void {
    if (this.current === 'ended' || this.asking) return;
    this.again?.dispose();
    const { text: content, revision, pending } = this.client.join();
    const resume = { editId: this.editId, ...(revision !== undefined && { revision }), ...(pending && { pending }) };
    this.asking = true;
    this.hub.ask('edit_request', { client: this.name, text: content, resume }, ({ data }) => {
      this.asking = false;
      this.joined(data);
    }, (error) => {
      this.asking = false;
      this.refused(error);
    });
  }

  /** The hub asks anew for what is edited here already. */
  renew(client: string): void {
    this.name = client;
    this.asking = false;
    this.join();
  }

  /** What tells the hub that the text is open here. */
  get opened(): Data {
    return { editId: this.editId, client: this.name, revision: Math.max(0, this.client.revision), state: 'open' };
  }

  /** `edit_update` of the hub. */
  update(data: Data): void {
    if (this.current === 'ended') return;
    const state = text(data, 'state');
    if (state !== undefined) this.conflict = state === 'conflict';
    if (state !== undefined) this.kept = state !== 'not_kept';
    const other = readOther(data);
    if (other) this.away.set(other.by, { by: other.by, start: this.client.here(other.start), end: this.client.here(other.end) });
    const wasSettled = this.isSettled;
    if (integer(data, 'revision') !== undefined && !this.client.receive(data as unknown as Update)) this.missed();
    if (other) this.cursors.fire();
    if (!wasSettled && this.isSettled) this.settled();
    this.changes.fire();
  }

  /** Whether a message is one that this session sent. */
  sent(id: string | undefined): boolean {
    return id !== undefined && id === this.message;
  }

  /** A message of ours was refused: what it was about is sorted out by asking anew, unless that does not help. */
  refused(error: HubError): void {
    if (error.code === 'no_session' || error.code === 'declined') this.end(error.message);
    else if (error.code === 'disconnected') this.lost();
    else if (passes(error.code)) this.later();
    else if (this.refusals > 0) this.give(error);
    else this.later();
    this.refusals += 1;
  }

  /** The session is over, or somebody else has this place. */
  end(reason: string): void {
    if (this.current === 'ended') return;
    this.trouble = reason;
    this.client.leave();
    this.fail(new HubError('closed', reason));
    this.become('ended');
  }

  /** Something between what is known and what the hub says is missing. */
  private missed(): void {
    this.gaps += 1;
    if (this.gaps < MOST_GAPS) {
      this.join();
    } else {
      this.refusals += 1;
      this.later();
    }
  }

  private joined(data: Data): void {
    if (this.client.receive({ revision: 0, ...data } as Update)) {
      this.trouble = '';
      this.conflict = text(data, 'state') === 'conflict' || flag(data, 'conflict') === true;
      this.become('live');
      if (this.isSettled) this.settled();
    } else {
      this.refusals += 1;
      this.later();
    }
  }

  private give(error: HubError): void {
    this.trouble = error.advice;
    this.client.leave();
    this.fail(error);
    this.become('refused');
  }

  private later(): void {
    this.client.leave();
    if (this.current === 'live') this.become('away');
    this.again?.dispose();
    this.again = this.timers.after(Math.min(MOST_AGAIN_MS, AGAIN_MS * 2 ** Math.min(this.refusals, 8)), () => this.join());
  }

  private theirs(op: Operation): void {
    this.shift(op);
    this.onTheirs?.(op);
  }

  /** The others stay at their words. */
  private shift(op: Operation): void {
    for (const { by, start, end } of this.away.values()) {
      this.away.set(by, { by, start: transformPosition(op, start, false), end: transformPosition(op, end, false) });
    }
  }

  private post({ opId, base, op }: Pending): void {
    this.message = newId();
    this.client.sending();
    this.hub.send('edit_update', { editId: this.editId, client: this.name, base, opId, op }, { id: this.message });
  }

  private settled(): void {
    this.refusals = 0;
    this.gaps = 0;
    for (const { done } of this.settlers.splice(0)) done();
    if (this.cursor && !this.cursor.timer && !this.cursor.told) this.tellCursor();
  }

  private fail(error: HubError): void {
    for (const { failed } of this.settlers.splice(0)) failed(error);
  }

  private tellCursor(): void {
    if (!this.cursor) return;
    this.cursor.timer = undefined;
    if (!this.isSettled) return;
    this.cursor.told = true;
    this.hub.send('edit_update', { editId: this.editId, client: this.name, base: this.client.revision, cursor: this.cursor.mark });
  }

  private become(standing: Standing): void {
    this.current = standing;
    this.changes.fire();
  }
}
