// SPDX-License-Identifier: MIT
import type { Change } from '../../../text/operation';
import type { End } from '../events';

/** Something in a page that has a text. Places in it are in UTF-16. */
export interface Target {
  readonly kind: string;
  readonly element?: Element;
  read(): string;
  /** What is selected, or where the caret is, when that is known. */
  caret?(): readonly [start: number, end: number] | undefined;
  /** Change the text; the changes are for what it is, from the first to the last, and `after` is what comes of them. */
  write(changes: readonly Change[], after: string): void;
  /** Be told when the text may have changed. */
  watch(changed: () => void): End;
}

/** What an element is in, or has in it. */
export function near(target: any, selector: string): any {
  return target.closest?.(selector) ?? target.querySelector?.(selector);
}

/** Tells the page of a change as the browser does, when somebody has typed. */
export function tellInput(element: Element): void {
  element.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertReplacementText' }));
}
