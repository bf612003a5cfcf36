// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { CAPTURES, type Capture, type Config } from '../config';
import type { State } from '../hub/client';
import type { SyncStatus } from '../sync/sync-client';
import { syncText } from '../sync/sync-text';
import { statusOf } from './status-model';

interface Item extends vscode.QuickPickItem {
  readonly command?: string;
}

function entry(icon: string, label: string, command: string, description?: string): Item {
  return { label: `$(${icon}) ${label}`, command, ...(description ? { description } : {}) };
}

/** How syncing is; it leads to the conflicts, or syncs now. */
function syncItems(status: SyncStatus | undefined): Item[] {
  const text = syncText(status);
  if (!text) return [];
  return [
    entry(text.icon, text.label, status!.conflicts > 0 ? 'flowscope.sync.conflicts' : 'flowscope.sync.now', text.detail),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
  ];
}

/** What a click on the status bar item offers: first what fits the state. */
export async function showMenu(state: State, waiting: number, config: Config, sync: SyncStatus | undefined): Promise<void> {
  const separator: Item = { label: '', kind: vscode.QuickPickItemKind.Separator };
  const items: Item[] = syncItems(sync);
  if (state.kind !== 'connected') items.push(entry('plug', t('Connect'), 'flowscope.connect'));
  if (state.kind === 'unpaired' || state.kind === 'refused') items.push(entry('key', t('Pair with FlowScope'), 'flowscope.pair'));
  items.push(
    entry('list-tree', t('Recent traces'), 'flowscope.traces.focus'),
    entry('telescope', t('Focus the trace of this line'), 'flowscope.focusLine'),
    entry('terminal', t('Record a command in a terminal'), 'flowscope.recordCommand'),
    entry('beaker', t('Run all tests and record them'), 'flowscope.runTests'),
    separator,
    entry('symbol-numeric', config.inlineMetrics ? t('Hide inline metrics') : t('Show inline metrics'), 'flowscope.toggleMetrics'),
    entry('record', t('Choose what is recorded'), 'flowscope.chooseCapture'),
    entry('settings-gear', t('Settings'), 'flowscope.openSettings'),
    entry('output', t('Log'), 'flowscope.showLog'),
  );
  const placeHolder = statusOf(state, waiting, sync).tooltip.replace('\n', ' ');
  const picked = await vscode.window.showQuickPick(items, { placeHolder, title: 'FlowScope' });
  if (picked?.command) await vscode.commands.executeCommand(picked.command);
}

function captureLabel(what: Capture): string {
  switch (what) {
    case 'tests':
      return t('Test runs');
    case 'tasks':
      return t('Tasks');
    case 'debugSessions':
      return t('Debug sessions');
    case 'terminalCommands':
      return t('Commands in terminals');
  }
}

/** Switch each kind of recording on or off. Nothing is recorded unless it is chosen. */
export async function chooseCapture(config: Config): Promise<void> {
  const items = CAPTURES.map((what) => ({ what, label: captureLabel(what), picked: config.captures(what) }));
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true, title: 'FlowScope', placeHolder: t('What becomes a trace, on this machine only'),
  });
  if (!picked) return;
  for (const { what } of items) {
    const on = picked.some((item) => item.what === what);
    if (on !== config.captures(what)) await config.set(`capture.${what}`, on);
  }
}
