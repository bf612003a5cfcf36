// SPDX-License-Identifier: MIT
import type { Target } from './targets/target';

/** A text of the page's script, as if it stood in a field. */
export interface Snippet extends Target {
  set(code: string): void;
}

export function createSnippet(written: (code: string) => void): Snippet {
  let current = '';
  let notify: (() => void) | undefined;
  return {
    kind: 'snippet',
    read: () => current,
    set(next) {
      current = next;
      notify?.();
    },
    write(_, after) {
      current = current.includes('\r\n') ? after.replace(/\n/g, '\r\n') : after;
      written(current);
    },
    watch(changed) {
      notify = changed;
      return () => {
        notify = undefined;
      };
    },
  };
}
