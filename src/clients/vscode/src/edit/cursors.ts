// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { Bag, type Disposable } from '../base/emitter';
import { plain } from '../base/l10n';
import type { EditDocument } from './edit-document';

const COLOR = new vscode.ThemeColor('flowscope.otherCursor');

/** Draws where the others are in a text. */
export class Cursors implements Disposable {
  private readonly bag = new Bag();
  private readonly cursor = this.bag.add(vscode.window.createTextEditorDecorationType({
    borderColor: COLOR, borderStyle: 'solid', borderWidth: '0 0 0 2px',
    overviewRulerColor: COLOR, overviewRulerLane: vscode.OverviewRulerLane.Full,
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  }));
  private readonly selection = this.bag.add(vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor('flowscope.otherSelection'),
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  }));

  draw(document: EditDocument): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document.uri.toString() === document.uri.toString()) this.drawIn(editor, document);
    }
  }

  dispose(): void {
    this.bag.dispose();
  }

  private drawIn(editor: vscode.TextEditor, document: EditDocument): void {
    const marks = document.session.others.map((other) => ({
      hoverMessage: new vscode.MarkdownString().appendText(plain(other.by)), range: document.range(editor.document, other),
    }));
    editor.setDecorations(this.selection, marks.filter(({ range }) => !range.isEmpty));
    editor.setDecorations(this.cursor, marks.map(({ hoverMessage, range }) => ({ hoverMessage, range: new vscode.Range(range.end, range.end) })));
  }
}
