// SPDX-License-Identifier: MIT
import * as path from 'node:path';
import * as vscode from 'vscode';
import { Bag, Emitter, type Disposable } from '../base/emitter';
import { t } from '../base/l10n';
import { Throttle } from '../base/timers';
import { duration } from '../metrics/format';
import { parseFilter } from '../traces/filter';
import { spans, traceText } from '../traces/format';
import type { Trace } from '../traces/trace';
import type { TraceList } from '../traces/trace-list';

const REDRAW_MS = 250;
const AGES_MS = 60_000;

type Node = { readonly trace: Trace } | { readonly fact: string; readonly icon: string; readonly of: Trace };

const ICONS: Record<Trace['status'], vscode.ThemeIcon> = {
  ok: new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed')),
  error: new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed')),
  unset: new vscode.ThemeIcon('circle-outline'),
};

/** The list of recent traces, newest first. */
export class TracesView implements Disposable, vscode.TreeDataProvider<Node> {
  private readonly bag = new Bag();
  private readonly changes = this.bag.add(new Emitter<Node | undefined>());
  private readonly redraw = this.bag.add(new Throttle(() => this.changes.fire(undefined), REDRAW_MS));
  private readonly view: vscode.TreeView<Node>;
  private readonly ages = setInterval(() => this.view.visible && this.redraw.ask(), AGES_MS);
  private filter = '';
  readonly onDidChangeTreeData = this.changes.event as vscode.Event<Node | undefined>;

  constructor(private readonly traces: TraceList) {
    this.view = this.bag.add(vscode.window.createTreeView('flowscope.traces', { treeDataProvider: this, showCollapseAll: true }));
    this.bag.add(traces.onChange(() => this.redraw.ask()));
  }

  /** What stands above the list when it is not the hub's: the user must know. */
  setMessage(message: string): void {
    this.view.message = message;
  }

  async askFilter(): Promise<void> {
    const filter = await vscode.window.showInputBox({
      title: t('Filter traces'), value: this.filter,
      placeHolder: 'checkout >200ms status:error service:shop -tag:noise',
      prompt: t('Words of the name, >200ms, status:error, service:, tag:, file:; a minus turns a word round'),
    });
    if (filter !== undefined) this.setFilter(filter);
  }

  setFilter(filter: string): void {
    this.filter = filter.trim();
    this.view.description = this.filter;
    void vscode.commands.executeCommand('setContext', 'flowscope.filtered', this.filter !== '');
    this.changes.fire(undefined);
  }

  getChildren(node?: Node): Node[] {
    if (!node) return this.traces.all.filter(parseFilter(this.filter)).map((trace) => ({ trace }));
    return 'trace' in node ? this.facts(node.trace) : [];
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return 'trace' in node ? this.traceItem(node.trace) : this.factItem(node);
  }

  dispose(): void {
    clearInterval(this.ages);
    this.bag.dispose();
  }

  private traceItem(trace: Trace): vscode.TreeItem {
    const item = new vscode.TreeItem(trace.name, vscode.TreeItemCollapsibleState.Collapsed);
    item.id = trace.id;
    item.description = traceText(trace, Date.now());
    item.iconPath = ICONS[trace.status];
    item.contextValue = trace.sourceFile ? 'trace code' : 'trace';
    item.tooltip = `${trace.name}\n${new Date(trace.startedAt).toLocaleString()}\n${trace.id}`;
    item.accessibilityInformation = { label: `${trace.name}, ${item.description}` };
    if (trace.sourceFile) item.command = { title: t('Open Code'), command: 'flowscope.traces.openCode', arguments: [node(trace)] };
    return item;
  }

  private facts(trace: Trace): Node[] {
    const facts: Node[] = [{ fact: `${spans(trace.spans)}, ${duration(trace.durationMs)}`, icon: 'clock', of: trace }];
    if (trace.sourceFile) facts.push({ fact: `${path.basename(trace.sourceFile)}:${trace.sourceLine ?? 1}`, icon: 'go-to-file', of: trace });
    for (const service of trace.services) facts.push({ fact: service, icon: 'server-process', of: trace });
    for (const tag of trace.tags) facts.push({ fact: tag, icon: 'tag', of: trace });
    return facts;
  }

  private factItem(fact: Extract<Node, { fact: string }>): vscode.TreeItem {
    const item = new vscode.TreeItem(fact.fact);
    item.iconPath = new vscode.ThemeIcon(fact.icon);
    item.contextValue = 'fact';
    if (fact.icon === 'go-to-file') {
      item.tooltip = fact.of.sourceFile;
      item.command = { title: t('Open Code'), command: 'flowscope.traces.openCode', arguments: [node(fact.of)] };
    }
    return item;
  }
}

function node(trace: Trace): Node {
  return { trace };
}

/** The trace that a command of the list is about. */
export function traceOf(argument: unknown): Trace | undefined {
  return typeof argument === 'object' && argument !== null && 'trace' in argument ? (argument as { trace: Trace }).trace : undefined;
}
