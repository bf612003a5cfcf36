// SPDX-License-Identifier: MIT
import * as os from 'node:os';
import * as vscode from 'vscode';
import { t } from '../base/l10n';
import { reason } from '../base/log';
import { awaitPairing, requestPairing } from '../hub/pairing';

/** Pair with the hub on a port: both sides show the same code. The token, or undefined when it came to nothing. */
export async function pair(port: number): Promise<string | undefined> {
  try {
    const name = `${vscode.env.appName} (${os.hostname()})`;
    const request = await requestPairing(port, name, 'vscode_extension');
    const result = await vscode.window.withProgress({
      location: vscode.ProgressLocation.Notification,
      cancellable: true,
      title: t('Allow this editor in FlowScope if it shows the same code: {0}', request.code),
    }, (_progress, cancellation) => awaitPairing(port, request, () => cancellation.isCancellationRequested));
    if (result.kind === 'allowed') return result.token;
    void vscode.window.showWarningMessage(result.kind === 'denied'
      ? t('FlowScope did not allow this editor.') : t('Nobody answered in FlowScope in time. Pair again when you are there.'));
  } catch (error) {
    void vscode.window.showErrorMessage(t('Pairing failed: {0}', reason(error)));
  }
  return undefined;
}

/** Offer to pair, once for each start of the window. */
export async function offerPairing(): Promise<void> {
  const answer = await vscode.window.showInformationMessage(
    t('FlowScope runs on this machine, but does not know this editor.'), t('Pair'));
  if (answer) await vscode.commands.executeCommand('flowscope.pair');
}
