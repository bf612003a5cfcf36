// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { Bag, Emitter, type Disposable } from '../base/emitter';
import { t } from '../base/l10n';
import type { Config } from '../config';
import type { Placed } from './file-model';
import { lineText } from './format';
import { byFunction, functionText, slowest, type FunctionRange } from './functions';
import type { MetricsStore } from './metrics-store';

const FUNCTIONS = new Set([vscode.SymbolKind.Function, vscode.SymbolKind.Method, vscode.SymbolKind.Constructor]);
const SELECTOR: vscode.DocumentSelector = { scheme: 'file' };

/** Draws the metrics: at the end of lines, and above functions. */
export class MetricsView implements Disposable, vscode.CodeLensProvider {
  private readonly bag = new Bag();
  private readonly lensChanges = this.bag.add(new Emitter<void>());
  private readonly style = this.bag.add(vscode.window.createTextEditorDecorationType({
    after: { margin: '0 0 0 3em', fontStyle: 'normal' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedOpen,
  }));
  readonly onDidChangeCodeLenses = this.lensChanges.event as vscode.Event<void>;

  constructor(
    private readonly store: MetricsStore,
    private readonly config: Config,
  ) {
    this.bag.add(store.onChange((key) => this.changed(key)));
    this.bag.add(vscode.window.onDidChangeVisibleTextEditors(() => this.drawAll()));
    this.bag.add(vscode.languages.registerCodeLensProvider(SELECTOR, this));
  }

  /** Settings changed. */
  drawAll(): void {
    for (const editor of vscode.window.visibleTextEditors) this.draw(editor);
    this.lensChanges.fire();
  }

  dispose(): void {
    this.bag.dispose();
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!this.config.codeLens || this.placed(document).length === 0) return [];
    const functions = await this.functions(document);
    // While the functions were looked for, lines may have gone.
    return byFunction(this.placed(document), functions).filter(({ at }) => at < document.lineCount).map((group) => {
      const range = document.lineAt(group.at).range;
      const line = slowest(group);
      const title = `$(telescope) ${functionText(group)}`;
      return new vscode.CodeLens(range, line
        ? { title, tooltip: t('Show in FlowScope'), command: 'flowscope.showTrace', arguments: [{ traceId: line.traceId, spanId: line.spanId }] }
        : { title, command: '' });
    });
  }

  private changed(key: string): void {
    for (const editor of vscode.window.visibleTextEditors) if (editor.document.uri.toString() === key) this.draw(editor);
    this.lensChanges.fire();
  }

  private placed(document: vscode.TextDocument): Placed[] {
    const placed = this.store.model(document)?.placed() ?? [];
    return placed.filter(({ at }) => at < document.lineCount);
  }

  private draw(editor: vscode.TextEditor): void {
    const { document } = editor;
    const placed = this.config.endOfLine ? this.placed(document) : [];
    editor.setDecorations(this.style, placed.map(({ metrics, at }) => {
      const end = document.lineAt(at).range.end;
      const color = new vscode.ThemeColor(metrics.errors > 0 ? 'flowscope.errorMetricsForeground' : 'flowscope.metricsForeground');
      return { range: new vscode.Range(end, end), renderOptions: { after: { contentText: lineText(metrics), color } }, hoverMessage: this.hover(metrics.name) };
    }));
  }

  private hover(name: string | undefined): vscode.MarkdownString {
    const text = new vscode.MarkdownString();
    text.isTrusted = { enabledCommands: ['flowscope.focusLine'] };
    if (name) text.appendText(`${name}\n\n`);
    text.appendMarkdown(`[${t('Focus the trace of this line')}](command:flowscope.focusLine)`);
    return text;
  }

  private async functions(document: vscode.TextDocument): Promise<FunctionRange[]> {
    const found = await vscode.commands.executeCommand<(vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined>(
      'vscode.executeDocumentSymbolProvider', document.uri);
    const ranges: FunctionRange[] = [];
    const visit = (symbol: vscode.DocumentSymbol | vscode.SymbolInformation) => {
      const range = 'range' in symbol ? symbol.range : symbol.location.range;
      if (FUNCTIONS.has(symbol.kind)) ranges.push({ start: range.start.line, end: range.end.line });
      if ('children' in symbol) symbol.children.forEach(visit);
    };
    found?.forEach(visit);
    return ranges;
  }
}
