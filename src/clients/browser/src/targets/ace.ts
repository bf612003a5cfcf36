// SPDX-License-Identifier: MIT
import { lineTarget } from './lines';
import { near, type Target } from './target';

/** An Ace editor. */
export function aceTarget(target: any): Target | undefined {
  const editor = target.session && target.container ? target : near(target, '.ace_editor')?.env?.editor;
  return editor && lineTarget({
    kind: 'ace',
    element: editor.container,
    read: () => editor.session.doc.getAllLines().join('\n'),
    replace(insert, row, column, endRow, endColumn) {
      editor.session.replace({ start: { row, column }, end: { row: endRow, column: endColumn } }, insert);
    },
    watch(changed) {
      // It comes from whatever session it shows.
      editor.on('change', changed);
      return () => editor.off('change', changed);
    },
  });
}
