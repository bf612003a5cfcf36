// SPDX-License-Identifier: MIT
import type { Target } from './target';

/** What is needed of an editor that names places by line and column, both from 0. */
export interface LineEditor extends Omit<Target, 'write'> {
  replace(insert: string, line: number, column: number, endLine: number, endColumn: number): void;
}

function placeOf(text: string, at: number): [line: number, column: number] {
  const before = text.slice(0, at);
  return [before.split('\n').length - 1, at - before.lastIndexOf('\n') - 1];
}

export function lineTarget(editor: LineEditor): Target {
  return {
    ...editor,
    write(changes) {
      const text = editor.read();
      for (const { start, end, insert } of [...changes].reverse()) editor.replace(insert, ...placeOf(text, start), ...placeOf(text, end));
    },
  };
}
