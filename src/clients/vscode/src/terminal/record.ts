// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { t } from '../base/l10n';
import type { TerminalCapture } from '../capture/terminals';

const LAST_KEY = 'lastRecordedCommand';

/** Ask for a command and run it in a terminal of its own, with what an instrumented program needs to send its traces. */
export async function recordCommand(
  capture: TerminalCapture,
  variables: Readonly<Record<string, string>> | undefined,
  state: vscode.Memento,
): Promise<void> {
  const command = await vscode.window.showInputBox({
    title: t('Record a command in a terminal'),
    prompt: t('It runs as you type it; instrumented programs send their traces to FlowScope.'),
    placeHolder: 'node app.js',
    value: state.get<string>(LAST_KEY, ''),
  });
  if (!command?.trim()) return;
  await state.update(LAST_KEY, command);
  const terminal = vscode.window.createTerminal({ name: `FlowScope: ${command.slice(0, 40)}`, ...(variables ? { env: { ...variables } } : {}) });
  capture.recordAll(terminal);
  terminal.show();
  terminal.sendText(command);
}
