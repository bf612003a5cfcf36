// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import type { Disposable } from '../base/emitter';
import type { Message } from '../protocol/message';
import { readMarking, realFile, type Marking } from './places';

/** Marks lines for a moment: `highlight_code`. A later mark replaces an earlier one. */
export class Highlighter implements Disposable {
  private readonly style = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor('flowscope.highlightBackground'),
    overviewRulerColor: new vscode.ThemeColor('flowscope.highlightBackground'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  });
  private readonly wholeLines = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor('flowscope.highlightBackground'),
    overviewRulerColor: new vscode.ThemeColor('flowscope.highlightBackground'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
    isWholeLine: true,
  });
  private marking: { uri: string; range: vscode.Range; whole: boolean } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly visible = vscode.window.onDidChangeVisibleTextEditors(() => this.draw());

  async highlight(message: Message): Promise<void> {
    const marking = readMarking(message.data);
    const real = await realFile(marking.file);
    const document = vscode.workspace.textDocuments.find(({ uri }) =>
      uri.scheme === 'file' && (uri.fsPath === marking.file || uri.fsPath === real));
    // What nobody looks at needs no mark, and a mark opens nothing.
    if (!document) return;
    this.show(document, marking);
  }

  private show(document: vscode.TextDocument, marking: Marking): void {
    const last = document.lineCount - 1;
    const [first, end] = [Math.min(marking.start.line - 1, last), Math.min(marking.end.line - 1, last)];
    const range = document.validateRange(new vscode.Range(first, (marking.start.column ?? 1) - 1,
      end, marking.end.column ?? Number.MAX_SAFE_INTEGER));
    this.marking = { uri: document.uri.toString(), range, whole: marking.start.column === undefined };
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document === document) editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.clear(), marking.milliseconds);
  }

  private clear(): void {
    this.marking = undefined;
    this.draw();
  }

  private draw(): void {
    const { marking } = this;
    for (const editor of vscode.window.visibleTextEditors) {
      const here = marking !== undefined && editor.document.uri.toString() === marking.uri ? [marking.range] : [];
      editor.setDecorations(this.style, marking?.whole ? [] : here);
      editor.setDecorations(this.wholeLines, marking?.whole ? here : []);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.visible.dispose();
    this.style.dispose();
    this.wholeLines.dispose();
  }
}
