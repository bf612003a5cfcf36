// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { t } from './base/l10n';
import { reason } from './base/log';
import { runAllTests } from './capture/test-explorer';
import type { Config } from './config';
import { HubError } from './protocol/hub-error';
import { recordCommand } from './terminal/record';
import type { Trace } from './traces/trace';
import { chooseCapture, showMenu } from './views/menu';
import { pair } from './views/pair';
import { decideConflicts, syncNow } from './views/sync-menu';
import { traceOf } from './views/traces-view';
import type { Window } from './window';

/** Everything that the palette, the menus and the views can start. */
export function registerCommands(window: Window): void {
  const { client, config, context, edits, focus, navigation, tracesView, log } = window;
  const register = (name: string, run: (argument?: unknown) => unknown) => {
    context.subscriptions.push(vscode.commands.registerCommand(`flowscope.${name}`, run));
  };
  register('connect', () => client.wake());
  register('pair', () => pairWithHub(window));
  register('forgetPairing', async () => {
    await window.finder.forget();
    client.restart();
  });
  register('menu', async () => {
    await window.sync.refresh();
    await showMenu(client.state, window.storage.outbox.size, config, window.sync.current);
  });
  register('sync.now', () => syncNow(window.syncClient));
  register('sync.conflicts', async () => {
    await decideConflicts(window.syncClient);
    await window.sync.refresh();
  });
  register('showLog', () => log.show());
  register('openSettings', () => vscode.commands.executeCommand('workbench.action.openSettings', 'flowscope.'));
  register('toggleMetrics', () => toggleMetrics(config));
  register('chooseCapture', () => chooseCapture(config));
  register('focusLine', () => focus.line(vscode.window.activeTextEditor));
  register('showTrace', (argument) => showTrace(window, argument));
  register('recordCommand', () => recordCommand(window.terminals, window.variables(), context.workspaceState));
  register('runTests', () => runAllTests(window.recorder));
  register('traces.filter', () => tracesView.askFilter());
  register('traces.clearFilter', () => tracesView.setFilter(''));
  register('traces.refresh', () => client.send('sync_request', { limit: 50 }) || client.wake());
  register('edit.undo', () => edits.step('undo'));
  register('edit.redo', () => edits.step('redo'));
  register('edit.show', () => edits.show());
  register('edit.end', () => edits.end());
  register('traces.openCode', async (argument) => {
    const trace = traceOf(argument);
    if (!trace?.sourceFile) return;
    try {
      await navigation.open({ file: trace.sourceFile, line: trace.sourceLine ?? 1, column: undefined });
    } catch (error) {
      // Who did not want the file opened needs no message about it.
      if (error instanceof HubError && error.code === 'declined') return;
      void vscode.window.showErrorMessage(t('FlowScope could not open code: {0}', reason(error)));
    }
  });
}

async function toggleMetrics(config: Config): Promise<void> {
  if (config.hubAllowsMetrics) await config.set('inlineMetrics.enabled', !config.inlineMetrics);
  else void vscode.window.showInformationMessage(t('Inline metrics are switched off in the preferences of FlowScope.'));
}

async function pairWithHub(window: Window): Promise<void> {
  const { client, finder } = window;
  if (client.state.kind === 'connected') {
    void vscode.window.showInformationMessage(t('This editor is connected to FlowScope already.'));
    return;
  }
  const port = client.state.kind === 'unpaired' ? client.state.port : await window.finder.findPort();
  if (port === undefined) {
    void vscode.window.showInformationMessage(t('No FlowScope was found on this machine. Start it, then pair again.'));
    return;
  }
  const token = await pair(port);
  if (token === undefined) return;
  await finder.paired(token);
  client.wake();
}

interface SpanReference {
  readonly traceId: string;
  readonly spanId?: string;
}

/** From the list, from a line's metrics, or from the palette, which asks for one. */
async function showTrace(window: Window, argument: unknown): Promise<void> {
  const reference = argument as Partial<SpanReference> | undefined;
  if (reference?.traceId) return window.focus.trace(reference.traceId, reference.spanId);
  const trace = traceOf(argument) ?? (await pickTrace(window.traces.all));
  if (trace) await window.focus.trace(trace.id);
}

async function pickTrace(traces: readonly Trace[]): Promise<Trace | undefined> {
  const items = traces.map((trace) => ({ label: trace.name, description: trace.services.join(', '), detail: trace.startedAt, trace }));
  const placeHolder = items.length > 0 ? t('Which trace?') : t('No trace was recorded yet.');
  return (await vscode.window.showQuickPick(items, { placeHolder, title: 'FlowScope' }))?.trace;
}
