// SPDX-License-Identifier: MIT
import * as vscode from 'vscode';
import { setTranslator } from './base/l10n';
import { openStorage } from './hub/storage';
import { Window } from './window';

const INSTANCE_KEY = 'instance';

let window: Window | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  setTranslator((message, ...values) => vscode.l10n.t(message, ...values));
  const log = vscode.window.createOutputChannel('FlowScope', { log: true });
  context.subscriptions.push(log);
  const storage = await openStorage(context.globalStorageUri.fsPath, context.workspaceState.get<string>(INSTANCE_KEY));
  await context.workspaceState.update(INSTANCE_KEY, storage.instance.name);
  window = new Window(context, storage, log);
  await window.start();
}

export async function deactivate(): Promise<void> {
  await window?.close();
  window = undefined;
}
