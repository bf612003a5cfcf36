// SPDX-License-Identifier: MIT
import { listen } from '../events';
import { tellInput, type Target } from './target';

/** A textarea, or an input for text. */
export function inputTarget(target: any): Target | undefined {
  const field = target as HTMLInputElement;
  const kind = field.localName;
  if (kind !== 'textarea' && (kind !== 'input' || !/^(text|search|url|tel)$/.test(field.type) || field.autocomplete === 'one-time-code')) return undefined;
  return {
    kind,
    element: field,
    read: () => field.value,
    caret: () => [field.selectionStart!, field.selectionEnd!],
    write(changes) {
      // Frameworks put a property of their own before the browser's `value`, and take back what is set by it.
      for (const { start, end, insert } of [...changes].reverse()) field.setRangeText(insert, start, end, 'preserve');
      tellInput(field);
    },
    watch: (changed) => listen(field, 'input', changed),
  };
}
