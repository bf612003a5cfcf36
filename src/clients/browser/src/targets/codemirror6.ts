// SPDX-License-Identifier: MIT
import { near, type Target } from './target';

/** The view in whose DOM an element is, as EditorView.findFromDOM finds it. */
function findView(target: any): any {
  if (target.contentDOM) return target;
  const content = near(target, '.cm-content');
  // Its name was another before @codemirror/view 6.39.
  return (content?.cmTile?.root ?? content?.cmView)?.view;
}

/** A CodeMirror 6. */
export function codeMirror6Target(target: object): Target | undefined {
  const view = findView(target);
  return view && {
    kind: 'codemirror6',
    element: view.dom,
    read: () => view.state.doc.toString(),
    caret() {
      const { from, to } = view.state.selection.main;
      return [from, to];
    },
    write: (changes) => view.dispatch({ changes: changes.map(({ start, end, insert }) => ({ from: start, to: end, insert })) }),
    watch(changed) {
      // A listener would be part of the state, and stay there; whatever is changed goes through this.
      const { update } = view;
      view.update = (transactions: unknown) => {
        update.call(view, transactions);
        changed();
      };
      return () => {
        view.update = update;
      };
    },
  };
}
