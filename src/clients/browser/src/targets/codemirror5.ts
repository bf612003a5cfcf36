// SPDX-License-Identifier: MIT
import { lineTarget } from './lines';
import { near, type Target } from './target';

function findEditor(target: any): any {
  if (target.getWrapperElement) return target;
  // It may stand after the textarea that it took the place of.
  const next = target.nextElementSibling?.CodeMirror;
  return next?.getTextArea?.() === target ? next : near(target, '.CodeMirror')?.CodeMirror;
}

/** A CodeMirror 5. */
export function codeMirror5Target(target: any): Target | undefined {
  const editor = findEditor(target);
  return editor && lineTarget({
    kind: 'codemirror5',
    element: editor.getWrapperElement(),
    read: () => editor.getValue('\n'),
    replace: (insert, line, ch, endLine, endCh) => editor.replaceRange(insert, { line, ch }, { line: endLine, ch: endCh }, '*sync'),
    watch(changed) {
      editor.on('changes', changed);
      return () => editor.off('changes', changed);
    },
  });
}
