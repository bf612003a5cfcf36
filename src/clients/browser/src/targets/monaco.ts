// SPDX-License-Identifier: MIT
import { lineTarget } from './lines';
import type { Target } from './target';

const LINE_FEED = 1;

function findEditor(target: any): any {
  if (target.onDidChangeModelContent) return target;
  return (globalThis as any).monaco?.editor?.getEditors?.().find((editor: any) => {
    const node = editor.getDomNode();
    return node?.contains(target) || target.contains?.(node);
  });
}

/** A Monaco editor. */
export function monacoTarget(target: object): Target | undefined {
  const editor = findEditor(target);
  return editor && lineTarget({
    kind: 'monaco',
    element: editor.getDomNode(),
    read: () => editor.getModel().getValue(LINE_FEED),
    replace(text, line, column, endLine, endColumn) {
      const range = { startLineNumber: line + 1, startColumn: column + 1, endLineNumber: endLine + 1, endColumn: endColumn + 1 };
      editor.getModel().pushEditOperations(editor.getSelections(), [{ range, text }], () => null);
    },
    watch(changed) {
      const listener = editor.onDidChangeModelContent(changed);
      return () => listener.dispose();
    },
  });
}
