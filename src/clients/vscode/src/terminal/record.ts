// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { t } from '../base/l10n';
import type { TerminalCapture } from '../capture/terminals';
import { withoutProxy } from './variables';

const LAST_KEY = 'lastRecordedCommand';
const SHELL_MS = 5000;

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
  const terminal = vscode.window.createTerminal({ name: `FlowScope: ${command.slice(0, 40)}`, ...(variables ? { env: { ...variables, ...withoutProxy(process.env) } } : {}) });
  capture.recordAll(terminal);
  terminal.show();
  const shell = await shellIntegration(terminal);
  if (shell) shell.executeCommand(command);
  else terminal.sendText(command);
}

/** The shell's own word on where commands begin and end, once it is up; some shells have none. */
function shellIntegration(terminal: vscode.Terminal): Promise<vscode.TerminalShellIntegration | undefined> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      started.dispose();
      resolve(terminal.shellIntegration);
    };
    const timer = setTimeout(done, SHELL_MS);
    const started = vscode.window.onDidChangeTerminalShellIntegration((event) => event.terminal === terminal && done());
    if (terminal.shellIntegration) done();
  });
}
