// SPDX-License-Identifier: MIT
import { compose, invert, isNothing, transform, type Operation } from '../../../text/operation';

const GROUP_MS = 500;
const MOST = 500;

interface Step {
  /** Takes it back. */
  readonly op: Operation;
  readonly at: number;
  /** Whether what comes next can still belong to it. */
  readonly open: boolean;
}

/** A blank or the end of a line that is typed ends a word. */
function endsWord(op: Operation): boolean {
  return op.some((part) => typeof part === 'string' && /\s$/.test(part));
}

/**
 * What was done here and can be taken back, past all that others did since: taking back all of one's own leaves all
 * of theirs. The editor's own list can't tell the two apart.
 */
export class Undo {
  private done: Step[] = [];
  private undone: Step[] = [];

  constructor(private readonly now: () => number) {}

  /** Something was done here; `before` is the text that it was done to. */
  add(op: Operation, before: string): void {
    if (isNothing(op)) return;
    const at = this.now();
    const back = invert(op, before);
    const last = this.done.at(-1);
    const joins = last !== undefined && last.open && at - last.at < GROUP_MS;
    const step = { op: joins ? compose(back, last.op) : back, at, open: !endsWord(op) };
    this.done.splice(joins ? -1 : this.done.length, joins ? 1 : 0, step);
    this.done.splice(0, Math.max(0, this.done.length - MOST));
    this.undone = [];
  }

  /** Somebody else did something. */
  pass(theirs: Operation): void {
    this.done = Undo.past(this.done, theirs);
    this.undone = Undo.past(this.undone, theirs);
  }

  /** What takes back what was done last, if there is something. */
  get undo(): Operation | undefined {
    return this.done.at(-1)?.op;
  }

  get redo(): Operation | undefined {
    return this.undone.at(-1)?.op;
  }

  /** What `undo` or `redo` gave was done, to this text. */
  moved(which: 'undo' | 'redo', before: string): void {
    const [from, to] = which === 'undo' ? [this.done, this.undone] : [this.undone, this.done];
    const step = from.pop();
    if (step) to.push({ op: invert(step.op, before), at: 0, open: false });
  }

  /** Steps stand for the text in which the ones after them were taken back already. */
  private static past(steps: readonly Step[], theirs: Operation): Step[] {
    const kept: Step[] = [];
    let other = theirs;
    for (const step of [...steps].reverse()) {
      const op = transform(step.op, other, false);
      other = transform(other, step.op, true);
      if (!isNothing(op)) kept.push({ ...step, op });
    }
    return kept.reverse();
  }
}
