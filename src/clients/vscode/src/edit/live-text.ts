// SPDX-License-Identifier: MIT
import {
  apply, changes, compose, count, difference, isNothing, transform, transformPosition, type Change, type Operation,
} from '../../../text/operation';
import type { Disposable } from '../base/emitter';
import type { Timers } from '../base/timers';
import { Undo } from './undo';

/** A document of the editor, which takes its time: what the user types meanwhile comes first. */
export interface Surface {
  /** What it shows. */
  readonly text: string;
  /** Change what it shows. FALSE, with nothing done, when the user was faster. */
  change(list: readonly Change[]): Promise<boolean>;
  /** Have it read the text anew, which leaves it saved as it was. FALSE when it would not. */
  reload(): boolean;
  /** It has done so, by which its cursors in what others changed went astray. */
  reloaded(op: Operation, before: string): void;
}

/** A change of ours to the document, and what was heard of the document meanwhile. */
interface Turn {
  readonly what: 'theirs' | 'undo' | 'redo';
  readonly op: Operation;
  readonly heard: { readonly text: string; readonly list: readonly Change[] | undefined }[];
  /** What the others did since. */
  since: Operation;
}

const RELOAD_MS = 1000;
const AGAIN_MS = 200;
const MOST_AT_ONCE = 3;

/** A text as all sides have it: lines end in one way, and each character can be written down. */
export function wellFormed(text: string): string {
  return (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text).toWellFormed().replaceAll('\0', '\ufffd');
}

function splitsPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
}

/** The operation that makes several changes at once, all places counted in the text before; undefined when they don't fit. */
export function operationOf(text: string, list: readonly Change[]): Operation | undefined {
  const parts: (number | string | { d: number })[] = [];
  let at = 0;
  for (const { start, end, insert } of [...list].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < at || end < start || end > text.length || splitsPair(text, start) || splitsPair(text, end)) return undefined;
    parts.push(count(text.slice(at, start)), insert, { d: count(text.slice(start, end)) });
    at = end;
  }
  return compose([], parts);
}

/**
 * Keeps a document of the editor and a text that others change too the same: what the user types goes to `tell` at
 * once, what others do goes into the document as soon as that lets it.
 */
export class LiveText implements Disposable {
  private waiting: Operation = [];
  private turn: Turn | undefined;
  /** The text that the document was last given to read, and what others did since. */
  private served: { readonly text: string; since: Operation } | undefined;
  private later: Disposable | undefined;
  private failures = 0;
  private ended = false;
  private idlers: (() => void)[] = [];
  private readonly undo: Undo;

  /** `shown` is what the document shows. */
  constructor(
    private shown: string,
    private readonly surface: Surface,
    private readonly tell: (op: Operation) => void,
    private readonly timers: Timers,
  ) {
    this.undo = new Undo(() => timers.now());
  }

  dispose(): void {
    this.ended = true;
    this.later?.dispose();
  }

  /** The text was changed by others. */
  changed(theirs: Operation): void {
    this.waiting = compose(this.waiting, theirs);
    if (this.turn) this.turn.since = compose(this.turn.since, theirs);
    if (this.served) this.served.since = compose(this.served.since, theirs);
    this.work();
  }

  /** The document changed to this text, by changes of what it showed before if they are known. */
  documentChanged(text: string, list?: readonly Change[]): void {
    if (this.turn) {
      this.turn.heard.push({ text, list });
      return;
    }
    this.take(text, list);
    this.work();
  }

  /** What the document gets when it reads the text anew. */
  serve(): string {
    if (isNothing(this.waiting)) return this.shown;
    this.served = { text: apply(this.waiting, this.shown), since: [] };
    return this.served.text;
  }

  /** Where a place of the document is in the text that the others know. */
  place(characters: number): number {
    return transformPosition(this.waiting, characters, true);
  }

  /** Something has changed in what the document lets us do. */
  work(): void {
    this.later?.dispose();
    this.later = undefined;
    if (this.ended || this.turn || isNothing(this.waiting)) return;
    if (this.surface.reload()) this.later = this.timers.after(RELOAD_MS, () => void this.begin('theirs'));
    else void this.begin('theirs');
  }

  /** Until no change of ours is under way. */
  async idle(): Promise<void> {
    while (this.turn) await new Promise<void>((done) => this.idlers.push(done));
  }

  /** Take back what was done here last, or do it again. */
  async step(what: 'undo' | 'redo'): Promise<void> {
    for (let tries = 0; tries < MOST_AT_ONCE; tries += 1) {
      while (this.turn) await this.idle();
      if (await this.begin(what)) return;
    }
  }

  private take(text: string, list?: readonly Change[]): void {
    const { served } = this;
    if (served?.text === text) {
      const before = this.shown;
      const op = difference(before, text);
      this.served = undefined;
      this.show(op);
      this.waiting = served.since;
      this.surface.reloaded(op, before);
      return;
    }
    const op = this.operation(text, list);
    if (isNothing(op)) return;
    // What it was about to read it reads no more.
    this.served = undefined;
    this.undo.add(op, this.shown);
    this.own(op, text);
  }

  /** What makes the text that is shown another one. */
  private operation(text: string, list?: readonly Change[]): Operation {
    const exact = list && operationOf(this.shown, list);
    return exact && apply(exact, this.shown) === text ? exact : difference(this.shown, text);
  }

  /** The user has done this. */
  private own(op: Operation, shown: string): void {
    const { waiting } = this;
    this.shown = shown;
    this.waiting = transform(waiting, op, true);
    this.tell(transform(op, waiting, false));
  }

  /** The others have done this, and it is shown. */
  private show(op: Operation): void {
    this.shown = apply(op, this.shown);
    this.undo.pass(op);
  }

  /** Change the document. FALSE when that has to be tried again. */
  private async begin(what: Turn['what']): Promise<boolean> {
    // Whatever was missed of the document counts as typed.
    if (this.surface.text !== this.shown) this.take(this.surface.text);
    const op = what === 'theirs' ? this.waiting : this.undo[what];
    if (this.ended || !op || isNothing(op)) return true;
    const turn: Turn = { what, op, heard: [], since: [] };
    this.turn = turn;
    this.later?.dispose();
    const isDone = await this.surface.change(changes(op, this.shown)).catch(() => false);
    this.turn = undefined;
    if (isDone) this.end(turn);
    for (const { text, list } of turn.heard) this.take(text, list);
    this.failures = isDone ? 0 : this.failures + 1;
    for (const done of this.idlers.splice(0)) done();
    if (this.failures < MOST_AT_ONCE) this.work();
    else if (!this.ended) this.later = this.timers.after(AGAIN_MS, () => this.work());
    return isDone;
  }

  /** Of what was heard of the document ours is what makes it the text that was meant; the user may have been faster. */
  private end({ what, op, heard, since }: Turn): void {
    this.served = undefined;
    while (heard.length > 1 && heard[0]!.text !== apply(op, this.shown)) {
      // Then ours counts as typed, too.
      if (what !== 'theirs') return;
      const { text, list } = heard.shift()!;
      const typed = this.operation(text, list);
      since = transform(since, transform(typed, op, false), true);
      op = transform(op, typed, true);
      this.take(text, list);
    }
    const before = this.shown;
    if (what === 'theirs') {
      this.show(op);
      this.waiting = since;
    } else {
      this.undo.moved(what, before);
      this.own(op, apply(op, before));
    }
    const result = heard.shift();
    if (result) this.take(result.text);
  }
}
